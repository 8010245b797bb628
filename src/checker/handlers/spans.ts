import * as ts from '../ts.js'
import { isFunctionLike, unwrap, type Evaluator } from '../evaluate.js'
import type { HandlerSite } from './collect.js'

/** Functions that one handler may lead to; beyond it stands generated code. */
const maxFunctions = 400

/** A call that starts a span, as a stretch of its file's text. */
export interface SpanPlace {
  readonly name: string
  readonly start: number
  readonly end: number
}

/**
 * The spans that a handler's work starts, in the handler itself and in the functions that it calls or hands on, over files.
 *
 * @param placesIn the spans that are started in a file
 * @returns asks for one handler: the names, sorted; those of helpers as their calls give them
 */
export function createSpanFinder(evaluator: Evaluator, placesIn: (file: string) => readonly SpanPlace[]): (site: HandlerSite) => readonly string[] {
  const known = new Map<ts.Node, { readonly names: readonly string[]; readonly callees: readonly ts.Node[] }>()

  return site => {
    const names = new Set<string>()
    const seen = new Set<ts.Node>()
    const open = [rootOf(site)]
    while (open.length > 0 && seen.size < maxFunctions) {
      const node = open.pop()
      if (!node || seen.has(node)) continue
      seen.add(node)
      const { names: own, callees } = read(node)
      for (const name of own) names.add(name)
      open.push(...callees)
    }
    return [...names].toSorted()
  }

  /** The registered function; for what is wrapped or exported in place the whole expression. */
  function rootOf(site: HandlerSite): ts.Node {
    if (site.from?.given?.kind === 'function') return site.from.given.node
    if (!site.handler) return site.node
    const entity = evaluator.evaluate(site.handler)
    return entity.kind === 'function' ? entity.node : site.handler
  }

  function read(node: ts.Node): { readonly names: readonly string[]; readonly callees: readonly ts.Node[] } {
    const cached = known.get(node)
    if (cached) return cached
    const start = node.getStart()
    const names = placesIn(node.getSourceFile().fileName).filter(place => place.start >= start && place.end <= node.end).map(place => place.name)
    const callees: ts.Node[] = []
    const add = (expression: ts.Expression): void => {
      const entity = evaluator.evaluate(expression)
      if (entity.kind === 'function' && entity.node !== node) callees.push(entity.node)
    }
    const visit = (at: ts.Node): void => {
      if (ts.isTypeNode(at)) return
      if (ts.isCallExpression(at) || ts.isNewExpression(at)) {
        if (!isFunctionLike(unwrap(at.expression))) add(at.expression)
        for (const argument of at.arguments ?? []) if (ts.isIdentifier(argument) || ts.isPropertyAccessExpression(argument)) add(argument)
      }
      ts.forEachChild(at, visit)
    }
    visit(node)
    const found = { names, callees }
    known.set(node, found)
    return found
  }
}
