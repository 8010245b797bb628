import { type Span, SpanKind, trace } from '@opentelemetry/api'
import { activeContext } from '../context/run.js'
import { isPatched } from '../messaging/official.js'
import { traceChannelOf } from './channels.js'
import { officialTraces } from './patched.js'
import { type Command, endCommand, startCommand } from './span.js'

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

/** What is read of ioredis' clients and commands; arguments are not looked at. */
interface RedisClient {
  readonly options?: { readonly host?: unknown; readonly port?: unknown; readonly path?: unknown; readonly db?: unknown }
  readonly condition?: { readonly select?: unknown } | null | undefined
}
interface RedisCommand {
  readonly name?: unknown
  /** Since 6; earlier versions do not say. */
  readonly isSettled?: boolean
  [seen]?: true
  resolve: (result: unknown) => void
  reject: (error: unknown) => void
}
type SendCommand = (this: RedisClient, command: RedisCommand, ...rest: unknown[]) => unknown

interface RedisModule {
  readonly prototype?: { sendCommand: SendCommand }
}

const ours = Symbol.for('@spanguard/runtime/ioredis')
/** On a command that has its span: it passes again when it had to wait for the connection, or is sent once more. */
const seen = Symbol('spanguard.redis.seen')

/**
 * Traces every command of a copy of `ioredis`, by its one way through `Redis.prototype.sendCommand`: its tracing channel makes
 * a list of arguments without their values for each command, which nobody reads. Returns what takes it away again; null
 * when an instrumentation is there already.
 */
export function patchIoredis({ prototype }: RedisModule): (() => void) | null {
  if (prototype === undefined || isPatched(prototype.sendCommand) || ours in prototype.sendCommand) return null
  const { sendCommand } = prototype
  const traced: SendCommand = function (command, ...rest) {
    // An instrumentation that came later has put itself before us, and has its span.
    if (command[seen] === true || isPatched(prototype.sendCommand)) return sendCommand.call(this, command, ...rest)
    const { options = {}, condition } = this
    const address = typeof options.path === 'string' ? undefined : options.host
    const told = readMessage({ command: command.name, database: condition?.select ?? options.db, serverAddress: address, serverPort: options.port })
    const span = told === null ? null : startCommand(told, activeContext())
    if (span === null) return sendCommand.call(this, command, ...rest)
    command[seen] = true
    endWith(command, span)
    return sendCommand.call(this, command, ...rest)
  }
  prototype.sendCommand = Object.assign(traced, { [ours]: true })
  return () => {
    if (prototype.sendCommand === traced) prototype.sendCommand = sendCommand
  }
}

/** By what the answer is given to, since a promise that is listened to counts as one whose rejection is handled. */
function endWith(command: RedisCommand, span: Span): void {
  const { resolve, reject } = command
  let ended = false
  const end = (error: unknown): void => {
    if (!ended) endCommand(span, error, codeOf(error))
    ended = true
  }
  command.resolve = result => {
    end(null)
    resolve(result)
  }
  command.reject = error => {
    reject(error)
    // A cluster keeps redirections to itself, and sends the command elsewhere.
    if (command.isSettled !== false) end(error)
  }
}

/** Traces ioredis 5.11 and later where no copy is found to patch, as in a bundle, by the channel that it has. */
export function traceIoredis(owners: readonly string[]): () => void {
  const sendCommandOf = (module: unknown): unknown =>
    (module as { readonly prototype?: { readonly sendCommand?: unknown } } | undefined)?.prototype?.sendCommand
  const isOfficial = officialTraces({ driver: 'ioredis', file: 'built/index.js', owners, methodOf: sendCommandOf })
  return traceChannelOf('ioredis:command', { isOfficial, read: readMessage, codeOf, contexts: null })
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
  const span = trace.getSpan(activeContext())
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
