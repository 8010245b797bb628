import * as ts from '../ts.js'
import { returnsOf, unwrap, type Entity, type Evaluator } from '../evaluate.js'
import { givenTo } from './given.js'
import { routeParts, routeText } from './route-text.js'

/** One decorator of a package that stands on a class or method, itself or inside one that the program puts together. */
export interface AppliedDecorator {
  readonly module: string
  readonly name: string
  /** The text of one of its arguments. */
  text(index: number): string | null
}

/** Decorators made of decorators; nobody writes more. */
const maxDepth = 3

/**
 * The decorators that one stands for. `@MessagePattern('x')` is itself; a function of the program that returns
 * `applyDecorators(…)` of Nest is what it applies, with the arguments that it is given here.
 */
export function appliedDecorators(decorator: ts.Decorator, evaluator: Evaluator): AppliedDecorator[] {
  return read(decorator.expression, (expression, index) => argumentText(expression, index, null), 0)

  function read(expression: ts.Expression, textOf: (call: ts.CallExpression, index: number) => string | null, depth: number): AppliedDecorator[] {
    const plain = unwrap(expression)
    const call = ts.isCallExpression(plain) ? plain : null
    const entity = evaluator.evaluate(call ? call.expression : plain)
    if (entity.kind === 'export') {
      const name = entity.path.at(-1) ?? ''
      if (call && name === 'applyDecorators') return depth > maxDepth ? [] : call.arguments.flatMap(argument => read(argument, textOf, depth + 1))
      return [{ module: entity.module, name, text: index => (call ? textOf(call, index) : null) }]
    }
    if (!call || entity.kind !== 'function' || depth > maxDepth) return []
    return returnsOf(entity.node).flatMap(returned => read(returned, (inner, index) => argumentText(inner, index, call), depth + 1))
  }

  /** @param outer the call of the function that the decorator is made in */
  function argumentText(call: ts.CallExpression, index: number, outer: ts.CallExpression | null): string | null {
    const parts = routeParts(call.arguments[index], evaluator).map(part => (typeof part === 'string' ? part : throughCall(part, outer)))
    return parts.length === 0 ? null : routeText(parts)
  }

  function throughCall(entity: Entity, outer: ts.CallExpression | null): string | Entity {
    const given = outer && entity.kind === 'parameter' ? givenTo(entity.node, entity.path, outer, evaluator) : null
    return given?.kind === 'value' ? (routeText(routeParts(given.node, evaluator)) ?? entity) : entity
  }
}
