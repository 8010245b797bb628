import { type Handler, resolveValue, type Value } from '@spanguard/policy'
import type { TSESTree } from '@typescript-eslint/types'

import { exportName, type FrameworkDescriptor, type HandlerRow, matchesExport, type MiddlewareRow } from '../../frameworks/index.js'
import { getMemberName, getPropertyName, isFunction, unwrap } from '../bindings.js'
import { resolveReference } from '../imports.js'
import { findNode, originOf } from '../origins.js'
import { findFunction, type ReceiverContext } from '../receivers.js'
import { valueOf } from '../values.js'
import { type Call, type FrameworkObject, isUsedAs, type ObjectFinder } from './objects.js'

/** A call that registers handlers, with what it registers them on (null where that cannot be seen). */
export interface HandlerCall {
  readonly kind: 'handler'
  readonly node: Call
  readonly framework: FrameworkDescriptor
  readonly object: FrameworkObject | null
  readonly row: HandlerRow
  /** The callbacks, or what stands in their place. */
  readonly handlers: readonly TSESTree.Node[]
  readonly path: TSESTree.Node | null
  readonly method: string
}

/** A call that registers middleware, plugins or parts. */
export interface MiddlewareCall {
  readonly kind: 'middleware'
  readonly node: Call
  readonly object: FrameworkObject
  readonly row: MiddlewareRow
}

/** A call that starts serving. */
export interface ListenCall {
  readonly kind: 'listen'
  readonly node: Call
  readonly object: FrameworkObject
}

export type FrameworkCall = HandlerCall | MiddlewareCall | ListenCall

/** Reads the calls of a file against the tables. */
export function readFrameworkCalls(
  nodes: readonly Call[],
  frameworks: readonly FrameworkDescriptor[],
  finder: ObjectFinder,
  context: ReceiverContext,
): readonly FrameworkCall[] {
  const calls: FrameworkCall[] = []
  // Of most frameworks only methods register.
  const registering = frameworks.filter(({ handlers }) => handlers.some(({ call }) => call !== undefined))
  for (const node of nodes) {
    const call = readMethodCall(node, frameworks, finder, context)
    if (call !== null) calls.push(call)
    const called = registering.length === 0 ? null : readExportCall(node, registering, finder, context)
    if (called !== null) calls.push(called)
  }
  return calls
}

function readMethodCall(node: Call, frameworks: readonly FrameworkDescriptor[], finder: ObjectFinder, context: ReceiverContext): FrameworkCall | null {
  const callee = unwrap(node.callee)
  const method = callee.type === 'MemberExpression' && node.type === 'CallExpression' ? getMemberName(callee) : null
  if (method === null || callee.type !== 'MemberExpression' || !frameworks.some((framework) => methodsOf(framework).has(method))) return null
  const object = finder.objectOf(callee.object)
  return object === null ? null : readMethod(node, method, object, context)
}

const methodsBy = new WeakMap<FrameworkDescriptor, ReadonlySet<string>>()

/** The methods that register, mount or serve on any object of a framework. */
function methodsOf(framework: FrameworkDescriptor): ReadonlySet<string> {
  let methods = methodsBy.get(framework)
  if (methods === undefined) {
    const rows = [...framework.handlers, ...(framework.middleware ?? []), ...(framework.listens ?? [])]
    methods = new Set(rows.flatMap((row) => row.methods ?? []))
    methodsBy.set(framework, methods)
  }
  return methods
}

function readMethod(node: Call, method: string, object: FrameworkObject, context: ReceiverContext): FrameworkCall | null {
  const { framework } = object
  for (const row of framework.handlers) {
    if (row.on !== object.is || row.methods?.includes(method) !== true) continue
    const call = readHandlers(node, method, framework, object, row, context)
    if (call !== null) return call
  }
  for (const row of framework.middleware ?? []) {
    if (row.on === object.is && row.methods.includes(method)) return { kind: 'middleware', node, object, row }
  }
  const listens = framework.listens?.some((row) => row.on === object.is && row.methods.includes(method)) === true
  return listens ? { kind: 'listen', node, object } : null
}

