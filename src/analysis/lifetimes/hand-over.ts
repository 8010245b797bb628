import type { TSESTree } from '@typescript-eslint/types'
import type { Escape, FlowNode, SpanOperation } from '../../flow/index.js'
import { findBinding, findVariable, getMemberName, isFunction, unwrap } from '../bindings.js'
import { resolveReference } from '../imports.js'
import { originOf } from '../origins.js'
import { isSpan, parentOf, textOf } from './context.js'
import type { Call, Lowering } from './context.js'
import { isInlined } from './inline.js'
import { collecting } from './non-throwing.js'
import { isLogging } from './quiet-calls.js'

/** A function whose name says that it ends what it is given: `endSpan`, `finishSpan`, `closeQuietly`. */
const ENDING = /^(?:end|finish|close|finali[sz]e|complete|dispose)(?:[A-Z_]|$)|(?:End|Finish|Close|Finali[sz]e|Complete|Dispose)/

/** A function that makes something out of the span: what it makes ends it. */
const WRAPPING = /^(?:bind|build|create|decorate|instrument|make|patch|wrap)(?:[A-Z_]|$)/

/** A function whose name says that it deals with an error: it may well set the status. */
const FAILING = /error|exception|fail|status/i

/** What becomes of the span where its name stands as a value: returned, stored, given away, or just read. */
export function lowerSpanUse(node: TSESTree.Node, lowering: Lowering): FlowNode[] {
  let child: TSESTree.Node = node
  let parent = parentOf(node)
  let contained = false
  while (parent !== null) {
    switch (parent.type) {
      case 'ArrayExpression':
      case 'ObjectExpression':
        contained = true
        break
      case 'AwaitExpression':
      case 'ChainExpression':
      case 'Property':
      case 'SpreadElement':
      case 'TSAsExpression':
      case 'TSNonNullExpression':
      case 'TSSatisfiesExpression':
      case 'TSTypeAssertion':
        break
      case 'ConditionalExpression':
        if (parent.test === child) return []
        break
      case 'LogicalExpression':
        if (parent.left === child && parent.operator === '&&') return []
        break
      case 'SequenceExpression':
        if (parent.expressions.at(-1) !== child) return []
        break
      case 'CallExpression':
      case 'NewExpression':
        return parent.callee === child ? [] : lowerPassed(parent, child, contained, lowering)
      case 'ReturnStatement':
      case 'ThrowStatement':
      case 'YieldExpression':
        return [escape('returned', parent, lowering)]
      case 'ArrowFunctionExpression':
        return parent.body === child ? [escape('returned', child, lowering)] : []
      case 'VariableDeclarator':
        return !contained && isSpan(parent.id, lowering) ? [] : [escape('stored', parent, lowering)]
      case 'AssignmentExpression':
        if (parent.right !== child) return []
        return !contained && isSpan(parent.left, lowering) ? [] : [escape('stored', parent, lowering)]
      case 'PropertyDefinition':
        return [escape('stored', parent, lowering)]
      default:
        return []
    }
    child = parent
    parent = parentOf(parent)
  }
  return []
}

const SPAN_ID = /^(?:id|spanId)$/

/** `tracer.endSpan(span.id)`, `tracer.finish({ spanId: span.spanContext().spanId })`: who ends spans by their ids is given this one's. */
export function lowerSpanId(member: TSESTree.MemberExpression, lowering: Lowering): FlowNode[] {
  let node: TSESTree.Node = member
  let name = getMemberName(member)
  for (let parent = parentOf(node); parent !== null; node = parent, parent = parentOf(node)) {
    switch (parent.type) {
      case 'ChainExpression':
      case 'ObjectExpression':
      case 'Property':
      case 'TSAsExpression':
      case 'TSNonNullExpression':
        break
      case 'MemberExpression':
        if (parent.object !== node) return []
        name = getMemberName(parent)
        break
      case 'CallExpression':
        if (parent.callee === node) break
        return SPAN_ID.test(name ?? '') && endsSpans(unwrap(parent.callee)) ? [escape('stored', parent, lowering)] : []
      default:
        return []
    }
  }
  return []
}

