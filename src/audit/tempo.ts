import { spansOf } from './read-json.js'
import { AuditError, type RecordedSpan } from './spans.js'

export interface TempoQuery {
  /** The base URL of Tempo's query API, `http://tempo:3200`; user and password in it are sent as basic authentication. */
  readonly url: string
  /** TraceQL; all traces by default. */
  readonly query: string
  /** How far back, in seconds. */
  readonly since: number
  /** How many traces at most. */
  readonly limit: number
  readonly headers: Readonly<Record<string, string>>
  /** After so many ms without an answer a request is given up. */
  readonly timeoutMs?: number
  readonly onProgress?: (text: string) => void
}

/** So many traces are asked for at once. */
const parallel = 4
const defaultTimeoutMs = 20_000

/**
 * Reads the traces that a TraceQL query finds in Tempo.
 *
 * @throws AuditError when Tempo cannot be reached, refuses, or answers with something else; one sentence, without credentials
 */
export async function readTempo(options: TempoQuery): Promise<RecordedSpan[]> {
  const client = clientOf(options)
  const now = Math.floor(Date.now() / 1000)
  const found = await client.get(`/api/search?${new URLSearchParams({ q: options.query, limit: String(options.limit), start: String(now - options.since), end: String(now) }).toString()}`)
  const traces = (found as { traces?: unknown }).traces
  if (!Array.isArray(traces)) throw new AuditError(`${client.shown} answers a search with no "traces": give the address of Tempo's query API, as in http://tempo:3200.`)
  const ids = [...new Set(traces.flatMap((trace: unknown) => idOf(trace)))].slice(0, options.limit)
  const spans: RecordedSpan[] = []
  for (let at = 0; at < ids.length; at += parallel) {
    options.onProgress?.(`reading trace ${String(at + 1)} of ${String(ids.length)}`)
    for (const document of await Promise.all(ids.slice(at, at + parallel).map((id) => readTrace(id, client)))) spans.push(...spansOf(document, client.shown))
  }
  return spans
}

/** Tempo leaves leading zeros away. */
function idOf(trace: unknown): string[] {
  const id = (trace as { traceID?: unknown } | null)?.traceID
  return typeof id === 'string' && /^[\da-f]{1,32}$/iu.test(id) ? [id.padStart(32, '0').toLowerCase()] : []
}

async function readTrace(id: string, client: Client): Promise<unknown> {
  const current = await client.get(`/api/v2/traces/${id}`, true)
  // Tempo before 2.7 has the first version alone. A trace that went between the two requests is no fault.
  return current ?? (await client.get(`/api/traces/${id}`, true)) ?? {}
}

interface Client {
  /** The address as messages may show it. */
  readonly shown: string
  /** @param mayLack answer null where the path is not there */
  get(path: string, mayLack?: boolean): Promise<unknown>
}

function clientOf({ headers, timeoutMs = defaultTimeoutMs, url }: TempoQuery): Client {
  const base = new URL(url)
  const { password, username } = base
  base.username = ''
  base.password = ''
  base.search = ''
  base.hash = ''
  const shown = base.href.replace(/\/$/u, '')
  const authorization = username === '' ? {} : { authorization: `Basic ${Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64')}` }
  return {
    shown,
    get: async (path, mayLack = false) => {
      const response = await ask(`${shown}${path}`, { accept: 'application/json', ...authorization, ...headers }, timeoutMs, shown)
      if (response.status === 404 && mayLack) return null
      if (!response.ok) throw new AuditError(refusalOf(response.status, await textOf(response), shown))
      const text = await textOf(response)
      try {
        return JSON.parse(text) as unknown
      } catch {
        throw new AuditError(`${shown} answers with ${/^\s*</u.test(text) ? 'a web page' : 'no JSON'}: give the address of Tempo's query API, as in http://tempo:3200, not that of Grafana.`)
      }
    },
  }
}

async function ask(url: string, headers: Readonly<Record<string, string>>, timeoutMs: number, shown: string): Promise<Response> {
  try {
    return await fetch(url, { headers, signal: AbortSignal.timeout(timeoutMs) })
  } catch (error) {
    if (error instanceof Error && error.name === 'TimeoutError') throw new AuditError(`${shown} gave no answer within ${String(timeoutMs / 1000)} s: ask for less (--limit, --since), or look whether it is well.`)
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
    const reason = cause instanceof Error ? ('code' in cause ? String(cause.code) : cause.message) : String(cause)
    throw new AuditError(`${shown} cannot be reached (${reason}): look at the address and the port (Tempo's query API has 3200 by default).`)
  }
}

async function textOf(response: Response): Promise<string> {
  try {
    return await response.text()
  } catch {
    return ''
  }
}

function refusalOf(status: number, text: string, shown: string): string {
  if (status === 401 || status === 403) return `${shown} refuses the credentials (${String(status)}): give them with --header, TEMPO_TOKEN, TEMPO_USER and TEMPO_PASSWORD, and the tenant with TEMPO_TENANT.`
  if (status === 404) return `${shown} has no /api/search (404): give the address of Tempo's query API, as in http://tempo:3200.`
  const said = text.trim().split('\n')[0]?.slice(0, 200) ?? ''
  if (status === 400) return `Tempo refuses the query (400${said === '' ? '' : `, "${said}"`}): mend --query, --since or --limit.`
  return `${shown} answers with ${String(status)}${said === '' ? '' : ` ("${said}")`}: look at Tempo's own log.`
}
