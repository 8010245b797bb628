import { type Attributes, type Context, propagation, type Span, SpanKind } from '@opentelemetry/api'
import { isTracingSuppressed } from '@opentelemetry/core'
import { mayPropagateTo } from '../clients/targets.js'
import { isTracedByOther } from '../clients/traced.js'
import { activeContext, runIn } from '../context/run.js'
import { withSpanIn } from '../context/span-context.js'
import { startOwnSpan } from '../spans/start-span.js'
import { type CallMetadata, metadataGetter, metadataSetter, removeTraceContext } from './metadata.js'
import { methodName, statusName, writeStatus } from './status.js'
import { type Destination, destinationOf, parsePeer } from './target.js'

/** What is used of grpc-js' `InterceptingCallInterface`. */
interface ClientCall {
  start: (metadata: CallMetadata, listener?: ClientListener) => void
  getPeer(): string
}
interface ClientListener {
  readonly onReceiveMetadata?: (metadata: unknown) => void
  readonly onReceiveMessage?: (message: unknown) => void
  readonly onReceiveStatus?: (status: { readonly code?: unknown }) => void
}
interface CallOptions {
  readonly method_definition: { readonly path: string }
}

/** On metadata whose call has its span, so that an interceptor that is listed twice does not start a second one. */
const mark = Symbol.for('@spanguard/runtime/grpc-client')

export function interceptClientCall(options: CallOptions, nextCall: (options: CallOptions) => ClientCall): ClientCall {
  const call = nextCall(options)
  const { start } = call
  call.start = (given, listener) => {
    const active = activeContext()
    if (isTracingSuppressed(active) || mark in given) {
      start.call(call, given, listener)
      return
    }
    const destination = destinationOf(call)
    const propagates = mayPropagateTo(destination?.target ?? null)
    // The caller may use one object for many calls.
    const metadata = given.clone()
    if (isTracedByOther(textOf(given, 'traceparent'), active)) {
      if (!propagates) removeTraceContext(metadata)
      start.call(call, metadata, listener)
      return
    }
    const span = startCall(options.method_definition.path, destination, active)
    removeTraceContext(metadata)
    if (propagates) propagation.inject(withSpanIn(active, span), metadata, metadataSetter)
    Object.defineProperty(metadata, mark, { value: true })
    try {
      start.call(call, metadata, traced(call, span, active, listener ?? {}))
    } catch (error) {
      end(call, span, 'UNKNOWN')
      throw error
    }
  }
  return call
}

function startCall(path: string, destination: Destination | null, active: Context): Span {
  const name = methodName(path)
  const attributes = (): Attributes => ({
    'rpc.system.name': 'grpc',
    'rpc.method': name,
    ...(destination !== null && { 'server.address': destination.address }),
    ...(destination !== null && destination.port !== null && { 'server.port': destination.port }),
  })
  return startOwnSpan(name, { kind: SpanKind.CLIENT, attributes }, active)
}

/** grpc-js calls back from the events of a connection, which somebody else's call may have opened. */
function traced(call: ClientCall, span: Span, active: Context, listener: ClientListener): ClientListener {
  return {
    onReceiveMetadata(metadata) {
      if (listener.onReceiveMetadata !== undefined) runIn(active, listener.onReceiveMetadata, listener, metadata)
    },
    onReceiveMessage(message) {
      if (listener.onReceiveMessage !== undefined) runIn(active, listener.onReceiveMessage, listener, message)
    },
    onReceiveStatus(status) {
      end(call, span, statusName(status.code))
      if (listener.onReceiveStatus !== undefined) runIn(active, listener.onReceiveStatus, listener, status)
    },
  }
}

function end(call: ClientCall, span: Span, status: ReturnType<typeof statusName>): void {
  if (span.isRecording()) {
    const peer = parsePeer(call.getPeer())
    if (peer !== null) {
      span.setAttribute('network.peer.address', peer.address)
      if (peer.port !== null) span.setAttribute('network.peer.port', peer.port)
    }
    writeStatus(span, status, 'client')
  }
  span.end()
}

function textOf(metadata: CallMetadata, key: string): string | null {
  const value = metadataGetter.get(metadata, key)
  return typeof value === 'string' ? value : null
}
