import type { TSESTree } from '@typescript-eslint/types'
import type { SourceCode } from '@typescript-eslint/utils/ts-eslint'

import { type DeclaredHelper, findDeclaredHelper } from '../otel/declared-helpers.js'
import { certain, openTelemetryApiName, type Receiver, type ReceiverAnswer, receiverOfExport, receiverOfMember, receiverOfType } from '../otel/exports.js'
import {
  type CallRow,
  domFactories,
  findTracingExport,
  lookAlikeModules,
  lookAlikeTypes,
  matchesModule,
  getMethodRow,
  KEY_OF_TABLE,
  likelyReceiver,
  spanOnlyMethods,
  spanTypeMembers,
  tracerOnlyMethods,
  tracesWithAnother,
} from '../otel/index.js'
import { type Binding, findBinding, findVariable, type FunctionNode, getMemberName, isFunction, unwrap } from './bindings.js'
import { readFieldSources } from './class-fields.js'
import { type ImportedReference, resolveReference } from './imports.js'
import { perFile } from './per-file.js'
import { getProgramType } from './types.js'

export type { Receiver } from '../otel/exports.js'

export interface ReceiverContext {
  readonly sourceCode: Readonly<SourceCode>
  readonly helpers: readonly DeclaredHelper[]
}

const DEPTH = 10

const answersOf = perFile(() => new Map<TSESTree.Node, ReceiverAnswer>())

/**
 * Where a receiver comes from, in tiers: the file's own code, its types, the config's helpers, and last the name together
 * with a method that only spans (or tracers) have.
 *
 * @param method what is called on it, for the last tier
 * @returns null when it is not, or not known to be, part of a tracing API
 */
export function receiverOf(node: TSESTree.Node, method: string | null, context: ReceiverContext): Receiver | null {
  const shown = read(node, context, 0)
  if (shown === 'other') return null
  if (shown !== null) return shown
  return receiverByType(node, context) ?? receiverByName(node, method, context)
}

/** What the file says of an expression: tiers 1 and 3. */
function read(written: TSESTree.Node, context: ReceiverContext, depth: number): ReceiverAnswer {
  const node = unwrap(written)
  const answers = answersOf(context.sourceCode)
  const known = answers.get(node)
  if (known !== undefined) return known
  if (depth > DEPTH) return null
  const answer = build(node, context, depth + 1)
  answers.set(node, answer)
  return answer
}

function build(node: TSESTree.Node, context: ReceiverContext, depth: number): ReceiverAnswer {
  const next = (child: TSESTree.Node): ReceiverAnswer => read(child, context, depth)
  switch (node.type) {
    case 'Identifier':
      return readIdentifier(node, context, depth)
    case 'MemberExpression':
      return readMember(node, context, depth)
    case 'CallExpression':
    case 'NewExpression':
      return readCall(node, context, depth)
    case 'AwaitExpression':
      return next(node.argument)
    case 'LogicalExpression':
      return firstKnown([next(node.left), next(node.right)])
    case 'ConditionalExpression':
      return firstKnown([next(node.consequent), next(node.alternate)])
    case 'AssignmentExpression':
      return next(node.right)
    case 'ObjectExpression':
    case 'ArrayExpression':
    case 'Literal':
    case 'TemplateLiteral':
    case 'ArrowFunctionExpression':
    case 'FunctionExpression':
      return 'other'
    default:
      return null
  }
}

function firstKnown(found: readonly ReceiverAnswer[]): ReceiverAnswer {
  const receivers = found.filter((answer) => answer !== null && answer !== 'other')
  return receivers[0] ?? (found.includes('other') ? 'other' : null)
}

function readIdentifier(node: TSESTree.Identifier, context: ReceiverContext, depth: number): ReceiverAnswer {
  const binding = findBinding(node, context.sourceCode)
  if (binding === null) return node.name === 'document' || node.name === 'window' ? 'other' : null
  return readBinding(binding, context, depth)
}

