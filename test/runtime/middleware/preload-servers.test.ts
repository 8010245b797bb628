import { trace } from '@opentelemetry/api'
import { expressTracing } from '@spanguard/runtime/express'
import { koaTracing } from '@spanguard/runtime/koa'
import Router from '@koa/router'
import type Express from 'express'
import Koa from 'koa'
import { once } from 'node:events'
import http from 'node:http'
import http2 from 'node:http2'
import https from 'node:https'
import { createRequire } from 'node:module'
import net from 'node:net'
import type { PSKCallbackNegotation } from 'node:tls'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import WebSocket, { WebSocketServer } from 'ws'
import { enableServers } from '../../../runtime/src/middleware/servers.js'
import type { DecodedSpan } from '../../otlp-receiver.js'
import { abandon, request, untraced } from './apps.js'
import { listen } from './listen.js'
import { startTracing, type TestTracing } from './tracing.js'

// Aliases, without types.
const require = createRequire(import.meta.url)
const express4 = require('express4') as typeof Express
const express5 = require('express5') as typeof Express

/** Servers in whose code nothing is traced. */
let tracing: TestTracing
beforeAll(async () => {
  // The receiver serves in this process, too.
  tracing = await startTracing({ sampling: { ignore: ['POST /v1/traces'] } })
  enableServers()
  enableServers()
})
afterAll(() => tracing.stop())

const onlySpan = (): Promise<DecodedSpan> => tracing.onlyServerSpan()

const activeSpan = (): string => trace.getActiveSpan()?.spanContext().spanId ?? 'none'
const answer = (_request: object, response: { end(body: string): unknown }): void => {
  response.end(activeSpan())
}

describe('servers of Node', () => {
  it('node:http, the span active in its listener', async () => {
    const { body } = await request(await listen(http.createServer(answer)), '/orders/4711?token=abc')
    expect(await onlySpan()).toMatchObject({ spanId: body, name: 'GET', attributes: { 'url.path': '/orders/4711', 'http.response.status_code': 200 } })
  })

  it('node:https', async () => {
    // A pre-shared key: no certificate has to be kept in the repository.
    const psk = Buffer.from('00112233445566778899aabbccddeeff', 'hex')
    const tls = { ciphers: 'PSK', maxVersion: 'TLSv1.2' } as const
    const port = await listen(https.createServer({ ...tls, pskCallback: () => psk }, answer))
    const key: PSKCallbackNegotation = { psk, identity: 'test' }
    const options = { ...tls, host: '127.0.0.1', port, pskCallback: () => key, checkServerIdentity: () => undefined, agent: false }
    const [response] = (await once(untraced(() => https.get(options)), 'response')) as [http.IncomingMessage]
    await once(response.resume(), 'end')
    expect((await onlySpan()).attributes['url.scheme']).toBe('https')
  })

  it("node:http2's compatibility API", async () => {
    const client = http2.connect(`http://127.0.0.1:${await listen(http2.createServer(answer))}`)
    await once(client.request({ ':path': '/orders' }).resume(), 'end')
    client.close()
    expect((await onlySpan()).attributes).toMatchObject({ 'network.protocol.version': '2', 'http.response.status_code': 200 })
  })

  it('a listener that is added later, and one that was there when the server was made', async () => {
    const server = http.createServer()
    const seen: string[] = []
    server.on('request', () => seen.push(activeSpan()))
    const port = await listen(server)
    server.on('request', answer)
    const { body } = await request(port, '/')
    expect(seen).toEqual([body])
    expect((await onlySpan()).spanId).toBe(body)
  })

  it('each request of a connection that is kept alive', async () => {
    const port = await listen(http.createServer(answer))
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
    const bodies = [await request(port, '/', { agent }), await request(port, '/', { agent })].map(({ body }) => body)
    agent.destroy()
    expect((await tracing.serverSpans()).map(({ spanId }) => spanId)).toEqual(bodies)
  })

  it('leaves the status unset when the caller hangs up', async () => {
    await abandon(await listen(http.createServer(() => {})), '/', 20)
    expect((await onlySpan()).status.code).toBe('UNSET')
  })

  it('is an ERROR when the response is broken off', async () => {
    const port = await listen(http.createServer((_request, response) => response.destroy()))
    await expect(request(port, '/')).rejects.toThrow()
    expect(await onlySpan()).toMatchObject({ status: { code: 'ERROR' }, attributes: { 'error.type': 'aborted' } })
  })

  it('gives a server that was started inside of a request spans of its own', async () => {
    let inner = 0
    const outer = await listen(http.createServer((_request, response) => {
      void listen(http.createServer(answer)).then(port => {
        inner = port
        response.end()
      })
    }))
    await request(outer, '/outer')
    const { spanId } = await onlySpan()
    const { body } = await request(inner, '/inner')
    expect(body).not.toBe(spanId)
    expect(await onlySpan()).toMatchObject({ spanId: body, parentSpanId: undefined })
  })
})

