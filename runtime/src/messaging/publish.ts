import { context, propagation, type Span, SpanKind, trace, type Context, type TextMapSetter } from '@opentelemetry/api'
import { isTracingSuppressed } from '@opentelemetry/core'
import { report } from '../diagnostics.js'
import { runInSpan } from '../spans/with-span.js'
import { runtimeState, runtimeTracer } from '../state.js'
import { type Operation, operationAttributes, spanName } from './attributes.js'

/** Carrier of text headers, as most clients have it. */
export type TextHeaders = Record<string, unknown>

export const textSetter: TextMapSetter<TextHeaders> = {
  set(headers, name, value) {
    headers[name] = value
  },
}

/** Writes the trace context of the PRODUCER span into the headers of a message. */
export type Inject = <Carrier>(carrier: Carrier, setter: TextMapSetter<Carrier>) => void

/**
 * Sends messages inside a PRODUCER span, which ends when what `send` returns has settled. Returns what `send` returns and
 * throws what it throws.
 */
export function publish<T>(operation: Operation, send: (inject: Inject, span: Span) => T): T {
  const active = context.active()
  if (isTracingSuppressed(active)) return send(doNotInject, untraced)
  const span = startProducer(operation, active)
  const inside = trace.setSpan(active, span)
  return runInSpan(span, inside, () => send(injectInto(operation, inside), span))
}

/** A PRODUCER span that its caller ends. */
export function startProducer(operation: Operation, parent: Context): Span {
  const attributes = operationAttributes(operation, 'send')
  return runtimeTracer().startSpan(spanName(operation), { kind: SpanKind.PRODUCER, attributes }, parent)
}

/** The trace context goes where that of HTTP requests may go: to brokers that are local or in `propagateTo`. */
export function injectInto({ broker, system }: Operation, inside: Context): Inject {
  if (broker !== null && runtimeState().active?.propagatesTo(broker) === false) {
    report(
      'warn',
      `messaging.propagation ${broker.hostname}`,
      `messages to ${system} at ${broker.hostname} carry no trace context, so their consumers start new traces: add the host to propagateTo`,
    )
    return doNotInject
  }
  return (carrier, setter) => {
    propagation.inject(inside, carrier, setter)
  }
}

const doNotInject: Inject = () => {}
const untraced = trace.wrapSpanContext({ traceId: '0'.repeat(32), spanId: '0'.repeat(16), traceFlags: 0 })
