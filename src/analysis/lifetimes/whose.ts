import type { TSESTree } from '@typescript-eslint/types'
import type { Scope, SourceCode } from '@typescript-eslint/utils/ts-eslint'
import { someNode } from '../../flow/index.js'
import type { FlowNode, Test } from '../../flow/index.js'
import { findBinding, findVariable, unwrap } from '../bindings.js'
import { outermost, parentOf } from './context.js'
import type { Lowering } from './context.js'

/** What a variable is given: somebody else's span, or the one that is started here. */
export interface Choice {
  readonly values: readonly TSESTree.Node[]
  readonly start: TSESTree.Node
}

/** `if (!active) span.end()`: of a span that is somebody else's or one's own, one's own is where it is ended. */
export function readOwnTest(test: TSESTree.Node, then: FlowNode, otherwise: FlowNode, lowering: Lowering): Test | null {
  const choice = choiceOf(lowering)
  if (choice === null || !asksWhose(test, choice, lowering.sourceCode)) return null
  const isEnd = ({ do: does }: FlowNode): boolean => does === 'end'
  const isElse = someNode(otherwise, isEnd)
  return someNode(then, isEnd) === isElse ? null : { of: 'span', key: 'span', negated: isElse }
}

/** What the span's variable is given, where that is not the started span alone. */
function choiceOf({ start, variables }: Lowering): Choice | null {
  if (start === null) return null
  const given = parentOf(outermost(start))
  const isOneOf = given?.type === 'LogicalExpression' || given?.type === 'ConditionalExpression' || given?.type === 'AssignmentExpression'
  const [variable] = isOneOf ? variables : []
  const values = variable === undefined ? [] : valuesOf(variable)
  return values.length > 1 || given?.type !== 'AssignmentExpression' ? { values, start } : null
}

function valuesOf({ references }: Scope.Variable): TSESTree.Node[] {
  return references.flatMap(({ writeExpr }) => (writeExpr == null ? [] : [writeExpr]))
}

/** Does a condition name what the choice was made by (`active`), or a flag that tells of it (`isOwn`)? */
export function asksWhose(test: TSESTree.Node, choice: Choice, sourceCode: Readonly<SourceCode>): boolean {
  const asked = unwrap(test)
  switch (asked.type) {
    case 'UnaryExpression':
      return asksWhose(asked.argument, choice, sourceCode)
    case 'BinaryExpression':
    case 'LogicalExpression':
      return asksWhose(asked.left, choice, sourceCode) || asksWhose(asked.right, choice, sourceCode)
    case 'Identifier': {
      if (choosesBy(asked, choice, sourceCode)) return true
      const binding = findBinding(asked, sourceCode)
      return binding?.kind === 'variable' && binding.writes.some((write) => isTold(write, choice, sourceCode))
    }
    default:
      return false
  }
}

/** Does a name stand in what the span's variable is given, but for what is started there? */
function choosesBy(name: TSESTree.Identifier, { start, values }: Choice, sourceCode: Readonly<SourceCode>): boolean {
  return findVariable(name, sourceCode)?.references.some(
    ({ identifier }) => values.some((value) => isWithin(identifier, value)) && !isWithin(identifier, start),
  ) === true
}

/** `!active`, `parent === undefined`, or `true` in the branch that starts the span. */
function isTold(write: TSESTree.Expression, choice: Choice, sourceCode: Readonly<SourceCode>): boolean {
  const value = unwrap(write)
  if (value.type === 'UnaryExpression' || value.type === 'BinaryExpression') return asksWhose(value, choice, sourceCode)
  if (value.type !== 'Literal' || typeof value.value !== 'boolean') return false
  const block = parentOf(write)?.parent?.parent
  return block?.type === 'BlockStatement' && block.parent.type === 'IfStatement' && isWithin(choice.start, block)
}

function isWithin({ range }: { readonly range: readonly [number, number] }, outer: TSESTree.Node): boolean {
  return range[0] >= outer.range[0] && range[1] <= outer.range[1]
}
