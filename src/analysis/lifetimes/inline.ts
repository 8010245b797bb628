import type { TSESTree } from '@typescript-eslint/types'
import type { Scope } from '@typescript-eslint/utils/ts-eslint'
import { findVariable, getMemberName } from '../bindings.js'
import type { FunctionNode } from '../bindings.js'
import { isSpan, MAX_INLINE } from './context.js'
import type { Call, Lowering, Use } from './context.js'
import { knownFunction } from './throwing.js'

/** Is this argument the span, given to a function of this file that is looked into? */
export function isInlined(call: Call, argument: TSESTree.Node, lowering: Lowering): boolean {
  const called = findInlinable(call, lowering)
  return called !== null && bindSpan(call, called, lowering).some(({ given }) => given === argument)
}

/** The function of this file that a call runs, unless it is being looked into already. */
export function findInlinable(call: Call, lowering: Lowering): FunctionNode | null {
  if (call.type === 'NewExpression') return null
  const called = knownFunction(call.callee, lowering.analysis)
  if (called === null || called.generator || lowering.inside.includes(called)) return null
  return lowering.inside.length >= MAX_INLINE ? null : called
}

/**
 * Does a function of this file that is not looked into again end the span? One that calls itself, or waits to be called
 * again, until it does: what is left to do is in its hands.
 */
export function endsWhenCalled(called: FunctionNode | null, lowering: Lowering): called is FunctionNode {
  if (called === null || called.body === lowering.body) return false
  const [start, end] = called.range
  return [...lowering.variables].some((variable) =>
    variable.references.some(({ identifier }) => {
      const { parent, range } = identifier as TSESTree.Identifier
      return range[0] >= start && range[1] <= end && parent.type === 'MemberExpression' && getMemberName(parent) === 'end'
    }),
  )
}

/** The parameters that are given the span. */
export function bindSpan(
  call: Call,
  called: FunctionNode,
  lowering: Lowering,
): readonly { given: TSESTree.Node; variable: Scope.Variable }[] {
  return call.arguments.flatMap((argument, index) => {
    if (!isSpan(argument, lowering)) return []
    const written = called.params[index]
    const parameter = written?.type === 'AssignmentPattern' ? written.left : written
    const variable = parameter?.type === 'Identifier' ? findVariable(parameter, lowering.sourceCode) : null
    return variable === null ? [] : [{ given: argument, variable }]
  })
}

/** The lowering of a function that is looked into: it knows the span by its parameters, and by what it closes over. */
export function enter(
  called: FunctionNode,
  parameters: readonly Scope.Variable[],
  use: Use,
  lowering: Lowering,
): Lowering {
  const inside = [...lowering.inside, called]
  // What an asynchronous function returns is waited for by its own promise, outside its `try`.
  const returns = called.async ? 'returned' : use
  const waited = use === 'returned' ? lowering.waited : true
  if (parameters.length === 0) return { ...lowering, inside, returns, waited }
  const variables = new Set([...lowering.variables, ...parameters])
  return { ...lowering, inside, returns, waited, variables, names: new Set([...variables].map(({ name }) => name)) }
}
