import * as ts from '../ts.js'
import { exportName, isCallSource, matchesExport, matchesModule, type ExportRef, type FrameworkDescriptor, type ObjectSource } from '../../frameworks/index.js'
import { fileOf } from '../places.js'
import type { FrameworkTable } from './frameworks.js'
import { isFunctionLike, keyOf, methodOf, type Entity, type Evaluator } from '../evaluate.js'

/** An app, server, router, channel … of a framework. Two expressions that stand for the same object have the same `node`. */
export interface FrameworkObject {
  readonly descriptor: FrameworkDescriptor
  /** The object's name in the descriptor: `app`, `router`, `channel`. */
  readonly kind: string
  /** What makes it: the call, or the declaration whose annotation alone says what it is. */
  readonly node: ts.Node
  /** False when only a type says what it is: such an object was made elsewhere. */
  readonly made: boolean
  /** The object it was taken from: `app.route('/x')`, the instance that a plugin's callback receives. */
  readonly parent: FrameworkObject | null
  /** Where it is part of what a parameter receives (`({ app })`, `...[router]`): the way from the parameter to it. */
  readonly way?: readonly string[]
  /** The call that gives it back traced: `traceChannel(channel)`. */
  readonly wrapper?: ts.CallExpression
}

export interface ObjectMatcher {
  /** The framework's object that an entity stands for. */
  objectOf(entity: Entity): FrameworkObject | null
  /** Does a reference of a table mean the export? */
  isExport(entity: Entity, refs: readonly ExportRef[]): boolean
  /**
   * Says what a parameter receives where only its function's callers know: a plugin given by name, `routes(app)`,
   * `routes({ app })`.
   * @param way from the parameter to the object; empty where the parameter is the object
   * @returns false when that was known.
   */
  seed(parameter: ts.ParameterDeclaration, way: readonly string[], object: FrameworkObject): boolean
  /**
   * Says that what an unknown package makes is an object of a framework: it is mounted as one.
   * @returns false when that was known.
   */
  adopt(node: ts.Node, object: FrameworkObject): boolean
  /** What was said of a parameter, by the way to it. */
  seedsOf(parameter: ts.ParameterDeclaration): readonly { readonly way: readonly string[]; readonly object: FrameworkObject }[]
  /** The files of the functions of whose parameters something was said. */
  seededFiles(): ReadonlySet<ts.SourceFile>
  /** The object that a function receives as a parameter when it is given to a method: `app.register(plugin)`. */
  received(of: FrameworkObject, method: string): { readonly index: number; readonly kind: string } | null
}

/** Calls of one chain (`new Hono().get().post()…`), each a step. */
const maxChain = 400

