import { HttpInstrumentation } from '@opentelemetry/instrumentation-http'
import { registerInstrumentations } from '@opentelemetry/instrumentation'
import { createRequire, syncBuiltinESMExports } from 'node:module'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { DecodedSpan } from '../../otlp-receiver.js'
import { frameworks, request, type RunningApp, startApp } from './apps.js'
import { startTracing, type TestTracing } from './tracing.js'

/** The same apps, in a process where instrumentation-http already starts a SERVER span for each request. */
let tracing: TestTracing
let unregister: () => void
beforeAll(async () => {
  tracing = await startTracing({ trustIncoming: headers => headers['x-stranger'] === undefined })
  const instrumentation = new HttpInstrumentation({
    disableOutgoingRequestInstrumentation: true,
    // The receiver serves in this process, too.
    ignoreIncomingRequestHook: ({ url }) => url === '/v1/traces',
  })
  unregister = registerInstrumentations({ instrumentations: [instrumentation] })
  createRequire(import.meta.url)('node:http')
  syncBuiltinESMExports()
})
afterAll(async () => {
  unregister()
  await tracing.stop()
})

describe.each([...frameworks, 'http'])('%s beside instrumentation-http', framework => {
  let app: RunningApp
  beforeAll(async () => {
    app = await startApp(framework)
  })
  afterAll(() => app.close())

  const hasRoutes = framework !== 'http'
  const onlySpan = async (): Promise<DecodedSpan> => {
    const spans = await tracing.serverSpans()
    expect(spans.map(({ name, scope }) => `${name} by ${scope.name}`)).toHaveLength(1)
    expect(spans[0]?.scope.name).toBe('@opentelemetry/instrumentation-http')
    return spans[0] as DecodedSpan
  }

  it('adopts its span and tells it the route', async () => {
    const answer = await request(app.port, '/orders/4711')
    const span = await onlySpan()
    expect(JSON.parse(answer.body)).toEqual({ span: span.spanId })
    expect(span.name).toBe(hasRoutes ? 'GET /orders/:id' : 'GET')
    if (hasRoutes) expect(span.attributes['http.route']).toBe('/orders/:id')
  })

  it('keeps it active after the body was read', async () => {
    const headers = { 'content-type': 'application/json' }
    const answer = await request(app.port, '/orders', { method: 'POST', headers, body: '{"a":1}' })
    expect(JSON.parse(answer.body)).toEqual({ span: (await onlySpan()).spanId, body: { a: 1 } })
  })

  it.runIf(hasRoutes)('tells it the prefix that an error has left', async () => {
    await request(app.port, '/tenants/acme/throws')
    expect((await onlySpan()).name).toBe('GET /tenants/:tenant/throws')
  })

  it.runIf(hasRoutes)('records the error of a handler on it', async () => {
    await request(app.port, '/throws')
    const span = await onlySpan()
    expect(span.status.code).toBe('ERROR')
    expect(span.attributes['error.type']).toBe('OrderError')
    expect(span.events.map(({ name }) => name)).toEqual(['exception'])
  })

  it.runIf(hasRoutes)('records no error that became a 4xx', async () => {
    await request(app.port, '/refuses')
    const span = await onlySpan()
    expect(span.status.code).toBe('UNSET')
    expect(span.events).toEqual([])
  })

  const caller = { traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` }

  it('continues the trace of a caller who is trusted', async () => {
    await request(app.port, '/orders/4711', { headers: caller })
    expect(await onlySpan()).toMatchObject({ traceId: 'a'.repeat(32), parentSpanId: 'b'.repeat(16), links: [] })
  })

  it('gives a stranger a trace of its own that links to the caller', async () => {
    await request(app.port, '/orders/4711', { headers: { ...caller, 'x-stranger': '1' } })
    const span = await onlySpan()
    expect(span).toMatchObject({ parentSpanId: undefined, links: [{ traceId: 'a'.repeat(32), spanId: 'b'.repeat(16) }] })
    expect(span.traceId).not.toBe('a'.repeat(32))
  })
})
