/** The text of a route as a framework keeps it: a pattern, a regular expression, or undefined for none. */
export function routeText(route: unknown): string | undefined {
  if (typeof route === 'string') return route
  return route instanceof RegExp ? String(route) : undefined
}

/** `/orders/` and `/:id` are `/orders/:id`; an empty or root part adds nothing. */
export function joinRoute(prefix: string, route: string): string {
  const head = prefix.endsWith('/') ? prefix.slice(0, -1) : prefix
  if (route === '' || route === '/') return head === '' ? '/' : head
  return route.startsWith('/') || head === '' ? head + route : `${head}/${route}`
}

/**
 * Whether a path can have been matched by a route pattern, segment by segment: a segment with a parameter, a group or a
 * wildcard takes anything. Enough to choose between the patterns of one handler; it does not replace their router.
 */
export function routeMatches(route: string, path: string): boolean {
  const patterns = segments(route)
  const parts = segments(path)
  for (const [index, pattern] of patterns.entries()) {
    const part = parts[index]
    // A wildcard, or the braces of an optional part, which may go over several segments: what stands before them decides.
    const open = pattern.search(/[*{]/)
    if (open !== -1) return /[:(]/.test(pattern.slice(0, open)) || (part ?? '').startsWith(pattern.slice(0, open))
    if (part === undefined) return /[?(]/.test(pattern)
    if (!/[:(?]/.test(pattern) && pattern.toLowerCase() !== part.toLowerCase()) return false
  }
  return parts.length === patterns.length
}

function segments(path: string): string[] {
  return path.split('/').filter(segment => segment !== '')
}
