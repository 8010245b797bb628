/**
 * Paths that load balancers, orchestrators and scrapers ask for: Kubernetes' `healthz`, `livez`, `readyz`
 * (https://kubernetes.io/docs/reference/using-api/health-checks/), Spring's `actuator/health`, Prometheus' `metrics`,
 * gRPC's health service (https://grpc.io/docs/guides/health-checking/).
 */
export const healthRoutes: readonly string[] = [
  '/actuator/health',
  '/actuator/health/*',
  '/favicon.ico',
  '/grpc.health.v1.Health/*',
  '/health',
  '/healthcheck',
  '/healthz',
  '/livez',
  '/metrics',
  '/ready',
  '/readyz',
]

/**
 * Compiles route patterns to one question. A pattern is a path or `METHOD /path`; `*` at its end stands for anything
 * below, `*` or `:name` within it for one segment. The query is not looked at, a slash at the end makes no difference.
 */
export function compileRoutes(patterns: readonly string[]): (method: string, path: string) => boolean {
  /** The methods of a path; null for all. */
  const exact = new Map<string, Set<string> | null>()
  const expressions: { readonly method: string | null; readonly path: RegExp }[] = []
  for (const pattern of patterns) {
    const match = /^(?:([A-Za-z]+)\s+)?(\/.*)$/.exec(pattern.trim())
    if (match?.[2] === undefined) continue
    const method = match[1]?.toUpperCase() ?? null
    const path = withoutSlash(match[2])
    if (/[*:]/.test(path)) expressions.push({ method, path: pathExpression(path) })
    else if (method === null) exact.set(path, null)
    else if (exact.get(path) !== null) exact.set(path, (exact.get(path) ?? new Set()).add(method))
  }
  return (method, rawPath) => {
    const query = rawPath.indexOf('?')
    const path = withoutSlash(query < 0 ? rawPath : rawPath.slice(0, query))
    const methods = exact.get(path)
    if (methods === null || methods?.has(method) === true) return true
    for (const row of expressions) if ((row.method === null || row.method === method) && row.path.test(path)) return true
    return false
  }
}

function pathExpression(path: string): RegExp {
  const source = path
    .split('/')
    .map((segment, index, all) => {
      if (segment === '*') return index === all.length - 1 ? '.+' : '[^/]+'
      if (segment.startsWith(':')) return '[^/]+'
      return segment.split('*').map(escapeExpression).join('[^/]*')
    })
    .join('/')
  return new RegExp(`^${source}$`)
}

function escapeExpression(text: string): string {
  return text.replace(/[.+?^${}()|[\]\\]/g, '\\$&')
}

function withoutSlash(path: string): string {
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path
}
