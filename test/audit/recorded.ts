import type { Attributes, RecordedSpan, RecordedValue } from '../../src/audit/spans.js'

let next = 0

/** A recorded span with what a test says of it: an INTERNAL root of the service `shop` otherwise. */
export function span(given: Omit<Partial<RecordedSpan>, 'attributes'> & { readonly attributes?: Readonly<Record<string, RecordedValue>> } = {}): RecordedSpan {
  next++
  return {
    traceId: 'a'.repeat(32), spanId: next.toString(16).padStart(16, '0'), parentSpanId: null, name: 'order.place', kind: 'internal', startTime: 0n,
    events: [], links: [], status: { code: 'unset', message: '' }, scope: 'shop', service: 'shop', resource: new Map(),
    ...given, attributes: attributes(given.attributes ?? {}),
  }
}

export function attributes(given: Readonly<Record<string, RecordedValue>>): Attributes {
  return new Map(Object.entries(given))
}
