import type { IncomingHeaders } from './attributes.js'

type Write = (this: WritableSocket, ...args: unknown[]) => unknown
interface WritableSocket {
  write: Write
  end: Write
}

/** Whether a request asks to leave HTTP (WebSocket). */
export function isUpgrade(request: { readonly headers: IncomingHeaders }): boolean {
  return request.headers['upgrade'] !== undefined
}

/**
 * Tells the status of an answer that is written to the socket itself, as WebSocket servers do: the HTTP exchange is over
 * with it, long before the connection is. Watches until the first write and then leaves the socket as it was.
 */
export function watchUpgrade(socket: unknown, answered: (status: number) => void): void {
  if (!isWritable(socket)) return
  const watched = (method: Write, args: unknown[]): unknown => {
    for (const undo of restore) undo()
    const result = method.apply(socket, args)
    const status = statusOf(args[0])
    if (status !== null) answered(status)
    return result
  }
  const restore = [replace(socket, 'write', watched), replace(socket, 'end', watched)]
}

/** Puts a function before a method and returns what takes it away again; a method that was inherited is inherited again. */
function replace(
  socket: WritableSocket,
  name: 'write' | 'end',
  before: (method: Write, args: unknown[]) => unknown,
): () => void {
  const own = Object.getOwnPropertyDescriptor(socket, name)
  const method = socket[name]
  socket[name] = (...args) => before(method, args)
  return () => {
    if (own === undefined) Reflect.deleteProperty(socket, name)
    else Object.defineProperty(socket, name, own)
  }
}

function isWritable(socket: unknown): socket is WritableSocket {
  if (typeof socket !== 'object' || socket === null) return false
  const { write, end } = socket as Partial<WritableSocket>
  return typeof write === 'function' && typeof end === 'function'
}

/** Of `HTTP/1.1 101 Switching Protocols`. */
function statusOf(chunk: unknown): number | null {
  const head =
    typeof chunk === 'string'
      ? chunk.slice(0, 12)
      : chunk instanceof Uint8Array
        ? String.fromCharCode(...chunk.subarray(0, 12))
        : ''
  const status = /^HTTP\/1\.[01] (\d{3})$/.exec(head)?.[1]
  return status === undefined ? null : Number(status)
}
