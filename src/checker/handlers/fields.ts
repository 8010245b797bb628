import * as ts from '../ts.js'
import type { HandlerRow } from '../../frameworks/index.js'
import { unwrap, type Entity, type Evaluator } from '../evaluate.js'

/** One field of a map of maps: the resolver of `Query.order`. */
export interface Field {
  /** `Query`. */
  readonly type: string
  /** `order`. */
  readonly name: string
  readonly node: ts.Node
  readonly handler: ts.Expression | null
}

/** Maps that are merged from others: further than that nobody reads along. */
const maxDepth = 6

/** Every field of the maps that an options object holds: written there, imported, spread, in a list, or given to a call that merges. */
export function fieldsOf(options: ts.ObjectLiteralExpression, row: HandlerRow, evaluator: Evaluator): Field[] {
  const found: Field[] = []
  const seen = new Set<ts.Node>()
  for (const property of options.properties) {
    const name = nameOf(property)
    if (name === null || row.handlerProperties?.includes(name) !== true) continue
    const value = valueOf(property)
    if (value) readMaps(evaluator.evaluate(value), 0)
  }
  return found

  function readMaps(entity: Entity, depth: number): void {
    if (depth > maxDepth) return
    if (entity.kind === 'module') {
      for (const type of row.fieldsOf ?? []) {
        const exported = evaluator.exported(entity.file, type)
        if (exported) readFields(exported, type, depth + 1)
      }
      return
    }
    if (entity.kind === 'result') {
      for (const argument of entity.node.arguments ?? []) readMaps(evaluator.evaluate(argument), depth + 1)
      return
    }
    if (entity.kind !== 'value') return
    if (ts.isArrayLiteralExpression(entity.node)) {
      for (const element of entity.node.elements) readMaps(evaluator.evaluate(ts.isSpreadElement(element) ? element.expression : element), depth + 1)
      return
    }
    if (!ts.isObjectLiteralExpression(entity.node)) return
    for (const property of entity.node.properties) {
      if (ts.isSpreadAssignment(property)) readMaps(evaluator.evaluate(property.expression), depth + 1)
      const type = nameOf(property)
      const value = valueOf(property)
      if (type !== null && value && row.fieldsOf?.includes(type) === true) readFields(evaluator.evaluate(value), type, depth + 1)
    }
  }

  function readFields(entity: Entity, type: string, depth: number): void {
    if (depth > maxDepth || entity.kind !== 'value' || !ts.isObjectLiteralExpression(entity.node) || seen.has(entity.node)) return
    seen.add(entity.node)
    for (const property of entity.node.properties) {
      if (ts.isSpreadAssignment(property)) {
        readFields(evaluator.evaluate(property.expression), type, depth + 1)
        continue
      }
      const name = nameOf(property)
      if (name !== null) found.push({ type, name, node: property, handler: valueOf(property) })
    }
  }
}

function nameOf(property: ts.ObjectLiteralElementLike): string | null {
  const { name } = property
  return name && (ts.isIdentifier(name) || ts.isStringLiteralLike(name)) ? name.text : null
}

function valueOf(property: ts.ObjectLiteralElementLike): ts.Expression | null {
  if (ts.isPropertyAssignment(property)) return unwrap(property.initializer)
  return ts.isShorthandPropertyAssignment(property) ? property.name : null
}
