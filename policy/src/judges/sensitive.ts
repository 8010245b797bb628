import type { Policy } from '../config.js'
import type { AttributeBag, AttributeWrite, CallValue, ConcatValue, Fact, ObjectValue, ReferenceValue, TemplateValue, TypeFact, Value } from '../facts.js'
import type { Finding } from '../finding.js'
import { classifyName, isVetoedName, type SensitiveClass } from '../keys.js'
import { isEnumMember, splitName } from '../names.js'
import { findSensitiveText, type TextKind } from '../text.js'
import { literalText, pathOf } from '../values.js'
import { boundedWords, passingCalls } from '../words/bounds.js'
import { accountOwners, aspectWords, getterVerbs, lookupCalls, serialisers, sessionCookies, stateWords } from '../words/carriers.js'
import { wholeTerms } from '../words/sensitive.js'
import { knownKey } from './key.js'
import { canHold, isMasked, membersOf } from './masking.js'
import { shorten } from './wording.js'

export const sensitiveMessages = {
  'no-sensitive-data': {
    key: 'The key {{ key }} says that {{ value }} is {{ class }}: a trace is kept for weeks and read by many. Leave it out, or write an opaque id, a count, or `redacted(…)` of it.',
    value:
      '{{ value }} holds {{ class }} ({{ term }}): a trace is kept for weeks and read by many. Leave it out, or write an opaque id, `redacted(…)` or `pseudonym(…)` of it.',
    literal: 'This text holds {{ class }} ({{ term }}): it goes into every trace, and it stands in the source. Take it out of both, and revoke it if it is real.',
    swapped:
      '{{ value }} is put under {{ key }}: whoever searches by that key finds a person instead. Write it as "user.id" when it is opaque, else as "enduser.pseudo.id" with `pseudonym(…)`.',
    constant: 'Name the span {{ name }}, without it.',
    redact: 'Write `redacted({{ code }})`.',
    remove: 'Take the attribute out.',
    userId: 'Write it as "user.id".',
  },
} as const

const className: Readonly<Record<SensitiveClass, string>> = {
  card: 'card or bank data',
  government: 'a government identifier',
  health: 'health data',
  personal: 'personal data',
  secret: 'a credential',
}

const kindName: Readonly<Record<TextKind, string>> = {
  assignment: 'what stands behind the name of a secret',
  basic: 'basic credentials',
  bearer: 'a bearer token',
  'card-number': 'a card number',
  email: 'an e-mail address',
  iban: 'an IBAN',
  jwt: 'a JWT',
  pem: 'a private key',
  ssn: 'a social security number',
  'url-userinfo': 'a password in a URL',
  'vendor-token': "a vendor's token",
}

type Found = Pick<Finding, 'rule' | 'messageId' | 'data' | 'origin'>
const RULE = 'no-sensitive-data'

/** A key and its value: by the key, by the value's expression, by a literal, by the value's type. */
export function sensitiveWrite(fact: Pick<AttributeWrite, 'key' | 'value'>, policy: Policy): Found | null {
  const { key, value } = fact
  const keyName = getKeyName(key)
  if (keyName === null) return sensitiveName(value, policy)
  const byKey = classifyName(keyName, policy)
  // `database.username`, `secrets.username`: the account that a program logs in with, no person.
  const isAccount = byKey?.class === 'personal' && isConfigured(keyName.split('.'))
  if (byKey !== null && !isAccount && holdsByKey(value, byKey.class, policy)) {
    const data = { key: shorten(keyName), class: className[byKey.class], value: shorten(value.text) }
    return { rule: RULE, messageId: 'key', origin: key.origin, data }
  }
  if (isSwapped(keyName, value)) {
    return { rule: RULE, messageId: 'swapped', origin: value.origin, data: { key: shorten(keyName), value: shorten(value.text) } }
  }
  if (isIgnored(keyName, policy)) return null
  const found = findSensitive(value, policy)
  // `secret.name`: what a vault calls it, in a variable that is called after the thing.
  if (found?.class === 'secret' && !found.literal && isNameOfSecret(keyName, policy)) return null
  return found !== null && isNameOfThing(keyName, found) ? null : report(found)
}

