import { AsyncResource } from 'node:async_hooks'
import type { ClientHttp2Session, ClientHttp2Stream, IncomingHttpHeaders } from 'node:http2'
import { context, ROOT_CONTEXT } from '@opentelemetry/api'
import { suppressTracing } from '@opentelemetry/core'
import { statusName } from '../grpc/status.js'
import { scopeName, version } from '../version.js'
import { retryDelayOf } from './grpc-retry.js'
import { connectTimeoutMs, describe, maxResponseBytes, type Outcome, partialSuccessOf, readTlsFiles, timeoutError, type Transport, type TransportOptions } from './transport.js'

/** https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/collector/trace/v1/trace_service.proto */
export const exportPath = '/opentelemetry.proto.collector.trace.v1.TraceService/Export'

/** https://opentelemetry.io/docs/specs/otlp/#failures : CANCELLED, DEADLINE_EXCEEDED, ABORTED, OUT_OF_RANGE, UNAVAILABLE, DATA_LOSS. */
const retryable: ReadonlySet<string> = new Set(['1', '4', '10', '11', '14', '15'])
const resourceExhausted = '8'

/**
 * Sends protobuf to an OTLP/gRPC endpoint: one unary call for each batch, over one kept HTTP/2 connection.
 *
 * By node:http2 and not by grpc-js: one method without streams is a frame of five bytes, and grpc-js keeps a process alive
 * as long as a call is on its way.
 */
export function createGrpcTransport(options: TransportOptions): Transport {
  const tls = readTlsFiles(options.tls)
  const outside = new AsyncResource('SpanguardExport', { requireManualDestroy: true })
  const untraced = suppressTracing(ROOT_CONTEXT)
  let session: ClientHttp2Session | null = null
  let holders = 0

  const connected = (): ClientHttp2Session => {
    if (session !== null && !session.closed && !session.destroyed) return session
    const made = process.getBuiltinModule('node:http2').connect(options.url.origin, tls)
    session = made
    const forget = (): void => {
      if (session === made) session = null
    }
    // Each call on it hears of the error as well.
    made.on('error', forget)
    made.on('goaway', forget)
    made.on('close', forget)
    if (holders === 0) made.unref()
    const timer = setTimeout(() => {
      made.destroy(timeoutError(connectTimeoutMs))
    }, connectTimeoutMs)
    timer.unref()
    made.on('connect', () => {
      clearTimeout(timer)
    })
    return made
  }

  const attempt = (body: Uint8Array): Promise<Outcome> =>
    new Promise(resolve => {
      let stream: ClientHttp2Stream
      try {
        stream = connected().request(callHeaders(options.headers(), options.gzip))
      } catch (error) {
        // Headers that HTTP/2 refuses, certificates that are none: another try would not help this batch.
        resolve({ kind: 'refused', reason: describe(error) })
        return
      }
      const timer = setTimeout(() => {
        stream.destroy(timeoutError(options.timeoutMs))
      }, options.timeoutMs)
      timer.unref()
      readAnswer(stream, outcome => {
        clearTimeout(timer)
        resolve(outcome)
      })
      stream.end(frame(body, options.gzip))
    })

  return {
    shown: options.url.origin,
    async send(given) {
      return outside.runInAsyncScope(() =>
        context.with(untraced, async () => attempt(options.gzip ? process.getBuiltinModule('node:zlib').gzipSync(given) : given)),
      )
    },
    hold() {
      holders++
      session?.ref()
      let held = true
      return () => {
        if (!held) return
        held = false
        holders--
        if (holders === 0) session?.unref()
      }
    },
    delivery: () => ({ protocol: 'grpc', url: options.url.origin, headers: ownHeaders(options.headers()), tls }),
    close() {
      session?.destroy()
    },
  }
}

/** gRPC's length-prefixed message: whether it is compressed, its length, itself. */
function frame(body: Uint8Array, compressed: boolean): Buffer {
  const head = Buffer.alloc(5)
  head.writeUInt8(compressed ? 1 : 0, 0)
  head.writeUInt32BE(body.byteLength, 1)
  return Buffer.concat([head, body])
}

function callHeaders(given: Readonly<Record<string, string>>, gzip: boolean): Record<string, string> {
  return {
    ':method': 'POST',
    ':path': exportPath,
    ...ownHeaders(given),
    ...(gzip && { 'grpc-encoding': 'gzip' }),
  }
}

function ownHeaders(given: Readonly<Record<string, string>>): Record<string, string> {
  return { 'user-agent': `${scopeName}/${version}`, ...given, 'content-type': 'application/grpc', te: 'trailers' }
}

function readAnswer(stream: ClientHttp2Stream, settle: (outcome: Outcome) => void): void {
  const chunks: Buffer[] = []
  let size = 0
  let answer: IncomingHttpHeaders = {}
  let failure: unknown
  stream.on('response', headers => {
    answer = headers
  })
  stream.on('trailers', (trailers: IncomingHttpHeaders) => {
    answer = { ...answer, ...trailers }
  })
  stream.on('data', (chunk: Buffer) => {
    size += chunk.length
    if (size <= maxResponseBytes) chunks.push(chunk)
    else stream.close()
  })
  stream.on('error', (error: Error) => {
    // A stream whose connection broke says only that it was cancelled.
    failure = error.cause ?? error
  })
  // Comes last, after an error too.
  stream.on('close', () => {
    settle(outcomeOf(answer, failure, Buffer.concat(chunks)))
  })
}

function outcomeOf(answer: IncomingHttpHeaders, failure: unknown, body: Buffer): Outcome {
  const code = answer['grpc-status']
  if (typeof code !== 'string') {
    const status = (answer as { readonly ':status'?: number })[':status']
    if (status === undefined || status === 200) {
      return { kind: 'retry', afterMs: undefined, reason: failure === undefined ? 'connection closed' : describe(failure) }
    }
    // A proxy, or a server that speaks no gRPC. https://github.com/grpc/grpc/blob/master/doc/http-grpc-status-mapping.md
    const isBusy = status === 429 || status === 502 || status === 503 || status === 504
    return isBusy ? { kind: 'retry', afterMs: undefined, reason: `HTTP ${status}` } : { kind: 'refused', reason: `HTTP ${status}` }
  }
  if (code === '0') return { kind: 'taken', ...partialSuccessOf(body.subarray(5)) }
  const reason = `gRPC ${statusName(Number(code))}`
  const afterMs = retryDelayOf(answer['grpc-status-details-bin'])
  // An exhausted resource is worth another try only when the collector says when.
  if (retryable.has(code) || (code === resourceExhausted && afterMs !== undefined)) return { kind: 'retry', afterMs, reason }
  return { kind: 'refused', reason }
}
