import type { TSESTree } from '@typescript-eslint/types'
import { nothing, sequence } from '../../flow/index.js'
import type { FlowNode, Risk } from '../../flow/index.js'
import { type FunctionNode, getMemberName, isFunction, unwrap } from '../bindings.js'
import { originOf } from '../origins.js'
import { perFile } from '../per-file.js'
import { eachChild, nodesOf, nodesWithin } from '../walk.js'
import { lowerCall } from './calls.js'
import { lowerChain, readChain } from './chains.js'
import { lowerClosure, lowerEndReference } from './closures.js'
import { readTest } from './conditions.js'
import { isSpan, textOf } from './context.js'
import type { Call, Lowering, Use } from './context.js'
import { lowerSpanId, lowerSpanUse } from './hand-over.js'
import { endsWhenCalled } from './inline.js'
import { settlePromise } from './promises.js'
import { functionNamesWithin } from './functions.js'
import { isEmptyHanded, isTimerPromise, knownFunction, mayReject } from './throwing.js'
import { readOwnTest } from './whose.js'

/** What an expression does to the span and where it may throw, in the order in which it runs. */
export function lowerExpression(written: TSESTree.Node, use: Use, lowering: Lowering): FlowNode[] {
  const node = unwrap(written)
  switch (node.type) {
    case 'Identifier':
      return lowerName(node, lowering)
    case 'CallExpression':
    case 'NewExpression': {
      const chain = readChain(node)
      return chain === null ? lowerCall(node, use, lowering) : lowerChain(chain, use, lowering)
    }
    case 'AwaitExpression':
      return lowerAwaited(node.argument, node, lowering)
    case 'YieldExpression':
      return [
        ...(node.argument === null ? [] : lowerExpression(node.argument, 'returned', lowering)),
        { do: 'yield', origin: originOf(node), text: textOf(node, lowering) },
      ]
    case 'ArrowFunctionExpression':
    case 'FunctionExpression':
      return lowerClosure(node, node, lowering)
    case 'ConditionalExpression': {
      const test = readTest(node.test, lowering)
      return [
        ...lowerExpression(node.test, 'value', lowering),
        {
          do: 'branch',
          ...(test === null ? {} : { test }),
          then: sequence(lowerExpression(node.consequent, use, lowering)),
          otherwise: sequence(lowerExpression(node.alternate, use, lowering)),
        },
      ]
    }
    case 'LogicalExpression': {
      const right = sequence(lowerExpression(node.right, use, lowering))
      const test = node.operator === '&&' ? (readOwnTest(node.left, lowering) ?? readTest(node.left, lowering)) : null
      return [
        ...lowerExpression(node.left, 'value', lowering),
        { do: 'branch', ...(test === null ? {} : { test }), then: right, otherwise: nothing },
      ]
    }
    case 'AssignmentExpression':
      return lowerAssignment(node, lowering)
    case 'MemberExpression':
      return lowerMember(node, lowering)
    case 'Property':
      return node.computed ?
          [...lowerExpression(node.key, 'value', lowering), ...lowerExpression(node.value, 'value', lowering)]
        : lowerExpression(node.value, 'value', lowering)
    case 'ClassExpression':
    case 'ClassDeclaration':
    case 'FunctionDeclaration':
    case 'Literal':
    case 'TemplateElement':
    case 'ThisExpression':
      return []
    default:
      return lowerChildren(node, lowering)
  }
}

function lowerChildren(node: TSESTree.Node, lowering: Lowering): FlowNode[] {
  const nodes: FlowNode[] = []
  eachChild(node, lowering.sourceCode.visitorKeys, (child) => {
    for (const lowered of lowerExpression(child, 'value', lowering)) nodes.push(lowered)
  })
  return nodes
}

function lowerName(node: TSESTree.Identifier, lowering: Lowering): FlowNode[] {
  if (isSpan(node, lowering)) return lowerSpanUse(node, lowering)
  const settled = settlePromise(node, 'value', lowering)
  if (settled !== null) return settled
  const known = knownFunction(node, lowering.analysis)
  if (known === null) return []
  if (!lowering.inside.includes(known)) return lowerClosure(known, node, lowering)
  if (!endsWhenCalled(known, lowering)) return []
  return [{ do: 'escape', how: 'captured', origin: originOf(node), text: textOf(node, lowering) }]
}

/** What is no promise, whatever it holds. */
const settledAtOnce: ReadonlySet<string> = new Set([
  'ArrayExpression',
  'ArrowFunctionExpression',
  'BinaryExpression',
  'FunctionExpression',
  'Literal',
  'ObjectExpression',
  'TemplateLiteral',
  'UnaryExpression',
])

