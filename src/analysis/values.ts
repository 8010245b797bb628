import {
  addValues,
  type CallValue,
  flattenSpread,
  foldCall,
  foldText,
  followPath,
  isPicking,
  type LiteralValue,
  literalText,
  memberOf,
  type Origin,
  type PropertyValue,
  type ReferenceValue,
  type UnknownValue,
  type Value,
  type Writable,
  yieldOf,
} from '@spanguard/policy'
import type { TSESTree } from '@typescript-eslint/types'
import type { SourceCode } from '@typescript-eslint/utils/ts-eslint'

import { type Binding, findBinding, findVariable, type FunctionNode, getMemberName, isFunction, unwrap } from './bindings.js'
import { resolveReference } from './imports.js'
import { originOf } from './origins.js'
import { perFile } from './per-file.js'
import { typeFactOf } from './types.js'

const DEPTH = 12
const TEXT_LIMIT = 200
/** A variable that is assigned more often than this is taken as unknown. */
const WRITES_LIMIT = 6

const valuesOf = perFile(() => new Map<TSESTree.Node, Value>())

/**
 * What an expression can be, as plain data: constants, templates, enums, objects and spreads are followed to what they
 * were made of, through aliases and single assignments of this file. Evaluates nothing and never throws.
 */
export function valueOf(node: TSESTree.Node, sourceCode: Readonly<SourceCode>): Value {
  return read(node, sourceCode, { nodes: new Set(), cuts: 0 }, 0)
}

/** The nodes that are being read, from the one that was asked for inwards. */
interface Visiting {
  readonly nodes: Set<TSESTree.Node>
  /** How often a value was cut short, by the depth or by a cycle. */
  cuts: number
}

function read(written: TSESTree.Node, sourceCode: Readonly<SourceCode>, visiting: Visiting, depth: number): Value {
  const node = unwrap(written)
  const values = valuesOf(sourceCode)
  const known = values.get(node)
  if (known !== undefined) return known
  const { cuts, nodes } = visiting
  if (depth > DEPTH || nodes.has(node)) {
    visiting.cuts = cuts + 1
    return unknown(node, sourceCode)
  }
  nodes.add(node)
  const value = build(node, sourceCode, visiting, depth + 1)
  nodes.delete(node)
  // A value inside of which something was cut short belongs to this question only.
  if (depth === 0 || visiting.cuts === cuts) values.set(node, value)
  return value
}

function build(node: TSESTree.Node, sourceCode: Readonly<SourceCode>, visiting: Visiting, depth: number): Value {
  const next = (child: TSESTree.Node): Value => read(child, sourceCode, visiting, depth)
  const base = getBase(node, sourceCode)
  switch (node.type) {
    case 'Literal':
      if ('regex' in node) return { ...base, kind: 'unknown' }
      return literal(base, 'bigint' in node ? `${node.bigint}n` : node.value)
    case 'TemplateLiteral':
      return foldText({
        ...base,
        kind: 'template',
        quasis: node.quasis.map((quasi) => quasi.value.cooked ?? quasi.value.raw),
        parts: node.expressions.map(next),
      })
    case 'BinaryExpression':
      if (node.operator !== '+') return { ...base, kind: 'unknown', yields: yieldOf(node.operator) }
      return addValues(next(node.left), next(node.right), base)
    case 'UnaryExpression':
      if (node.operator === 'void') return literal(base, undefined)
      return readUnary(node, base, next)
    case 'UpdateExpression':
      return { ...base, kind: 'unknown', yields: 'number' }
    case 'LogicalExpression':
      return { ...base, kind: 'union', of: [next(node.left), next(node.right)] }
    case 'ConditionalExpression':
      return { ...base, kind: 'union', of: [next(node.consequent), next(node.alternate)] }
    case 'AwaitExpression': {
      const value = next(node.argument)
      return value.kind === 'call' ? { ...value, ...base, awaited: true } : { ...value, ...base }
    }
    case 'AssignmentExpression':
      return node.operator === '=' || node.operator === '??=' || node.operator === '||=' ?
          next(node.right)
        : { ...base, kind: 'unknown' }
    case 'SequenceExpression': {
      const last = node.expressions.at(-1)
      return last === undefined ? { ...base, kind: 'unknown' } : next(last)
    }
    case 'ArrayExpression':
      return {
        ...base,
        kind: 'array',
        open: node.elements.some((element) => element?.type === 'SpreadElement'),
        elements: node.elements.filter((element) => element !== null).map((element) =>
          next(element.type === 'SpreadElement' ? element.argument : element),
        ),
      }
    case 'ObjectExpression':
      return readObject(node, base, sourceCode, next)
    case 'CallExpression':
    case 'NewExpression':
      return readCall(node, base, sourceCode, next)
    case 'TaggedTemplateExpression':
      return readTag(node, base, sourceCode, next)
    case 'Identifier':
      return readIdentifier(node, base, sourceCode, next)
    case 'MemberExpression':
      return readMember(node, base, sourceCode, next)
    case 'ThisExpression':
      return reference(base, 'this', 'this')
    case 'ArrowFunctionExpression':
    case 'FunctionExpression':
    case 'FunctionDeclaration':
    case 'ClassExpression':
      return { ...base, kind: 'unknown', yields: 'function' }
    default:
      return { ...base, kind: 'unknown' }
  }
}

