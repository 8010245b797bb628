import type { TSESTree } from '@typescript-eslint/types'
import type { SourceCode } from '@typescript-eslint/utils/ts-eslint'
import { parentOf } from '../../src/analysis/lifetimes/context.js'
import { type Edit, findCallStatement, removeStatement } from '../../src/fix/index.js'

/**
 * Takes the statement `span.end()` away, and with it a `finally` that holds nothing else.
 *
 * @returns null where the call is part of something else than a statement of its own
 */
export function removeEnd(call: TSESTree.Node, sourceCode: Readonly<SourceCode>): Edit[] | null {
  const statement = findCallStatement(call)
  if (statement === null) return null
  const { text } = sourceCode
  const block = statement.parent
  if (block.type !== 'BlockStatement' && block.type !== 'Program') return null
  const parent = parentOf(block)
  if (block.type === 'BlockStatement' && parent?.type === 'TryStatement' && parent.finalizer === block && parent.handler !== null && block.body.length === 1) {
    const isBare = text.slice(block.range[0] + 1, statement.range[0]).trim() + text.slice(statement.range[1], block.range[1] - 1).trim()
    if (isBare === '') return [{ range: [parent.handler.range[1], block.range[1]], text: '' }]
  }
  return removeStatement(statement, sourceCode)
}
