import type { Fact } from '@spanguard/policy'
import type { TSESTree } from '@typescript-eslint/types'

import { factsOfHelperCall, groupByOwner, type HelperCall } from '../otel/helper-facts.js'
import { type FunctionNode, unwrap } from './bindings.js'
import { readElementAssignments } from './extract.js'
import { originOf } from './origins.js'
import { findFunction, type ReceiverContext } from './receivers.js'
import { valueOf } from './values.js'

type Call = TSESTree.CallExpression | TSESTree.NewExpression

/** A helper that calls a helper that calls a helper: further than that nobody reads along. */
const ROUNDS = 3

/**
 * Facts at the call sites of this file's own helpers: what a helper does with its parameters, said of the arguments it is
 * called with. `withSpan('x', …)` of the same file becomes a span start called `x`.
 */
export function factsOfLocalHelpers(facts: readonly Fact[], calls: readonly Call[], context: ReceiverContext): Fact[] {
  const derived: Fact[] = []
  let current = facts
  for (let round = 0; round < ROUNDS; round++) {
    const byOwner = groupByOwner(current)
    if (byOwner.size === 0) break
    current = calls.flatMap((call) => factsOfCallOfHelper(call, byOwner, context))
    derived.push(...current)
  }
  return derived
}

function factsOfCallOfHelper(call: Call, byOwner: ReadonlyMap<number, Fact[]>, context: ReceiverContext): Fact[] {
  const callee = unwrap(call.callee)
  const called = callee.type === 'Identifier' ? findFunction(callee, context) : null
  const facts = called === null ? undefined : byOwner.get(called.range[0])
  if (called === null || facts === undefined || isInside(call, called)) return []
  if (call.arguments.some((argument) => argument.type === 'SpreadElement')) return []
  const helperCall: HelperCall = {
    owner: called.range[0],
    origin: originOf(call),
    assignmentsTo: (variable) => readElementAssignments(variable, context),
    arguments: called.params.map((_, index) => {
      const argument = call.arguments[index]
      return argument === undefined ? null : valueOf(argument, context.sourceCode)
    }),
  }
  return facts.flatMap((fact) => factsOfHelperCall(fact, helperCall))
}

function isInside(node: TSESTree.Node, outer: FunctionNode): boolean {
  return node.range[0] >= outer.range[0] && node.range[1] <= outer.range[1]
}
