import type { Attributes, Context, Link, Span, SpanKind, Tracer } from '@opentelemetry/api'
import { runtimeState, runtimeTracer } from '../state.js'

export interface NewSpan {
  readonly kind: SpanKind
  readonly links?: Link[]
  /** Asked for only when the span is recorded, but for another provider's tracer, whose sampler may decide by them. */
  readonly attributes: () => Attributes
}

/** Starts a span of this package's own making. What is not recorded costs no attributes. */
export function startOwnSpan(name: string, { kind, links, attributes }: NewSpan, parent: Context): Span {
  const tracer = ownTracer()
  const options = links === undefined || links.length === 0 ? { kind } : { kind, links }
  if (tracer === null) return runtimeTracer().startSpan(name, { ...options, attributes: attributes() }, parent)
  const span = tracer.startSpan(name, options, parent)
  if (span.isRecording()) setFirstAttributes(span, attributes())
  return span
}

/** The tracer whose sampler is this package's; null when another provider or none is in charge. */
export function ownTracer(): Tracer | null {
  return runtimeState().active?.tracer ?? null
}

/** What is used of the SDK's span. */
interface SdkSpan {
  attributes?: Attributes
  _attributesCount?: number
  readonly _spanLimits?: { readonly attributeCountLimit?: number }
}

/**
 * Gives a span that has none yet its attributes, which are known to be valid: texts, numbers and booleans. The SDK would look at
 * each three times and copy it three times; a span that is not of the shape that is known of it is left to do so.
 */
export function setFirstAttributes(span: Span, attributes: Attributes): void {
  const target = span as SdkSpan
  const count = Object.keys(attributes).length
  if (target._attributesCount !== 0 || target.attributes === undefined || !(count <= (target._spanLimits?.attributeCountLimit ?? Number.NaN))) {
    span.setAttributes(attributes)
    return
  }
  target.attributes = attributes
  target._attributesCount = count
}
