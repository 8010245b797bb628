import type { ExportProtocol } from '../options.js'

/** Where spans go, or why a given endpoint can't be used. */
export type EndpointResult =
  | { readonly url: URL; readonly authorization: string | null; readonly hint: string | null }
  | { readonly problem: string }

/**
 * Understands an OTLP endpoint. `base`: a base URL or `host:port`, to which `/v1/traces` is appended where it is missing;
 * `exact`: used as it stands (`OTEL_EXPORTER_OTLP_TRACES_ENDPOINT`).
 * Over gRPC only the origin counts, and `grpc://` and `grpcs://` are understood.
 * Credentials in the URL become an Authorization header and leave the URL.
 */
export function parseEndpoint(given: string | URL, form: 'base' | 'exact', protocol: ExportProtocol = 'http/protobuf'): EndpointResult {
  const trimmed = String(given).trim()
  if (trimmed === '') return { problem: 'is empty' }
  // gRPC's own schemes, as some documentation writes them; `new URL` would not let them have an origin.
  const text = protocol === 'grpc' ? trimmed.replace(/^grpc(s?):\/\//i, 'http$1://') : trimmed
  // `new URL('tempo:4318')` is a URL of the scheme `tempo:`: without `//` the text is a host.
  const hasScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(text)
  let url: URL
  try {
    url = new URL(hasScheme ? text : `http://${text}`)
  } catch {
    return { problem: 'is no URL and no host:port' }
  }
  if (url.protocol === 'grpc:') return { problem: 'is for gRPC; give the OTLP/HTTP port, usually 4318, or set OTEL_EXPORTER_OTLP_PROTOCOL=grpc' }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    return { problem: `has the scheme ${JSON.stringify(url.protocol.slice(0, 20))}; http: or https: is needed` }
  }
  let authorization: string | null = null
  if (url.username !== '' || url.password !== '') {
    const credentials = `${decode(url.username)}:${decode(url.password)}`
    authorization = `Basic ${Buffer.from(credentials).toString('base64')}`
    url.username = ''
    url.password = ''
  }
  url.hash = ''
  if (protocol === 'grpc') url.pathname = '/'
  else if (form === 'base' && !/\/v1\/traces\/?$/.test(url.pathname)) {
    url.pathname = `${url.pathname.replace(/\/+$/, '')}/v1/traces`
  }
  return { url, authorization, hint: portHints[protocol][url.port] ?? null }
}

const portHints: { readonly [P in ExportProtocol]: { readonly [port: string]: string } } = {
  'http/protobuf': {
    // https://grafana.com/docs/tempo/latest/configuration/network/ports/
    3200: 'port 3200 is where Tempo answers queries; it takes OTLP over HTTP on 4318',
    4317: 'port 4317 takes OTLP over gRPC; OTLP over HTTP is on 4318, or set OTEL_EXPORTER_OTLP_PROTOCOL=grpc',
    9095: 'port 9095 is Tempo\'s internal gRPC; it takes OTLP over HTTP on 4318',
  },
  grpc: {
    3200: 'port 3200 is where Tempo answers queries; it takes OTLP over gRPC on 4317',
    4318: 'port 4318 takes OTLP over HTTP; OTLP over gRPC is on 4317',
    9095: 'port 9095 is Tempo\'s internal gRPC; it takes OTLP over gRPC on 4317',
  },
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
