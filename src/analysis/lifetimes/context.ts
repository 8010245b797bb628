import type { Origin } from '@spanguard/policy'
import type { TSESTree } from '@typescript-eslint/types'
import type { Scope, SourceCode } from '@typescript-eslint/utils/ts-eslint'
import { findVariable, getMemberName, unwrap } from '../bindings.js'
import type { FunctionNode } from '../bindings.js'
import type { FileAnalysis } from '../index.js'
import { originOf } from '../origins.js'
import { eachChild } from '../walk.js'

export type { Call } from '../walk.js'

/** One function being lowered, as one span sees it. */
export interface Lowering {
  readonly analysis: FileAnalysis
  readonly sourceCode: Readonly<SourceCode>
  /** The call that starts the span; null where the function is given it. */
  readonly start: TSESTree.Node | null
  /** The variables that hold the span, and their names: a cheap question before the scopes are asked. */
  readonly variables: ReadonlySet<Scope.Variable>
  readonly names: ReadonlySet<string>
  /** Where to look for conditions that are asked more than once. */
  readonly body: TSESTree.Node
  /** Promises that are kept in variables, by the key of their `promise` node. */
  readonly promises: Map<Scope.Variable, string>
  /** How the value that the function returns is used where it is called. */
  readonly returns: Use
  /** Somebody waits for what the function returns. */
  readonly waited: boolean
  /** The functions being inlined, outermost first. */
  readonly inside: readonly FunctionNode[]
}

/** How the value of an expression is used. */
export type Use = 'value' | 'awaited' | 'returned'

/** A helper of a helper of a helper: further than that a call is a call. */
export const MAX_INLINE = 4

const TEXT_LIMIT = 200

/** Is this expression the span itself? */
export function isSpan(node: TSESTree.Node, lowering: Lowering): boolean {
  const expression = unwrap(node)
  if (expression === lowering.start) return true
  if (expression.type !== 'Identifier' || !lowering.names.has(expression.name)) return false
  const variable = findVariable(expression, lowering.sourceCode)
  return variable !== null && lowering.variables.has(variable)
}

/** `span.end()` */
export function isSpanEnd(node: TSESTree.Node, lowering: Lowering): boolean {
  const call = unwrap(node)
  const callee = call.type === 'CallExpression' ? unwrap(call.callee) : null
  return callee?.type === 'MemberExpression' && getMemberName(callee) === 'end' && isSpan(callee.object, lowering)
}

/** The text of a node as it is written; few of them come into a message, which puts its own on one line. */
export function textOf(node: TSESTree.Node, { sourceCode }: Lowering): string {
  return sourceCode.text.slice(node.range[0], Math.min(node.range[1], node.range[0] + TEXT_LIMIT))
}

/** Where a function's body ends: its closing brace, or its expression. */
export function lastOf(body: TSESTree.Node): Origin {
  const { end, to } = originOf(body)
  return body.type === 'BlockStatement' || body.type === 'Program'
    ? { start: end - 1, end, from: { line: to.line, column: Math.max(0, to.column - 1) }, to }
    : originOf(body)
}

/** The node around a node; null around the program, where ESLint and its types differ. */
export function parentOf(node: TSESTree.Node): TSESTree.Node | null {
  return (node.parent as TSESTree.Node | null | undefined) ?? null
}

/** The node with all around it that only the type checker sees: `span` of `(span as Span)!` is the whole of it. */
export function outermost(node: TSESTree.Node): TSESTree.Node {
  const parent = parentOf(node)
  return parent === null || unwrap(parent) === parent ? node : outermost(parent)
}

/** The nodes directly below `node`, without types, in source order. */
export function childrenOf(node: TSESTree.Node, { visitorKeys }: Readonly<SourceCode>): TSESTree.Node[] {
  const children: TSESTree.Node[] = []
  eachChild(node, visitorKeys, (child) => children.push(child))
  return children
}