/** `endSpan`, `tracer.endSpan`, `tracer.finish`, `this.spans.close` */
function endsSpans(callee: TSESTree.Node): boolean {
  if (callee.type === 'Identifier') return ENDING.test(callee.name) && /span/i.test(callee.name)
  const name = callee.type === 'MemberExpression' ? getMemberName(callee) : null
  if (callee.type !== 'MemberExpression' || name === null || !ENDING.test(name)) return false
  const object = unwrap(callee.object)
  const owner = object.type === 'Identifier' ? object.name : object.type === 'MemberExpression' ? getMemberName(object) : null
  return /span/i.test(name) || (owner !== null && /span|trac/i.test(owner))
}

function lowerPassed(call: Call, argument: TSESTree.Node, contained: boolean, lowering: Lowering): FlowNode[] {
  const { analysis, sourceCode } = lowering
  const callee = unwrap(call.callee)
  const name =
    callee.type === 'Identifier' ? callee.name
    : callee.type === 'MemberExpression' ? (getMemberName(callee) ?? '')
    : ''
  if (isLogging(callee) && !collecting.has(name)) return []
  // `trace.setSpan(context, span)` gives a context that knows the span; it stays with who started it, unless the context is kept.
  if (name === 'setSpan' && isKept(call, analysis)) return [escape('stored', call, lowering)]
  if (analysis.tracingCalls.has(call)) return []
  if (resolveReference(callee, sourceCode)?.module.startsWith('@opentelemetry/api') === true) return []
  if (!contained && isInlined(call, argument, lowering)) return []
  // `new Recorder(span)`: what is made has the span from now on. One that nobody keeps has run when its constructor has.
  if (call.type === 'NewExpression' && parentOf(call)?.type !== 'ExpressionStatement') return [escape('stored', call, lowering)]
  if (collecting.has(name) || ENDING.test(name) || WRAPPING.test(name)) return [escape('stored', call, lowering)]
  const isCallback = callee.type === 'Identifier' && findBinding(callee, sourceCode)?.kind === 'parameter'
  const isAwaited = parentOf(call)?.type === 'AwaitExpression'
  const passed = { ...escape('passed', call, lowering), ...(isCallback ? { toCallback: true, isAwaited } : {}), ...(isReturned(call) ? { isReturned: true } : {}) }
  return FAILING.test(name) ? [{ do: 'status', code: 'unknown', origin: originOf(call) }, passed] : [passed]
}

/** `return relay(reply, read(reply, span))` */
function isReturned(call: TSESTree.Node): boolean {
  const parent = parentOf(call)
  if (parent?.type === 'ReturnStatement') return true
  return parent?.type === 'CallExpression' && parent.callee !== call && isReturned(parent)
}

/** Is a context put where others find it again: into a map, a property, the hands of the caller? */
function isKept(node: TSESTree.Node, analysis: Lowering['analysis'], depth = 0): boolean {
  const parent = parentOf(node)
  switch (parent?.type) {
    case 'ReturnStatement':
      return true
    case 'Property':
      return parent.value === node && parent.parent.type === 'ObjectExpression'
    case 'AssignmentExpression':
      return parent.right === node && parent.left.type === 'MemberExpression'
    case 'CallExpression': {
      const callee = unwrap(parent.callee)
      if (parent.callee === node || callee.type !== 'MemberExpression') return false
      const method = getMemberName(callee) ?? ''
      return collecting.has(method) || (method === 'with' && goesOnElsewhere(parent, analysis))
    }
    case 'VariableDeclarator': {
      const variable = parent.id.type === 'Identifier' && depth === 0 ? findVariable(parent.id, analysis.sourceCode) : null
      return variable?.references.some((reference) => reference.isRead() && isKept(reference.identifier, analysis, 1)) === true
    }
    default:
      return false
  }
}

/** `context.with(own, next)` in one hook, and in another `getSpan(context.active()).end()`; or that in the function that is run. */
function goesOnElsewhere({ arguments: given }: Call, analysis: Lowering['analysis']): boolean {
  const [, next] = given
  if (isFunction(next)) {
    const [start, end] = next.range
    return analysis.factsOf('span-end').some(({ borrowed, origin }) => borrowed && origin.start >= start && origin.end <= end)
  }
  if (next?.type !== 'Identifier' || findBinding(next, analysis.sourceCode)?.kind !== 'parameter') return false
  return analysis.factsOf('span-end').some(({ borrowed }) => borrowed)
}

function escape(how: Escape, node: TSESTree.Node, lowering: Lowering): SpanOperation {
  return { do: 'escape', how, origin: originOf(node), text: textOf(node, lowering) }
}
