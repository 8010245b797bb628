import type { CallValue, Value } from '../facts.js'
import { splitName } from '../names.js'
import { boundedOwners, boundedWords, keyOwners, passingCalls, requestParts, requestWords, timestampCalls, unboundedWords, uniqueCalls, writtenWords } from '../words/bounds.js'
import { configurationWords } from '../words/carriers.js'
import { membersOf } from './masking.js'

/** Are the values of an expression few? `unknown` is no ground for a finding. */
export type Bound = 'bounded' | 'unbounded' | 'unknown'

/** Judges by type first, then by what the expression is, last by its name. */
export function boundOf(value: Value): Bound {
  const kind = value.type?.kind
  if (kind === 'boolean' || kind === 'literals' || kind === 'nullish') return 'bounded'
  switch (value.kind) {
    case 'literal':
      return 'bounded'
    case 'template':
    case 'concat':
      return worst(value.parts.map(boundOf))
    case 'union':
      return worst(withoutStandIns(membersOf(value)).map(boundOf))
    case 'reference': {
      const resolved = value.resolved === undefined ? 'unknown' : boundOf(value.resolved)
      if (resolved !== 'unknown') return resolved
      return isBelowBase(value.resolved) ? 'bounded' : boundOfName(value.path, value.root)
    }
    case 'parameter':
      return boundOfName([value.name, ...value.path], 'parameter')
    case 'call':
      return boundOfCall(value)
    case 'object':
    case 'array':
      return 'unknown'
    case 'unknown':
      return value.yields === 'boolean' || value.yields === 'string' ? 'bounded' : 'unknown'
  }
}

/** `${base}/orders`: a path below what was configured. */
function isBelowBase(value: Value | undefined): boolean {
  if (value?.kind !== 'template' || value.quasis[0] !== '' || value.quasis[1]?.startsWith('/') !== true) return false
  return value.parts.every((part, index) => index === 0 || boundOf(part) === 'bounded')
}

/**
 * `agent.name || agent.id`, `run.name ?? run.title`: what stands in where a thing has no name. Whoever gives names sees few of them.
 *
 * @param members in the order in which they are tried
 */
export function withoutStandIns(members: readonly Value[]): readonly Value[] {
  const [first, ...others] = members
  const name = first === undefined || others.length === 0 ? [] : wordsOf(first)
  // `req.routePath || req.path`, `matchedRoutes.map(…).pop() ?? req.path`: every request that is served has a route.
  const isRoute = (name.includes('route') && name.at(-1) !== 'name') || (first?.kind === 'call' && wordsOf(pickedFrom(first)).at(-1) === 'routes')
  if (first !== undefined && others.length > 0 && isRoute) return [first, ...others.filter((member) => !/^(?:path|pathname|url)$/.test(wordsOf(member).at(-1) ?? ''))]
  if (first === undefined || name.at(-1) !== 'name') return members
  const owner = name.at(-2)
  return [
    first,
    ...others.filter((member) => {
      const words = wordsOf(member)
      return !standInWords.has(words.at(-1) ?? '') || (words.at(-2) !== owner && words.at(-3) !== owner)
    }),
  ]
}

/** Last words of what a thing is called by where it has no name. */
const standInWords: ReadonlySet<string> = new Set(['id', 'identifier', 'key', 'slug', 'title'])

function wordsOf(value: Value): readonly string[] {
  if (value.kind === 'reference') return value.path.flatMap(splitName)
  if (value.kind === 'parameter') return [value.name, ...value.path].flatMap(splitName)
  return value.kind === 'call' ? value.callee.flatMap(splitName) : []
}

/** Is a value the path that a route is registered with: `'/orders/:id'`, `req.route.path`, `routePath`? */
export function isRoute(value: Value): boolean {
  if (value.kind === 'literal') return typeof value.value === 'string' && value.value.startsWith('/')
  if (value.kind === 'union') return withoutStandIns(membersOf(value)).every(isRoute)
  return (value.kind === 'reference' || value.kind === 'parameter') && wordsOf(value).includes('route') && boundOf(value) === 'bounded'
}

/** `routes` of `routes.map(…).filter(…).pop()` */
function pickedFrom(value: Value): Value {
  return value.kind === 'call' && value.receiver !== undefined ? pickedFrom(value.receiver) : value
}

