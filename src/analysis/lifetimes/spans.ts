import type { ApiOrigin, Certainty } from '@spanguard/policy'
import type { TSESTree } from '@typescript-eslint/types'
import type { Scope } from '@typescript-eslint/utils/ts-eslint'
import { findVariable, getEnclosingFunction, getMemberName, isFunction, unwrap } from '../bindings.js'
import type { FunctionNode } from '../bindings.js'
import { getSpanCallback } from '../extract.js'
import type { TracingCall } from '../extract.js'
import type { FileAnalysis } from '../index.js'
import { isSamePlace, originOf } from '../origins.js'
import { receiverMethods } from '../../otel/index.js'
import { receiverOf } from '../receivers.js'
import { outermost, parentOf } from './context.js'
import type { Call } from './context.js'
import { chaining } from './span-methods.js'
import { knownFunction } from './throwing.js'

/** A span that a function of this file owns: it started it, or it is the callback that the span was started for. */
export interface OwnedSpan {
  readonly call: Call
  readonly certainty: Certainty
  readonly via: ApiOrigin
  /** The function, or the file, whose paths the span lives on. */
  readonly owner: FunctionNode | TSESTree.Program
  /** What holds the span; empty when nothing does. */
  readonly variables: ReadonlySet<Scope.Variable>
  readonly name: string
  /** `none` when `owner` starts the span, `open` when it is given it. */
  readonly entry: 'none' | 'open'
  /** The API ends it. */
  readonly ends: boolean
  readonly records: boolean
}

/** Every span of the file that a function owns; those that are handed on where they are started are not among them. */
export function findOwnedSpans(analysis: FileAnalysis): OwnedSpan[] {
  const spans: OwnedSpan[] = []
  for (const [node, call] of analysis.tracingCalls) {
    if (call.row.fact !== 'span-start') continue
    const span = call.row.active === true ? readActiveSpan(call, analysis) : readStartedSpan(node as Call, call, analysis)
    if (span !== null && !isOtherApi(span)) spans.push(span)
  }
  for (const call of analysis.calls) {
    const span = analysis.tracingCalls.has(call) ? null : readUnknownStart(call, analysis)
    if (span !== null) spans.push(span)
  }
  return spans
}

const spanMethods: ReadonlySet<string> = new Set(Object.keys(receiverMethods.span))
const readingMethods: ReadonlySet<string> = new Set(['addLinks', 'isRecording', 'spanContext'])

/** A span by its name only, on which methods are called that no span has, or a status is set that is a text: somebody's own interface. */
function isOtherApi({ certainty, variables }: OwnedSpan): boolean {
  if (certainty === 'certain') return false
  return [...variables].some((variable) =>
    variable.references.some(({ identifier }) => {
      const member = (identifier as TSESTree.Node).parent
      if (member?.type !== 'MemberExpression' || member.object !== identifier) return false
      const name = getMemberName(member)
      const call = member.parent
      if (call.type !== 'CallExpression' || call.callee !== member || name === null) return false
      const [status] = call.arguments
      const isText = name === 'setStatus' && status?.type === 'Literal' && typeof status.value === 'string'
      return isText || (!spanMethods.has(name) && !readingMethods.has(name))
    }),
  )
}

function baseOf(call: TracingCall): Pick<OwnedSpan, 'call' | 'certainty' | 'via'> {
  const { node, receiver, method } = call
  return { call: node, certainty: receiver.certainty, via: { api: receiver.api, method } }
}

/** `startActiveSpan('x', (span) => …)`: the callback owns the span. */
function readActiveSpan(call: TracingCall, analysis: FileAnalysis): OwnedSpan | null {
  const callback = getSpanCallback(call, analysis)
  const owner = callback === null ? null : knownFunction(callback.node, analysis)
  if (owner === null) return null
  const origin = originOf(call.node)
  const fact = analysis.factsOf('span-start').find((start) => isSamePlace(start.origin, origin))
  const ends = fact?.ends ?? call.row.ends === true
  const records = fact?.records ?? call.row.records === true
  const [parameter] = owner.params
  const base = { ...baseOf(call), owner, entry: 'open', ends, records } as const
  if (parameter === undefined) {
    // What is not taken as a parameter can still be had from the context.
    const isTakenElsewhere = /getActiveSpan|getSpan\b/.test(analysis.sourceCode.getText(owner))
    return isTakenElsewhere && !ends ? null : { ...base, variables: new Set(), name: '' }
  }
  const variable = parameter.type === 'Identifier' ? findVariable(parameter, analysis.sourceCode) : null
  return variable === null ? null : { ...base, variables: withAliases(variable, analysis), name: variable.name }
}

/** `const span = tracer.startSpan('x')`: the function around it owns the span. */
function readStartedSpan(node: Call, call: TracingCall, analysis: FileAnalysis): OwnedSpan | null {
  // What takes a function is somebody's wrapper around the call.
  if (call.receiver.certainty === 'likely' && node.arguments.some(isFunction)) return null
  const home = findHome(node, analysis)
  if (home === 'elsewhere' || (home === 'nowhere' && call.receiver.certainty === 'likely')) return null
  const owner = getEnclosingFunction(node) ?? analysis.sourceCode.ast
  const base = { ...baseOf(call), owner, entry: 'none', ends: call.row.ends === true, records: call.row.records === true } as const
  if (home === 'nowhere') return { ...base, variables: new Set(), name: '' }
  return isSharedByFile(home, owner) ? null : { ...base, variables: withAliases(home, analysis), name: home.name }
}

