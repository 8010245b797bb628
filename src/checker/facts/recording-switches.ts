import * as ts from '../ts.js'

import { isRecordingSwitch } from '@spanguard/policy'

import type { Program } from '../program.js'
import { bindingPath, chainOf, plain } from './syntax.js'

/** A switch behind a name behind a name behind a name: further than that nobody reads along. */
const maxDepth = 3

type Ask = (test: ts.Expression, holds: boolean) => boolean

/**
 * Is a node reached only where somebody switched the recording of content on? The same question as the rules ask of one file, for the
 * compiler's nodes.
 */
export function isSwitchedOn(node: ts.Node, program: Program): boolean {
  const written = node.getText()
  const isSwitch: Ask = (test, holds) => asksToRecord(test, holds, written, program, 0)
  if (isBehind(node, isSwitch)) return true
  const declaration = ts.isIdentifier(node) ? program.declarationOf(node) : null
  if (declaration === null || !ts.isVariableDeclaration(declaration) || declaration.initializer === undefined) return false
  return ts.isIdentifier(declaration.name) && chooses(plain(declaration.initializer), isSwitch)
}

function isBehind(node: ts.Node, isSwitch: Ask): boolean {
  for (let child = node; !ts.isSourceFile(child); child = child.parent) if (isBranchOf(child.parent, child, isSwitch)) return true
  return false
}

function isBranchOf(parent: ts.Node, child: ts.Node, isSwitch: Ask): boolean {
  if (ts.isIfStatement(parent)) return child !== parent.expression && isSwitch(parent.expression, child === parent.thenStatement)
  if (ts.isConditionalExpression(parent)) return child !== parent.condition && isSwitch(parent.condition, child === parent.whenTrue)
  if (ts.isBinaryExpression(parent)) {
    const { kind } = parent.operatorToken
    if (child !== parent.right || (kind !== ts.SyntaxKind.AmpersandAmpersandToken && kind !== ts.SyntaxKind.BarBarToken)) return false
    return isSwitch(parent.left, kind === ts.SyntaxKind.AmpersandAmpersandToken)
  }
  return ts.isBlock(parent) && hasGuard(parent.statements, child, isSwitch)
}

/** `if (!recordInputs) return` before a statement of the same block. */
function hasGuard(statements: readonly ts.Statement[], child: ts.Node, isSwitch: Ask): boolean {
  for (const statement of statements) {
    if (statement === child) return false
    if (ts.isIfStatement(statement) && statement.elseStatement === undefined && leaves(statement.thenStatement) && isSwitch(statement.expression, false)) return true
  }
  return false
}

function leaves(statement: ts.Statement): boolean {
  if (ts.isReturnStatement(statement) || ts.isThrowStatement(statement)) return true
  const last = ts.isBlock(statement) ? statement.statements.at(-1) : undefined
  return last !== undefined && leaves(last)
}

/** `recordInputs ? JSON.stringify(input) : undefined`, `recordInputs && JSON.stringify(input)` */
function chooses(node: ts.Expression, isSwitch: Ask): boolean {
  if (ts.isConditionalExpression(node)) return isSwitch(node.condition, true) || isSwitch(node.condition, false)
  return ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.AmpersandAmpersandToken && isSwitch(node.left, true)
}

/** Does a condition, true or false as `holds` says, ask for recording? One that tests what is written asks only whether it is there. */
function asksToRecord(test: ts.Expression, holds: boolean, written: string, program: Program, depth: number): boolean {
  const node = plain(test)
  const ask = (inner: ts.Expression, innerHolds = holds): boolean => asksToRecord(inner, innerHolds, written, program, depth)
  if (ts.isAwaitExpression(node)) return ask(node.expression)
  if (ts.isPrefixUnaryExpression(node)) return node.operator === ts.SyntaxKind.ExclamationToken && ask(node.operand, !holds)
  if (ts.isBinaryExpression(node)) return asksByOperator(node, holds, ask)
  if (ts.isCallExpression(node)) return isNamed(node.expression, holds, written) || node.arguments.some((argument) => !ts.isSpreadElement(argument) && ask(argument))
  if (isNamed(node, holds, written)) return true
  const declaration = ts.isIdentifier(node) && depth < maxDepth ? program.declarationOf(node) : null
  if (declaration === null || !(ts.isVariableDeclaration(declaration) || ts.isBindingElement(declaration))) return false
  const { path, root } = bindingPath(declaration)
  if (path === null || !ts.isVariableDeclaration(root) || root.initializer === undefined) return false
  if (path.length > 0) return isRecordingSwitch({ path: [...(chainOf(root.initializer) ?? []), ...path], holds })
  return asksToRecord(root.initializer, holds, written, program, depth + 1)
}

function asksByOperator(node: ts.BinaryExpression, holds: boolean, ask: (node: ts.Expression, holds?: boolean) => boolean): boolean {
  const { left, right } = node
  switch (node.operatorToken.kind) {
    case ts.SyntaxKind.AmpersandAmpersandToken:
      return holds ? ask(left) || ask(right) : ask(left) && ask(right)
    case ts.SyntaxKind.BarBarToken:
      return holds ? ask(left) && ask(right) : ask(left) || ask(right)
    case ts.SyntaxKind.EqualsEqualsToken:
    case ts.SyntaxKind.EqualsEqualsEqualsToken:
      return asksByEquality(left, right, holds, ask)
    case ts.SyntaxKind.ExclamationEqualsToken:
    case ts.SyntaxKind.ExclamationEqualsEqualsToken:
      return asksByEquality(left, right, !holds, ask)
    default:
      return false
  }
}

/** `recordInputs === true`, `process.env.TRACE_CONTENT !== 'false'` */
function asksByEquality(left: ts.Expression, right: ts.Expression, isEqual: boolean, ask: (node: ts.Expression, holds?: boolean) => boolean): boolean {
  const text = literalOf(right) ?? literalOf(left)
  if (text === null) return false
  const other = literalOf(right) === null ? right : left
  return ask(other, /^(?:|0|false|no|off|none|null|disabled)$/i.test(text) ? !isEqual : isEqual)
}

function literalOf(node: ts.Expression): string | null {
  if (ts.isStringLiteralLike(node) || ts.isNumericLiteral(node)) return node.text
  switch (node.kind) {
    case ts.SyntaxKind.TrueKeyword:
      return 'true'
    case ts.SyntaxKind.FalseKeyword:
      return 'false'
    case ts.SyntaxKind.NullKeyword:
      return 'null'
    default:
      return null
  }
}

function isNamed(node: ts.Expression, holds: boolean, written: string): boolean {
  const path = chainOf(node)
  const name = path?.at(-1)
  if (path === null || name === undefined || new RegExp(`\\b${name.replace(/[$#[\]]/g, '\\$&')}\\b`).test(written)) return false
  return isRecordingSwitch({ path, holds })
}
