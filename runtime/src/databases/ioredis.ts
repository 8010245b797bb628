import { context, SpanKind, trace } from '@opentelemetry/api'
import { traceChannelOf } from './channels.js'
import { officialTraces } from './patched.js'
import type { Command } from './span.js'

/** What ioredis publishes; its arguments are not looked at. */
interface RedisMessage {
  readonly command?: unknown
  readonly database?: unknown
  readonly serverAddress?: unknown
  readonly serverPort?: unknown
}

/** What a client says for itself, asks to see whether somebody is there, or brackets commands with. */
const trivial: ReadonlySet<string> = new Set([
  'auth', 'client', 'cluster', 'command', 'discard', 'exec', 'hello', 'info', 'multi', 'ping', 'quit', 'readonly', 'select', 'unwatch', 'watch',
])

/** Traces ioredis 5.11 and later, by the channel that it has. */
export function traceIoredis(owners: readonly string[]): () => void {
  const sendCommandOf = (module: unknown): unknown =>
    (module as { readonly prototype?: { readonly sendCommand?: unknown } } | undefined)?.prototype?.sendCommand
  const isOfficial = officialTraces({ driver: 'ioredis', file: 'built/index.js', owners, methodOf: sendCommandOf })
  return traceChannelOf('ioredis:command', isOfficial, readMessage, codeOf)
}

function readMessage({ command, database, serverAddress, serverPort }: RedisMessage): Command | null {
  if (typeof command !== 'string' || trivial.has(command) || !isWorthASpan()) return null
  const operation = nameOf(command)
  return {
    system: 'redis',
    summary: operation,
    operation,
    collection: null,
    namespace: typeof database === 'number' ? String(database) : null,
    address: typeof serverAddress === 'string' ? serverAddress : undefined,
    port: typeof serverPort === 'number' ? serverPort : undefined,
  }
}

/** Queues on Redis poll without end, outside of any trace; and what a PRODUCER span sends is how it sends. */
function isWorthASpan(): boolean {
  const span = trace.getSpan(context.active())
  return span !== undefined && (span as { readonly kind?: SpanKind }).kind !== SpanKind.PRODUCER
}

const names = new Map<string, string>()

/** Commands are few; what is sent by `call` may be anything. */
function nameOf(command: string): string {
  let name = names.get(command)
  if (name === undefined) {
    name = /^[A-Za-z][\w.]{0,39}$/.test(command) ? command.toUpperCase() : 'OTHER'
    if (names.size < 500) names.set(command, name)
  }
  return name
}

/** Redis answers `WRONGTYPE Operation against a key…`: the first word is the code. */
function codeOf(error: unknown): string | null {
  const { name, message } = (error ?? {}) as { readonly name?: unknown; readonly message?: unknown }
  if (name !== 'ReplyError' || typeof message !== 'string') return null
  return /^([A-Z][A-Z0-9_]{1,30})\b/.exec(message)?.[1] ?? null
}
