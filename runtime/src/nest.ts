import { type DynamicModule, Inject, Module, type NestInterceptor, Optional } from '@nestjs/common'
import { APP_INTERCEPTOR, HttpAdapterHost } from '@nestjs/core'
import { tap } from 'rxjs'
import { expressTracing } from './express.js'
import { fastifyTracing } from './fastify.js'
import { getServerSpan, type MiddlewareOptions, noteFailure } from './middleware/server-span.js'

export type { MiddlewareOptions } from './middleware/server-span.js'

/** What is used of Nest's adapters, whose own types need the packages of both platforms. */
interface Adapter {
  getType(): string
  getInstance(): unknown
}
interface ExpressApp {
  use(handler: ReturnType<typeof expressTracing>): unknown
}

/** Where the options of `TracingModule.forRoot` are injected from. */
const optionsToken = Symbol('spanguard.nest.options')

/**
 * Nest module that traces an app on the express or the fastify adapter: one SERVER span per request, named by the
 * controller's route with prefixes and versions. Import it in the root module, as it is or by `forRoot(options)`.
 */
// eslint-disable-next-line @typescript-eslint/no-extraneous-class -- what Nest calls a module is a class
export class TracingModule {
  /** Nest makes modules when the adapter is there and body parsers and routes are not: the middleware goes in between. */
  constructor(host: HttpAdapterHost, options: MiddlewareOptions | undefined) {
    // An application context or a microservice serves no HTTP.
    const adapter = (host as { readonly httpAdapter?: Adapter }).httpAdapter
    if (adapter !== undefined) traceAdapter(adapter, options ?? {})
  }

  /** The module with options. */
  static forRoot(options: MiddlewareOptions): DynamicModule {
    return { module: TracingModule, providers: [{ provide: optionsToken, useValue: options }] }
  }
}

/** Nest's exception filters answer inside of the route, so the adapter's own error hooks never see what was thrown. */
const noteErrors: NestInterceptor = {
  intercept(execution, next) {
    if (execution.getType() !== 'http') return next.handle()
    const request: { readonly raw?: object } = execution.switchToHttp().getRequest()
    const server = getServerSpan(request.raw ?? request)
    if (server === null) return next.handle()
    return next.handle().pipe(tap({ error: (error: unknown) => { noteFailure(server, error) } }))
  },
}

// As functions: decorator syntax would make the build depend on experimental compiler options.
Inject(HttpAdapterHost)(TracingModule, undefined, 0)
Inject(optionsToken)(TracingModule, undefined, 1)
Optional()(TracingModule, undefined, 1)
Module({ providers: [{ provide: APP_INTERCEPTOR, useValue: noteErrors }] })(TracingModule)

function traceAdapter(adapter: Adapter, options: MiddlewareOptions): void {
  const instance = adapter.getInstance()
  if (adapter.getType() === 'fastify') fastifyTracing(instance, options, () => {})
  else (instance as ExpressApp).use(expressTracing(options))
}
