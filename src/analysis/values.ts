import type { Origin, PropertyValue, UnknownValue, Value } from '@spanguard/policy'
import type { TSESTree } from '@typescript-eslint/types'
import type { SourceCode } from '@typescript-eslint/utils/ts-eslint'

import { type Binding, findBinding, type FunctionNode, getMemberName, isFunction, unwrap } from './bindings.js'
import { resolveReference } from './imports.js'
import { originOf } from './origins.js'
import { typeFactOf } from './types.js'

const DEPTH = 12
const TEXT_LIMIT = 200
/** A variable that is assigned more often than this is taken as unknown. */
const WRITES_LIMIT = 6

const values = new WeakMap<TSESTree.Node, Value>()

/**
 * What an expression can be, as plain data: constants, templates, enums, objects and spreads are followed to what they
 * were made of, through aliases and single assignments of this file. Evaluates nothing and never throws.
 */
export function valueOf(node: TSESTree.Node, sourceCode: Readonly<SourceCode>): Value {
  return read(node, sourceCode, new Set(), 0)
}

type Visiting = ReadonlySet<TSESTree.Node>

function read(written: TSESTree.Node, sourceCode: Readonly<SourceCode>, visiting: Visiting, depth: number): Value {
  const node = unwrap(written)
  const known = values.get(node)
  if (known !== undefined) return known
  if (depth > DEPTH || visiting.has(node)) return unknown(node, sourceCode)
  const value = build(node, sourceCode, new Set(visiting).add(node), depth + 1)
  // A value cut short by the depth or by a cycle belongs to this question only.
  if (depth === 0) values.set(node, value)
  return value
}

