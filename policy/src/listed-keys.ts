import type { Policy } from './config.js'
import { compileKeyPatterns } from './key-patterns.js'
import { splitName } from './names.js'
import { findNearest } from './nearest.js'
import { deprecatedKeys } from './semconv/deprecated.js'
import { conventionalKeys } from './semconv/keys.js'

/** Spanguard's own keys, which its runtime writes and its rules ask for. */
const OWN_KEYS: readonly string[] = ['error.stage', 'sampling.kept', 'spanguard.policy.hash']

interface Conventions {
  readonly keys: ReadonlySet<string>
  /** By the name that a constant of the package has behind `ATTR_`: `HTTP_ROUTE`. */
  readonly byConstant: ReadonlyMap<string, string>
  /** The same of the constants of line 1.7, which had the older of two keys of one name: `MESSAGING_MESSAGE_ID`. */
  readonly byOlderConstant: ReadonlyMap<string, string>
}

let conventions: Conventions | null = null

/** Read on first use: a service that only redacts never asks. */
function getConventions(): Conventions {
  if (conventions !== null) return conventions
  const current = conventionalKeys.split(' ')
  const replaced = Object.keys(deprecatedKeys)
  const named = (keys: readonly string[]): ReadonlyMap<string, string> => new Map(keys.map((key) => [toConstant(key), key]))
  conventions = { keys: new Set([...current, ...OWN_KEYS]), byConstant: named([...replaced, ...current]), byOlderConstant: named([...current, ...replaced]) }
  return conventions
}

function toConstant(key: string): string {
  return key.replace(/\.\*$/, '').replace(/[^A-Za-z0-9]+/g, '_').toUpperCase()
}

const compiled = new WeakMap<Policy, { readonly allows: (key: string) => boolean; readonly denies: (key: string) => boolean }>()

function compile(policy: Policy): { readonly allows: (key: string) => boolean; readonly denies: (key: string) => boolean } {
  const known = compiled.get(policy)
  if (known !== undefined) return known
  const made = { allows: compileKeyPatterns(policy.attributes.allow), denies: compileKeyPatterns(policy.attributes.deny) }
  compiled.set(policy, made)
  return made
}

/** Does the policy's own `attributes.deny` take this key out? */
export function isDeniedKey(key: string, policy: Policy): boolean {
  return compile(policy).denies(key)
}

/** Is a key in the semantic conventions (and not replaced there) or in the policy's allow-list, and not denied by it? */
export function isListedKey(key: string, policy: Policy): boolean {
  const { allows, denies } = compile(policy)
  if (denies(key)) return false
  return isConventionalKey(key) || allows(key)
}

/** Is a key in the semantic conventions, and not replaced there, or one of Spanguard's own? */
export function isConventionalKey(key: string): boolean {
  const { keys } = getConventions()
  if (keys.has(key)) return true
  // `http.request.header.*`
  for (let dot = key.lastIndexOf('.'); dot > 0; dot = key.lastIndexOf('.', dot - 1)) {
    if (keys.has(`${key.slice(0, dot)}.*`)) return true
  }
  return false
}

/** More edits than these make another word: `invoice.id` is no `device.id`. */
const SLIPS = 2

/**
 * The listed key that somebody most likely meant: of the same words, else with the fewest edits; the policy's own before the
 * conventions'. Null when nothing is near.
 */
export function nearestListedKey(key: string, policy: Policy): string | null {
  const words = splitName(key).join('.')
  for (const keys of [policy.attributes.allow, getConventions().keys]) {
    const written = [...keys].filter((each) => !each.endsWith('*') && !isDeniedKey(each, policy))
    const same = written.find((each) => splitName(each).join('.') === words)
    const nearest = same ?? findNearest(key, written.filter((each) => begins(each, key)), SLIPS)
    if (nearest !== null) return nearest
  }
  return null
}

/** A slip of the pen seldom stands in the first letter, nor in a word of two or three: `tool.name` is no `pool.name`, `ai.model` no `hw.model`. */
function begins(listed: string, key: string): boolean {
  const [first = ''] = key.split(/[._]/)
  return first.length > 3 ? listed.startsWith(first.slice(0, 1)) : listed.startsWith(first)
}

/**
 * What the semantic conventions say to write instead of a key: one key, or the several in words, those in quotes. Null for
 * keys that are not replaced. Source: the `@deprecated` texts of `@opentelemetry/semantic-conventions`.
 */
export function replacementOf(key: string): { readonly key: string | null; readonly text: string } | null {
  const exact = Object.hasOwn(deprecatedKeys, key) ? deprecatedKeys[key] : undefined
  if (exact !== undefined) return exact.includes('"') ? { key: null, text: exact } : { key: exact, text: `"${exact}"` }
  for (let dot = key.lastIndexOf('.'); dot > 0; dot = key.lastIndexOf('.', dot - 1)) {
    const prefix = deprecatedKeys[`${key.slice(0, dot)}.*`]
    if (prefix === undefined) continue
    const rest = key.slice(dot)
    if (!prefix.endsWith('.*')) return { key: null, text: prefix }
    const replacement = prefix.slice(0, -2) + rest
    return { key: replacement, text: `"${replacement}"` }
  }
  return null
}

const CONSTANT = /^(?:ATTR|SEMATTRS|SEMRESATTRS)_([A-Z0-9_]+)$/

/**
 * The key that a constant of `@opentelemetry/semantic-conventions` stands for: `ATTR_HTTP_ROUTE`, `SEMATTRS_HTTP_ROUTE`, or
 * `HTTP_ROUTE` of `SemanticAttributes`. Null for a name that is none.
 */
export function keyOfConstant(name: string): string | null {
  const constant = CONSTANT.exec(name)?.[1] ?? name
  const { byConstant, byOlderConstant } = getConventions()
  return (name.startsWith('ATTR_') ? byConstant : byOlderConstant).get(constant) ?? null
}
