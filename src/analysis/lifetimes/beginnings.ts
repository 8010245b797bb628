import type { TSESTree } from '@typescript-eslint/types'
import { getMemberName, unwrap } from '../bindings.js'
import { nodesOf, nodesWithin } from '../walk.js'
import type { Call, Lowering } from './context.js'
import { collecting } from './non-throwing.js'

/**
 * `try { const span = …; open.set(request, { span }) } catch {}`: what is tried is to begin a span that others end, or, with an empty
 * `catch` and nothing awaited, to write one of its own. It is not the work that a span covers.
 */
export function isBeginning(block: TSESTree.BlockStatement, handler: TSESTree.CatchClause, lowering: Lowering): boolean {
  const last = block.body.at(-1)
  const atEnd = last?.type === 'ExpressionStatement' ? unwrap(last.expression) : null
  return (atEnd?.type === 'CallExpression' && keepsSpan(atEnd, lowering)) || isWrittenAtOnce(block, handler, lowering)
}

/**
 * `try { const span = …; describe(span); span.end() } catch {}`: a span that is started and ended, or kept for others, with nothing
 * awaited in between, by code that must never be the reason of a failure. Whoever leaves its `catch` empty has chosen to lose it.
 */
export function isBestEffort({ block, handler }: TSESTree.TryStatement, lowering: Lowering): boolean {
  return handler !== null && handler.body.body.length === 0 && isWrittenAtOnce(block, handler, lowering)
}

function isWrittenAtOnce(block: TSESTree.BlockStatement, handler: TSESTree.CatchClause, lowering: Lowering): boolean {
  const { start, sourceCode } = lowering
  if (start === null || start.range[0] < block.range[0] || start.range[1] > block.range[1]) return false
  const nodes = nodesOf(sourceCode)
  if (nodesWithin(nodes.work, block).some(({ type }) => type === 'AwaitExpression')) return false
  const calls = nodesWithin(nodes.calls, block)
  const isEnded = calls.some(({ callee }) => callee.type === 'MemberExpression' && isOf(callee.object, lowering) && getMemberName(callee) === 'end')
  return isEnded ? handler.body.body.length === 0 : calls.some((call) => keepsSpan(call, lowering))
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
