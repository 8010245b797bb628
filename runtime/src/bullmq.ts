import { context, type Span, trace } from '@opentelemetry/api'
import { jobOf } from './bullmq/job-context.js'
import { brokerOf, operationOf, unpackMetadata } from './bullmq/metadata.js'
import { type BullmqTelemetry, createTelemetry } from './bullmq/telemetry.js'
import { dispositionAttribute, redeliveryAttributes } from './messaging/attributes.js'
import { processMessage } from './messaging/process.js'
import { type Carry, publishInside } from './messaging/publish.js'
import { recordFailure } from './spans/capture-error.js'

export type { BullmqSpan, BullmqTelemetry } from './bullmq/telemetry.js'

/** What is read of a job; structural, so that BullMQ 4 and 5 and Bull 4 fit. */
export interface TracedJob {
  readonly id?: string | number | undefined
  readonly queueName?: string | undefined
  readonly attemptsMade?: number | undefined
  readonly opts?: { readonly attempts?: number | undefined; readonly telemetry?: { readonly metadata?: string | undefined } | undefined } | undefined
  readonly queue?: { readonly name?: string } | undefined
}

/** A job whose type nobody wrote: TypeScript does not carry it from `new Worker` through another call. */
export interface AnyJob {
  readonly id?: string | undefined
  readonly name: string
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- what it is in BullMQ's own types where nobody says
  readonly data: any
  readonly attemptsMade: number
  readonly timestamp: number
  log(row: string): Promise<number>
  updateProgress(progress: number): Promise<void>
}

/**
 * For the `telemetry` option of `Queue`, `FlowProducer` and `Worker`: a PRODUCER span for each job that is added, whose
 * context BullMQ stores with the job, and a CONSUMER span for each attempt at it. Nothing of a job's data, result or error
 * message is recorded. BullMQ's housekeeping has no spans.
 */
export function bullmqTelemetry(): BullmqTelemetry {
  return createTelemetry()
}

/**
 * A worker's processor inside the CONSUMER span of its job: a child of what added the job, and linked to it. Errors are
 * recorded, and it is told whether BullMQ will try again. Beside `bullmqTelemetry` it adds the error to the one span there is.
 */
export function traceProcessor<Result, Job = AnyJob, Rest extends readonly unknown[] = readonly unknown[]>(
  processor: (job: Job, ...rest: Rest) => Result,
): (job: Job, ...rest: Rest) => Result {
  return traced(processor as unknown as AnyProcessor) as unknown as (job: Job, ...rest: Rest) => Result
}

type AnyProcessor = (this: unknown, job: TracedJob, ...rest: unknown[]) => unknown

function traced(processor: AnyProcessor): AnyProcessor {
  // BullMQ gives an AbortSignal to processors that take one, which it asks by their length.
  return withLength(processor.length, function (job, ...rest) {
    const active = context.active()
    const known = jobOf(active)?.span ?? null
    const run = (): unknown => processor.call(this, job, ...rest)
    if (known !== null && trace.getSpan(active) === known) return observe(known, run)
    const attempts = (job.attemptsMade ?? 0) + 1
    const operation = {
      ...operationOf('process', job.queueName ?? job.queue?.name, null),
      attributes: {
        ...(job.id !== undefined && { 'messaging.message.id': String(job.id) }),
        ...redeliveryAttributes(attempts > 1, attempts),
      },
    }
    return processMessage(job, unpackMetadata(job.opts?.telemetry?.metadata), operation, run, (span, error) => {
      if (!isControlFlow(error)) {
        span.setAttributes(dispositionAttribute(willRetry(job, attempts, error) ? 'retry' : 'dead_letter'))
        recordFailure(span, error)
      }
      span.end()
    })
  })
}

/** What is used of a queue. */
interface TracedQueue {
  readonly name: string
  readonly opts?: unknown
  add(name: string, data: never, options?: never): Promise<unknown>
  addBulk(jobs: never): Promise<unknown>
}

const mark = Symbol.for('@spanguard/runtime/bullmq-queue')

/**
 * Makes a queue put the trace context into the jobs that it adds, inside a PRODUCER span, and returns it. For queues that
 * cannot be given `telemetry: bullmqTelemetry()`; a queue that has a `telemetry` of its own is left as it is.
 */
export function traceQueue<Queue extends TracedQueue>(queue: Queue): Queue {
  const target = queue as unknown as AnyQueue
  if (target[mark] === true || target.opts?.telemetry !== undefined) return queue
  const { add, addBulk } = target
  target[mark] = true
  target.add = function (name, data, options) {
    return publishInside(operationOf('add', this.name, brokerOf(this.opts?.connection)), async (carry, span) =>
      noteJob(span, (await add.call(this, name, data, withMetadata(options, carry))) as TracedJob),
    )
  }
  target.addBulk = function (jobs) {
    return publishInside(operationOf('addBulk', this.name, brokerOf(this.opts?.connection), jobs.length), carry =>
      addBulk.call(this, jobs.map(job => ({ ...job, opts: withMetadata(job.opts, carry) }))),
    )
  }
  return queue
}

interface AnyQueue {
  [mark]?: true
  readonly name: string
  readonly opts?: { readonly telemetry?: unknown; readonly connection?: unknown }
  add: (this: AnyQueue, name: unknown, data: unknown, options?: JobOptions) => Promise<unknown>
  addBulk: (this: AnyQueue, jobs: { readonly opts?: JobOptions | undefined }[]) => Promise<unknown>
}
interface JobOptions {
  readonly telemetry?: { readonly metadata?: string; readonly omitContext?: boolean }
}

function withMetadata(options: JobOptions | undefined, carry: Carry): JobOptions | undefined {
  if (options?.telemetry?.omitContext === true || options?.telemetry?.metadata !== undefined) return options
  const carrier = carry()
  return Object.keys(carrier).length === 0 ? options : { ...options, telemetry: { ...options?.telemetry, metadata: JSON.stringify(carrier) } }
}

function noteJob(span: Span, job: TracedJob): TracedJob {
  if (job.id !== undefined) span.setAttribute('messaging.message.id', String(job.id))
  return job
}

/** Records the error of a processor whose span is BullMQ's to end. */
function observe<Result>(span: Span, run: () => Result): Result {
  const note = (error: unknown): never => {
    if (!isControlFlow(error)) recordFailure(span, error)
    throw error
  }
  let result: Result
  try {
    result = run()
  } catch (error) {
    return note(error)
  }
  return result instanceof Promise ? (result.catch(note) as Result) : result
}

/** What BullMQ's own errors ask for; the job goes on later and has not failed. */
const controlFlow: ReadonlySet<unknown> = new Set(['DelayedError', 'WaitingError', 'WaitingChildrenError', 'RateLimitError'])

function isControlFlow(error: unknown): boolean {
  return error instanceof Error && (controlFlow.has(error.name) || error.message === 'bullmq:rateLimitExceeded')
}

function willRetry(job: TracedJob, attempts: number, error: unknown): boolean {
  if (error instanceof Error && error.name === 'UnrecoverableError') return false
  return attempts < (job.opts?.attempts ?? 1)
}

function withLength(length: number, fn: AnyProcessor): AnyProcessor {
  return Object.defineProperty(fn, 'length', { value: length })
}
