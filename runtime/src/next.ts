import path from 'node:path'
import { registerTracing } from './setup/register-tracing.js'
import { captureError } from './spans/capture-error.js'

/** What is read of what Next tells `onRequestError`; structural, so that the types of next need not be installed. */
export interface NextErrorContext {
  /** `Pages Router` or `App Router`. */
  readonly routerKind: string
  /** `/app/orders/[id]/route`. */
  readonly routePath: string
  /** `render`, `route`, `action`, `proxy`. */
  readonly routeType: string
}

/**
 * `instrumentation.ts` of a Next.js app (15 and 16) in one line: `export { onRequestError, register } from '@spanguard/runtime/next'`.
 *
 * Sets tracing up as `@spanguard/runtime/register` does, by the environment alone and with the policy that lies beside the app's
 * package.json. Next itself makes the SERVER span of each request, with its route; its own spans of `fetch` are switched off,
 * since the runtime's clients make one for each request that goes out. On the edge runtime it does nothing.
 */
export function register(): void {
  if (process.env['NEXT_RUNTIME'] === 'edge') return
  process.env['NEXT_OTEL_FETCH_DISABLED'] ??= '1'
  // Next's own program is what was started.
  registerTracing(path.join(process.cwd(), 'package.json'))
}

/** Next's hook for errors of route handlers, server actions and rendering: the active span fails with `error.type` and an exception event. */
export function onRequestError(error: unknown, _request: unknown, _context: NextErrorContext): void {
  captureError(error)
}