/** Is it a full name that belongs to nobody in the code, under a key that says of which thing it is the name: `operation.name`, `op.full_name`? */
function isNameOfThing(key: string, { at, term }: Sensitive): boolean {
  if (!isWholeName(term) || pathOf(at).filter((name) => name !== 'this').length !== 1) return false
  const words = splitName(key)
  return words.length > 1 && words.some((word) => boundedWords.has(word))
}

/** A term that means a person only where nothing else is said. */
function isWholeName(term: string): boolean {
  return wholeTerms.personal.includes(term)
}

/** Databases that are a file beside the program: what they are reached by is a path. Sorted. */
const embeddedDatabases = /(?:^|_)(?:duckdb|h2|level|sqlite)3?$/i

/**
 * Is what looks like the URL of a database, by its name, the path of a file: the same object or call says that the database is SQLite?
 *
 * @param facts what else was found in the file
 */
export function isPathOfDatabase({ data, messageId, rule }: Pick<Finding, 'rule' | 'messageId' | 'data'>, fact: Fact, facts: Iterable<Fact>): boolean {
  if (rule !== RULE || messageId !== 'value' || !/^database ur[il]$/.test(String(data['term']))) return false
  for (const other of facts) {
    if (other.fact !== 'attribute-write' || other.origin.start !== fact.origin.start) continue
    const key = knownKey(other.key)
    if ((key === 'db.system.name' || key === 'db.system') && embeddedDatabases.test(literalText(other.value) ?? pathOf(other.value).at(-1) ?? '')) return true
  }
  return false
}

/** Does a key speak of what a secret is called (`secret_name`, `key.arn`), not of the secret? */
function isNameOfSecret(key: string, policy: Policy): boolean {
  return /^(?:arn|name)$/.test(splitName(key).at(-1) ?? '') && isVetoedName(key, policy)
}

const ignoredBy = new WeakMap<Policy, ReadonlySet<string>>()

function isIgnored(key: string, policy: Policy): boolean {
  let ignored = ignoredBy.get(policy)
  if (ignored === undefined) {
    ignored = new Set(policy.attributes.sensitive.ignore.map(toWords))
    ignoredBy.set(policy, ignored)
  }
  return ignored.size > 0 && ignored.has(toWords(key))
}

function toWords(name: string): string {
  return splitName(name).join(' ')
}

/** Under a key that says so, anything that can hold it is it; a constant is, when it is no word for a state. */
function holdsByKey(value: Value, sensitiveClass: SensitiveClass, policy: Policy): boolean {
  const known = value.kind === 'reference' && value.resolved?.kind === 'literal' ? value.resolved : value
  if (known.kind === 'literal' && typeof known.value === 'string') {
    return sensitiveClass !== 'personal' && known.value.length >= 4 && !stateWords.has(known.value.toLowerCase())
  }
  const path = pathOf(value)
  const last = path.at(-1)
  if (!canHold(value, sensitiveClass) || isEnumMember(path)) return false
  // `token.symbol`: something about the thing, said in two names.
  const aspect = last !== undefined && aspectWords.has(last.toLowerCase()) ? path.slice(-2).join('.') : last
  return aspect === undefined || !isVetoedName(aspect, policy)
}

/** A value put anywhere: by its expression, by a literal, by its type. */
export function sensitiveName(value: Value, policy: Policy): Found | null {
  return report(findSensitive(value, policy))
}

/** An object put somewhere whole: by the fields that its type is known to have. */
export function sensitiveBag(fact: Pick<AttributeBag, 'value'>, policy: Policy): Found | null {
  return report(findInWhole(fact.value, policy))
}

