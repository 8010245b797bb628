import { context, type Span } from '@opentelemetry/api'
import { type AmqpMessage, deliveryAttributes, headersOf, publishedTo, receivedFrom } from './amqp/messages.js'
import { brokerOf, type PublishOptions, type TracedChannel } from './amqp/channel.js'
import { dispositionAttribute } from './messaging/attributes.js'
import { processMessage } from './messaging/process.js'
import { type Carry, publish, publishUntilConfirmed } from './messaging/publish.js'
import { isPatched } from './messaging/official.js'

export type { AmqpMessage } from './amqp/messages.js'

/** What a consumer may say of itself. */
export interface ConsumerOptions {
  /** The queue, which a message does not name: without it spans are called by the exchange, or the default exchange's key. */
  readonly queue?: string
}

/**
 * A consumer's callback inside the CONSUMER span of its message: a child of the publisher's span, and linked to it. The span
 * ends when the callback is done (with the promise that it returns); an error is recorded and thrown on. Redelivered and
 * dead-lettered messages say so. `null`, by which amqplib tells that the consumer was cancelled, has no span.
 */
export function traceConsumer<Message extends AmqpMessage | null, Result>(
  onMessage: (message: Message) => Result,
  options: ConsumerOptions = {},
): (message: Message) => Result {
  return message => (message === null ? onMessage(message) : consume(message, onMessage, options.queue, null))
}

function consume<Message extends AmqpMessage, Result>(
  message: Message,
  onMessage: (message: Message) => Result,
  queue: string | undefined,
  channel: TracedChannel | null,
): Result {
  const operation = {
    system: 'rabbitmq',
    name: 'process',
    destination: receivedFrom(message, queue),
    broker: channel === null ? null : brokerOf(channel),
    attributes: deliveryAttributes(message),
  }
  return processMessage(message, headersOf(message), operation, span => {
    working.set(message, span)
    return onMessage(message)
  })
}

/** The spans of messages that are worked on, to say on them how the message was settled. */
const working = new WeakMap<AmqpMessage, Span>()

const traced = Symbol.for('@spanguard/runtime/amqp-channel')

/**
 * Makes a channel trace, and returns it: what it publishes goes out inside a PRODUCER span that is told to the consumer by the
 * message's headers, what it consumes is traced as by {@link traceConsumer}, and `nack` and `reject` say on the message's
 * span what becomes of it. For channels and confirm channels, with promises and with callbacks.
 */
export function traceChannel<Channel extends object>(channel: Channel): Channel {
  const target = channel as unknown as TracedChannel & { [traced]?: true }
  // The official instrumentation patches the prototypes, and does all of this.
  if (target[traced] === true || isPatched(target.publish)) return channel
  target[traced] = true
  const { publish: send, consume: subscribe, nack, reject } = target
  target.publish = function (exchange, routingKey, content, options, confirm) {
    const operation = { system: 'rabbitmq', name: 'publish', destination: publishedTo(exchange, routingKey), broker: brokerOf(this) }
    if (typeof this.waitForConfirms !== 'function') return publish(operation, carry => send.call(this, exchange, routingKey, content, carryIn(options, carry)))
    const confirmed = confirm === undefined ? undefined : context.bind(context.active(), confirm)
    return publishUntilConfirmed(operation, (carry, end) =>
      send.call(this, exchange, routingKey, content, carryIn(options, carry), (error, ok) => {
        end(error)
        confirmed?.(error, ok)
      }),
    )
  }
  target.consume = function (queue, onMessage, ...rest) {
    const traceable = (message: AmqpMessage | null): unknown =>
      message === null ? onMessage(message) : consume(message, onMessage, queue === '' ? undefined : queue, this)
    return subscribe.call(this, queue, traceable, ...rest)
  }
  target.nack = function (message, allUpTo, requeue) {
    settle(message, requeue)
    nack.call(this, message, allUpTo, requeue)
  }
  target.reject = function (message, requeue) {
    settle(message, requeue)
    reject.call(this, message, requeue)
  }
  return channel
}

/** A copy: the options may be used again. */
function carryIn(options: PublishOptions | undefined, carry: Carry): PublishOptions {
  return { ...options, headers: carry(options?.headers) }
}

/** A message that is not put back goes to the dead-letter exchange, where the queue has one, or is dropped. */
function settle(message: AmqpMessage, requeue: boolean | undefined): void {
  const span = working.get(message)
  // A span that is over takes nothing more, and would say so on stderr.
  if (span?.isRecording() === true) span.setAttributes(dispositionAttribute(requeue === false ? 'dead_letter' : 'retry'))
}
