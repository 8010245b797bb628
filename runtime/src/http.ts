import type { IncomingMessage, ServerResponse } from 'node:http'
import { runIn } from './context/run.js'
import { endServerSpan, type MiddlewareOptions, noteFailure, type ServerSpan, serverSpan } from './middleware/server-span.js'
import { upgradeSpan } from './middleware/upgrade-span.js'

export type { MiddlewareOptions } from './middleware/server-span.js'

/**
 * Wraps a request listener of `node:http`, `node:https` or `node:http2` so that each request has one SERVER span, active in the
 * handler, in what it awaits, and in the listeners of request and response. Also wraps a listener of `upgrade`: that
 * span ends with the answer to the upgrade, not with the connection.
 *
 * The handler's errors are recorded and go on as they would without the wrapper: thrown ones to `uncaughtException`,
 * rejected ones to `unhandledRejection` or, with `captureRejections`, to the server.
 * @param handler a request listener, or a listener of `upgrade`, whose second argument is the socket; its parameters take
 * their types from where the result goes (`createServer`, `server.on`), else they are those of `node:http`
 * @returns a listener of the same shape
 */
export function traceHandler<
  Request extends object = IncomingMessage,
  Response extends object = ServerResponse,
  Rest extends unknown[] = [],
  Result = unknown,
>(
  handler: (request: Request, response: Response, ...rest: Rest) => Result,
  options: MiddlewareOptions = {},
): (request: Request, response: Response, ...rest: Rest) => Result {
  function traced(this: unknown, request: IncomingMessage, target: ServerResponse, ...rest: unknown[]): unknown {
    const server = isResponse(target) ? serverSpan(request, target, options) : upgradeSpan(request, target)
    let result: unknown
    try {
      // The types of request and response are the caller's; here they are only handed through.
      result = runIn(server.context, handler as unknown as (...args: unknown[]) => unknown, this, request, target, ...rest)
    } catch (error) {
      // Nobody can answer this request any more, and the process is probably about to end.
      noteFailure(server, error)
      endServerSpan(server, null, false)
      throw error
    }
    return isPromise(result) ? result.then(undefined, (error: unknown) => rejected(server, target, error)) : result
  }
  return traced as unknown as (request: Request, response: Response, ...rest: Rest) => Result
}

/** Rejects again, with the same reason, so that the rejection is handled by whom it would be without the wrapper. */
function rejected(server: ServerSpan, target: ServerResponse, error: unknown): never {
  noteFailure(server, error)
  // `captureRejections` answers with 500 in a tick that is queued after this one; without it the process may end
  // before the response closes, and the span of the request that ended it would be lost.
  process.nextTick(() => {
    process.nextTick(() => {
      if (!isResponse(target) || !(target.headersSent || target.writableEnded)) endServerSpan(server, null, false)
    })
  })
  throw error
}

function isResponse(target: { readonly setHeader?: unknown }): target is ServerResponse {
  return typeof target.setHeader === 'function'
}

function isPromise(value: unknown): value is Promise<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
}
