import type { TSESTree } from '@typescript-eslint/types'

import { calledName, isFunction, nodesOf, type Program, variableOf } from './program.js'

/** What starts a span: of the API, of the runtime, and the fixtures' own helper. */
const starting = new Set(['startActiveSpan', 'startSpan', 'traced', 'withSpan'])

export interface Start {
  readonly call: TSESTree.CallExpression
  readonly name: TSESTree.StringLiteral
}

/** The calls that start a span whose name is written there. */
export function startsOf(program: Program): readonly Start[] {
  return nodesOf(program, 'CallExpression').flatMap((call) => {
    const [name] = call.arguments
    const isStart = starting.has(calledName(call) ?? '') && name?.type === 'Literal' && typeof name.value === 'string'
    return isStart ? [{ call, name: name }] : []
  })
}

/** Is this a span that the file starts, or is given as one? */
export function isSpan(node: TSESTree.Node, program: Program): boolean {
  if (node.type !== 'Identifier') return false
  const definition = variableOf(node, program)?.defs[0]
  if (definition === undefined) return false
  if (definition.name.type === 'Identifier' && definition.name.typeAnnotation != null) {
    if (/\bSpan\b/.test(program.text.slice(...definition.name.typeAnnotation.range))) return true
  }
  const owner = definition.node as TSESTree.Node
  if (owner.type === 'VariableDeclarator') return owner.init !== null && callsStart(owner.init)
  return isFunction(owner) && owner.parent.type === 'CallExpression' && starting.has(calledName(owner.parent) ?? '')
}

function callsStart(init: TSESTree.Expression): boolean {
  const call = init.type === 'ChainExpression' ? init.expression : init
  return starting.has(calledName(call) ?? '')
}

/** A call of a method on a span: `span.end()`, `span?.end()`. */
export function isSpanCall(node: TSESTree.CallExpression, methods: readonly string[], program: Program): boolean {
  const { callee } = node
  return callee.type === 'MemberExpression' && methods.includes(calledName(node) ?? '') && isSpan(callee.object, program)
}
