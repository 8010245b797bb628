import type { TSESTree } from '@typescript-eslint/types'
import { sequence, someNode } from '../../flow/index.js'
import type { FlowNode, Inline } from '../../flow/index.js'
import { getMemberName, isFunction, unwrap } from '../bindings.js'
import type { FunctionNode } from '../bindings.js'
import { getSpanCallback } from '../extract.js'
import { resolveReference } from '../imports.js'
import { originOf } from '../origins.js'
import { failureOf } from './closures.js'
import { isSpan, lastOf, textOf } from './context.js'
import type { Call, Lowering, Use } from './context.js'
import { lowerExpression, reachesSpan } from './expressions.js'
import { lowerSpanId } from './hand-over.js'
import { bindSpan, endsWhenCalled, enter, findInlinable } from './inline.js'
import { lowerBody } from './lower.js'
import { iterations } from './non-throwing.js'
import { chaining, statusCodeOf } from './span-methods.js'
import { isLogging } from './quiet-calls.js'
import { knownFunction, mayThrow } from './throwing.js'

/** A call: what it does to the span, what it runs at once, and whether it may throw. */
export function lowerCall(node: Call, use: Use, lowering: Lowering): FlowNode[] {
  if (node === lowering.start) {
    return [...lowerArguments(node, [], lowering, true), { do: 'start', origin: originOf(node) }]
  }
  const callee = unwrap(node.callee)
  if (callee.type === 'MemberExpression') {
    const name = getMemberName(callee)
    if (name !== null && isSpanChain(callee.object, lowering)) return lowerSpanMethod(node, callee, name, lowering)
    if (name === 'exit' && callee.object.type === 'Identifier' && callee.object.name === 'process') return [{ do: 'stop' }]
  }
  const called = findInlinable(node, lowering)
  if (called !== null) {
    const bound = bindSpan(node, called, lowering)
    if (bound.length > 0 || isFunction(callee) || reachesSpan(called, lowering)) {
      const inner = enter(called, bound.map(({ variable }) => variable), use, lowering)
      const helper = isFunction(callee) || isWithin(called, lowering) ? {} : { helper: called.range[0] }
      const inline = { ...inlineOf(called, use, inner), ...helper }
      // One that only writes to the span is a call like others: when it throws, it is the caller that forgets the span.
      if (isFunction(callee) || someNode(inline, isCare)) return [...lowerArguments(node, [], lowering), inline]
      return [...lowerArguments(node, [], lowering), { ...inline, detached: false, quiet: true }, ...(use === 'awaited' ? [] : riskOf(node, lowering))]
    }
  }
  const again = called === null && node.type === 'CallExpression' ? knownFunction(callee, lowering.analysis) : null
  if (!isFunction(callee) && endsWhenCalled(again, lowering)) {
    return [...lowerArguments(node, [], lowering), { do: 'escape', how: 'captured', origin: originOf(node), text: textOf(node, lowering) }]
  }
  const atOnce = findRunAtOnce(node, lowering)
  const nodes = lowerCallee(callee, lowering)
  // What is built for a log line is taken to be as safe as the line; what is given to `Promise.all` fails by rejection.
  const quiet = isLogging(callee) || isCombinator(callee)
  nodes.push(...lowerArguments(node, atOnce.map(({ argument }) => argument), lowering, quiet))
  for (const { run, each } of atOnce) nodes.push(runOf(run, each, use, lowering))
  // Where it is awaited, the `await` is the place that throws.
  return use === 'awaited' ? nodes : [...nodes, ...riskOf(node, lowering)]
}

function riskOf(node: Call, lowering: Lowering): FlowNode[] {
  const throwing = mayThrow(node, lowering.analysis)
  if (throwing === 'never') return []
  return [
    { do: 'risk', kind: 'call', shown: throwing === 'shown', origin: originOf(node), text: textOf(node, lowering) },
  ]
}

function isCare(node: FlowNode): boolean {
  return node.do === 'end' || node.do === 'dispose' || node.do === 'escape'
}

/** Is the function written inside the one that owns the span? */
function isWithin(called: FunctionNode, { inside }: Lowering): boolean {
  const [owner] = inside
  return owner === undefined || (called.range[0] >= owner.range[0] && called.range[1] <= owner.range[1])
}

function lowerCallee(callee: TSESTree.Node, lowering: Lowering): FlowNode[] {
  return callee.type === 'MemberExpression' || callee.type === 'CallExpression' ?
      lowerExpression(callee, 'value', lowering)
    : []
}

/** @param quiet what the arguments call is not asked whether it may throw: attributes are built by functions that don't */
function lowerArguments(node: Call, except: readonly TSESTree.Node[], lowering: Lowering, quiet = false): FlowNode[] {
  const nodes: FlowNode[] = []
  for (const argument of node.arguments) {
    if (except.includes(argument)) continue
    nodes.push(...failureOf(argument, lowering))
    for (const inner of lowerExpression(argument, 'value', lowering)) if (!quiet || inner.do !== 'risk' || inner.kind === 'await') nodes.push(quiet ? withoutUnknownCalls(inner) : inner)
  }
  return nodes
}

