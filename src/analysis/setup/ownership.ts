import type { TSESTree } from '@typescript-eslint/types'
import type { Scope, SourceCode } from '@typescript-eslint/utils/ts-eslint'

import { findBinding, findVariable, type FunctionNode, getEnclosingFunction, getMemberName, getPropertyName, isFunction, unwrap } from '../bindings.js'
import { findClass } from '../class-fields.js'
import { resolveReference } from '../imports.js'
import { eachChild } from '../walk.js'
import { endMethods } from './ends.js'
import { getParent } from './parents.js'
import type { Call } from './setup-calls.js'

/** What a file does with a provider that it made. */
export interface Ownership {
  /** Callees that make it the global provider, in source order. */
  readonly registrations: readonly TSESTree.Node[]
  /** Where it is shut down or flushed, or where that is handed on (`sdk.shutdown.bind(sdk)`). */
  readonly ends: readonly TSESTree.Node[]
  /** It goes to code that this file does not show, which may end it. */
  readonly handedOver: boolean
  /** The names under which other files can import it, or an object that holds it. */
  readonly exportedAs: readonly string[]
  /** Members that are used of it. */
  readonly members: ReadonlySet<string>
}

interface Search {
  readonly sourceCode: Readonly<SourceCode>
  readonly registeredBy: ReadonlySet<string>
  readonly registrations: TSESTree.Node[]
  readonly ends: TSESTree.Node[]
  readonly exportedAs: string[]
  readonly members: Set<string>
  readonly visited: Set<object>
  handedOver: boolean
}

/** Where the provider is inside a value: `{ otel: { provider } }` has the path `['otel', 'provider']`. */
type Path = readonly string[]

/**
 * Follows a provider from where it is made through the variables, objects and functions of its file.
 *
 * @param registeredBy its own methods that make it global
 */
export function followOwnership(made: Call, registeredBy: readonly string[], sourceCode: Readonly<SourceCode>): Ownership {
  const search = startSearch(registeredBy, sourceCode)
  followValue(made, [], search)
  return search
}

/** What a file does with the processor or exporter that a name stands for. */
export function followName(name: TSESTree.Identifier, sourceCode: Readonly<SourceCode>): Ownership {
  const search = startSearch([], sourceCode)
  const binding = findBinding(name, sourceCode)
  // A parameter belongs to the caller, an import to its module.
  if (binding?.kind !== 'variable') search.handedOver = true
  else followPattern(name, [], search)
  return search
}

function startSearch(registeredBy: readonly string[], sourceCode: Readonly<SourceCode>): Search {
  return {
    sourceCode,
    registeredBy: new Set(registeredBy),
    registrations: [],
    ends: [],
    exportedAs: [],
    members: new Set(),
    visited: new Set(),
    handedOver: false,
  }
}

function followValue(node: TSESTree.Node, path: Path, search: Search): void {
  const parent = getParent(node)
  if (parent === null) return
  switch (parent.type) {
    case 'AwaitExpression':
    case 'ChainExpression':
    case 'TSAsExpression':
    case 'TSNonNullExpression':
    case 'TSSatisfiesExpression':
    case 'TSTypeAssertion':
      followValue(parent, path, search)
      return
    case 'ConditionalExpression':
      if (node !== parent.test) followValue(parent, path, search)
      return
    case 'LogicalExpression':
      // The left side of `&&` goes on only where it is no provider.
      if (node === parent.right || parent.operator !== '&&') followValue(parent, path, search)
      return
    case 'VariableDeclarator':
      if (/using/.test(parent.parent.kind)) search.ends.push(parent)
      followPattern(parent.id, path, search)
      return
    case 'AssignmentPattern':
      followPattern(parent.left, path, search)
      return
    case 'AssignmentExpression':
      followAssignment(parent, node, path, search)
      return
    case 'MemberExpression':
      followMember(parent, node, path, search)
      return
    case 'CallExpression':
    case 'NewExpression':
      followArgument(parent, node, path, search)
      return
    case 'Property':
      if (node === parent.value && parent.parent.type === 'ObjectExpression') {
        followValue(parent.parent, [getPropertyName(parent) ?? '', ...path], search)
      }
      return
    case 'SpreadElement':
      if (parent.parent.type === 'ObjectExpression' && path.length > 0) followValue(parent.parent, path, search)
      else search.handedOver = true
      return
    case 'ReturnStatement':
      followResult(getEnclosingFunction(parent), path, search)
      return
    case 'ArrowFunctionExpression':
      followResult(parent, path, search)
      return
    case 'ExportDefaultDeclaration':
      search.exportedAs.push('default')
      return
    case 'PropertyDefinition':
      followField(parent, path, search)
      return
    case 'BinaryExpression':
    case 'DoWhileStatement':
    case 'ExpressionStatement':
    case 'IfStatement':
    case 'TemplateLiteral':
    case 'UnaryExpression':
    case 'WhileStatement':
      return
    default:
      search.handedOver = true
  }
}

