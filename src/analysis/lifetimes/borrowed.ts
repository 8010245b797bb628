import type { TSESTree } from '@typescript-eslint/types'
import { findBinding, findVariable, getMemberName, isFunction, unwrap } from '../bindings.js'
import type { FileAnalysis } from '../index.js'
import { nodesOf, nodesWithin } from '../walk.js'
import { parentOf } from './context.js'
import { readChoice, saysWhose } from './whose.js'

/** Is what `getActiveSpan()` or `getSpan()` gave, and is ended here, the file's own all the same? */
export function isOwnSpan(end: TSESTree.Node, analysis: FileAnalysis): boolean {
  return handsContextOn(analysis) || isLeftOpen(analysis) || isActiveHere(end, analysis) || isOfOwnContext(end, analysis) || isEndedWhereStarted(end, analysis)
}

/** `observe(handler, { endOnExit: false })`: who starts the span is told that somebody else ends it. Source: js.reference.langfuse.com, `StartActiveObservationContext`. */
function isLeftOpen({ sourceCode }: FileAnalysis): boolean {
  return /\bendOnExit\s*:\s*false\b/.test(sourceCode.text)
}

/** `context.with(trace.setSpan(…), () => { … })`, `tracer.startActiveSpan('x', () => { … })`: what is active inside is what the file started. */
function isActiveHere(end: TSESTree.Node, { sourceCode, tracingCalls }: FileAnalysis): boolean {
  for (let node = end, outer = parentOf(end); outer !== null; node = outer, outer = parentOf(outer)) {
    if (!isFunction(node) || outer.type !== 'CallExpression' || outer.callee === node) continue
    const [carrier] = outer.arguments
    if (methodCall(outer, 'with') !== null && carrier !== undefined) return isOwnContext(carrier, sourceCode, 0)
    const row = tracingCalls.get(outer)?.row
    if (row?.fact === 'span-start' && row.active === true) return row.ends !== true
  }
  return false
}

/** `const span = active ?? tracer.startSpan('x')`, and `if (!active) span.end()`: the active span or one of its own, of which it ends its own. */
function isEndedWhereStarted(end: TSESTree.Node, analysis: FileAnalysis): boolean {
  const callee = end.type === 'CallExpression' ? unwrap(end.callee) : null
  const span = callee?.type === 'MemberExpression' ? unwrap(callee.object) : null
  if (span?.type !== 'Identifier') return false
  const { sourceCode } = analysis
  const binding = findBinding(span, sourceCode)
  const variable = findVariable(span, sourceCode)
  if (binding?.kind !== 'variable' || variable === null) return false
  const { calls } = nodesOf(sourceCode)
  for (const write of binding.writes) {
    const start = nodesWithin(calls, write).find((call) => analysis.tracingCalls.get(call)?.row.fact === 'span-start')
    const choice = start === undefined ? null : readChoice(variable, start, analysis)
    if (choice !== null) return conditionsAround(end).some(({ test, holds }) => saysWhose(test, choice, sourceCode) === holds)
  }
  return false
}

interface Condition {
  readonly test: TSESTree.Node
  readonly holds: boolean
}

/** What must hold, or must not, for a node of a function to be reached. */
function conditionsAround(node: TSESTree.Node): Condition[] {
  const conditions: Condition[] = []
  for (let inner = node, outer = parentOf(node); outer !== null && !isFunction(outer); inner = outer, outer = parentOf(outer)) {
    if ((outer.type === 'IfStatement' || outer.type === 'ConditionalExpression') && outer.test !== inner) addCondition(outer.test, outer.consequent === inner, conditions)
    else if (outer.type === 'LogicalExpression' && outer.right === inner) addCondition(outer.left, outer.operator === '&&', conditions)
  }
  return conditions
}

/** Where `a && b` holds, each of them does; where `a || b` does not, neither does. */
function addCondition(written: TSESTree.Node, holds: boolean, conditions: Condition[]): void {
  const test = unwrap(written)
  if (test.type === 'LogicalExpression' && test.operator === (holds ? '&&' : '||')) {
    addCondition(test.left, holds, conditions)
    addCondition(test.right, holds, conditions)
  } else conditions.push({ test, holds })
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
