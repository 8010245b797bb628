interface HonoRoute {
  readonly path: string
  readonly method: string
  readonly handler: { readonly length: number }
}

/** What is read of Hono's request: its own getters, since the two builds of Hono keep the match under symbols of their own. */
export interface HonoRoutedRequest {
  readonly raw: {
    readonly method: string
    readonly url: string
    readonly headers: Iterable<readonly [string, string]>
  }
  readonly matchedRoutes: readonly HonoRoute[]
}

/**
 * The path of the route that a request matched, with what it is mounted at. Hono keeps middleware and routes in one list:
 * a route of one method is always a route, and one of all methods (`app.all`, `app.use`) only when its handler cannot pass
 * the request on or its path is no wildcard.
 */
export function getHonoRoute(request: HonoRoutedRequest, status: number): string | undefined {
  const routes = request.matchedRoutes
  const route = routes.findLast(({ method }) => method !== 'ALL')
  if (route !== undefined) return route.path
  if (status === 404) return undefined
  return routes.findLast(({ path, handler }) => handler.length < 2 || !path.endsWith('*'))?.path
}
