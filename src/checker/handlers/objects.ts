import { ts } from 'ts-morph'
import { exportName, isCallSource, matchesExport, matchesModule, type ExportRef, type FrameworkDescriptor, type ObjectSource } from '../../frameworks/index.js'
import { fileOf } from '../places.js'
import type { FrameworkTable } from './frameworks.js'
import { isFunctionLike, type Entity, type Evaluator } from '../evaluate.js'

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
}

export interface ObjectMatcher {
  /** The framework's object that an entity stands for. */
  objectOf(entity: Entity): FrameworkObject | null
  /** Does a reference of a table mean the export? */
  isExport(entity: Entity, refs: readonly ExportRef[]): boolean
  /**
   * Says what a parameter receives where only its function's callers know: a plugin given by name, `routes(app)`.
   * @returns false when that was known.
   */
  seed(parameter: ts.ParameterDeclaration, object: FrameworkObject): boolean
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
  const derived = rows.filter(row => 'of' in row.source)
  const typed = rows.filter(row => 'type' in row.source)
  const known = new Map<ts.Node, FrameworkObject | null>()
  const seeds = new Map<ts.ParameterDeclaration, FrameworkObject>()

  return { objectOf, isExport, seed, received }

  function seed(parameter: ts.ParameterDeclaration, object: FrameworkObject): boolean {
    if (seeds.has(parameter) || known.get(parameter)) return false
    seeds.set(parameter, object)
    known.clear()
    return true
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
      case 'result': {
        const cached = known.get(entity.node)
        if (cached !== undefined) return cached
        known.set(entity.node, null)
        const found = ofResult(entity, depth)
        known.set(entity.node, found)
        return found
      }
      case 'member':
        return ofMember(entity, depth)
      case 'parameter':
        return ofParameter(entity, depth)
      case 'typed':
        return ofType(entity.module, entity.type, entity.node)
      case 'instance':
        return ofInstance(entity)
      case 'export': {
        const row = exported.find(({ source }) => isCallSource(source) && (source as ExportRef).as === 'value' && isExport(entity, [source]))
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
      for (const { descriptor, kind, source } of exported) {
        if (!holds({ descriptor }, node) || !isCallSource(source) || hasCallback(source) || !usedAs(source, as)) continue
        if (isExport(callee, [source])) return { descriptor, kind, node, made: true, parent: null }
      }
      return null
    }
    if (callee.kind !== 'member' || as === 'new') return null
    const of = objectOf(callee.of, depth + 1)
    if (!of) return null
    for (const { descriptor, kind, source } of derived) {
      if (descriptor !== of.descriptor || !('of' in source) || !('method' in source) || source.callback !== undefined) continue
      if (source.of === of.kind && source.method === callee.name) return { descriptor, kind, node, made: true, parent: of }
    }
    return of.descriptor.chains?.includes(callee.name) === true ? of : null
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
    if (entity.path.length > 0) return ofParameterPath(entity)
    const { node } = entity
    const cached = known.get(node)
    if (cached !== undefined) return cached
    known.set(node, null)
    const found = ofCallback(node, depth) ?? ofAnnotation(node) ?? seeds.get(node) ?? null
    known.set(node, found)
    return found
  }

  /** `{ app }: { app: Express }`: the annotation of the destructured field. */
  function ofParameterPath({ node, path }: Extract<Entity, { kind: 'parameter' }>): FrameworkObject | null {
    let type = node.type
    for (const name of path) {
      const member: ts.TypeElement | undefined = type && ts.isTypeLiteralNode(type) ? type.members.find(one => one.name && ts.isIdentifier(one.name) && one.name.text === name) : undefined
      type = member && ts.isPropertySignature(member) ? member.type : undefined
    }
    const named = evaluator.typeName(type)
    return named ? ofType(named.module, named.type, node) : null
  }

  function ofCallback(node: ts.ParameterDeclaration, depth: number): FrameworkObject | null {
    const owner = node.parent
    const call = owner.parent
    if (!isFunctionLike(owner) || (!ts.isCallExpression(call) && !ts.isNewExpression(call))) return null
    if (call.arguments?.at(-1) !== owner && call.arguments?.[0] !== owner) return null
    const index = owner.parameters.indexOf(node)
    const callee = evaluator.evaluate(call.expression)
    if (callee.kind === 'export') {
      const row = exported.find(({ descriptor, source }) => holds({ descriptor }, node) && isCallSource(source) && 'callback' in source && source.callback === index && isExport(callee, [source]))
      return row ? { descriptor: row.descriptor, kind: row.kind, node, made: true, parent: null } : null
    }
    if (callee.kind !== 'member') return null
    const of = objectOf(callee.of, depth + 1)
    if (!of) return null
    const row = derived.find(({ descriptor, source }) => descriptor === of.descriptor && 'method' in source && 'of' in source && source.callback === index && source.of === of.kind && source.method === callee.name)
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

/** Types of plugins written as a constant's annotation. Source: fastify's types/plugin.d.ts. */
const pluginTypes = ['fastify', '@fastify/*'].map(module => ({ module, pattern: /^FastifyPlugin/u, receives: 'FastifyInstance' }))

/** Is the entity one of the exports? `require('express')` and `import express` are the same to a table. */
export function isExport(entity: Entity, refs: readonly ExportRef[]): boolean {
  if (entity.kind !== 'export') return false
  const [imported = '', ...path] = entity.path
  const name = exportName(imported, path)
  return refs.some(ref => matchesExport(ref, entity.module, name))
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
