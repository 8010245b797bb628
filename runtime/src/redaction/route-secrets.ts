/** A segment that a route calls by a sensitive name: `/reset/:token`, `/users/{email}`. */
export interface SecretSegment {
  /** Counted from the end, since a route may be mounted below a prefix that it does not know. */
  readonly fromEnd: number
  /** Counted from the start, for routes in which something takes any number of segments. */
  readonly fromStart: number
  /** The literal segment before it, which finds it where counting cannot. */
  readonly after: string | null
  /** It takes any number of segments itself (`*token`, `[...token]`). */
  readonly isRest: boolean
}

/** What of a route is secret. `isOpen`: something in it takes any number of segments, so that counting may go wrong. */
export interface RouteSecrets {
  readonly segments: readonly SecretSegment[]
  readonly isOpen: boolean
}

const none: RouteSecrets = { segments: [], isOpen: false }

/** Finds the segments of a route whose parameter has a sensitive name, in the forms of all frameworks: `:a`, `{a}`, `[a]`, `*a`. */
export function findRouteSecrets(route: string, isSensitive: (name: string) => boolean): RouteSecrets {
  const parts = splitPath(route)
  const segments = parts.flatMap((part, index): SecretSegment[] => {
    const names = [...part.matchAll(/[:*{[](?:\.{3})?([A-Za-z_]\w*)/g)].map(match => match[1] ?? '')
    if (!names.some(isSensitive)) return []
    const before = parts[index - 1] ?? ''
    const after = before === '' || /[:*{}[\]()]/.test(before) ? null : before.toLowerCase()
    return [{ fromEnd: parts.length - 1 - index, fromStart: index, after, isRest: takesMany(part) }]
  })
  return segments.length === 0 ? none : { segments, isOpen: parts.some(takesMany) }
}

function takesMany(part: string): boolean {
  return /[*+]|\.{3}/.test(part)
}

/** The path, or URL without query, with the route's secret segments replaced. In doubt one too many. */
export function maskRouteSecrets(path: string, { segments, isOpen }: RouteSecrets): string {
  const parts = path.split('/')
  // `https:`, ``, `host`: the path of a URL begins behind these.
  const first = /^[a-z][a-z\d+.-]*:$/i.test(parts[0] ?? '') && parts[1] === '' ? 2 : 0
  let last = parts.length - 1
  // Routers take `/reset/abc/` for `/reset/abc`.
  while (last > first && parts[last] === '') last--
  const mask = (from: number, to: number): void => {
    for (let index = Math.max(from, first + 1); index <= Math.min(to, last); index++) parts[index] = '[REDACTED]'
  }
  const original = parts.map(part => part.toLowerCase())
  for (const { fromEnd, fromStart, after, isRest } of segments) {
    const end = last - fromEnd
    mask(end, end)
    if (!isOpen) continue
    const starts = [first + fromStart, ...original.flatMap((part, index) => (after !== null && index > first && part === after ? [index + 1] : []))]
    for (const start of starts) mask(start, isRest ? end : start)
  }
  return parts.join('/')
}

function splitPath(route: string): string[] {
  return route.length > 1 && route.endsWith('/') ? route.slice(0, -1).split('/') : route.split('/')
}
