import { SpanStatusCode, TraceFlags, type Span } from '@opentelemetry/api'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import type { KeepOptions } from '../options.js'
import { localRootOf } from '../state.js'

export interface Keeper {
  /** Takes a span that ended unsampled. */
  onEnd: (span: ReadableSpan) => void
}

interface Fragment {
  spans: ReadableSpan[]
  failed: boolean
}

/**
 * Decides at the end: unsampled spans wait for the topmost span of this process to end, and leave after all when the
 * fragment failed or was slow. They carry `sampling.kept`, since they must not be scaled up. Only this process's part of
 * the trace is kept; where whole traces are wanted, the collector's tail sampling is the better way.
 *
 * Bounded: over `maxSpans` (10,000) the oldest waiting fragment is forgotten.
 */
export function createKeeper(options: KeepOptions, add: (span: ReadableSpan) => void): Keeper {
  const { errors = true, slowerThanMs = Infinity, maxSpans = 10_000 } = options
  const waiting = new Map<Span, Fragment>()
  const decided = new WeakMap<Span, boolean>()
  let count = 0

  const forgetOldest = (): void => {
    for (const [root, fragment] of waiting) {
      waiting.delete(root)
      decided.set(root, false)
      count -= fragment.spans.length
      return
    }
  }
  const keep = (span: ReadableSpan): void => {
    const spanContext = span.spanContext()
    const kept = { ...spanContext, traceFlags: spanContext.traceFlags | TraceFlags.SAMPLED }
    if (spanContext.traceState !== undefined) kept.traceState = spanContext.traceState.unset('ot')
    ;(span as { spanContext: () => typeof kept }).spanContext = () => kept
    span.attributes['sampling.kept'] = true
    add(span)
  }

  return {
    onEnd(span) {
      const root = localRootOf(span as unknown as Span)
      const decision = decided.get(root)
      if (decision !== undefined) {
        if (decision) keep(span)
        return
      }
      let fragment = waiting.get(root)
      if (fragment === undefined) waiting.set(root, (fragment = { spans: [], failed: false }))
      fragment.spans.push(span)
      fragment.failed ||= span.status.code === SpanStatusCode.ERROR
      count++
      if ((root as unknown) === span) {
        waiting.delete(root)
        count -= fragment.spans.length
        const kept = (errors && fragment.failed) || milliseconds(span) >= slowerThanMs
        decided.set(root, kept)
        if (kept) for (const member of fragment.spans) keep(member)
      }
      while (count > maxSpans && waiting.size > 0) forgetOldest()
    },
  }
}

function milliseconds(span: ReadableSpan): number {
  return span.duration[0] * 1000 + span.duration[1] / 1e6
}
