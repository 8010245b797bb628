import type { TSESTree } from '@typescript-eslint/types'
import type { SourceCode } from '@typescript-eslint/utils/ts-eslint'
import { parentOf } from '../../src/analysis/lifetimes/context.js'
import type { Edit } from '../../src/fix/index.js'

/**
 * Takes the statement `span.end()` away, and with it a `finally` that holds nothing else.
 *
 * @returns null where the call is part of something else than a statement of its own
 */
export function removeEnd(call: TSESTree.Node, { text }: Readonly<SourceCode>): Edit[] | null {
  const statement = call.parent?.type === 'ChainExpression' ? call.parent.parent : call.parent
  if (statement?.type !== 'ExpressionStatement') return null
  const block = statement.parent
  if (block.type !== 'BlockStatement' && block.type !== 'Program') return null
  const parent = parentOf(block)
  if (block.type === 'BlockStatement' && parent?.type === 'TryStatement' && parent.finalizer === block && parent.handler !== null && block.body.length === 1) {
    const isBare = text.slice(block.range[0] + 1, statement.range[0]).trim() + text.slice(statement.range[1], block.range[1] - 1).trim()
    if (isBare === '') return [{ range: [parent.handler.range[1], block.range[1]], text: '' }]
  }
  const [start, end] = statement.range
  const lineStart = text.lastIndexOf('\n', start - 1) + 1
  const rest = /^[ \t]*\r?\n/.exec(text.slice(end))?.[0].length
  const isAlone = text.slice(lineStart, start).trim() === '' && rest !== undefined
  return [{ range: isAlone ? [lineStart, end + rest] : [start, end], text: '' }]
}
