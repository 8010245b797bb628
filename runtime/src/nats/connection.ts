import { type Target, toTarget } from '../clients/targets.js'
import type { Inject } from '../messaging/publish.js'
import type { NatsMessage } from './messages.js'

/** What is used of a message's headers when they are written. */
interface WritableHeaders {
  set(name: string, value: string): void
}

export interface PublishOptions {
  readonly headers?: WritableHeaders | undefined
}

interface SubscribeOptions {
  readonly queue?: string | undefined
  readonly callback?: ((error: unknown, message: NatsMessage) => unknown) | undefined
}

/** What is used of a connection of `nats` 2 and `@nats-io/nats-core` 3. */
export interface TracedConnection {
  readonly info?: { readonly headers?: boolean | undefined } | undefined
  getServer?: () => string
  publish: (this: TracedConnection, subject: string, data?: unknown, options?: PublishOptions) => void
  request: (this: TracedConnection, subject: string, data?: unknown, options?: PublishOptions) => unknown
  requestMany?: (this: TracedConnection, subject: string, data?: unknown, options?: PublishOptions) => unknown
  subscribe: (this: TracedConnection, subject: string, options?: SubscribeOptions) => unknown
}

/** The options with the trace context in their headers; a server before 2.2 takes none. */
export function carryIn(connection: TracedConnection, options: PublishOptions | undefined, inject: Inject): PublishOptions | undefined {
  if (connection.info?.headers === false) return options
  const headers = options?.headers ?? new TraceHeaders()
  inject(headers, { set: (carrier, name, value) => { carrier.set(name, value) } })
  return headers instanceof TraceHeaders && headers.isEmpty ? options : { ...options, headers }
}

/**
 * Headers of a message that has none of its own. The clients' class is not theirs alone to make: they ask for its bytes when
 * they send. https://docs.nats.io/reference/reference-protocols/nats-protocol#hpub
 */
class TraceHeaders implements WritableHeaders {
  readonly #values = new Map<string, string>()

  get isEmpty(): boolean {
    return this.#values.size === 0
  }

  set(name: string, value: string): void {
    this.#values.set(name, value)
  }

  encode(): Uint8Array {
    const lines = [...this.#values].map(([name, value]) => `${name}: ${value}\r\n`)
    return new TextEncoder().encode(`NATS/1.0\r\n${lines.join('')}\r\n`)
  }
}

/** The server that a connection is at now. */
export function brokerOf(connection: TracedConnection): Target | null {
  const server = connection.getServer?.()
  if (server === undefined) return null
  const [, host, port] = /^(?:[a-z]+:\/\/)?(.*?)(?::(\d+))?$/.exec(server) ?? []
  return host === undefined || host === '' ? null : toTarget('nats:', host, port)
}
