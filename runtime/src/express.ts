import { runIn } from './context/run.js'
import { type LayeredRequest, watchLayers } from './express/layers.js'
import { type MiddlewareOptions, type ServerRequest, type ServerResponse, serverSpan } from './middleware/server-span.js'

export type { MiddlewareOptions } from './middleware/server-span.js'

/**
 * Express middleware (4 and 5): one SERVER span per request, named by the template of the route that answers, mounted
 * prefixes included. First in the app (`app.use(expressTracing())`), before body parsers and routes.
 */
export function expressTracing(
  options: MiddlewareOptions = {},
): (request: object, response: object, next: () => void) => void {
  return function spanguardTracing(request, response, next) {
    const server = serverSpan(request as ServerRequest, response as ServerResponse, options)
    watchLayers(request as LayeredRequest)
    runIn(server.context, next, undefined)
  }
}
