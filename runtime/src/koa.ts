import { runIn } from './context/run.js'
import { type MiddlewareOptions, noteFailure, type ServerRequest, type ServerResponse, serverSpan, setRoute } from './middleware/server-span.js'
import { getKoaRoute, type RoutedContext } from './koa/route.js'
import { noteAppErrors, type KoaApp } from './koa/errors.js'

export type { MiddlewareOptions } from './middleware/server-span.js'

/** What is read of Koa's context; structural, so that the types of koa need not be installed. */
export interface KoaContext extends RoutedContext {
  readonly app: KoaApp
  readonly req: object
  readonly res: object
}

/**
 * Koa middleware: one SERVER span per request, named by the route of `@koa/router` with its prefixes and the prefix of
 * `koa-mount`. First in the app, before the routers and before whatever may answer.
 */
export function koaTracing(
  options: MiddlewareOptions = {},
): (ctx: KoaContext, next: () => Promise<unknown>) => Promise<void> {
  return async function spanguardTracing(ctx, next) {
    const server = serverSpan(ctx.req as ServerRequest, ctx.res as ServerResponse, options)
    noteAppErrors(ctx.app)
    server.findRoute ??= () => getKoaRoute(ctx)
    try {
      await runIn(server.context, next, undefined)
    } catch (error) {
      noteFailure(server, error)
      throw error
    } finally {
      // Who owns an adopted span does not ask for the route when the response is over.
      if (server.adopted) setRoute(server, getKoaRoute(ctx) ?? server.rpc.route)
    }
  }
}