interface Base {
  readonly origin: Origin
  readonly text: string
  readonly type?: NonNullable<Value['type']>
}

function getBase(node: TSESTree.Node, sourceCode: Readonly<SourceCode>): Base {
  const text = sourceCode.text.slice(node.range[0], Math.min(node.range[1], node.range[0] + TEXT_LIMIT))
  const type = typeFactOf(node, sourceCode)
  return type === null ? { origin: originOf(node), text } : { origin: originOf(node), text, type }
}

/*
 * The commonest values are written key by key: a spread takes as long as all else of most of them.
 */

function literal({ origin, text, type }: Base, value: LiteralValue['value']): LiteralValue {
  return type === undefined ? { origin, text, kind: 'literal', value } : { origin, text, type, kind: 'literal', value }
}

function reference({ origin, text, type }: Base, name: string, root: ReferenceValue['root']): Writable<ReferenceValue> {
  return type === undefined ? { origin, text, kind: 'reference', path: [name], root } : { origin, text, type, kind: 'reference', path: [name], root }
}

function unknown(node: TSESTree.Node, sourceCode: Readonly<SourceCode>): UnknownValue {
  return { ...getBase(node, sourceCode), kind: 'unknown' }
}

function readUnary(node: TSESTree.UnaryExpression, base: Base, next: (child: TSESTree.Node) => Value): Value {
  if (node.operator === '-' || node.operator === '+') {
    const operand = next(node.argument)
    if (operand.kind === 'literal' && typeof operand.value === 'number') {
      return literal(base, node.operator === '-' ? -operand.value : operand.value)
    }
    return { ...base, kind: 'unknown', yields: 'number' }
  }
  const yields =
    node.operator === '!' || node.operator === 'delete' ? 'boolean'
    : node.operator === 'typeof' ? 'string'
    : 'number'
  return { ...base, kind: 'unknown', yields }
}

function readObject(
  node: TSESTree.ObjectExpression,
  base: Base,
  sourceCode: Readonly<SourceCode>,
  next: (child: TSESTree.Node) => Value,
): Value {
  const properties: PropertyValue[] = []
  const spreads: Value[] = []
  let open = false
  for (const property of node.properties) {
    if (property.type === 'SpreadElement') {
      const spread = flattenSpread(next(property.argument))
      properties.push(...spread.properties)
      spreads.push(...spread.rest)
      open ||= spread.open
      continue
    }
    const key = readKey(property, sourceCode, next)
    if (literalText(key) === null) open = true
    const value = isFunction(property.value) ? unknownFunction(property.value, sourceCode) : next(property.value)
    properties.push({ key, value, origin: originOf(property) })
  }
  const { origin, text, type } = base
  return type === undefined ? { origin, text, kind: 'object', open, properties, spreads } : { origin, text, type, kind: 'object', open, properties, spreads }
}

