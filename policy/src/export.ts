import type { Policy } from './config.js'
import { compileKeyPatterns, expandBraces } from './key-patterns.js'
import { classifyName } from './keys.js'
import { allowedResourceKeys, allowedSpanKeys, deniedKeys } from './words/exported-keys.js'

export type ExportScope = 'span' | 'resource' | 'event' | 'link'
/** `allow` and `mask` leave the service, their strings masked; `deny` becomes `[REDACTED]`. */
export type ExportVerdict = 'allow' | 'mask' | 'deny'

const isDenied = compileKeyPatterns(deniedKeys)
const isSpanKey = compileKeyPatterns(allowedSpanKeys)
const isResourceKey = compileKeyPatterns(allowedResourceKeys)
const PSEUDONYM = 'enduser.pseudo.id'

/** What of a span's keys leaves the service, as lists to write down: in types, in documentation. */
export interface ExportedKeys {
  /** Keys written out, sorted. */
  readonly keys: readonly string[]
  /** Namespaces such as `order.*`, sorted; what follows is anything. */
  readonly patterns: readonly string[]
  /** Keys and namespaces within the patterns that are denied all the same, sorted. */
  readonly except: readonly string[]
}

interface Compiled {
  /** Written out in the policy. */
  readonly lists: (key: string) => boolean
  /** Written out, or within a namespace. */
  readonly allows: (key: string) => boolean
  readonly denies: (key: string) => boolean
}

const compiled = new WeakMap<Policy, Compiled>()

/**
 * May an attribute of this key leave the service? An allow-list: what is not known to be safe is denied. The policy adds
 * to it and takes from it; a built-in denial cannot be overridden. Within a namespace of the policy (`order.*`) a key that says
 * itself that it is sensitive (`order.password`) is denied, unless the policy lists it or ignores the word.
 */
export function judgeExportedKey(key: string, scope: ExportScope, policy: Policy): ExportVerdict {
  const own = compile(policy)
  if (own.denies(key) || (isDenied(key) && key !== PSEUDONYM)) return 'deny'
  if (scope === 'resource' ? isResourceKey(key) : isSpanKey(key)) return 'mask'
  if (!own.allows(key)) return 'deny'
  return own.lists(key) || classifyName(key, policy) === null ? 'mask' : 'deny'
}

/**
 * The keys of spans that `judgeExportedKey` lets out under a policy, built-in ones included; within namespaces also those whose
 * names are sensitive, which no list can write down. `error.stage` and the like, which
 * Spanguard writes itself, are built in.
 */
export function listExportedKeys(policy: Policy): ExportedKeys {
  const written = [...allowedSpanKeys, ...policy.attributes.allow].flatMap(expandBraces)
  const denied = [...deniedKeys, ...policy.attributes.deny].flatMap(expandBraces)
  const patterns = written.filter((each) => each.includes('*') && !denied.some((denial) => covers(denial, each)))
  return {
    keys: sorted(written.filter((each) => !each.includes('*') && judgeExportedKey(each, 'span', policy) !== 'deny')),
    patterns: sorted(patterns),
    except: sorted(denied.filter((denial) => patterns.some((pattern) => covers(pattern, denial)))),
  }
}

/** Does everything that the second means belong to the namespace of the first (`order.*`, `client.**`)? */
function covers(namespace: string, inner: string): boolean {
  return /\.\*\*?$/.test(namespace) && inner.startsWith(namespace.slice(0, namespace.indexOf('*')))
}

function sorted(list: readonly string[]): readonly string[] {
  return [...new Set(list)].sort()
}

function compile(policy: Policy): Compiled {
  const known = compiled.get(policy)
  if (known !== undefined) return known
  const made: Compiled = {
    lists: compileKeyPatterns(policy.attributes.allow.filter((pattern) => !pattern.includes('*'))),
    allows: compileKeyPatterns(policy.attributes.allow),
    denies: compileKeyPatterns(policy.attributes.deny),
  }
  compiled.set(policy, made)
  return made
}
