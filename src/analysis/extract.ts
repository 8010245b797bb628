import type { AttributeWrite, Fact, Origin, PropertyValue, Sink, SpanKind, Value } from '@spanguard/policy'
import type { TSESTree } from '@typescript-eslint/types'

import { type CallRow, receiverMethods } from '../otel/index.js'
import { findVariable, getMemberName, isFunction, unwrap } from './bindings.js'
import { originOf } from './origins.js'
import { findCalledExport, findFunction, getMethodRow, type Receiver, type ReceiverContext, receiverOf } from './receivers.js'
import { valueOf } from './values.js'

type Call = TSESTree.CallExpression | TSESTree.NewExpression
type Base = Pick<Fact, 'origin' | 'certainty' | 'via'>

const methodNames = new Set(Object.values(receiverMethods).flatMap((rows) => Object.keys(rows)))

/** The row of a table that a call is an instance of, with what it is called on. */
export interface TracingCall {
  readonly node: Call
  readonly row: CallRow
  readonly receiver: Pick<Receiver, 'certainty' | 'borrowed' | 'api'>
  readonly method: string
}

/** One function that turns a call into a call of a tracing API, or null when it is none. */
export function readTracingCall(node: Call, context: ReceiverContext): TracingCall | null {
  const callee = unwrap(node.callee)
  const method = callee.type === 'MemberExpression' ? getMemberName(callee) : null
  if (callee.type === 'MemberExpression' && method !== null && methodNames.has(method)) {
    const receiver = receiverOf(callee.object, method, context)
    const row = receiver === null ? null : getMethodRow(receiver.kind, method)
    if (receiver !== null && row !== null) return { node, row, receiver, method }
  }
  const called = findCalledExport(node, context)
  if (called === null || called === 'other') return null
  return {
    node,
    row: called.row,
    receiver: { certainty: 'certain', borrowed: false, api: called.api },
    method: called.method,
  }
}

/** What a call of a tracing API says, as facts in source order. */
export function factsOfCall(call: TracingCall, context: ReceiverContext): Fact[] {
  const { node, receiver, method, row } = call
  const base: Base = { origin: originOf(node), certainty: receiver.certainty, via: { api: receiver.api, method } }
  switch (row.fact) {
    case 'span-start':
      return readSpanStart(call, base, context)
    case 'span-rename': {
      const name = valueOfArgument(node, row.name, context)
      return name === null ? [] : [{ ...base, fact: 'span-rename', name }]
    }
    case 'attribute-write':
      return readAttributeWrites(call, base, context)
    case 'event-write': {
      const name = valueOfArgument(node, row.name, context)
      if (name === null) return []
      return [{ ...base, fact: 'event-write', name }, ...readAttributeWrites(call, base, context)]
    }
    case 'exception-write': {
      const value = valueOfArgument(node, row.value, context)
      return value === null ? [] : [{ ...base, fact: 'exception-write', value }]
    }
    case 'status-write':
      return readStatus(call, base, context)
    case 'span-end':
      return [{ ...base, fact: 'span-end', borrowed: receiver.borrowed }]
    case 'baggage-write':
      return readBaggage(call, base, context)
    case 'metric-write':
      return [{ ...base, fact: 'metric-write' }, ...readAttributeWrites(call, base, context)]
    case 'propagation':
      return [{ ...base, fact: 'propagation', direction: row.direction ?? 'inject' }]
    case undefined:
    default:
      return []
  }
}

function getArgument(node: Call, index: number | undefined): TSESTree.Expression | null {
  if (index === undefined) return null
  // Behind a spread nobody knows which argument stands where.
  if (node.arguments.slice(0, index + 1).some((argument) => argument.type === 'SpreadElement')) return null
  const argument = node.arguments[index]
  return argument === undefined || argument.type === 'SpreadElement' ? null : argument
}

function valueOfArgument(node: Call, index: number | undefined, context: ReceiverContext): Value | null {
  const argument = getArgument(node, index)
  return argument === null ? null : valueOf(argument, context.sourceCode)
}

/** The function that runs inside the span that a call starts, its index with it, or null. */
export function getSpanCallback(
  call: TracingCall,
  context: ReceiverContext,
): { node: TSESTree.Expression; index: number } | null {
  const { node, row } = call
  if (row.callback === undefined) return null
  if (typeof row.callback === 'number') {
    const argument = getArgument(node, row.callback)
    return argument === null ? null : { node: argument, index: row.callback }
  }
  const from = (row.name ?? -1) + 1
  for (let index = node.arguments.length - 1; index >= from; index--) {
    const argument = getArgument(node, index)
    if (argument === null) continue
    const expression = unwrap(argument)
    if (isFunction(expression)) return { node: argument, index }
    if (expression.type === 'Identifier' && findFunction(expression, context) !== null) return { node: argument, index }
  }
  const last = getArgument(node, node.arguments.length - 1)
  return last === null || node.arguments.length <= from ? null : { node: last, index: node.arguments.length - 1 }
}

