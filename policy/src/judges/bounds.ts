import type { CallValue, Value } from '../facts.js'
import { splitName } from '../names.js'
import { boundedWords, keyOwners, passingCalls, requestWords, unboundedWords, uniqueCalls } from '../words/bounds.js'

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
      return worst(value.of.map(boundOf))
    case 'reference': {
      const resolved = value.resolved === undefined ? 'unknown' : boundOf(value.resolved)
      return resolved === 'unknown' ? boundOfName(value.path, value.root) : resolved
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

function worst(bounds: readonly Bound[]): Bound {
  if (bounds.includes('unbounded')) return 'unbounded'
  return bounds.includes('unknown') ? 'unknown' : 'bounded'
}

function boundOfCall(call: CallValue): Bound {
  const name = call.callee.at(-1)?.toLowerCase()
  if (name === undefined) return 'unknown'
  if (uniqueCalls.has(name)) return 'unbounded'
  if (name === 'stringify') return 'unbounded'
  if (passingCalls.has(name)) {
    const inner = call.receiver ?? call.arguments[0]
    return inner === undefined ? 'unknown' : boundOf(inner)
  }
  const words = splitName(call.callee.at(-1) ?? '')
  const isGetter = words.length > 1 && (words[0] === 'get' || words[0] === 'generate')
  return isGetter ? boundOfName(words.slice(1), 'local') : 'unknown'
}

/** What a name says of its values: `cacheKey`, `req.path` and `order.id` have no bound, `routePath` and `req.method` have. */
function boundOfName(path: readonly string[], root: string): Bound {
  const names = path.filter((segment) => segment !== '[]' && segment !== '')
  const last = names.at(-1)
  if (last === undefined) return 'unknown'
  // A constant of another file.
  if (/^[A-Z][A-Z\d_]*$/.test(last) && (root === 'import' || root === 'local')) return 'bounded'
  const words = names.slice(-2).flatMap(splitName)
  const ending = splitName(last).at(-1) ?? ''
  if (words.some((word) => boundedWords.has(word))) return 'bounded'
  const before = words.at(-2) ?? ''
  if (ending === 'key') return keyOwners.has(before) ? 'unbounded' : 'unknown'
  if (ending === 'path') return requestWords.has(before) ? 'unbounded' : 'unknown'
  return unboundedWords.has(ending) ? 'unbounded' : 'unknown'
}
