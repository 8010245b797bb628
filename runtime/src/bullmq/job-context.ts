import type { Context, Span } from '@opentelemetry/api'

/** Registered, so that every copy of this package knows it. */
const key = Symbol.for('@spanguard/runtime/bullmq-job')

/** A job that `bullmqTelemetry` has started the span of. */
export interface Work {
  readonly span: Span
  /** The job's own, which is the parent of its attempts. */
  readonly metadata: string | undefined
  /** Its handler is done: what BullMQ does now is its own book-keeping. */
  settled: boolean
}

/** A job whose span is yet to be started. */
export type ComingWork = Omit<Work, 'span'> & { span: Span | null }

/** A context below which a job is worked on, once it has its span, so that `traceProcessor` beside `bullmqTelemetry` starts no second one. */
export function announceJob(active: Context, metadata: string | undefined): Context {
  return active.setValue(key, { span: null, metadata, settled: false } satisfies ComingWork)
}

/** The job that was announced in a context. */
export function comingJob(active: Context): ComingWork | null {
  return (active.getValue(key) as ComingWork | undefined) ?? null
}

/** The job that is being worked on in a context, or null. */
export function jobOf(active: Context): Work | null {
  const work = comingJob(active)
  return work === null || work.span === null ? null : (work as Work)
}
