import { type Context, isSpanContextValid, type Span, SpanKind, SpanStatusCode, TraceFlags } from '@opentelemetry/api'
import { getRPCMetadata, type RPCMetadata, RPCType } from '@opentelemetry/core'
import { activeContext } from '../context/run.js'
import { withSpanIn } from '../context/span-context.js'
import { ignoring } from '../sampling/sampler.js'
import { errorType, recordFailure } from '../spans/capture-error.js'
import { startOwnSpan } from '../spans/start-span.js'
import { runtimeState } from '../state.js'
import {
  type IncomingHeaders,
  type IncomingParts,
  pathOf,
  serverAttributes,
  spanMethod,
} from './attributes.js'
import { watchCrash } from './crash.js'
import { binding as mark, bindListeners } from './emitters.js'
import { isCallersAbort } from './outcome.js'
import { findStranger, incomingParent } from './trust.js'
import { isUpgrade, watchUpgrade } from './upgrade.js'

/** What every middleware takes. */
export interface MiddlewareOptions {
  /** Send `Server-Timing: traceparent` with each response, so that a browser can link its own trace. Default false. */
  readonly serverTiming?: boolean
}

/** The parts of node:http's and http2's request that are read. */
export interface ServerRequest {
  readonly method?: string | undefined
  readonly url?: string | undefined
  readonly headers: IncomingHeaders
  readonly httpVersion: string
  readonly socket?: unknown
  /** Express and Connect: the URL before a mounted router cut its prefix off. */
  readonly originalUrl?: string | undefined
}

/** The parts of node:http's and http2's response that are read. */
export interface ServerResponse {
  readonly statusCode: number
  readonly headersSent: boolean
  readonly errored?: Error | null | undefined
  readonly socket?: unknown
  setHeader(name: string, value: string | readonly string[]): unknown
  getHeader(name: string): unknown
  prependListener(event: string, listener: () => void): unknown
}

/** One request's SERVER span, started here or adopted. Plain state, shared by every copy of this package. */
export interface ServerSpan {
  readonly span: Span
  /** The context to run the request's handlers in. */
  readonly context: Context
  readonly rpc: RPCMetadata
  readonly method: string
  /** Somebody else started the span and ends it. */
  readonly adopted: boolean
  readonly request: ServerRequest | null
  readonly response: ServerResponse | null
  /** Asked for the route when the response is over, by frameworks that only know it then. */
  findRoute: (() => string | undefined) | null
  /** The same, for who only knows what a framework may have left on the request. */
  fallbackRoute: ((request: object) => string | undefined) | null
  /** `Server-Timing` was added to the response. */
  isTimed: boolean
  failure: { readonly error: unknown; readonly headersSent: boolean } | null
  ended: boolean
  /** Watches the events of the response, for a span that is recorded and ended here. */
  observe: ((server: ServerSpan, event: string | symbol, argument: unknown) => void) | null
}

/** On the RPC metadata that is made here: whose it is, since a server may be started inside another request. */
const owner = Symbol.for('@spanguard/runtime/rpc-owner')

/** A request (and its response): which span is this request's, in whose context its listeners are. */
interface Marked {
  [mark]?: ServerSpan
}

/** The SERVER span that this package knows a request by, or null. */
export function getServerSpan(request: object): ServerSpan | null {
  return (request as Marked)[mark] ?? null
}

/**
 * The one SERVER span of a request: the one it is marked with, else the one in the RPC metadata of the active context
 * (never an active span, whatever its kind), else a new one, which ends with the response.
 */
export function serverSpan(request: ServerRequest, response: ServerResponse, options: MiddlewareOptions): ServerSpan {
  const server = getServerSpan(request) ?? meet(request, response)
  if (options.serverTiming === true && !server.isTimed && !response.headersSent) {
    server.isTimed = true
    addServerTiming(server.span, response)
  }
  return server
}

function meet(request: ServerRequest, response: ServerResponse): ServerSpan {
  const active = activeContext()
  const server = adopt(request, response, active) ?? start(request, response, active)
  markRequest(request, server)
  markRequest(response, server)
  return server
}

