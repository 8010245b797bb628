import type { AttributeWrite, EventWrite, Origin, Sink, SpanStart, StatusWrite, Value } from '@spanguard/policy'

import type { RecordedSpan, RecordedValue } from './spans.js'

/** A recorded trace has no source: what the judges point at is the span itself. */
const nowhere: Origin = { start: 0, end: 0, from: { line: 1, column: 0 }, to: { line: 1, column: 0 } }
const base = { origin: nowhere, certainty: 'certain' as const, via: { api: 'otlp', method: 'recorded' } }

/** What messages call a value: what it is, never what it says. */
const unsaid = 'its value'

/** The start of a recorded span as a fact. */
export function spanStart({ attributes, kind, name }: RecordedSpan): SpanStart {
  return {
    ...base, fact: 'span-start', name: { kind: 'literal', origin: nowhere, text: name, value: name }, active: true, ends: true, records: true,
    ...(kind === 'unspecified' ? {} : { spanKind: kind }), attributeKeys: [...attributes.keys()],
  }
}

export function attributeWrite(key: string, value: RecordedValue, sink: Sink): AttributeWrite {
  return { ...base, fact: 'attribute-write', sink, key: { kind: 'literal', origin: nowhere, text: key, value: key }, value: valueOf(value), entry: nowhere }
}

export function eventWrite(name: string): EventWrite {
  return { ...base, fact: 'event-write', name: { kind: 'literal', origin: nowhere, text: unsaid, value: name } }
}

export function statusWrite(message: string): StatusWrite {
  return { ...base, fact: 'status-write', code: 'error', message: { kind: 'literal', origin: nowhere, text: unsaid, value: message } }
}

/**
 * A recorded value as the judges know values. It is the text that was recorded, and stands for any that the same line of code
 * writes; a text that shows how it was made (a serialised object, a stack, a URL, SQL with values in it) is what made it.
 */
export function valueOf(value: RecordedValue): Value {
  const own = { origin: nowhere, text: unsaid }
  if (value === null) return { ...own, kind: 'unknown' }
  if (typeof value === 'number' || typeof value === 'boolean') return { ...own, kind: 'unknown', yields: typeof value === 'number' ? 'number' : 'boolean', type: { kind: typeof value === 'number' ? 'number' : 'boolean' } }
  if (Array.isArray(value)) return { ...own, kind: 'array', open: false, elements: value.map((each: RecordedValue) => valueOf(each)) }
  if (typeof value === 'object') return { ...own, kind: 'unknown' }
  const any: Value = { ...own, kind: 'unknown', yields: 'string' }
  return { ...own, kind: 'union', of: [any, { ...own, kind: 'literal', value }, ...madeOf(value, any)] }
}

/** A serialised object below this number of characters may well be a small constant. */
const minPayload = 100

function madeOf(text: string, any: Value): readonly Value[] {
  const own = { origin: nowhere, text: unsaid }
  const made: Value[] = []
  if (/\n\s+at .+(?::\d+|\))/u.test(text)) made.push({ ...own, kind: 'reference', root: 'local', path: ['error', 'stack'] })
  if (text.length >= minPayload && isJson(text)) made.push({ ...own, kind: 'call', callee: ['JSON', 'stringify'], arguments: [{ ...own, kind: 'unknown' }] })
  const varying: Value = { ...any, kind: 'reference', root: 'parameter', path: ['request', 'query', 'value'] }
  // A URL's query, and SQL up to each of its values.
  const query = /^(?:https?:\/\/|\/)[^\s?]*\?/u.test(text) ? quasisOf(text, /(?<=[?&][\w.[\]%-]+=)[^&#]*/gu) : null
  if (query !== null) made.push({ ...own, kind: 'template', quasis: query, parts: query.slice(1).map(() => varying) })
  const sql = /^\s*(?:select|insert|update|delete)\b/iu.test(text) ? quasisOf(text, /'(?:[^']|'')*'|(?<![\w$.])\d+(?:\.\d+)?(?![\w.])/gu) : null
  if (sql !== null) made.push({ ...own, kind: 'template', quasis: sql, parts: sql.slice(1).map(() => varying) })
  return made
}

/** The text around what a pattern matches; null where it matches nothing. */
function quasisOf(text: string, pattern: RegExp): readonly string[] | null {
  const quasis = text.split(pattern)
  return quasis.length < 2 ? null : quasis
}

function isJson(text: string): boolean {
  if (!/^\s*[[{]/u.test(text)) return false
  try {
    return typeof JSON.parse(text) === 'object'
  } catch {
    // A store cuts long values: what begins as an object and goes on as one is one.
    return /^\s*\{\s*"[^"]+"\s*:/u.test(text)
  }
}
