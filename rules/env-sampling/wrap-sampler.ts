import type { Origin } from '@spanguard/policy'
import type { TSESTree } from '@typescript-eslint/types'

import type { FileAnalysis } from '../../src/analysis/index.js'
import { getParent } from '../../src/analysis/setup/parents.js'
import { findSibling, type Mend } from '../../src/fix/index.js'

/** `new ParentBasedSampler({ root: … })` around a ratio sampler; the named samplers of `@vercel/otel` have one that is both. */
export function wrapSampler(origin: Origin, analysis: FileAnalysis, filename: string): Mend | null {
  const name = analysis.nodeOf(origin)
  const { sourceCode } = analysis
  if (name.type === 'Literal') {
    const quote = name.raw.charAt(0)
    return { messageId: 'wrap', edits: [{ range: name.range, text: `${quote}parentbased_${String(name.value)}${quote}` }] }
  }
  let made: TSESTree.Node | null = name
  while (made !== null && made.type !== 'NewExpression') made = getParent(made)
  const sibling = findSibling(name, 'ParentBasedSampler', false, filename, sourceCode)
  if (made === null || sibling === null) return null
  const [start, end] = made.range
  return {
    messageId: 'wrap',
    edits: [
      ...sibling.edits,
      { range: [start, start], text: `new ${sibling.local}({ root: ` },
      { range: [end, end], text: ' })' },
    ],
  }
}
