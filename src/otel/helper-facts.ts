import { collectOwners, type Fact, followPath, type Origin, type PropertyValue, resolveValue, type Value } from '@spanguard/policy'

import { expandBag } from './call-facts.js'

/** A call of a function of the program: who is called, with what, where. */
export interface HelperCall {
  /** Where the called function starts: parameters know their owner by it. */
  readonly owner: number
  /** The arguments by parameter; null where the call leaves one away. */
  readonly arguments: readonly (Value | null)[]
  readonly origin: Origin
  /** What is assigned to the fields of a variable that is given: `attributes['user.email'] = email`. */
  assignmentsTo(variable: Value): readonly PropertyValue[]
}

/** Facts by the functions whose parameters they speak of. */
export function groupByOwner(facts: readonly Fact[]): Map<number, Fact[]> {
  const byOwner = new Map<number, Fact[]>()
  for (const fact of facts) {
    const owners = new Set<number>()
    for (const value of valuesOf(fact)) collectOwners(value, owners)
    for (const owner of owners) {
      const group = byOwner.get(owner)
      if (group === undefined) byOwner.set(owner, [fact])
      else group.push(fact)
    }
  }
  return byOwner
}

/**
 * What one fact of a helper's body says at one of its calls: the arguments stand where the parameters stood, an object of
 * attributes that is given is taken apart. Nothing where the call leaves away a parameter that matters, and for facts that do
 * not depend on parameters.
 */
export function factsOfHelperCall(fact: Fact, call: HelperCall): readonly Fact[] {
  const one = factOfHelperCall(fact, call)
  if (one === null) return []
  if (one.fact !== 'attribute-bag') return [one]
  const { certainty, derivedFrom, origin, sink, value, via } = one
  return expandBag(value, sink, { certainty, origin, via }, call).map((each) => (derivedFrom === undefined ? each : { ...each, derivedFrom }))
}

function factOfHelperCall(fact: Fact, call: HelperCall): Fact | null {
  const put = (value: Value): Value | null => substitute(value, call)
  const base = { origin: call.origin, derivedFrom: fact.derivedFrom ?? fact.origin }
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
    case 'attribute-write': {
      const key = put(fact.key)
      const value = put(fact.value)
      if (key === null || value === null) return null
      // `Object.entries(attributes).forEach(([key, value]) => span.setAttribute(key, value))`: each entry of what is given is an attribute.
      const given = isNameOfCallback(fact.key) ? resolveValue(value) : null
      if (given?.kind === 'object') return { certainty: fact.certainty, via: fact.via, ...base, fact: 'attribute-bag', sink: fact.sink, value: given }
      const isField = fact.value.kind === 'parameter' && fact.value.path.length > 0
      return { ...fact, ...base, key, value, entry: call.origin, ...(isField ? { ofField: true } : {}) }
    }
    case 'baggage-write': {
      const key = put(fact.key)
      const value = put(fact.value)
      return key === null || value === null ? null : { ...fact, ...base, key, value }
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

/** `key` of `([key, value]) => …` and of `for (const [key, value] of …)`. */
function isNameOfCallback(key: Value): boolean {
  return (key.kind === 'parameter' && key.path.join() === '0') || (key.kind === 'reference' && key.root === 'local' && key.path.length === 1 && key.resolved === undefined)
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

/**
 * A value with a call's arguments in place of the called function's parameters; null where one that it stands on is left away.
 */
export function substitute(value: Value, call: Pick<HelperCall, 'arguments' | 'origin' | 'owner'>): Value | null {
  const { origin } = call
  switch (value.kind) {
    case 'parameter': {
      if (value.owner !== call.owner) return value
      const argument = call.arguments[value.index] ?? null
      return argument === null ? null : followPath(argument, value.path)
    }
    case 'template':
    case 'concat': {
      const parts = value.parts.map((part) => substitute(part, call))
      if (parts.some((part) => part === null)) return null
      // What is built from the arguments is reported where they are given.
      return { ...value, origin, parts: parts.filter((part) => part !== null) }
    }
    case 'union': {
      // `name ?? 'default'`: an argument that is left away leaves the other side.
      const of = value.of.map((member) => substitute(member, call)).filter((member) => member !== null)
      return of.length === 0 ? null : { ...value, origin, of }
    }
    case 'reference': {
      if (value.resolved === undefined) return value
      const resolved = substitute(value.resolved, call)
      return resolved === value.resolved ? value : resolved
    }
    case 'object': {
      const properties = value.properties.flatMap((property) => {
        const inner = substitute(property.value, call)
        return inner === null ? [] : [{ ...property, value: inner }]
      })
      return { ...value, properties }
    }
    case 'call': {
      const returns = value.returns === undefined ? null : substitute(value.returns, call)
      return { ...value, origin, arguments: value.arguments.map((argument) => substitute(argument, call) ?? argument), ...(returns === null ? {} : { returns }) }
    }
    default:
      return value
  }
}
