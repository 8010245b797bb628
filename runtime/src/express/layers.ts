import { getServerSpan, noteFailure, type ServerSpan, setRoute } from '../middleware/server-span.js'
import { joinRoute, routeMatches, routeText } from '../middleware/route.js'
import { getMountPattern, isRootMount } from './mounts.js'

type Next = (error?: unknown) => void
type Handle = (this: Layer, request: LayeredRequest, response: object, next: Next) => unknown

/** What is read of Express's request. */
export interface LayeredRequest {
  readonly app?: { readonly _router?: { readonly stack?: unknown } | undefined; readonly router?: { readonly stack?: unknown } | undefined } | undefined
  readonly baseUrl?: string
  readonly url: string
  /** For each prefix of this request at which a router is mounted: the pattern of the prefix. */
  [prefixes]?: Map<string, string> | undefined
}

/** One entry of a router's stack: middleware, a mounted router, or (with `route`) a route. */
interface Layer {
  readonly route?: { readonly path: unknown } | undefined
}

interface LayerPrototype {
  [watched]?: boolean
  handle_request?: unknown
  handleRequest?: unknown
}

const prefixes = Symbol('spanguard.express.prefixes')
/** On a watched prototype: two copies of this package must not wrap it twice. */
const watched = Symbol.for('@spanguard/runtime/express-layers')

/** Express 4 and Express 5 (the package `router`) name the method differently. */
const methods = ['handle_request', 'handleRequest'] as const

/**
 * Watches the layers of the Express that serves this request, once per copy of Express. Express tells a middleware
 * neither which route answered nor at which prefix it is mounted (`req.baseUrl` holds the caller's values, and is
 * restored when an error leaves the router), and errors passed to `next` never come back to it.
 */
export function watchLayers(request: LayeredRequest): void {
  const prototype = getLayerPrototype(request)
  if (prototype === null || prototype[watched] === true) return
  for (const method of methods) {
    const original = prototype[method]
    if (typeof original === 'function') prototype[method] = watch(original as Handle)
  }
  Object.defineProperty(prototype, watched, { value: true })
}

function getLayerPrototype({ app }: LayeredRequest): LayerPrototype | null {
  const stack = (app?._router ?? routerOf(app))?.stack
  const layer: unknown = Array.isArray(stack) ? stack[0] : undefined
  return typeof layer === 'object' && layer !== null ? (Object.getPrototypeOf(layer) as LayerPrototype) : null
}

/** Express 4 throws when this is read: it has `_router`, and not even that before anything is used. */
function routerOf(app: LayeredRequest['app']): { readonly stack?: unknown } | undefined {
  try {
    return app?.router
  } catch {
    return undefined
  }
}

function watch(original: Handle): Handle {
  return function handleLayer(request, response, next) {
    if (this.route === undefined) enterMount(this, request)
    const server = getServerSpan(request)
    if (server === null || server.ended) return original.call(this, request, response, next)
    const route = this.route === undefined ? undefined : getRoute(this.route.path, request)
    if (route !== undefined) setRoute(server, route)
    return original.call(this, request, response, error => {
      if (isFailure(error)) noteFailure(server, error)
      else if (route !== undefined) leaveRoute(server, route)
      next(error)
    })
  }
}

/** Everything that is passed to `next` but nothing, and the two words that steer the router. */
function isFailure(error: unknown): boolean {
  return Boolean(error) && error !== 'route' && error !== 'router'
}

/** The route passed the request on, so it is not the one that answers, unless it already has. */
function leaveRoute(server: ServerSpan, route: string): void {
  if (server.rpc.route === route && server.response?.headersSent === false) setRoute(server, undefined)
}

/** Remembers the pattern of a prefix that the request just went through: the layer may be a mounted router. */
function enterMount(layer: Layer, request: LayeredRequest): void {
  const base = request.baseUrl
  if (base === undefined || base === '' || isRootMount(layer)) return
  const known = (request[prefixes] ??= new Map([['', '']]))
  const parents = [...known.keys()].filter(entered => entered.length < base.length && base.startsWith(entered))
  for (const parent of parents.toSorted((one, other) => other.length - one.length)) {
    const pattern = getMountPattern(layer, base.slice(parent.length))
    if (pattern === null) continue
    known.set(base, joinRoute(known.get(parent) ?? '', pattern))
    return
  }
}

function getRoute(path: unknown, request: LayeredRequest): string | undefined {
  const base = request.baseUrl ?? ''
  const prefix = request[prefixes]?.get(base) ?? base
  const pattern = Array.isArray(path) ? choosePattern(path, request.url) : path
  const route = routeText(pattern)
  return route === undefined ? undefined : joinRoute(prefix, route)
}

function choosePattern(patterns: readonly unknown[], url: string): unknown {
  const path = url.split('?', 1)[0] ?? ''
  const isMatching = (pattern: unknown): boolean =>
    pattern instanceof RegExp ? pattern.test(path) : typeof pattern === 'string' && routeMatches(pattern, path)
  return patterns.find(isMatching) ?? patterns[0]
}
