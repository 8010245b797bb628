import {
  createContextKey,
  createTraceState,
  isSpanContextValid,
  SpanKind,
  trace,
  TraceFlags,
  type Attributes,
  type Context,
  type TraceState,
} from '@opentelemetry/api'
import { SamplingDecision, type Sampler, type SamplingResult } from '@opentelemetry/sdk-trace'
import type { SamplingState } from './control.js'
import { isSampled, type Threshold } from './threshold.js'

export interface SamplerOptions {
  readonly sampling: SamplingState
  readonly ignoresRoute: (method: string, path: string) => boolean
  /** Record what is not sampled, so that it can be kept at its end (`sampling.keep`). */
  readonly recordAll: boolean
  /** Told of every span that starts. */
  readonly onStart?: (traceId: string, kind: SpanKind, attributes: Attributes) => void
}

/**
 * Parent-based by ratio. A span with a local parent does as that one does; one with a remote parent as the caller
 * decided; a root by the ratio, which it writes to tracestate. Ignored routes propagate flag 0, so that services behind
 * them stay silent too (a suppressed context would send no `traceparent`, and they would start new sampled roots).
 */
export function createSampler({ sampling, ignoresRoute, recordAll, onStart }: SamplerOptions): Sampler {
  const unsampled: SamplingResult = { decision: recordAll ? SamplingDecision.RECORD : SamplingDecision.NOT_RECORD }
  let stateFor: { readonly threshold: Threshold; readonly state: TraceState } | null = null

  const byRatio = (threshold: Threshold, traceId: string, parentState: TraceState | undefined): SamplingResult => {
    if (threshold.traceState === null || !isSampled(traceId, threshold)) return unsampled
    if (parentState !== undefined) {
      return { decision: SamplingDecision.RECORD_AND_SAMPLED, traceState: parentState.set('ot', threshold.traceState) }
    }
    if (stateFor?.threshold !== threshold) {
      stateFor = { threshold, state: createTraceState(`ot=${threshold.traceState}`) }
    }
    return { decision: SamplingDecision.RECORD_AND_SAMPLED, traceState: stateFor.state }
  }

  const isIgnored = (attributes: Attributes, name: string): boolean => {
    const path = pathOf(attributes, name)
    return path !== '' && ignoresRoute(methodOf(attributes), path)
  }

  return {
    shouldSample(context: Context, traceId: string, name: string, kind: SpanKind, attributes: Attributes): SamplingResult {
      onStart?.(traceId, kind, attributes)
      const parentSpan = trace.getSpan(context)
      const parent = parentSpan?.spanContext()
      const isChild = parent !== undefined && isSpanContextValid(parent)
      if (isChild && parent.isRemote !== true && sampling.parentBased) {
        if ((parent.traceFlags & TraceFlags.SAMPLED) !== 0) return sampled
        return parentSpan?.isRecording() === true ? unsampled : dropped
      }
      if (kind === SpanKind.SERVER && (context.getValue(ignored) === true || isIgnored(attributes, name))) return dropped
      if (isChild && sampling.parentBased) {
        if ((parent.traceFlags & TraceFlags.SAMPLED) !== 0) return sampled
        const local = sampling.local()
        return local === null ? unsampled : byRatio(local, traceId, parent.traceState)
      }
      return byRatio(sampling.roots(), traceId, isChild ? parent.traceState : undefined)
    },
    toString: () => `Spanguard{${sampling.roots().ratio}}`,
  }
}

const ignored = createContextKey('spanguard route is ignored')

/** A context in which a SERVER span starts as that of an ignored route, for who knows the route before there are attributes. */
export function ignoring(parent: Context): Context {
  return parent.setValue(ignored, true)
}

const sampled: SamplingResult = { decision: SamplingDecision.RECORD_AND_SAMPLED }
const dropped: SamplingResult = { decision: SamplingDecision.NOT_RECORD }

function methodOf(attributes: Attributes): string {
  return text(attributes['http.request.method']) || text(attributes['http.method'])
}

function pathOf(attributes: Attributes, name: string): string {
  return text(attributes['url.path']) || text(attributes['http.target']) || text(attributes['http.route']) || rpcPathOf(attributes, name)
}

/** `/grpc.health.v1.Health/Check`; instrumentation-grpc has nothing but a name (`grpc.` and the path) when its span is sampled. */
function rpcPathOf(attributes: Attributes, name: string): string {
  const method = text(attributes['rpc.method']) || (name.startsWith('grpc.') ? name.slice(5) : '')
  return method === '' ? '' : `/${method}`
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