/** Names the route that answers; the last one said before the response is over counts. */
export function setRoute(server: ServerSpan, route: string | undefined): void {
  if (route === undefined) delete server.rpc.route
  else server.rpc.route = route
}

/**
 * Notes an error of a handler; the first one is the cause of what follows. Whether it is the request's failure is known
 * when the response is over: an error that became a 4xx is an answer.
 */
export function noteFailure(server: ServerSpan, error: unknown): void {
  if (server.ended || server.failure !== null) return
  server.failure = { error, headersSent: server.response?.headersSent ?? false }
  // The span's owner ends it in a listener of its own, which was there first.
  if (server.adopted && server.response !== null) server.response.prependListener('close', failAdopted.bind(null, server))
}

/** Ends a span that was started here, at most once. */
export function endServerSpan(server: ServerSpan, status: number | null, finished: boolean): void {
  if (server.ended) return
  server.ended = true
  if (server.adopted) return
  const { span, rpc, failure } = server
  const route = rpc.route ?? server.findRoute?.() ?? (server.request === null ? undefined : server.fallbackRoute?.(server.request))
  if (route !== undefined && route !== '') {
    span.setAttribute('http.route', route)
    span.updateName(`${server.method} ${route}`)
  }
  if (status !== null) span.setAttribute('http.response.status_code', status)
  if (failure !== null && (failure.headersSent || status === null || status >= 500)) recordFailure(span, failure.error)
  else if (status !== null && status >= 500) fail(span, String(status))
  else if (!finished && !isAbandoned(server)) fail(span, server.response?.errored ? errorType(server.response.errored) : 'aborted')
  span.end()
}

/** A request outside of node:http (`app.request()`, Bun, Deno): the caller ends the span with {@link endServerSpan}. */
export function startFetchSpan(parts: IncomingParts, holder: object): ServerSpan {
  const server = startSpan(parts, activeContext(), null, null)
  markRequest(holder, server)
  return server
}

/** A new span for a request that has no response object (an upgrade), below the context of its headers. */
export function startRequestSpan(request: ServerRequest): ServerSpan {
  return startSpan(partsOf(request), activeContext(), request, null)
}

export function markRequest(request: object, server: ServerSpan): void {
  ;(request as Marked)[mark] = server
}

function adopt(request: ServerRequest, response: ServerResponse, active: Context): ServerSpan | null {
  const rpc = getRPCMetadata(active)
  if (rpc === undefined || !isHttp(rpc)) return null
  const rpcOwner = (rpc as { [owner]?: object })[owner]
  if ((rpcOwner !== undefined && rpcOwner !== request) || !isAlive(rpc.span)) return null
  const method = spanMethod(request.method ?? '')
  const stranger = rpcOwner === undefined ? findStranger(request.headers) : null
  if (stranger !== null) rpc.span.addLink({ context: stranger })
  return { span: rpc.span, context: active, rpc, method, adopted: true, request, response, findRoute: null, fallbackRoute: null, isTimed: false, failure: null, ended: false, observe: null }
}

/** True of all there are so far; a type of another protocol would say that the span is not the request's. */
function isHttp({ type }: { readonly type: string }): boolean {
  return type === 'http'
}

/**
 * False for a span that is over, and for one of a tracer without a provider (an instrumentation that stands on another copy
 * of the API, as beside a bundle): it has no ids, or those of the caller.
 */
function isAlive(span: Span): boolean {
  const spanContext = span.spanContext()
  if (!isSpanContextValid(spanContext) || spanContext.isRemote === true) return false
  return (span as { readonly ended?: boolean }).ended !== true
}

function start(request: ServerRequest, response: ServerResponse, active: Context): ServerSpan {
  const server = startSpan(partsOf(request), active, request, response)
  const isRecording = server.span.isRecording()
  bindListeners(request, server)
  bindListeners(response, server)
  if (isRecording) {
    server.observe = observeResponse
    watchCrash(endCrashed)
    if (isUpgrade(request)) watchUpgrade(request.socket, status => status === 101 && endServerSpan(server, status, true))
  }
  return server
}

