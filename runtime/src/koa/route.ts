import { pathOf } from '../middleware/attributes.js'
import { joinRoute, routeMatches, routeText } from '../middleware/route.js'

interface RouterLayer {
  readonly path: unknown
  readonly methods: readonly string[]
}

/** What `@koa/router` and `koa-mount` leave on a context. */
export interface RoutedContext {
  readonly method: string
  readonly originalUrl: string
  /** Every layer of `@koa/router` whose path matches, of any method. */
  readonly matched?: unknown
  readonly _matchedRoute?: unknown
  /** The prefix that `koa-mount` cut off last; it stays when the mounted app did not answer. */
  readonly mountPath?: unknown
}

/** The template of the route that a Koa router matched, with the prefix it is mounted at. */
export function getKoaRoute(ctx: RoutedContext): string | undefined {
  const route = routeText(matchedPath(ctx))
  if (route === undefined || typeof ctx.mountPath !== 'string') return route
  const path = pathOf(ctx.originalUrl)
  // Prefixes of koa-mount are no patterns, so what stands in the path before the inner one belongs to outer mounts.
  const inner = path.indexOf(ctx.mountPath)
  const mounted = inner === -1 ? route : joinRoute(path.slice(0, inner + ctx.mountPath.length), route)
  return routeMatches(mounted, path) || !routeMatches(route, path) ? mounted : route
}

function matchedPath(ctx: RoutedContext): unknown {
  const layers = Array.isArray(ctx.matched) ? (ctx.matched as readonly RouterLayer[]) : null
  // A layer without methods is `router.use()`: it may have answered, but it is no route.
  if (layers === null) return ctx._matchedRoute
  return layers.findLast(({ methods }) => Array.isArray(methods) && methods.includes(ctx.method))?.path
}
