import type { TSESTree } from '@typescript-eslint/types'
import type { FileAnalysis } from '../index.js'
import { isSamePlace, originOf } from '../origins.js'

/** Methods of a span that give the span back. Source: `@opentelemetry/api`, `trace/span.d.ts`. */
export const chaining: ReadonlySet<string> = new Set([
  'addEvent',
  'addLink',
  'addLinks',
  'setAttribute',
  'setAttributes',
  'setStatus',
  'updateName',
])

/** The code that a call of `setStatus` sets. */
export function statusCodeOf(call: TSESTree.Node, analysis: FileAnalysis): 'unset' | 'ok' | 'error' | 'unknown' {
  const origin = originOf(call)
  return analysis.factsOf('status-write').find((fact) => isSamePlace(fact.origin, origin))?.code ?? 'unknown'
}
