import type { Fact, Origin, Value } from '@spanguard/policy'
import type { TSESTree } from '@typescript-eslint/types'

import { type FunctionNode, unwrap } from './bindings.js'
import { originOf } from './origins.js'
import { findFunction, type ReceiverContext } from './receivers.js'
import { followPath, valueOf } from './values.js'

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
    const found = calls.flatMap((call) => factsOfHelperCall(call, byOwner, context))
    derived.push(...found)
    current = found
  }
  return derived
}

function groupByOwner(facts: readonly Fact[]): Map<number, Fact[]> {
  const byOwner = new Map<number, Fact[]>()
  for (const fact of facts) {
    for (const owner of ownersOf(fact)) byOwner.set(owner, [...(byOwner.get(owner) ?? []), fact])
  }
  return byOwner
}

/** The values of a fact that a judge reads. */
function valuesOf(fact: Fact): readonly Value[] {
  switch (fact.fact) {
    case 'span-start':
      return fact.name === undefined ? [] : [fact.name]
    case 'span-rename':
    case 'event-write':
      return [fact.name]
    case 'attribute-write':
    case 'baggage-write':
      return [fact.key, fact.value]
    case 'attribute-bag':
      return [fact.value]
    case 'status-write':
      return fact.message === undefined ? [] : [fact.message]
    default:
      return []
  }
}

function ownersOf(fact: Fact): Set<number> {
  const owners = new Set<number>()
  for (const value of valuesOf(fact)) collectOwners(value, owners)
  return owners
}

function collectOwners(value: Value, owners: Set<number>): void {
  if (value.kind === 'parameter') owners.add(value.owner)
  for (const child of childrenOf(value)) collectOwners(child, owners)
}

function childrenOf(value: Value): readonly Value[] {
  switch (value.kind) {
    case 'template':
    case 'concat':
      return value.parts
    case 'union':
      return value.of
    case 'array':
      return value.elements
    case 'object':
      return [...value.properties.map((property) => property.value), ...value.spreads]
    case 'reference':
      return value.resolved === undefined ? [] : [value.resolved]
    case 'call':
      return value.receiver === undefined ? value.arguments : [value.receiver, ...value.arguments]
    default:
      return []
  }
}

function factsOfHelperCall(call: Call, byOwner: ReadonlyMap<number, Fact[]>, context: ReceiverContext): Fact[] {
  const callee = unwrap(call.callee)
  if (callee.type !== 'Identifier') return []
  const called = findFunction(callee, context)
  if (called === null) return []
  const facts = byOwner.get(called.range[0])
  if (facts === undefined || isInside(call, called)) return []
  const bound = bindArguments(call, called, context)
  if (bound === null) return []
  const at = originOf(call)
  return facts.flatMap((fact) => derive(fact, { owner: called.range[0], bound, at }) ?? [])
}

function isInside(node: TSESTree.Node, outer: FunctionNode): boolean {
  return node.range[0] >= outer.range[0] && node.range[1] <= outer.range[1]
}

/** The arguments by parameter index; null where a spread hides which is which. */
function bindArguments(call: Call, called: FunctionNode, context: ReceiverContext): (Value | null)[] | null {
  if (call.arguments.some((argument) => argument.type === 'SpreadElement')) return null
  return called.params.map((_, index) => {
    const argument = call.arguments[index]
    return argument === undefined || argument.type === 'SpreadElement' ? null : valueOf(argument, context.sourceCode)
  })
}

interface Substitution {
  readonly owner: number
  readonly bound: readonly (Value | null)[]
  readonly at: Origin
}

/** The fact as the call makes it, or null where the call leaves a parameter that matters away. */
function derive(fact: Fact, substitution: Substitution): Fact | null {
  const put = (value: Value): Value | null => substitute(value, substitution)
  const base = { origin: substitution.at, derivedFrom: fact.derivedFrom ?? fact.origin }
  switch (fact.fact) {
    case 'span-start': {
      const name = fact.name === undefined ? null : put(fact.name)
      return name === null ? null : { ...fact, ...base, name }
    }
    case 'span-rename':
    case 'event-write': {
      const name = put(fact.name)
      return name === null ? null : { ...fact, ...base, name }
    }
    case 'attribute-write':
    case 'baggage-write': {
      const key = put(fact.key)
      const value = put(fact.value)
      if (key === null || value === null) return null
      return fact.fact === 'baggage-write' ?
          { ...fact, ...base, key, value }
        : { ...fact, ...base, key, value, entry: substitution.at }
    }
    case 'attribute-bag': {
      const value = put(fact.value)
      return value === null ? null : { ...fact, ...base, value }
    }
    case 'status-write': {
      const message = fact.message === undefined ? null : put(fact.message)
      return message === null ? null : { ...fact, ...base, message }
    }
    default:
      return null
  }
}

function substitute(value: Value, substitution: Substitution): Value | null {
  const { owner, bound, at } = substitution
  switch (value.kind) {
    case 'parameter': {
      if (value.owner !== owner) return value
      const argument = bound[value.index] ?? null
      return argument === null ? null : followPath(argument, value.path)
    }
    case 'template':
    case 'concat': {
      const parts = value.parts.map((part) => substitute(part, substitution))
      if (parts.some((part) => part === null)) return null
      // What is built from the arguments is reported where they are given.
      return { ...value, origin: at, parts: parts.filter((part) => part !== null) }
    }
    case 'union': {
      // `name ?? 'default'`: an argument that is left away leaves the other side.
      const of = value.of.map((member) => substitute(member, substitution)).filter((member) => member !== null)
      return of.length === 0 ? null : { ...value, origin: at, of }
    }
    case 'reference': {
      if (value.resolved === undefined) return value
      const resolved = substitute(value.resolved, substitution)
      return resolved === null ? null : resolved === value.resolved ? value : resolved
    }
    case 'object': {
      const properties = value.properties.flatMap((property) => {
        const inner = substitute(property.value, substitution)
        return inner === null ? [] : [{ ...property, value: inner }]
      })
      return { ...value, properties }
    }
    case 'call': {
      const inner = value.arguments.map((argument) => substitute(argument, substitution) ?? argument)
      return { ...value, origin: at, arguments: inner }
    }
    default:
      return value
  }
}