function build(node: TSESTree.Node, sourceCode: Readonly<SourceCode>, visiting: Visiting, depth: number): Value {
  const next = (child: TSESTree.Node): Value => read(child, sourceCode, visiting, depth)
  const base = getBase(node, sourceCode)
  switch (node.type) {
    case 'Literal':
      if ('regex' in node) return { ...base, kind: 'unknown' }
      if ('bigint' in node) return { ...base, kind: 'literal', value: `${node.bigint}n` }
      return { ...base, kind: 'literal', value: node.value as string | number | boolean | null }
    case 'TemplateLiteral':
      return fold({
        ...base,
        kind: 'template',
        quasis: node.quasis.map((quasi) => quasi.value.cooked ?? quasi.value.raw),
        parts: node.expressions.map(next),
      })
    case 'BinaryExpression':
      if (node.operator !== '+') return { ...base, kind: 'unknown', yields: yieldOf(node.operator) }
      return readPlus(node, base, next)
    case 'UnaryExpression':
      if (node.operator === 'void') return { ...base, kind: 'literal', value: undefined }
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
      return { ...base, kind: 'reference', path: ['this'], root: 'this' }
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

function unknown(node: TSESTree.Node, sourceCode: Readonly<SourceCode>): UnknownValue {
  return { ...getBase(node, sourceCode), kind: 'unknown' }
}

function yieldOf(operator: string): 'boolean' | 'number' {
  return /^(?:[=!]=|[<>]|in$|instanceof$)/.test(operator) ? 'boolean' : 'number'
}

function readUnary(node: TSESTree.UnaryExpression, base: Base, next: (child: TSESTree.Node) => Value): Value {
  if (node.operator === '-' || node.operator === '+') {
    const operand = next(node.argument)
    if (operand.kind === 'literal' && typeof operand.value === 'number') {
      return { ...base, kind: 'literal', value: node.operator === '-' ? -operand.value : operand.value }
    }
    return { ...base, kind: 'unknown', yields: 'number' }
  }
  const yields =
    node.operator === '!' || node.operator === 'delete' ? 'boolean'
    : node.operator === 'typeof' ? 'string'
    : 'number'
  return { ...base, kind: 'unknown', yields }
}

function readPlus(node: TSESTree.BinaryExpression, base: Base, next: (child: TSESTree.Node) => Value): Value {
  const parts = [next(node.left), next(node.right)].flatMap((part) => (part.kind === 'concat' ? part.parts : [part]))
  const isNumber = parts.every(
    (part) =>
      (part.kind === 'literal' && typeof part.value === 'number') ||
      (part.kind === 'unknown' && part.yields === 'number') ||
      part.type?.kind === 'number',
  )
  if (isNumber) return { ...base, kind: 'unknown', yields: 'number' }
  return fold({ ...base, kind: 'concat', parts })
}

/** A template or concatenation whose parts are all known is a literal. */
function fold(value: Extract<Value, { kind: 'template' | 'concat' }>): Value {
  const texts = value.parts.map((part) => literalText(part))
  if (texts.some((text) => text === null)) return value
  const { origin, text } = value
  const whole =
    value.kind === 'concat' ?
      texts.join('')
    : value.quasis.map((quasi, index) => quasi + (texts[index] ?? '')).join('')
  return { kind: 'literal', origin, text, value: whole }
}

/** The text of a value that is known in full, else null. References are followed. */
function literalText(value: Value): string | null {
  if (value.kind === 'literal') return String(value.value)
  if (value.kind === 'reference' && value.resolved !== undefined) return literalText(value.resolved)
  return null
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
  return { ...base, kind: 'object', open, properties, spreads }
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
  const base = { origin: originOf(property.key), text: sourceCode.getText(property.key) }
  const name = property.key.type === 'Identifier' ? property.key.name : property.key.type === 'Literal' ? String(property.key.value) : ''
  return { ...base, kind: 'literal', value: name }
}

/** What a spread brings: the properties of an object that is known, `cond && {…}` and `cond ? {…} : {…}` included. */
function flattenSpread(value: Value): { properties: readonly PropertyValue[]; rest: readonly Value[]; open: boolean } {
  switch (value.kind) {
    case 'object':
      return { properties: value.properties, rest: value.spreads, open: value.open }
    case 'reference':
      // An alias keeps its own place: a report belongs where the spread stands unless the object is written out here.
      if (value.resolved?.kind === 'object') return flattenSpread(value.resolved)
      break
    case 'union': {
      const members = value.of.filter((member) => !isEmptySpread(member)).map(flattenSpread)
      const objects = members.filter((member) => member.rest.length === 0 || member.properties.length > 0)
      // `condition && { … }`: the condition is no object, and spreads as nothing when it is falsy.
      const kept = objects.length > 0 && value.of.length === 2 && members.length > objects.length ? objects : members
      return {
        properties: kept.flatMap((member) => member.properties),
        rest: kept.flatMap((member) => member.rest),
        open: kept.some((member) => member.open),
      }
    }
    case 'literal':
    case 'unknown':
      if (isEmptySpread(value)) return { properties: [], rest: [], open: false }
      break
    default:
  }
  return { properties: [], rest: [value], open: true }
}

function isEmptySpread(value: Value): boolean {
  if (value.kind === 'literal') return typeof value.value !== 'string'
  if (value.kind === 'unknown') return value.yields !== undefined
  return value.kind === 'object' && value.properties.length === 0 && !value.open
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
  return {
    ...base,
    kind: 'call',
    callee: getChain(callee) ?? [],
    arguments: node.arguments.map((argument) => next(argument.type === 'SpreadElement' ? argument.argument : argument)),
    ...(source === null ? {} : { module: source.module, imported: source.imported }),
    ...(object === null || object.type === 'Super' ? {} : { receiver: next(object) }),
    ...(node.type === 'NewExpression' ? { construct: true } : {}),
  }
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
    if (node.name === 'undefined') return { ...base, kind: 'literal', value: undefined }
    return { ...base, kind: 'reference', path: [node.name], root: 'global' }
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
    case 'parameter':
      return readParameter(binding, node.name, base)
    case 'variable': {
      const resolved = readVariable(binding, base, next)
      const reference = { ...base, kind: 'reference' as const, path: [node.name], root: 'local' as const }
      return resolved === null ? reference : { ...reference, resolved }
    }
    case 'function':
    case 'class':
      return { ...base, kind: 'unknown', yields: 'function' }
    default:
      return { ...base, kind: 'reference', path: [node.name], root: 'local' }
  }
}

function readParameter(binding: Extract<Binding, { kind: 'parameter' }>, name: string, base: Base): Value {
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
  }
}

