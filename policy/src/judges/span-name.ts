import type { Policy } from '../config.js'
import type { Fact, SpanRename, SpanStart, Value } from '../facts.js'
import type { Finding } from '../finding.js'
import { splitName } from '../names.js'
import { destinationWords } from '../words/bounds.js'
import { conventionVerbs, technicalWords } from '../words/technical.js'
import { boundOf, withoutStandIns } from './bounds.js'
import { sensitiveName } from './sensitive.js'
import { toKeyForm } from './key.js'
import { shorten } from './wording.js'

export const spanNameMessages = {
  'span-name-present': {
    missing: 'This span has no name: nobody can search for it. Give it one that says what the business does, such as "payment.charge".',
    rename: 'Name it {{ name }}.',
    compilerName:
      'The span is named {{ text }}, a name that a bundler changes: searches and dashboards lose the span with the next build. Write the name out, such as "payment.charge".',
  },
  'no-technical-span-name': {
    technical:
      'The span name {{ name }} says nothing of what the business does: a trace full of it tells that something was slow, not what. Name the work, such as "payment.charge".',
    rename: 'Name it {{ name }}.',
  },
  'no-dynamic-span-name': {
    dynamic:
      '{{ part }} makes a new span name for every value: nobody can search for the operation, and metrics made from spans grow without bound. Keep the name constant and put {{ part }} into an attribute.',
    constant: 'Name it {{ name }}, and keep what varies as an attribute where the call takes attributes.',
  },
  'span-name-style': {
    style: 'The span name {{ name }} is not of the form {{ style }} in lower case: searches and alerts by domain miss it. Write it like {{ like }}.',
    domain: 'The span name {{ name }} begins with none of the domains of the policy ({{ domains }}): queries by domain miss it. Begin it with one of them.',
    rename: 'Name it {{ name }}.',
  },
} as const

type Named = SpanStart | SpanRename

/**
 * What is wrong with the name of a span, in the order present, secret, technical, dynamic, style. All are about one subject:
 * `selectFindings` keeps the first whose rule is on.
 */
export function judgeSpanName(fact: Named, policy: Policy): readonly Finding[] {
  const at = { subject: 'name', certainty: fact.certainty }
  if (fact.name === undefined) {
    return [{ rule: 'span-name-present', messageId: 'missing', data: {}, origin: fact.origin, ...at }]
  }
  const finding = judgeName(fact.name, fact, policy)
  const style = finding?.rule === 'span-name-style' ? null : judgeKnownStyle(fact.name, fact, policy)
  return [finding, style].flatMap((each) => (each === null ? [] : [{ ...each, ...at }]))
}

/** The style of a name that is written out, which stands beside whatever else is wrong with it. */
function judgeKnownStyle(name: Value, fact: Named, policy: Policy): Found | null {
  const known = name.kind === 'reference' ? name.resolved : name
  if (known?.kind !== 'literal' || typeof known.value !== 'string' || known.value.trim() === '') return null
  return judgeStyle(known.value, name, fact, policy)
}

type Found = Omit<Finding, 'subject' | 'certainty'>

/**
 * Is a span that starts under a name of many values, or one that says nothing, renamed by the callback that it is started for, or by the variable that it is
 * put into, as those of servers are once the route is known? The last name counts, and is judged itself.
 *
 * @param facts what else was found in the file
 */
export function isRenamed(finding: Pick<Finding, 'rule'>, fact: Fact, facts: Iterable<Fact>): boolean {
  if ((finding.rule !== 'no-dynamic-span-name' && finding.rule !== 'no-technical-span-name') || fact.fact !== 'span-start') return false
  for (const other of facts) {
    if (other.fact !== 'span-rename' || other.origin.start < fact.origin.start) continue
    if (other.origin.end <= fact.origin.end || (other.variable !== undefined && other.variable === fact.variable)) return true
  }
  return false
}

