import { routeText } from '../middleware/route.js'
import { type LayeredRequest, watchLayers } from './layers.js'

interface Listening {
  listeners(event: 'request'): unknown[]
}

const watched = new WeakSet<Listening>()

/**
 * Watches the layers of the Express apps that listen to a server (`app.listen()`, `createServer(app)`, NestJS): asked with its
 * first request, when the app has its routes.
 */
export function watchApps(server: Listening): void {
  if (watched.has(server)) return
  watched.add(server)
  for (const listener of server.listeners('request')) if (isApp(listener)) watchLayers({ app: listener, url: '' })
}

/**
 * The route of a request that an Express app answered which no server knew (a function of the application's calls it). The
 * app's layers are watched from then on. Undefined below a prefix: what a request holds of it is the caller's values.
 */
export function getExpressRoute(request: object): string | undefined {
  const { app, baseUrl, route } = request as LayeredRequest & { readonly route?: { readonly path?: unknown } }
  if (app === undefined || !isApp(app)) return undefined
  watchLayers({ app, url: '' })
  return baseUrl === '' ? routeText(route?.path) : undefined
}

function isApp(value: unknown): value is NonNullable<LayeredRequest['app']> {
  const { handle, set, engine } = (typeof value === 'function' ? value : {}) as { readonly [name: string]: unknown }
  return [handle, set, engine].every(method => typeof method === 'function')
}
