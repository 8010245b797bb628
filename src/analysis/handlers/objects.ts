import type { TSESTree } from '@typescript-eslint/types'
import type { Scope, SourceCode } from '@typescript-eslint/utils/ts-eslint'

import { exportName, type ExportRef, type FrameworkDescriptor, matchesExport, matchesModule } from '../../frameworks/index.js'
import { type ExportSource, type MethodSource, type NamedSource, sourcesOf } from '../../frameworks/object-sources.js'
import { type Binding, findBinding, findVariable, type FunctionNode, getMemberName, unwrap } from '../bindings.js'
import { readFieldSources } from '../class-fields.js'
import { resolveReference } from '../imports.js'

export type Call = TSESTree.CallExpression | TSESTree.NewExpression

/** An object of a framework: an app, a router, a channel. The same object for every expression that leads to its creation. */
export interface FrameworkObject {
  readonly framework: FrameworkDescriptor
  /** Its name in the descriptor's `objects`. */
  readonly is: string
  /** The call that made it; null when it came from elsewhere (a parameter, an import) and only its type is known. */
  readonly creation: Call | null
  /** The object whose method made it. */
  readonly parent: FrameworkObject | null
  /** The path of all routes of it, where the call that made it took one. */
  readonly path: TSESTree.Node | null
}

/** Finds the framework's object that an expression is. One finder per file. */
export interface ObjectFinder {
  objectOf(node: TSESTree.Node): FrameworkObject | null
}

const DEPTH = 12

