import { SpanStatusCode, SpanKind, TraceFlags } from '@opentelemetry/api'
import { JsonTraceSerializer, ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer'
import { resourceFromAttributes } from '@opentelemetry/resources'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import { afterEach, expect, test } from 'vitest'
import { startReceiver, type Receiver, type ReceiverMode } from '../otlp-receiver.js'

let receiver: Receiver
afterEach(async () => {
  await receiver.close()
})

const span: ReadableSpan = {
  name: 'payment.process',
  kind: SpanKind.CLIENT,
  spanContext: () => ({ traceId: '0123456789abcdef0123456789abcdef', spanId: '0123456789abcdef', traceFlags: TraceFlags.SAMPLED }),
  parentSpanContext: { traceId: '0123456789abcdef0123456789abcdef', spanId: 'fedcba9876543210', traceFlags: 1, isRemote: true },
  startTime: [1_700_000_000, 5],
  endTime: [1_700_000_001, 5],
  duration: [1, 0],
  status: { code: SpanStatusCode.ERROR, message: 'TypeError' },
  attributes: { text: 'grüße', whole: -3, part: 0.5, yes: true, list: ['a', 'b'] },
  links: [{ context: { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 }, attributes: { n: 1 } }],
  events: [{ name: 'exception', time: [1_700_000_000, 6], attributes: { 'exception.type': 'TypeError' } }],
  ended: true,
  resource: resourceFromAttributes({ 'service.name': 'shop' }),
  instrumentationScope: { name: 'test', version: '1' },
  droppedAttributesCount: 0,
  droppedEventsCount: 0,
  droppedLinksCount: 0,
}

async function send(serializer: typeof ProtobufTraceSerializer, contentType: string): Promise<Response> {
  const body = serializer.serializeRequest([span])
  return fetch(`${receiver.url}/v1/traces`, { method: 'POST', headers: { 'Content-Type': contentType }, body: Buffer.from(body ?? []) })
}

test.each([
  ['protobuf', ProtobufTraceSerializer, 'application/x-protobuf'],
  ['JSON', JsonTraceSerializer, 'application/json'],
] as const)('decodes what the official %s serializer writes', async (_, serializer, contentType) => {
  receiver = await startReceiver()
  const response = await send(serializer, contentType)
  expect(response.status).toBe(200)
  const [decoded] = await receiver.waitForSpans(1)
  expect(decoded).toMatchObject({
    traceId: '0123456789abcdef0123456789abcdef',
    spanId: '0123456789abcdef',
    parentSpanId: 'fedcba9876543210',
    name: 'payment.process',
    kind: 'CLIENT',
    startTime: 1_700_000_000_000_000_005n,
    durationMs: 1000,
    attributes: { text: 'grüße', whole: -3, part: 0.5, yes: true, list: ['a', 'b'] },
    events: [{ name: 'exception', attributes: { 'exception.type': 'TypeError' } }],
    links: [{ traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), attributes: { n: 1 } }],
    status: { code: 'ERROR', message: 'TypeError' },
    scope: { name: 'test', version: '1' },
    resource: { 'service.name': 'shop' },
  })
  expect(decoded?.flags).toBe(0x301)
})

test('partialSuccess is what the official serializer reads', async () => {
  receiver = await startReceiver({ mode: { rejectedSpans: 1, errorMessage: 'too old' } })
  const response = await send(ProtobufTraceSerializer, 'application/x-protobuf')
  const answer = ProtobufTraceSerializer.deserializeResponse(new Uint8Array(await response.arrayBuffer()))
  expect(answer.partialSuccess?.errorMessage).toBe('too old')
  expect(Number(answer.partialSuccess?.rejectedSpans)).toBe(1)
  expect(receiver.spans()).toHaveLength(0)
})

test.each<[string, ReceiverMode]>([
  ['refuse', 'refuse'],
  ['reset', 'reset'],
  ['corrupt', 'corrupt'],
])('%s fails the request, and ok on the same port takes it again', async (_, mode) => {
  receiver = await startReceiver({ mode })
  await expect(send(ProtobufTraceSerializer, 'application/x-protobuf')).rejects.toThrow()
  await receiver.setMode('ok')
  expect((await send(ProtobufTraceSerializer, 'application/x-protobuf')).status).toBe(200)
  expect(receiver.spans()).toHaveLength(1)
})

test('a status with Retry-After takes nothing', async () => {
  receiver = await startReceiver({ mode: { status: 503, retryAfter: 2 } })
  const response = await send(ProtobufTraceSerializer, 'application/x-protobuf')
  expect([response.status, response.headers.get('retry-after')]).toEqual([503, '2'])
  expect(receiver.spans()).toHaveLength(0)
  expect(receiver.requests()).toHaveLength(1)
})

test('bytes that are no OTLP and other paths are refused', async () => {
  receiver = await startReceiver()
  expect((await fetch(`${receiver.url}/v1/traces`, { method: 'POST', body: Buffer.from([0xff, 0xff]) })).status).toBe(400)
  expect((await fetch(receiver.url, { method: 'POST' })).status).toBe(404)
  await expect(receiver.waitForSpans(1, 20)).rejects.toThrow('0 of 1 spans arrived within 20 ms: none')
})
