import type { Origin } from '@spanguard/policy'
import type { TSESTree } from '@typescript-eslint/types'
import { failureNames, findNodes } from '../../flow/index.js'
import type { FlowNode, Holder, SpanOperation } from '../../flow/index.js'
import { getMemberName, getPropertyName, isFunction, unwrap } from '../bindings.js'
import type { FunctionNode } from '../bindings.js'
import { originOf } from '../origins.js'
import { lastOf, MAX_INLINE, outermost, parentOf, textOf } from './context.js'
import type { Lowering } from './context.js'
import { reachesSpan } from './expressions.js'
import { enter } from './inline.js'
import { lowerBody } from './lower.js'

type EscapeNode = Extract<SpanOperation, { do: 'escape' }>

const listening: ReadonlySet<string> = new Set([
  'addEventListener',
  'addListener',
  'on',
  'once',
  'prependListener',
  'prependOnceListener',
])

/** Functions that finish an operation for who waits for it. */
const SETTLING = /^(?:reject|callback|cb|done|next)$/

/**
 * A function that is given away and runs some other time. One that ends the span takes it over; one that gives it to
 * others lends it.
 *
 * @param at where the function, or its name, stands
 */
export function lowerClosure(node: FunctionNode, at: TSESTree.Node, lowering: Lowering): FlowNode[] {
  if (lowering.inside.length >= MAX_INLINE + 2 || !reachesSpan(node, lowering)) return []
  const tree = lowerBody(node, enter(node, [], 'value', lowering))
  const failures = findNodes(tree, (inner): inner is FlowNode & { do: 'failure' } => inner.do === 'failure')
  const [end] = findNodes(tree, (inner): inner is SpanOperation & { do: 'dispose' | 'end' } => inner.do === 'end' || inner.do === 'dispose')
  if (end !== undefined) {
    const taken = escapeTo(at, end.origin, lowering)
    if (!isErrorFirst(node, at)) return [...failures, taken]
    return [{ do: 'inline', body: tree, detached: true, explicitOnly: true, last: lastOf(node.body) }, ...failures, taken]
  }
  const escapes = findNodes(tree, (inner): inner is EscapeNode => inner.do === 'escape')
  const taking = escapes.filter(({ how }) => how !== 'passed')
  if (taking.length > 0) return [...failures, ...taking.map((inner) => takenWithin(inner, at, lowering))]
  const [lent] = escapes
  if (lent === undefined) return failures
  return [...failures, { ...lent, origin: originOf(at), ...(isTrap(at) ? { how: 'captured' as const } : {}) }]
}

/** `new Proxy(answer, { get: … })`: whoever has the proxy reads the stream that was given the span, and ends it by that. */
function isTrap(at: TSESTree.Node): boolean {
  const handlers = outermost(at).parent?.parent
  const made = handlers?.type === 'ObjectExpression' ? handlers.parent : undefined
  return made?.type === 'NewExpression' && made.callee.type === 'Identifier' && made.callee.name === 'Proxy' && made.arguments[1] === handlers
}

/** A closure in a closure: a timer in the listener of `'end'` is the listener's. */
function takenWithin(inner: EscapeNode, at: TSESTree.Node, lowering: Lowering): EscapeNode {
  const { holder } = inner
  if (holder === undefined || holder.kind !== 'other') return { ...inner, how: 'captured' }
  return { ...inner, how: 'captured', holder: { ...holderOf(at, lowering), end: holder.end } }
}

/** `span.end` given away as a function. */
export function lowerEndReference(member: TSESTree.MemberExpression, lowering: Lowering): FlowNode[] {
  const { parent } = member
  const isBound =
    parent.type === 'MemberExpression' && getMemberName(parent) === 'bind' && parent.parent.type === 'CallExpression'
  return [escapeTo(isBound ? parent.parent : member, originOf(member), lowering)]
}

function escapeTo(at: TSESTree.Node, end: Origin, lowering: Lowering): EscapeNode {
  const holder = { ...holderOf(at, lowering), end }
  return { do: 'escape', how: 'captured', origin: originOf(at), text: textOf(at, lowering), holder }
}

/** A listener or callback for failure that does nothing to the span. */
export function failureOf(argument: TSESTree.Node, lowering: Lowering): FlowNode[] {
  const expression = unwrap(argument)
  const listened = parentOf(outermost(expression))
  if (listened?.type !== 'CallExpression' || !isListener(listened, outermost(expression))) return []
  const holder = { ...holderOf(expression, lowering), end: originOf(expression) }
  if (holder.kind !== 'listener' || !failureNames.has(holder.name)) return []
  if (isFunction(expression) && reachesSpan(expression, lowering)) return []
  const settles =
    isFunction(expression) ? settlesOperation(expression.body) : expression.type === 'Identifier' && SETTLING.test(expression.name)
  const call = parentOf(expression) ?? expression
  return [{ do: 'failure', holder, settles, origin: originOf(call), text: textOf(call, lowering) }]
}

function settlesOperation(body: TSESTree.Node): boolean {
  const statements = body.type === 'BlockStatement' ? body.body : [body]
  return statements.some((statement) => {
    if (statement.type === 'ThrowStatement') return true
    const expression = unwrap(statement.type === 'ExpressionStatement' ? statement.expression : statement)
    return (
      expression.type === 'CallExpression' &&
      expression.callee.type === 'Identifier' &&
      SETTLING.test(expression.callee.name)
    )
  })
}

/** `(error, result) => …`: called once, whatever happens. */
function isErrorFirst(node: FunctionNode, at: TSESTree.Node): boolean {
  const [first] = node.params
  if (first?.type !== 'Identifier' || !/^(?:e|err|error)$/.test(first.name) || node.params.length < 2) return false
  return at.parent?.type === 'CallExpression' && !isListener(at.parent, at)
}

/** Who has a function in its hands, by where it stands. */
function holderOf(at: TSESTree.Node, lowering: Lowering): Omit<Holder, 'end'> {
  const node = outermost(at)
  const parent = parentOf(node)
  if (parent?.type === 'CallExpression' && isListener(parent, node)) {
    const [event] = parent.arguments
    const callee = unwrap(parent.callee)
    return {
      kind: 'listener',
      name: event?.type === 'Literal' ? String(event.value) : '',
      of: callee.type === 'MemberExpression' ? textOf(callee.object, lowering) : '',
    }
  }
  if (parent?.type === 'Property' && parent.value === node && !isReturned(parent.parent)) {
    return { kind: 'callback', name: getPropertyName(parent) ?? '', of: String(parent.parent.range[0]) }
  }
  if (parent?.type === 'AssignmentExpression' && parent.right === node && parent.left.type === 'MemberExpression') {
    const name = getMemberName(parent.left) ?? ''
    return { kind: name.startsWith('on') ? 'callback' : 'patch', name, of: textOf(parent.left.object, lowering) }
  }
  return { kind: 'other', name: '', of: '' }
}

/** `return { flush: () => span.end() }`: an interface of the function's own. Who is given it calls what it wants, whatever happens. */
function isReturned(object: TSESTree.Node): boolean {
  const parent = parentOf(outermost(object))
  return parent?.type === 'ReturnStatement' || parent?.type === 'ArrowFunctionExpression'
}

function isListener(call: TSESTree.CallExpression, listener: TSESTree.Node): boolean {
  const callee = unwrap(call.callee)
  return (
    callee.type === 'MemberExpression' && listening.has(getMemberName(callee) ?? '') && call.arguments[1] === listener
  )
}
