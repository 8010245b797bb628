import type { Policy } from '../config.js'
import type { AttributeWrite, CallValue, Value } from '../facts.js'
import type { Finding } from '../finding.js'
import { classifyName, type SensitiveClass } from '../keys.js'
import { splitName } from '../names.js'
import { findSensitiveText, type TextKind } from '../text.js'
import { maskingWords } from '../words/carriers.js'
import { passingCalls } from '../words/bounds.js'
import { shorten } from './wording.js'

export const sensitiveMessages = {
  'no-sensitive-data': {
    key: 'The key {{ key }} says that it holds {{ class }}: a trace is kept for weeks and read by many. Leave it out, or write `redacted({{ value }})`.',
    value: '{{ value }} holds {{ class }} ({{ term }}): a trace is kept for weeks and read by many. Leave it out, or write an id, `redacted(…)` or `pseudonym(…)` of it.',
    literal: 'This text holds {{ class }} ({{ term }}): it goes into every trace, and it stands in the source. Take it out of both and revoke it.',
    swapped: '{{ value }} is put under {{ key }}: every search by that key finds a person instead. Write it as "enduser.pseudo.id" with `pseudonym(…)`.',
  },
} as const

const className: Readonly<Record<SensitiveClass, string>> = {
  card: 'card or bank data',
  government: 'a government identifier',
  health: 'health data',
  personal: 'personal data',
  secret: 'a credential',
}

const kindName: Readonly<Partial<Record<TextKind, string>>> = {
  'card-number': 'a card number',
  'url-userinfo': 'a password in a URL',
  'vendor-token': "a vendor's token",
  bearer: 'a bearer token',
  email: 'an e-mail address',
  iban: 'an IBAN',
  jwt: 'a JWT',
  pem: 'a private key',
  ssn: 'a social security number',
}

type Found = Pick<Finding, 'rule' | 'messageId' | 'data' | 'origin'>
const RULE = 'no-sensitive-data'

/** A key and its value: by key, by the value's expression, by a literal, by type. */
export function sensitiveWrite(fact: Pick<AttributeWrite, 'key' | 'value'>, policy: Policy): Found | null {
  const { key, value } = fact
  const keyName = getKeyName(key)
  const byKey = keyName === null ? null : classifyName(keyName, policy)
  const shown = keyName ?? key.text
  if (byKey !== null && canHold(value, byKey.class)) {
    return { rule: RULE, messageId: 'key', origin: key.origin, data: { key: shorten(shown), class: className[byKey.class], value: value.text.slice(0, 30) } }
  }
  if (keyName !== null && isSwapped(keyName, value)) {
    return { rule: RULE, messageId: 'swapped', origin: value.origin, data: { key: shorten(shown), value: shorten(value.text) } }
  }
  if (keyName !== null && isIgnored(keyName, policy)) return null
  return sensitiveName(value, policy)
}

function isIgnored(key: string, policy: Policy): boolean {
  const words = splitName(key).join(' ')
  return policy.attributes.sensitive.ignore.some((ignored) => splitName(ignored).join(' ') === words)
}

/** A value put anywhere: by its expression, by a literal, by type. */
export function sensitiveName(value: Value, policy: Policy): Found | null {
  const found = findSensitive(value, policy)
  if (found === null) return null
  const { class: sensitiveClass, term, at, literal } = found
  const data = { class: className[sensitiveClass], term, value: shorten(at.text) }
  return { rule: RULE, messageId: literal ? 'literal' : 'value', origin: at.origin, data }
}

interface Sensitive {
  readonly class: SensitiveClass
  readonly term: string
  readonly at: Value
  readonly literal: boolean
}

function findSensitive(value: Value, policy: Policy): Sensitive | null {
  if (value.type?.sensitive === true) return { class: 'personal', term: 'its type is marked @sensitive', at: value, literal: false }
  if (!canHold(value, 'personal') && value.kind !== 'literal') return null
  switch (value.kind) {
    case 'literal':
      return typeof value.value === 'string' ? findInText(value.value, value) : null
    case 'template':
      return firstOf(value.parts, policy) ?? findInText(value.quasis.join('\u0000'), value)
    case 'concat':
      return firstOf(value.parts, policy)
    case 'union':
      return firstOf(value.of, policy)
    case 'array':
      return firstOf(value.elements, policy)
    case 'object':
      return null
    case 'reference':
      return findInReference(value, policy)
    case 'parameter':
      return findInPath([value.name, ...value.path], value, policy)
    case 'call':
      return findInCall(value, policy)
    case 'unknown':
      return null
  }
}

function firstOf(values: readonly Value[], policy: Policy): Sensitive | null {
  for (const value of values) {
    const found = findSensitive(value, policy)
    if (found !== null) return found
  }
  return null
}

function findInText(text: string, at: Value): Sensitive | null {
  const [match] = findSensitiveText(text)
  return match === undefined ? null : { class: match.class, term: kindName[match.kind] ?? match.kind, at, literal: true }
}

function findInReference(value: Extract<Value, { kind: 'reference' }>, policy: Policy): Sensitive | null {
  const { resolved } = value
  if (resolved !== undefined) {
    // A constant says what it is, whatever its name is; anything else may be known by either name.
    if (resolved.kind === 'literal') return findSensitive(resolved, policy)
    if (isMasked(resolved) || !canHold(resolved, 'personal')) return null
    const found = findSensitive(resolved, policy)
    if (found !== null) return { ...found, at: value }
  }
  const byName = findInPath(value.path, value, policy)
  if (byName !== null) return byName
  return value.base === undefined ? null : findInBase(value.base, value, policy)
}

