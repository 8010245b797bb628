import { type Target, toTarget } from '../clients/targets.js'
import type { AmqpMessage } from './messages.js'

/** What is used of the options of `publish`. */
export interface PublishOptions {
  readonly headers?: Readonly<Record<string, unknown>> | undefined
}

/** What is used of amqplib's channels; `sendToQueue` publishes. */
export interface TracedChannel {
  readonly connection?: unknown
  /** Channels that confirm have it. */
  waitForConfirms?: unknown
  publish: (
    this: TracedChannel,
    exchange: string,
    routingKey: string,
    content: unknown,
    options?: PublishOptions,
    confirm?: (error: unknown, ok: unknown) => void,
  ) => unknown
  consume: (this: TracedChannel, queue: string, onMessage: (message: AmqpMessage | null) => unknown, ...rest: unknown[]) => unknown
  nack: (this: TracedChannel, message: AmqpMessage, allUpTo?: boolean, requeue?: boolean) => void
  reject: (this: TracedChannel, message: AmqpMessage, requeue?: boolean) => void
}

interface Connection {
  readonly stream?: { readonly _host?: unknown; readonly remoteAddress?: unknown; readonly remotePort?: unknown; readonly servername?: unknown }
}

const brokers = new WeakMap<object, Target | null>()

/** The broker of a channel, by its connection's socket: the host that was connected to, else its address. */
export function brokerOf({ connection }: TracedChannel): Target | null {
  if (typeof connection !== 'object' || connection === null) return null
  let broker = brokers.get(connection)
  if (broker === undefined) brokers.set(connection, (broker = findBroker(connection)))
  return broker
}

function findBroker({ stream }: Connection): Target | null {
  // `_host` is the name that Node looked up, and TLS's servername the one that was asked for.
  const host = [stream?._host, stream?.servername, stream?.remoteAddress].find(name => typeof name === 'string' && name !== '')
  const port = stream?.remotePort
  return typeof host === 'string' ? toTarget('amqp:', host, typeof port === 'number' ? port : 5672) : null
}
