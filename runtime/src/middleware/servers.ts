import diagnostics from 'node:diagnostics_channel'
import { EventEmitter } from 'node:events'
import net from 'node:net'
import { runIn } from '../context/run.js'
import { report } from '../diagnostics.js'
import { getExpressRoute, watchApps } from '../express/apps.js'
import { type FastifyTracedInstance, fastifyTracing } from '../fastify.js'
import { endServerSpan, getServerSpan, noteFailure, type ServerRequest, type ServerResponse, type ServerSpan, serverSpan } from './server-span.js'
import { upgradeSpan } from './upgrade-span.js'

type Emit = (this: net.Server, event: string | symbol, ...args: unknown[]) => boolean
interface ServerPrototype {
  emit: Emit
  [enabled]?: true
}

/** Two copies of this package must not trace each request twice. */
const enabled = Symbol.for('@spanguard/runtime/servers-enabled')

/** The events by which a server gives a request away: with a response, or with the socket alone. */
const requestEvents: ReadonlySet<string | symbol> = new Set(['request', 'checkContinue', 'checkExpectation', 'upgrade', 'connect'])

/**
 * Gives every request of this process its SERVER span, without a line in the application: for whoever preloads the runtime.
 *
 * Put on the prototype of `net.Server`, from which the servers of http, https and http2 inherit `emit`. So no module is
 * loaded for it or replaced in it, ES modules and CommonJS are served alike, and instrumentation-http, which puts its
 * own function on `http.Server`, goes first: registered later it stands around this one, whose span is then adopted, and
 * one registered before calls what it found there and leaves this one out. A middleware finds the span by its mark on
 * the request and adds the route; without one the route is known where the framework tells it (Express, Fastify).
 */
export function enableServers(): void {
  const prototype = net.Server.prototype as unknown as ServerPrototype
  if (prototype[enabled] === true) return
  Object.defineProperty(prototype, enabled, { value: true })
  const own = Object.getOwnPropertyDescriptor(prototype, 'emit')?.value as Emit | undefined
  // What is inherited is read when it is called: `node:domain` replaces it once it is loaded.
  prototype.emit = function emit(event, ...args) {
    const inherited = own ?? (EventEmitter.prototype as unknown as ServerPrototype).emit
    return event === 'request' || requestEvents.has(event) ? emitTraced(this, inherited, event, args) : inherited.call(this, event, ...args)
  }
  diagnostics.subscribe('fastify.initialization', message => {
    const { fastify } = message as { readonly fastify?: FastifyTracedInstance }
    if (fastify !== undefined) fastifyTracing(fastify, {}, () => {})
  })
}

function emitTraced(server: net.Server, emit: Emit, event: string | symbol, args: unknown[]): boolean {
  const [request, target] = args
  if (!isRequest(request) || !isTarget(target) || isNext()) return emit.call(server, event, ...args)
  // Emitted again, as a listener of `checkContinue` does, or by a server behind a server.
  const known = getServerSpan(request)
  const traced = known ?? start(server, request, target)
  if (traced === null) return emit.call(server, event, ...args)
  try {
    return runIn(traced.context, emit, server, event, ...args)
  } catch (error) {
    // Nobody can answer this request any more, and the process is probably about to end. Whoever emitted it again can.
    if (known === null) {
      noteFailure(traced, error)
      endServerSpan(traced, null, false)
    }
    throw error
  }
}

/** A fault in tracing must not cost the request. */
function start(server: net.Server, request: ServerRequest, target: Target): ServerSpan | null {
  try {
    watchApps(server)
    const traced = isResponse(target) ? serverSpan(request, target, noOptions) : upgradeSpan(request, target)
    traced.fallbackRoute = getExpressRoute
    return traced
  } catch (error) {
    report('error', 'servers.failed', `a request is not traced: ${error instanceof Error ? error.message : String(error)}`)
    return null
  }
}

const noOptions = {}

type Target = ServerResponse | Parameters<typeof upgradeSpan>[1]

/** Servers of other protocols emit `request` and `connect` with what is theirs. */
function isRequest(value: unknown): value is ServerRequest {
  if (typeof value !== 'object' || value === null) return false
  const { method, headers } = value as { readonly method?: unknown; readonly headers?: unknown }
  return typeof method === 'string' && typeof headers === 'object' && headers !== null
}

function isTarget(value: unknown): value is Target {
  return typeof value === 'object' && value !== null && typeof (value as { readonly on?: unknown }).on === 'function'
}

function isResponse(target: Target): target is ServerResponse {
  return typeof (target as { readonly setHeader?: unknown }).setHeader === 'function'
}

/**
 * Next.js makes the SERVER spans of its requests itself, and would hang them below these. Its own server (`next start`,
 * `output: 'standalone'`) sets this as soon as it listens; asked with the first request.
 */
let next: boolean | undefined
function isNext(): boolean {
  return (next ??= process.env['__NEXT_PRIVATE_ORIGIN'] !== undefined)
}