function judgeName(name: Value, fact: Named, policy: Policy): Found | null {
  switch (name.kind) {
    case 'literal':
      return judgeText(name, name.value, fact, policy)
    case 'union': {
      // The style of one member says nothing of what is wrong with another.
      const found = withoutStandIns(withoutLastResorts(name.of)).flatMap((member) => judgeName(member, fact, policy) ?? [])
      return found.find(({ rule }) => rule !== 'span-name-style') ?? found[0] ?? null
    }
    case 'reference':
      return judgeReference(name, fact, policy)
    case 'template':
    case 'concat':
      return judgeParts(name, fact, policy)
    case 'call':
      return judgeDynamic(name, name, fact, policy)
    case 'parameter':
      // The name as such is judged where the function is called; a field of an argument is no name that somebody chose.
      if (isCompilerName(name)) return compilerName(name)
      return name.path.length === 0 ? null : judgeDynamic(name, name, fact, policy)
    default:
      return null
  }
}

/** `name ?? ''`, `name || fn.name || 'anonymous'`: what a span is called when nobody called it anything. Whoever starts one gives the name. */
function withoutLastResorts(members: readonly Value[]): readonly Value[] {
  const [first] = members.flatMap((member) => (member.kind === 'union' ? member.of : [member]))
  const isGiven = (first?.kind === 'reference' || first?.kind === 'parameter') && !isCompilerName(first)
  if (!isGiven) return members
  return members.filter((member) => !(member.kind === 'literal' && member.value === '') && !isCompilerName(member))
}

function firstOf(values: readonly Value[], judge: (value: Value) => Found | null): Found | null {
  for (const value of values) {
    const found = judge(value)
    if (found !== null) return found
  }
  return null
}

function judgeReference(name: Extract<Value, { kind: 'reference' }>, fact: Named, policy: Policy): Found | null {
  if (isCompilerName(name)) return compilerName(name)
  const { resolved } = name
  // Another name for the same is said by the name that stands here; what is put together is mended where that is done.
  const isAnotherName = resolved?.kind === 'parameter' || (resolved?.kind === 'reference' && resolved.resolved === undefined)
  if (resolved !== undefined && !isAnotherName) {
    const found = judgeName(resolved, fact, policy)
    // What is wrong with a constant of the file stands where the constant is written; the span is started here.
    return found === null ? null : { ...found, origin: resolved.kind === 'literal' ? name.origin : found.origin }
  }
  return judgeDynamic(name, name, fact, policy)
}

/** `this.constructor.name`, `settle.name` of a function of this file, `fn.name` of a parameter that is called as a function. */
function isCompilerName(name: Value): boolean {
  if (name.kind === 'union') return name.of.some(isCompilerName)
  if (name.kind !== 'parameter' && name.kind !== 'reference') return false
  if (name.path.at(-1) !== 'name') return false
  if (name.path.at(-2) === 'constructor') return true
  if (name.kind === 'parameter') return name.callable === true && name.path.length === 1
  return name.base?.kind === 'unknown' && name.base.yields === 'function'
}

function compilerName({ origin, text }: Value): Found {
  return { rule: 'span-name-present', messageId: 'compilerName', data: { text: shorten(text) }, origin }
}

function judgeText(name: Value, text: unknown, fact: Named, policy: Policy): Found | null {
  if (typeof text !== 'string') return null
  const { origin } = name
  if (text.trim() === '') return { rule: 'span-name-present', messageId: 'missing', data: {}, origin }
  const secret = sensitiveName(name, policy)
  if (secret !== null) return secret
  if (isTechnical(text, fact, policy)) {
    return { rule: 'no-technical-span-name', messageId: 'technical', data: { name: shorten(text) }, origin }
  }
  return judgeStyle(text, name, fact, policy)
}

function hasConventionKind(fact: Named): boolean {
  return fact.fact === 'span-start' && fact.spanKind !== undefined && fact.spanKind !== 'internal'
}

function isMessaging(fact: Named): boolean {
  return fact.fact === 'span-start' && (fact.spanKind === 'producer' || fact.spanKind === 'consumer')
}

/** `topicId`, `subscription.id`: few where messages are sent or taken, and many where customers have them. */
function isDestination(part: Value): boolean {
  if (part.kind === 'union') return part.of.every(isDestination)
  if (part.kind !== 'reference' && part.kind !== 'parameter') return false
  const words = (part.kind === 'parameter' ? [part.name, ...part.path] : part.path).flatMap(splitName)
  return /^(?:id|identifier|name)$/.test(words.at(-1) ?? '') && destinationWords.has(words.at(-2) ?? '')
}

