import type { Config, HelperConfig } from './config.js'
import { compileKeyPatterns } from './key-patterns.js'

/** Two places of a config of which one undoes the other. */
export interface Contradiction {
  /** The key of one of them, dotted. */
  readonly path: string
  /** The rest of the sentence behind that key. */
  readonly problem: string
}

/**
 * The first contradiction in a config as it is written, null without one. What it extends is not looked at: a config may say
 * something else than its base, that is what a base is for.
 */
export function findContradiction({ attributes, helpers, spanNames }: Config): Contradiction | null {
  return (
    findDenied(attributes?.allow ?? [], attributes?.deny ?? []) ??
    findInBoth('attributes.sensitive', 'add', 'ignore', attributes?.sensitive) ??
    findInBoth('spanNames.technicalWords', 'add', 'remove', spanNames?.technicalWords) ??
    findIdleDomains(spanNames) ??
    findInHelpers(helpers ?? [])
  )
}

/** What is denied is denied, whatever allows it. */
function findDenied(allow: readonly string[], deny: readonly string[]): Contradiction | null {
  for (const [index, key] of allow.entries()) {
    const by = deny.find((pattern) => pattern === key || compileKeyPatterns([pattern])(key.replace(/\.\*$/, '.x')))
    if (by === undefined) continue
    const what = by === key ? '"attributes.deny" lists too' : `"attributes.deny" takes out by "${by}"`
    return { path: `attributes.allow[${index}]`, problem: `is "${key}", which ${what}: denied wins, so take it out of one of the two.` }
  }
  return null
}

function findInBoth<Key extends string>(path: string, one: Key, other: Key, lists: { readonly [name in Key]?: readonly string[] } | undefined): Contradiction | null {
  const others = new Set(lists?.[other])
  for (const [index, word] of (lists?.[one] ?? []).entries()) {
    if (others.has(word)) return { path: `${path}.${one}[${index}]`, problem: `is "${word}", which "${path}.${other}" lists too: take it out of one of the two.` }
  }
  return null
}

function findIdleDomains(names: Config['spanNames']): Contradiction | null {
  if (names?.style !== 'any' || names.domains === undefined || names.domains.length === 0) return null
  return { path: 'spanNames.domains', problem: 'is not looked at where "spanNames.style" is "any": take out one of the two.' }
}

function findInHelpers(helpers: readonly HelperConfig[]): Contradiction | null {
  const known = new Map<string, number>()
  for (const [index, helper] of helpers.entries()) {
    const shared = findSharedArgument(helper)
    if (shared !== null) return { path: `helpers[${index}].${shared[1]}`, problem: `is argument ${helper[shared[1]] ?? 0}, and so is its "${shared[0]}": count the arguments of ${helper.export} anew, from 0.` }
    const name = `${helper.module} ${helper.export}`
    const before = known.get(name)
    if (before !== undefined && !isSame(helper, helpers[before])) {
      return { path: `helpers[${index}]`, problem: `says something else of ${helper.export} of "${helper.module}" than "helpers[${before}]" does: keep one of the two.` }
    }
    known.set(name, index)
  }
  return null
}

const argumentsOf = ['name', 'attributes', 'callback'] as const

type Argument = (typeof argumentsOf)[number]

function findSharedArgument(helper: HelperConfig): readonly [Argument, Argument] | null {
  for (const [index, one] of argumentsOf.entries()) {
    const other = argumentsOf.slice(index + 1).find((each) => helper[each] !== undefined && helper[each] === helper[one])
    if (other !== undefined) return [one, other]
  }
  return null
}

/** The same row, whatever order its keys are written in. */
function isSame(one: HelperConfig, other: HelperConfig | undefined): boolean {
  const keysOf = (helper: HelperConfig): string => JSON.stringify(Object.entries(helper).sort(([key], [next]) => (key < next ? -1 : 1)))
  return other !== undefined && keysOf(one) === keysOf(other)
}