describe('Expect', () => {
  const ask = async (port: number, expectation: string): Promise<number> => {
    const outgoing = untraced(() => http.request({ host: '127.0.0.1', port, method: 'PUT', headers: { expect: expectation }, agent: false }))
    outgoing.on('continue', () => outgoing.end('body'))
    outgoing.flushHeaders()
    const [response] = (await once(outgoing, 'response')) as [http.IncomingMessage]
    await once(response.resume(), 'end')
    outgoing.destroy()
    return response.statusCode ?? 0
  }

  it('100-continue that nobody asks about is one request', async () => {
    expect(await ask(await listen(http.createServer(answer)), '100-continue')).toBe(200)
    expect((await onlySpan()).attributes['http.response.status_code']).toBe(200)
  })

  it('100-continue that a listener lets through and emits as a request is one, too', async () => {
    const server = http.createServer(answer)
    const seen: string[] = []
    server.on('checkContinue', (incoming, response) => {
      seen.push(activeSpan())
      response.writeContinue()
      server.emit('request', incoming, response)
    })
    expect(await ask(await listen(server), '100-continue')).toBe(200)
    expect(seen).toEqual([(await onlySpan()).spanId])
  })

  it('100-continue that a listener refuses has the status of the refusal', async () => {
    const server = http.createServer(answer)
    server.on('checkContinue', (_incoming, response) => {
      response.statusCode = 413
      response.end()
    })
    expect(await ask(await listen(server), '100-continue')).toBe(413)
    expect((await onlySpan()).attributes['http.response.status_code']).toBe(413)
  })

  it('anything else, when a listener answers it', async () => {
    const server = http.createServer(answer)
    server.on('checkExpectation', (_incoming, response) => {
      response.statusCode = 417
      response.end()
    })
    expect(await ask(await listen(server), 'pancakes')).toBe(417)
    expect((await onlySpan()).attributes['http.response.status_code']).toBe(417)
  })
})

describe('upgrades', () => {
  it('end with the 101, and the connection lives on', async () => {
    const server = http.createServer()
    let active = ''
    const sockets = new WebSocketServer({ server })
    sockets.on('connection', client => {
      active = activeSpan()
      client.on('message', data => { client.send(data) })
    })
    const client = new WebSocket(`ws://127.0.0.1:${await listen(server)}/live`)
    await once(client, 'open')
    expect(await onlySpan()).toMatchObject({ spanId: active, status: { code: 'UNSET' }, attributes: { 'url.path': '/live', 'http.response.status_code': 101 } })
    client.send('still open')
    expect(String((await once(client, 'message'))[0])).toBe('still open')
    client.terminate()
    expect(await tracing.serverSpans()).toEqual([])
  })

  it('that nobody takes are requests like others', async () => {
    const { body } = await request(await listen(http.createServer(answer)), '/', { headers: { connection: 'upgrade', upgrade: 'h2c' } })
    expect((await onlySpan()).spanId).toBe(body)
  })

  it('CONNECT has the status that the tunnel was answered with', async () => {
    const server = http.createServer()
    server.on('connect', (_request, socket) => { socket.end('HTTP/1.1 200 Connection Established\r\n\r\n') })
    const port = await listen(server)
    const tunnel = untraced(() => http.request({ host: '127.0.0.1', port, method: 'CONNECT', path: 'shop.internal:443', agent: false }).end())
    const [, socket] = (await once(tunnel, 'connect')) as [unknown, net.Socket]
    socket.destroy()
    expect(await onlySpan()).toMatchObject({ name: 'CONNECT', attributes: { 'http.response.status_code': 200 } })
  })
})