function report(found: Sensitive | null): Found | null {
  if (found === null) return null
  const { at, class: sensitiveClass, literal, term } = found
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
  if (value.type?.sensitive === true && !isMasked(value)) {
    return { class: 'personal', term: 'it is declared sensitive', at: value, literal: false }
  }
  if (value.kind === 'literal') return typeof value.value === 'string' ? findInText(value.value, value) : null
  if (!canHold(value, 'card')) return null
  switch (value.kind) {
    case 'template':
    case 'concat':
      return findInParts(value, policy)
    case 'union':
      return firstOf(membersOf(value), policy)
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
  const match = findSensitiveText(text).find(({ end, kind, start }) => kind !== 'email' || !isOfNobody(text.slice(start, end), at))
  return match === undefined ? null : { class: match.class, term: kindName[match.kind], at, literal: true }
}

/** An address that the source itself gives for an example. In a span that was recorded it stands for what would come of a real one. */
function isOfNobody(address: string, { text }: Value): boolean {
  return OF_NOBODY.test(address) && text.includes(address)
}

/** Domains that are kept for examples (RFC 2606). */
const OF_NOBODY = /[@.]example\.(?:com|net|org)$|\.(?:example|invalid|localhost|test)$/i

/** Stands for a part in a text: long enough for a value, and of no alphabet. */
const PART = '\u0001'.repeat(8)

/** The parts, then the text around them, which can say what a part is: `?token=${value}`. */
function findInParts(value: TemplateValue | ConcatValue, policy: Policy): Sensitive | null {
  const found = firstOf(value.parts, policy)
  if (found !== null) return found
  const varying = value.parts.filter((part) => part.kind !== 'literal')
  const text =
    value.kind === 'template' ?
      value.quasis.map((quasi, index) => quasi + (index < value.parts.length ? textOf(value.parts[index]) : '')).join('')
    : value.parts.map(textOf).join('')
  for (const match of findSensitiveText(text)) {
    const matched = text.slice(match.start, match.end)
    if (!matched.includes('\u0001')) return { class: match.class, term: kindName[match.kind], at: value, literal: true }
    const part = varying[text.slice(0, match.start + matched.indexOf('\u0001')).split(PART).length - 1]
    if (part !== undefined && canHold(part, 'secret')) return { class: match.class, term: kindName[match.kind], at: part, literal: false }
  }
  return null
}

function textOf(part: Value | undefined): string {
  return part?.kind === 'literal' ? String(part.value) : PART
}

function findInReference(value: ReferenceValue, policy: Policy): Sensitive | null {
  const { base, path, resolved } = value
  if (resolved?.kind === 'literal') return findSensitive(resolved, policy)
  const last = path.at(-1) ?? ''
  if (isVetoedName(last, policy)) return null
  if (resolved !== undefined) {
    if (isMasked(resolved)) return null
    const found = findSensitive(resolved, policy)
    if (found !== null && !(found.class === 'personal' && isConfigured(path))) return { ...found, at: value }
  }
  const byName = findInPath(path, value, policy)
  // `const fullName = `${module.name}:${name}``: its parts were judged, and they are what it is made of.
  if (byName !== null && !(isWholeName(byName.term) && (resolved?.kind === 'template' || resolved?.kind === 'concat'))) return byName
  // `authorization.split(' ')[1]`: a part of what a call gave.
  const isPart = base?.kind === 'call' && path.every((segment) => segment === '[]' || /^\d+$/.test(segment))
  const inBase = isPart ? findInCall(base, policy) : null
  return inBase === null ? null : { ...inBase, at: value }
}

function findInPath(path: readonly string[], at: Value, policy: Policy): Sensitive | null {
  const names = path.filter((segment) => segment !== '[]' && segment !== 'this' && segment !== '')
  if (names.length === 0 || isEnumMember(names)) return null
  const found = classifyName(names.slice(-3).join('.'), policy) ?? sessionCookie(names)
  // `connectionOptions.username`: the account that a program logs in with, no person.
  if (found?.class === 'personal' && isConfigured(names)) return null
  return found === null || !canHold(at, found.class) ? null : { ...found, at, literal: false }
}

/** `req.cookies.sid`: whoever has it is logged in as its owner. */
function sessionCookie(names: readonly string[]): { class: SensitiveClass; term: string } | null {
  const last = names.at(-1) ?? ''
  const owner = splitName(names.at(-2) ?? '').at(-1)
  return (owner === 'cookies' || owner === 'cookie') && splitName(last).some((word) => sessionCookies.has(word)) ?
      { class: 'secret', term: `the cookie ${last}` }
    : null
}

function isConfigured(names: readonly string[]): boolean {
  const last = splitName(names.at(-1) ?? '').join(' ')
  return /^(?:user ?name|user)$/.test(last) && names.slice(0, -1).some((name) => accountOwners.has(splitName(name).filter((word) => word !== 'result' && word !== 'response').at(-1) ?? ''))
}

function findInCall(call: CallValue, policy: Policy): Sensitive | null {
  if (isMasked(call)) return null
  const name = call.callee.at(-1) ?? ''
  const words = splitName(name)
  const [argument] = call.arguments
  const looked = lookupCalls.has(words[0] ?? '') ? call.arguments.find((each) => each.kind === 'literal' && typeof each.value === 'string') : undefined
  if (looked?.kind === 'literal') {
    const found = classifyName(String(looked.value), policy)
    if (found !== null) return { ...found, at: call, literal: false }
  }
  // `flattenAttributes(user)` writes every field.
  if (serialisers.has(name.toLowerCase()) || words.some((word) => word === 'flatten' || word === 'flat')) return argument === undefined ? null : atCall(call, findInWhole(argument, policy))
  if (passingCalls.has(name.toLowerCase())) {
    const inner = call.receiver === undefined || isNamespace(call) ? argument : call.receiver
    return inner === undefined ? null : findSensitive(inner, policy)
  }
  const returned = call.returns === undefined ? null : findSensitive(call.returns, policy)
  if (returned !== null) return { ...returned, at: call }
  if (words.length > 1 && getterVerbs.has(words[0] ?? '')) {
    const found = classifyName(words.slice(1).join('.'), policy)
    return found === null ? null : { ...found, at: call, literal: false }
  }
  return null
}

/** `Buffer.from(x)`, `String.raw`: what it is called on is no value. */
function isNamespace(call: CallValue): boolean {
  return call.receiver?.kind === 'reference' && call.receiver.root === 'global' && /^[A-Z]/.test(call.receiver.path[0] ?? '')
}

function atCall(call: CallValue, found: Sensitive | null): Sensitive | null {
  return found === null ? null : { ...found, at: found.literal ? found.at : call }
}

/** An object as a whole, serialised or spread: what is written in it, what its type's fields are, or what it is called. */
function findInWhole(value: Value, policy: Policy): Sensitive | null {
  if (isMasked(value)) return null
  if (value.kind === 'object') return findInObject(value, policy)
  if (value.kind === 'union') {
    for (const member of membersOf(value)) {
      const found = findInWhole(member, policy)
      if (found !== null) return found
    }
    return null
  }
  const field = value.type === undefined ? null : findField(value.type, policy)
  if (field !== null) return { ...field, at: value, literal: false }
  if (value.kind === 'reference' && value.resolved !== undefined && value.resolved.kind !== 'literal') {
    const found = findInWhole(value.resolved, policy)
    if (found !== null) return { ...found, at: value }
  }
  return findSensitive(value, policy)
}

function findInObject(object: ObjectValue, policy: Policy): Sensitive | null {
  for (const { key, value } of object.properties) {
    const name = getKeyName(key)
    const byKey = name === null ? null : classifyName(name, policy)
    if (byKey !== null && holdsByKey(value, byKey.class, policy)) return { ...byKey, at: value, literal: false }
    const found = value.kind === 'object' ? findInObject(value, policy) : findSensitive(value, policy)
    if (found !== null) return found
  }
  return null
}

function findField(type: TypeFact, policy: Policy): { class: SensitiveClass; term: string } | null {
  if (type.kind === 'array' && type.element !== undefined) return findField(type.element, policy)
  if (type.kind === 'union') {
    for (const member of type.union ?? []) {
      const found = findField(member, policy)
      if (found !== null) return found
    }
    return null
  }
  const [declared] = type.sensitiveFields ?? []
  if (declared !== undefined) return { class: 'personal', term: `its field "${declared}", declared sensitive` }
  for (const field of type.fields ?? []) {
    const found = classifyName(field, policy)
    if (found !== null) return { class: found.class, term: `its field "${field}"` }
  }
  return null
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

const groups: ReadonlySet<string> = new Set(['device', 'request', 'session', 'visit'])
const persons: ReadonlySet<string> = new Set(['customer', 'user'])

/** A person's id under a key that promises something that ends: `session.id` set to the user's id. */
function isSwapped(key: string, value: Value): boolean {
  const words = splitName(key)
  if (words.at(-1) !== 'id' || !groups.has(words.at(-2) ?? '')) return false
  const path = value.kind === 'reference' ? value.path : value.kind === 'parameter' ? [value.name, ...value.path] : value.kind === 'call' ? value.callee.slice(-1) : []
  const named = path.flatMap(splitName)
  return named.at(-1) === 'id' && persons.has(named.at(-2) ?? '')
}
