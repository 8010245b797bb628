import type { TSESTree } from '@typescript-eslint/types'
import type { SourceCode } from '@typescript-eslint/utils/ts-eslint'

import { indentationAt, readCodeStyle } from './code-style.js'
import type { Edit } from './edit.js'

/** The statement around a node, or null where it is no member of a block (`if (x) app = express()`). */
export function findStatement(node: TSESTree.Node): TSESTree.Statement | null {
  let current: TSESTree.Node = node
  while (current.parent) {
    const { parent } = current
    const isMember =
      ((parent.type === 'Program' || parent.type === 'BlockStatement' || parent.type === 'StaticBlock' || parent.type === 'TSModuleBlock') &&
        (parent.body as readonly TSESTree.Node[]).includes(current)) ||
      (parent.type === 'SwitchCase' && (parent.consequent as readonly TSESTree.Node[]).includes(current))
    if (isMember) return current as TSESTree.Statement
    if (isFunctionBoundary(parent) || parent.type === 'PropertyDefinition' || parent.type === 'IfStatement') return null
    current = parent
  }
  return null
}

/**
 * Puts a statement on a line of its own behind another one: same indentation, same semicolons, behind a comment that stands
 * on the other's line.
 *
 * @param text the statement without semicolon
 */
export function insertStatement(after: TSESTree.Node, text: string, sourceCode: Readonly<SourceCode>): Edit[] {
  const { newline, semicolon } = readCodeStyle(sourceCode)
  const index = endWithComment(lastOwnToken(after, sourceCode), sourceCode)
  const next = sourceCode.text.slice(index)
  // Where the next statement stands on the same line, or starts with what would continue this one, only a semicolon ends it.
  const isContinued = /^[ \t]*[^\s}]/.test(next) || /^\s*[([`+\-*/]/.test(withoutComments(next))
  const indentation = indentationAt(sourceCode.text, after.range[0])
  return [{ range: [index, index], text: `${newline}${indentation}${text}${isContinued ? ';' : semicolon}` }]
}

/** Puts a statement at the head of a function's body, behind its directives and `super()`. */
export function insertAtHead(body: TSESTree.BlockStatement, text: string, sourceCode: Readonly<SourceCode>): Edit[] | null {
  const last = body.body.findLast((statement) => isDirective(statement) || isSuperCall(statement))
  if (last !== undefined) return insertStatement(last, text, sourceCode)
  const [first] = body.body
  if (first === undefined) return null
  const { newline, semicolon } = readCodeStyle(sourceCode)
  const indentation = indentationAt(sourceCode.text, first.range[0])
  const index = body.range[0] + 1
  // `{ first() }` on one line, and a first statement that would continue the inserted one: only a semicolon parts the two.
  const isContinued = first.loc.start.line === body.loc.start.line || /^[([`+\-*/]/.test(sourceCode.getText(first))
  return [{ range: [index, index], text: `${newline}${indentation}${text}${isContinued ? ';' : semicolon}` }]
}

/** The node, or the token that it ends with where its semicolon stands at the head of the next line, as in `;(async () => {})()`. */
function lastOwnToken(node: TSESTree.Node, sourceCode: Readonly<SourceCode>): TSESTree.Node | TSESTree.Token {
  const last = sourceCode.getLastToken(node)
  const before = last?.value === ';' ? sourceCode.getTokenBefore(last) : null
  return before !== null && last !== null && before.range[0] >= node.range[0] && before.loc.end.line < last.loc.start.line ? before : node
}

/** Where a node ends, counting a comment behind it on the same line. */
export function endWithComment(node: TSESTree.Node | TSESTree.Token, sourceCode: Readonly<SourceCode>): number {
  let end = node.range[1]
  for (const comment of sourceCode.getCommentsAfter(node)) {
    if (comment.loc.start.line !== node.loc.end.line || comment.loc.end.line !== node.loc.end.line) break
    end = comment.range[1]
  }
  return end
}

export function isDirective(statement: TSESTree.Node): boolean {
  return statement.type === 'ExpressionStatement' && typeof statement.directive === 'string'
}

function isSuperCall(statement: TSESTree.Statement): boolean {
  return (
    statement.type === 'ExpressionStatement' &&
    statement.expression.type === 'CallExpression' &&
    (statement.expression.callee.type as string) === 'Super'
  )
}

function isFunctionBoundary(node: TSESTree.Node): boolean {
  return node.type === 'ArrowFunctionExpression' || node.type === 'FunctionExpression' || node.type === 'FunctionDeclaration'
}

function withoutComments(text: string): string {
  return text.replace(/^(?:\s|\/\/[^\n]*|\/\*[\s\S]*?\*\/)+/, '')
}