function readBinding(binding: Binding, context: ReceiverContext, depth: number): ReceiverAnswer {
  switch (binding.kind) {
    case 'import':
      return receiverOfExport({ module: binding.module, imported: binding.imported, path: [] })
    case 'variable': {
      const annotated = binding.annotation === null ? null : readAnnotation(binding.annotation, context)
      if (annotated !== null) return annotated
      if (binding.path.length > 0) return readDestructured(binding, context, depth)
      return firstKnown(binding.writes.map((write) => read(write, context, depth)))
    }
    case 'parameter':
      return readParameter(binding, context, depth)
    case 'class':
    case 'enum':
    case 'function':
    case 'catch':
      return 'other'
    case 'other':
      return null
  }
}

function readDestructured(
  binding: Extract<Binding, { kind: 'variable' }>,
  context: ReceiverContext,
  depth: number,
): ReceiverAnswer {
  if (binding.init === null) return null
  const source = resolveReference(binding.init, context.sourceCode)
  if (source !== null) return receiverOfExport(appendPath(source, binding.path))
  const [first, ...rest] = binding.path
  if (first === undefined || rest.length > 0) return null
  const object = read(binding.init, context, depth)
  if (object === null || object === 'other') return object
  return receiverOfMember(object, first)
}

function appendPath(source: ImportedReference, path: readonly string[]): ImportedReference {
  const [first, ...rest] = path
  if (source.imported === '*' && source.path.length === 0 && first !== undefined) {
    return { module: source.module, imported: first, path: rest }
  }
  return { ...source, path: [...source.path, ...path] }
}

function readMember(node: TSESTree.MemberExpression, context: ReceiverContext, depth: number): ReceiverAnswer {
  const source = resolveReference(node, context.sourceCode)
  if (source !== null) {
    const exported = receiverOfExport(source)
    if (exported !== null) return exported
  }
  const name = getMemberName(node)
  if (name === null) return null
  if (node.object.type === 'ThisExpression') return readField(node, name, context, depth)
  const object = read(node.object, context, depth)
  if (object === 'other' || object === null) return null
  return receiverOfMember(object, name)
}

/** `this.x` of a class with such a field: by annotation, initialiser, parameter property or assignment. */
function readField(node: TSESTree.MemberExpression, name: string, context: ReceiverContext, depth: number): ReceiverAnswer {
  for (const source of readFieldSources(node, name, context.sourceCode)) {
    const answer =
      source.kind === 'annotation' ?
        readAnnotation(source.node, context)
      : read(source.node, context, depth)
    if (answer !== null) return answer
  }
  return null
}

function readCall(
  node: TSESTree.CallExpression | TSESTree.NewExpression,
  context: ReceiverContext,
  depth: number,
): ReceiverAnswer {
  const callee = unwrap(node.callee)
  if (callee.type === 'MemberExpression') {
    const name = getMemberName(callee)
    if (name !== null && domFactories.has(name)) return 'other'
    const object = read(callee.object, context, depth)
    if (object === 'other') return 'other'
    if (object !== null && name !== null) {
      const row = getMethodRow(object.kind, name)
      return row?.returns === undefined ? null : (
          { ...object, kind: row.returns, borrowed: row.borrowed === true || (row.returns === 'span' && object.borrowed) }
        )
    }
  }
  const called = findCalledExport(node, context)
  if (called !== null) {
    if (called === 'other') return 'other'
    return called.row.returns === undefined ? null : certain(called.row.returns, called.api, called.row.borrowed)
  }
  return callee.type === 'Identifier' ? readReturned(callee, context, depth) : null
}

/** What a function or class of a tracing API, or a declared helper, does when it is called. */
export function findCalledExport(
  node: TSESTree.CallExpression | TSESTree.NewExpression,
  context: ReceiverContext,
): { row: CallRow; api: string; method: string } | 'other' | null {
  const source = resolveReference(node.callee, context.sourceCode)
  if (source === null) return null
  const helper = findDeclaredHelper(source, context.helpers)
  if (helper !== null) return { row: helper.row, api: helper.module, method: helper.export }
  if (matchesModule(source.module, lookAlikeModules)) return 'other'
  const [only, ...rest] = source.imported === '*' || source.imported === 'default' ? source.path : [source.imported, ...source.path]
  if (only === undefined || rest.length > 0) return null
  const found = findTracingExport(source.module, only)
  const row = node.type === 'NewExpression' ? found?.row.construct : found?.row.call
  return row === undefined || found === null ? null : { row, api: found.api.name, method: only }
}