function isInternal(fact: Named): boolean {
  return fact.fact === 'span-start' && fact.spanKind === 'internal'
}

function isTechnical(text: string, fact: Named, policy: Policy): boolean {
  const { add, remove } = policy.spanNames.technicalWords
  const words = splitName(text.replace(/\(.*?\)/g, ' ')).filter((word) => !/^\d+$/.test(word))
  if (words.length === 0) return false
  // `GET /orders`, `GET`, `publish orders`, `shop.Orders/Get`, and until 1.20 `HTTP GET`: the conventions' own forms.
  const isConvention = hasConventionKind(fact) && (/[\s/]/.test(text.trim()) || /^[A-Z]+$/.test(text)) && (conventionVerbs.has(words[0] ?? '') || text.includes('/') || /^HTTP [A-Z]+$/.test(text))
  // A method alone is the conventions' name where no route is known, and says nothing inside a service.
  const isMethod = words.length === 1 && /^[A-Z]{3,7}$/.test(text) && !isInternal(fact)
  if (isConvention || text.startsWith('/') || isMethod) return false
  return words.every((word) => (technicalWords.has(word) && !remove.includes(word)) || add.includes(word))
}

const STYLE = /^[a-z][a-z\d_-]*(?:\.[a-z][a-z\d_-]*)+$/

/** `a2a.handleRpc` as `a2a.handle_rpc`; a name without a domain, or with another than those of the policy, as one that has one. */
function likeOf(text: string, domains: readonly string[]): string {
  const formed = toKeyForm(text)
  return STYLE.test(formed) && beginsWithDomain(formed, domains) ? formed : `${domains[0] ?? 'payment'}.charge`
}

function beginsWithDomain(text: string, domains: readonly string[]): boolean {
  return domains.length === 0 || domains.some((domain) => text === domain || text.startsWith(`${domain}.`))
}

function judgeStyle(text: string, name: Value, fact: Named, policy: Policy): Found | null {
  const { domains, style } = policy.spanNames
  if (style === 'any' || hasConventionKind(fact)) return null
  const data = { name: shorten(text), style: shorten(style), domains: domains.join(', '), like: shorten(likeOf(text, domains)) }
  if (!STYLE.test(text)) return { rule: 'span-name-style', messageId: 'style', data, origin: name.origin }
  return beginsWithDomain(text, domains) ? null : { rule: 'span-name-style', messageId: 'domain', data, origin: name.origin }
}

function judgeParts(name: Extract<Value, { kind: 'template' | 'concat' }>, fact: Named, policy: Policy): Found | null {
  const secret = sensitiveName(name, policy)
  if (secret !== null) return secret
  const dynamic = firstOf(name.parts, (part) => judgeDynamic(part, name, fact, policy))
  if (dynamic !== null) return dynamic
  // `${this.constructor.name}.${method}` and `${OrderService.name} place` are how classes are traced where nobody minifies; the
  // function that is given may have no name at all.
  const compiled = name.parts.find((part) => part.kind === 'parameter' && part.callable === true && isCompilerName(part))
  if (compiled !== undefined) return compilerName(compiled)
  // Only what is written out can be technical: a part that is not known may be the very word of the business.
  return name.parts.every((part) => part.kind === 'literal') ? judgeText(name, partsText(name), fact, policy) : null
}

function partsText(name: Extract<Value, { kind: 'template' | 'concat' }>): string {
  const texts = name.parts.map((part) => (part.kind === 'literal' ? String(part.value) : ''))
  // `cache.${operation}` with what a helper was given.
  return name.kind === 'concat' ? texts.join(' ') : name.quasis.map((quasi, index) => quasi + (texts[index] ?? '')).join('')
}

function judgeDynamic(part: Value, whole: Value, fact: Named, policy: Policy): Found | null {
  const secret = sensitiveName(part, policy)
  if (secret !== null) return secret
  if (boundOf(part) !== 'unbounded' || (isMessaging(fact) && isDestination(part))) return null
  // A constant of this file that is built elsewhere is reported at the name, where it can be mended.
  const origin = part.origin.start >= whole.origin.start && part.origin.end <= whole.origin.end ? part.origin : whole.origin
  return { rule: 'no-dynamic-span-name', messageId: 'dynamic', data: { part: shorten(part.text) }, origin }
}