function followPattern(pattern: TSESTree.Node, path: Path, search: Search): void {
  if (pattern.type === 'Identifier') {
    const variable = findVariable(pattern, search.sourceCode)
    if (variable === null) search.handedOver = true
    else followVariable(variable, path, search)
    return
  }
  if (pattern.type !== 'ObjectPattern') {
    search.handedOver = true
    return
  }
  const [first, ...rest] = path
  for (const property of pattern.properties) {
    if (property.type === 'RestElement') followPattern(property.argument, path, search)
    else if (first === undefined) readMember(getPropertyName(property) ?? '', property, search)
    else if (getPropertyName(property) === first) {
      followPattern(property.value.type === 'AssignmentPattern' ? property.value.left : property.value, rest, search)
    }
  }
}

function followVariable(variable: Scope.Variable, path: Path, search: Search): void {
  if (search.visited.has(variable)) return
  search.visited.add(variable)
  if (isExportedDeclaration(variable)) search.exportedAs.push(variable.name)
  for (const reference of variable.references) {
    if (!reference.isRead()) continue
    const identifier = reference.identifier as TSESTree.Identifier
    if (identifier.parent.type === 'ExportSpecifier') {
      const { exported } = identifier.parent
      search.exportedAs.push(exported.type === 'Identifier' ? exported.name : exported.value)
    } else if (!isTypeQuery(identifier)) followValue(identifier, path, search)
  }
}

function isTypeQuery(identifier: TSESTree.Identifier): boolean {
  return identifier.parent.type === 'TSTypeQuery'
}

function isExportedDeclaration(variable: Scope.Variable): boolean {
  return variable.defs.some((definition) => {
    const node = definition.node as TSESTree.Node
    const declaration = node.type === 'VariableDeclarator' ? node.parent : node
    return /^Export/.test(declaration.parent?.type ?? '')
  })
}

function followAssignment(
  assignment: TSESTree.AssignmentExpression,
  node: TSESTree.Node,
  path: Path,
  search: Search,
): void {
  if (node !== assignment.right) return
  const { left } = assignment
  if (left.type === 'MemberExpression') {
    const name = getMemberName(left) ?? ''
    if (left.object.type === 'Identifier' && left.object.name === 'exports') search.exportedAs.push(name)
    else if (left.object.type === 'Identifier' && left.object.name === 'module' && name === 'exports') {
      search.exportedAs.push(path[0] ?? 'default')
    } else followField(left.object.type === 'ThisExpression' ? findField(left, name) : null, path, search)
  } else followPattern(left, path, search)
  if (assignment.parent.type !== 'ExpressionStatement') followValue(assignment, path, search)
}

/** A private field is used by its class alone; of any other somebody else may ask its object. */
function followField(field: TSESTree.PropertyDefinition | null, path: Path, search: Search): void {
  const isPrivate = field !== null && !field.static && (field.key.type === 'PrivateIdentifier' || field.accessibility === 'private')
  const name = field === null ? null : getPropertyName(field)
  if (!isPrivate || name === null) {
    search.handedOver = true
    return
  }
  if (search.visited.has(field)) return
  search.visited.add(field)
  const visit = (node: TSESTree.Node): void => {
    if (node.type === 'ThisExpression') {
      const { parent } = node
      // `const self = this`: whoever has the object's methods has the field, too.
      if (parent.type !== 'MemberExpression' || parent.object !== node) search.handedOver = true
      else if (getMemberName(parent) === name) followValue(parent, path, search)
    }
    eachChild(node, search.sourceCode.visitorKeys, visit)
  }
  visit(field.parent)
}

