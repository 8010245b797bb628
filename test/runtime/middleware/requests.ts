import { afterAll, beforeAll, expect, it } from 'vitest'
import type { DecodedSpan } from '../../otlp-receiver.js'
import { abandon, type AppOptions, request, type RunningApp, seenEvents, startApp } from './apps.js'
import type { TestTracing } from './tracing.js'

export interface TracedApp {
  /** Asked for when the tests run. */
  readonly tracing: () => TestTracing
  readonly options?: AppOptions
  /** Without a middleware some frameworks tell nobody which route answered, and some not what a handler threw. */
  readonly knowsRoutes: boolean
  readonly knowsErrors: boolean
}

/** What holds of the SERVER spans of every framework's app. */
export function testRequests(framework: string, { tracing, options, knowsRoutes, knowsErrors }: TracedApp): void {
  let app: RunningApp
  beforeAll(async () => {
    app = await startApp(framework, options)
  })
  afterAll(() => app.close())

  const named = (method: string, route: string): string => (knowsRoutes ? `${method} ${route}` : method)
  /** The error of a handler, and else the status that it became. */
  const errorType = knowsErrors ? 'OrderError' : '500'
  const onlySpan = (): Promise<DecodedSpan> => tracing().onlyServerSpan()

  it('sends one SERVER span with the attributes of the conventions', async () => {
    await request(app.port, '/orders/4711?token=abc', { headers: { 'user-agent': `shop/${'x'.repeat(400)}` } })
    const span = await onlySpan()
    expect(span.name).toBe(named('GET', '/orders/:id'))
    expect(span.attributes).toEqual({
      'http.request.method': 'GET',
      'http.response.status_code': 200,
      ...(knowsRoutes && { 'http.route': '/orders/:id' }),
      'network.protocol.version': '1.1',
      'server.address': '127.0.0.1',
      'server.port': app.port,
      'url.path': '/orders/4711',
      'url.scheme': 'http',
      'user_agent.original': `shop/${'x'.repeat(251)}`,
    })
    expect(span.status.code).toBe('UNSET')
  })

  it('keeps the span active in an async handler', async () => {
    const answer = await request(app.port, '/orders/1')
    const span = await onlySpan()
    expect(JSON.parse(answer.body)).toEqual({ span: span.spanId })
  })

  it('keeps the span active after the body was read', async () => {
    const headers = { 'content-type': 'application/json' }
    const answer = await request(app.port, '/orders', { method: 'POST', headers, body: '{"a":1}' })
    const span = await onlySpan()
    expect(JSON.parse(answer.body)).toEqual({ span: span.spanId, body: { a: 1 } })
    expect(span.name).toBe(named('POST', '/orders'))
  })

  it('names a route by its pattern with the prefix of the router it is mounted in', async () => {
    await request(app.port, '/tenants/acme/users/7')
    expect((await onlySpan()).name).toBe(named('GET', '/tenants/:tenant/users/:user'))
  })

  it('keeps the prefix when an error has left the mounted router', async () => {
    await request(app.port, '/tenants/acme/throws')
    const span = await onlySpan()
    expect(span.name).toBe(named('GET', '/tenants/:tenant/throws'))
    expect(span.status.code).toBe('ERROR')
  })

  it('names a request by its method alone when nothing matched', async () => {
    const answer = await request(app.port, '/nowhere/4711')
    const span = await onlySpan()
    expect(answer.status).toBe(404)
    expect(span.name).toBe('GET')
    expect(span.attributes).not.toHaveProperty('http.route')
    expect(span.status.code).toBe('UNSET')
  })

  it.each(['/throws', '/rejects'])('records the error of a handler that fails: %s', async path => {
    const answer = await request(app.port, path)
    const span = await onlySpan()
    expect(answer.status).toBe(500)
    expect(span.status.code).toBe('ERROR')
    expect(span.attributes['error.type']).toBe(errorType)
    expect(span.attributes['http.response.status_code']).toBe(500)
    expect(span.events.map(({ name }) => name)).toEqual(knowsErrors ? ['exception'] : [])
  })

  it('takes an error that became a 4xx for an answer', async () => {
    const answer = await request(app.port, '/refuses')
    const span = await onlySpan()
    expect(answer.status).toBe(422)
    expect(span.status.code).toBe('UNSET')
    expect(span.attributes).not.toHaveProperty('error.type')
    expect(span.events).toEqual([])
  })

  it('ends with the last chunk of a streamed body', async () => {
    const answer = await request(app.port, '/stream')
    const span = await onlySpan()
    expect(answer.body).toBe('one two three')
    expect(span.durationMs).toBeGreaterThanOrEqual(25)
    expect(span.status.code).toBe('UNSET')
  })

  it('is an ERROR when the handler fails after the headers were sent', async () => {
    await expect(request(app.port, '/late')).rejects.toThrow()
    const span = await onlySpan()
    expect(span.status.code).toBe('ERROR')
    expect(span.attributes['error.type']).toBe('OrderError')
  })

  it('is an ERROR when the server breaks the response off', async () => {
    await expect(request(app.port, '/break')).rejects.toThrow()
    const span = await onlySpan()
    expect(span.name).toBe(named('GET', '/break'))
    expect(span.status.code).toBe('ERROR')
    expect(span.attributes['error.type']).toBe('aborted')
  })

  it('leaves the status unset when the caller hangs up, with the span active in listeners of the response', async () => {
    const seen = await seenEvents()
    seen.length = 0
    await abandon(app.port, '/slow', 30)
    const span = await onlySpan()
    expect(span.name).toBe(named('GET', '/slow'))
    expect(span.status.code).toBe('UNSET')
    expect(span.attributes).not.toHaveProperty('http.response.status_code')
    expect(seen).toEqual([{ event: 'close', span: span.spanId }])
  })

  it('continues the trace of its caller', async () => {
    await request(app.port, '/orders/1', { headers: { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' } })
    const span = await onlySpan()
    expect(span.traceId).toBe('0af7651916cd43dd8448eb211c80319c')
    expect(span.parentSpanId).toBe('b7ad6b7169203331')
  })
}
