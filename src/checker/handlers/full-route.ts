import * as ts from '../ts.js'
import { unwrap, type Evaluator } from '../evaluate.js'
import type { HandlerSite, Mount } from './collect.js'
import type { ServedBy } from './join.js'
import { isExport, type FrameworkObject } from './objects.js'

/**
 * The route under which an app serves a handler: the paths of the mounts on the way before its own. A path that is not written
 * out is left out, and a route that nothing stands before stays as it is written (`orders.list` of a Koa router).
 */
export function fullRoute(handler: HandlerSite, served: ServedBy | null, evaluator: Evaluator): string | null {
  const { route, object } = handler
  if (route === null || !object || handler.descriptor.kind !== 'app') return route
  const before = [...(served?.mounts ?? [])].reverse().flatMap(mount => mountPath(mount, evaluator) ?? [])
  const own = object === served?.root ? null : ownPrefix(object, evaluator)
  const parts = [...before, ...(own === null ? [] : [own]), route].map(part => part.replace(/^\/+|\/+$/gu, '')).filter(part => part !== '')
  return before.length === 0 && own === null ? route : `/${parts.join('/')}`
}

/** `app.use('/orders', router)`, `app.use(mount('/orders', app))`, `server.register(plugin, { prefix: '/orders' })`. */
function mountPath(mount: Mount, evaluator: Evaluator): string | null {
  const [first, last] = [mount.arguments[0], mount.arguments.at(-1)]
  if (!first) return null
  const call = unwrap(first)
  const mountedBy = mount.parent.descriptor.mountedBy ?? []
  if (ts.isCallExpression(call) && call.arguments.length > 1 && isExport(evaluator.evaluate(call.expression), mountedBy)) return text(call.arguments[0], evaluator)
  if (mount.arguments.length < 2) return null
  return text(first, evaluator) ?? prefixOf(last, evaluator)
}

/** `new Router({ prefix: '/orders' })`. */
function ownPrefix(object: FrameworkObject, evaluator: Evaluator): string | null {
  const { node } = object
  return ts.isNewExpression(node) || ts.isCallExpression(node) ? prefixOf(node.arguments?.[0], evaluator) : null
}

function prefixOf(node: ts.Expression | undefined, evaluator: Evaluator): string | null {
  const options = node && unwrap(node)
  if (!options || !ts.isObjectLiteralExpression(options)) return null
  for (const property of options.properties) {
    if (ts.isPropertyAssignment(property) && property.name.getText() === 'prefix') return text(property.initializer, evaluator)
  }
  return null
}

/** The text of a string, also of one that a constant holds. */
function text(node: ts.Expression | undefined, evaluator: Evaluator): string | null {
  if (!node) return null
  const plain = unwrap(node)
  if (ts.isStringLiteralLike(plain)) return plain.text
  const entity = ts.isIdentifier(plain) ? evaluator.evaluate(plain) : null
  return entity?.kind === 'value' && ts.isStringLiteralLike(entity.node) ? entity.node.text : null
}