export function createObjectFinder(
  frameworks: readonly FrameworkDescriptor[],
  sourceCode: Readonly<SourceCode>,
): ObjectFinder {
  // A name is the same object wherever it stands: what was found for one use of a variable holds for the others. A call that
  // makes none is not kept: most calls of a file do not, and to see that again costs less than to remember it.
  const known = new Map<TSESTree.Node | Scope.Variable, FrameworkObject | null>()
  const created = new Map<Call, FrameworkObject>()
  const makers = new Map<string, boolean>()
  const running = new Set<TSESTree.Node | Scope.Variable>()

  return { objectOf: (node) => find(node, 0) }

  function find(written: TSESTree.Node, depth: number): FrameworkObject | null {
    const node = unwrap(written)
    const key = node.type === 'Identifier' ? (findVariable(node, sourceCode) ?? node) : node
    const answer = known.get(key)
    if (answer !== undefined) return answer
    if (depth > DEPTH) return null
    if (isCall(node)) {
      const found = readCall(node, depth + 1)
      if (found !== null) known.set(key, found)
      return found
    }
    if (running.has(key)) return null
    running.add(key)
    const found = read(node, depth + 1)
    running.delete(key)
    known.set(key, found)
    return found
  }

  function read(node: TSESTree.Node, depth: number): FrameworkObject | null {
    switch (node.type) {
      case 'AwaitExpression':
        return find(node.argument, depth)
      case 'AssignmentExpression':
        return find(node.right, depth)
      case 'LogicalExpression':
        return find(node.left, depth) ?? find(node.right, depth)
      case 'ConditionalExpression':
        return find(node.consequent, depth) ?? find(node.alternate, depth)
      case 'MemberExpression':
        return readMember(node, depth)
      case 'Identifier':
        return readIdentifier(node, depth)
      default:
        return null
    }
  }

  function readCall(node: Call, depth: number): FrameworkObject | null {
    const callee = unwrap(node.callee)
    const method = callee.type === 'MemberExpression' ? getMemberName(callee) : null
    // Nearly every call of a file is another one.
    if (callee.type === 'MemberExpression' && (method === null || !mayGive(method))) return null
    const made = findCreated(node, null)
    if (made !== null) return makeCreated({ ...made, creation: node, parent: null, path: null })
    if (node.type === 'NewExpression' || callee.type !== 'MemberExpression' || method === null) return null
    const owner = find(callee.object, depth)
    if (owner === null) return null
    const result = findResult(owner, method, null)
    if (result !== null) {
      const path = result.source.path === undefined ? null : (node.arguments[result.source.path] ?? null)
      return makeCreated({ framework: owner.framework, is: result.is, creation: node, parent: owner, path })
    }
    return owner.framework.chains?.includes(method) === true ? owner : null
  }

  function readMember(node: TSESTree.MemberExpression, depth: number): FrameworkObject | null {
    const value = findValue(node)
    if (value !== null) return value
    const name = getMemberName(node)
    if (name === null) return null
    if (node.object.type === 'ThisExpression') return readField(node, name, depth)
    const owner = find(node.object, depth)
    return owner === null ? null : readProperty(owner, name)
  }

  function readProperty(owner: FrameworkObject, name: string): FrameworkObject | null {
    const found = sourcesOf(owner.framework).properties.get(name)?.find(({ source }) => source.of === owner.is)
    return found === undefined ? null : makeGiven({ framework: owner.framework, is: found.is }, owner)
  }

  function readField(node: TSESTree.MemberExpression, name: string, depth: number): FrameworkObject | null {
    const sources = readFieldSources(node, name, sourceCode)
    // A value tells more than a type: it says that the object is made here.
    for (const source of sources) {
      const found = source.kind === 'value' ? find(source.node, depth) : null
      if (found !== null) return found
    }
    for (const source of sources) {
      const found = source.kind === 'annotation' ? readAnnotation(source.node) : null
      if (found !== null) return found
    }
    return null
  }

  function readIdentifier(node: TSESTree.Identifier, depth: number): FrameworkObject | null {
    const binding = findBinding(node, sourceCode)
    switch (binding?.kind) {
      case 'import':
        return findValue(node)
      case 'variable':
        return readVariable(node, binding, depth)
      case 'parameter':
        return readParameter(binding, depth)
      default:
        return null
    }
  }

  function readVariable(
    node: TSESTree.Identifier,
    binding: Extract<Binding, { kind: 'variable' }>,
    depth: number,
  ): FrameworkObject | null {
    const value = findValue(node)
    if (value !== null) return value
    if (binding.path.length > 0) return readDestructured(binding, depth)
    for (const write of binding.writes) {
      const found = find(write, depth)
      if (found !== null) return found
    }
    return binding.annotation === null ? null : readAnnotation(binding.annotation)
  }

  /** `const { procedure } = t` */
  function readDestructured(binding: Extract<Binding, { kind: 'variable' }>, depth: number): FrameworkObject | null {
    const [name, ...rest] = binding.path
    const owner = binding.init === null || rest.length > 0 ? null : find(binding.init, depth)
    if (owner === null) return null
    return name === undefined ? null : readProperty(owner, name)
  }

  function readParameter(binding: Extract<Binding, { kind: 'parameter' }>, depth: number): FrameworkObject | null {
    if (binding.path.length > 0) return null
    const called = readCallback(binding, depth) ?? readLocalCalls(binding.function, binding.index, depth)
    if (called !== null) return called
    if (binding.annotation !== null) return readAnnotation(binding.annotation)
    return null
  }

  /** The parameter of a function given to a call that hands an object to it: `amqp.connect(url, (error, connection) => …)`. */
  function readCallback(binding: Extract<Binding, { kind: 'parameter' }>, depth: number): FrameworkObject | null {
    const call = findCallWith(binding.function)
    if (call === null) return null
    const made = findCreated(call, binding.index)
    if (made !== null) return makeCreated({ ...made, creation: call, parent: null, path: null })
    const callee = unwrap(call.callee)
    if (callee.type !== 'MemberExpression') return null
    const method = getMemberName(callee)
    const owner = method === null ? null : find(callee.object, depth)
    const result = owner === null || method === null ? null : findResult(owner, method, binding.index)
    return owner === null || result === null ? null
      : makeCreated({ framework: owner.framework, is: result.is, creation: call, parent: owner, path: null })
  }

  /** The call that a function is given to, written in place or by its name. */
  function findCallWith(node: FunctionNode): Call | null {
    const { parent } = node
    if (isCall(parent) && (parent.arguments as readonly TSESTree.Node[]).includes(node)) return parent
    for (const reference of referencesOf(node)) {
      const call = reference.parent
      if (isCall(call) && (call.arguments as readonly TSESTree.Node[]).includes(reference)) return call
    }
    return null
  }

  /** `setUp(app)` of a function of this file: its parameter is what it is called with, where all calls agree. */
  function readLocalCalls(node: FunctionNode, index: number, depth: number): FrameworkObject | null {
    let found: FrameworkObject | null = null
    for (const reference of referencesOf(node)) {
      const call = reference.parent
      if (!isCall(call) || call.callee !== reference) continue
      const argument = call.arguments[index]
      const object = argument === undefined ? null : find(argument, depth)
      if (object === null || (found !== null && object !== found)) return null
      found = object
    }
    return found
  }

  function referencesOf(node: FunctionNode): readonly TSESTree.Identifier[] {
    const { parent } = node
    const name =
      node.type !== 'ArrowFunctionExpression' && node.id !== null ? node.id
      : parent.type === 'VariableDeclarator' && parent.id.type === 'Identifier' ? parent.id
      : null
    const variable = name === null ? null : findVariable(name, sourceCode)
    return (variable?.references ?? []).filter((reference) => reference.isRead()).map(({ identifier }) => identifier as TSESTree.Identifier)
  }

  /** What a call of an export makes: its result, or what it gives to parameter `callback` of a function among its arguments. */
  function findCreated(node: Call, callback: number | null): Pick<FrameworkObject, 'framework' | 'is'> | null {
    const reference = resolveReference(node.callee, sourceCode)
    if (reference === null || !isMaker(reference.module)) return null
    const name = exportName(reference.imported, reference.path)
    return findExport(
      (source) => source.as !== 'value' && (source.callback ?? null) === callback && isUsedAs(source, node) && matchesExport(source, reference.module, name),
    )
  }

  function mayGive(name: string): boolean {
    return frameworks.some((framework) => sourcesOf(framework).called?.has(name) !== false)
  }

  /** Does any row speak of this module? */
  function isMaker(module: string): boolean {
    let answer = makers.get(module)
    if (answer === undefined) {
      answer = frameworks.some((framework) => sourcesOf(framework).modules.some((pattern) => matchesModule(module, pattern)))
      makers.set(module, answer)
    }
    return answer
  }

  function findValue(node: TSESTree.Node): FrameworkObject | null {
    const reference = resolveReference(node, sourceCode)
    if (reference === null || !isMaker(reference.module)) return null
    const name = exportName(reference.imported, reference.path)
    const found = findExport((source) => source.as === 'value' && matchesExport(source, reference.module, name))
    return found === null ? null : makeGiven(found)
  }

  function findExport(matches: (source: ExportSource) => boolean): Pick<FrameworkObject, 'framework' | 'is'> | null {
    for (const framework of frameworks) {
      for (const { is, source } of sourcesOf(framework).exports) if (matches(source)) return { framework, is }
    }
    return null
  }

  function readAnnotation(node: TSESTree.TypeNode): FrameworkObject | null {
    if (node.type === 'TSUnionType') {
      for (const type of node.types) {
        const found = readAnnotation(type)
        if (found !== null) return found
      }
      return null
    }
    const reference = resolveType(node, sourceCode)
    if (reference === null) return null
    for (const framework of frameworks) {
      const found = sourcesOf(framework).types.find(({ source }) => source.type === reference.name && matchesModule(reference.module, source.module))
      if (found !== undefined) return makeGiven({ framework, is: found.is })
    }
    return null
  }

  /** One object for one call, whichever of the names for it is asked for. */
  function makeCreated(object: FrameworkObject & { readonly creation: Call }): FrameworkObject {
    const kept = created.get(object.creation)
    if (kept?.is === object.is) return kept
    created.set(object.creation, object)
    return object
  }

  function makeGiven({ framework, is }: Pick<FrameworkObject, 'framework' | 'is'>, parent: FrameworkObject | null = null): FrameworkObject {
    return { framework, is, creation: null, parent, path: null }
  }
}

