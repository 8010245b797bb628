/** The parts of a layer that tell the pattern it is mounted at; which of them exist depends on Express's version. */
interface MountLayer {
  /** Express 4. */
  readonly regexp?: RegExp & { readonly fast_slash?: boolean }
  readonly keys?: readonly { readonly name: unknown }[]
  /** Express 5. */
  readonly slash?: boolean
  readonly matchers?: readonly ((path: string) => false | { readonly path: string; readonly params: Readonly<Record<string, unknown>> })[]
  /** Express 5 with `router` 2.3 or later: what the mount was declared with. */
  readonly rawPath?: unknown
}

/** More spellings of one mount than this are a regular expression or a caller who varies the case. */
const spellings = 32

const indexed = new WeakMap<object, RegExp>()
const spelled = new WeakMap<object, Map<string, string>>()

/** Whether a layer is mounted at the root, as plain middleware is. */
export function isRootMount(layer: object): boolean {
  const { regexp, slash } = layer as MountLayer
  return slash === true || regexp?.fast_slash === true
}

/**
 * The pattern of a mount, from a path that it matched: `/tenants/:tenant` from `/tenants/acme`. Null when the layer does
 * not match the whole of the path, or is of no known shape.
 */
export function getMountPattern(layer: object, path: string): string | null {
  const mount = layer as MountLayer
  if (mount.regexp instanceof RegExp) return fromExpression(mount, mount.regexp, path)
  return Array.isArray(mount.matchers) ? fromMatchers(mount, path) : null
}

/** Express 4 keeps only the expression that the pattern became; where its groups matched, the parameters stand. */
function fromExpression(layer: MountLayer, regexp: RegExp, path: string): string | null {
  let expression = indexed.get(layer)
  if (expression === undefined) {
    expression = new RegExp(regexp.source, `${regexp.flags.replace(/[dg]/g, '')}d`)
    indexed.set(layer, expression)
  }
  const match = expression.exec(path)
  if (match === null || !isWhole(match[0], path)) return null
  const parameters: { start: number; end: number; name: unknown }[] = []
  for (const [index, { name }] of (layer.keys ?? []).entries()) {
    const range = match.indices?.[index + 1]
    if (range !== undefined) parameters.push({ start: range[0], end: range[1], name })
  }
  return canonical(layer, withParameters(path, parameters))
}

/**
 * Express 5. Before `router` 2.3 only functions are kept, so the parameters are found by their values, and a placement is
 * right when the pattern that it gives, taken as a path, has the placeholders as its parameters.
 */
function fromMatchers(layer: MountLayer, path: string): string | null {
  for (const [index, matcher] of (layer.matchers ?? []).entries()) {
    const match = matcher(path)
    if (match === false || !isWhole(match.path, path)) continue
    const declared: unknown = Array.isArray(layer.rawPath) ? (layer.rawPath as unknown[]).flat(Infinity)[index] : layer.rawPath
    if (typeof declared === 'string') return declared
    if (declared instanceof RegExp) return String(declared)
    return canonical(layer, findPlacement(path, Object.entries(match.params), matcher) ?? '*')
  }
  return null
}

type Matcher = NonNullable<MountLayer['matchers']>[number]

function findPlacement(path: string, parameters: readonly (readonly [string, unknown])[], matcher: Matcher): string | null {
  const placed = (text: string, from: number, rest: readonly (readonly [string, unknown])[]): string | null => {
    const [first, ...others] = rest
    if (first === undefined) return hasPlaceholders(text, parameters, matcher) ? text : null
    const [name, value] = first
    for (const written of writings(value)) {
      for (let at = text.indexOf(written, from); at !== -1; at = text.indexOf(written, at + 1)) {
        const candidate = `${text.slice(0, at)}:${name}${text.slice(at + written.length)}`
        const found = placed(candidate, at + name.length + 1, others)
        if (found !== null) return found
      }
    }
    return null
  }
  return placed(path, 0, parameters)
}

function hasPlaceholders(text: string, parameters: readonly (readonly [string, unknown])[], matcher: Matcher): boolean {
  const match = matcher(text)
  return match !== false && parameters.every(([name]) => String(match.params[name]) === `:${name}`)
}

/** A parameter's value as it may stand in the path: as it is, or encoded. */
function writings(value: unknown): string[] {
  const texts = Array.isArray(value) ? [value.map(String).join('/')] : typeof value === 'string' ? [value] : []
  return texts.flatMap(text => [text, encodeURIComponent(text)]).filter(text => text !== '')
}

function withParameters(path: string, parameters: readonly { start: number; end: number; name: unknown }[]): string {
  let pattern = ''
  let from = 0
  for (const { start, end, name } of parameters) {
    if (start < from) continue
    pattern += path.slice(from, start) + (typeof name === 'string' ? `:${name}` : '*')
    from = end
  }
  return pattern + path.slice(from)
}

/** One spelling for each pattern, since routers ignore case and a caller could otherwise make routes. */
function canonical(layer: object, pattern: string): string {
  const known = spelled.get(layer) ?? new Map<string, string>()
  if (known.size === 0) spelled.set(layer, known)
  const lower = pattern.toLowerCase()
  const spelling = known.get(lower)
  if (spelling !== undefined) return spelling
  if (known.size >= spellings) return '/*'
  known.set(lower, pattern)
  return pattern
}

function isWhole(matched: string, path: string): boolean {
  return matched === path || matched === `${path}/`
}
