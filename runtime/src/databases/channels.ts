import type { TracingChannelSubscribers } from 'node:diagnostics_channel'
import { context, type Span } from '@opentelemetry/api'
import { type Command, endCommand, startCommand } from './span.js'

/** What a driver publishes; of the error what it threw or rejected with. */
interface Message {
  error?: unknown
}

const spanOf = new WeakMap<object, Span>()

/**
 * Traces what a driver publishes on a tracing channel. Returns what ends it.
 * @param isOfficial whether an official instrumentation traces the driver, whose spans are the ones then
 * @param read the command of a message, null for one that has no span
 * @param codeOf the code that the server answered with
 */
export function traceChannelOf(
  name: string,
  isOfficial: () => boolean,
  read: (message: object) => Command | null,
  codeOf: (error: unknown) => string | null,
): () => void {
  const channel = process.getBuiltinModule('node:diagnostics_channel').tracingChannel<unknown, Message>(name)
  const end = (message: Message): void => {
    const span = spanOf.get(message)
    if (span === undefined) return
    spanOf.delete(message)
    endCommand(span, message.error, codeOf(message.error))
  }
  const subscribers: TracingChannelSubscribers<Message> = {
    start(message) {
      const command = read(message)
      const span = command === null || isOfficial() ? null : startCommand(command, context.active())
      if (span !== null) spanOf.set(message, span)
    },
    end(message) {
      // What throws at once has no asynchronous part.
      if ('error' in message) end(message)
    },
    asyncStart: end,
    asyncEnd() {},
    error() {},
  }
  channel.subscribe(subscribers)
  return () => {
    channel.unsubscribe(subscribers)
  }
}