function unknownFunction(node: FunctionNode, sourceCode: Readonly<SourceCode>): Value {
  return { ...getBase(node, sourceCode), kind: 'unknown', yields: 'function' }
}

function readKey(
  property: TSESTree.Property,
  sourceCode: Readonly<SourceCode>,
  next: (child: TSESTree.Node) => Value,
): Value {
  if (property.computed) return next(property.key)
  const { key } = property
  const value = key.type === 'Identifier' ? key.name : String(key.value)
  return { origin: originOf(key), text: sourceCode.text.slice(...key.range), kind: 'literal', value }
}

function readCall(
  node: TSESTree.CallExpression | TSESTree.NewExpression,
  base: Base,
  sourceCode: Readonly<SourceCode>,
  next: (child: TSESTree.Node) => Value,
): Value {
  const callee = unwrap(node.callee)
  const source = resolveReference(callee, sourceCode)
  const object = callee.type === 'MemberExpression' ? callee.object : null
  const { origin, text, type } = base
  const call: Writable<CallValue> = {
    origin,
    text,
    kind: 'call',
    callee: getChain(callee) ?? [],
    arguments: node.arguments.map((argument) => next(argument.type === 'SpreadElement' ? argument.argument : argument)),
  }
  if (type !== undefined) call.type = type
  if (source !== null) {
    call.module = source.module
    call.imported = source.imported
  }
  if (object !== null && object.type !== 'Super') call.receiver = next(object)
  const returned = node.type === 'NewExpression' ? null : returnedObject(callee, sourceCode)
  if (node.type === 'NewExpression') call.construct = true
  else if (returned !== null) call.returns = next(returned)
  return foldCall(call)
}

/** The object that a function of this file always gives back: `attributes: describe(order)`. What it is given stays its parameter. */
function returnedObject(callee: TSESTree.Node, sourceCode: Readonly<SourceCode>): TSESTree.ObjectExpression | null {
  const binding = callee.type === 'Identifier' ? findBinding(callee, sourceCode) : null
  const called =
    binding?.kind === 'function' ? binding.node
    : binding?.kind === 'variable' && binding.path.length === 0 && isFunction(binding.init) ? binding.init
    : null
  if (called === null || called.async || called.generator) return null
  // Its first statement: what is computed before may change what is returned.
  const [statement] = called.body.type === 'BlockStatement' ? called.body.body : []
  const returned = called.body.type !== 'BlockStatement' ? called.body : statement?.type === 'ReturnStatement' ? statement.argument : null
  const object = returned === null ? null : unwrap(returned)
  return object?.type === 'ObjectExpression' ? object : null
}

function readTag(
  node: TSESTree.TaggedTemplateExpression,
  base: Base,
  sourceCode: Readonly<SourceCode>,
  next: (child: TSESTree.Node) => Value,
): Value {
  const source = resolveReference(node.tag, sourceCode)
  return {
    ...base,
    kind: 'call',
    callee: getChain(unwrap(node.tag)) ?? [],
    arguments: node.quasi.expressions.map(next),
    ...(source === null ? {} : { module: source.module, imported: source.imported }),
  }
}

