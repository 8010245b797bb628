import type { TSESTree } from '@typescript-eslint/types'
import { findBinding, findVariable, getMemberName, isFunction, unwrap } from '../bindings.js'
import type { FileAnalysis } from '../index.js'
import { nodesOf, nodesWithin } from '../walk.js'
import { parentOf } from './context.js'

/** Is what `getActiveSpan()` or `getSpan()` gave, and is ended here, the file's own all the same? */
export function isOwn(end: TSESTree.Node, analysis: FileAnalysis): boolean {
  return handsContextOn(analysis) || isOfOwnContext(end, analysis) || isEndedWhereStarted(end, analysis)
}

/** `const span = active ?? tracer.startSpan('x')`, and `if (!active) span.end()`: the active span or one of its own, of which it ends its own. */
function isEndedWhereStarted(end: TSESTree.Node, analysis: FileAnalysis): boolean {
  const callee = end.type === 'CallExpression' ? unwrap(end.callee) : null
  const span = callee?.type === 'MemberExpression' ? unwrap(callee.object) : null
  if (span?.type !== 'Identifier') return false
  const { sourceCode } = analysis
  const binding = findBinding(span, sourceCode)
  if (binding?.kind !== 'variable') return false
  const { calls } = nodesOf(sourceCode)
  const isStarted = binding.writes.some((write) => nodesWithin(calls, write).some((call) => analysis.tracingCalls.get(call)?.row.fact === 'span-start'))
  return isStarted && conditionsAround(end).some((test) => asksWhose(test, span, binding.writes, sourceCode))
}

/** What must hold, or must not, for a node of a function to be reached. */
function conditionsAround(node: TSESTree.Node): TSESTree.Node[] {
  const tests: TSESTree.Node[] = []
  for (let inner = node, outer = parentOf(node); outer !== null && !isFunction(outer); inner = outer, outer = parentOf(outer)) {
    if ((outer.type === 'IfStatement' || outer.type === 'ConditionalExpression') && outer.test !== inner) tests.push(outer.test)
    else if (outer.type === 'LogicalExpression' && outer.right === inner) tests.push(outer.left)
  }
  return tests
}

/** Does a condition name what the choice was made by (`active`), or a flag (`isOwn`)? */
function asksWhose(test: TSESTree.Node, span: TSESTree.Identifier, choices: readonly TSESTree.Node[], sourceCode: FileAnalysis['sourceCode']): boolean {
  const asked = unwrap(test)
  if (asked.type === 'UnaryExpression') return asksWhose(asked.argument, span, choices, sourceCode)
  if (asked.type === 'LogicalExpression' || asked.type === 'BinaryExpression') {
    return asksWhose(asked.left, span, choices, sourceCode) || asksWhose(asked.right, span, choices, sourceCode)
  }
  if (asked.type !== 'Identifier' || asked.name === span.name) return false
  const variable = findVariable(asked, sourceCode)
  const isChoice = variable?.references.some(({ identifier: { range } }) => choices.some((choice) => range[0] >= choice.range[0] && range[1] <= choice.range[1])) === true
  const binding = findBinding(asked, sourceCode)
  return isChoice || (binding?.kind === 'variable' && binding.writes.some(isFlag))
}

/** `true`, `!active`, `active === undefined` */
function isFlag(value: TSESTree.Node): boolean {
  return value.type === 'BinaryExpression' || (value.type === 'UnaryExpression' && value.operator === '!') || (value.type === 'Literal' && typeof value.value === 'boolean')
}

/** `context.with(trace.setSpan(…), next)`: a pair of hooks, of which the second ends what the first one made active for what comes. */
function handsContextOn({ calls, sourceCode }: FileAnalysis): boolean {
  return calls.some((call) => {
    const [own, next] = call.arguments
    if (own === undefined || next?.type !== 'Identifier' || methodCall(call, 'with') === null) return false
    return methodCall(unwrap(own), 'setSpan') !== null && findBinding(next, sourceCode)?.kind === 'parameter'
  })
}

/**
 * `getSpan(own)` where this file made `own` by `setSpan`, or keeps such contexts in a map of its own: the span comes back to who put
 * it there.
 */
function isOfOwnContext(node: TSESTree.Node, { sourceCode }: FileAnalysis): boolean {
  if (node.type !== 'CallExpression') return false
  const callee = unwrap(node.callee)
  if (callee.type !== 'MemberExpression') return false
  let source = unwrap(callee.object)
  if (source.type === 'Identifier') {
    const binding = findBinding(source, sourceCode)
    if (binding?.kind !== 'variable' || binding.init === null) return false
    source = unwrap(binding.init)
  }
  const [carrier] = methodCall(source, 'getSpan')?.arguments ?? []
  if (carrier === undefined) return false
  return isOwnContext(carrier, sourceCode, 0)
}

function isOwnContext(written: TSESTree.Node, sourceCode: FileAnalysis['sourceCode'], depth: number): boolean {
  const node = unwrap(written)
  if (depth > 3) return false
  if (node.type === 'LogicalExpression') return isOwnContext(node.left, sourceCode, depth + 1)
  if (node.type === 'Identifier') {
    const binding = findBinding(node, sourceCode)
    return binding?.kind === 'variable' && binding.init !== null && isOwnContext(binding.init, sourceCode, depth + 1)
  }
  if (methodCall(node, 'setSpan') !== null) return true
  // `contexts.get(request)`, and a function of the file that looks there.
  if (methodCall(node, 'get') !== null) return /\.set\([^;]*\bsetSpan\(/.test(sourceCode.text)
  if (node.type !== 'CallExpression' || node.callee.type !== 'Identifier') return false
  const called = findBinding(node.callee, sourceCode)
  const body = called?.kind === 'function' ? called.node.body : called?.kind === 'variable' && isFunction(called.init) ? called.init.body : null
  const last = body?.type === 'BlockStatement' ? body.body.at(-1) : null
  const result = last?.type === 'ReturnStatement' ? last.argument : body?.type === 'BlockStatement' ? null : body
  return result != null && isOwnContext(result, sourceCode, depth + 1)
}

function methodCall(node: TSESTree.Node, name: string): TSESTree.CallExpression | null {
  if (node.type !== 'CallExpression') return null
  const callee = unwrap(node.callee)
  return callee.type === 'MemberExpression' && getMemberName(callee) === name ? node : null
}