/** What a function of this file returns: by its annotation, else by the expressions that it returns. */
function readReturned(callee: TSESTree.Identifier, context: ReceiverContext, depth: number): ReceiverAnswer {
  const called = findFunction(callee, context)
  if (called === null) return null
  const annotation = called.returnType?.typeAnnotation
  if (annotation !== undefined) {
    const annotated = readAnnotation(annotation, context)
    if (annotated !== null) return annotated
  }
  if (called.body.type !== 'BlockStatement') return read(called.body, context, depth)
  const returned = called.body.body.filter((statement) => statement.type === 'ReturnStatement')
  const answer = firstKnown(
    returned.map(({ argument }) => (argument === null ? null : read(argument, context, depth))),
  )
  return answer === 'other' ? null : answer
}

/** The function of this file that an identifier names, or null. */
export function findFunction(callee: TSESTree.Identifier, context: ReceiverContext): FunctionNode | null {
  const binding = findBinding(callee, context.sourceCode)
  if (binding?.kind === 'function') return binding.node
  if (binding?.kind === 'variable' && binding.path.length === 0 && isFunction(binding.init)) return binding.init
  return null
}

function readParameter(
  binding: Extract<Binding, { kind: 'parameter' }>,
  context: ReceiverContext,
  depth: number,
): ReceiverAnswer {
  if (binding.annotation !== null) {
    const annotated = readAnnotation(binding.annotation, context)
    if (annotated !== null) return annotated
  }
  if (binding.fallback !== null) {
    const fallback = read(binding.fallback, context, depth)
    if (fallback !== null && fallback !== 'other') return fallback
  }
  return binding.path.length === 0 ? readCallbackParameter(binding, context, depth) : null
}

/** The first parameter of a function that is handed to a call which gives its callback a span. */
function readCallbackParameter(
  binding: Extract<Binding, { kind: 'parameter' }>,
  context: ReceiverContext,
  depth: number,
): ReceiverAnswer {
  if (binding.index !== 0) return null
  const { parent } = binding.function
  if (parent.type !== 'CallExpression' || !parent.arguments.includes(binding.function as never)) return null
  const called = findCalledExport(parent, context)
  if (called === 'other') return 'other'
  if (called !== null) return called.row.callbackReceives === undefined ? null : certain(called.row.callbackReceives, called.api)
  const callee = unwrap(parent.callee)
  if (callee.type !== 'MemberExpression') return null
  const name = getMemberName(callee)
  if (name === null) return null
  const object = receiverOf(callee.object, name, context)
  const row = object === null ? null : getMethodRow(object.kind, name)
  if (object === null || row?.callbackReceives === undefined) {
    return read(callee.object, context, depth) === 'other' ? 'other' : null
  }
  return { ...object, kind: row.callbackReceives, borrowed: false }
}


/** What a type annotation says. `Span | undefined`, `api.Span` and `ReturnType<Tracer['startSpan']>` are read as well. */
function readAnnotation(node: TSESTree.TypeNode, context: ReceiverContext): ReceiverAnswer {
  switch (node.type) {
    case 'TSUnionType':
    case 'TSIntersectionType':
      return firstKnown(node.types.map((type) => readAnnotation(type, context)))
    case 'TSTypeReference':
      return readTypeName(node, context)
    case 'TSTypeQuery':
    case 'TSUndefinedKeyword':
    case 'TSNullKeyword':
    case 'TSAnyKeyword':
    case 'TSUnknownKeyword':
      return null
    case 'TSStringKeyword':
    case 'TSNumberKeyword':
    case 'TSBooleanKeyword':
      return 'other'
    default:
      return null
  }
}

function readTypeName(node: TSESTree.TSTypeReference, context: ReceiverContext): ReceiverAnswer {
  const { typeName } = node
  if (typeName.type === 'Identifier') {
    if (typeName.name === 'Promise' || typeName.name === 'Readonly' || typeName.name === 'NonNullable') {
      const [argument] = node.typeArguments?.params ?? []
      return argument === undefined ? null : readAnnotation(argument, context)
    }
    const binding = findBinding(typeName, context.sourceCode)
    if (binding?.kind === 'import') return receiverOfType(binding.module, binding.imported)
    return lookAlikeTypes.has(typeName.name) ? 'other' : null
  }
  if (typeName.type === 'TSQualifiedName' && typeName.left.type === 'Identifier') {
    const binding = findBinding(typeName.left, context.sourceCode)
    if (binding?.kind === 'import') return receiverOfType(binding.module, typeName.right.name)
  }
  return null
}