/** The declaration of the field that `this.x` speaks of. */
function findField(member: TSESTree.MemberExpression, name: string): TSESTree.PropertyDefinition | null {
  for (const field of findClass(member)?.body.body ?? []) if (field.type === 'PropertyDefinition' && getPropertyName(field) === name) return field
  return null
}

function followMember(member: TSESTree.MemberExpression, node: TSESTree.Node, path: Path, search: Search): void {
  if (node !== member.object) return
  const name = getMemberName(member)
  const [first, ...rest] = path
  if (first !== undefined) {
    if (name === null) search.handedOver = true
    else if (name === first) followValue(member, rest, search)
    return
  }
  if (name === null) {
    // `provider[Symbol.asyncDispose]()`
    search.ends.push(member)
    return
  }
  readMember(name, member, search)
}

function readMember(name: string, node: TSESTree.Node, search: Search): void {
  search.members.add(name)
  if (endMethods.has(name)) search.ends.push(node)
  const isCalled = node.parent?.type === 'CallExpression' && node.parent.callee === node
  if (isCalled && search.registeredBy.has(name)) search.registrations.push(node)
}

/** Methods and functions of the API and the language that take a provider and never end it. */
const NEUTRAL_METHODS: ReadonlySet<string> = new Set(['setMeterProvider', 'setTracerProvider'])

function followArgument(call: Call, node: TSESTree.Node, path: Path, search: Search): void {
  if (node === call.callee) return
  const callee = unwrap(call.callee)
  const method = callee.type === 'MemberExpression' ? getMemberName(callee) : null
  if (method === 'setGlobalTracerProvider' && path.length === 0) {
    search.registrations.push(call.callee)
    return
  }
  if (method !== null && NEUTRAL_METHODS.has(method)) return
  if (callee.type === 'MemberExpression' && callee.object.type === 'Identifier') {
    const { name } = callee.object
    if (name === 'console' || (name === 'Object' && findBinding(callee.object, search.sourceCode) === null)) return
  }
  if (resolveReference(callee, search.sourceCode)?.module.startsWith('@opentelemetry/') === true) return
  const parameter = findParameter(callee, call.arguments.indexOf(node as TSESTree.CallExpressionArgument), search)
  if (parameter === null) search.handedOver = true
  else followPattern(parameter, path, search)
}

/** The parameter of a function of this file that an argument becomes, or null. */
function findParameter(callee: TSESTree.Node, index: number, search: Search): TSESTree.Node | null {
  const called = isFunction(callee) ? callee : findFunction(callee, search)
  const parameter = called?.params[index]
  if (parameter === undefined) return null
  return parameter.type === 'AssignmentPattern' ? parameter.left : parameter
}

function findFunction(callee: TSESTree.Node, search: Search): FunctionNode | null {
  if (callee.type !== 'Identifier') return null
  const binding = findBinding(callee, search.sourceCode)
  if (binding?.kind === 'function') return binding.node
  return binding?.kind === 'variable' && binding.path.length === 0 && isFunction(binding.init) ? binding.init : null
}

/** What a function returns goes to whoever calls it; to nobody knows whom when the function leaves the file. */
function followResult(node: FunctionNode | null, path: Path, search: Search): void {
  if (node === null || search.visited.has(node)) return
  search.visited.add(node)
  const { parent } = node
  const name =
    node.type === 'FunctionDeclaration' ? node.id
    : parent.type === 'VariableDeclarator' && parent.id.type === 'Identifier' ? parent.id
    : null
  if (name === null) {
    if (parent.type === 'CallExpression') followReturned(parent, node, path, search)
    else search.handedOver = true
    return
  }
  const variable = findVariable(name, search.sourceCode)
  if (variable === null || isExportedDeclaration(variable)) {
    search.handedOver = true
    return
  }
  for (const { identifier } of variable.references) {
    const use = identifier.parent
    if (use.type === 'VariableDeclarator' && use.id === identifier) continue
    if (use.type === 'CallExpression') followReturned(use, identifier, path, search)
    else search.handedOver = true
  }
}

/** A function is called, or given to one that calls it and passes its result on (`once(setup)`, `singleton('otel', setup)`). */
function followReturned(call: TSESTree.CallExpression, fn: TSESTree.Node, path: Path, search: Search): void {
  if (fn !== call.callee && call.parent.type === 'ExpressionStatement') search.handedOver = true
  else followValue(call, path, search)
}
