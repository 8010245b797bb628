import type { Fact, PropertyValue, Value } from '@spanguard/policy'
import type { TSESTree } from '@typescript-eslint/types'

import { type Argument, factsOfCallSite, findCallback } from '../otel/call-facts.js'
import { type CallRow, getMethodRow, receiverMethods } from '../otel/index.js'
import { findVariable, getMemberName, isFunction, unwrap } from './bindings.js'
import { findNode, originOf } from './origins.js'
import { perFile } from './per-file.js'
import { findCalledExport, findFunction, type Receiver, type ReceiverContext, receiverOf } from './receivers.js'
import { valueOf } from './values.js'

type Call = TSESTree.CallExpression | TSESTree.NewExpression

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
  const { method, node, receiver, row } = call
  return factsOfCallSite({
    ...receiver,
    row,
    method,
    origin: originOf(node),
    arguments: readArguments(node, context),
    variable: (of) => findVariableOf(of === 'result' ? givenBy(node) : calledOn(node), context),
    assignmentsTo: (variable) => readElementAssignments(variable, context),
  })
}

/** `const span = tracer.startSpan(…)`, `span = tracer.startSpan(…)` */
function givenBy({ parent }: Call): TSESTree.Node | null {
  return parent.type === 'VariableDeclarator' ? parent.id : parent.type === 'AssignmentExpression' ? parent.left : null
}

/** `span.updateName(…)` */
function calledOn({ callee }: Call): TSESTree.Node | null {
  const method = unwrap(callee)
  return method.type === 'MemberExpression' ? unwrap(method.object) : null
}

function findVariableOf(name: TSESTree.Node | null, { sourceCode }: ReceiverContext): number | null {
  const declared = name?.type === 'Identifier' ? findVariable(name, sourceCode)?.identifiers[0] : undefined
  return declared?.range[0] ?? null
}

/** The function that runs inside the span that a call starts, its index with it, or null. */
export function getSpanCallback(
  call: TracingCall,
  context: ReceiverContext,
): { node: TSESTree.Expression; index: number } | null {
  const index = findCallback({ row: call.row, arguments: readArguments(call.node, context) })
  const node = index === null ? undefined : call.node.arguments[index]
  return index === null || node === undefined || node.type === 'SpreadElement' ? null : { node, index }
}

function readArguments(node: Call, context: ReceiverContext): Argument[] {
  return node.arguments.map((argument) => {
    const expression = argument.type === 'SpreadElement' ? argument.argument : argument
    const inner = unwrap(expression)
    return {
      isSpread: argument.type === 'SpreadElement',
      isFunction: isFunction(inner) || (inner.type === 'Identifier' && findFunction(inner, context) !== null),
      value: () => valueOf(expression, context.sourceCode),
    }
  })
}

const assignmentsOf = perFile(() => new Map<object, readonly TSESTree.AssignmentExpression[]>())

/** `ident['user.email'] = email`, on the variable that is put into the span. */
export function readElementAssignments(value: Value, context: ReceiverContext): PropertyValue[] {
  const node = findNode(value.origin)
  const variable = node?.type === 'Identifier' ? findVariable(node, context.sourceCode) : null
  if (variable === null) return []
  const known = assignmentsOf(context.sourceCode)
  let assignments = known.get(variable)
  if (assignments === undefined) {
    assignments = variable.references.flatMap(({ identifier }) => findElementAssignment(identifier as TSESTree.Identifier))
    known.set(variable, assignments)
  }
  return assignments.map((assignment) => ({
    key: keyOfMember(assignment.left as TSESTree.MemberExpression, context),
    value: valueOf(assignment.right, context.sourceCode),
    origin: originOf(assignment),
  }))
}

function findElementAssignment(identifier: TSESTree.Identifier): TSESTree.AssignmentExpression[] {
  const target = identifier.parent
  if (target.type !== 'MemberExpression' || target.object !== identifier) return []
  const assignment = target.parent
  return assignment.type === 'AssignmentExpression' && assignment.left === target ? [assignment] : []
}

function keyOfMember(target: TSESTree.MemberExpression, context: ReceiverContext): Value {
  if (target.computed) return valueOf(target.property, context.sourceCode)
  const name = getMemberName(target) ?? ''
  return { kind: 'literal', origin: originOf(target.property), text: name, value: name }
}
