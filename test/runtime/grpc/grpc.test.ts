import { Metadata, status } from '@grpc/grpc-js'
import { context, trace } from '@opentelemetry/api'
import { withSpan } from '@spanguard/runtime'
import { tracingClientInterceptor, tracingServerInterceptor } from '@spanguard/runtime/grpc'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { DecodedSpan } from '../../otlp-receiver.js'
import { startTracing, type TestTracing } from '../middleware/tracing.js'
import { orders, type OrdersClient, type OrdersServer } from './orders.js'

let tracing: TestTracing
let server: OrdersServer
let client: OrdersClient
beforeAll(async () => {
  tracing = await startTracing({ sampling: { ratio: 1, ignore: ['/shop.orders.v1.Orders/Upload'] } })
  server = await orders.startOrders([tracingServerInterceptor()])
  client = orders.connect(`127.0.0.1:${server.port}`, [tracingClientInterceptor()])
})
afterAll(async () => {
  client.close()
  server.close()
  await tracing.stop()
})
beforeEach(() => {
  Object.assign(orders.seen, { cancelled: 0, metadata: [], attempts: 0 })
})
afterEach(async () => {
  await tracing.spans()
})

/** The two sides of the one call that was made. */
async function sides(): Promise<{ readonly client: DecodedSpan; readonly server: DecodedSpan }> {
  const spans = await tracing.spans()
  expect(spans.map(({ kind, name }) => `${kind} ${name}`).sort()).toHaveLength(2)
  const side = (kind: DecodedSpan['kind']): DecodedSpan => spans.find(span => span.kind === kind) as DecodedSpan
  return { client: side('CLIENT'), server: side('SERVER') }
}

describe('a call that goes well', () => {
  it('is one CLIENT span and, below it, one SERVER span, with the attributes of the RPC conventions', async () => {
    const answer = await client.get({})
    const spans = await sides()
    expect(answer.code).toBe(status.OK)
    expect(spans.server.traceId).toBe(spans.client.traceId)
    expect(spans.server.parentSpanId).toBe(spans.client.spanId)
    expect(answer.value?.span).toBe(spans.server.spanId)
    expect(spans.client).toMatchObject({ name: 'shop.orders.v1.Orders/Get', parentSpanId: undefined, status: { code: 'UNSET' } })
    expect(spans.client.attributes).toEqual({
      'rpc.system.name': 'grpc',
      'rpc.method': 'shop.orders.v1.Orders/Get',
      'rpc.status_code': 'OK',
      'server.address': '127.0.0.1',
      'server.port': server.port,
      'network.peer.address': '127.0.0.1',
      'network.peer.port': server.port,
    })
    expect(spans.server).toMatchObject({ name: 'shop.orders.v1.Orders/Get', status: { code: 'UNSET' } })
    expect(spans.server.attributes).toEqual({
      'rpc.system.name': 'grpc',
      'rpc.method': 'shop.orders.v1.Orders/Get',
      'rpc.status_code': 'OK',
      'server.address': '127.0.0.1',
      'server.port': server.port,
    })
  })

  it('hangs below the span that is active, and leaves that one active in the callback', async () => {
    let outer = ''
    const answer = await withSpan('order.load', span => {
      outer = span.spanContext().spanId
      return client.get({})
    })
    const spans = await tracing.spans()
    expect(spans.find(({ kind }) => kind === 'CLIENT')?.parentSpanId).toBe(outer)
    expect(answer.span).toBe(outer)
  })

  it('of two at once each has its own context, in handlers and in callbacks', async () => {
    const one = async (name: string): Promise<void> => {
      let outer = ''
      const answer = await withSpan(name, span => {
        outer = span.spanContext().spanId
        return client.get({ waitMs: 5 })
      })
      expect(answer.span).toBe(outer)
    }
    await Promise.all(Array.from({ length: 10 }, (_, index) => one(`order.load${index}`)))
    const spans = await tracing.spans()
    expect(spans).toHaveLength(30)
    const byId = new Map(spans.map(span => [span.spanId, span]))
    for (const span of spans) if (span.kind !== 'INTERNAL') expect(byId.get(span.parentSpanId ?? '')?.traceId).toBe(span.traceId)
  })
})

