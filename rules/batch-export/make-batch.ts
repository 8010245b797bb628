import type { Origin } from '@spanguard/policy'

import type { FileAnalysis } from '../../src/analysis/index.js'
import { findSibling, type Mend } from '../../src/fix/index.js'

/** `BatchSpanProcessor` in place of `SimpleSpanProcessor`: both take the same arguments, in every line of the SDK. */
export function makeBatch(origin: Origin, analysis: FileAnalysis, filename: string): Mend | null {
  const name = analysis.nodeOf(origin)
  const sibling = findSibling(name, 'BatchSpanProcessor', true, filename, analysis.sourceCode)
  if (sibling === null) return null
  const callee = name.parent?.type === 'MemberExpression' ? name.parent : name
  return { messageId: 'useBatch', edits: [...sibling.edits, { range: callee.range, text: sibling.local }] }
}
