import type { ServerRequest, ServerResponse } from './server-span.js'

interface StreamFacts {
  readonly rstCode?: number | undefined
  readonly errored?: unknown
}
interface SocketFacts {
  readonly readableEnded?: boolean
  readonly errored?: { readonly code?: unknown } | null
}

/** What the socket says when the other side reset the connection, or is gone while we write. */
const peerErrors: ReadonlySet<unknown> = new Set(['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ECONNABORTED'])

/** RFC 9113: the caller of an HTTP/2 stream no longer wants it. */
const http2Cancel = 8

/**
 * Whether a response that closed before it was finished was given up by its caller. If not, this side broke it off: a
 * destroyed response, a broken pipeline, a server timeout.
 */
export function isCallersAbort(request: ServerRequest, response: ServerResponse): boolean {
  if (response.errored !== undefined && response.errored !== null) return isPeerError(response.errored)
  const stream = (request as { readonly stream?: StreamFacts }).stream
  if (stream?.rstCode !== undefined && stream.rstCode !== 0) return stream.rstCode === http2Cancel
  const socket = request.socket as SocketFacts | null | undefined
  if (socket === null || socket === undefined) return false
  return socket.readableEnded === true || isPeerError(socket.errored)
}

function isPeerError(error: unknown): boolean {
  return typeof error === 'object' && error !== null && peerErrors.has((error as { code?: unknown }).code)
}
