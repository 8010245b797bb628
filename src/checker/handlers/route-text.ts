import * as ts from '../ts.js'
import { unwrap, type Entity, type Evaluator } from '../evaluate.js'

/** A piece of a route: text, or what stands for one and is not known here (`prefix` of `${prefix}/orders`). */
export type RoutePart = string | Entity

/** Constants made of constants; nobody writes more. */
const maxDepth = 6

/** The pieces of the expression that holds a route, constants of the program written out. */
export function routeParts(node: ts.Expression | undefined, evaluator: Evaluator, depth = 0): RoutePart[] {
  if (!node) return []
  const plain = unwrap(node)
  if (ts.isStringLiteralLike(plain) || ts.isRegularExpressionLiteral(plain)) return [plain.text]
  // Several paths of one handler: the first is its name.
  if (ts.isArrayLiteralExpression(plain)) return routeParts(plain.elements[0], evaluator, depth + 1)
  if (ts.isTemplateExpression(plain)) return [plain.head.text, ...plain.templateSpans.flatMap(span => [...routeParts(span.expression, evaluator, depth + 1), span.literal.text])]
  if (ts.isBinaryExpression(plain) && plain.operatorToken.kind === ts.SyntaxKind.PlusToken) return [...routeParts(plain.left, evaluator, depth + 1), ...routeParts(plain.right, evaluator, depth + 1)]
  const entity = evaluator.evaluate(plain)
  return entity.kind === 'value' && entity.node !== plain && depth < maxDepth ? routeParts(entity.node, evaluator, depth + 1) : [entity]
}

/** The text of the pieces, what is not known written `…`; `null` where nothing of it is. */
export function routeText(parts: readonly RoutePart[]): string | null {
  return parts.some(part => typeof part === 'string') ? parts.map(part => (typeof part === 'string' ? part : '…')).join('') : null
}

/** The text that an entity stands for: a string, or the name of a property. */
export function entityText(entity: Entity, evaluator: Evaluator): string | null {
  if (entity.kind !== 'value') return null
  return ts.isIdentifier(entity.node) ? entity.node.text : routeText(routeParts(entity.node, evaluator))
}
