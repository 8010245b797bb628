import * as ts from '../ts.js'

import type { TypeFact, Value } from '@spanguard/policy'

import type { Program } from '../program.js'
import { isMember } from './syntax.js'

/**
 * The types of values, each worked out when somebody reads it: judges look at the types of what is written to a span, and not at
 * those of all that stands around it, while the compiler takes longer for one type than for reading the value.
 */
export interface LazyTypes {
  /** Gives a value the type of the node that it was read from. The value stays plain data: `type` is its own property. */
  attach<Given extends Value>(value: Given, node: ts.Node): Given
  /** The value with some of its fields written anew, its type along with the rest. */
  copy(value: Value, fields: Partial<Value>): Value
}

export function createLazyTypes(program: Program): LazyTypes {
  const nodes = new Map<Value, ts.Node>()
  const lazy: PropertyDescriptor & ThisType<Value> = {
    configurable: true,
    enumerable: true,
    get() {
      const type = typeOf(nodes.get(this))
      nodes.delete(this)
      Object.defineProperty(this, 'type', { configurable: true, enumerable: true, value: type, writable: true })
      return type
    },
  }

  return { attach, copy }

  function attach<Given extends Value>(value: Given, node: ts.Node): Given {
    if (!ts.isIdentifier(node) && !isMember(node) && !ts.isCallExpression(node)) return value
    nodes.set(value, node)
    return Object.defineProperty(value, 'type', lazy)
  }

  function copy(value: Value, fields: Partial<Value>): Value {
    const node = nodes.get(value)
    if (node === undefined) return { ...value, ...fields } as Value
    const entries = Object.keys(value).flatMap((key) => (key === 'type' ? [] : [[key, value[key as keyof Value]]]))
    return attach({ ...Object.fromEntries(entries), ...fields } as Value, node)
  }

  function typeOf(node: ts.Node | undefined): TypeFact | undefined {
    const type = node === undefined ? undefined : program.typeOf(node)
    return type?.kind === 'unknown' ? undefined : type
  }
}