/** `await x`: what it evaluates, then the place where it may be rejected. */
export function lowerAwaited(written: TSESTree.Node, at: TSESTree.Node, lowering: Lowering): FlowNode[] {
  const node = unwrap(written)
  const risk = (likely: boolean): Risk => ({
    do: 'risk',
    kind: 'await',
    shown: true,
    likely,
    origin: originOf(at),
    text: textOf(at, lowering),
  })
  if (node.type !== 'CallExpression' && node.type !== 'NewExpression') {
    const nodes = lowerExpression(node, 'awaited', lowering)
    return settledAtOnce.has(node.type) ? nodes : [...nodes, risk(false)]
  }
  const nodes = lowerExpression(node, 'awaited', lowering)
  if (readChain(node) !== null || isTimerPromise(node) || !mayReject(node, lowering.analysis)) return nodes
  if (failsWithItsHelper(node, nodes, lowering)) return nodes
  if (relaysItsCallback(node, nodes, lowering)) return [...nodes, { ...risk(false), relays: true }]
  const isSubscription = nodes.some((inner) => inner.do === 'escape' && /^on[A-Z]/.test(inner.holder?.name ?? ''))
  return isSubscription ? [risk(true), ...nodes] : [...nodes, risk(false)]
}

/** `await begin(span)` of a helper of the file that takes care of the span: it fails where the helper does, which is followed. */
function failsWithItsHelper(node: Call, nodes: readonly FlowNode[], lowering: Lowering): boolean {
  if (!nodes.some((inner) => inner.do === 'inline' && inner.helper !== undefined && !inner.detached && inner.quiet !== true)) return false
  const helper = knownFunction(node.callee, lowering.analysis)
  return helper !== null && isAsyncBlock(helper) && waitsItself(helper, lowering)
}

/**
 * `await context.with(…, async () => { … })`: it fails where its callback fails, not after it. What the callback returns without
 * waiting for it is waited for here, so that one which returns a call is none of these.
 */
function relaysItsCallback(node: Call, nodes: readonly FlowNode[], lowering: Lowering): boolean {
  const callback = node.arguments.at(-1)
  if (!isFunction(callback) || !isAsyncBlock(callback)) return false
  return nodes.some((inner) => inner.do === 'inline' && !inner.detached) && waitsItself(callback, lowering)
}

function isAsyncBlock(run: FunctionNode): boolean {
  return run.async && run.body.type === 'BlockStatement'
}

/** Does a function wait for all that it calls, and leave none of it to whoever called it? */
function waitsItself({ body }: FunctionNode, { sourceCode }: Lowering): boolean {
  return nodesWithin(nodesOf(sourceCode).returns, body).every(({ argument }) => argument === null || unwrap(argument).type !== 'CallExpression')
}

function lowerAssignment(node: TSESTree.AssignmentExpression, lowering: Lowering): FlowNode[] {
  const { left, right } = node
  const nodes = left.type === 'MemberExpression' ? lowerMember(left, lowering) : []
  nodes.push(...lowerExpression(right, 'value', lowering))
  if (left.type !== 'Identifier' || !isSpan(left, lowering) || holdsSpan(right, lowering)) return nodes
  return [...nodes, { do: 'overwrite', origin: originOf(node), text: textOf(node, lowering) }]
}

/** Is the span among what the expression may give? */
function holdsSpan(node: TSESTree.Node, lowering: Lowering): boolean {
  if (isSpan(node, lowering)) return true
  const expression = unwrap(node)
  switch (expression.type) {
    case 'ConditionalExpression':
      return holdsSpan(expression.consequent, lowering) || holdsSpan(expression.alternate, lowering)
    case 'LogicalExpression':
      return holdsSpan(expression.left, lowering) || holdsSpan(expression.right, lowering)
    case 'AwaitExpression':
      return holdsSpan(expression.argument, lowering)
    case 'CallExpression':
      return expression.callee.type === 'MemberExpression' && holdsSpan(expression.callee.object, lowering)
    default:
      return false
  }
}

function lowerMember(node: TSESTree.MemberExpression, lowering: Lowering): FlowNode[] {
  if (isSpan(node.object, lowering)) return getMemberName(node) === 'end' ? lowerEndReference(node, lowering) : lowerSpanId(node, lowering)
  const nodes = lowerExpression(node.object, 'value', lowering)
  if (node.computed) nodes.push(...lowerExpression(node.property, 'value', lowering))
  if (!node.optional && isEmptyHanded(node.object)) {
    nodes.push({ do: 'risk', kind: 'call', shown: true, origin: originOf(node.object), text: textOf(node.object, lowering) })
  }
  return nodes
}

const mentionsOf = perFile(() => new Map<TSESTree.Node, Map<unknown, boolean>>())

/** Does the span's name, meaning the span, stand anywhere below this node? */
export function mentionsSpan(node: TSESTree.Node, lowering: Lowering): boolean {
  const mentions = mentionsOf(lowering.sourceCode)
  let byVariables = mentions.get(node)
  if (byVariables === undefined) {
    byVariables = new Map()
    mentions.set(node, byVariables)
  }
  const known = byVariables.get(lowering.variables)
  if (known !== undefined) return known
  const [start, end] = node.range
  let found = false
  for (const variable of lowering.variables) {
    found ||= variable.references.some(({ identifier: { range } }) => range[0] >= start && range[1] <= end)
  }
  byVariables.set(lowering.variables, found)
  return found
}

/** Does a function call another function of the file that mentions the span? */
export function reachesSpan(node: TSESTree.Node, lowering: Lowering, seen = new Set<TSESTree.Node>()): boolean {
  if (mentionsSpan(node, lowering)) return true
  if (seen.has(node)) return false
  seen.add(node)
  return functionNamesWithin(node, lowering.analysis).some(({ means }) => means !== node && reachesSpan(means, lowering, seen))
}
