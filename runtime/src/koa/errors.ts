import { getServerSpan, noteFailure } from '../middleware/server-span.js'

/** Koa's application as an emitter of `error`. */
export interface KoaApp {
  on(event: 'error', listener: (error: unknown, ctx?: { readonly req?: object }) => void): unknown
}

const listened = new WeakSet<KoaApp>()

/**
 * Hears what the tracing middleware cannot catch: errors of response streams, and errors that an inner middleware
 * answered and reported by `ctx.app.emit('error', error, ctx)`. Added with the first request, when Koa has long decided
 * whether to add its own listener.
 */
export function noteAppErrors(app: KoaApp): void {
  if (listened.has(app)) return
  listened.add(app)
  app.on('error', (error, ctx) => {
    const server = ctx?.req === undefined ? null : getServerSpan(ctx.req)
    if (server !== null) noteFailure(server, error)
  })
}
