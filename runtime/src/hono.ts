import { runIn } from './context/run.js'
import { getHonoRoute, type HonoRoutedRequest } from './hono/route.js'
import {
  endServerSpan,
  getServerSpan,
  type MiddlewareOptions,
  noteFailure,
  type ServerRequest,
  type ServerResponse,
  type ServerSpan,
  serverSpan,
  setRoute,
  startFetchSpan,
} from './middleware/server-span.js'

export type { MiddlewareOptions } from './middleware/server-span.js'

/** What is read of Hono's context; structural, so that the types of hono need not be installed. */
export interface HonoTracedContext {
  readonly req: HonoRoutedRequest
  readonly res: { readonly status: number }
  readonly env: unknown
  readonly error: Error | undefined
  header(name: string, value: string, options?: { append?: boolean }): void
}

/**
 * Hono middleware: one SERVER span per request, named by the matched route with the paths it is mounted at. On
 * `@hono/node-server` the span ends with the response; elsewhere (`app.request()`, Bun, Deno) when the handlers are done.
 */
export function honoTracing(
  options: MiddlewareOptions = {},
): (c: HonoTracedContext, next: () => Promise<void>) => Promise<void> {
  return async function spanguardTracing(c, next) {
    const node = getNodePair(c.env)
    const isOwnFetch = node === null && getServerSpan(c.req.raw) === null
    const server = node === null ? fetchSpan(c) : serverSpan(node.incoming, node.outgoing, options)
    // For a response that is over while its handler is not: the caller hung up.
    if (node !== null) server.findRoute ??= () => getHonoRoute(c.req, node.outgoing.statusCode)
    try {
      await runIn(server.context, next, undefined)
      // Hono answers with its error handler before it returns to middleware, and tells the error here.
      if (c.error !== undefined) noteFailure(server, c.error)
    } catch (error) {
      noteFailure(server, error)
      if (isOwnFetch) endServerSpan(server, null, true)
      throw error
    }
    setRoute(server, getHonoRoute(c.req, c.res.status) ?? server.rpc.route)
    if (isOwnFetch) endServerSpan(server, c.res.status, true)
  }
}

interface NodePair {
  readonly incoming: ServerRequest
  readonly outgoing: ServerResponse
}

function getNodePair(env: unknown): NodePair | null {
  const { incoming, outgoing } = (env ?? {}) as { readonly [Name in keyof NodePair]?: unknown }
  return typeof incoming === 'object' && incoming !== null && typeof outgoing === 'object' && outgoing !== null
    ? ({ incoming, outgoing } as NodePair)
    : null
}

function fetchSpan({ req }: HonoTracedContext): ServerSpan {
  const known = getServerSpan(req.raw)
  if (known !== null) return known
  const { method, url, headers } = req.raw
  const scheme = url.startsWith('https:') ? 'https' : 'http'
  const names = Object.fromEntries(headers)
  const host = names['host'] ?? url.split('/', 3)[2]
  return startFetchSpan({ method, url, headers: { ...names, host }, scheme, httpVersion: '' }, req.raw)
}
