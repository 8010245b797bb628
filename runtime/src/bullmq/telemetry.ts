import { type Attributes, context, type Context, ROOT_CONTEXT, type Span, SpanStatusCode, trace } from '@opentelemetry/api'
import { dispositionAttribute, redeliveryAttributes } from '../messaging/attributes.js'
import { startConsumer } from '../messaging/process.js'
import { startProducer } from '../messaging/publish.js'
import { errorType } from '../spans/capture-error.js'
import { markJob } from './job-context.js'
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

/** What BullMQ hands over of a job's own metadata: the parent of its span. */
const metadataKey = Symbol('spanguard.bullmq.metadata')
/** The span of the job being worked on, in the contexts below it. */
const workKey = Symbol('spanguard.bullmq.work')

interface Work {
  readonly span: Span
  readonly metadata: string | undefined
  /** Its handler is done: what BullMQ does now is its own book-keeping. */
  settled: boolean
}

/** Operations that put a job into a queue; each has one PRODUCER span. */
const adds: ReadonlySet<string> = new Set(['add', 'addBulk', 'addNode'])
/** How BullMQ calls the end of a failed attempt. */
const dispositions: Readonly<Record<string, 'retry' | 'dead_letter'>> = { retry: 'retry', delay: 'retry', fail: 'dead_letter' }

/** See `bullmqTelemetry` of `@spanguard/runtime/bullmq`. */
export function createTelemetry(): BullmqTelemetry {
  return {
    tracer: {
      startSpan(name, options, parent) {
        const operation = name.split(' ', 1)[0] ?? ''
        // 3 and 4 in BullMQ's enum as in OpenTelemetry's.
        if (options?.kind === 3 && adds.has(operation)) return addingSpan(operation)
        if (options?.kind === 4) return workingSpan(parent)
        return bookkeeping(operation)
      },
    },
    contextManager: {
      with: (active, fn) => context.with(active, fn as unknown as () => ReturnType<typeof fn>),
      active: () => context.active(),
      root: () => ROOT_CONTEXT,
      getMetadata(active) {
        // A retried job stays in its producer's trace, and does not hang below its attempt that failed.
        const work = workOf(active)
        return work?.settled === true && work.metadata !== undefined && trace.getSpan(active) === work.span ? work.metadata : packMetadata(active)
      },
      fromMetadata: (active, metadata) => active.setValue(metadataKey, metadata),
    },
  }
}

function workOf(active: Context): Work | undefined {
  return active.getValue(workKey) as Work | undefined
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
  const isEnd = operation === 'complete' || operation in dispositions
  const work = isEnd ? workOf(context.active()) : undefined
  if (work !== undefined) {
    work.settled = true
    const disposition = dispositions[operation]
    if (disposition !== undefined) work.span.setAttributes(dispositionAttribute(disposition))
  }
  return untraced
}

/** BullMQ gives the queue's name by the first attributes, so that is when the span starts. */
function addingSpan(operation: string): BullmqSpan {
  let span: Span | null = null
  const start = (queue: unknown): Span => {
    return startProducer(operationOf(operation === 'addBulk' ? 'addBulk' : 'add', queue, null), context.active())
  }
  return {
    setSpanOnContext: active => trace.setSpan(active, (span ??= start(undefined))),
    setAttribute: nothing,
    setAttributes(attributes) {
      span ??= start(attributes['bullmq.queue.name'])
      const count = attributes['bullmq.job.bulk.count']
      if (typeof count === 'number') span.setAttribute('messaging.batch.message_count', count)
      setJobId(span, attributes)
    },
    addEvent: nothing,
    recordException(exception) {
      if (span !== null) failWith(span, errorType(exception))
    },
    end() {
      span?.end()
    },
  }
}

function workingSpan(parent: Context | undefined): BullmqSpan {
  const metadata = parent?.getValue(metadataKey) as string | undefined
  const base = parent ?? context.active()
  let started: { readonly span: Span; readonly inside: Context } | null = null
  const start = (queue: unknown): { readonly span: Span; readonly inside: Context } =>
    startConsumer(base, unpackMetadata(metadata), operationOf('process', queue, null))
  return {
    setSpanOnContext() {
      const { span, inside } = (started ??= start(undefined))
      return markJob(inside.setValue(workKey, { span, metadata, settled: false } satisfies Work), span)
    },
    setAttribute: nothing,
    setAttributes(attributes) {
      started ??= start(attributes['bullmq.queue.name'])
      setJobId(started.span, attributes)
      // Told when the attempt is over, counting it.
      const attempts = attributes['bullmq.job.attempts.made']
      if (typeof attempts === 'number') started.span.setAttributes(redeliveryAttributes(attempts > 1, attempts))
    },
    addEvent(name) {
      // BullMQ keeps the error to itself; its message, which it would tell, may hold anything.
      if (name === 'job failed' && started !== null) failWith(started.span, null)
    },
    recordException(exception) {
      if (started !== null) failWith(started.span, errorType(exception))
    },
    end() {
      started?.span.end()
    },
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