describe('streams', () => {
  it('a stream of requests: the ignored method has no span on the server, and an unsampled context goes on', async () => {
    const answer = await client.upload([{}, {}, {}])
    expect(answer).toMatchObject({ code: 0, value: { count: 3 } })
    const spans = await tracing.spans()
    // The caller sampled the call, and the server's ignored route says no more about it.
    expect(spans.map(({ kind }) => kind)).toEqual(['CLIENT'])
    expect(answer.value?.span).not.toBe(spans[0]?.spanId)
    expect(answer.value?.spans).toEqual([answer.value?.span])
  })

  it('a stream of responses is one span a side, active between writes and in its events', async () => {
    let outer = ''
    const answer = await withSpan('order.list', span => {
      outer = span.spanContext().spanId
      return client.list({ count: 3 })
    })
    const spans = (await tracing.spans()).filter(({ kind }) => kind !== 'INTERNAL')
    expect(spans.map(({ kind, name, attributes }) => [kind, name, attributes['rpc.status_code']]).sort()).toEqual([
      ['CLIENT', 'shop.orders.v1.Orders/List', 'OK'],
      ['SERVER', 'shop.orders.v1.Orders/List', 'OK'],
    ])
    const serverSpan = spans.find(({ kind }) => kind === 'SERVER')
    expect(answer.values).toEqual(Array(3).fill({ span: serverSpan?.spanId }))
    expect(answer.spans).toEqual([outer])
  })

  it('both ways: the span is active in the listeners of the server\'s stream', async () => {
    const answer = await client.chat([{}, {}, {}, {}])
    const spans = await sides()
    expect(answer.values).toEqual(Array(4).fill({ span: spans.server.spanId }))
    expect(spans.server.attributes['rpc.status_code']).toBe('OK')
    expect(spans.client.attributes['rpc.status_code']).toBe('OK')
  })
})