describe('beside other code', () => {
  it.each([['4', express4], ['5', express5]] as const)('an Express %s that a function of the service calls: by its routes, and after the first request by its prefixes', async (_version, express) => {
    const app = express()
    app.get('/orders/:id', answer)
    const users = express.Router()
    users.get('/:user', answer)
    app.use('/tenants/:tenant', users as never)
    const port = await listen(http.createServer((incoming, response) => { (app as unknown as (a: object, b: object) => void)(incoming, response) }))
    for (const target of ['/orders/1', '/tenants/acme/7']) await request(port, target)
    expect((await tracing.serverSpans()).map(({ name }) => name)).toEqual(['GET /orders/:id', 'GET /tenants/:tenant/:user'])
  })

  it('never names by what the caller sent, also where the first request is the one below a prefix', async () => {
    // A copy of the layers that nobody watches yet.
    const request4 = { app: Object.assign(() => {}, { handle() {}, set() {}, engine() {} }), baseUrl: '/tenants/acme', route: { path: '/:user' } }
    const { getExpressRoute } = await import('../../../runtime/src/express/apps.js')
    expect(getExpressRoute(request4)).toBeUndefined()
    expect(getExpressRoute({ ...request4, baseUrl: '' })).toBe('/:user')
    expect(getExpressRoute({ baseUrl: '', route: { path: '/orders/4711' } })).toBeUndefined()
  })

  it('a middleware gives the span its route, and Server-Timing once', async () => {
    const koa = new Koa()
    const router = new Router()
    router.get('/orders/:id', ctx => { ctx.body = activeSpan() })
    koa.use(koaTracing({ serverTiming: true })).use(koaTracing({ serverTiming: true })).use(router.routes())
    const { body, headers } = await request(await listen(http.createServer((incoming, response) => void koa.callback()(incoming, response))), '/orders/1')
    const span = await onlySpan()
    expect(span).toMatchObject({ spanId: body, name: 'GET /orders/:id' })
    expect(headers['server-timing']).toBe(`traceparent;desc="00-${span.traceId}-${span.spanId}-01"`)
  })

  it('a middleware of Express records what a handler threw, once', async () => {
    const app = express5()
    app.use(expressTracing())
    app.get('/throws', () => { throw new RangeError('4711') })
    app.use((_error: unknown, _request: object, response: http.ServerResponse, _next: unknown) => { response.writeHead(500).end() })
    await request(await listen(http.createServer(app)), '/throws')
    const span = await onlySpan()
    expect(span).toMatchObject({ name: 'GET /throws', attributes: { 'error.type': 'RangeError' } })
    expect(span.events.map(({ name }) => name)).toEqual(['exception'])
  })

  it('an Express 4 app without a single route', async () => {
    expect((await request(await listen(http.createServer(express4())), '/')).status).toBe(404)
    expect((await onlySpan()).name).toBe('GET')
  })

  it('servers of other protocols that emit a request are left alone', async () => {
    const server = net.createServer()
    const seen: unknown[][] = []
    server.on('request', (...args: unknown[]) => seen.push([...args, activeSpan()]))
    server.emit('request', { headers: 'none' }, 'socket')
    server.emit('request')
    server.emit('connect', { method: 'x', headers: {} }, null)
    expect(seen).toEqual([[{ headers: 'none' }, 'socket', 'none'], ['none']])
    expect(await tracing.serverSpans()).toEqual([])
  })

  it('an error of a listener goes where it would, and ends the span; one that a listener around it catches does not', async () => {
    const server = http.createServer(() => { throw new RangeError('4711') })
    server.on('checkContinue', (incoming, response) => {
      try {
        server.emit('request', incoming, response)
      } catch {
        response.statusCode = 503
        response.end()
      }
    })
    const incoming = { method: 'GET', url: '/', headers: {}, httpVersion: '1.1', on: () => {}, emit: () => true, listenerCount: () => 0 }
    const response = { statusCode: 200, headersSent: false, on: () => {}, setHeader: () => {}, getHeader: () => {}, emit: () => true, listenerCount: () => 0 }
    expect(() => server.emit('request', { ...incoming }, { ...response })).toThrow(RangeError)
    expect(await onlySpan()).toMatchObject({ status: { code: 'ERROR' }, attributes: { 'error.type': 'RangeError' } })
    const port = await listen(server)
    const caught = untraced(() => http.request({ host: '127.0.0.1', port, method: 'PUT', headers: { expect: '100-continue' }, agent: false }))
    caught.flushHeaders()
    const [answered] = (await once(caught, 'response')) as [http.IncomingMessage]
    await once(answered.resume(), 'end')
    caught.destroy()
    expect((await onlySpan()).attributes['http.response.status_code']).toBe(503)
  })
})