function readSpanStart(call: TracingCall, base: Base, context: ReceiverContext): Fact[] {
  const { node, receiver, row } = call
  const name = valueOfArgument(node, row.name, context)
  const callback = getSpanCallback(call, context)
  const options = findOptions(call, callback?.index ?? null, context)
  const attributes = options === null ? null : (getField(options, 'attributes') ?? (isBag(call, options) ? options : null))
  const written = attributes === null ? [] : expandBag(attributes, 'attribute', base, context)
  const links = options === null ? null : getField(options, 'links')
  const spanKind = options === null ? null : readSpanKind(getField(options, 'kind'))
  // The API takes its callback last. A class that takes anything behind it is somebody's wrapper, which ends what it starts.
  const isWrapper = receiver.certainty === 'likely' && callback !== null && callback.index < node.arguments.length - 1
  return [
    {
      ...base,
      fact: 'span-start',
      ...(name === null ? {} : { name }),
      ...(spanKind === null ? {} : { spanKind }),
      active: row.active === true,
      ends: row.ends === true || isWrapper,
      records: row.records === true || isWrapper,
      attributeKeys: written.flatMap((fact) => (fact.fact === 'attribute-write' ? (keyText(fact) ?? []) : [])),
    },
    ...written,
    ...(links === null ? [] : readLinks(links, base, context)),
  ]
}

function keyText(fact: AttributeWrite): string | null {
  return fact.key.kind === 'literal' ? String(fact.key.value) : null
}

/** A declared helper may take the attributes themselves where the API takes options. */
function isBag(call: TracingCall, options: Value): boolean {
  return typeof call.row.options === 'number' && call.row.active === true && resolve(options).kind === 'object'
}

function findOptions(call: TracingCall, callbackIndex: number | null, context: ReceiverContext): Value | null {
  const { node, row } = call
  if (row.options === undefined) return null
  if (row.options !== 'any') return valueOfArgument(node, row.options, context)
  for (let index = (row.name ?? -1) + 1; index < node.arguments.length; index++) {
    if (index === callbackIndex) continue
    const value = valueOfArgument(node, index, context)
    if (value !== null && resolve(value).kind === 'object') return value
  }
  return null
}

function resolve(value: Value): Value {
  return value.kind === 'reference' && value.resolved !== undefined ? resolve(value.resolved) : value
}

/** A field of an object that is written out, else null. */
function getField(value: Value, name: string): Value | null {
  const object = resolve(value)
  if (object.kind !== 'object') return null
  const property = object.properties.findLast(({ key }) => key.kind === 'literal' && key.value === name)
  return property?.value ?? null
}

const spanKinds: readonly SpanKind[] = ['internal', 'server', 'client', 'producer', 'consumer']

function readSpanKind(value: Value | null): SpanKind | null {
  if (value === null) return null
  if (value.kind === 'literal' && typeof value.value === 'number') return spanKinds[value.value] ?? null
  if (value.kind !== 'reference') return null
  const name = value.path.at(-1)?.toLowerCase()
  return spanKinds.find((kind) => kind === name) ?? null
}

function readLinks(links: Value, base: Base, context: ReceiverContext): Fact[] {
  const list = resolve(links)
  if (list.kind !== 'array') return []
  return list.elements.flatMap((link) => {
    const attributes = getField(link, 'attributes')
    return attributes === null ? [] : expandBag(attributes, 'link-attribute', base, context)
  })
}

function readAttributeWrites(call: TracingCall, base: Base, context: ReceiverContext): Fact[] {
  const { node, row } = call
  const sink = row.sink ?? 'attribute'
  if (row.key !== undefined) {
    const key = valueOfArgument(node, row.key, context)
    const value = valueOfArgument(node, row.value, context)
    if (key === null || value === null) return []
    return [{ ...base, fact: 'attribute-write', sink, key, value, entry: originOf(node) }]
  }
  if (row.bag !== undefined) {
    const bag = valueOfArgument(node, row.bag, context)
    return bag === null || isTime(bag) ? [] : expandBag(bag, sink, base, context)
  }
  if (typeof row.options === 'number') {
    const options = valueOfArgument(node, row.options, context)
    const attributes = options === null ? null : getField(options, 'attributes')
    return attributes === null ? [] : expandBag(attributes, sink, base, context)
  }
  return []
}

/** `addEvent(name, time)`: the second argument may be a time. */
function isTime(value: Value): boolean {
  const { kind } = resolve(value)
  return kind === 'literal' || kind === 'array' || (value.kind === 'unknown' && value.yields !== undefined)
}

