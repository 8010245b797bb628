import { type Attributes, type Context, type Span, SpanKind } from '@opentelemetry/api'
import type { RPCMetadata } from '@opentelemetry/core'
import { activeContext, runIn } from '../context/run.js'
import { withSpanIn } from '../context/span-context.js'
import { hostOf } from '../middleware/attributes.js'
import { watchCrash } from '../middleware/crash.js'
import { isTrusted, parentOf } from '../middleware/trust.js'
import { ignoring } from '../sampling/sampler.js'
import { recordFailure } from '../spans/capture-error.js'
import { startOwnSpan } from '../spans/start-span.js'
import { runtimeState } from '../state.js'
import { type CallMetadata, headersOf, metadataGetter, removeTraceContext } from './metadata.js'
import { methodName, type StatusName, statusName, writeStatus } from './status.js'

/** What is used of grpc-js' `ServerInterceptingCallInterface`. */
interface ServerCall {
  start: (listener: ServerListener) => void
  sendStatus: (status: { readonly code?: unknown }) => void
  getDeadline(): Date | number
  getHost(): string | undefined
}
interface ServerListener {
  readonly onReceiveMetadata: (metadata: CallMetadata) => void
  readonly onReceiveMessage: (message: unknown) => void
  readonly onReceiveHalfClose: () => void
  readonly onCancel: () => void
}

/** One call's SERVER span. */
interface CallSpan {
  readonly span: Span
  readonly context: Context
  ended: boolean
}

/** On the RPC metadata that is made here: the call it belongs to. */
const owner = Symbol.for('@spanguard/runtime/grpc-call')
/** On a call that is traced already, by this interceptor in the same list or in another copy of this package. */
const mark = Symbol.for('@spanguard/runtime/grpc-server')

/**
 * Traces a call by stepping before `start` and `sendStatus` of the call itself. A `ServerInterceptingCall` around it would not
 * see the statuses that grpc-js sends by itself: an exceeded deadline, a message that can't be serialised.
 */
export function interceptServerCall(method: { readonly path: string }, call: ServerCall): ServerCall {
  const marked = call as ServerCall & { [mark]?: true }
  if (marked[mark] === true) return call
  marked[mark] = true
  let server: CallSpan | null = null
  const { start, sendStatus } = call
  call.start = listener => {
    start.call(call, {
      onReceiveMetadata(metadata) {
        if (hasTracedHandler(call)) {
          // That instrumentation takes everybody's word for the parent.
          if (!isTrusted(() => headersOf(metadata))) removeTraceContext(metadata)
          listener.onReceiveMetadata(metadata)
          return
        }
        server = startCall(method.path, call, metadata)
        runIn(server.context, listener.onReceiveMetadata, listener, metadata)
      },
      onReceiveMessage(message) {
        if (server === null) listener.onReceiveMessage(message)
        else runIn(server.context, listener.onReceiveMessage, listener, message)
      },
      onReceiveHalfClose() {
        if (server === null) listener.onReceiveHalfClose()
        else runIn(server.context, listener.onReceiveHalfClose, listener)
      },
      onCancel() {
        if (server === null) {
          listener.onCancel()
          return
        }
        // Also told after the status of a call that went well, when the span is over.
        endCall(server, Number(call.getDeadline()) <= Date.now() ? 'DEADLINE_EXCEEDED' : 'CANCELLED')
        runIn(server.context, listener.onCancel, listener)
      },
    })
  }
  call.sendStatus = status => {
    if (server !== null) endCall(server, statusName(status.code))
    sendStatus.call(call, status)
  }
  return call
}

function startCall(path: string, call: ServerCall, metadata: CallMetadata): CallSpan {
  const { parent, links } = parentOf(activeContext(), metadata, metadataGetter, () => headersOf(metadata))
  const name = methodName(path)
  const isIgnored = runtimeState().active?.ignoresRoute('', `/${name}`) === true
  const span = startOwnSpan(name, { kind: SpanKind.SERVER, links, attributes: () => attributesOf(name, call) }, isIgnored ? ignoring(parent) : parent)
  if (span.isRecording()) watchCrash(endCrashed)
  // A type of its own, so that no HTTP instrumentation takes the span for its request's.
  const rpc = { type: 'grpc', span } as unknown as RPCMetadata & { [owner]?: CallSpan }
  const server: CallSpan = { span, context: withSpanIn(parent, span, rpc), ended: false }
  rpc[owner] = server
  return server
}

function attributesOf(name: string, call: ServerCall): Attributes {
  const host = hostOf(call.getHost())
  return {
    'rpc.system.name': 'grpc',
    'rpc.method': name,
    ...(host !== null && { 'server.address': host.address }),
    ...(host !== null && host.port !== null && { 'server.port': host.port }),
  }
}

function endCall(server: CallSpan, status: StatusName): void {
  if (server.ended) return
  server.ended = true
  writeStatus(server.span, status, 'server')
  server.span.end()
}

/** The caller hears only that the connection broke. */
function endCrashed(rpc: object, error: unknown): void {
  const server = (rpc as { [owner]?: CallSpan })[owner]
  if (server === undefined || server.ended) return
  server.ended = true
  server.span.setAttribute('rpc.status_code', 'UNAVAILABLE')
  recordFailure(server.span, error)
  server.span.end()
}

/**
 * Whether OpenTelemetry's instrumentation-grpc has wrapped the call's handler, which then starts the SERVER span, after every
 * interceptor. Known by the mark that its wrapping leaves on the function; an active span would say nothing.
 */
function hasTracedHandler(call: object): boolean {
  let inner = call as { readonly nextCall?: object; readonly handler?: { readonly func?: { readonly __wrapped?: unknown } } }
  while (inner.nextCall !== undefined) inner = inner.nextCall
  return inner.handler?.func?.__wrapped === true
}