/** What a method of an object gives: as its result, or to parameter `callback` of a function among its arguments. */
function findResult(owner: FrameworkObject, method: string, callback: number | null): NamedSource<MethodSource> | null {
  const named = sourcesOf(owner.framework).methods.get(method)
  return named?.find(({ source }) => source.of === owner.is && (source.callback ?? null) === callback) ?? null
}

/** The module and name of a type that is imported: `Express`, `express.Express`. */
export function resolveType(node: TSESTree.TypeNode, sourceCode: Readonly<SourceCode>): { module: string; name: string } | null {
  if (node.type !== 'TSTypeReference') return null
  const members: string[] = []
  let current: TSESTree.EntityName = node.typeName
  while (current.type === 'TSQualifiedName') {
    members.unshift(current.right.name)
    current = current.left
  }
  if (current.type !== 'Identifier') return null
  const binding = findBinding(current, sourceCode)
  return binding?.kind === 'import' ? { module: binding.module, name: exportName(binding.imported, members) } : null
}

/** Is the call of the kind (`f()`, `new F()`) that the row asks for? */
export function isUsedAs(ref: ExportRef, node: Call): boolean {
  if (ref.as === 'call') return node.type === 'CallExpression'
  if (ref.as === 'new') return node.type === 'NewExpression'
  return ref.as === 'either' || ref.as === undefined
}

export function isCall(node: TSESTree.Node | null | undefined): node is Call {
  return node?.type === 'CallExpression' || node?.type === 'NewExpression'
}

/** The object that is judged: the nearest root on the way from a part to what made it. */
export function rootOf(object: FrameworkObject): FrameworkObject | null {
  let current: FrameworkObject | null = object
  while (current !== null && !current.framework.roots.includes(current.is)) current = current.parent
  return current
}

