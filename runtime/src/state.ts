import { context, trace, type Span, type SpanContext, type Tracer } from '@opentelemetry/api'
import type { Policy } from '@spanguard/policy'
import type { TracerProvider } from '@opentelemetry/sdk-trace'
import type { Target } from './clients/targets.js'
import type { RuntimeContextManager } from './context/manager.js'
import type { LogFields, Tracing, TracingOptions } from './options.js'
import { scopeName, version } from './version.js'

/**
 * One state per process, however often and in whichever module system the package is loaded: it stands on `globalThis`
 * under a registered symbol. The 1 is raised when its shape changes.
 */
export interface RuntimeState {
  /** Null before `initTracing`. */
  active: ActiveTracing | null
  /** Numbers for the functions among the options, to tell two calls apart. */
  readonly functionIds: WeakMap<object, number>
  functionCount: number
}

export interface ActiveTracing {
  readonly handle: Tracing
  /** What was given to `initTracing`, as a text that two equal calls share. */
  readonly fingerprint: string
  readonly options: Readonly<TracingOptions>
  /** Null when tracing is off or another provider is in charge. */
  readonly provider: TracerProvider | null
  /** Null when another provider is in charge or tracing is off: the API answers then. */
  readonly tracer: Tracer | null
  /** Null where somebody else's context manager is registered; undefined of an older copy of this package. */
  readonly contexts: RuntimeContextManager | null | undefined
  /** The headers that an extraction looks for; null where somebody else's propagator is registered, undefined of an older copy. */
  readonly extracts: readonly string[] | null | undefined
  /** `ENVIRONMENT` or its equivalents; undefined when nobody said. */
  readonly environment: string | undefined
  /** Secrecy as in production: there, and wherever nobody said what environment it is. */
  readonly production: boolean
  readonly policy: Policy
  /** True for health checks and the routes of `sampling.ignore`. */
  readonly ignoresRoute: (method: string, path: string) => boolean
  /** Whether trace context and listed baggage may go there: local targets and those of `propagateTo`. */
  readonly propagatesTo: (target: Target) => boolean
}

/** The `fingerprint` of `testTracing`; that of `initTracing` is JSON. */
export const testFingerprint = 'testTracing'

const key = Symbol.for('@spanguard/runtime state 1')

export function runtimeState(): RuntimeState {
  if (found !== null) return found
  const scope = globalThis as { [key: symbol]: RuntimeState | undefined }
  return (found = scope[key] ??= { active: null, functionIds: new WeakMap(), functionCount: 0 })
}

/** `globalThis` has no fast properties, and this is asked several times for each request. */
let found: RuntimeState | null = null

/** The tracer of the current setup; the API's (a no-op, or a foreign provider's) when there is none. */
export function runtimeTracer(): Tracer {
  return runtimeState().active?.tracer ?? trace.getTracer(scopeName, version)
}

const localRoot = Symbol.for('@spanguard/runtime local root')

/** Remembers, when a span starts below another one, which span is the topmost of this process in its trace. */
export function rememberLocalRoot(span: Span, parent: Span | undefined): void {
  // A remote parent, and one that is not recorded, has no kind; who has none below it is the topmost itself.
  if ((parent as { readonly kind?: unknown } | undefined)?.kind === undefined) return
  ;(span as { [localRoot]?: Span })[localRoot] = localRootOf(parent as Span)
}

/** The topmost recorded span of this process in the span's trace: the SERVER or CONSUMER span, as a rule. */
export function localRootOf(span: Span): Span {
  return (span as { [localRoot]?: Span })[localRoot] ?? span
}

/** The active span's ids for a log line, whoever started it; undefined without one. */
export function logFields(): LogFields | undefined {
  const spanContext: SpanContext | undefined = trace.getSpanContext(context.active())
  if (spanContext === undefined || !trace.isSpanContextValid(spanContext)) return undefined
  return {
    trace_id: spanContext.traceId,
    span_id: spanContext.spanId,
    trace_flags: spanContext.traceFlags.toString(16).padStart(2, '0'),
  }
}
