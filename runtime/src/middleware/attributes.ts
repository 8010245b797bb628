import type { Attributes } from '@opentelemetry/api'

/** What the middleware reads of a request, whatever server took it: node:http, http2's compatibility API, or fetch. */
export interface IncomingParts {
  readonly method: string
  /** Path with query, or an absolute URL as proxies send it. */
  readonly url: string
  readonly headers: IncomingHeaders
  readonly scheme: 'http' | 'https'
  /** `1.1`, `2.0`; empty when the server does not say. */
  readonly httpVersion: string
}

export type IncomingHeaders = Readonly<Record<string, string | readonly string[] | undefined>>

/** RFC 9110, PATCH (RFC 5789) and QUERY: the methods that the HTTP semantic conventions call known. */
const knownMethods: ReadonlySet<string> = new Set([
  'CONNECT',
  'DELETE',
  'GET',
  'HEAD',
  'OPTIONS',
  'PATCH',
  'POST',
  'PUT',
  'QUERY',
  'TRACE',
])

/** The conventions leave the length open; agents send up to kilobytes, and 256 characters tell every real one apart. */
const userAgentLength = 256

/** A host name in a Host header is not longer (RFC 1035). */
const hostLength = 253

/** `GET`; `HTTP` for a method that the conventions do not know, so that a caller cannot make names. */
export function spanMethod(method: string): string {
  return knownMethods.has(method) ? method : 'HTTP'
}

/**
 * The attributes of a SERVER span when it starts, by the HTTP semantic conventions 1.23 and later. No query, no `client.*`:
 * who called is personal data and what was asked for may hold secrets.
 */
export function serverAttributes(parts: IncomingParts): Attributes {
  const { headers } = parts
  const isKnown = knownMethods.has(parts.method)
  const attributes: Attributes = {
    'http.request.method': isKnown ? parts.method : '_OTHER',
    'url.path': pathOf(parts.url),
    'url.scheme': parts.scheme,
  }
  const host = hostOf(headers['host'] ?? headers[':authority'])
  if (host !== null) {
    attributes['server.address'] = host.address
    attributes['server.port'] = host.port ?? (parts.scheme === 'https' ? 443 : 80)
  }
  const version = parts.httpVersion === '2.0' ? '2' : parts.httpVersion
  if (version !== '') attributes['network.protocol.version'] = version
  const agent = headers['user-agent']
  if (typeof agent === 'string') {
    attributes['user_agent.original'] = agent.length > userAgentLength ? agent.slice(0, userAgentLength) : agent
  }
  if (!isKnown) attributes['http.request.method_original'] = parts.method
  return attributes
}

/** Without query and fragment; of an absolute URL only its path. */
export function pathOf(url: string): string {
  const query = url.indexOf('?')
  const known = query === -1 ? url : url.slice(0, query)
  const fragment = known.indexOf('#')
  const path = fragment === -1 ? known : known.slice(0, fragment)
  if (path.startsWith('/') || path === '*') return path
  const authority = path.indexOf('://')
  if (authority === -1) return path
  const slash = path.indexOf('/', authority + 3)
  return slash === -1 ? '/' : path.slice(slash)
}

interface Host {
  readonly address: string
  readonly port: number | null
}

/** A server is called by one name, as a rule. */
let lastHost: { readonly header: string; readonly host: Host | null } = { header: '', host: null }

/** Address and port of a Host header or an `:authority`; null when it is neither. */
export function hostOf(header: unknown): Host | null {
  if (typeof header !== 'string') return null
  if (header !== lastHost.header) lastHost = { header, host: parseHost(header) }
  return lastHost.host
}

function parseHost(host: string): Host | null {
  // The last colon, unless it stands inside the brackets of an IPv6 address.
  const colon = host.lastIndexOf(':')
  const hasPort = colon > host.lastIndexOf(']')
  const name = hasPort ? host.slice(0, colon) : host
  const address = name.startsWith('[') && name.endsWith(']') ? name.slice(1, -1) : name
  if (address === '' || address.length > hostLength) return null
  const port = hasPort ? Number(host.slice(colon + 1)) : Number.NaN
  return { address, port: Number.isInteger(port) && port > 0 && port <= 65_535 ? port : null }
}
