import { context, propagation, SpanKind, trace } from '@opentelemetry/api'
import { traceHandler } from '@spanguard/runtime/http'
import { EventEmitter, once } from 'node:events'
import http from 'node:http'
import http2 from 'node:http2'
import https from 'node:https'
import net from 'node:net'
import type { PSKCallbackNegotation } from 'node:tls'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import WebSocket, { WebSocketServer } from 'ws'
import type { DecodedSpan } from '../../otlp-receiver.js'
import { abandon, request, type RunningApp, seenEvents, startApp } from './apps.js'
import { listen } from './listen.js'
import { startTracing, type TestTracing } from './tracing.js'

let tracing: TestTracing
beforeAll(async () => {
  tracing = await startTracing()
})
afterAll(() => tracing.stop())

const onlySpan = (): Promise<DecodedSpan> => tracing.onlyServerSpan()

describe('a request listener', () => {
  let app: RunningApp
  beforeAll(async () => {
    app = await startApp('http')
  })
  afterAll(() => app.close())

  it('has one span, named by the method, since node:http knows no routes', async () => {
    const answer = await request(app.port, '/orders/4711?token=abc')
    const span = await onlySpan()
    expect(JSON.parse(answer.body)).toEqual({ span: span.spanId })
    expect(span.name).toBe('GET')
    expect(span.attributes['url.path']).toBe('/orders/4711')
    expect(span.attributes).not.toHaveProperty('url.query')
  })

  it('keeps the span active in listeners of the request', async () => {
    const answer = await request(app.port, '/orders', { method: 'POST', body: '[1]' })
    const span = await onlySpan()
    expect(JSON.parse(answer.body)).toEqual({ span: span.spanId, body: [1] })
  })

  it('is an ERROR by a status of 500 and more, named by it', async () => {
    await request(app.port, '/fails')
    const span = await onlySpan()
    expect(span.status.code).toBe('ERROR')
    expect(span.attributes['error.type']).toBe('503')
  })

  it('is no ERROR by a status below 500', async () => {
    await request(app.port, '/nowhere')
    expect((await onlySpan()).status.code).toBe('UNSET')
  })

  it('is an ERROR when the response is broken off', async () => {
    await expect(request(app.port, '/break')).rejects.toThrow()
    const span = await onlySpan()
    expect(span.status.code).toBe('ERROR')
    expect(span.attributes['error.type']).toBe('aborted')
    expect(span.attributes['http.response.status_code']).toBe(200)
  })

  it('names the error that a response was destroyed with', async () => {
    await expect(request(app.port, '/late')).rejects.toThrow()
    const span = await onlySpan()
    expect(span.status.code).toBe('ERROR')
    expect(span.attributes['error.type']).toBe('OrderError')
  })

  it('leaves the status unset when the caller hangs up', async () => {
    const seen = await seenEvents()
    seen.length = 0
    await abandon(app.port, '/slow', 20)
    const span = await onlySpan()
    expect(span.status.code).toBe('UNSET')
    expect(seen).toEqual([{ event: 'close', span: span.spanId }])
  })

  it('leaves the status unset when the caller resets the connection', async () => {
    const socket = net.connect(app.port, '127.0.0.1')
    socket.write('GET /slow HTTP/1.1\r\nHost: shop\r\n\r\n')
    setTimeout(() => socket.resetAndDestroy(), 20)
    await once(socket, 'close')
    const span = await onlySpan()
    expect(span.status.code).toBe('UNSET')
    expect(span.attributes['server.address']).toBe('shop')
    expect(span.attributes['server.port']).toBe(80)
  })

  it('has a span for each request of a connection that is kept alive', async () => {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
    const answers = [await request(app.port, '/orders/1', { agent }), await request(app.port, '/orders/2', { agent })]
    agent.destroy()
    const spans = await tracing.serverSpans()
    expect(spans.map(({ spanId }) => spanId)).toEqual(answers.map(({ body }) => (JSON.parse(body) as { span: string }).span))
    expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(2)
  })

  it('has a span of its own for each pipelined request', async () => {
    const socket = net.connect(app.port, '127.0.0.1')
    const one = (path: string, last = false): string => `GET ${path} HTTP/1.1\r\nHost: shop\r\n${last ? 'Connection: close\r\n' : ''}\r\n`
    socket.write(one('/orders/1') + one('/orders/2') + one('/orders/3', true))
    let text = ''
    for await (const chunk of socket) text += String(chunk)
    const spans = await tracing.serverSpans()
    const said = [...text.matchAll(/"span":"(\w+)"/g)].map(match => match[1])
    expect(spans.map(({ attributes }) => attributes['url.path'])).toEqual(['/orders/1', '/orders/2', '/orders/3'])
    expect(spans.map(({ spanId }) => spanId)).toEqual(said)
  })

  it('cuts the path out of an absolute URL, as proxies send it', async () => {
    await request(app.port, 'http://user:secret@shop.example/orders/1?token=abc')
    expect((await onlySpan()).attributes['url.path']).toBe('/orders/1')
  })

  it('calls a method that the conventions do not know HTTP', async () => {
    await request(app.port, '/files', { method: 'PROPFIND' })
    const span = await onlySpan()
    expect(span.name).toBe('HTTP')
    expect(span.attributes['http.request.method']).toBe('_OTHER')
    expect(span.attributes['http.request.method_original']).toBe('PROPFIND')
  })
})

