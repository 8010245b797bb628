import type { Policy } from '../config.js'
import type { AttributeBag, AttributeWrite, BaggageWrite, EventWrite, ExceptionWrite, StatusWrite, Value } from '../facts.js'
import type { Finding } from '../finding.js'
import { boundOf } from './bounds.js'
import { getKeyName, sensitiveName, sensitiveWrite } from './sensitive.js'
import { unboundedBag, unboundedValue, unboundedWrite } from './unbounded.js'
import { shorten } from './wording.js'

export const valueMessages = {
  'valid-attribute-value': {
    function: '{{ value }} is a function, which the SDK drops without a word: call it, or leave the attribute out.',
    mixed: '{{ value }} holds members of different kinds, and the SDK drops it without a word: make them all texts, or write two attributes.',
    nullish: '{{ value }} is dropped by the SDK without a word: write the attribute only where there is a value.',
    object: '{{ value }} is an object, which SDK 2 drops without a word: write one attribute for each field that is needed.',
  },
} as const

type Written = AttributeBag | AttributeWrite | BaggageWrite | EventWrite | ExceptionWrite | StatusWrite
type Found = Pick<Finding, 'rule' | 'messageId' | 'data' | 'origin'>

/** What is wrong with what is written to a span: the first that applies, for each subject. */
export function judgeAttributeWrite(fact: Written, policy: Policy): readonly Finding[] {
  const found = judge(fact, policy)
  return found === null ? [] : [{ ...found, subject: subjectOf(fact), certainty: fact.certainty }]
}

function subjectOf(fact: Written): string {
  return fact.fact === 'attribute-write' || fact.fact === 'baggage-write' ? (getKeyName(fact.key) ?? fact.key.text) : fact.fact
}

function judge(fact: Written, policy: Policy): Found | null {
  switch (fact.fact) {
    case 'attribute-write':
      return sensitiveWrite(fact, policy) ?? unboundedWrite(fact) ?? invalidValue(fact.value)
    case 'attribute-bag':
      return unboundedBag(fact)
    case 'baggage-write':
      return sensitiveWrite(fact, policy) ?? unboundedValue(fact.value, 'baggage')
    case 'event-write':
      return sensitiveName(fact.name, policy) ?? dynamicEvent(fact.name)
    case 'status-write':
      return fact.message === undefined ? null : (sensitiveName(fact.message, policy) ?? unboundedValue(fact.message, 'status-message'))
    case 'exception-write':
      return fact.value.kind === 'literal' ? sensitiveName(fact.value, policy) : null
  }
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

function invalidValue(value: Value): Found | null {
  const rule = 'valid-attribute-value'
  const { origin } = value
  const data = { value: shorten(value.text) }
  if (value.kind === 'object' && value.type?.kind !== 'string') return { rule, messageId: 'object', data, origin }
  if (value.kind === 'literal' && (value.value === null)) return { rule, messageId: 'nullish', data, origin }
  if (value.kind === 'unknown' && value.yields === 'function') return { rule, messageId: 'function', data, origin }
  if (value.kind === 'array' && isMixed(value.elements)) return { rule, messageId: 'mixed', data, origin }
  return null
}

function isMixed(elements: readonly Value[]): boolean {
  const kinds = new Set(elements.flatMap((element) => (element.kind === 'literal' && element.value != null ? typeof element.value : [])))
  return kinds.size > 1
}