function startSpan(
  parts: IncomingParts,
  active: Context,
  request: ServerRequest | null,
  response: ServerResponse | null,
): ServerSpan {
  const { parent, links } = incomingParent(active, parts.headers)
  const method = spanMethod(parts.method)
  // Our sampler is told of an ignored route; the attributes are for spans that are recorded.
  const isIgnored = runtimeState().active?.ignoresRoute(method, pathOf(parts.url)) === true
  const span = startOwnSpan(method, { kind: SpanKind.SERVER, links, attributes: () => serverAttributes(parts) }, isIgnored ? ignoring(parent) : parent)
  const rpc: RPCMetadata & { [owner]?: object | null } = { type: RPCType.HTTP, span, [owner]: request }
  // Of a span that is not recorded nobody asks for the route; what a request around this one says must not be taken for it.
  const isTold = span.isRecording() || getRPCMetadata(parent) !== undefined
  const inside = withSpanIn(parent, span, isTold ? rpc : undefined)
  return { span, context: inside, rpc, method, adopted: false, request, response, findRoute: null, fallbackRoute: null, isTimed: false, failure: null, ended: false, observe: null }
}

function partsOf(request: ServerRequest): IncomingParts {
  const socket = request.socket as { readonly encrypted?: boolean } | null | undefined
  return {
    method: request.method ?? '',
    url: request.originalUrl ?? request.url ?? '',
    headers: request.headers,
    scheme: socket?.encrypted === true ? 'https' : 'http',
    httpVersion: request.httpVersion,
  }
}

/** `finish` comes before `close`, and a response that was broken off has only the latter. */
function observeResponse(server: ServerSpan, event: string | symbol, argument: unknown): void {
  if (server.ended || (event !== 'finish' && event !== 'close' && event !== 'pipe')) return
  const { statusCode, headersSent } = server.response as ServerResponse
  if (event === 'finish') endServerSpan(server, statusCode, true)
  else if (event === 'close') endServerSpan(server, headersSent ? statusCode : null, false)
  else watchBody(server, argument as ErrorEmitter)
}

interface ErrorEmitter {
  on(event: symbol, listener: (error: unknown) => void): unknown
}

/** A body that breaks: frameworks destroy the response without saying why. */
function watchBody(server: ServerSpan, source: ErrorEmitter): void {
  // The monitor's event leaves an error that nobody handles unhandled, which a listener of `error` would not.
  const { errorMonitor } = process.getBuiltinModule('node:events')
  source.on(errorMonitor, error => {
    noteFailure(server, error)
  })
}

function endCrashed(rpc: object, error: unknown): void {
  const request = (rpc as { [owner]?: Marked | null })[owner]
  const server = request?.[mark]
  if (server === undefined) return
  noteFailure(server, error)
  endServerSpan(server, null, false)
}

function failAdopted(server: ServerSpan): void {
  const { failure, response } = server
  if (failure === null || response === null) return
  if (failure.headersSent || !response.headersSent || response.statusCode >= 500) recordFailure(server.span, failure.error)
  server.failure = null
}

/** Without a message: it would repeat `error.type`, or carry data. */
function fail(span: Span, type: string): void {
  span.setAttribute('error.type', type)
  span.setStatus({ code: SpanStatusCode.ERROR })
}

function isAbandoned({ request, response }: ServerSpan): boolean {
  return request !== null && response !== null && isCallersAbort(request, response)
}

function addServerTiming(span: Span, response: ServerResponse): void {
  const { traceId, spanId, traceFlags } = span.spanContext()
  const flags = (traceFlags & TraceFlags.SAMPLED) === 0 ? '00' : '01'
  const entry = `traceparent;desc="00-${traceId}-${spanId}-${flags}"`
  const present = response.getHeader('server-timing')
  const others = Array.isArray(present) ? present.map(String) : typeof present === 'string' ? [present] : []
  response.setHeader('Server-Timing', [...others, entry])
}