/** `getUser().email` is known by its path; `headers.get('authorization').value` by what it starts at. */
function findInBase(base: Value, at: Value, policy: Policy): Sensitive | null {
  const found = base.kind === 'call' ? findInCall(base, policy) : null
  return found === null ? null : { ...found, at }
}

function findInPath(path: readonly string[], at: Value, policy: Policy): Sensitive | null {
  const names = path.filter((segment) => segment !== '[]' && segment !== 'this' && segment !== '')
  const last = names.at(-1)
  if (last === undefined) return null
  const found = classifyName(last, policy) ?? classifyTail(names, policy)
  return found === null ? null : { ...found, at, literal: false }
}

/** `creditCard.number`: the owner's words count as long as the last name takes part. */
function classifyTail(names: readonly string[], policy: Policy): { class: SensitiveClass; term: string } | null {
  const tail = names.slice(-2)
  if (tail.length < 2) return null
  const found = classifyName(tail.join('.'), policy)
  if (found === null) return null
  const ending = splitName(tail[1] ?? '').at(-1)
  return ending !== undefined && found.term.split(' ').includes(ending) ? found : null
}

function findInCall(call: CallValue, policy: Policy): Sensitive | null {
  if (isMasked(call)) return null
  const name = call.callee.at(-1) ?? ''
  const words = splitName(name)
  const [argument] = call.arguments
  // `headers.get('authorization')`, `req.header('cookie')`, `getCookie(c, 'session_token')`
  const isLookup = words[0] === 'get' || words[0] === 'header' || words[0] === 'headers' || words[0] === 'cookie'
  const looked = isLookup ? call.arguments.find((each) => each.kind === 'literal' && typeof each.value === 'string') : undefined
  if (looked?.kind === 'literal') {
    const found = classifyName(String(looked.value), policy)
    if (found !== null) return { ...found, at: call, literal: false }
  }
  if (passingCalls.has(name.toLowerCase())) {
    const inner = call.receiver ?? argument
    return inner === undefined ? null : findSensitive(inner, policy)
  }
  if (words.length > 1 && words[0] === 'get') {
    const found = classifyName(words.slice(1).join('.'), policy)
    return found === null ? null : { ...found, at: call, literal: false }
  }
  return null
}

/** Did the value pass through hashing, masking, `redacted()`, or is it but a short end of the whole? */
export function isMasked(value: Value): boolean {
  if (value.kind === 'reference') return value.resolved !== undefined && isMasked(value.resolved)
  if (value.kind !== 'call') return false
  const name = value.callee.at(-1) ?? ''
  if (splitName(name).some((word) => maskingWords.has(word))) return true
  if (['slice', 'substring', 'substr', 'at'].includes(name)) return true
  return value.receiver !== undefined && isMasked(value.receiver)
}

/** Can a value hold something of a class at all? A number can hold a card's or an official's, and no credential. */
function canHold(value: Value, sensitiveClass: SensitiveClass): boolean {
  const kind = value.type?.kind
  if (kind === 'boolean' || kind === 'literals' || kind === 'function' || kind === 'nullish') return false
  const holdsNumbers = sensitiveClass === 'card' || sensitiveClass === 'government' || sensitiveClass === 'health'
  if (kind === 'number' && !holdsNumbers) return false
  switch (value.kind) {
    case 'literal':
      return false
    case 'unknown':
      return value.yields === undefined
    case 'union':
      return value.of.some((member) => canHold(member, sensitiveClass))
    case 'reference':
      return value.resolved === undefined || canHold(value.resolved, sensitiveClass)
    case 'call': {
      const name = value.callee.at(-1)
      if (isMasked(value)) return false
      if (name === 'Boolean' || name === 'isArray' || name === 'includes' || name === 'has') return false
      return name !== 'Number' && name !== 'parseInt' ? true : holdsNumbers
    }
    default:
      return true
  }
}

/** The key as it is known: its text, or the last name of a constant of another file (`ATTR_USER_EMAIL`). */
export function getKeyName(key: Value): string | null {
  switch (key.kind) {
    case 'literal':
      return String(key.value)
    case 'reference':
      if (key.resolved !== undefined) return getKeyName(key.resolved)
      return key.path.at(-1) ?? null
    case 'template': {
      const text = key.quasis.at(-1) ?? ''
      return text.includes('.') ? text.slice(text.indexOf('.') + 1) : null
    }
    default:
      return null
  }
}

const groups: ReadonlySet<string> = new Set(['session', 'request', 'device', 'visit'])
const persons: ReadonlySet<string> = new Set(['user', 'customer', 'member', 'account'])

/** A person's id under a key that promises something that ends: `session.id` set to the user's id. */
function isSwapped(key: string, value: Value): boolean {
  const words = splitName(key)
  if (words.at(-1) !== 'id' || !groups.has(words.at(-2) ?? '')) return false
  const path = value.kind === 'reference' ? value.path : value.kind === 'parameter' ? [value.name, ...value.path] : []
  const named = path.flatMap(splitName)
  return named.at(-1) === 'id' && persons.has(named.at(-2) ?? '')
}
