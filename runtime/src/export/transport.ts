import { AsyncResource } from 'node:async_hooks'
import { readFileSync } from 'node:fs'
import type { Agent, ClientRequest, IncomingMessage, request as requestHttp } from 'node:http'
import type { Socket } from 'node:net'
import { context, ROOT_CONTEXT } from '@opentelemetry/api'
import { suppressTracing } from '@opentelemetry/core'
import { scopeName, version } from '../version.js'
import { decodeResponse } from './otlp.js'

/** What became of one export request. */
export type Outcome =
  /** Taken; `rejected` of its spans were not (`partialSuccess`). */
  | { readonly kind: 'taken'; readonly rejected: number; readonly message: string }
  /** Worth another try, not before `afterMs` where the collector said so. */
  | { readonly kind: 'retry'; readonly afterMs: number | undefined; readonly reason: string }
  /** The collector will never take it. */
  | { readonly kind: 'refused'; readonly reason: string }

export interface TransportOptions {
  readonly url: URL
  /** Asked before each export. */
  readonly headers: () => Readonly<Record<string, string>>
  readonly timeoutMs: number
  readonly gzip: boolean
  readonly tls: { readonly ca?: string; readonly key?: string; readonly cert?: string }
}

/** What a process of its own needs to send the rest when this one ends. */
export interface Delivery {
  readonly protocol: 'http' | 'grpc'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly tls: { readonly ca?: string; readonly key?: string; readonly cert?: string }
}

export interface Transport {
  /** Where it sends to, as a message may show it: without credentials and query. */
  readonly shown: string
  /** Never rejects. */
  send(body: Uint8Array): Promise<Outcome>
  /** While held, a request in flight keeps the process alive; else none does. Returns the release. */
  hold(): () => void
  delivery(): Delivery
  close(): void
}

/**
 * Posts protobuf to an OTLP/HTTP endpoint over one kept connection.
 *
 * The SDK's own exporter is not used: of line 2 it sends nothing under Jest in CommonJS (it loads `node:http` by
 * `import()`), its retry timers keep the process alive, and it tells nobody how many spans a `partialSuccess` rejected.
 */
export function createTransport(options: TransportOptions): Transport {
  const tls = readTlsFiles(options.tls)
  let client: HttpClient | null = null
  // Sockets and timers must not hold the store of the request that happened to fill the batch.
  const outside = new AsyncResource('SpanguardExport', { requireManualDestroy: true })
  const untraced = suppressTracing(ROOT_CONTEXT)
  const inFlight = new Set<Socket>()
  let holders = 0

  const attempt = (body: Uint8Array): Promise<Outcome> =>
    new Promise(resolve => {
      let clientRequest: ClientRequest | undefined
      let socketOfRequest: Socket | undefined
      /** What becomes of the batch is the response's to say. */
      let answered = false
      const lost = (error: Error): void => {
        settle({ kind: 'retry', afterMs: undefined, reason: describe(error) })
      }
      // The whole exchange has this long: a collector that takes the request and never answers must not hold the queue.
      const timer = setTimeout(() => {
        const error = timeoutError(options.timeoutMs)
        clientRequest?.destroy(error)
        // Of a request that is destroyed already nothing is heard any more.
        if (!answered) lost(error)
      }, options.timeoutMs)
      timer.unref()
      const settle = (outcome: Outcome): void => {
        clearTimeout(timer)
        if (socketOfRequest !== undefined) inFlight.delete(socketOfRequest)
        resolve(outcome)
      }
      try {
        client ??= loadClient(options.url.protocol === 'https:', tls)
        clientRequest = client.request(
          options.url,
          { method: 'POST', agent: client.agent, headers: requestHeaders(options.headers(), body.byteLength, options.gzip) },
          response => {
            answered = true
            readResponse(response, settle)
          },
        )
      } catch (error) {
        // Headers that node:http refuses, a headers function that throws: another try would not help this batch.
        settle({ kind: 'refused', reason: describe(error) })
        return
      }
      clientRequest.on('socket', socket => {
        socketOfRequest = socket
        inFlight.add(socket)
        if (holders === 0) socket.unref()
        else socket.ref()
        if (socket.connecting) {
          const connectTimer = setTimeout(() => clientRequest.destroy(timeoutError(connectTimeoutMs)), connectTimeoutMs)
          connectTimer.unref()
          socket.once('connect', () => {
            clearTimeout(connectTimer)
          })
          socket.once('close', () => {
            clearTimeout(connectTimer)
          })
        }
      })
      clientRequest.on('error', lost)
      // Nobody asked for another protocol. Node destroys the connection and says neither that there was an answer nor an error.
      clientRequest.on('upgrade', (response, socket) => {
        socket.destroy()
        settle({ kind: 'retry', afterMs: undefined, reason: `HTTP ${String(response.statusCode)}` })
      })
      clientRequest.on('close', () => {
        if (!answered) lost(new Error('closed without an answer'))
      })
      clientRequest.end(body)
    })

  return {
    shown: options.url.origin + options.url.pathname,
    async send(given) {
      return outside.runInAsyncScope(() =>
        context.with(untraced, async () => {
          const body = options.gzip ? process.getBuiltinModule('node:zlib').gzipSync(given) : given
          return attempt(body)
        }),
      )
    },
    hold() {
      holders++
      for (const socket of inFlight) socket.ref()
      let held = true
      return () => {
        if (!held) return
        held = false
        holders--
        if (holders === 0) for (const socket of inFlight) socket.unref()
      }
    },
    delivery: () => ({
      protocol: 'http',
      url: options.url.href,
      headers: requestHeaders(options.headers(), undefined, false),
      tls,
    }),
    close() {
      client?.agent.destroy()
    },
  }
}