describe('a status that is not OK', () => {
  const serverErrors = ['UNKNOWN', 'DEADLINE_EXCEEDED', 'UNIMPLEMENTED', 'INTERNAL', 'UNAVAILABLE', 'DATA_LOSS']
  const codes = Object.keys(status).filter(name => Number.isNaN(Number(name)) && name !== 'OK') as (keyof typeof status)[]

  it('there are sixteen of them', () => {
    expect(codes).toHaveLength(16)
  })

  it.each(codes)('%s', async name => {
    const { code } = await client.get({ code: status[name] })
    expect(code).toBe(status[name])
    const spans = await sides()
    const failed = { status: { code: 'ERROR', message: '' } }
    expect(spans.client).toMatchObject(failed)
    expect(spans.client.attributes).toMatchObject({ 'rpc.status_code': name, 'error.type': name })
    expect(spans.server.attributes['rpc.status_code']).toBe(name)
    if (serverErrors.includes(name)) {
      expect(spans.server).toMatchObject(failed)
      expect(spans.server.attributes['error.type']).toBe(name)
    } else {
      expect(spans.server.status.code).toBe('UNSET')
      expect(spans.server.attributes).not.toHaveProperty('error.type')
    }
  })

  it('a code that gRPC does not know is UNKNOWN', async () => {
    await client.get({ code: 99 })
    const spans = await sides()
    expect(spans.server.attributes['rpc.status_code']).toBe('UNKNOWN')
    expect(spans.client.attributes['rpc.status_code']).toBe('UNKNOWN')
  })

  it.each([
    ['a stream of responses', () => client.list({ count: 2, code: status.ABORTED })],
    ['a stream both ways', () => client.chat([{}, { code: status.ABORTED }])],
  ] as const)('ends %s', async (_, call) => {
    expect((await call()).code).toBe(status.ABORTED)
    const spans = await sides()
    expect(spans.client).toMatchObject({ status: { code: 'ERROR' } })
    expect(spans.server).toMatchObject({ status: { code: 'UNSET' } })
    expect(spans.server.attributes['rpc.status_code']).toBe('ABORTED')
  })

  it('of a handler that throws is UNKNOWN', async () => {
    expect((await client.throwing()).code).toBe(status.UNKNOWN)
    const spans = await sides()
    expect(spans.server).toMatchObject({ status: { code: 'ERROR' } })
    expect(spans.server.attributes['error.type']).toBe('UNKNOWN')
  })

  it('that grpc-js sends by itself, for a response that can not be serialised, is the server\'s as well', async () => {
    expect((await client.get({ unserialisable: true })).code).toBe(status.INTERNAL)
    const spans = await sides()
    expect(spans.server.attributes).toMatchObject({ 'rpc.status_code': 'INTERNAL', 'error.type': 'INTERNAL' })
  })

  it('of a server that is not there', async () => {
    const gone = await orders.startOrders()
    gone.close()
    const lost = orders.connect(`127.0.0.1:${gone.port}`, [tracingClientInterceptor()])
    expect((await lost.get({})).code).toBe(status.UNAVAILABLE)
    lost.close()
    const [span] = await tracing.spans()
    expect(span).toMatchObject({ kind: 'CLIENT', status: { code: 'ERROR' } })
    expect(span?.attributes).toMatchObject({ 'error.type': 'UNAVAILABLE', 'server.port': gone.port })
    expect(span?.attributes).not.toHaveProperty('network.peer.address')
  })

  it('of a method that the server does not have: grpc-js answers before its interceptors, so there is the client\'s span alone', async () => {
    const bare = orders.connect(`127.0.0.1:${server.port}`, [tracingClientInterceptor()])
    const unknown = bare as unknown as { client: { makeUnaryRequest: (...parameters: unknown[]) => void } }
    const text = { to: (value: unknown) => Buffer.from(JSON.stringify(value)), from: (bytes: Buffer) => JSON.parse(String(bytes)) as unknown }
    await new Promise(resolve => { unknown.client.makeUnaryRequest('/shop.orders.v1.Orders/Nothing', text.to, text.from, {}, resolve) })
    bare.close()
    const spans = await tracing.spans()
    expect(spans.map(({ kind, attributes }) => [kind, attributes['rpc.status_code']])).toEqual([['CLIENT', 'UNIMPLEMENTED']])
  })
})

describe('a call that is given up', () => {
  it('by its deadline is DEADLINE_EXCEEDED and ERROR on both sides', async () => {
    const { code } = await client.get({ waitMs: 1_500 }, { deadline: Date.now() + 700 })
    expect(code).toBe(status.DEADLINE_EXCEEDED)
    await sleep(300)
    const spans = await sides()
    for (const side of [spans.client, spans.server]) {
      expect(side.attributes).toMatchObject({ 'rpc.status_code': 'DEADLINE_EXCEEDED', 'error.type': 'DEADLINE_EXCEEDED' })
      expect(side.status.code).toBe('ERROR')
    }
    await sleep(700)
    expect(await tracing.spans()).toEqual([])
  })

  it('by the caller is CANCELLED: an error of the client\'s call, none of the server\'s; its listeners still know the span', async () => {
    const stream = client.client.List({ count: 1, forever: true })
    const ended = new Promise(resolve => stream.on('status', resolve))
    stream.on('error', () => {})
    stream.on('data', () => { stream.cancel() })
    await ended
    await sleep(50)
    expect(orders.seen.cancelled).toBe(1)
    const spans = await sides()
    expect(spans.client).toMatchObject({ status: { code: 'ERROR' } })
    expect(spans.client.attributes['rpc.status_code']).toBe('CANCELLED')
    expect(spans.server).toMatchObject({ status: { code: 'UNSET' } })
    expect(spans.server.attributes['rpc.status_code']).toBe('CANCELLED')
  })

  it('by a server that is shut down ends both spans', async () => {
    const short = await orders.startOrders([tracingServerInterceptor()])
    const caller = orders.connect(`127.0.0.1:${short.port}`, [tracingClientInterceptor()])
    const answer = caller.get({ waitMs: 200 })
    await sleep(60)
    short.close()
    expect((await answer).code).not.toBe(0)
    caller.close()
    await sleep(50)
    const spans = await sides()
    expect(spans.client.status.code).toBe('ERROR')
    expect(spans.server.attributes['rpc.status_code']).toBe('CANCELLED')
  })
})