/** What runs in place without the calls of which nothing is known: `Promise.all(orders.map((order) => place(order)))` fails by rejection. */
function withoutUnknownCalls(node: FlowNode): FlowNode {
  switch (node.do) {
    case 'seq':
      return sequence(node.nodes.map(withoutUnknownCalls))
    case 'loop':
      return { ...node, body: withoutUnknownCalls(node.body) }
    case 'inline':
      return node.detached ? node : { ...node, body: withoutUnknownCalls(node.body) }
    case 'risk':
      return node.kind === 'await' || node.shown ? node : sequence([])
    default:
      return node
  }
}

/** The span, or a call on it that gives it back. */
function isSpanChain(node: TSESTree.Node, lowering: Lowering): boolean {
  if (isSpan(node, lowering)) return true
  const expression = unwrap(node)
  if (expression.type !== 'CallExpression') return false
  const callee = unwrap(expression.callee)
  return (
    callee.type === 'MemberExpression' &&
    chaining.has(getMemberName(callee) ?? '') &&
    isSpanChain(callee.object, lowering)
  )
}

function lowerSpanMethod(
  node: Call,
  callee: TSESTree.MemberExpression,
  name: string,
  lowering: Lowering,
): FlowNode[] {
  const origin = originOf(node)
  const object = unwrap(callee.object)
  const nodes = object.type === 'CallExpression' ? lowerExpression(object, 'value', lowering) : []
  nodes.push(...lowerArguments(node, [], lowering, true))
  switch (name) {
    case 'end':
      return [...nodes, { do: 'end', origin }]
    case 'recordException':
      return [...nodes, { do: 'record', origin }]
    case 'setStatus':
      return [...nodes, { do: 'status', code: statusCodeOf(node, lowering.analysis), origin }]
    default:
      return chaining.has(name) ? [...nodes, { do: 'write', method: name, origin }] : [...nodes, ...lowerSpanId(callee, lowering)]
  }
}

/** A function that runs where it stands. */
function inlineOf(called: FunctionNode, use: Use, inner: Lowering): Inline {
  return {
    do: 'inline',
    body: lowerBody(called, inner),
    detached: called.async && use !== 'awaited',
    last: lastOf(called.body),
  }
}

/** `Promise.all` and its like. */
function isCombinator(callee: TSESTree.Node): boolean {
  return callee.type === 'MemberExpression' && callee.object.type === 'Identifier' && callee.object.name === 'Promise'
}

interface RunAtOnce {
  readonly argument: TSESTree.Node
  readonly run: FunctionNode
  /** It runs once for each member of a list. */
  readonly each: boolean
}

/** The functions among the arguments that run before the call returns. */
function findRunAtOnce(node: Call, lowering: Lowering): RunAtOnce[] {
  const { analysis, sourceCode } = lowering
  const once = (argument: TSESTree.Node | null | undefined): RunAtOnce[] => {
    if (argument === null || argument === undefined) return []
    const run = knownFunction(argument, analysis)
    return run === null || run.generator || lowering.inside.includes(run) ? [] : [{ argument, run, each: false }]
  }
  const tracing = analysis.tracingCalls.get(node)
  if (tracing?.row.active === true) return once(getSpanCallback(tracing, analysis)?.node)
  const callee = unwrap(node.callee)
  if (node.type === 'NewExpression') {
    return callee.type === 'Identifier' && callee.name === 'Promise' ? once(node.arguments[0]) : []
  }
  if (callee.type !== 'MemberExpression') return []
  const name = getMemberName(callee)
  if (name === 'with' && resolveReference(callee, sourceCode)?.module.startsWith('@opentelemetry/') === true) {
    return once(node.arguments[1])
  }
  if (name === 'run' && node.arguments.length >= 2 && isStorage(callee.object)) return once(node.arguments[1])
  if (name === null || !iterations.has(name)) return []
  return once(node.arguments[0]).flatMap((found) => (found.run.async ? [] : [{ ...found, each: true }]))
}

/** An `AsyncLocalStorage`, by its name. */
function isStorage(node: TSESTree.Node): boolean {
  const object = unwrap(node)
  const name =
    object.type === 'Identifier' ? object.name
    : object.type === 'MemberExpression' ? (getMemberName(object) ?? '')
    : ''
  return /^als$|storage$/i.test(name)
}

function runOf(run: FunctionNode, each: boolean, use: Use, lowering: Lowering): FlowNode {
  const inline = inlineOf(run, use, enter(run, [], use, lowering))
  if (!each) return inline
  const nothing = sequence([])
  return { do: 'loop', head: nothing, body: inline, bodyFirst: false, endless: false, labels: [] }
}