function readIdentifier(
  node: TSESTree.Identifier,
  base: Base,
  sourceCode: Readonly<SourceCode>,
  next: (child: TSESTree.Node) => Value,
): Value {
  const binding = findBinding(node, sourceCode)
  if (binding === null) {
    if (node.name === 'undefined') return literal(base, undefined)
    return reference(base, node.name, 'global')
  }
  switch (binding.kind) {
    case 'import':
      return {
        ...base,
        kind: 'reference',
        path: [node.name],
        root: 'import',
        module: binding.module,
        imported: binding.imported,
      }
    case 'parameter': {
      const entries = readEntries(binding, node, sourceCode)
      if (entries !== null) return resolvedTo(next(entries), base, node)
      return readParameter(binding, node, base, sourceCode)
    }
    case 'variable': {
      const entries = readEntries(binding, node, sourceCode)
      if (entries !== null) return resolvedTo(next(entries), base, node)
      // `const { ATTR_URL_FULL } = require('…')`: an import, as the same written with `import` is.
      const required = binding.constant && binding.init?.type === 'CallExpression' ? resolveReference(node, sourceCode) : null
      if (required !== null && required.path.length === 0) {
        return { ...base, kind: 'reference', path: [node.name], root: 'import', module: required.module, imported: required.imported }
      }
      const resolved = readVariable(binding, base, next)
      return resolvedTo(resolved, base, node)
    }
    case 'function':
    case 'class':
      return { ...base, kind: 'unknown', yields: 'function' }
    case 'catch':
      return reference(base, node.name, binding.node.param?.type === 'Identifier' ? 'caught' : 'local')
    default:
      return reference(base, node.name, 'local')
  }
}

function resolvedTo(resolved: Value | null, base: Base, { name }: TSESTree.Identifier): ReferenceValue {
  const local = reference(base, name, 'local')
  if (resolved !== null) local.resolved = resolved
  return local
}

/**
 * `x` of `for (const [key, value] of Object.entries(x))` and of `Object.entries(x).forEach(([key, value]) => …)`, where the name
 * stands for each of its values and nothing picks among them: what is done with the value is done with all of `x`.
 */
function readEntries(binding: Binding, node: TSESTree.Identifier, sourceCode: Readonly<SourceCode>): TSESTree.Expression | null {
  let list: TSESTree.Node | null = null
  let body: TSESTree.Node | null = null
  if (binding.kind === 'parameter' && binding.index === 0 && binding.path.length === 1 && binding.path[0] === '1') {
    const { parent } = binding.function
    if (parent.type !== 'CallExpression' || parent.callee.type !== 'MemberExpression' || getMemberName(parent.callee) !== 'forEach') return null
    list = parent.callee.object
    body = binding.function.body
  } else if (binding.kind === 'variable' && binding.init === null) {
    const declarator = findVariable(node, sourceCode)?.defs[0]?.node
    if (declarator?.type !== 'VariableDeclarator' || declarator.id.type !== 'ArrayPattern') return null
    const loop = declarator.parent.parent
    if (loop.type !== 'ForOfStatement') return null
    const [, second] = declarator.id.elements
    if (second?.type !== 'Identifier' || second.name !== node.name) return null
    list = loop.right
    body = loop.body
  }
  if (list === null || body === null || list.type !== 'CallExpression' || isPicking(sourceCode.text.slice(...body.range))) return null
  const [argument] = list.arguments
  if (getChain(list.callee)?.join('.') !== 'Object.entries' || argument === undefined || argument.type === 'SpreadElement' || unwrap(argument).type === 'ObjectExpression') return null
  return argument
}

function readParameter(binding: Extract<Binding, { kind: 'parameter' }>, node: TSESTree.Identifier, base: Base, sourceCode: Readonly<SourceCode>): Value {
  const { name } = node
  const { function: owner, index, path } = binding
  const parameter = owner.params[index]
  const functionName = getFunctionName(owner)
  const root = parameter?.type === 'Identifier' ? parameter.name : ''
  return {
    ...base,
    kind: 'parameter',
    name: path.length === 0 ? name : root,
    path: path.length === 0 ? [] : path,
    index,
    owner: owner.range[0],
    ...(functionName === null ? {} : { function: functionName }),
    ...(asksName(node) && isCalled(node, sourceCode) ? { callable: true } : {}),
  }
}

function asksName({ parent }: TSESTree.Identifier): boolean {
  return parent.type === 'MemberExpression' && getMemberName(parent) === 'name'
}

