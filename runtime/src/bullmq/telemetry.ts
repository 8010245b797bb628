import { type Attributes, type Context, ROOT_CONTEXT, type Span, SpanStatusCode, trace } from '@opentelemetry/api'
import { activeContext, runIn } from '../context/run.js'
import { withSpanIn } from '../context/span-context.js'
import { dispositionAttribute, redeliveryAttributes } from '../messaging/attributes.js'
import { startConsumer } from '../messaging/process.js'
import { startProducer } from '../messaging/publish.js'
import { errorType } from '../spans/capture-error.js'
import { announceJob, comingJob, jobOf } from './job-context.js'
import { operationOf, packMetadata, unpackMetadata } from './metadata.js'

/** What BullMQ calls a span. */
export interface BullmqSpan {
  setSpanOnContext(active: Context): Context
  setAttribute(key: string, value: unknown): void
  setAttributes(attributes: Readonly<Record<string, unknown>>): void
  addEvent(name: string, attributes?: Readonly<Record<string, unknown>>): void
  recordException(exception: unknown, time?: unknown): void
  end(): void
}

/** BullMQ's `telemetry` option: https://docs.bullmq.io/guide/telemetry. */
export interface BullmqTelemetry {
  readonly tracer: { startSpan(name: string, options?: { readonly kind: number }, parent?: Context): BullmqSpan }
  readonly contextManager: {
    with<A extends (...args: never[]) => unknown>(active: Context, fn: A): ReturnType<A>
    active(): Context
    root(): Context
    getMetadata(active: Context): string
    fromMetadata(active: Context, metadata: string): Context
  }
}

/** Operations that put a job into a queue; each has one PRODUCER span. */
const adds: ReadonlySet<string> = new Set(['add', 'addBulk', 'addNode'])
/** How BullMQ calls the end of an attempt, and what it means for the message. */
const ends: ReadonlyMap<string, 'retry' | 'dead_letter' | null> = new Map([['complete', null], ['retry', 'retry'], ['delay', 'retry'], ['fail', 'dead_letter']])

/** See `bullmqTelemetry` of `@spanguard/runtime/bullmq`. */
export function createTelemetry(): BullmqTelemetry {
  return {
    tracer: {
      startSpan(name, options, parent) {
        const space = name.indexOf(' ')
        const operation = space === -1 ? name : name.slice(0, space)
        // 3 and 4 in BullMQ's enum as in OpenTelemetry's.
        if (options?.kind === 3 && adds.has(operation)) return new AddingSpan(operation)
        if (options?.kind === 4) return new WorkingSpan(parent)
        return bookkeeping(operation)
      },
    },
    contextManager: {
      // BullMQ's type lets the function take anything; it calls it with nothing.
      with: (active, fn) => runIn(active, fn as unknown as () => ReturnType<typeof fn>, undefined),
      active: activeContext,
      root: () => ROOT_CONTEXT,
      getMetadata(active) {
        // A retried job stays in its producer's trace, and does not hang below its attempt that failed.
        const work = jobOf(active)
        return work?.settled === true && work.metadata !== undefined && trace.getSpan(active) === work.span ? work.metadata : packMetadata(active)
      },
      fromMetadata: announceJob,
    },
  }
}

const nothing = (): void => {}
/** A span without a span: BullMQ's own housekeeping would be ten for each job. */
const untraced: BullmqSpan = {
  setSpanOnContext: active => active,
  setAttribute: nothing,
  setAttributes: nothing,
  addEvent: nothing,
  recordException: nothing,
  end: nothing,
}

function bookkeeping(operation: string): BullmqSpan {
  const disposition = ends.get(operation)
  const work = disposition === undefined ? null : jobOf(activeContext())
  if (work !== null) {
    work.settled = true
    if (disposition) work.span.setAttributes(dispositionAttribute(disposition))
  }
  return untraced
}

/** BullMQ gives the queue's name by the first attributes, so that is when the span starts. */
class AddingSpan implements BullmqSpan {
  private readonly operation: string
  private span: Span | null = null

  constructor(operation: string) {
    this.operation = operation
  }

  setSpanOnContext(active: Context): Context {
    return withSpanIn(active, (this.span ??= this.start(undefined)))
  }

  setAttribute(): void {}

  setAttributes(attributes: Readonly<Record<string, unknown>>): void {
    this.span ??= this.start(attributes['bullmq.queue.name'])
    const count = attributes['bullmq.job.bulk.count']
    if (typeof count === 'number') this.span.setAttribute('messaging.batch.message_count', count)
    setJobId(this.span, attributes)
  }

  addEvent(): void {}

  recordException(exception: unknown): void {
    if (this.span !== null) failWith(this.span, errorType(exception))
  }

  end(): void {
    this.span?.end()
  }

  private start(queue: unknown): Span {
    return startProducer(operationOf(this.operation === 'addBulk' ? 'addBulk' : 'add', queue, null), activeContext())
  }
}

class WorkingSpan implements BullmqSpan {
  private readonly parent: Context | undefined
  private started: { readonly span: Span; readonly inside: Context } | null = null

  constructor(parent: Context | undefined) {
    this.parent = parent
  }

  setSpanOnContext(): Context {
    return (this.started ??= this.start(undefined)).inside
  }

  setAttribute(): void {}

  setAttributes(attributes: Readonly<Record<string, unknown>>): void {
    const { span } = (this.started ??= this.start(attributes['bullmq.queue.name']))
    setJobId(span, attributes)
    // Told when the attempt is over, counting it.
    const attempts = attributes['bullmq.job.attempts.made']
    if (typeof attempts === 'number' && attempts > 1) span.setAttributes(redeliveryAttributes(true, attempts))
  }

  addEvent(name: string): void {
    // BullMQ keeps the error to itself; its message, which it would tell, may hold anything.
    if (name === 'job failed' && this.started !== null) failWith(this.started.span, null)
  }

  recordException(exception: unknown): void {
    if (this.started !== null) failWith(this.started.span, errorType(exception))
  }

  end(): void {
    this.started?.span.end()
  }

  private start(queue: unknown): { readonly span: Span; readonly inside: Context } {
    const base = this.parent ?? announceJob(activeContext(), undefined)
    const work = comingJob(base)
    const started = startConsumer(base, unpackMetadata(work?.metadata), operationOf('process', queue, null))
    if (work !== null) work.span = started.span
    return started
  }
}

/** A type that is known already (told by `traceProcessor`, which sees the error) is not replaced by none. */
function failWith(span: Span, type: string | null): void {
  const { attributes } = span as { readonly attributes?: Attributes }
  if (type !== null || attributes?.['error.type'] === undefined) span.setAttribute('error.type', type ?? '_OTHER')
  span.setStatus({ code: SpanStatusCode.ERROR })
}

function setJobId(span: Span, attributes: Readonly<Record<string, unknown>>): void {
  const id = attributes['bullmq.job.id']
  if (typeof id === 'string') span.setAttribute('messaging.message.id', id)
}