function readExportCall(
  node: Call,
  frameworks: readonly FrameworkDescriptor[],
  finder: ObjectFinder,
  context: ReceiverContext,
): FrameworkCall | null {
  const reference = resolveReference(node.callee, context.sourceCode)
  if (reference === null) return null
  const name = exportName(reference.imported, reference.path)
  for (const framework of frameworks) {
    for (const row of framework.handlers) {
      const { call } = row
      if (call === undefined || !isUsedAs(call, node) || !matchesExport(call, reference.module, name)) continue
      const made = row.isMiddleware === true ? null : finder.objectOf(node)
      return readHandlers(node, name, framework, made, row, context)
    }
  }
  return null
}

function readHandlers(
  node: Call,
  method: string,
  framework: FrameworkDescriptor,
  object: FrameworkObject | null,
  row: HandlerRow,
  context: ReceiverContext,
): HandlerCall | null {
  const given = node.arguments as readonly TSESTree.Node[]
  let path = row.path === undefined ? null : (given[row.path] ?? null)
  let first = row.handler === 'last' ? given.length - 1 : row.handler
  if (row.pathOptional === true && path !== null && !isPath(path, context)) {
    path = null
    first -= 1
  }
  if (first < 0 || given.length <= first) return null
  if (row.pathIs !== undefined && !row.pathIs.some((text) => text === literalText(path, context))) return null
  const argument = given[first]
  if (argument === undefined) return null
  if (row.handlerProperties !== undefined) {
    const object_ = resolveObject(argument, context)
    const handlers = object_ === null ? [argument] : propertiesOf(object_, row.handlerProperties)
    if (handlers.length === 0) return null
    const named = object_ === null ? null : findProperty(object_, row.pathProperties ?? [])
    return { kind: 'handler', node, framework, object, row, handlers, path: path ?? named, method }
  }
  const handlers = row.handler === 'last' ? [argument] : given.slice(first)
  if (row.functionOnly === true && !handlers.some((handler) => isLocalFunction(handler, context))) return null
  const kept = row.functionOnly === true ? handlers.filter((handler) => isLocalFunction(handler, context)) : handlers
  return { kind: 'handler', node, framework, object, row, handlers: kept, path: object?.path ?? path, method }
}

function isPath(node: TSESTree.Node, context: ReceiverContext): boolean {
  if (node.type === 'Literal') return true
  const value = valueOf(node, context.sourceCode)
  if (value.kind === 'reference') return value.resolved !== undefined && !isFunctionValue(value.resolved)
  return value.kind === 'literal' || value.kind === 'template' || value.kind === 'concat' || value.kind === 'array'
}

function isFunctionValue(value: Value): boolean {
  return value.kind === 'unknown' && value.yields === 'function'
}

/** The text of an argument that is known, else null. */
export function literalText(node: TSESTree.Node | null, context: ReceiverContext): string | null {
  // Most are written in place, or are middleware: that takes no value to be made.
  if (node === null || node.type === 'Literal') return typeof node?.value === 'string' ? node.value : null
  if (node.type === 'CallExpression' && !joins(node)) return null
  const value = resolveValue(valueOf(node, context.sourceCode))
  return value.kind === 'literal' && typeof value.value === 'string' ? value.value : null
}

/** Of all calls only `concat` and `join` give a text that is known. */
function joins({ callee }: TSESTree.CallExpression): boolean {
  const name = callee.type === 'MemberExpression' ? getMemberName(callee) : null
  return name === 'concat' || name === 'join'
}

/** An object expression, given in place or by a variable's name. */
export function resolveObject(node: TSESTree.Node, context: ReceiverContext): TSESTree.ObjectExpression | null {
  const expression = unwrap(node)
  if (expression.type === 'ObjectExpression') return expression
  if (expression.type !== 'Identifier') return null
  const value = resolveValue(valueOf(expression, context.sourceCode))
  if (value.kind !== 'object') return null
  const made = findNode(value.origin)
  return made?.type === 'ObjectExpression' ? made : null
}