describe('errors of a request listener', () => {
  const failure = (): never => {
    throw new RangeError('out of stock')
  }

  it('go to the server that captures rejections, and the 500 it answers is on the span', async () => {
    EventEmitter.captureRejections = true
    const server = http.createServer()
    EventEmitter.captureRejections = false
    server.on('request', traceHandler(() => Promise.resolve().then(failure)))
    const answer = await request(await listen(server), '/')
    const span = await onlySpan()
    expect(answer.status).toBe(500)
    expect(span.attributes['http.response.status_code']).toBe(500)
    expect(span.attributes['error.type']).toBe('RangeError')
    expect(span.events).toHaveLength(1)
  })

  it('reject the same promise reason that the handler rejected with', async () => {
    const error = new RangeError('out of stock')
    const traced = traceHandler(() => Promise.reject(error))
    const server = http.createServer((incoming, response) => {
      traced(incoming, response).catch((reason: unknown) => response.writeHead(reason === error ? 418 : 500).end())
    })
    expect((await request(await listen(server), '/')).status).toBe(418)
    await tracing.serverSpans()
  })

  it('are thrown on by a handler that throws, and the span does not wait for an answer that nobody gives', async () => {
    const traced = traceHandler(() => failure())
    const server = http.createServer((incoming, response) => {
      expect(() => traced(incoming, response)).toThrow('out of stock')
    })
    await abandon(await listen(server), '/', 20)
    const span = await onlySpan()
    expect(span.status.code).toBe('ERROR')
    expect(span.attributes['error.type']).toBe('RangeError')
  })
})

describe('whose span it is', () => {
  const echo = traceHandler((_request, response) => {
    response.end(trace.getActiveSpan()?.spanContext().spanId)
  })

  it('adopts no span that was active when the server began to listen, whatever its kind', async () => {
    const outer = trace.getTracer('test').startSpan('startup', { kind: SpanKind.SERVER })
    const port = await context.with(trace.setSpan(context.active(), outer), () => listen(http.createServer(echo)))
    await request(port, '/')
    outer.end()
    const spans = await tracing.serverSpans()
    const span = spans.find(({ name }) => name === 'GET')
    expect(spans).toHaveLength(2)
    expect(span?.parentSpanId).toBeUndefined()
    expect(span?.traceId).not.toBe(outer.spanContext().traceId)
  })

  it('gives a server that was started inside of a request spans of its own', async () => {
    const outer = await listen(
      http.createServer(
        traceHandler((_request, response) => {
          void listen(http.createServer(echo)).then(inner => response.end(String(inner)))
        }),
      ),
    )
    const inner = Number((await request(outer, '/outer')).body)
    await request(inner, '/one')
    await request(inner, '/two')
    const spans = await tracing.serverSpans()
    expect(spans.map(({ attributes }) => attributes['url.path'])).toEqual(['/outer', '/one', '/two'])
    expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(3)
  })

  it('knows a request that was wrapped twice by its mark', async () => {
    const port = await listen(http.createServer(traceHandler(traceHandler(echo))))
    const answer = await request(port, '/')
    expect((await onlySpan()).spanId).toBe(answer.body)
  })

  it('carries the baggage of its caller', async () => {
    const port = await listen(
      http.createServer(
        traceHandler((_request, response) => {
          response.end(propagation.getActiveBaggage()?.getEntry('tenant.id')?.value)
        }),
      ),
    )
    expect((await request(port, '/', { headers: { baggage: 'tenant.id=acme' } })).body).toBe('acme')
    await tracing.serverSpans()
  })
})

