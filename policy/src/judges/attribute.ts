import type { Policy } from '../config.js'
import type { AttributeBag, AttributeWrite, BaggageWrite, EventWrite, ExceptionWrite, StatusWrite, Value } from '../facts.js'
import type { Finding } from '../finding.js'
import { resolveValue } from '../values.js'
import { boundOf } from './bounds.js'
import { judgeKey } from './key.js'
import { getKeyName, sensitiveBag, sensitiveName, sensitiveWrite } from './sensitive.js'
import { unboundedBag, unboundedValue, unboundedWrite } from './unbounded.js'
import { shorten } from './wording.js'

export const valueMessages = {
  'valid-attribute-value': {
    function: '{{ value }} is a function, which the SDK drops without a word: call it, or leave the attribute out.',
    instance: '{{ value }} is an object, which the SDK drops without a word: write it as a text or a number.',
    mixed: '{{ value }} holds members of different kinds, and the SDK drops it without a word: make them all texts, or write two attributes.',
    nullish: '{{ value }} is dropped by the SDK without a word: write the attribute only where there is a value.',
    object: '{{ value }} is an object, which SDK 2 drops without a word: write one attribute for each field that is needed.',
    asTexts: 'Make all its members texts.',
    call: 'Call it.',
    flatten: 'Write one attribute for each field.',
    remove: 'Take the attribute out.',
  },
} as const

type Written = AttributeBag | AttributeWrite | BaggageWrite | EventWrite | ExceptionWrite | StatusWrite
type Found = Pick<Finding, 'rule' | 'messageId' | 'data' | 'origin'>

/**
 * What is wrong with what is written to a span, in the order sensitive, unbounded, deprecated, unlisted, naming. Findings of
 * one `subject` are about one thing: `selectFindings` keeps the first whose rule is on.
 *
 * @param isOn what is dear to judge is left out for rules that nobody asked for
 */
export function judgeAttributeWrite(
  fact: Written,
  policy: Policy,
  isOn: (rule: string) => boolean = () => true,
): readonly Finding[] {
  const { certainty } = fact
  const subject = subjectOf(fact)
  const found: Finding[] = []
  const add = (each: Found | null, about = subject): void => {
    if (each !== null) found.push({ ...each, subject: about, certainty })
  }
  switch (fact.fact) {
    case 'attribute-write': {
      add(sensitiveWrite(fact, policy))
      add(unboundedWrite(fact))
      // A value that is dropped leaks nothing, and is wrong whatever its key is.
      if (found.length === 0) add(invalidValue(fact), `${subject} value`)
      for (const each of judgeKey(fact, policy, isOn)) add(each)
      break
    }
    case 'attribute-bag':
      add(sensitiveBag(fact, policy))
      add(unboundedBag(fact))
      break
    case 'baggage-write':
      add(sensitiveWrite(fact, policy))
      add(unboundedValue(fact.value, 'baggage'))
      break
    case 'event-write':
      add(sensitiveName(fact.name, policy))
      add(dynamicEvent(fact.name))
      break
    case 'status-write':
      if (fact.message !== undefined) {
        add(sensitiveName(fact.message, policy))
        add(unboundedValue(fact.message, 'status-message'))
      }
      break
    case 'exception-write':
      for (const text of textsOfException(fact.value)) add(sensitiveName(text, policy))
  }
  return found
}

/**
 * Of the findings of one fact those that are reported: one for each subject, the first whose rule is on.
 *
 * @param isOn is a rule on, by its name without prefix?
 */
export function selectFindings(findings: readonly Finding[], isOn: (rule: string) => boolean): readonly Finding[] {
  if (findings.length === 0) return findings
  const subjects = new Set<string>()
  return findings.filter(({ rule, subject }) => {
    if (!isOn(rule) || subjects.has(subject)) return false
    subjects.add(subject)
    return true
  })
}

/** What an exception that is made here says: its message, or the fields of an object that stands for one. */
function textsOfException(value: Value): readonly Value[] {
  const made = resolveValue(value)
  switch (made.kind) {
    case 'literal':
    case 'template':
    case 'concat':
      return [made]
    case 'call':
      return made.construct === true && /(?:Error|Exception)$/.test(made.callee.at(-1) ?? '') ? made.arguments.slice(0, 1) : []
    case 'object':
      return made.properties.flatMap(({ key, value: field }) => (key.kind === 'literal' && (key.value === 'message' || key.value === 'stack') ? [field] : []))
    default:
      return []
  }
}

function subjectOf(fact: Written): string {
  return fact.fact === 'attribute-write' || fact.fact === 'baggage-write' ? (getKeyName(fact.key) ?? fact.key.text) : fact.fact
}

/** An event's name is searched for like a span's: what varies belongs into its attributes. */
function dynamicEvent(name: Value): Found | null {
  if (name.kind !== 'template' && name.kind !== 'concat') return null
  const part = name.parts.find((each) => boundOf(each) === 'unbounded' || isRequestField(each))
  if (part === undefined) return null
  return { rule: 'no-unbounded-data', messageId: 'eventName', data: { value: shorten(part.text) }, origin: part.origin }
}

/** `call.request.getName()`: whatever the caller wrote there. */
function isRequestField(value: Value): boolean {
  if (value.kind !== 'call' && value.kind !== 'reference' && value.kind !== 'parameter') return false
  const path = value.kind === 'call' ? value.callee : value.kind === 'reference' ? value.path : [value.name, ...value.path]
  const at = path.findIndex((name) => name === 'request' || name === 'req' || name === 'body')
  return at >= 0 && at < path.length - 1 && boundOf(value) !== 'bounded'
}

function invalidValue({ derivedFrom, value }: AttributeWrite): Found | null {
  const rule = 'valid-attribute-value'
  const { origin } = value
  const data = { value: shorten(value.text) }
  // One step: what an entry of something is resolved to (`for (const [key, value] of Object.entries(all))`) is the whole.
  const made = value.kind === 'reference' && value.path.length === 1 ? (value.resolved ?? value) : value
  if (made.kind === 'object' && value.type?.kind !== 'string') return { rule, messageId: 'object', data, origin }
  if (made.kind === 'call' && made.construct === true && made.callee.length === 1 && objects.has(made.callee[0] ?? '')) return { rule, messageId: 'instance', data, origin }
  // A helper that is given null may well ask for it before it writes.
  if (value.kind === 'literal' && value.value === null && derivedFrom === undefined) return { rule, messageId: 'nullish', data, origin }
  if (value.kind === 'unknown' && value.yields === 'function') return { rule, messageId: 'function', data, origin }
  if (value.kind === 'array' && isMixed(value.elements)) return { rule, messageId: 'mixed', data, origin }
  return null
}

/** Classes of the language whose instances are no text, number or boolean. */
const objects: ReadonlySet<string> = new Set(['Date', 'Map', 'Set', 'URL'])

function isMixed(elements: readonly Value[]): boolean {
  const kinds = new Set(elements.flatMap((element) => (element.kind === 'literal' && element.value != null ? typeof element.value : [])))
  return kinds.size > 1
}
