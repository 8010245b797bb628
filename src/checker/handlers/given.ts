import * as ts from '../ts.js'
import { unwrap, type Entity, type Evaluator } from '../evaluate.js'

/** What only a function's callers say, or the rows of the list that a loop goes through. */
export type Open = Extract<Entity, { kind: 'parameter' | 'each' }>

/**
 * What a call gives to a parameter, or to a part of it.
 *
 * @param way from the parameter to the part: `['app']` of `({ app })`, `['0']` of `...[router]`
 * @returns `null` where the call gives nothing for it, or nothing that is written out
 */
export function givenTo(parameter: ts.ParameterDeclaration, way: readonly string[], call: ts.CallExpression | ts.NewExpression, evaluator: Evaluator): Entity | null {
  const { parameters } = parameter.parent
  const [first, ...rest] = way
  const isRest = parameter.dotDotDotToken !== undefined
  if (isRest && first === undefined) return null
  const index = parameters.indexOf(parameter) + (isRest ? Number(first) : 0)
  const of = argumentAt(call, index, evaluator)
  return of ? (isRest ? rest : way).reduce<Entity>((at, name) => evaluator.memberOf(at, name, call), of) : null
}

/** The argument of an index, also behind a spread: the second of `f(...args)` is `args[1]`. */
function argumentAt(call: ts.CallExpression | ts.NewExpression, index: number, evaluator: Evaluator): Entity | null {
  const given = call.arguments ?? []
  const spread = given.findIndex(ts.isSpreadElement)
  const list = given[spread]
  if (list && ts.isSpreadElement(list) && index >= spread) return evaluator.memberOf(evaluator.evaluate(list.expression), String(index - spread), call)
  const argument = given[index]
  return argument ? evaluator.evaluate(argument) : null
}

/**
 * The parameter that receives the argument of an index, and the way to it in that parameter: with `...args` the third argument
 * is a part of `args`.
 */
export function receiverOf(node: ts.SignatureDeclaration, index: number): { readonly parameter: ts.ParameterDeclaration; readonly way: readonly string[] } | null {
  const last = node.parameters.at(-1)
  if (last?.dotDotDotToken && index >= node.parameters.length - 1) return { parameter: last, way: [String(index - node.parameters.length + 1)] }
  const parameter = node.parameters[index]
  return parameter ? { parameter, way: [] } : null
}

export function isOpen(entity: Entity): entity is Open {
  return entity.kind === 'parameter' || entity.kind === 'each'
}

/** A function that is written where it is used. */
export function isInPlace(node: ts.Node): node is ts.ArrowFunction | ts.FunctionExpression {
  return ts.isArrowFunction(node) || ts.isFunctionExpression(node)
}

/**
 * What of a registered handler its function's caller gives: the parameter itself, bound, wrapped in calls, or called by a function
 * that is written in place.
 */
export function givenIn(handler: ts.Expression, evaluator: Evaluator, depth = 0): Entity | undefined {
  if (depth > 4) return undefined
  const plain = unwrap(handler)
  if (isInPlace(plain)) return calledIn(plain, evaluator)
  if (ts.isCallExpression(plain)) {
    if (ts.isPropertyAccessExpression(plain.expression) && plain.expression.name.text === 'bind') return givenIn(plain.expression.expression, evaluator, depth + 1)
    for (const argument of plain.arguments) {
      const given = ts.isStringLiteralLike(argument) ? undefined : givenIn(argument, evaluator, depth + 1)
      if (given) return given
    }
    return undefined
  }
  if (!ts.isIdentifier(plain) && !ts.isPropertyAccessExpression(plain)) return undefined
  const entity = evaluator.evaluate(plain)
  return isOpen(entity) ? entity : undefined
}

/** `(req, res) => handler(req, res).catch(next)`: a parameter of a function around it that it calls. */
function calledIn(node: ts.ArrowFunction | ts.FunctionExpression, evaluator: Evaluator): Entity | undefined {
  let found: Entity | undefined
  const visit = (at: ts.Node): void => {
    if (found) return
    if (ts.isCallExpression(at) && (ts.isIdentifier(at.expression) || ts.isPropertyAccessExpression(at.expression))) {
      const entity = evaluator.evaluate(at.expression)
      const isOuter = isOpen(entity) && !(entity.node.pos >= node.pos && entity.node.end <= node.end)
      // `services.orders.list(req)` is a service that is called, `handler(req)` and `route.handler(req)` are the handler.
      if (isOuter && entity.path.length < 2) found = entity
    }
    ts.forEachChild(at, visit)
  }
  visit(node.body)
  return found
}
