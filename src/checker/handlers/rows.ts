import * as ts from '../ts.js'
import type { Entity, Evaluator } from '../evaluate.js'
import { isInPlace, isOpen, type Open } from './given.js'

/** One value of a name that stands for several: a call's argument, an element of a list. */
export interface Binding {
  /** The call, or the element. */
  readonly node: ts.Node
  /** What it gives for a parameter of the function, or for a way into the element. */
  at(open: Open): Entity | null
}

/** Lists made of lists; nobody writes more. */
const maxDepth = 5

/** The list that a name goes through: of `for (const route of routes)`, of `routes.forEach(route => …)`; `null` where it is no loop. */
export function loopOf(open: Open): ts.Expression | null {
  if (open.kind === 'each') return open.list
  const owner = open.node.parent
  if (!isInPlace(owner) || owner.parameters[0] !== open.node) return null
  const call = owner.parent
  if (!ts.isCallExpression(call) || call.arguments[0] !== owner || !ts.isPropertyAccessExpression(call.expression)) return null
  return /^(?:flatMap|forEach|map)$/u.test(call.expression.name.text) ? call.expression.expression : null
}

/**
 * The rows of a list that is written out, of an object by `Object.entries`, or of a list that callers give.
 *
 * @param given what callers give for a parameter
 */
export function rowsOf(list: Entity, evaluator: Evaluator, given: (open: Open) => readonly Binding[], depth = 0): Binding[] {
  if (depth > maxDepth) return []
  if (isOpen(list)) return given(list).flatMap(binding => rowsOf(binding.at(list) ?? list, evaluator, given, depth + 1))
  if (list.kind === 'result') return entriesOf(list.node, evaluator)
  if (list.kind !== 'value' || !ts.isArrayLiteralExpression(list.node)) return []
  return list.node.elements.flatMap((element): Binding[] => {
    if (ts.isSpreadElement(element)) return rowsOf(evaluator.evaluate(element.expression), evaluator, given, depth + 1)
    return [{ node: element, at: ({ path }) => follow(element, path, evaluator) }]
  })
}

function entriesOf(call: ts.CallExpression | ts.NewExpression, evaluator: Evaluator): Binding[] {
  const name = /^Object\.(entries|values)$/u.exec(call.expression.getText())?.[1]
  const [argument] = call.arguments ?? []
  const entity = name !== undefined && argument ? evaluator.evaluate(argument) : null
  if (entity?.kind !== 'value' || !ts.isObjectLiteralExpression(entity.node)) return []
  return entity.node.properties.flatMap((property): Binding[] => {
    const key = property.name
    const value = ts.isPropertyAssignment(property) ? property.initializer : ts.isShorthandPropertyAssignment(property) ? property.name : null
    if (!key || !value || !(ts.isIdentifier(key) || ts.isStringLiteralLike(key))) return []
    if (name === 'values') return [{ node: property, at: ({ path }) => follow(value, path, evaluator) }]
    return [{ node: property, at: ({ path: [side, ...way] }) => (side === '0' ? { kind: 'value', node: key } : side === '1' ? follow(value, way, evaluator) : null) }]
  })
}

function follow(value: ts.Expression, way: readonly string[], evaluator: Evaluator): Entity {
  return way.reduce<Entity>((at, name) => evaluator.memberOf(at, name, value), evaluator.evaluate(value))
}
