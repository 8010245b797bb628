import { runIn } from './context/run.js'
import {
  getServerSpan,
  type MiddlewareOptions,
  noteFailure,
  type ServerRequest,
  type ServerResponse,
  serverSpan,
  setRoute,
} from './middleware/server-span.js'

export type { MiddlewareOptions } from './middleware/server-span.js'

/** What is read of Fastify's request; structural, so that no version of fastify need be installed. */
export interface FastifyTracedRequest {
  readonly raw: object
  readonly is404: boolean
  readonly routeOptions?: { readonly url?: string | undefined }
}
export interface FastifyTracedReply {
  readonly raw: object
}
type Hook = (request: FastifyTracedRequest, reply: FastifyTracedReply, done: () => void) => void

/** What is used of Fastify's instance. */
export interface FastifyTracedInstance {
  addHook(name: 'onRequest' | 'preValidation', hook: Hook): unknown
  addHook(
    name: 'onError',
    hook: (request: FastifyTracedRequest, reply: FastifyTracedReply, error: Error, done: () => void) => void,
  ): unknown
}

/**
 * Fastify plugin (4 and 5): one SERVER span per request, named by the route's URL with the prefixes of its plugins. Not
 * encapsulated: `app.register(fastifyTracing)` before other plugins traces the whole app.
 */
export const fastifyTracing: FastifyTracing = Object.assign(registerHooks, {
  [Symbol.for('skip-override')]: true,
  [Symbol.for('fastify.display-name')]: '@spanguard/runtime',
  [Symbol.for('plugin-meta')]: { name: '@spanguard/runtime', fastify: '4.x || 5.x' },
})

/** Callable by Fastify's `register`, whose types ask for a function of an instance of their own. */
export type FastifyTracing = (
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- Fastify's hook types differ per version and type provider
  instance: any,
  options: MiddlewareOptions,
  done: (error?: Error) => void,
) => void

function registerHooks(instance: FastifyTracedInstance, options: MiddlewareOptions, done: (error?: Error) => void): void {
  instance.addHook('onRequest', (request, reply, next) => {
    const server = serverSpan(request.raw as ServerRequest, reply.raw as ServerResponse, options)
    // Fastify routes before its first hook.
    if (!request.is404) setRoute(server, request.routeOptions?.url)
    runIn(server.context, next, undefined)
  })
  // Fastify goes on from an event of the request once it has read a body, and the context is not active there.
  instance.addHook('preValidation', (request, _reply, next) => {
    const server = getServerSpan(request.raw)
    if (server === null) next()
    else runIn(server.context, next, undefined)
  })
  instance.addHook('onError', (request, _reply, error, next) => {
    const server = getServerSpan(request.raw)
    if (server !== null) noteFailure(server, error)
    next()
  })
  done()
}
