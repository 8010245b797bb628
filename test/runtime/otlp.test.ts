import { createTraceState, SpanKind, SpanStatusCode, type Attributes, type HrTime } from '@opentelemetry/api'
import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer'
import { resourceFromAttributes } from '@opentelemetry/resources'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeResponse, encodeSpans } from '../../runtime/src/export/otlp.js'

const resource = resourceFromAttributes({ 'service.name': 'orders' })
const scope = { name: 'tests', version: '1.0.0' }

function span(parts: Partial<ReadableSpan> = {}): ReadableSpan {
  return {
    name: 'orders.create',
    kind: SpanKind.INTERNAL,
    spanContext: () => ({ traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', traceFlags: 1 }),
    startTime: [1_700_000_000, 5],
    endTime: [1_700_000_000, 999_999_999],
    status: { code: SpanStatusCode.UNSET },
    attributes: {},
    links: [],
    events: [],
    duration: [0, 1],
    ended: true,
    resource,
    instrumentationScope: scope,
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
    ...parts,
  }
}

/** As text, so that a difference is shown where it begins. */
function own(...spans: ReadableSpan[]): string {
  return Buffer.from(encodeSpans(spans).bytes).toString('hex')
}
function official(...spans: ReadableSpan[]): string {
  return Buffer.from(ProtobufTraceSerializer.serializeRequest(spans) ?? []).toString('hex')
}

describe('byte for byte what the official serializer makes', () => {
  const attributes = (value: unknown): Partial<ReadableSpan> => ({ attributes: { 'order.value': value } as Attributes })
  test.each<[string, Partial<ReadableSpan>]>([
    ['a span without anything', {}],
    ['an empty name', { name: '' }],
    ['every kind of value', { attributes: { text: 'a', number: 1, yes: true, no: false, half: 0.5, list: ['a', 'b'], numbers: [1, 2.5], mixed: [null, undefined, 'a'] as never, none: undefined } }],
    ['a text of 127 characters', attributes('x'.repeat(127))],
    ['a text of 128 characters', attributes('x'.repeat(128))],
    ['a text of 16,384 characters, whose length takes three bytes', attributes('x'.repeat(16_384))],
    ['a text of 3,000,000 characters, whose length takes four bytes', attributes('x'.repeat(3_000_000))],
    ['umlauts', attributes('Größe')],
    ['a short text that becomes longer than 127 bytes', attributes('ß'.repeat(64))],
    ['an emoji, and half of one', attributes('ok 🎉 \ud83c')],
    ['a key that is not ASCII', { attributes: { größe: 1 } }],
    ['a key of 300 characters', { attributes: { ['k'.repeat(300)]: 1 } }],
    ['zero and its negative', attributes([0, -0])],
    ['whole numbers at the edges of their sizes', attributes([127, 128, 2 ** 31 - 1, 2 ** 31, 2 ** 32, 2 ** 53, 2 ** 62, -1, -(2 ** 31), -(2 ** 53), -(2 ** 63)])],
    ['numbers beyond an int64', attributes([2 ** 63, 1e300, -1e300])],
    ['what is no number', attributes([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])],
    ['an empty list', attributes([])],
    ['a parent of this process', { parentSpanContext: { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: '00f067aa0ba902b7', traceFlags: 1 } }],
    ['a remote parent', { parentSpanContext: { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: '00f067aa0ba902b7', traceFlags: 1, isRemote: true } }],
    ['ids in capitals', { spanContext: () => ({ traceId: '0AF7651916CD43DD8448EB211C80319C', spanId: 'B7AD6B7169203331', traceFlags: 1 }) }],
    ['trace state', { spanContext: () => ({ traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', traceFlags: 1, traceState: createTraceState('ot=th:8,a=b') }) }],
    ['a status with a message', { status: { code: SpanStatusCode.ERROR, message: 'TypeError' } }],
    ['times at the edges', { startTime: [0, 0], endTime: [18_446_744_073, 709_551_615] }],
    ['times after 2038', { startTime: [2 ** 31, 1], endTime: [2 ** 32 + 1, 999_999_999] }],
    ['times with a fraction of a nanosecond', { startTime: [1_700_000_000, 5.75], endTime: [1_700_000_001, 0.1] }],
    ['events', { events: [{ name: 'exception', time: [1_700_000_000, 7], attributes: { 'exception.type': 'Error' }, droppedAttributesCount: 2 }, { name: 'order.saved', time: [1_700_000_000, 8] }] }],
    ['links', { links: [{ context: { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', traceFlags: 0, isRemote: true, traceState: createTraceState('a=b') }, attributes: { 'a.b': 1 }, droppedAttributesCount: 1 }, { context: { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', traceFlags: 1 } }] }],
    ['dropped attributes, events and links', { droppedAttributesCount: 200, droppedEventsCount: 3, droppedLinksCount: 4 }],
    ['a scope without version, with a schema', { instrumentationScope: { name: 'tests', schemaUrl: 'https://opentelemetry.io/schemas/1.37.0' } }],
    ['a scope without a name', { instrumentationScope: { name: '' } }],
    ['a scope with attributes', { instrumentationScope: { name: 'tests', attributes: { 'a.b': 1 } } as never }],
    ['a resource with a schema', { resource: resourceFromAttributes({ 'service.name': 'orders' }, { schemaUrl: 'https://opentelemetry.io/schemas/1.37.0' }) }],
  ])('%s', (_, parts) => {
    expect(own(span(parts))).toBe(official(span(parts)))
  })

  test('spans of several resources and scopes are grouped by them, in the order of their first', () => {
    const other = resourceFromAttributes({ 'service.name': 'payments' })
    const spans = [span(), span({ instrumentationScope: { name: 'pg' } }), span({ resource: other }), span({ name: 'last' })]
    expect(own(...spans)).toBe(official(...spans))
  })

  test('no span at all', () => {
    expect(own()).toBe(official())
  })

  test('a batch that outgrows its buffer again and again', () => {
    const spans = Array.from({ length: 300 }, (_, index) => span({ name: `orders.${String(index)}`, attributes: { text: 'ä'.repeat(index * 40) } }))
    expect(own(...spans)).toBe(official(...spans))
  })

  test('more keys than are remembered', () => {
    const spans = Array.from({ length: 50 }, (_, index) => span({ attributes: Object.fromEntries(Array.from({ length: 100 }, (__, key) => [`key.${String(index)}.${String(key)}`, key])) }))
    expect(own(...spans)).toBe(official(...spans))
    expect(own(...spans)).toBe(official(...spans))
  })

  test('what Object.prototype was given is no attribute', () => {
    const prototype = Object.prototype as { polluted?: string }
    prototype.polluted = 'secret'
    try {
      expect(own(span({ attributes: { a: 1 } }))).not.toContain(Buffer.from('polluted').toString('hex'))
    } finally {
      delete prototype.polluted
    }
  })

  test('any span', () => {
    const value = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme', maxLength: 300 }), fc.boolean(), fc.integer(), fc.maxSafeInteger(), fc.double())
    const bag = fc.dictionary(fc.string({ unit: 'grapheme' }), fc.oneof(value, fc.array(value, { maxLength: 5 }))) as fc.Arbitrary<Attributes>
    const time = fc.tuple(fc.nat(), fc.nat(999_999_999)) as fc.Arbitrary<HrTime>
    const id = (length: number): fc.Arbitrary<string> => fc.string({ unit: fc.constantFrom(...Array.from({ length: 16 }, (_, digit) => digit.toString(16))), minLength: length, maxLength: length })
    const context = fc.record({ traceId: id(32), spanId: id(16), traceFlags: fc.nat(255), isRemote: fc.boolean() })
    const any = fc.record({
      name: fc.string({ unit: 'grapheme' }),
      kind: fc.constantFrom(SpanKind.INTERNAL, SpanKind.SERVER, SpanKind.CLIENT, SpanKind.PRODUCER, SpanKind.CONSUMER),
      context,
      parentSpanContext: fc.option(context, { nil: undefined }),
      startTime: time,
      endTime: time,
      attributes: bag,
      events: fc.array(fc.record({ name: fc.string(), time, attributes: bag, droppedAttributesCount: fc.nat() }), { maxLength: 3 }),
      links: fc.array(fc.record({ context, attributes: bag }), { maxLength: 3 }),
      status: fc.record({ code: fc.constantFrom(SpanStatusCode.UNSET, SpanStatusCode.OK, SpanStatusCode.ERROR), message: fc.string() }),
      droppedAttributesCount: fc.nat(),
    })
    fc.assert(
      fc.property(fc.array(any, { maxLength: 5 }), parts => {
        const spans = parts.map(({ context: spanContext, ...rest }) => span({ ...rest, spanContext: () => spanContext } as Partial<ReadableSpan>))
        expect(own(...spans)).toBe(official(...spans))
      }),
      { numRuns: 300 },
    )
  })
})

describe('what is no span to a collector costs the others nothing', () => {
  const context = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', traceFlags: 1 }
  const [before, after] = [span({ name: 'before' }), span({ name: 'after' })]

  test.each<[string, Partial<ReadableSpan>]>([
    ['an attribute that throws when it is read', { attributes: Object.defineProperty({}, 'a', { enumerable: true, get: () => { throw new Error('no') } }) }],
    ['an id of odd length', { spanContext: () => ({ ...context, traceId: 'abc' }) }],
    ['an id of other letters', { spanContext: () => ({ ...context, spanId: 'zzzzzzzzzzzzzzzz' }) }],
    ['no context', { spanContext: () => { throw new Error('no') } }],
    ['no events', { events: null as never }],
  ])('%s: it is left out, and counted', (_, parts) => {
    const { bytes, count } = encodeSpans([before, span(parts), after])
    expect(count).toBe(2)
    expect(Buffer.from(bytes).toString('hex')).toBe(official(before, after))
  })

  const beginning: HrTime = [0, 0]
  test.each<[string, Partial<ReadableSpan>, Partial<ReadableSpan>]>([
    ['an event before 1970 is at its beginning', { events: [{ name: 'born', time: [-150_000_000, 0] }] }, { events: [{ name: 'born', time: beginning }] }],
    ['so are negative nanoseconds', { startTime: [0, -5] }, { startTime: beginning }],
    ['and what is no time', { startTime: [Number.NaN, 0], endTime: [Number.POSITIVE_INFINITY, 0] }, { startTime: beginning, endTime: beginning }],
    ['a kind that there is not is none', { kind: 'x' as never }, { kind: -1 as never }],
    ['a status that there is not is unset', { status: { code: 'x' as never } }, {}],
    ['a link to nowhere is a link dropped', { links: [{ context }, { context: { ...context, traceId: 'abc' } }, { context: { traceFlags: 1 } as never }] }, { links: [{ context }], droppedLinksCount: 2 }],
    ['so is one with an id that is a word', { links: [{ context: { ...context, spanId: 'jane.doe@example' } }] }, { droppedLinksCount: 1 }],
  ])('%s', (_, parts, instead) => {
    const { bytes, count } = encodeSpans([before, span(parts), after])
    expect(count).toBe(3)
    expect(Buffer.from(bytes).toString('hex')).toBe(official(before, span(instead), after))
  })
})

describe('what a collector answers', () => {
  /** `partial_success` with `rejected_spans` and `error_message`. */
  const response = (...fields: number[]): Uint8Array => Uint8Array.from([0x0a, fields.length, ...fields])

  test('nothing: all were taken', () => {
    expect(decodeResponse(new Uint8Array())).toEqual({ rejected: 0, message: '' })
  })

  test.each<[string, Uint8Array, number, string]>([
    ['a number and a message', response(0x08, 3, 0x12, 2, 0x6e, 0x6f), 3, 'no'],
    ['a number of two bytes', response(0x08, 0xac, 0x02), 300, ''],
    ['a message alone', response(0x12, 2, 0x6e, 0x6f), 0, 'no'],
    ['an empty partial success', response(), 0, ''],
    ['fields of later versions', Uint8Array.from([0x10, 7, 0x19, 1, 2, 3, 4, 5, 6, 7, 8, 0x25, 1, 2, 3, 4, ...response(0x08, 3, 0x1a, 1, 0)]), 3, ''],
  ])('%s', (_, bytes, rejected, message) => {
    expect(decodeResponse(bytes)).toEqual({ rejected, message })
    const { partialSuccess } = ProtobufTraceSerializer.deserializeResponse(bytes)
    expect({ rejected: partialSuccess?.rejectedSpans ?? 0, message: partialSuccess?.errorMessage ?? '' }).toEqual({ rejected, message })
  })

  test('a negative number, which the official one takes for all spans there are', () => {
    expect(decodeResponse(response(0x08, ...Array.from({ length: 9 }, () => 0xff), 0x01))).toEqual({ rejected: -1, message: '' })
  })

  test.each<[string, number[]]>([
    ['a page of HTML', [...Buffer.from('<html>')]],
    ['a message that is cut off', [0x0a, 9, 0x08]],
    ['a number without an end', [0x08, ...Array.from({ length: 11 }, () => 0xff)]],
    ['a number that is cut off', [0x0a, 2, 0x08, 0xff]],
  ])('%s is none, and throws', (_, bytes) => {
    expect(() => decodeResponse(Uint8Array.from(bytes))).toThrow(RangeError)
  })
})
