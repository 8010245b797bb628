import { type Attributes, type Context, SpanKind, type TextMapPropagator, trace } from '@opentelemetry/api'
import { compileTargets, type Target, toTarget } from './targets.js'

/**
 * The target of the request that a client instrumentation is preparing. Its hooks tell it, and it injects in the same
 * turn; the propagator's interface has no place for it.
 */
let aimed: Target | null = null

export function aimAt(target: Target): void {
  aimed = target
}

/** The CLIENT span that was started last: one that is not sampled remembers nothing of its target itself. */
let started: { readonly traceId: string; readonly attributes: Attributes } | null = null

/** Told by the sampler of every span; an instrumentation injects in the turn in which it starts its span. */
export function noteStart(traceId: string, kind: SpanKind, attributes: Attributes): void {
  if (kind === SpanKind.CLIENT) started = { traceId, attributes }
  else if (started !== null) started = null
}

/**
 * A propagator that injects into HTTP requests to third parties (neither local nor in `propagateTo`) nothing at all. What
 * is no HTTP request (queues, gRPC, a call of `propagation.inject` in the code) is not held back: its author decides.
 */
export function limitPropagation(
  inner: TextMapPropagator | null,
  propagateTo: readonly (string | RegExp)[],
): TextMapPropagator | null {
  if (inner === null) return null
  const isOurs = compileTargets(propagateTo)
  return {
    inject(context, carrier, setter) {
      const target = aimed ?? targetOfSpan(context)
      aimed = null
      started = null
      if (target === null || isOurs(target)) inner.inject(context, carrier, setter)
    },
    extract: (context, carrier, getter) => inner.extract(context, carrier, getter),
    fields: () => inner.fields(),
  }
}

/** W3C trace context and baggage: what a proxy that passes headers on would tell of another hop. */
export function isPropagationHeader(name: string): boolean {
  // Most names are told by their length.
  return (name.length === 7 || name.length === 10 || name.length === 11) && /^(?:traceparent|tracestate|baggage)$/i.test(name)
}

/** Of an HTTP CLIENT span that another instrumentation started. */
function targetOfSpan(context: Context): Target | null {
  const span = trace.getSpan(context) as Partial<ClientSpan> | undefined
  if (span?.spanContext === undefined) return null
  const recorded = span.kind === SpanKind.CLIENT ? span.attributes : undefined
  const attributes = recorded ?? (span.kind === undefined && started?.traceId === span.spanContext().traceId ? started.attributes : {})
  const url = attributes['url.full'] ?? attributes['http.url']
  if (typeof url !== 'string' || !URL.canParse(url)) return null
  const { protocol, hostname, port } = new URL(url)
  return toTarget(protocol, hostname, port)
}

interface ClientSpan {
  readonly kind: SpanKind
  readonly attributes: Attributes
  spanContext(): { readonly traceId: string }
}