/** Recognises the objects of the frameworks' tables. */
export function createObjectMatcher(frameworks: FrameworkTable, evaluator: Evaluator): ObjectMatcher {
  const holds = (row: { readonly descriptor: FrameworkDescriptor }, node: ts.Node): boolean => frameworks.holds(row.descriptor, fileOf(node)?.fileName ?? '')
  const rows = frameworks.all.flatMap(descriptor => Object.entries<readonly ObjectSource[]>(descriptor.objects).flatMap(([kind, sources]) => sources.map(source => ({ descriptor, kind, source }))))
  const exported = rows.filter(row => isCallSource(row.source))
  const exportedBy = new Map<string, typeof exported>()
  /** The rows that speak of a module: none for most of those that a program imports. */
  const exportedOf = (module: string): typeof exported => {
    const cached = exportedBy.get(module)
    if (cached) return cached
    const found = exported.filter(({ source }) => isCallSource(source) && matchesModule(module, source.module))
    exportedBy.set(module, found)
    return found
  }
  const derived = rows.filter(row => 'of' in row.source)
  const typed = rows.filter(row => 'type' in row.source)
  const known = new Map<ts.Node, FrameworkObject>()
  /** Nodes that stand for no object, as far as is known: a parameter that turns out to receive one may change that. */
  const missed = new Set<ts.Node>()
  const seeds = new Map<ts.ParameterDeclaration, Map<string, { way: readonly string[]; object: FrameworkObject }>>()

  const adopted = new Map<ts.Node, FrameworkObject>()

  return {
    objectOf, isExport, seed, received,
    adopt: (node, object) => {
      if (adopted.has(node)) return false
      adopted.set(node, object)
      missed.clear()
      return true
    },
    seedsOf: parameter => [...(seeds.get(parameter)?.values() ?? [])],
    seededFiles: () => new Set([...seeds.keys()].map(parameter => parameter.getSourceFile())),
  }

  function seed(parameter: ts.ParameterDeclaration, way: readonly string[], object: FrameworkObject): boolean {
    if (objectOf({ kind: 'parameter', node: parameter, path: way })) return false
    const own = seeds.get(parameter) ?? new Map<string, { way: readonly string[]; object: FrameworkObject }>()
    seeds.set(parameter, own.set(way.join('.'), { way, object }))
    missed.clear()
    return true
  }

  /** Finds a node's object once. While it is looked for there is none, so that what leads back to itself ends. */
  function once(node: ts.Node, find: () => FrameworkObject | null): FrameworkObject | null {
    const cached = known.get(node)
    if (cached !== undefined || missed.has(node)) return cached ?? null
    missed.add(node)
    const found = find()
    if (found === null) return null
    missed.delete(node)
    known.set(node, found)
    return found
  }

  function received(of: FrameworkObject, method: string): { index: number; kind: string } | null {
    for (const { descriptor, kind, source } of derived) {
      if (descriptor === of.descriptor && 'method' in source && 'of' in source && source.callback !== undefined && source.of === of.kind && source.method === method) return { index: source.callback, kind }
    }
    return null
  }

  function objectOf(entity: Entity, depth = 0): FrameworkObject | null {
    if (depth > maxChain) return null
    switch (entity.kind) {
      case 'result':
        return once(entity.node, () => ofResult(entity, depth))
      case 'member':
        return ofMember(entity, depth)
      case 'parameter':
        return ofParameter(entity, depth)
      case 'typed':
        return ofType(entity.module, entity.type, entity.node)
      case 'instance':
        return ofInstance(entity)
      case 'export': {
        const row = exportedOf(entity.module).find(({ source }) => isCallSource(source) && (source as ExportRef).as === 'value' && isExport(entity, [source]))
        return row ? { descriptor: row.descriptor, kind: row.kind, node: entityNode(entity), made: true, parent: null } : null
      }
      default:
        return null
    }
  }

  function ofResult(entity: Extract<Entity, { kind: 'result' }>, depth: number): FrameworkObject | null {
    const { callee, node } = entity
    const as = ts.isNewExpression(node) ? 'new' : 'call'
    if (callee.kind === 'export') {
      for (const { descriptor, kind, source } of exportedOf(callee.module)) {
        if (!holds({ descriptor }, node) || !isCallSource(source) || hasCallback(source) || !usedAs(source, as)) continue
        if (isExport(callee, [source])) return { descriptor, kind, node, made: true, parent: null }
      }
      // `initTRPC.context()`: a method of an export that is itself an object.
      const name = callee.path.at(-1)
      const owner = callee.path.length > 1 && name !== undefined && as === 'call' ? objectOf({ ...callee, path: callee.path.slice(0, -1) }, depth + 1) : null
      return (owner && name !== undefined ? ofMethod(owner, name, node) : null) ?? adopted.get(node) ?? (ts.isNewExpression(node) ? null : ofWrapper(callee, node, depth))
    }
    const method = as === 'new' ? null : methodOf(callee)
    const of = method ? objectOf(method.of, depth + 1) : null
    return method && of ? ofMethod(of, method.name, node) : null
  }

  function ofMethod(of: FrameworkObject, name: string, node: ts.Node): FrameworkObject | null {
    for (const { descriptor, kind, source } of derived) {
      if (descriptor !== of.descriptor || !('of' in source) || !('method' in source) || source.callback !== undefined) continue
      if (source.of === of.kind && source.method === name) return { descriptor, kind, node, made: true, parent: of }
    }
    return of.descriptor.chains?.includes(name) === true ? of : null
  }

  /** `traceChannel(channel)`: the channel that it is given, traced. */
  function ofWrapper(callee: Entity, node: ts.CallExpression, depth: number): FrameworkObject | null {
    for (const argument of node.arguments) {
      const given = objectOf(evaluator.evaluate(argument), depth + 1)
      if (given?.descriptor.kind === 'consumer' && isExport(callee, given.descriptor.tracedBy)) return { ...given, wrapper: node }
    }
    return null
  }

  function ofMember(entity: Extract<Entity, { kind: 'member' }>, depth: number): FrameworkObject | null {
    const of = objectOf(entity.of, depth + 1)
    if (!of) return null
    for (const { descriptor, kind, source } of derived) {
      if (descriptor === of.descriptor && 'property' in source && source.of === of.kind && source.property === entity.name) {
        return { descriptor, kind, node: of.node, made: of.made, parent: of }
      }
    }
    return null
  }

  function ofParameter(entity: Extract<Entity, { kind: 'parameter' }>, depth: number): FrameworkObject | null {
    if (entity.path.length > 0) return ofParameterPath(entity, depth)
    const { node } = entity
    return once(node, () => ofCallback(node, depth) ?? ofAnnotation(node) ?? seeds.get(node)?.get('')?.object ?? null)
  }

  /** `{ app }: { app: Express }`: the annotation of the destructured field, else what callers give, else a part of the object before it. */
  function ofParameterPath({ node, path }: Extract<Entity, { kind: 'parameter' }>, depth: number): FrameworkObject | null {
    const named = evaluator.typeName(evaluator.annotationAt(node, path))
    const typed = named ? ofType(named.module, named.type, node) : null
    if (typed) return { ...typed, node: placeIn(node, path), way: path }
    const given = seeds.get(node)?.get(path.join('.'))
    if (given) return given.object
    const name = path.at(-1)
    return name === undefined ? null : ofMember({ kind: 'member', of: { kind: 'parameter', node, path: path.slice(0, -1) }, name, node }, depth)
  }

  function ofCallback(node: ts.ParameterDeclaration, depth: number): FrameworkObject | null {
    const owner = node.parent
    const call = owner.parent
    if (!isFunctionLike(owner) || (!ts.isCallExpression(call) && !ts.isNewExpression(call))) return null
    if (call.arguments?.at(-1) !== owner && call.arguments?.[0] !== owner) return null
    const index = owner.parameters.indexOf(node)
    const callee = evaluator.evaluate(call.expression)
    if (callee.kind === 'export') {
      const row = exportedOf(callee.module).find(({ descriptor, source }) => holds({ descriptor }, node) && isCallSource(source) && 'callback' in source && source.callback === index && isExport(callee, [source]))
      return row ? { descriptor: row.descriptor, kind: row.kind, node, made: true, parent: null } : null
    }
    const method = methodOf(callee)
    const of = method ? objectOf(method.of, depth + 1) : null
    if (!method || !of) return null
    const row = derived.find(({ descriptor, source }) => descriptor === of.descriptor && 'method' in source && 'of' in source && source.callback === index && source.of === of.kind && source.method === method.name)
    return row ? { descriptor: row.descriptor, kind: row.kind, node, made: true, parent: of } : null
  }

  function ofAnnotation(node: ts.ParameterDeclaration): FrameworkObject | null {
    const type = evaluator.typeName(node.type) ?? contextualType(node)
    return type ? ofType(type.module, type.type, node) : null
  }

  /** `const routes: FastifyPluginAsync = async (fastify) => …`: the first parameter of a plugin's type. */
  function contextualType(node: ts.ParameterDeclaration): { module: string; type: string } | null {
    const owner = node.parent
    if (!isFunctionLike(owner) || owner.parameters[0] !== node || !ts.isVariableDeclaration(owner.parent)) return null
    const type = evaluator.typeName(owner.parent.type)
    if (!type) return null
    const plugin = pluginTypes.find(row => matchesModule(type.module, row.module) && row.pattern.test(type.type))
    return plugin ? { module: 'fastify', type: plugin.receives } : null
  }

  function ofType(module: string, type: string, node: ts.Node): FrameworkObject | null {
    const row = typed.find(({ descriptor, source }) => holds({ descriptor }, node) && 'type' in source && source.type === type && matchesModule(module, source.module))
    return row ? { descriptor: row.descriptor, kind: row.kind, node, made: false, parent: null } : null
  }

  /** `class Api extends Hono`: an instance is one of the framework's own. */
  function ofInstance(entity: Extract<Entity, { kind: 'instance' }>): FrameworkObject | null {
    const base = entity.class.heritageClauses?.find(clause => clause.token === ts.SyntaxKind.ExtendsKeyword)?.types[0]
    if (!base) return null
    const parent = evaluator.evaluate(base.expression)
    if (parent.kind !== 'export') return null
    const row = exported.find(({ descriptor, source }) => holds({ descriptor }, entity.class) && isCallSource(source) && usedAs(source, 'new') && isExport(parent, [source]))
    return row ? { descriptor: row.descriptor, kind: row.kind, node: entity.class, made: true, parent: null } : null
  }
}

