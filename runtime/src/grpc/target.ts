import { type Target, toTarget } from '../clients/targets.js'

/** Where a channel leads to. */
export interface Destination {
  /** A host name, an address, or the path of a socket. */
  readonly address: string
  /** Null where the target names none, and for sockets. */
  readonly port: number | null
  /** As `propagateTo` is asked about it; null for what never leaves the machine. */
  readonly target: Target | null
}

/** What is read of a call before it is started; behind grpc-js' proxy support the channel's own target is the proxy. */
interface Call {
  getPeer(): string
  readonly nextCall?: Call
  readonly call?: { readonly channel?: { readonly options?: Readonly<Record<string, unknown>> } }
}

/** Of a call that is not started yet: then its peer is still the channel's target (`dns:orders:50051`). */
export function destinationOf(given: Call): Destination | null {
  let call = given
  while (call.nextCall !== undefined) call = call.nextCall
  const proxied = call.call?.channel?.options?.['grpc.http_connect_target']
  return parseOnce(typeof proxied === 'string' ? proxied : given.getPeer())
}

/** `127.0.0.1` and 50051 of the peer of a call that is over; null when it never had one. */
export function parsePeer(peer: string): { readonly address: string; readonly port: number | null } | null {
  if (peer !== lastPeer.text) lastPeer = { text: peer, peer: parseAddress(peer) }
  return lastPeer.peer
}

/** A service talks to few others. */
const destinations = new Map<string, Destination | null>()
const maxDestinations = 200
/** Calls go to one peer after the other, most often the same. */
let lastPeer: { readonly text: string; readonly peer: ReturnType<typeof parsePeer> } = { text: '', peer: null }

function parseOnce(text: string): Destination | null {
  let destination = destinations.get(text)
  if (destination === undefined) {
    destination = parseTarget(text)
    if (destinations.size >= maxDestinations) destinations.clear()
    destinations.set(text, destination)
  }
  return destination
}

/** `dns:///orders:50051`, `ipv4:10.0.0.1:50051,10.0.0.2:50051`, `unix:/run/orders.sock`. https://github.com/grpc/grpc/blob/master/doc/naming.md */
export function parseTarget(text: string): Destination | null {
  const [, scheme, path] = /^(?:([A-Za-z][A-Za-z0-9+.-]*):(?!\d+$))?(?:\/\/[^/]*\/)?(.+)$/.exec(text) ?? []
  if (path === undefined) return null
  if (scheme === 'unix' || scheme === 'unix-abstract') return { address: path, port: null, target: null }
  if (scheme !== undefined && scheme !== 'dns' && scheme !== 'ipv4' && scheme !== 'ipv6') return null
  const host = splitPort(path.split(',', 1)[0] ?? '')
  // gRPC to a third party is gRPC over TLS.
  return host === null ? null : { ...host, target: toTarget('https:', host.address, host.port ?? 443) }
}

function splitPort(text: string): { readonly address: string; readonly port: number | null } | null {
  const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:[\]]+))(?::(\d+))?$/.exec(text) ?? []
  const address = bracketed ?? plain
  if (address !== undefined) return { address, port: port === undefined ? null : Number(port) }
  // An IPv6 address without brackets has no port.
  return /^[\da-f:.]+$/i.test(text) ? { address: text, port: null } : null
}

/** Only addresses: before there is a connection a call's peer is its target. */
function parseAddress(peer: string): ReturnType<typeof parsePeer> {
  const host = splitPort(peer)
  return host !== null && /^(?:\d+(?:\.\d+){3}|[\da-f.]*:[\da-f:.]*)$/i.test(host.address) ? host : null
}
