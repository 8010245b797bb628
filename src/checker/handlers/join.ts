import * as ts from '../ts.js'
import { isFunctionLike, methodOf, unwrap, type Entity, type Evaluator } from '../evaluate.js'
import type { Program } from '../program.js'
import type { References } from '../references.js'
import type { Mount, Registrations } from './collect.js'
import { autoloadedFiles } from './autoload.js'
import { givenTo, isInPlace, isOpen, type Open } from './given.js'
import type { FrameworkObject, ObjectMatcher } from './objects.js'
import { loopOf, rowsOf } from './rows.js'

/** An app (server, worker, …) that serves a handler, and the way from one to the other. */
export interface ServedBy {
  readonly root: FrameworkObject
  /** The mounts from the handler's object outwards. */
  readonly mounts: readonly Mount[]
}

export interface Join {
  /** The apps that a handler's object is part of; empty when none is known. */
  rootsOf(object: FrameworkObject): readonly ServedBy[]
  /** What is given to the middleware methods of an object, in the order of the source. */
  mountsOn(object: FrameworkObject): readonly Mount[]
  /** Calls that load the plugins of a folder. */
  readonly autoloads: readonly { readonly node: ts.Node; readonly files: readonly string[] }[]
}

const maxDepth = 12

/** Joins routers, plugins and parameters to the apps that they are mounted on, across files. */
export function joinObjects(program: Program, registrations: Registrations, evaluator: Evaluator, matcher: ObjectMatcher, references: References): Join {
  const autoloads: { node: ts.Node; files: readonly string[] }[] = []
  const byObject = new Map<ts.Node, Mount[]>()
  const byFunction = new Map<ts.Node, Mount[]>()
  const onObject = new Map<ts.Node, Mount[]>()
  for (const mount of registrations.mounts) {
    push(onObject, mount.parent.node, mount)
    for (const argument of mount.arguments) for (const part of partsOf(argument, 0)) push(part.kind === 'object' ? byObject : byFunction, part.node, mount)
  }
  const known = new Map<ts.Node, readonly ServedBy[]>()

  return {
    autoloads,
    rootsOf: object => rootsOf(object, 0),
    mountsOn: object => onObject.get(object.node) ?? [],
  }

  function rootsOf(object: FrameworkObject, depth: number): readonly ServedBy[] {
    const cached = known.get(object.node)
    if (cached) return cached
    if (depth > maxDepth) return []
    known.set(object.node, [])
    const found = find(object, depth)
    known.set(object.node, found)
    return found
  }

  function find(object: FrameworkObject, depth: number): ServedBy[] {
    const mounted = byObject.get(object.node) ?? []
    const found = mounted.filter(mount => mount.parent.node !== object.node).flatMap(mount => through(mount, depth))
    if (found.length > 0) return unique(found)
    const parameter = parameterOf(object.node)
    if (parameter) found.push(...ofParameter(parameter, object.way ?? [], object.node, depth))
    // The mount that hands it over says under which path; the object that it came from says only whose it is.
    if (found.length === 0 && object.parent && object.parent.node !== object.node) found.push(...rootsOf(object.parent, depth + 1))
    if (found.length > 0) return unique(found)
    return object.made && object.descriptor.roots.includes(object.kind) ? [{ root: object, mounts: [] }] : []
  }

  function through(mount: Mount, depth: number): ServedBy[] {
    return rootsOf(mount.parent, depth + 1).map(served => ({ root: served.root, mounts: [mount, ...served.mounts] }))
  }

  /** A parameter is what the plugin is registered on, or what the function's callers give. */
  function ofParameter(node: ts.ParameterDeclaration, way: readonly string[], place: ts.Node, depth: number): ServedBy[] {
    const owner = node.parent
    const registered = (byFunction.get(owner) ?? []).flatMap(mount => through(mount, depth))
    if (registered.length > 0) return registered
    if (!isFunctionLike(owner) && !ts.isConstructorDeclaration(owner)) return []
    const callable = ts.isConstructorDeclaration(owner) ? owner.parent : owner
    return references.callsOf(callable as Parameters<References['callsOf']>[0]).flatMap(call => {
      const entity = givenTo(node, way, call, evaluator)
      const given = entity ? matcher.objectOf(entity) : null
      return given && given.node !== place ? [...rootsOf(given, depth + 1)] : []
    })
  }

  interface Part {
    readonly kind: 'object' | 'function'
    readonly node: ts.Node
  }

  /** Routers, plugins and what is wrapped in calls of other packages (`fp(plugin)`, `compose([a, b])`). */
  function partsOf(argument: ts.Expression, depth: number): Part[] {
    if (depth > 4) return []
    const plain = unwrap(argument)
    if (ts.isSpreadElement(plain)) return partsOf(plain.expression, depth + 1)
    if (ts.isArrayLiteralExpression(plain)) return plain.elements.flatMap(element => partsOf(element, depth + 1))
    return partsOfEntity(evaluator.evaluate(plain), plain, depth)
  }

  function partsOfEntity(entity: Entity, node: ts.Node, depth: number): Part[] {
    if (depth > 4) return []
    const object = matcher.objectOf(entity)
    if (object) {
      const parameter = parameterOf(object.node)
      return [{ kind: 'object', node: object.node }, ...(parameter && entity.kind === 'parameter' ? partsFromCallers(entity, depth) : [])]
    }
    if (isOpen(entity)) return loopOf(entity) ? rowValues(entity).flatMap(value => partsOfEntity(value, node, depth + 1)) : entity.kind === 'parameter' ? partsFromCallers(entity, depth) : []
    if (entity.kind === 'function') return [{ kind: 'function', node: entity.node }, ...objectsIn(entity.node, depth)]
    if (entity.kind === 'export') {
      const files = autoloadedFiles(node as ts.Expression, program, evaluator)
      if (!files) return []
      autoloads.push({ node: node.parent, files })
      return files.flatMap(file => {
        const exported = evaluator.exported(file, 'default')
        return exported ? partsOfEntity(exported, program.file(file)?.root as ts.Node, 1) : []
      })
    }
    if (entity.kind === 'module') {
      const exported = evaluator.exported(entity.file, 'default')
      return exported && exported.kind !== 'module' ? partsOfEntity(exported, node, depth + 1) : []
    }
    if (entity.kind === 'value' && ts.isArrayLiteralExpression(entity.node)) return entity.node.elements.flatMap(element => partsOf(element, depth + 1))
    if (entity.kind === 'result') {
      const { callee } = entity
      const method = methodOf(callee)
      if (method) {
        const of = (isOpen(method.of) ? rowValues(method.of) : [method.of]).flatMap(one => matcher.objectOf(one) ?? []).filter(one => one.descriptor.mountMethods?.includes(method.name) === true)
        if (of.length > 0) return of.map(one => ({ kind: 'object', node: one.node }))
      }
      if (callee.kind === 'function') return objectsIn(callee.node, depth)
      return (entity.node.arguments ?? []).flatMap(argument => partsOf(argument, depth + 1))
    }
    return []
  }

  /** What a function mounts for its callers: `use(path, router) { this.app.use(path, router) }`. */
  function partsFromCallers(entity: Extract<Entity, { kind: 'parameter' }>, depth: number): Part[] {
    const owner = entity.node.parent
    const callable = ts.isConstructorDeclaration(owner) ? owner.parent : isFunctionLike(owner) && !isCallback(owner) ? owner : null
    if (!callable) return []
    return references.callsOf(callable).flatMap(call => {
      const given = givenTo(entity.node, entity.path, call, evaluator)
      return given ? partsOfEntity(given, call, depth + 1) : []
    })
  }

  /** What a loop's name stands for, one after the other: `for (const router of routers) app.use(router.routes())`. */
  function rowValues(open: Open): Entity[] {
    const list = loopOf(open)
    return list ? rowsOf(evaluator.evaluate(list), evaluator, () => []).flatMap(row => row.at(open) ?? []) : [open]
  }

  /** A function that is mounted and makes or calls a router inside: `app.use((req, res) => router(req, res))`. */
  function objectsIn(node: ts.FunctionLikeDeclaration, depth: number): Part[] {
    if (!node.body || depth > 2) return []
    const found: Part[] = []
    const visit = (at: ts.Node): void => {
      if (ts.isCallExpression(at)) {
        const object = matcher.objectOf(evaluator.evaluate(at.expression))
        if (object) found.push({ kind: 'object', node: object.node })
      }
      ts.forEachChild(at, visit)
    }
    visit(node.body)
    return found
  }
}

function isCallback(node: ts.Node): boolean {
  return isInPlace(node) && ts.isCallExpression(node.parent) && node.parent.expression !== node
}

/** The parameter that a place belongs to: itself, or the one that it is destructured from. */
function parameterOf(node: ts.Node): ts.ParameterDeclaration | null {
  let at = node
  while (ts.isBindingElement(at)) at = at.parent.parent
  return ts.isParameter(at) ? at : null
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const group = map.get(key)
  if (group) group.push(value)
  else map.set(key, [value])
}

function unique(found: readonly ServedBy[]): ServedBy[] {
  return [...new Map(found.map(served => [served.root.node, served])).values()]
}