function worst(bounds: readonly Bound[]): Bound {
  if (bounds.includes('unbounded')) return 'unbounded'
  return bounds.includes('unknown') ? 'unknown' : 'bounded'
}

function boundOfCall(call: CallValue): Bound {
  const name = call.callee.at(-1)?.toLowerCase()
  if (name === undefined) return 'unknown'
  if (uniqueCalls.has(name) || timestampCalls.has(name)) return 'unbounded'
  if (name === 'stringify') return 'unbounded'
  // `path.replace(ID, '/:id')`: what varies is taken out of it.
  if ((name === 'replace' || name === 'replaceall') && isPlaceholder(call.arguments[1])) return 'unknown'
  if (passingCalls.has(name)) {
    const inner = call.receiver ?? call.arguments[0]
    return inner === undefined ? 'unknown' : boundOf(inner)
  }
  const words = splitName(call.callee.at(-1) ?? '')
  const isGetter = words.length > 1 && (words[0] === 'get' || words[0] === 'generate')
  return isGetter ? boundOfName(words.slice(1), 'local') : 'unknown'
}

/** `:id`, `{id}`, `<id>`, `*`: what a route has where a value stood. */
function isPlaceholder(value: Value | undefined): boolean {
  return value?.kind === 'literal' && typeof value.value === 'string' && /[:*{<[]/.test(value.value)
}

/** What a name says of its values: `cacheKey`, `req.path` and `order.id` have no bound, `routePath` and `req.method` have. */
function boundOfName(path: readonly string[], root: string): Bound {
  const names = path.filter((segment) => segment !== '[]' && segment !== '' && !/^\d+$/.test(segment))
  const last = names.at(-1)
  if (last === undefined) return 'unknown'
  // `serialized.id[2]`: a part of something that is called in the singular is not that thing.
  if (path.at(-1) !== last && !last.endsWith('s') && !requestParts.has(last.toLowerCase())) return 'unknown'
  // A constant of another file.
  if (/^[A-Z][A-Z\d_]*$/.test(last) && (root === 'import' || root === 'local')) return 'bounded'
  // What the environment says is the same for as long as the process runs.
  if (names.includes('env')) return 'bounded'
  const words = splitName(last)
  const ending = words.at(-1) ?? ''
  // `req.headers['x-operation']`: a header of the house's own protocol, which has few of them.
  if (/^x-/i.test(last) && boundedWords.has(ending) && names.at(-2)?.toLowerCase() === 'headers') return 'bounded'
  // `req.params.id`: what its sender wrote, whatever it is called.
  if (names.slice(-3, -1).some((name, index, owners) => requestParts.has(name.toLowerCase()) && requestWords.has(splitName(owners[index - 1] ?? '').at(-1) ?? ''))) {
    return 'unbounded'
  }
  // Where a router is mounted; what a route was registered with: `request.routeOptions.url`, `req.route.path`.
  if (last === 'baseUrl' || (words.length === 1 && splitName(names.at(-2) ?? '').includes('route'))) return 'bounded'
  const before = words.at(-2) ?? splitName(names.at(-2) ?? '').at(-1) ?? ''
  // `gatewayConfig.url`: as many as were configured.
  if (words.length === 1 && /^(?:endpoint|host|uri|url)$/.test(ending) && /^(?:config|configuration|env|settings)$/.test(before)) return 'bounded'
  if (words.some((word) => boundedWords.has(word)) || (words.length === 1 && boundedWords.has(before) && ending === 'name')) return 'bounded'
  if (ending === 'key') return keyOwners.has(before) ? 'unbounded' : 'unknown'
  // `filePath`, `file.name`: as many as there are files.
  if (before === 'file' && (ending === 'name' || ending === 'path')) return 'unbounded'
  if (ending === 'path') return requestWords.has(before) ? 'unbounded' : 'unknown'
  if ((ending === 'id' || ending === 'identifier') && boundedOwners.has(before)) return 'bounded'
  // `options.message`: what the developer who wraps something calls it.
  if (writtenWords.has(ending) && words.length === 1 && configurationWords.has(before)) return 'unknown'
  return unboundedWords.has(ending) ? 'unbounded' : 'unknown'
}
