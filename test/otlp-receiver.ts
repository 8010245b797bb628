import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { gunzipSync } from 'node:zlib'
import { decodeExportRequest, type DecodedSpan } from './receiver/otlp.js'

export type { DecodedSpan } from './receiver/otlp.js'

/**
 * How the receiver answers.
 * - `ok`: takes the spans and says so.
 * - `refuse`: the port is closed, connections are refused.
 * - `hang`: reads the request and never answers.
 * - `reset`: resets the connection when a request comes.
 * - `corrupt`: answers with bytes that are no HTTP.
 * - `{ status, retryAfter }`: answers with that status, `retryAfter` in seconds; takes nothing.
 * - `{ rejectedSpans, errorMessage }`: 200 with a `partialSuccess`; takes all but the last `rejectedSpans` of a request.
 * - `{ delayMs }`: takes the spans and answers so much later.
 */
export type ReceiverMode =
  | 'ok'
  | 'refuse'
  | 'hang'
  | 'reset'
  | 'corrupt'
  | { readonly status: number; readonly retryAfter?: number | string }
  | { readonly rejectedSpans: number; readonly errorMessage?: string }
  | { readonly delayMs: number }

export interface ReceivedRequest {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  /** As sent, gunzipped. */
  readonly body: Uint8Array
  /** What it was answered with; 0 when it was not answered. */
  readonly status: number
  /** The spans in it, taken or not. */
  readonly spans: readonly DecodedSpan[]
  /** Those of them that its answer acknowledges. */
  readonly taken: readonly DecodedSpan[]
  /** The number that its answer carries as `x-request`, by which a caller says which answers came. */
  readonly number: number
  /** `Date.now()` at its arrival. */
  readonly at: number
}

export interface Receiver {
  /** The base URL: `http://127.0.0.1:PORT`. Spans are taken at `/v1/traces`. */
  readonly url: string
  readonly port: number
  /** The spans that were taken (acknowledged), in the order of arrival. */
  spans(): readonly DecodedSpan[]
  /** Resolves as soon as `count` spans were taken; rejects after `timeoutMs` (60,000) and says what is there. */
  waitForSpans(count: number, timeoutMs?: number): Promise<readonly DecodedSpan[]>
  /** Resolves once the new mode is in force (`refuse` closes the port, leaving it opens the same port again). */
  setMode(mode: ReceiverMode): Promise<void>
  /** Every request, taken or not. */
  requests(): readonly ReceivedRequest[]
  /** Forgets spans and requests. */
  clear(): void
  /** Closes the port and every connection. */
  close(): Promise<void>
}

/**
 * An OTLP/HTTP receiver in this process, for tests, the demo and the benches.
 * @param options.port 0 or left out: a free one; else rejects when it is in use
 */
