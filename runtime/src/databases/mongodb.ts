import { type Context, type Span, trace } from '@opentelemetry/api'
import { activeContext } from '../context/run.js'
import { isPatched } from '../messaging/official.js'
import { endCommand, startCommand } from './span.js'

interface MongoConnection {
  readonly address?: unknown
}
type Document = Readonly<Record<string, unknown>>
type RunCommand = (this: MongoConnection, namespace: { readonly db?: unknown }, command: Document, ...rest: unknown[]) => unknown

interface ConnectionModule {
  readonly Connection?: { readonly prototype: { command: RunCommand } }
}

/** What a client says for itself: greetings, log-ins, sessions, cursors that are closed, and the control of transactions. */
const trivial: ReadonlySet<string> = new Set([
  'abortTransaction', 'authenticate', 'buildInfo', 'commitTransaction', 'endSessions', 'getnonce', 'hello', 'isMaster', 'ismaster',
  'killCursors', 'logout', 'ping', 'refreshSessions', 'saslContinue', 'saslStart', 'startSession',
])
/** Commands whose value is a collection; that of others may be anything. */
const onCollections: ReadonlySet<string> = new Set([
  'aggregate', 'bulkWrite', 'collMod', 'count', 'create', 'createIndexes', 'delete', 'distinct', 'drop', 'dropIndexes', 'find', 'findAndModify',
  'findandmodify', 'insert', 'listIndexes', 'mapReduce', 'update',
])
/** Lists in commands that do several things at once. */
const batches = { insert: 'documents', update: 'updates', delete: 'deletes' } as const

const ours = Symbol.for('@spanguard/runtime/mongodb')

/** The module of the driver whose one method every command goes through. */
export const mongodbConnectionFile = 'mongodb/lib/cmap/connection.js'

/**
 * Traces every command of a copy of `mongodb`, of 5 and later, whose connections answer with promises. Returns what takes it
 * away again; null when an instrumentation is there already.
 */
export function patchMongodb(module: ConnectionModule): (() => void) | null {
  const prototype = module.Connection?.prototype
  if (prototype === undefined || isPatched(prototype.command) || ours in prototype.command) return null
  const { command } = prototype
  const traced: RunCommand = function (namespace, document, ...rest) {
    const span = isPatched(prototype.command) ? null : startSpan(this, namespace, document)
    if (span === null) return command.call(this, namespace, document, ...rest)
    const result = command.call(this, namespace, document, ...rest)
    if (!(result instanceof Promise)) {
      span.end()
      return result
    }
    result.then(
      (reply: unknown) => {
        const failed = writeError(reply)
        endCommand(span, failed, failed === null ? null : codeOf(failed))
      },
      (error: unknown) => {
        endCommand(span, error, codeOf(error))
      },
    )
    return result
  }
  prototype.command = Object.assign(traced, { [ours]: true })
  return () => {
    if (prototype.command === traced) prototype.command = command
  }
}

function startSpan(connection: MongoConnection, namespace: { readonly db?: unknown }, document: Document): Span | null {
  const operation = Object.keys(document)[0]
  if (operation === undefined || trivial.has(operation)) return null
  const active = activeContext()
  if (operation === 'getMore' && !isInsideSpan(active)) return null
  const target = operation === 'getMore' ? document['collection'] : document[operation]
  const isTold = operation === 'getMore' || onCollections.has(operation)
  const collection = isTold && typeof target === 'string' ? target : null
  const [, host, port] = /^(.*):(\d+)$/.exec(typeof connection.address === 'string' ? connection.address : '') ?? []
  return startCommand(
    {
      system: 'mongodb',
      summary: collection === null ? operation : `${operation} ${collection}`,
      operation,
      collection,
      namespace: typeof namespace.db === 'string' ? namespace.db : null,
      address: host,
      port: port === undefined ? undefined : Number(port),
      batchSize: lengthOf(document[batches[operation as keyof typeof batches]]),
    },
    active,
  )
}

/** A change stream, and whoever else reads a cursor for as long as the process lives, polls outside of any trace. */
function isInsideSpan(active: Context): boolean {
  const span = trace.getSpan(active)
  return span !== undefined && (span as { readonly ended?: boolean }).ended !== true
}

/** Of an array, or of one that the driver sends beside the command. */
function lengthOf(list: unknown): number | undefined {
  const items = Array.isArray(list) ? list : (list as { readonly documents?: unknown } | undefined)?.documents
  return Array.isArray(items) ? items.length : undefined
}

interface Reply {
  readonly writeErrors?: unknown
  /** Of answers that are still bytes. */
  has?: (name: string) => boolean
  toObject?: () => Reply
}

/** What could not be written is told in an answer that is a success. */
function writeError(given: unknown): object | null {
  let reply = given as Reply | null
  if (typeof reply?.has === 'function') reply = reply.has('writeErrors') ? (reply.toObject?.() ?? null) : null
  const first: unknown = Array.isArray(reply?.writeErrors) ? reply.writeErrors[0] : undefined
  return typeof first === 'object' && first !== null ? first : null
}

function codeOf(error: unknown): string | null {
  const code = (error as { readonly code?: unknown } | null)?.code
  return typeof code === 'number' ? String(code) : null
}
