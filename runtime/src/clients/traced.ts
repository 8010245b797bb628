import { type Context, SpanKind, trace } from '@opentelemetry/api'
import { localRootOf } from '../state.js'

/**
 * Whether the `traceparent` that an outgoing request already has was put there by another instrumentation for a CLIENT span
 * of its own. One that came in with the request being served, which a proxy passes on, was not: there the request gets
 * a span, whose context replaces it.
 */
export function isTracedByOther(traceparent: string | null, active: Context): boolean {
  const [, traceId, spanId] = traceparent?.split('-') ?? []
  const span = trace.getSpan(active)
  const current = span?.spanContext()
  if (span === undefined || current === undefined || current.traceId !== traceId) return false
  // An instrumentation around the call has its span active; one beside it, on the same channel, has not.
  if (current.spanId === spanId) return (span as { readonly kind?: SpanKind }).kind === SpanKind.CLIENT
  const { parentSpanContext } = localRootOf(span) as { readonly parentSpanContext?: { readonly spanId: string } }
  return spanId !== parentSpanContext?.spanId
}
