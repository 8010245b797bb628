import { propagation, type Span, SpanKind, trace, type Context, type TextMapSetter } from '@opentelemetry/api'
import { isTracingSuppressed } from '@opentelemetry/core'
import { isPropagationHeader } from '../clients/propagation.js'
import { mayPropagateTo } from '../clients/targets.js'
import { activeContext } from '../context/run.js'
import { withSpanIn } from '../context/span-context.js'
import { report } from '../diagnostics.js'
import { recordFailure } from '../spans/capture-error.js'
import { startOwnSpan } from '../spans/start-span.js'
import { runInSpan } from '../spans/with-span.js'
import { type Operation, operationAttributes, spanName } from './attributes.js'

/** Text headers, as most clients have them. */
export type TextHeaders = Record<string, unknown>

export const textSetter: TextMapSetter<TextHeaders> = {
  set(headers, name, value) {
    headers[name] = value
  },
}

/**
 * A message's headers with the trace context of its PRODUCER span: a copy, since what was given may be sent again. The context
 * of a message that is passed on is not the new one's and is left out.
 */
export type Carry = (headers?: Readonly<TextHeaders>) => TextHeaders

/**
 * Sends messages inside a PRODUCER span, which ends when what `send` returns has settled. Returns what `send` returns and
 * throws what it throws.
 */
export function publish<T>(operation: Operation, send: (carry: Carry, span: Span) => T): T {
  return publishIn(operation, false, send)
}

/** As {@link publish}, with the span active in `send`: for clients that send by means of a client that is traced as well. */
export function publishInside<T>(operation: Operation, send: (carry: Carry, span: Span) => T): T {
  return publishIn(operation, true, send)
}

function publishIn<T>(operation: Operation, activates: boolean, send: (carry: Carry, span: Span) => T): T {
  const active = activeContext()
  if (isTracingSuppressed(active)) return send(copyOf, untraced)
  const span = startProducer(operation, active)
  const inside = withSpanIn(active, span)
  return runInSpan(span, activates ? inside : active, () => send(carryFor(operation, inside), span))
}

/** As {@link publish}, for brokers that confirm: the span ends when `confirm` is called, as an error when that is told one. */
export function publishUntilConfirmed<T>(operation: Operation, send: (carry: Carry, confirm: (error: unknown) => void) => T): T {
  const active = activeContext()
  if (isTracingSuppressed(active)) return send(copyOf, () => {})
  const span = startProducer(operation, active)
  const confirm = (error: unknown): void => {
    if (error !== null && error !== undefined) recordFailure(span, error)
    span.end()
  }
  try {
    return send(carryFor(operation, withSpanIn(active, span)), confirm)
  } catch (error) {
    confirm(error)
    throw error
  }
}

/** A PRODUCER span that its caller ends. */
export function startProducer(operation: Operation, parent: Context): Span {
  return startOwnSpan(spanName(operation), { kind: SpanKind.PRODUCER, attributes: () => operationAttributes(operation, 'send') }, parent)
}

/** The trace context goes where that of HTTP requests may go: to brokers that are local or in `propagateTo`. */
export function carryFor({ broker, system }: Operation, inside: Context): Carry {
  const added: TextHeaders = {}
  if (broker === null || mayPropagateTo(broker)) propagation.inject(inside, added, textSetter)
  else {
    report(
      'warn',
      `messaging.propagation ${broker.hostname}`,
      `messages to ${system} at ${broker.hostname} carry no trace context, so their consumers start new traces: add the host to propagateTo`,
    )
  }
  return headers => {
    const carried: TextHeaders = {}
    for (const name in headers) if (!isPropagationHeader(name)) carried[name] = headers[name]
    return Object.assign(carried, added)
  }
}

const copyOf: Carry = headers => ({ ...headers })
const untraced = trace.wrapSpanContext({ traceId: '0'.repeat(32), spanId: '0'.repeat(16), traceFlags: 0 })
