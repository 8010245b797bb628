export interface UrlParts {
  /** Lowercase; empty where the text has none (`collector:4317`). */
  readonly scheme: string
  readonly password: string | null
  readonly host: string
}

// A part that is known only at run time is written as NUL and can be in no host.
const URL_FORM = /^(?:([a-z][a-z\d+.-]*):\/\/)?(?:([^@/?#]*)@)?(\[[\da-f:.]+\]|[^:/?#@\s\0]+)(?=[:/?#]|$)/i

/** Scheme, password and host of an endpoint, or null where they are not all written out. Loads no URL parser. */
export function readUrl(text: string): UrlParts | null {
  const match = URL_FORM.exec(text)
  if (match === null) return null
  const [, scheme = '', user, host = ''] = match
  const password = user?.includes(':') === true ? user.slice(user.indexOf(':') + 1) : null
  return { scheme: scheme.toLowerCase(), password, host: host.toLowerCase() }
}

const LOCAL_SUFFIXES = ['.internal', '.local', '.localhost', '.svc'] as const

/** Namespaces that a cluster keeps for what watches it; none is a top-level domain (data.iana.org/TLD), nor is any name with a hyphen. */
const NAMESPACES: ReadonlySet<string> = new Set(['default', 'infra', 'jaeger', 'logging', 'monitoring', 'observability', 'opentelemetry', 'otel', 'telemetry', 'tempo', 'tracing'])

/** `collector.observability`, `collector.kube-system`: Kubernetes resolves a service by its name and namespace. */
function isInNamespace(host: string): boolean {
  const labels = host.split('.')
  const last = labels.at(-1) ?? ''
  return labels.length === 2 && (NAMESPACES.has(last) || (last.includes('-') && !last.startsWith('xn--')))
}

/**
 * Can a host be reached only over the open network? Loopback, private (RFC 1918, 4193, 6598), link-local and unspecified
 * addresses, single labels and names that never leave a cluster or a network are not.
 */
export function isPublicHost(written: string): boolean {
  const host = written.replace(/^\[|\]$/g, '').replace(/\.$/, '')
  if (host.includes(':')) return !/^(?:::1?$|f[cd]|fe[89ab])/.test(host.replace(/^::ffff:/, '::ffff:')) && !isLocalMapped(host)
  const octets = readIpv4(host)
  if (octets !== null) return !isLocalIpv4(octets)
  return host.includes('.') && !isInNamespace(host) && !LOCAL_SUFFIXES.some((suffix) => host.endsWith(suffix))
}

function isLocalMapped(host: string): boolean {
  const octets = host.startsWith('::ffff:') ? readIpv4(host.slice('::ffff:'.length)) : null
  return octets !== null && isLocalIpv4(octets)
}

function readIpv4(host: string): readonly number[] | null {
  if (!/^\d{1,3}(?:\.\d{1,3}){3}$/.test(host)) return null
  const octets = host.split('.').map(Number)
  return octets.every((octet) => octet < 256) ? octets : null
}

function isLocalIpv4([a = 0, b = 0]: readonly number[]): boolean {
  return (
    a === 0 ||
    a === 10 ||
    a === 127 ||
    (a === 100 && b >= 64 && b < 128) ||
    (a === 169 && b === 254) ||
    (a === 172 && b >= 16 && b < 32) ||
    (a === 192 && b === 168)
  )
}

const PLACEHOLDER =
  /^$|^[<{[%$].*[>}\]%]?$|^(?:bearer|basic|token|apikey|api-key)?\s*[<{[$%*]|\b(?:your|my|insert|replace|change|dummy|example|placeholder|secret here|todo|fake|none)(?:\b|[_-])|x{3,}|\*{3,}|\.{3}|…/i

/** Is a value what documentation writes where a secret belongs (`<your-api-key>`, `xxx`), or too short to be one? */
export function isPlaceholder(text: string): boolean {
  return text.trim().length < 6 || PLACEHOLDER.test(text.trim())
}
