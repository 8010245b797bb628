import { context, propagation } from '@opentelemetry/api'
import { traceHandler } from '@spanguard/runtime/http'
import type { TracingOptions } from '@spanguard/runtime'
import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { frameworks, request, startApp } from './apps.js'
import { startTracing, type TestTracing } from './tracing.js'

const traceId = '0af7651916cd43dd8448eb211c80319c'
const caller = { traceparent: `00-${traceId}-b7ad6b7169203331-01`, baggage: 'tenant.id=acme' }

interface Seen {
  readonly headers: { readonly traceparent?: string }
  readonly baggage: string | undefined
}

let tracing: TestTracing
let server: http.Server
let port: number

async function trace(options: TracingOptions): Promise<void> {
  tracing = await startTracing(options)
}

/** Answers with what would go out to the next service. */
beforeEach(async () => {
  server = http.createServer(
    traceHandler((incoming: http.IncomingMessage, response: http.ServerResponse) => {
      const answer = (): void => {
        const headers = {}
        propagation.inject(context.active(), headers)
        response.end(JSON.stringify({ headers, baggage: propagation.getActiveBaggage()?.getEntry('tenant.id')?.value }))
      }
      // Far from the handler's own asynchronous context.
      incoming.resume().on('end', answer)
    }),
  )
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  port = (server.address() as AddressInfo).port
})
afterEach(async () => {
  server.closeAllConnections()
  server.close()
  await tracing.stop()
})

async function seen(path: string, headers: http.OutgoingHttpHeaders = caller): Promise<Seen> {
  return JSON.parse((await request(port, path, { headers })).body) as Seen
}

describe('trustIncoming', () => {
  it('true: the caller is the parent', async () => {
    await trace({ trustIncoming: true })
    expect((await seen('/orders')).baggage).toBe('acme')
    const [span] = await tracing.serverSpans()
    expect(span).toMatchObject({ traceId, parentSpanId: 'b7ad6b7169203331', links: [] })
  })

  it('left out: everybody is trusted', async () => {
    await trace({})
    await seen('/orders')
    expect((await tracing.serverSpans())[0]?.traceId).toBe(traceId)
  })

  it('false: a root that links to the caller, without the caller’s baggage', async () => {
    await trace({ trustIncoming: false })
    expect((await seen('/orders')).baggage).toBeUndefined()
    const [span] = await tracing.serverSpans()
    expect(span?.traceId).not.toBe(traceId)
    expect(span?.parentSpanId).toBeUndefined()
    expect(span?.links).toMatchObject([{ traceId, spanId: 'b7ad6b7169203331' }])
  })

  it('false: no link where there is no caller', async () => {
    await trace({ trustIncoming: false })
    await seen('/orders', {})
    expect((await tracing.serverSpans())[0]?.links).toEqual([])
  })

  it('a function decides by the headers', async () => {
    await trace({ trustIncoming: headers => headers['x-gateway'] === 'ours' })
    await seen('/one')
    await seen('/two', { ...caller, 'x-gateway': 'ours' })
    const spans = await tracing.serverSpans()
    expect(spans.map(span => span.traceId === traceId)).toEqual([false, true])
  })

  it('a function that throws trusts nobody and fails no request', async () => {
    await trace({
      trustIncoming: () => {
        throw new Error('broken')
      },
    })
    await seen('/orders')
    expect((await tracing.serverSpans())[0]?.links).toHaveLength(1)
  })
})

describe('requests that are not sampled', () => {
  it('pass flag 0 on, also from listeners of the request, so that services behind stay silent', async () => {
    await trace({ sampling: { ratio: 0 } })
    expect((await seen('/orders', {})).headers.traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/)
    expect(await tracing.spans()).toEqual([])
  })

  it.each(['/healthz', '/metrics', '/internal/cache'])('health checks and ignored routes are among them: %s', async path => {
    await trace({ sampling: { ratio: 1, ignore: ['GET /internal/*'] } })
    expect((await seen(path, {})).headers.traceparent).toMatch(/-00$/)
    expect((await seen(path)).headers.traceparent).toMatch(new RegExp(`^00-${traceId}-[0-9a-f]{16}-00$`))
    expect(await tracing.spans()).toEqual([])
  })

  it('as the caller decided', async () => {
    await trace({ sampling: { ratio: 1 } })
    const { headers } = await seen('/orders', { traceparent: `00-${traceId}-b7ad6b7169203331-00` })
    expect(headers.traceparent).toMatch(new RegExp(`^00-${traceId}-[0-9a-f]{16}-00$`))
    expect(await tracing.spans()).toEqual([])
  })
})

describe('Server-Timing', () => {
  it.each([...frameworks, 'http'])('tells the browser the span when asked: %s', async framework => {
    await trace({})
    const app = await startApp(framework, { serverTiming: true })
    const { headers, body } = await request(app.port, '/orders/1')
    const [span] = await tracing.serverSpans()
    await app.close()
    expect(headers['server-timing']).toBe(`traceparent;desc="00-${span?.traceId ?? ''}-${span?.spanId ?? ''}-01"`)
    expect(JSON.parse(body)).toEqual({ span: span?.spanId })
  })

  it.each([...frameworks, 'http'])('is not sent unless asked: %s', async framework => {
    await trace({})
    const app = await startApp(framework)
    expect((await request(app.port, '/orders/1')).headers).not.toHaveProperty('server-timing')
    await app.close()
  })
})