function propertiesOf(object: TSESTree.ObjectExpression, names: readonly string[]): TSESTree.Node[] {
  return object.properties.flatMap((property) => {
    if (property.type === 'SpreadElement') return []
    const name = getPropertyName(property)
    return name !== null && (names.includes(name) || names.includes('*')) ? [property.value] : []
  })
}

function findProperty(object: TSESTree.ObjectExpression, names: readonly string[]): TSESTree.Node | null {
  for (const property of object.properties) {
    if (property.type === 'Property' && names.includes(getPropertyName(property) ?? '')) return property.value
  }
  return null
}

/** A function of this file: written in place, by its name, or a method (`this.handle`, `this.handle.bind(this)`). */
export function isLocalFunction(node: TSESTree.Node, context: ReceiverContext): boolean {
  return findLocalFunction(node, context) !== null
}

export function findLocalFunction(node: TSESTree.Node, context: ReceiverContext): TSESTree.Node | null {
  const expression = unwrap(node)
  if (isFunction(expression)) return expression
  if (expression.type === 'Identifier') return findFunction(expression, context)
  if (expression.type === 'CallExpression' && expression.callee.type === 'MemberExpression') {
    return getMemberName(expression.callee) === 'bind' ? findLocalFunction(expression.callee.object, context) : null
  }
  if (expression.type !== 'MemberExpression' || expression.object.type !== 'ThisExpression') return null
  const name = getMemberName(expression)
  let current: TSESTree.Node | undefined = expression.parent
  while (current && current.type !== 'ClassBody') current = current.parent
  if (current?.type !== 'ClassBody') return null
  for (const member of current.body) {
    if (member.type !== 'MethodDefinition' && member.type !== 'PropertyDefinition') continue
    if (getPropertyName(member) === name && isFunction(member.value)) return member.value
  }
  return null
}

/** Is it part of the framework's machinery (a health service, reflection)? */
export function isMachinery({ framework, node }: HandlerCall, context: ReceiverContext): boolean {
  const { ignores } = framework
  if (ignores === undefined) return false
  return node.arguments.some((argument) => {
    let current: TSESTree.Node = unwrap(argument)
    while (current.type === 'NewExpression' || current.type === 'CallExpression') current = unwrap(current.callee)
    const reference = resolveReference(current, context.sourceCode)
    return reference !== null && ignores.includes(reference.module)
  })
}

/** The facts of a call: one for each callback of an object of callbacks, one for a route whatever stands before its handler. */
export function factsOfHandlerCall(call: HandlerCall, context: ReceiverContext): Handler[] {
  const { framework, node, row } = call
  const path = call.path === null ? null : valueOf(call.path, context.sourceCode)
  const method = readHttpMethod(call, context)
  const fact: Handler = {
    fact: 'handler',
    origin: originOf(node),
    certainty: 'certain',
    via: { api: framework.name, method: call.method },
    framework: framework.name,
    ...(method === null ? {} : { method }),
    ...(path === null ? {} : { route: path }),
  }
  if (row.handlerProperties === undefined || row.handlerProperties.length === 1 && row.handlerProperties[0] !== '*') return [fact]
  return call.handlers.map((handler) => ({ ...fact, origin: originOf(handler) }))
}

/** The HTTP method in capitals, `*` for any; null where there is none or it is not known. */
export function readHttpMethod(call: HandlerCall, context: ReceiverContext): string | null {
  const { httpMethod } = call.row
  if (httpMethod === undefined) return null
  if (httpMethod === 'name') return call.method === 'all' ? '*' : call.method === 'del' ? 'DELETE' : call.method.toUpperCase()
  if ('is' in httpMethod) return httpMethod.is
  const argument =
    'argument' in httpMethod ? (call.node.arguments[httpMethod.argument] ?? null) : findMethodProperty(call, httpMethod.property, context)
  return literalText(argument, context)?.toUpperCase() ?? null
}

function findMethodProperty(call: HandlerCall, name: string, context: ReceiverContext): TSESTree.Node | null {
  const argument = typeof call.row.handler === 'number' ? call.node.arguments[call.row.handler] : undefined
  const object = argument === undefined ? null : resolveObject(argument, context)
  return object === null ? null : findProperty(object, [name])
}
