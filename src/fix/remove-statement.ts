import type { TSESTree } from '@typescript-eslint/types'
import type { SourceCode } from '@typescript-eslint/utils/ts-eslint'

import { unwrap } from '../analysis/bindings.js'
import type { Edit } from './edit.js'

/**
 * Takes a statement out of its block; a line that held nothing else goes with it, and so does an `if` or a `for … of` that held
 * nothing else.
 *
 * @returns null where the statement is the body of something that does more
 */
export function removeStatement(statement: TSESTree.Node, sourceCode: Readonly<SourceCode>): Edit[] | null {
  const { text } = sourceCode
  const block = statement.parent
  const isOnlyBody = (block?.type === 'IfStatement' && block.alternate === null && isPlain(block.test)) || (block?.type === 'ForOfStatement' && isPlain(block.right))
  if (isOnlyBody) return removeStatement(block, sourceCode)
  const isMember = block?.type === 'BlockStatement' || block?.type === 'Program' || block?.type === 'StaticBlock' || block?.type === 'SwitchCase'
  if (!isMember) return null
  const start = startWithDirective(statement, sourceCode)
  const end = statement.range[1]
  const lineStart = text.lastIndexOf('\n', start - 1) + 1
  const rest = /^[ \t]*\r?\n/.exec(text.slice(end))?.[0].length
  const isAlone = text.slice(lineStart, start).trim() === '' && rest !== undefined
  return [{ range: isAlone ? [lineStart, end + rest] : [start, end], text: '' }]
}

/** A comment that speaks to the compiler or the linter of the next line goes with that line. */
function startWithDirective(statement: TSESTree.Node, sourceCode: Readonly<SourceCode>): number {
  const comment = sourceCode.getCommentsBefore(statement).at(-1)
  const isDirective = comment !== undefined && /@ts-(?:expect-error|ignore)|eslint-disable-next-line/.test(comment.value)
  const isAlone = isDirective && sourceCode.text.slice(sourceCode.text.lastIndexOf('\n', comment.range[0] - 1) + 1, comment.range[0]).trim() === ''
  return isAlone && comment.loc.end.line === statement.loc.start.line - 1 ? comment.range[0] : statement.range[0]
}

/** The statement that a call is all of (`span?.end()`), else null. */
export function findCallStatement(call: TSESTree.Node): TSESTree.ExpressionStatement | null {
  const parent = call.parent
  const outer = parent?.type === 'ChainExpression' || parent?.type === 'TSNonNullExpression' ? parent.parent : parent
  return outer?.type === 'ExpressionStatement' ? outer : null
}

/** A name, a chain of members, or a comparison of such: to ask it does nothing. */
function isPlain(node: TSESTree.Node): boolean {
  const inner = unwrap(node)
  switch (inner.type) {
    case 'Identifier':
    case 'Literal':
    case 'ThisExpression':
      return true
    case 'MemberExpression':
      return isPlain(inner.object)
    case 'UnaryExpression':
      return inner.operator !== 'delete' && isPlain(inner.argument)
    case 'BinaryExpression':
    case 'LogicalExpression':
      return isPlain(inner.left) && isPlain(inner.right)
    default:
      return false
  }
}