function readVariable(
  binding: Extract<Binding, { kind: 'variable' }>,
  base: Base,
  next: (child: TSESTree.Node) => Value,
): Value | null {
  if (binding.writes.length === 0 || binding.writes.length > WRITES_LIMIT) return null
  const read = binding.writes.map((write) => follow(next(write), binding.path))
  const [only] = read
  if (read.length === 1) return only ?? null
  return { ...base, kind: 'union', of: read.filter((value) => value !== null) }
}

/** The field of a value that a path leads to: itself for an empty path, a reference where it is not known. */
export function followPath(value: Value, path: readonly string[]): Value | null {
  return follow(value, path)
}

/** The field of a value that a path leads to, as far as it is known. */
function follow(value: Value, path: readonly string[]): Value | null {
  const [first, ...rest] = path
  if (first === undefined) return value
  const { origin, text } = value
  switch (value.kind) {
    case 'object': {
      const property = value.properties.findLast((each) => literalText(each.key) === first)
      if (property !== undefined) return follow(property.value, rest)
      return null
    }
    case 'array': {
      const element = value.open ? undefined : value.elements[Number(first)]
      return element === undefined ? null : follow(element, rest)
    }
    case 'reference':
      if (value.resolved !== undefined) {
        const followed = follow(value.resolved, path)
        if (followed !== null) return followed
      }
      return withPath(value, path)
    case 'parameter':
      return withPath(value, path)
    default:
      return { kind: 'reference', origin, text: textOf(text, path), path: ['[]', ...path], root: 'expression', base: value }
  }
}

function textOf(text: string, path: readonly string[]): string {
  return [text, ...path].join('.')
}

/** A field's type is not its owner's. */
function withPath(value: Extract<Value, { kind: 'reference' | 'parameter' }>, path: readonly string[]): Value {
  const field = { ...value, text: textOf(value.text, path), path: [...value.path, ...path] }
  delete field.type
  return field
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
  const segment = name ?? '[]'
  const object = node.object.type === 'Super' ? unknown(node.object, sourceCode) : next(node.object)
  switch (object.kind) {
    case 'reference': {
      const resolved = name === null || object.resolved === undefined ? null : follow(object.resolved, [name])
      const { origin, text } = base
      const reference = { ...object, origin, text, path: [...object.path, segment] }
      delete reference.resolved
      delete reference.type
      return {
        ...reference,
        ...(resolved === null ? {} : { resolved }),
        ...(base.type === undefined ? {} : { type: base.type }),
      }
    }
    case 'parameter':
      return { ...object, ...base, path: [...object.path, segment] }
    case 'object': {
      const followed = name === null ? null : follow(object, [name])
      if (followed !== null) return followed
      return { ...base, kind: 'reference', path: ['[]', segment], root: 'expression', base: object }
    }
    default:
      return { ...base, kind: 'reference', path: ['[]', segment], root: 'expression', base: object }
  }
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
    const id = member.id.type === 'Identifier' ? member.id.name : member.id.type === 'Literal' ? String(member.id.value) : null
    if (id !== name) continue
    return member.initializer === undefined ? { ...getBase(node, sourceCode), kind: 'unknown', yields: 'number' } : next(member.initializer)
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
  if (node.id !== null && node.id !== undefined) return node.id.name
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