export async function startReceiver(options: { port?: number; mode?: ReceiverMode } = {}): Promise<Receiver> {
  let mode: ReceiverMode = options.mode ?? 'ok'
  let taken: DecodedSpan[] = []
  let received: ReceivedRequest[] = []
  let count = 0
  const waiting = new Set<() => void>()
  const sockets = new Set<Socket>()
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('error', () => {})
    request.on('end', () => answer(request, response, Buffer.concat(chunks)))
  })
  server.keepAliveTimeout = 60_000
  server.on('connection', socket => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })

  const listen = (port: number): Promise<number> =>
    new Promise((resolve, reject) => {
      server.once('error', reject)
      server.listen(port, '127.0.0.1', () => {
        server.off('error', reject)
        resolve((server.address() as AddressInfo).port)
      })
    })
  const shut = (): Promise<void> =>
    new Promise(resolve => {
      server.close(() => {
        resolve()
      })
      for (const socket of sockets) socket.destroy()
    })

  const port = await listen(options.port ?? 0)
  if (mode === 'refuse') await shut()
  let queue: Promise<void> = Promise.resolve()

  function answer(request: IncomingMessage, response: ServerResponse, sent: Buffer): void {
    const path = request.url ?? ''
    const contentType = request.headers['content-type'] ?? ''
    const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(sent) : sent
    let spans: DecodedSpan[] = []
    let status = 200
    if (request.method !== 'POST' || path !== '/v1/traces') status = 404
    else {
      try {
        spans = decodeExportRequest(body, contentType)
      } catch {
        status = 400
      }
    }
    const current = mode
    if (current === 'hang' || current === 'reset' || current === 'corrupt' || current === 'refuse') status = 0
    else if (typeof current === 'object' && 'status' in current) status = current.status
    const accepted = typeof current === 'object' && 'rejectedSpans' in current ? spans.length - current.rejectedSpans : spans.length
    const acknowledged = status === 200 ? spans.slice(0, Math.max(0, accepted)) : []
    const number = ++count
    received.push({ method: request.method ?? '', path, headers: request.headers, body, status, spans, taken: acknowledged, number, at: Date.now() })
    taken.push(...acknowledged)
    response.setHeader('x-request', number)
    for (const wake of waiting) wake()

    if (current === 'hang' || current === 'refuse') return
    if (current === 'reset') {
      request.socket.resetAndDestroy()
      return
    }
    if (current === 'corrupt') {
      request.socket.end('\u0000\u0001 this is no HTTP\r\n\r\n')
      return
    }
    if (typeof current === 'object' && 'status' in current && current.retryAfter !== undefined) {
      response.setHeader('Retry-After', String(current.retryAfter))
    }
    const reply = (): void => {
      response.statusCode = status
      response.setHeader('Content-Type', contentType || 'application/x-protobuf')
      response.end(status === 200 ? exportResponse(current, contentType) : undefined)
    }
    if (typeof current === 'object' && 'delayMs' in current) setTimeout(reply, current.delayMs)
    else reply()
  }

  return {
    url: `http://127.0.0.1:${port}`,
    port,
    spans: () => taken,
    requests: () => received,
    clear() {
      taken = []
      received = []
    },
    waitForSpans(count, timeoutMs = 60_000) {
      return new Promise((resolve, reject) => {
        const wake = (): void => {
          if (taken.length < count) return
          clearTimeout(timer)
          waiting.delete(wake)
          resolve(taken)
        }
        const timer = setTimeout(() => {
          waiting.delete(wake)
          const names = taken.map(span => span.name).join(', ')
          reject(new Error(`${taken.length} of ${count} spans arrived within ${timeoutMs} ms: ${names || 'none'}`))
        }, timeoutMs)
        waiting.add(wake)
        wake()
      })
    },
    setMode(next) {
      queue = queue.then(async () => {
        const was = mode
        mode = next
        if (next === 'refuse' && was !== 'refuse') await shut()
        if (next !== 'refuse' && was === 'refuse') await listen(port)
      })
      return queue
    },
    async close() {
      await queue
      if (server.listening) await shut()
    },
  }
}

/** `ExportTraceServiceResponse`: empty, or with `partial_success = 1 { rejected_spans = 1; error_message = 2 }`. */
function exportResponse(mode: ReceiverMode, contentType: string): string | Uint8Array {
  const json = contentType.includes('json')
  if (typeof mode !== 'object' || !('rejectedSpans' in mode)) return json ? '{}' : new Uint8Array()
  const message = mode.errorMessage ?? 'rejected by the test'
  if (json) {
    return JSON.stringify({ partialSuccess: { rejectedSpans: String(mode.rejectedSpans), errorMessage: message } })
  }
  const bytes = Buffer.from(message)
  const inner = Buffer.concat([
    Buffer.from([0x08, ...varintBytes(mode.rejectedSpans), 0x12, ...varintBytes(bytes.length)]),
    bytes,
  ])
  return Buffer.concat([Buffer.from([0x0a, ...varintBytes(inner.length)]), inner])
}

function varintBytes(value: number): number[] {
  const bytes: number[] = []
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...bytes, rest]
    bytes.push((rest % 128) | 0x80)
  }
}
