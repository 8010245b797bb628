import { judgeErrorPath, judgeLifetime, judgeSpanEnd, judgeStatusMessage } from '@spanguard/policy'
import type { Fact, Finding } from '@spanguard/policy'
import type { TSESTree } from '@typescript-eslint/types'
import { findBinding, getMemberName, isFunction, unwrap } from '../bindings.js'
import type { FileAnalysis } from '../index.js'
import { forLast } from '../per-file.js'
import { errorPathsOf, lifetimesOf } from './index.js'
import type { OwnedSpan } from './spans.js'

/** A finding on a span's life with what it was made of. */
export interface JudgedLife {
  readonly finding: Finding
  readonly fact: Fact
  /** The span, where this file owns it. */
  readonly span: OwnedSpan | null
}

const judged = forLast(judgeFile)

/** What the policy says of the lives of a file's spans, for one rule, in source order. */
export function lifeFindingsOf(analysis: FileAnalysis, rule: string): readonly JudgedLife[] {
  return judged(analysis).get(rule) ?? []
}

function judgeFile(analysis: FileAnalysis): ReadonlyMap<string, readonly JudgedLife[]> {
  const byRule = new Map<string, JudgedLife[]>()
  const seen = new Set<string>()
  const add = (life: JudgedLife): void => {
    // Two spans that are given to the same helper meet the same mistake there.
    const place = `${life.finding.rule}:${life.finding.messageId}:${String(life.finding.origin.start)}`
    if (seen.has(place)) return
    seen.add(place)
    const group = byRule.get(life.finding.rule)
    if (group === undefined) byRule.set(life.finding.rule, [life])
    else group.push(life)
  }
  for (const { fact, span } of lifetimesOf(analysis)) {
    for (const finding of judgeLifetime(fact)) add({ finding, fact, span })
  }
  for (const { fact, span } of errorPathsOf(analysis)) {
    for (const finding of judgeErrorPath(fact)) add({ finding, fact, span })
  }
  for (const fact of analysis.factsOf('span-end')) {
    if (fact.borrowed && handsContextOn(analysis)) continue
    if (fact.borrowed && isOfOwnContext(analysis.nodeOf(fact.origin), analysis)) continue
    for (const finding of judgeSpanEnd(fact)) add({ finding, fact, span: null })
  }
  for (const fact of analysis.factsOf('status-write')) {
    for (const finding of judgeStatusMessage(fact)) add({ finding, fact, span: null })
  }
  for (const group of byRule.values()) group.sort((left, right) => left.finding.origin.start - right.finding.origin.start)
  return byRule
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
