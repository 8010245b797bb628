import { type Context, isSpanContextValid, type Span, SpanKind, trace } from '@opentelemetry/api'
import { deleteRPCMetadata, getRPCMetadata } from '@opentelemetry/core'
import { activeContext } from '../context/run.js'
import { withSpanIn } from '../context/span-context.js'
import type { IncomingHeaders } from '../middleware/attributes.js'
import { messageLinks, messageParent } from '../middleware/trust.js'
import { startOwnSpan } from '../spans/start-span.js'
import { runInSpan } from '../spans/with-span.js'
import { type Operation, operationAttributes, spanName } from './attributes.js'

/** Ends the span of a message whose handler failed, in place of recording the error and ending it. */
export type Failed = (span: Span, error: unknown) => void

/** Which message a context belongs to; registered, so that every copy of this package knows it. */
const messageKey = Symbol.for('@spanguard/runtime/message')

interface Processing {
  readonly message: object
  readonly span: Span
}

/**
 * Runs a handler inside the CONSUMER span of one message: a child of the producer's span, where that is trusted, and linked
 * to it. The span ends when what the handler returns has settled. A message that has its span already (wrapped twice, or by
 * an instrumentation of the client) gets no second one.
 */
export function processMessage<T>(
  message: object,
  headers: IncomingHeaders,
  operation: Operation,
  handler: (span: Span) => T,
  failed?: Failed,
): T {
  const active = activeContext()
  const known = spanOfMessage(active, message, headers)
  if (known !== null) return handler(known)
  const { span, inside } = startConsumer(active, headers, operation)
  return runInSpan(span, inside.setValue(messageKey, { message, span } satisfies Processing), handler, failed)
}

/** Runs a handler inside the CONSUMER span of several messages: linked to their producers, and a child of none. */
export function processBatch<T>(
  batch: object,
  headers: readonly IncomingHeaders[],
  operation: Operation,
  handler: (span: Span) => T,
  failed?: Failed,
): T {
  const active = activeContext()
  if (processingOf(active)?.message === batch || isConsumer(trace.getSpan(active))) return handler(trace.getSpan(active) as Span)
  const base = detached(active)
  const span = startOwnSpan(spanName(operation), { kind: SpanKind.CONSUMER, links: messageLinks(headers), attributes: () => operationAttributes(operation, 'process') }, base)
  return runInSpan(span, withSpanIn(base, span).setValue(messageKey, { message: batch, span } satisfies Processing), handler, failed)
}

/** A CONSUMER span that its caller ends, and the context to process the message in. */
export function startConsumer(active: Context, headers: IncomingHeaders, operation: Operation): { span: Span; inside: Context } {
  const { parent, links } = messageParent(detached(active), headers)
  const span = startOwnSpan(spanName(operation), { kind: SpanKind.CONSUMER, links, attributes: () => operationAttributes(operation, 'process') }, parent)
  return { span, inside: withSpanIn(parent, span) }
}

/** Without the span and the request that happened to be active when the consumer was started. */
function detached(active: Context): Context {
  const spanless = trace.getSpan(active) === undefined ? active : trace.deleteSpan(active)
  return getRPCMetadata(spanless) === undefined ? spanless : deleteRPCMetadata(spanless)
}

function processingOf(active: Context): Processing | undefined {
  return active.getValue(messageKey) as Processing | undefined
}

/** The span that a message has already, or null. */
function spanOfMessage(active: Context, message: object, headers: IncomingHeaders): Span | null {
  const processing = processingOf(active)
  if (processing?.message === message) return processing.span
  const span = trace.getSpan(active)
  // One message's handler that works on another one.
  if (span === undefined || processing?.span === span) return null
  return isConsumer(span) || continues(span, headers) ? span : null
}

/** A CONSUMER span of an instrumentation, in the midst of its work. */
function isConsumer(span: Span | undefined): boolean {
  const { kind, ended } = (span ?? {}) as { readonly kind?: SpanKind; readonly ended?: boolean }
  return kind === SpanKind.CONSUMER && ended !== true
}

/** An unsampled span has no kind: it is the message's when it is in the producer's trace and of this process. */
function continues(span: Span, headers: IncomingHeaders): boolean {
  const current = span.spanContext()
  if (span.isRecording() || !isSpanContextValid(current) || current.isRemote === true) return false
  const { parent } = messageParent(trace.deleteSpan(activeContext()), headers)
  const producer = trace.getSpanContext(parent)
  return producer !== undefined && producer.traceId === current.traceId && producer.spanId !== current.spanId
}
