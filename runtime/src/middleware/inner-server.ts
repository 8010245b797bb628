import { type Context, SpanKind, trace } from '@opentelemetry/api'
import { getRPCMetadata, type RPCMetadata } from '@opentelemetry/core'
import type { ReadableSpan, Span } from '@opentelemetry/sdk-trace'

/** On a span of {@link noteInnerServer}: the metadata of the request around it. */
const around = Symbol('spanguard.request-around')

interface Inner {
  kind: SpanKind
  [around]?: RPCMetadata
}

/**
 * Next.js makes a SERVER span for each request of its own. Behind a custom server (`createServer(app.getRequestHandler())`) under
 * the preload the request has one already: then Next's is a part of it, and INTERNAL.
 */
export function noteInnerServer(span: Span, parentContext: Context): void {
  if (span.kind !== SpanKind.SERVER || span.instrumentationScope.name !== 'next.js') return
  const parent = trace.getSpan(parentContext) as Partial<Span> | undefined
  const rpc = getRPCMetadata(parentContext)
  if (parent?.kind !== SpanKind.SERVER || parent.ended === true || rpc === undefined) return
  const inner = span as unknown as Inner
  inner.kind = SpanKind.INTERNAL
  inner[around] = rpc
}

/** Next alone knows the route, and says it when its span ends. */
export function tellRoute(span: ReadableSpan): void {
  const rpc = (span as unknown as Inner)[around]
  if (rpc === undefined) return
  const route = span.attributes['http.route']
  if (typeof route === 'string') rpc.route ??= route
}
