import type { TSESTree } from '@typescript-eslint/types'
import { findVariable, getMemberName, unwrap } from '../bindings.js'
import { nodesOf, nodesWithin } from '../walk.js'
import { isSpanEnd } from './context.js'
import type { Call, Lowering } from './context.js'
import { collecting } from './non-throwing.js'
import { statusCodeOf } from './span-methods.js'

/**
 * `try { const span = …; open.set(request, { span }) } catch {}`: what is tried is to begin a span that others end, or, with nothing
 * awaited, to write one of its own, be it that the `catch` is empty or that what is written is an error of before. It is not the work that a span covers.
 */
export function isBeginning(block: TSESTree.BlockStatement, handler: TSESTree.CatchClause, lowering: Lowering): boolean {
  const last = block.body.at(-1)
  const atEnd = last?.type === 'ExpressionStatement' ? unwrap(last.expression) : null
  if (atEnd?.type === 'CallExpression' ? keepsSpan(atEnd, lowering) : atEnd?.type === 'AssignmentExpression' && handsOut(atEnd, block, lowering)) return true
  return isWrittenAtOnce(block, handler, lowering)
}

/** `opened = { span, since: now() }`, of a span that the block starts, with nothing awaited and no end: what follows the `try` ends it. */
function handsOut({ left, right }: TSESTree.AssignmentExpression, block: TSESTree.BlockStatement, lowering: Lowering): boolean {
  if (left.type !== 'Identifier' || !startsAtOnce(block, lowering) || endsSpan(block, lowering)) return false
  const { names, sourceCode } = lowering
  const declared = findVariable(left, sourceCode)?.identifiers[0]
  const isOutside = declared !== undefined && (declared.range[0] < block.range[0] || declared.range[1] > block.range[1])
  return isOutside && right.type === 'ObjectExpression' && right.properties.some((property) => property.type === 'Property' && property.value.type === 'Identifier' && names.has(property.value.name))
}

/**
 * `try { const span = …; describe(span); span.end() } catch {}`: a span that is started and ended, or kept for others, with nothing
 * awaited in between, by code that must never be the reason of a failure. Whoever leaves its `catch` empty has chosen to lose it.
 */
export function isBestEffort({ block, handler }: TSESTree.TryStatement, lowering: Lowering): boolean {
  return handler !== null && handler.body.body.length === 0 && isWrittenAtOnce(block, handler, lowering)
}

function isWrittenAtOnce(block: TSESTree.BlockStatement, handler: TSESTree.CatchClause, lowering: Lowering): boolean {
  if (!startsAtOnce(block, lowering)) return false
  const calls = nodesWithin(nodesOf(lowering.sourceCode).calls, block)
  return endsSpan(block, lowering) ? handler.body.body.length === 0 || calls.some((call) => tellsError(call, lowering)) : calls.some((call) => keepsSpan(call, lowering))
}

/** Does the block start the span, with nothing awaited in it? */
function startsAtOnce(block: TSESTree.BlockStatement, { sourceCode, start }: Lowering): boolean {
  if (start === null || start.range[0] < block.range[0] || start.range[1] > block.range[1]) return false
  return !nodesWithin(nodesOf(sourceCode).work, block).some(({ type }) => type === 'AwaitExpression')
}

function endsSpan(block: TSESTree.BlockStatement, lowering: Lowering): boolean {
  return nodesWithin(nodesOf(lowering.sourceCode).calls, block).some((call) => isSpanEnd(call, lowering))
}

/** `if (error) span.recordException(error)` beside the work: the span is written when all is over, and tells how it went. */
function tellsError(call: Call, lowering: Lowering): boolean {
  const fact = lowering.analysis.tracingCalls.get(call)?.row.fact
  return fact === 'exception-write' || (fact === 'status-write' && statusCodeOf(call, lowering.analysis) === 'error')
}

/** `open.set(request, { span })` */
function keepsSpan({ type, callee, arguments: given }: Call, lowering: Lowering): boolean {
  const method = unwrap(callee)
  if (type !== 'CallExpression' || method.type !== 'MemberExpression' || !collecting.has(getMemberName(method) ?? '')) return false
  return given.some(
    (argument) =>
      isOf(argument, lowering) ||
      (argument.type === 'ObjectExpression' && argument.properties.some((property) => property.type === 'Property' && isOf(property.value, lowering))),
  )
}

function isOf(node: TSESTree.Node, { names }: Lowering): boolean {
  return node.type === 'Identifier' && names.has(node.name)
}
