import { Metadata, status } from '@grpc/grpc-js'
import { initTracing, type Tracing } from '@spanguard/runtime'
import { tracingClientInterceptor, tracingServerInterceptor } from '@spanguard/runtime/grpc'
import { GrpcInstrumentation } from '@opentelemetry/instrumentation-grpc'
import { trace } from '@opentelemetry/api'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startReceiver, type Receiver } from '../../otlp-receiver.js'
import { orders, type OrdersClient, type OrdersServer } from './orders.js'

/** Planted in metadata, messages, error details and trailers; none of it may be in the bytes that leave. */
const secrets = {
  bearer: 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U',
  card: '4111111111111111',
  email: 'jane.doe@customer.example',
  password: 'hunter2-hunter2',
  cookie: 'sid=s3ss10n-c00k1e-value',
} as const

let receiver: Receiver
let tracing: Tracing
let server: OrdersServer
let client: OrdersClient
beforeAll(async () => {
  receiver = await startReceiver()
  tracing = initTracing({ serviceName: 'leak-test', endpoint: receiver.url, signals: false, sampling: { ratio: 1 } })
  server = await orders.startOrders([tracingServerInterceptor()])
  client = orders.connect(`127.0.0.1:${server.port}`, [tracingClientInterceptor()])
})
afterAll(async () => {
  client.close()
  server.close()
  await tracing.shutdown()
  await receiver.close()
})

function metadata(): Metadata {
  const all = new Metadata()
  all.set('authorization', `Bearer ${secrets.bearer}`)
  all.set('cookie', secrets.cookie)
  all.set('x-user', secrets.email)
  all.set('x-card-bin', Buffer.from(secrets.card))
  all.set('baggage', `user.email=${encodeURIComponent(secrets.email)},password=${secrets.password}`)
  all.set('tracestate', `vendor=${secrets.password}`)
  all.set('traceparent', '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01')
  return all
}

async function sent(): Promise<string> {
  await sleep(40)
  await tracing.flush()
  const bytes = receiver.requests().map(({ body }) => Buffer.from(body).toString('latin1')).join('\n')
  expect(receiver.spans().length).toBeGreaterThan(0)
  receiver.clear()
  return bytes
}

const leaksOf = (bytes: string): string[] =>
  Object.entries(secrets)
    .filter(([, text]) => [text, encodeURIComponent(text), Buffer.from(text).toString('base64')].some(form => bytes.includes(form)))
    .map(([name]) => name)

const details = Object.values(secrets).join(' ')
const calls: Record<string, () => Promise<unknown>> = {
  'a call that goes well': () => client.get({ ...secrets }, { metadata: metadata() }),
  'an error whose details tell everything': () => client.get({ code: status.INTERNAL, details }, { metadata: metadata() }),
  'an error that is an answer': () => client.get({ code: status.NOT_FOUND, details }, { metadata: metadata() }),
  'a response that can not be serialised': () => client.get({ unserialisable: true, ...secrets }, { metadata: metadata() }),
  'a deadline': () => client.get({ waitMs: 100, ...secrets }, { metadata: metadata(), deadline: Date.now() + 30 }),
  'a handler that throws': () => client.throwing(),
  'a stream of requests': () => client.upload([{ ...secrets }, { code: status.DATA_LOSS, details }]),
  'a stream of responses': () => client.list({ count: 1, code: status.UNKNOWN, details }),
  'a stream both ways': () => client.chat([{ ...secrets }, { code: status.UNAVAILABLE, details }]),
}

describe('the interceptors', () => {
  it.each(Object.keys(calls))('%s', async name => {
    await calls[name]?.()
    expect(leaksOf(await sent())).toEqual([])
  })
})

/** A team may have told instrumentation-grpc to record metadata: redaction stands behind it. */
describe('beside an instrumentation-grpc that records metadata', () => {
  const captured = ['authorization', 'cookie', 'x-user', 'baggage']
  const both = { requestMetadata: captured, responseMetadata: captured }
  let instrumentation: GrpcInstrumentation
  let unpatch: () => void
  beforeAll(async () => {
    instrumentation = new GrpcInstrumentation({ enabled: false, metadataToSpanAttributes: { client: both, server: both } })
    instrumentation.setTracerProvider(trace.getTracerProvider())
    const grpcJs = (await import('@grpc/grpc-js')).default
    const [definition] = (instrumentation as unknown as { init(): { patch(exports: unknown): unknown; unpatch(exports: unknown): unknown }[] }).init()
    definition?.patch(grpcJs)
    unpatch = () => { definition?.unpatch(grpcJs) }
    client.close()
    server.close()
    server = await orders.startOrders([tracingServerInterceptor()])
    client = orders.connect(`127.0.0.1:${server.port}`, [tracingClientInterceptor()])
  })
  afterAll(() => { unpatch() })

  it.each(Object.keys(calls))('%s', async name => {
    await calls[name]?.()
    await sleep(40)
    await tracing.flush()
    expect(new Set(receiver.spans().map(({ scope }) => scope.name))).toEqual(new Set(['@opentelemetry/instrumentation-grpc']))
    expect(leaksOf(await sent())).toEqual([])
  })
})

it('the test would see a leak', async () => {
  const span = trace.getTracer('test').startSpan('probe')
  span.setAttribute('url.path', '/visible-path')
  span.end()
  expect(await sent()).toContain('visible-path')
})