it('a call that grpc-js tries again is one CLIENT span, with a SERVER span below it for each attempt', async () => {
  const serviceConfig = {
    methodConfig: [
      {
        name: [{ service: 'shop.orders.v1.Orders' }],
        retryPolicy: { maxAttempts: 4, initialBackoff: '0.01s', maxBackoff: '0.02s', backoffMultiplier: 1, retryableStatusCodes: ['UNAVAILABLE'] },
      },
    ],
  }
  const options = { 'grpc.service_config': JSON.stringify(serviceConfig) }
  const retrying = orders.connect(`127.0.0.1:${server.port}`, [tracingClientInterceptor()], options)
  expect((await retrying.get({ failsFirst: 2 })).code).toBe(0)
  retrying.close()
  const spans = await tracing.spans()
  const [caller, ...others] = spans.filter(({ kind }) => kind === 'CLIENT')
  expect(others).toEqual([])
  expect(caller).toMatchObject({ status: { code: 'UNSET' } })
  const served = spans.filter(({ kind }) => kind === 'SERVER')
  expect(served.map(({ parentSpanId, attributes }) => [parentSpanId, attributes['rpc.status_code']])).toEqual([
    [caller?.spanId, 'UNAVAILABLE'],
    [caller?.spanId, 'UNAVAILABLE'],
    [caller?.spanId, 'OK'],
  ])
})

describe('interceptors', () => {
  it('that are listed twice make one span a side', async () => {
    const twice = await orders.startOrders([tracingServerInterceptor(), tracingServerInterceptor()])
    const caller = orders.connect(`127.0.0.1:${twice.port}`, [tracingClientInterceptor(), tracingClientInterceptor()])
    await caller.get({})
    caller.close()
    twice.close()
    const spans = await sides()
    expect(spans.server.parentSpanId).toBe(spans.client.spanId)
  })

  it('leave the caller\'s metadata as it was, so that it can be used again', async () => {
    const metadata = new Metadata()
    metadata.set('tenant', 'acme')
    await client.get({}, { metadata })
    await client.get({}, { metadata })
    expect(metadata.getMap()).toEqual({ tenant: 'acme' })
    const spans = await tracing.spans()
    expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(2)
    expect(spans).toHaveLength(4)
  })

  it('replace the context that a server passes on with what it got', async () => {
    const proxy = await orders.startOrders([tracingServerInterceptor()])
    const outer = orders.connect(`127.0.0.1:${proxy.port}`, [tracingClientInterceptor()])
    await outer.get({})
    const passedOn = new Metadata()
    for (const [key, value] of Object.entries(orders.seen.metadata[0] ?? {})) passedOn.set(key, value as string)
    const [first] = (await tracing.spans()).filter(({ kind }) => kind === 'CLIENT')
    // The incoming call's context, as a gateway hands it on from its handler.
    const parent = trace.setSpanContext(context.active(), { traceId: first?.traceId ?? '', spanId: first?.spanId ?? '', traceFlags: 1, isRemote: true })
    await withSpan('gateway.forward', { kind: 'server', parent }, () => client.get({}, { metadata: passedOn }))
    outer.close()
    proxy.close()
    const spans = await tracing.spans()
    const gateway = spans.find(({ name }) => name === 'gateway.forward')
    const call = spans.find(({ kind }) => kind === 'CLIENT')
    expect(call?.parentSpanId).toBe(gateway?.spanId)
    expect(spans.find(({ kind, name }) => kind === 'SERVER' && name !== 'gateway.forward')?.parentSpanId).toBe(call?.spanId)
  })
})

describe('health checks', () => {
  it('have no SERVER span, as /healthz has none', async () => {
    const bare = orders.connect(`127.0.0.1:${server.port}`)
    const { code, value } = await bare.check()
    bare.close()
    expect(code).toBe(0)
    expect(value?.span).not.toBeNull()
    expect(await tracing.spans()).toEqual([])
  })
})
