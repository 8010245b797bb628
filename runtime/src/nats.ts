import { brokerOf, carryIn, type TracedConnection } from './nats/connection.js'
import { deliveryAttributes, headersOf, type NatsMessage, noteSettled } from './nats/messages.js'
import { isInternal, patternOf, subjectOf } from './nats/subject.js'
import type { Destination } from './messaging/attributes.js'
import { processMessage } from './messaging/process.js'
import { publish } from './messaging/publish.js'

export type { NatsMessage } from './nats/messages.js'

/** What a subscriber may say of itself. */
export interface SubscriberOptions {
  /** What is subscribed to (`orders.*`), which a message does not name: without it spans are called by the message's subject, ids left out. */
  readonly subject?: string
  /** The queue group, or the durable consumer's name. */
  readonly group?: string
}

/**
 * Runs `fn` inside the CONSUMER span of a message, for subscriptions and JetStream consumers that are read by `for await`:
 *
 *     for await (const message of subscription) await traceMessage(message, () => charge(message.json()))
 *
 * The span is a child of the publisher's and linked to it; it ends when `fn` is done. Returns what `fn` returns. On JetStream
 * a redelivered message says so, and `nak` and `term` say what becomes of it.
 */
export function traceMessage<Message extends NatsMessage, Result>(
  message: Message,
  fn: (message: Message) => Result,
  options: SubscriberOptions = {},
): Result {
  const destination: Destination = options.subject === undefined ? subjectOf(message.subject) : patternOf(options.subject)
  const attributes = deliveryAttributes(message, options.group)
  return processMessage(message, headersOf(message), { system: 'nats', name: 'process', destination, broker: null, attributes }, span => {
    noteSettled(message, span)
    return fn(message)
  })
}

/** The `callback` of a subscription, each message inside its CONSUMER span, as {@link traceMessage}. Errors have none. */
export function traceCallback<Failure, Message extends NatsMessage, Result>(
  callback: (error: Failure, message: Message) => Result,
  options: SubscriberOptions = {},
): (error: Failure, message: Message) => Result {
  return (error, message) =>
    error === null || error === undefined ? traceMessage(message, () => callback(error, message), options) : callback(error, message)
}

const traced = Symbol.for('@spanguard/runtime/nats-connection')

/**
 * Makes a connection trace, and returns it: what it publishes and requests (JetStream's `publish` is a request) goes out inside
 * a PRODUCER span that is told by the message's headers, and `callback`s of its subscriptions are traced as by
 * {@link traceCallback}. Messages that are read by `for await` are traced by {@link traceMessage}.
 */
export function traceConnection<Connection extends object>(connection: Connection): Connection {
  const target = connection as unknown as TracedConnection & { [traced]?: true }
  if (target[traced] === true) return connection
  target[traced] = true
  const { publish: send, request, requestMany, subscribe } = target
  /** A request publishes and subscribes by itself, in the same turn. */
  let asking = 0
  const ask = <T>(call: () => T): T => {
    asking++
    try {
      return call()
    } finally {
      asking--
    }
  }
  target.publish = function (subject, data, options) {
    if (asking > 0 || isInternal(subject)) {
      send.call(this, subject, data, options)
      return
    }
    publish({ system: 'nats', name: 'publish', destination: subjectOf(subject), broker: brokerOf(this) }, carry => {
      send.call(this, subject, data, carryIn(this, options, carry))
    })
  }
  const asks = (call: TracedConnection['request']): TracedConnection['request'] =>
    function (subject, data, options) {
      if (asking > 0 || isInternal(subject)) return call.call(this, subject, data, options)
      return publish({ system: 'nats', name: 'request', destination: subjectOf(subject), broker: brokerOf(this) }, carry =>
        ask(() => call.call(this, subject, data, carryIn(this, options, carry))),
      )
    }
  target.request = asks(request)
  if (requestMany !== undefined) target.requestMany = asks(requestMany)
  target.subscribe = function (subject, options) {
    if (asking > 0 || options?.callback === undefined || isInternal(subject)) return subscribe.call(this, subject, options)
    const group = options.queue === undefined ? {} : { group: options.queue }
    return subscribe.call(this, subject, { ...options, callback: traceCallback(options.callback, { subject, ...group }) })
  }
  return connection
}
