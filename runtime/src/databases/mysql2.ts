import type { RuntimeContextManager } from '../context/manager.js'
import { traceChannelOf } from './channels.js'
import { officialTraces } from './patched.js'
import type { Command } from './span.js'
import { summarizeSql } from './sql.js'

/** https://sidorares.github.io/node-mysql2/docs/documentation/tracing-channels */
interface Mysql2Message {
  readonly query?: unknown
  readonly database?: unknown
  readonly serverAddress?: unknown
  readonly serverPort?: unknown
}

/** Traces mysql2 3.24 and later, by the channels that it has; its texts have their values in them and are only summarised. */
export function traceMysql2(owners: readonly string[], contexts: RuntimeContextManager | null): () => void {
  // Its methods are those of the class that Connection extends.
  const queryOf = (module: unknown): unknown => (module as { readonly prototype?: { readonly query?: unknown } } | undefined)?.prototype?.query
  const isOfficial = officialTraces({ driver: 'mysql2', file: 'lib/connection.js', owners, methodOf: queryOf })
  const stops = ['mysql2:query', 'mysql2:execute'].map(name => traceChannelOf(name, { isOfficial, read: readMessage, codeOf, contexts }))
  return () => {
    for (const stop of stops) stop()
  }
}

function readMessage({ query, database, serverAddress, serverPort }: Mysql2Message): Command | null {
  const summary = typeof query === 'string' ? summarizeSql(query) : null
  if (summary === null) return null
  return {
    system: 'mysql',
    ...summary,
    namespace: typeof database === 'string' && database !== '' ? database : null,
    address: typeof serverAddress === 'string' ? serverAddress : undefined,
    port: typeof serverPort === 'number' ? serverPort : undefined,
  }
}

/** MySQL's number (1062), which conventions ask for; its name is `error.code`. */
function codeOf(error: unknown): string | null {
  const number = (error as { readonly errno?: unknown } | null | undefined)?.errno
  return typeof number === 'number' && number > 0 ? String(number) : null
}
