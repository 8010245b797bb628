import * as ts from '../ts.js'
import { isFunctionLike, type Entity, type Evaluator } from '../evaluate.js'
import { enclosingCallable, type References } from '../references.js'
import { givenTo, isInPlace, isOpen, type Open } from './given.js'
import type { ObjectMatcher } from './objects.js'
import { entityText, routeText, type RoutePart } from './route-text.js'
import { loopOf, rowsOf, type Binding } from './rows.js'
import { sitesOfOptions, type HandlerSite } from './sites.js'

/** Functions that call functions that register; nobody writes more. */
const maxDepth = 5

/**
 * Handlers that a function of the program registers for its callers (`this.route({ method, path, handler })`), or a loop for a
 * table of routes: one for each call, one for each row. Where nobody calls it, the registration stays as it is.
 *
 * @param files the files that are judged; calls in others (tests) register nothing
 */
export function expandRegistrars(handlers: readonly HandlerSite[], files: ReadonlySet<string>, references: References, evaluator: Evaluator, matcher: ObjectMatcher): HandlerSite[] {
  return handlers.flatMap(site => expand(site, 0))

  function expand(site: HandlerSite, depth: number): HandlerSite[] {
    const open = depth < maxDepth ? openOf(site) : null
    if (!open) return [site]
    const bindings = bindingsOf(open, site.node)
    return bindings.length === 0 ? [site] : unique(bindings.flatMap(binding => bound(site, open, binding)).flatMap(one => expand(one, depth + 1)))
  }

  /** What of a site its function's callers say: its route, its options as a whole, or, where there is no route, what it runs. */
  function openOf({ from }: HandlerSite): Open | null {
    if (!from) return null
    const route = from.route.find(part => typeof part !== 'string' && isOpen(part))
    if (route !== undefined && typeof route !== 'string' && isOpen(route)) return route
    if (from.options && isOpen(from.options.entity)) return from.options.entity
    return from.route.length === 0 && from.given && isOpen(from.given) ? from.given : null
  }

  function bound(site: HandlerSite, open: Open, binding: Binding): HandlerSite[] {
    const { from } = site
    if (!from) return []
    const through = (entity: Entity): Entity | null => (isOpen(entity) && isOfOneSource(entity, open) ? binding.at(entity) : entity)
    const given = from.given ? through(from.given) : undefined
    const isGiven = from.given !== undefined && isOpen(from.given) && isOfOneSource(from.given, open)
    // `listen(app)`: what is given serves by itself.
    if (isGiven && given && matcher.objectOf(given)) return []
    const isRow = isGiven || (from.options !== undefined && isOpen(from.options.entity))
    const node = isRow ? binding.node : site.node
    const file = node.getSourceFile().fileName
    const route = from.route.flatMap((part): RoutePart[] => {
      const entity = typeof part === 'string' ? part : through(part)
      return entity === null ? [] : [typeof entity === 'string' ? entity : (entityText(entity, evaluator) ?? entity)]
    })
    const method = from.method ? through(from.method) : undefined
    const next: HandlerSite = {
      ...site, node, file, route: routeText(route),
      method: method ? (entityText(method, evaluator)?.toUpperCase() ?? site.method) : site.method,
      from: { route, ...(given ? { given } : {}), ...(method ? { method } : {}) },
    }
    if (!from.options) return [next]
    const options = through(from.options.entity)
    if (!options) return []
    if (options.kind === 'value' && ts.isObjectLiteralExpression(options.node)) return sitesOfOptions({ ...next, node: options.node, file: options.node.getSourceFile().fileName }, from.options.row, options.node, evaluator)
    return [{ ...next, from: { ...next.from, route, options: { entity: options, row: from.options.row } } }]
  }

  function bindingsOf(open: Open, within: ts.Node): Binding[] {
    const list = loopOf(open)
    if (list) return rowsOf(evaluator.evaluate(list), evaluator, one => bindingsOf(one, one.node))
    if (open.kind === 'each') return []
    const owner = open.node.parent
    if (ts.isConstructorDeclaration(owner)) return callsOf(owner.parent)
    const isCallback = isInPlace(owner) && ts.isCallExpression(owner.parent) && owner.parent.expression !== owner
    return isFunctionLike(owner) && !isCallback && enclosingCallable(within) ? callsOf(owner) : []
  }

  function callsOf(owner: Parameters<References['callsOf']>[0]): Binding[] {
    return references.callsOf(owner).flatMap(call => {
      if (!files.has(call.getSourceFile().fileName)) return []
      return [{ node: call, at: (one: Open) => (one.kind === 'parameter' ? givenTo(one.node, one.path, call, evaluator) : null) }]
    })
  }
}

/** Parameters of one function receive what one call gives. */
function isOfOneSource(one: Open, other: Open): boolean {
  return one.node === other.node || (one.kind === 'parameter' && other.kind === 'parameter' && one.node.parent === other.node.parent)
}

/** Two calls that give nothing that can be told apart register one thing, as far as anybody sees. */
function unique(sites: readonly HandlerSite[]): HandlerSite[] {
  const seen = new Map<string, HandlerSite>()
  for (const site of sites) seen.set(`${site.file}\0${String(site.node.pos)}\0${site.method ?? ''}\0${site.route ?? ''}`, site)
  return [...seen.values()]
}
