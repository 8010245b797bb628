import type { Policy } from './config.js'
import { classifyName, type SensitiveClass } from './keys.js'
import { isConventionalKey, isDeniedKey, isListedKey, replacementOf } from './listed-keys.js'

/**
 * What the policy thinks of a key by its name alone: what it holds must not leave the service (`secret`, `card`, `personal`,
 * `health`, `government`), the policy takes it out (`denied`), the conventions replaced it (`deprecated`) or have it
 * (`semconv`), the policy's own list has it (`listed`), or nobody knows it (`unlisted`).
 */
export type KeyClass = SensitiveClass | 'denied' | 'deprecated' | 'semconv' | 'listed' | 'unlisted'

/** The class of a key, the gravest first. What the policy lists by name it has looked at: that is not sensitive. */
export function classOfKey(key: string, policy: Policy): KeyClass {
  if (isDeniedKey(key, policy)) return 'denied'
  if (policy.attributes.allow.includes(key)) return 'listed'
  const replacement = replacementOf(key)
  if (replacement !== null) return 'deprecated'
  if (isConventionalKey(key)) return 'semconv'
  const sensitive = classifyName(key, policy)
  if (sensitive !== null) return sensitive.class
  return isListedKey(key, policy) ? 'listed' : 'unlisted'
}