describe('other servers of Node', () => {
  const answer = traceHandler((_request, response) => {
    response.end('ok')
  })

  it('says https for node:https', async () => {
    // A pre-shared key: no certificate has to be kept in the repository.
    const psk = Buffer.from('00112233445566778899aabbccddeeff', 'hex')
    const tls = { ciphers: 'PSK', maxVersion: 'TLSv1.2' } as const
    const port = await listen(https.createServer({ ...tls, pskCallback: () => psk }, answer))
    const key: PSKCallbackNegotation = { psk, identity: 'test' }
    const options = { ...tls, host: '127.0.0.1', port, pskCallback: () => key, checkServerIdentity: () => undefined, agent: false }
    const [response] = (await once(https.get(options), 'response')) as [http.IncomingMessage]
    await once(response.resume(), 'end')
    const span = await onlySpan()
    expect(span.attributes['url.scheme']).toBe('https')
    expect(span.attributes['server.port']).toBe(port)
  })

  it('traces the compatibility API of node:http2', async () => {
    const port = await listen(http2.createServer(answer as never))
    const client = http2.connect(`http://127.0.0.1:${port}`)
    const stream = client.request({ ':path': '/orders?a=b' })
    await once(stream.resume(), 'end')
    client.close()
    const span = await onlySpan()
    expect(span.name).toBe('GET')
    expect(span.attributes).toMatchObject({ 'network.protocol.version': '2', 'url.path': '/orders', 'server.port': port, 'http.response.status_code': 200 })
    expect(span.status.code).toBe('UNSET')
  })

  it('leaves the status unset when the caller cancels an HTTP/2 stream', async () => {
    const port = await listen(http2.createServer(traceHandler(() => undefined) as never))
    const client = http2.connect(`http://127.0.0.1:${port}`)
    const stream = client.request({ ':path': '/' })
    setTimeout(() => { stream.close(http2.constants.NGHTTP2_CANCEL) }, 20)
    await once(stream, 'close')
    client.close()
    expect((await onlySpan()).status.code).toBe('UNSET')
  })
})

describe('upgrades', () => {
  it('end with the 101, not with the connection', async () => {
    const server = http.createServer()
    const sockets = new WebSocketServer({ noServer: true })
    let active: string | undefined
    server.on(
      'upgrade',
      traceHandler((incoming: http.IncomingMessage, socket: net.Socket, head: Buffer) => {
        active = trace.getActiveSpan()?.spanContext().spanId
        sockets.handleUpgrade(incoming, socket, head, client => { client.on('message', data => { client.send(data) }) })
      }),
    )
    const client = new WebSocket(`ws://127.0.0.1:${await listen(server)}/live`)
    await once(client, 'open')
    const span = await onlySpan()
    expect(span.spanId).toBe(active)
    expect(span.attributes).toMatchObject({ 'url.path': '/live', 'http.response.status_code': 101 })
    expect(span.status.code).toBe('UNSET')
    client.send('still open')
    expect(String((await once(client, 'message'))[0])).toBe('still open')
    client.terminate()
    expect(await tracing.serverSpans()).toEqual([])
  })

  it('that are refused have the status of the refusal', async () => {
    const server = http.createServer()
    server.on('upgrade', traceHandler((_request: http.IncomingMessage, socket: net.Socket) => {
      socket.end('HTTP/1.1 401 Unauthorized\r\n\r\n')
    }))
    const client = new WebSocket(`ws://127.0.0.1:${await listen(server)}/live`)
    await once(client, 'error')
    expect((await onlySpan()).attributes['http.response.status_code']).toBe(401)
  })

  it('end with the 101 when a framework passes them through its routes with a response', async () => {
    const sockets = new WebSocketServer({ noServer: true })
    const routed = traceHandler((incoming: http.IncomingMessage, response: http.ServerResponse) => {
      sockets.handleUpgrade(incoming, response.socket as net.Socket, Buffer.alloc(0), () => {})
    })
    const server = http.createServer()
    server.on('upgrade', (incoming, socket) => {
      const response = new http.ServerResponse(incoming)
      response.assignSocket(socket as net.Socket)
      routed(incoming, response)
    })
    const client = new WebSocket(`ws://127.0.0.1:${await listen(server)}/live`)
    await once(client, 'open')
    expect((await onlySpan()).attributes['http.response.status_code']).toBe(101)
    client.terminate()
    expect(await tracing.serverSpans()).toEqual([])
  })

  it('that nobody takes are requests like others', async () => {
    const port = await listen(http.createServer(traceHandler((_request, response) => { response.end('ok') })))
    const answer = await request(port, '/', { headers: { connection: 'upgrade', upgrade: 'h2c' } })
    expect(answer.body).toBe('ok')
    expect((await onlySpan()).attributes['http.response.status_code']).toBe(200)
  })
})