interface HttpClient {
  readonly agent: Agent
  readonly request: typeof requestHttp
}

/** Loaded with the first export, not with the package: a command-line tool that never gets there does not pay for it. */
function loadClient(secure: boolean, tls: TransportOptions['tls']): HttpClient {
  const options = { keepAlive: true, maxSockets: 1, maxFreeSockets: 1 }
  if (secure) {
    const https = process.getBuiltinModule('node:https')
    return { agent: new https.Agent({ ...options, ...tls }), request: https.request }
  }
  const http = process.getBuiltinModule('node:http')
  return { agent: new http.Agent(options), request: http.request }
}

/** A connection that is not made by then is not made at all; a pending connect keeps the process alive. */
export const connectTimeoutMs = 2000
/** More than this of an answer is not read: it is no OTLP. */
export const maxResponseBytes = 64 * 1024
const maxRetryAfterMs = 5 * 60_000

function readResponse(response: IncomingMessage, settle: (outcome: Outcome) => void): void {
  const status = response.statusCode ?? 0
  const chunks: Buffer[] = []
  let size = 0
  const finish = (): void => {
    settle(outcomeOf(status, response.headers['retry-after'], Buffer.concat(chunks)))
  }
  response.on('data', (chunk: Buffer) => {
    size += chunk.length
    if (size <= maxResponseBytes) chunks.push(chunk)
    else {
      finish()
      response.destroy()
    }
  })
  response.on('end', finish)
  // Cut off while answering: what the status says still holds.
  response.on('error', finish)
  response.on('close', finish)
}

function outcomeOf(status: number, retryAfter: string | undefined, body: Buffer): Outcome {
  if (status >= 200 && status < 300) return { kind: 'taken', ...partialSuccessOf(body) }
  const reason = `HTTP ${status}`
  // https://opentelemetry.io/docs/specs/otlp/#retryable-response-codes
  if (status === 429 || status === 502 || status === 503 || status === 504) {
    return { kind: 'retry', afterMs: parseRetryAfter(retryAfter), reason }
  }
  return { kind: 'refused', reason }
}

export function partialSuccessOf(body: Buffer): { readonly rejected: number; readonly message: string } {
  if (body.length === 0) return { rejected: 0, message: '' }
  try {
    return decodeResponse(body)
  } catch {
    return { rejected: 0, message: '' }
  }
}

/** Seconds or an HTTP date, in milliseconds from now; undefined for anything else. RFC 9110, 10.2.3. */
export function parseRetryAfter(value: string | undefined, now = Date.now()): number | undefined {
  if (value === undefined) return undefined
  const ms = /^\d+$/.test(value.trim()) ? Number(value) * 1000 : Date.parse(value) - now
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), maxRetryAfterMs)
}

function requestHeaders(
  given: Readonly<Record<string, string>>,
  length: number | undefined,
  gzip: boolean,
): Record<string, string> {
  return {
    'user-agent': `${scopeName}/${version}`,
    ...given,
    'content-type': 'application/x-protobuf',
    ...(length !== undefined && { 'content-length': String(length) }),
    ...(gzip && { 'content-encoding': 'gzip' }),
  }
}

/** Throws with one sentence when a file can't be read. */
export function readTlsFiles(files: TransportOptions['tls']): { readonly ca?: string; readonly key?: string; readonly cert?: string } {
  const read = (file: string): string => {
    try {
      return readFileSync(file, 'utf8')
    } catch (error) {
      throw new Error(`the TLS file ${JSON.stringify(file)} can't be read (${describe(error)})`)
    }
  }
  return {
    ...(files.ca !== undefined && { ca: read(files.ca) }),
    ...(files.key !== undefined && { key: read(files.key) }),
    ...(files.cert !== undefined && { cert: read(files.cert) }),
  }
}

export function timeoutError(ms: number): Error {
  return Object.assign(new Error(`no answer within ${ms} ms`), { code: 'ETIMEDOUT' })
}

/** The error's code or class; its message could hold a URL with credentials. */
export function describe(error: unknown): string {
  // Of another realm in Jest, where it is no instance of this one's Error.
  if (typeof error !== 'object' || error === null) return typeof error
  const { code, name } = error as { code?: unknown; name?: unknown }
  return typeof code === 'string' ? code : typeof name === 'string' ? name : 'object'
}
