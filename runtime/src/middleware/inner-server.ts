import { type Context, SpanKind, trace } from '@opentelemetry/api'
import type { Span } from '@opentelemetry/sdk-trace'

/**
 * Next.js makes a SERVER span for each request of its own. Behind a custom server (`createServer(app.getRequestHandler())`) under
 * the preload the request has one already: then Next's is a part of it, and INTERNAL; it is the one that has the route,
 * which Next 16 says after the response is over (Next 15 only on a root span).
 */
export function noteInnerServer(span: Span, parentContext: Context): void {
  if (span.kind !== SpanKind.SERVER || span.instrumentationScope.name !== 'next.js') return
  const parent = trace.getSpan(parentContext) as Partial<Span> | undefined
  if (parent?.kind === SpanKind.SERVER && parent.ended === false) (span as { kind: SpanKind }).kind = SpanKind.INTERNAL
}
