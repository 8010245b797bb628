import type { Context, Span } from '@opentelemetry/api'

/** Registered, so that every copy of this package knows it. */
const key = Symbol.for('@spanguard/runtime/bullmq-job')

/** Says in a context whose job's span is active, so that `traceProcessor` beside `bullmqTelemetry` starts no second one. */
export function markJob(active: Context, span: Span): Context {
  return active.setValue(key, span)
}

/** The job's span that `bullmqTelemetry` started, or null. */
export function jobSpanOf(active: Context): Span | null {
  return (active.getValue(key) as Span | undefined) ?? null
}