/** `fn()`, `fn.call(…)`, `fn.apply(…)`. */
function isCalled(node: TSESTree.Identifier, sourceCode: Readonly<SourceCode>): boolean {
  return (findVariable(node, sourceCode)?.references ?? []).some(({ identifier }) => {
    const { parent } = identifier
    if (parent.type === 'CallExpression') return parent.callee === identifier
    if (parent.type !== 'MemberExpression' || parent.object !== identifier) return false
    const name = getMemberName(parent)
    return (name === 'call' || name === 'apply') && parent.parent.type === 'CallExpression' && parent.parent.callee === parent
  })
}

function readVariable(
  binding: Extract<Binding, { kind: 'variable' }>,
  base: Base,
  next: (child: TSESTree.Node) => Value,
): Value | null {
  if (binding.writes.length === 0 || binding.writes.length > WRITES_LIMIT) return null
  const read = binding.writes.map((write) => followPath(next(write), binding.path))
  const [only] = read
  if (read.length === 1) return only ?? null
  return { ...base, kind: 'union', of: read.filter((value) => value !== null) }
}

function readMember(
  node: TSESTree.MemberExpression,
  base: Base,
  sourceCode: Readonly<SourceCode>,
  next: (child: TSESTree.Node) => Value,
): Value {
  const name = getMemberName(node) ?? computedName(node, next)
  if (name === 'length' || name === 'size') return { ...base, kind: 'unknown', yields: 'number' }
  const enumerated = name === null ? null : readEnumMember(node, name, sourceCode, next)
  if (enumerated !== null) return enumerated
  return memberOf(node.object.type === 'Super' ? unknown(node.object, sourceCode) : next(node.object), name, base)
}

function computedName(node: TSESTree.MemberExpression, next: (child: TSESTree.Node) => Value): string | null {
  return node.computed ? literalText(next(node.property)) : null
}

function readEnumMember(
  node: TSESTree.MemberExpression,
  name: string,
  sourceCode: Readonly<SourceCode>,
  next: (child: TSESTree.Node) => Value,
): Value | null {
  if (node.object.type !== 'Identifier') return null
  const binding = findBinding(node.object, sourceCode)
  if (binding?.kind !== 'enum') return null
  for (const member of binding.node.body.members) {
    const id = member.id.type === 'Identifier' ? member.id.name : member.id.value
    if (id !== name) continue
    if (member.initializer == null) return { ...getBase(node, sourceCode), kind: 'unknown', yields: 'number' }
    const value = next(member.initializer)
    // What is said of it is said where it is used: the enum may have other readers.
    return value.kind === 'literal' ? literal(getBase(node, sourceCode), value.value) : value
  }
  return null
}

/** The member chain of an expression (`JSON.stringify` is `['JSON', 'stringify']`); null where it holds anything else. */
export function getChain(node: TSESTree.Node): string[] | null {
  const expression = unwrap(node)
  switch (expression.type) {
    case 'Identifier':
      return [expression.name]
    case 'ThisExpression':
      return ['this']
    case 'MemberExpression': {
      const name = getMemberName(expression) ?? '[]'
      const object = getChain(expression.object)
      return object === null ? ['[]', name] : [...object, name]
    }
    case 'Super':
      return ['super']
    default:
      return null
  }
}

/** A function's own name, or the name of what it is assigned to, or null. */
export function getFunctionName(node: FunctionNode): string | null {
  if (node.id != null) return node.id.name
  const { parent } = node
  switch (parent.type) {
    case 'VariableDeclarator':
      return parent.id.type === 'Identifier' ? parent.id.name : null
    case 'MethodDefinition':
    case 'PropertyDefinition':
    case 'Property':
      return parent.key.type === 'Identifier' || parent.key.type === 'PrivateIdentifier' ? parent.key.name : null
    case 'AssignmentExpression': {
      const chain = getChain(parent.left)
      return chain?.at(-1) ?? null
    }
    default:
      return null
  }
}
