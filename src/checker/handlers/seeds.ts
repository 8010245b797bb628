import * as ts from '../ts.js'
import type { Entity, Evaluator } from '../evaluate.js'
import { nodesOf } from '../nodes.js'
import type { Program } from '../program.js'
import { autoloadedFiles } from './autoload.js'
import type { Registrations } from './collect.js'
import { receiverOf } from './given.js'
import { placeIn, type FrameworkObject, type ObjectMatcher } from './objects.js'

/**
 * Tells the matcher what the parameters of functions and constructors receive that an app is given to.
 *
 * @param found what was read with what is known so far
 * @returns whether that is news
 */
export function seedParameters(found: Registrations, program: Program, evaluator: Evaluator, matcher: ObjectMatcher): boolean {
  let news = false
  for (const mount of found.mounts) {
    seedPlugins(mount)
    for (const argument of mount.arguments) adoptRouter(mount, argument)
  }
  const files = new Set([...found.objects.map(object => object.node), ...found.mounts.map(mount => mount.node), ...found.handlers.map(handler => handler.node)].map(node => node.getSourceFile()))
  for (const file of new Set([...files, ...matcher.seededFiles()])) {
    for (const node of nodesOf(file).calls) seedCall(node)
  }
  return news

  /** What `app.register(plugin)` gives to the plugin, which stands in another file. */
  function seedPlugins(mount: Registrations['mounts'][number]): void {
    const method = ts.isPropertyAccessExpression(mount.node.expression) ? mount.node.expression.name.text : ''
    const received = matcher.received(mount.parent, method)
    if (!received) return
    for (const argument of mount.arguments) {
      const entity = evaluator.evaluate(argument)
      const loaded = entity.kind === 'export' ? autoloadedFiles(argument, program, evaluator) : null
      const given = loaded ? loaded.flatMap(file => evaluator.exported(file, 'default') ?? []) : entity.kind === 'result' ? (entity.node.arguments ?? []).map(inner => evaluator.evaluate(inner)) : [entity]
      for (const one of given) {
        const plugin = one.kind === 'module' ? evaluator.exported(one.file, 'default') : one
        const parameter = plugin?.kind === 'function' ? plugin.node.parameters[received.index] : undefined
        if (plugin?.kind === 'function' && parameter) place(plugin.node, received.index, [], { descriptor: mount.parent.descriptor, kind: received.kind, node: parameter, made: false, parent: null })
      }
    }
  }

  /** `app.use(router.routes())`, `app.use('/x', asyncRouter)`: a router of a package that no row names. */
  function adoptRouter({ parent: { descriptor } }: Registrations['mounts'][number], argument: ts.Expression): void {
    const given = evaluator.evaluate(argument)
    if (given.kind !== 'result' || !descriptor.objects['router']) return
    const part = given.callee.kind === 'member' && descriptor.mountMethods?.includes(given.callee.name) === true ? given.callee.of : null
    const made = part ?? (descriptor.mountMethods === undefined ? given : null)
    if (made?.kind !== 'result' || made.callee.kind !== 'export' || matcher.objectOf(made)) return
    if (!part && !/router$/iu.test(made.callee.path.at(-1) === 'default' ? made.callee.module : made.callee.path.at(-1) ?? '')) return
    if (matcher.adopt(made.node, { descriptor, kind: 'router', node: made.node, made: true, parent: null })) news = true
  }

  function seedCall(node: ts.CallExpression | ts.NewExpression): void {
    const given = (node.arguments ?? []).flatMap((argument, index) => objectsIn(argument).map(one => ({ ...one, index: index + one.index })))
    const [first] = given
    if (!first) return
    const callee = functionOf(evaluator.evaluate(node.expression))
    if (callee) for (const { index, way, object } of given) place(callee, index, way, object)
  }

  /** The objects that an argument is, holds in its properties, or spreads. */
  function objectsIn(argument: ts.Expression): { index: number; way: readonly string[]; object: FrameworkObject }[] {
    if (ts.isSpreadElement(argument)) {
      const list = evaluator.evaluate(argument.expression)
      if (list.kind !== 'parameter' || list.path.length > 0) return []
      return matcher.seedsOf(list.node).flatMap(({ way: [first, ...way], object }) => (/^\d+$/u.test(first ?? '') ? [{ index: Number(first), way, object }] : []))
    }
    if (ts.isIdentifier(argument) || ts.isPropertyAccessExpression(argument)) {
      const object = matcher.objectOf(evaluator.evaluate(argument))
      return object ? [{ index: 0, way: [], object }] : []
    }
    if (!ts.isObjectLiteralExpression(argument)) return []
    return argument.properties.flatMap(property => {
      const value = ts.isShorthandPropertyAssignment(property) ? property.name : ts.isPropertyAssignment(property) ? property.initializer : null
      if (!value || !property.name || !ts.isIdentifier(property.name) || !(ts.isIdentifier(value) || ts.isPropertyAccessExpression(value))) return []
      const object = matcher.objectOf(evaluator.evaluate(value))
      return object ? [{ index: 0, way: [property.name.text], object }] : []
    })
  }

  function place(callee: ts.SignatureDeclaration, index: number, way: readonly string[], object: FrameworkObject): void {
    const receiver = receiverOf(callee, index)
    if (!receiver) return
    const whole = [...receiver.way, ...way]
    const seeded = { descriptor: object.descriptor, kind: object.kind, node: placeIn(receiver.parameter, whole), made: false, parent: null, ...(whole.length > 0 ? { way: whole } : {}) }
    if (matcher.seed(receiver.parameter, whole, seeded)) news = true
  }

  /** What runs when an entity is called or made: a class's constructor, or the one that it inherits. */
  function functionOf(entity: Entity): ts.SignatureDeclaration | null {
    if (entity.kind === 'function') return entity.node
    for (let at: Entity | null = entity, steps = 0; at?.kind === 'class' && steps < maxBases; at = evaluator.baseOf(at.node), steps += 1) {
      const constructor = at.node.members.find(ts.isConstructorDeclaration)
      if (constructor) return constructor
    }
    return null
  }
}

/** Classes that extend classes; nobody writes more. */
const maxBases = 8