/** The name that a way into a parameter is taken by, where the parameter is destructured in place; else the parameter itself. */
export function placeIn(parameter: ts.ParameterDeclaration, way: readonly string[]): ts.Node {
  let at: ts.ParameterDeclaration | ts.BindingElement = parameter
  for (const key of way) {
    const element: ts.BindingElement | undefined = ts.isIdentifier(at.name) ? undefined : [...at.name.elements].flatMap(one => (ts.isBindingElement(one) ? [one] : [])).find(one => keyOf(one) === key)
    if (!element) break
    at = element
  }
  return at
}

/** Types of plugins written as a constant's annotation, and the type providers' own. Source: fastify's types/plugin.d.ts. */
const pluginTypes = ['fastify', 'fastify-type-provider-zod', '@fastify/*'].map(module => ({ module, pattern: /^FastifyPlugin/u, receives: 'FastifyInstance' }))

/** Is the entity one of the exports? `require('express')` and `import express` are the same to a table. */
export function isExport(entity: Entity, refs: readonly ExportRef[]): boolean {
  if (entity.kind !== 'export') return false
  return refs.some(ref => {
    // The name is put together for the few rows of this module, and not for the many of others.
    if (!matchesModule(entity.module, ref.module)) return false
    const [imported = '', ...path] = entity.path
    return matchesExport(ref, entity.module, exportName(imported, path))
  })
}

function usedAs(source: ObjectSource, as: 'call' | 'new'): boolean {
  return 'as' in source && (source.as === as || source.as === 'either')
}

function hasCallback(source: ObjectSource): boolean {
  return 'callback' in source
}

const nodes = new Map<string, ts.Node>()

/** An export as such has no node; one is kept for each so that it has an identity. */
function entityNode(entity: Extract<Entity, { kind: 'export' }>): ts.Node {
  const key = `${entity.module}#${entity.path.join('.')}`
  const node = nodes.get(key) ?? ts.factory.createIdentifier('value')
  nodes.set(key, node)
  return node
}
