import { isPropagationHeader } from '../clients/propagation.js'
import { type Target, toTarget } from '../clients/targets.js'
import type { Carry } from '../messaging/publish.js'
import type { NatsMessage } from './messages.js'

/** What is used of the clients' headers when a message is sent. */
interface WritableHeaders {
  readonly code?: number
  readonly description?: string
  set(name: string, value: string): void
  keys(): Iterable<string>
  values(name: string): readonly string[]
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

/** The options with the trace context in a copy of their headers; a server before 2.2 takes none. */
export function carryIn(connection: TracedConnection, options: PublishOptions | undefined, carry: Carry): PublishOptions | undefined {
  if (connection.info?.headers === false) return options
  const added = Object.entries(carry())
  if (added.length === 0 && options?.headers === undefined) return options
  const headers = new OutgoingHeaders(options?.headers)
  for (const [name, value] of added) headers.set(name, String(value))
  return { ...options, headers }
}

/**
 * Headers of an outgoing message: those given, but for the context of a message that is passed on. The clients' class is not
 * theirs alone to make: they ask for its bytes when they send.
 * https://docs.nats.io/reference/reference-protocols/nats-protocol#hpub
 */
class OutgoingHeaders implements WritableHeaders {
  readonly #status: string
  readonly #values = new Map<string, readonly string[]>()

  constructor(given: WritableHeaders | undefined) {
    this.#status = given?.code !== undefined && given.code > 0 ? ` ${given.code} ${given.description ?? ''}` : ''
    for (const name of given?.keys() ?? []) if (!isPropagationHeader(name)) this.#values.set(name, given?.values(name) ?? [])
  }

  /** Also called by the clients, for what they add themselves. */
  set(name: string, value: string): void {
    this.#values.set(name, [value])
  }

  keys(): Iterable<string> {
    return this.#values.keys()
  }

  values(name: string): readonly string[] {
    return this.#values.get(name) ?? []
  }

  encode(): Uint8Array {
    let text = `NATS/1.0${this.#status}\r\n`
    for (const [name, values] of this.#values) for (const value of values) text += `${name}: ${value}\r\n`
    return new TextEncoder().encode(`${text}\r\n`)
  }
}

/** The server that a connection is at now. */
export function brokerOf(connection: TracedConnection): Target | null {
  const server = connection.getServer?.()
  if (server === undefined) return null
  const [, host, port] = /^(?:[a-z]+:\/\/)?(.*?)(?::(\d+))?$/.exec(server) ?? []
  return host === undefined || host === '' ? null : toTarget('nats:', host, port)
}
