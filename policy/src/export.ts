import type { Policy } from './config.js'
import { compileKeyPatterns } from './key-patterns.js'
import { allowedResourceKeys, allowedSpanKeys, deniedKeys } from './words/exported-keys.js'

export type ExportScope = 'span' | 'resource' | 'event' | 'link'
/** `allow` and `mask` leave the service, their strings masked; `deny` becomes `[REDACTED]`. */
export type ExportVerdict = 'allow' | 'mask' | 'deny'

const isDenied = compileKeyPatterns(deniedKeys)
const isSpanKey = compileKeyPatterns(allowedSpanKeys)
const isResourceKey = compileKeyPatterns(allowedResourceKeys)
const PSEUDONYM = 'enduser.pseudo.id'

interface Compiled {
  readonly allows: (key: string) => boolean
  readonly denies: (key: string) => boolean
}

const compiled = new WeakMap<Policy, Compiled>()

/**
 * May an attribute of this key leave the service? An allow-list: what is not known to be safe is denied. The policy adds
 * to it and takes from it; a built-in denial cannot be overridden.
 */
export function judgeExportedKey(key: string, scope: ExportScope, policy: Policy): ExportVerdict {
  const own = compile(policy)
  if (own.denies(key) || (isDenied(key) && key !== PSEUDONYM)) return 'deny'
  if (scope === 'resource' ? isResourceKey(key) : isSpanKey(key)) return 'mask'
  return own.allows(key) ? 'mask' : 'deny'
}

function compile(policy: Policy): Compiled {
  const known = compiled.get(policy)
  if (known !== undefined) return known
  const made: Compiled = {
    allows: compileKeyPatterns(policy.attributes.allow),
    denies: compileKeyPatterns(policy.attributes.deny),
  }
  compiled.set(policy, made)
  return made
}
