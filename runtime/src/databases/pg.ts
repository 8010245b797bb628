import { context, type Span } from '@opentelemetry/api'
import { activeContext } from '../context/run.js'
import { isPatched } from '../messaging/official.js'
import { summarizeSql } from './sql.js'
import { endCommand, startCommand } from './span.js'

interface PgClient {
  readonly database?: unknown
  readonly host?: unknown
  readonly port?: unknown
}
type Query = (this: PgClient, config: unknown, ...rest: unknown[]) => unknown
type Callback = (error: unknown, ...rest: unknown[]) => unknown

interface PgModule {
  readonly Client?: { readonly prototype: { query: Query } }
}

/** Which functions are ours, so that a client is patched once. */
const ours = Symbol.for('@spanguard/runtime/pg')

/**
 * Traces every query of a copy of `pg`, of clients and of pools, by its one way through `Client.prototype.query`. Returns what
 * takes it away again; null when an instrumentation is there already.
 */
export function patchPg(module: PgModule): (() => void) | null {
  const prototype = module.Client?.prototype
  if (prototype === undefined || isPatched(prototype.query) || ours in prototype.query) return null
  const { query } = prototype
  const traced: Query = function (config, ...rest) {
    const text = textOf(config)
    const summary = text === null ? null : summarizeSql(text)
    // An instrumentation that came later has put itself before us, and has its span.
    if (summary === null || isPatched(prototype.query)) return query.call(this, config, ...rest)
    const active = activeContext()
    const span = startCommand(
      {
        system: 'postgresql',
        ...summary,
        namespace: typeof this.database === 'string' ? this.database : null,
        address: typeof this.host === 'string' ? this.host : undefined,
        port: typeof this.port === 'number' ? this.port : undefined,
      },
      active,
    )
    if (span === null) return query.call(this, config, ...rest)
    try {
      return watch(span, config, rest, args => query.apply(this, args))
    } catch (error) {
      endCommand(span, error, codeOf(error))
      throw error
    }
  }
  prototype.query = Object.assign(traced, { [ours]: true })
  return () => {
    if (prototype.query === traced) prototype.query = query
  }
}

/** Runs a query and ends its span by whichever way the client tells that it is over. */
function watch(span: Span, config: unknown, rest: unknown[], run: (args: [config: unknown, ...rest: unknown[]]) => unknown): unknown {
  const last = rest.at(-1)
  if (typeof last === 'function') return run([config, ...rest.slice(0, -1), endBefore(span, last as Callback)])
  const held = config as { callback?: unknown; submit?: unknown; on?: Listen }
  if (typeof held.submit === 'function') {
    // A query object (a cursor, a stream): what it is told, it keeps.
    if (typeof held.callback === 'function') held.callback = endBefore(span, held.callback as Callback)
    else if (!watchEvents(span, held.on?.bind(held))) span.end()
    return run([config, ...rest])
  }
  if (typeof held.callback === 'function') {
    return run([{ ...held, callback: endBefore(span, held.callback as Callback) }, ...rest])
  }
  const result = run([config, ...rest])
  // Also a promise of another library, which a client can be given.
  if (typeof (result as PromiseLike<unknown> | undefined)?.then !== 'function') {
    span.end()
    return result
  }
  // A side branch: the caller gets the promise itself. To Node a promise that is listened to is handled, so that a
  // rejection which the caller leaves alone raises no unhandledRejection.
  ;(result as PromiseLike<unknown>).then(
    () => {
      span.end()
    },
    (error: unknown) => {
      endCommand(span, error, codeOf(error))
    },
  )
  return result
}

type Listen = (event: string | symbol, listener: (error?: unknown) => void) => unknown

function watchEvents(span: Span, on: Listen | undefined): boolean {
  if (on === undefined) return false
  let ended = false
  const end = (): void => {
    if (!ended) span.end()
    ended = true
  }
  on('end', end)
  // A stream that is given up before its end.
  on('close', end)
  // The monitor's event leaves an error that nobody handles unhandled.
  on(process.getBuiltinModule('node:events').errorMonitor, error => {
    // Who breaks off reading a stream destroys it by an error of this kind, which the query has not failed with.
    const isGivenUp = (error as { readonly code?: unknown } | undefined)?.code === 'ABORT_ERR'
    if (!ended) endCommand(span, isGivenUp ? null : error, codeOf(error))
    ended = true
  })
  return true
}

/** The callback in the context of its caller: the client calls it in that of its connection. */
function endBefore(span: Span, callback: Callback): Callback {
  return context.bind(activeContext(), (error: unknown, ...rest: unknown[]) => {
    endCommand(span, error, codeOf(error))
    return callback(error, ...rest)
  })
}

function textOf(config: unknown): string | null {
  if (typeof config === 'string') return config
  if (typeof config !== 'object' || config === null) return null
  const { text, cursor } = config as { readonly text?: unknown; readonly cursor?: { readonly text?: unknown } }
  const given = text ?? cursor?.text
  return typeof given === 'string' ? given : null
}

/** The SQLSTATE, or Node's code of a connection that broke. */
function codeOf(error: unknown): string | null {
  const code = (error as { readonly code?: unknown } | null)?.code
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : null
}
