import type { Lifetime } from '../../flow/index.js'
import { getMemberName } from '../bindings.js'
import { methodCallOn, endedInFinally } from './ended-in-finally.js'
import { chaining } from './span-methods.js'
import type { OwnedSpan } from './spans.js'

/** The life of a span that its API ends, and that the function around does nothing but write to. */
export const endedByApi: Lifetime = { ...endedInFinally, ended: false }

/**
 * Is the span one that `withSpan` and its like end, and are attributes, events and names all that its function gives it? Whatever the
 * function does, its API gives the span its status and its end. Answers no where it is not sure.
 */
export function isEndedByApi({ ends, variables }: OwnedSpan): boolean {
  if (!ends) return false
  for (const { references, scope } of variables) {
    for (const { from, identifier } of references) {
      const call = from.variableScope === scope.variableScope ? methodCallOn(identifier) : null
      if (call?.parent.type !== 'ExpressionStatement' || call.callee.type !== 'MemberExpression') return false
      const name = getMemberName(call.callee)
      // A status is judged by what comes after it.
      if (name === null || name === 'setStatus' || !chaining.has(name)) return false
    }
  }
  return true
}
