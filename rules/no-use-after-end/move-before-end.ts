import type { TSESTree } from '@typescript-eslint/types'
import { getMemberName, unwrap } from '../../src/analysis/bindings.js'
import type { FileAnalysis } from '../../src/analysis/index.js'
import type { OwnedSpan } from '../../src/analysis/lifetimes/spans.js'
import { type Edit, findCallStatement, readCodeStyle, removeStatement } from '../../src/fix/index.js'
import { indentationAt } from '../../src/fix/code-style.js'

/**
 * Moves the statement that writes in front of the end: one of the same block, or the end in the `finally` of a `try` before it.
 *
 * @returns null where the write is part of something else, or speaks of what is made only after the end
 */
export function moveBeforeEnd(write: TSESTree.Node, { variables }: OwnedSpan, { sourceCode }: FileAnalysis): Edit[] | null {
  const statement = findCallStatement(write)
  const block = statement?.parent
  if (statement === null || (block?.type !== 'BlockStatement' && block?.type !== 'Program')) return null
  const names = new Set([...variables].map(({ name }) => name))
  const earlier = (block.body as readonly TSESTree.Node[]).slice(0, (block.body as readonly TSESTree.Node[]).indexOf(statement))
  const end = earlier.map((each) => findEnd(each, names)).findLast((each) => each !== null)
  if (end == null) return null
  // What is read has to be there before the end, and must not be changed between the two.
  const isKnown = readNames(statement, sourceCode).every(({ variable, identifier }) => {
    if (variable === null) return true
    const isDeclared = variable.defs.every(({ name }) => name.range[1] <= end.range[0]) && isVisible(variable.scope.block, end)
    const isChanged = variable.references.some((each) => {
      const at = (each.identifier as TSESTree.Node).range[0]
      return each.isWrite() && at > end.range[0] && at < identifier.range[0]
    })
    return isDeclared && !isChanged
  })
  const removal = isKnown ? removeStatement(statement, sourceCode) : null
  if (removal === null) return null
  const { newline } = readCodeStyle(sourceCode)
  const text = sourceCode.getText(statement)
  const isOneLine = end.parent !== undefined && end.loc.start.line === end.parent.loc.start.line
  const gap = isOneLine ? `${text.endsWith(';') ? '' : ';'} ` : `${newline}${indentationAt(sourceCode.text, end.range[0])}`
  // `(x).y` and the like would go on with the statement before it.
  const head = /^[([`+\-*/]/.test(text) ? ';' : ''
  return [{ range: [end.range[0], end.range[0]], text: `${head}${text}${gap}` }, ...removal]
}

/** The statement that ends the span: this one, or one in its `finally`. */
function findEnd(statement: TSESTree.Node, names: ReadonlySet<string>): TSESTree.Node | null {
  if (statement.type === 'TryStatement') {
    return statement.finalizer?.body.find((each) => findEnd(each, names) !== null) ?? null
  }
  if (statement.type !== 'ExpressionStatement') return null
  const call = unwrap(statement.expression)
  if (call.type !== 'CallExpression') return null
  const callee = unwrap(call.callee)
  const object = callee.type === 'MemberExpression' && getMemberName(callee) === 'end' ? unwrap(callee.object) : null
  return object?.type === 'Identifier' && names.has(object.name) ? statement : null
}

function isVisible(scope: TSESTree.Node, at: TSESTree.Node): boolean {
  return scope.type === 'Program' || (scope.range[0] <= at.range[0] && scope.range[1] >= at.range[1])
}

function readNames(node: TSESTree.Node, sourceCode: FileAnalysis['sourceCode']) {
  return (sourceCode.scopeManager?.scopes ?? []).flatMap(({ references }) =>
    references
      .filter(({ identifier }) => identifier.range[0] >= node.range[0] && identifier.range[1] <= node.range[1])
      .map(({ identifier, resolved }) => ({ identifier, variable: resolved !== null && resolved.defs.length > 0 ? resolved : null })),
  )
}