/** `const span = logger.startSpan('x')`: what is called a span, is ended like one and comes from a method of that name. */
function readUnknownStart(node: Call, analysis: FileAnalysis): OwnedSpan | null {
  const callee = unwrap(node.callee)
  if (callee.type !== 'MemberExpression' || getMemberName(callee) !== 'startSpan') return null
  if (node.arguments.some(isFunction)) return null
  const home = findHome(node, analysis)
  if (typeof home === 'string') return null
  const ending = home.references.find(({ identifier }) => isEnded(identifier))
  const receiver = ending === undefined ? null : receiverOf(ending.identifier, 'end', analysis)
  if (receiver?.kind !== 'span') return null
  const owner = getEnclosingFunction(node) ?? analysis.sourceCode.ast
  if (isSharedByFile(home, owner)) return null
  return {
    call: node,
    certainty: 'likely',
    via: { api: receiver.api, method: 'startSpan' },
    owner,
    variables: withAliases(home, analysis),
    name: home.name,
    entry: 'none',
    ends: false,
    records: false,
  }
}

/** `span.end()`, `span.setAttribute('job.id', id).end()` */
function isEnded(span: TSESTree.Node): boolean {
  const member = parentOf(span)
  if (member?.type !== 'MemberExpression' || member.object !== span) return false
  const name = getMemberName(member)
  const call = parentOf(member)
  return name === 'end' || (name !== null && chaining.has(name) && call?.type === 'CallExpression' && call.callee === member && isEnded(call))
}

/** The variable that is given what a call returns; `nowhere`: it is thrown away; `elsewhere`: it is handed on at once. */
function findHome(node: Call, analysis: FileAnalysis): Scope.Variable | 'elsewhere' | 'nowhere' {
  let child: TSESTree.Node = node
  let parent = parentOf(node)
  while (parent !== null) {
    switch (parent.type) {
      case 'AwaitExpression':
      case 'ChainExpression':
      case 'TSAsExpression':
      case 'TSNonNullExpression':
      case 'TSSatisfiesExpression':
      case 'TSTypeAssertion':
        break
      case 'ConditionalExpression':
        if (parent.test === child) return 'elsewhere'
        break
      case 'LogicalExpression':
        if (parent.left === child && parent.operator === '&&') return 'elsewhere'
        break
      case 'MemberExpression': {
        const called = parentOf(parent)
        const name = getMemberName(parent)
        if (parent.object !== child || name === null || called?.type !== 'CallExpression' || called.callee !== parent) {
          return 'elsewhere'
        }
        if (name === 'spanContext') return 'nowhere'
        if (!chaining.has(name)) return 'elsewhere'
        parent = called
        break
      }
      case 'VariableDeclarator':
        return parent.id.type === 'Identifier' ? (findVariable(parent.id, analysis.sourceCode) ?? 'elsewhere') : 'elsewhere'
      case 'AssignmentExpression':
        if (parent.right !== child || parent.left.type !== 'Identifier') return 'elsewhere'
        return findOwnVariable(parent.left, node, analysis) ?? 'elsewhere'
      case 'ExpressionStatement':
        return 'nowhere'
      default:
        return 'elsewhere'
    }
    child = parent
    parent = parentOf(parent)
  }
  return 'elsewhere'
}

/** The variable that a name means, unless it belongs to a function further out: what is put there is stored. */
function findOwnVariable(name: TSESTree.Identifier, call: Call, analysis: FileAnalysis): Scope.Variable | null {
  const variable = findVariable(name, analysis.sourceCode)
  const [definition] = variable?.defs ?? []
  if (variable === null || definition === undefined) return null
  const declaredIn = getEnclosingFunction(definition.node)
  return declaredIn === getEnclosingFunction(call) ? variable : null
}

/** A span of the file itself that functions read: which of them ends it, and when, nobody sees. */
function isSharedByFile(variable: Scope.Variable, owner: TSESTree.Node): boolean {
  return (
    owner.type === 'Program' &&
    variable.references.some(({ identifier }) => getEnclosingFunction(identifier) !== null)
  )
}

/** The variable and those that are made of it (`const alias = span`). */
function withAliases(variable: Scope.Variable, analysis: FileAnalysis): ReadonlySet<Scope.Variable> {
  const variables = new Set([variable])
  for (const known of variables) {
    for (const { identifier } of known.references) {
      const node = outermost(identifier)
      const parent = parentOf(node)
      if (parent?.type !== 'VariableDeclarator' || parent.init !== node || parent.id.type !== 'Identifier') continue
      const alias = findVariable(parent.id, analysis.sourceCode)
      if (alias !== null) variables.add(alias)
    }
  }
  return variables
}
