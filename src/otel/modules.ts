import { ownText } from '@spanguard/policy'

const asked = new WeakMap<readonly string[], Map<string, boolean>>()
const ASKED_LIMIT = 2_000

/**
 * Is `module` one of `patterns`? A pattern's trailing `/*` takes in every subpath. The lists are tables and the modules of a
 * code base are few: an answer is kept.
 */
export function matchesModule(module: string, patterns: readonly string[]): boolean {
  let answers = asked.get(patterns)
  if (answers === undefined) {
    answers = new Map()
    asked.set(patterns, answers)
  }
  const known = answers.get(module)
  if (known !== undefined) return known
  const answer = patterns.some((pattern) => (pattern.endsWith('/*') ? module.startsWith(pattern.slice(0, -1)) : module === pattern))
  if (answers.size >= ASKED_LIMIT) answers.clear()
  answers.set(ownText(module), answer)
  return answer
}
