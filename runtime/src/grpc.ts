import type { Interceptor, ServerInterceptor } from '@grpc/grpc-js'
import { interceptClientCall } from './grpc/client.js'
import { interceptServerCall } from './grpc/server.js'

/**
 * Server interceptor for `@grpc/grpc-js` (1.10 and later): one SERVER span for each call, unary and streaming, called
 * `package.Service/Method`. The first of the server's interceptors: `new Server({ interceptors: [tracingServerInterceptor()] })`.
 *
 * The span is active in the handler and in the events of its call, and ends with the status that the caller gets.
 * A handler that instrumentation-grpc has wrapped keeps that span. Metadata and messages are never recorded.
 */
export function tracingServerInterceptor(): ServerInterceptor {
  return interceptServerCall as unknown as ServerInterceptor
}

/**
 * Client interceptor for `@grpc/grpc-js`: one CLIENT span for each call, whatever attempts it takes, and the trace context in
 * its metadata where `propagateTo` lets it go. The first of the client's interceptors:
 * `new OrdersClient(address, credentials, { interceptors: [tracingClientInterceptor()] })`.
 *
 * Callbacks and stream events run in the caller's context. A call that instrumentation-grpc traces keeps that span.
 */
export function tracingClientInterceptor(): Interceptor {
  return interceptClientCall as unknown as Interceptor
}
