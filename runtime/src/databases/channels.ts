import type { TracingChannelSubscribers } from 'node:diagnostics_channel'
import type { Context, Span } from '@opentelemetry/api'
import type { RuntimeContextManager } from '../context/manager.js'
import { activeContext } from '../context/run.js'
import { type Command, endCommand, startCommand } from './span.js'

/** On what a driver publishes, one object for each command: a map from the outside would cost the garbage collector more. */
const spanKey = Symbol('spanguard.database.span')
const callerKey = Symbol('spanguard.database.caller')

/** What a driver publishes; of the error what it threw or rejected with. */
interface Message {
  error?: unknown
  [spanKey]?: Span | undefined
  [callerKey]?: Context
}

/** How one channel is read. */
interface ChannelReader {
  /** Whether an official instrumentation traces the driver, whose spans are the ones then. */
  readonly isOfficial: () => boolean
  /** The command of a message, null for one that has no span. */
  readonly read: (message: object) => Command | null
  /** The code that the server answered with. */
  readonly codeOf: (error: unknown) => string | null
  /** Null where callbacks are left in the context that the driver calls them in. */
  readonly contexts: RuntimeContextManager | null
}

/**
 * Traces what a driver publishes on a tracing channel, whose callbacks run in the context of their caller: drivers call them
 * from the events of a connection. Returns what ends it.
 */
export function traceChannelOf(name: string, { isOfficial, read, codeOf, contexts }: ChannelReader): () => void {
  const channel = process.getBuiltinModule('node:diagnostics_channel').tracingChannel<unknown, Message>(name)
  const end = (message: Message): void => {
    const span = message[spanKey]
    if (span === undefined) return
    message[spanKey] = undefined
    endCommand(span, message.error, codeOf(message.error))
  }
  const subscribers: TracingChannelSubscribers<Message> = {
    start(message) {
      const caller = activeContext()
      if (contexts !== null) message[callerKey] = caller
      const command = read(message)
      const span = command === null || isOfficial() ? null : startCommand(command, caller)
      if (span !== null) message[spanKey] = span
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
  if (contexts !== null) channel.asyncStart.bindStore(contexts.storage, message => message[callerKey] ?? contexts.active())
  return () => {
    channel.unsubscribe(subscribers)
    if (contexts !== null) channel.asyncStart.unbindStore(contexts.storage)
  }
}