/** An object of attributes taken apart, as far as it is known; what is not known stays a bag. */
function expandBag(value: Value, sink: Sink, base: Base, context: ReceiverContext): Fact[] {
  switch (value.kind) {
    case 'object':
      return [
        ...value.properties.map((property) => writeOf(property, sink, base)),
        ...value.spreads.flatMap((spread) => expandBag(spread, sink, base, context)),
      ]
    case 'union':
      return value.of.flatMap((member) => expandBag(member, sink, base, context))
    case 'reference': {
      const assigned = readElementAssignments(value, sink, base, context)
      if (value.resolved !== undefined && isExpandable(value.resolved)) {
        return [...expandBag(value.resolved, sink, base, context), ...assigned]
      }
      return assigned.length > 0 ? assigned : [{ ...base, fact: 'attribute-bag', sink, value }]
    }
    case 'literal':
      return []
    default:
      return value.kind === 'unknown' && value.yields !== undefined ? [] : [{ ...base, fact: 'attribute-bag', sink, value }]
  }
}

function isExpandable(value: Value): boolean {
  if (value.kind === 'union') return value.of.every(isExpandable)
  if (value.kind === 'reference') return value.resolved !== undefined && isExpandable(value.resolved)
  return value.kind === 'object'
}

function writeOf(property: PropertyValue, sink: Sink, base: Base): Fact {
  return {
    ...base,
    fact: 'attribute-write',
    sink,
    key: property.key,
    value: property.value,
    entry: property.origin,
  }
}

const assignmentsOf = new WeakMap<object, readonly TSESTree.AssignmentExpression[]>()

/** `ident['user.email'] = email`, on the variable that is put into the span. */
function readElementAssignments(value: Value, sink: Sink, base: Base, context: ReceiverContext): Fact[] {
  const node = findIdentifier(value, context)
  if (node === null) return []
  const variable = findVariable(node, context.sourceCode)
  if (variable === null) return []
  let assignments = assignmentsOf.get(variable)
  if (assignments === undefined) {
    assignments = variable.references.flatMap(({ identifier }) => findElementAssignment(identifier as TSESTree.Identifier))
    assignmentsOf.set(variable, assignments)
  }
  return assignments.flatMap((assignment): Fact[] => {
    const target = assignment.left as TSESTree.MemberExpression
    const key = keyOfMember(target, context)
    const written = valueOf(assignment.right, context.sourceCode)
    return [{ ...base, fact: 'attribute-write', sink, key, value: written, entry: originOf(assignment) }]
  })
}

function findElementAssignment(identifier: TSESTree.Identifier): TSESTree.AssignmentExpression[] {
  const target = identifier.parent
  if (target.type !== 'MemberExpression' || target.object !== identifier) return []
  const assignment = target.parent
  return assignment.type === 'AssignmentExpression' && assignment.left === target ? [assignment] : []
}

function keyOfMember(target: TSESTree.MemberExpression, context: ReceiverContext): Value {
  if (target.computed) return valueOf(target.property, context.sourceCode)
  const origin: Origin = originOf(target.property)
  const name = getMemberName(target) ?? ''
  return { kind: 'literal', origin, text: name, value: name }
}

function findIdentifier(value: Value, context: ReceiverContext): TSESTree.Identifier | null {
  const node = context.sourceCode.getNodeByRangeIndex(value.origin.start)
  return node?.type === 'Identifier' && node.range[1] === value.origin.end ? node : null
}

function readStatus(call: TracingCall, base: Base, context: ReceiverContext): Fact[] {
  const status = valueOfArgument(call.node, call.row.value, context)
  if (status === null) return []
  const code = readStatusCode(getField(status, 'code'))
  const message = getField(status, 'message')
  return [
    {
      ...base,
      fact: 'status-write',
      ...(code === null ? {} : { code }),
      ...(message === null ? {} : { message }),
    },
  ]
}

const statusCodes = ['unset', 'ok', 'error'] as const

function readStatusCode(value: Value | null): (typeof statusCodes)[number] | null {
  if (value === null) return null
  if (value.kind === 'literal' && typeof value.value === 'number') return statusCodes[value.value] ?? null
  if (value.kind !== 'reference') return null
  const name = value.path.at(-1)?.toLowerCase()
  return statusCodes.find((code) => code === name) ?? null
}

function readBaggage(call: TracingCall, base: Base, context: ReceiverContext): Fact[] {
  const { node, row } = call
  const entryValue = (entry: Value): Value => getField(entry, 'value') ?? entry
  if (row.key !== undefined) {
    const key = valueOfArgument(node, row.key, context)
    const value = valueOfArgument(node, row.value, context)
    return key === null || value === null ? [] : [{ ...base, fact: 'baggage-write', key, value: entryValue(value) }]
  }
  const bag = valueOfArgument(node, row.bag, context)
  const object = bag === null ? null : resolve(bag)
  if (object?.kind !== 'object') return []
  return object.properties.map(({ key, value }) => ({ ...base, fact: 'baggage-write', key, value: entryValue(value) }))
}
