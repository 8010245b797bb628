import { context, propagation, ROOT_CONTEXT, SpanKind, trace } from '@opentelemetry/api'
import { withSpan } from '@spanguard/runtime'
import { traceHandler } from '@spanguard/runtime/http'
import { once } from 'node:events'
import http, { get, request as importedRequest } from 'node:http'
import type { AddressInfo, LookupFunction } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { DecodedSpan } from '../../otlp-receiver.js'
import { startTracing, type TestTracing } from '../middleware/tracing.js'

/** A server that answers with the headers it got; by its address it is a local target, by the name `partner` a third party. */
let server: http.Server
let port: number
let tracing: TestTracing
let got: http.IncomingHttpHeaders[] = []

beforeAll(async () => {
  tracing = await startTracing({ propagateTo: ['listed.example'] })
  server = http.createServer((incoming, response) => {
    got.push(incoming.headers)
    response.statusCode = incoming.url?.startsWith('/fails') === true ? 500 : 200
    response.end('ok')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  port = (server.address() as AddressInfo).port
})
afterAll(async () => {
  server.closeAllConnections()
  server.close()
  await tracing.stop()
})
afterEach(() => {
  got = []
})

type Send = (path: string, headers?: Record<string, string>) => Promise<unknown>

const clients: Readonly<Record<string, Send>> = {
  fetch: async (path, headers = {}) => (await fetch(`http://127.0.0.1:${port}${path}`, { headers })).text(),
  'http.get': (path, headers = {}) => answered(http.get({ host: '127.0.0.1', port, path, headers })),
  'get as it was imported': (path, headers = {}) => answered(get(`http://127.0.0.1:${port}${path}`, { headers })),
  'request as it was imported': (path, headers = {}) => answered(importedRequest({ host: '127.0.0.1', port, path, headers }).end()),
}

function answered(outgoing: http.ClientRequest): Promise<void> {
  return new Promise((resolve, reject) => {
    outgoing.on('error', reject)
    outgoing.on('response', response => { response.resume().on('end', () => { resolve() }) })
  })
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

async function clientSpans(): Promise<readonly DecodedSpan[]> {
  return (await tracing.spans()).filter(({ kind }) => kind === 'CLIENT')
}

describe.each(Object.entries(clients))('%s', (_name, send) => {
  it('has one CLIENT span below the active one, and takes its context along', async () => {
    await withSpan('order.submit', () => send('/orders/4711'))
    const spans = await tracing.spans()
    const client = spans.find(({ kind }) => kind === 'CLIENT')
    const parent = spans.find(({ name }) => name === 'order.submit')
    expect(spans).toHaveLength(2)
    expect(client).toMatchObject({ name: 'GET', parentSpanId: parent?.spanId })
    expect(got[0]?.['traceparent']).toBe(`00-${client?.traceId ?? ''}-${client?.spanId ?? ''}-01`)
  })

  it('says the URL without query and credentials', async () => {
    await send('/orders?token=s3cr3t#part')
    const [span] = await clientSpans()
    expect(span?.attributes['url.full']).toBe(`http://127.0.0.1:${port}/orders`)
    expect(span?.attributes).toMatchObject({ 'server.address': '127.0.0.1', 'server.port': port, 'http.response.status_code': 200 })
    expect(span?.attributes).not.toHaveProperty('url.query')
    expect(JSON.stringify(span?.attributes)).not.toContain('s3cr3t')
  })

  it('is an ERROR when the other side fails', async () => {
    await send('/fails')
    const [span] = await clientSpans()
    expect(span?.status.code).toBe('ERROR')
    expect(span?.attributes['error.type']).toBe('500')
  })

  it('replaces the context that a proxy passes on', async () => {
    const traceId = '0af7651916cd43dd8448eb211c80319c'
    const incoming = `00-${traceId}-b7ad6b7169203331-01`
    const proxy = http.createServer(traceHandler((_request, response) => {
      void send('/behind', { traceparent: incoming }).then(() => response.end())
    }))
    proxy.listen(0, '127.0.0.1')
    await once(proxy, 'listening')
    await fetch(`http://127.0.0.1:${(proxy.address() as AddressInfo).port}/`, { headers: { traceparent: incoming } })
    proxy.close()
    const behind = (await clientSpans()).find(({ attributes }) => text(attributes['url.full']).endsWith('/behind'))
    expect(got[0]?.['traceparent']).toBe(`00-${behind?.traceId ?? ''}-${behind?.spanId ?? ''}-01`)
  })
})

describe('where context and baggage go', () => {
  /** Sends to a name that resolves to this machine. */
  const to = (host: string): Promise<void> => answered(http.get({ host, port, path: '/', headers: { host }, lookup }))
  const lookup: LookupFunction = (_name, { all }, done) => {
    if (all === true) done(null, [{ address: '127.0.0.1', family: 4 }])
    else done(null, '127.0.0.1', 4)
  }
  const withBaggage = <T>(fn: () => T): T => {
    const baggage = propagation.createBaggage({ 'tenant.id': { value: 'acme' }, 'user.email': { value: 'jane@example.com' } })
    return context.with(propagation.setBaggage(context.active(), baggage), fn)
  }

  it.each([['third party', 'api.partner.example', false], ['listed host', 'listed.example', true], ['service of the cluster', 'orders.shop.svc', true]])(
    '%s: %s',
    async (_what, host, goes) => {
      await withBaggage(() => to(host))
      const [span] = await clientSpans()
      expect(span?.attributes['server.address']).toBe(host)
      expect(got[0]?.['traceparent'] !== undefined).toBe(goes)
    },
  )

  it('nothing of it goes to a third party, also not what came in and is passed on', async () => {
    await withBaggage(() => to('api.partner.example'))
    expect(Object.keys(got[0] ?? {})).not.toContain('baggage')
    await tracing.spans()
  })

  /** As instrumentation-http and -undici do it, when the application registered one of its own. */
  const injectedByOther = (url: string, sampled: boolean): Record<string, string> => {
    const traceId = 'c'.repeat(32)
    const caller = trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId: 'd'.repeat(16), traceFlags: sampled ? 1 : 0, isRemote: true })
    const span = trace.getTracer('another instrumentation').startSpan('GET', { kind: SpanKind.CLIENT, attributes: { 'url.full': url } }, caller)
    expect(span.isRecording()).toBe(sampled)
    const headers: Record<string, string> = {}
    propagation.inject(trace.setSpan(caller, span), headers)
    span.end()
    return headers
  }

  it.each([true, false])("nothing of it goes to a third party by another instrumentation's span, sampled: %s", async sampled => {
    expect(injectedByOther('https://api.partner.example/a', sampled)).toEqual({})
    expect(injectedByOther('https://listed.example/a', sampled)).toMatchObject({ traceparent: expect.stringContaining('c'.repeat(32)) as string })
    await tracing.spans()
  })

  it('a message that is sent after a request to a third party keeps its context', async () => {
    const traceId = 'c'.repeat(32)
    const caller = trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId: 'd'.repeat(16), traceFlags: 0, isRemote: true })
    const tracer = trace.getTracer('another instrumentation')
    tracer.startSpan('GET', { kind: SpanKind.CLIENT, attributes: { 'url.full': 'https://api.partner.example/' } }, caller).end()
    const producer = tracer.startSpan('send', { kind: SpanKind.PRODUCER }, caller)
    const message: Record<string, string> = {}
    propagation.inject(trace.setSpan(caller, producer), message)
    expect(message['traceparent']).toContain(traceId)
    await tracing.spans()
  })
})

describe('what the clients leave alone', () => {
  it('the export itself', async () => {
    withSpan('order.submit', () => undefined)
    await tracing.spans()
    expect(await tracing.spans()).toEqual([])
  })

  it('headers that are given as an array', async () => {
    await answered(http.get({ host: '127.0.0.1', port, path: '/', headers: ['host', 'shop', 'x-one', '1'] as never }))
    expect(got[0]).toMatchObject({ host: 'shop', 'x-one': '1' })
    await tracing.spans()
  })

  it('a call whose URL is invalid', () => {
    expect(() => http.get('http://')).toThrow('Invalid URL')
  })
})