/** Tier 2: the non-nullable type has what only spans have. */
function receiverByType(node: TSESTree.Node, context: ReceiverContext): Receiver | null {
  const type = getProgramType(unwrap(node), context.sourceCode)?.getNonNullableType()
  if (type === undefined) return null
  if (spanTypeMembers.every((name) => type.getProperty(name) !== undefined)) return certain('span', openTelemetryApiName)
  const isTracer = [...tracerOnlyMethods].every((name) => type.getProperty(name) !== undefined)
  return isTracer ? certain('tracer', openTelemetryApiName) : null
}

/**
 * Tier 4: a name such as `span`, `rootSpan`, `this.tracer` or `getTracer()`, together with a method that only spans or tracers have, on
 * it or elsewhere on the same variable, unless types say what it is.
 */
function receiverByName(written: TSESTree.Node, method: string | null, context: ReceiverContext): Receiver | null {
  const node = unwrap(written)
  if (method === null) return null
  // `getTracer().startSpan('order.place')`, of a function of another file.
  const isGiven = node.type === 'CallExpression'
  const named = isGiven ? unwrap(node.callee) : node
  const name =
    named.type === 'Identifier' ? named.name
    : named.type === 'MemberExpression' ? getMemberName(named)
    : null
  if (name === null || (isGiven && !tracerOnlyMethods.has(method))) return null
  const { sourceCode } = context
  const kind = likelyReceiver(name, method, { isAnothers: () => isAnothers(sourceCode), isSpanElsewhere: () => isSpanElsewhere(node, context) })
  return kind === null ? null : { ...certain(kind, openTelemetryApiName), certainty: 'likely' }
}

const anotherOf = perFile((): { is: boolean | null } => ({ is: null }))

function isAnothers(sourceCode: Readonly<SourceCode>): boolean {
  const answer = anotherOf(sourceCode)
  answer.is ??= tracesWithAnother(sourceCode.text)
  return answer.is
}

/** `x.setAttribute('prompt.version', …)`, `x.setAttribute(TraceAttr.UserId, …)`: no attribute of the DOM has a dot in its name. */
function hasDottedKey(callee: TSESTree.MemberExpression, { sourceCode }: ReceiverContext): boolean {
  if (callee.parent.type !== 'CallExpression' || callee.parent.callee !== callee) return false
  const [key] = callee.parent.arguments
  if (key?.type === 'MemberExpression') return KEY_OF_TABLE.test(sourceCode.text.slice(...key.range))
  return key?.type === 'Literal' && typeof key.value === 'string' && key.value.includes('.')
}

/** Is a method that only spans have called on the same variable (or the same member chain's text) elsewhere? */
function isSpanElsewhere(node: TSESTree.Node, context: ReceiverContext): boolean {
  // `ctx.span.setAttribute('order.kind', …)` says it by itself.
  if (node.type !== 'Identifier') return node.parent?.type === 'MemberExpression' && node.parent.object === node && hasDottedKey(node.parent, context)
  const variable = findVariable(node, context.sourceCode)
  if (variable === null) return false
  // A callback's own parameter called `span` is handed over by whoever starts one; no DOM callback is given a `<span>` by that name.
  const binding = findBinding(node, context.sourceCode)
  if (binding?.kind === 'parameter' && binding.index === 0 && binding.function.parent.type === 'CallExpression') {
    const callee = unwrap(binding.function.parent.callee)
    const calleeName = callee.type === 'Identifier' ? callee.name : callee.type === 'MemberExpression' ? getMemberName(callee) : null
    if (calleeName !== null && /span|trace/i.test(calleeName)) return true
  }
  return variable.references.some(({ identifier }) => {
    // `span!.setAttribute(…)`
    const read = identifier.parent.type === 'TSNonNullExpression' ? identifier.parent : identifier
    const { parent } = read
    if (parent.type !== 'MemberExpression' || parent.object !== read) return false
    const called = getMemberName(parent)
    return called !== null && (spanOnlyMethods.has(called) || hasDottedKey(parent, context))
  })
}
