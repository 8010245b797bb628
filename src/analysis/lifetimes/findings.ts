import { judgeErrorPath, judgeLifetime, judgeSpanEnd, judgeStatusMessage } from '@spanguard/policy'
import type { Fact, Finding } from '@spanguard/policy'
import type { FileAnalysis } from '../index.js'
import { forLast } from '../per-file.js'
import { isOwnSpan } from './borrowed.js'
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
    if (fact.borrowed && isOwnSpan(analysis.nodeOf(fact.origin), analysis)) continue
    for (const finding of judgeSpanEnd(fact)) add({ finding, fact, span: null })
  }
  for (const fact of analysis.factsOf('status-write')) {
    for (const finding of judgeStatusMessage(fact)) add({ finding, fact, span: null })
  }
  for (const group of byRule.values()) group.sort((left, right) => left.finding.origin.start - right.finding.origin.start)
  return byRule
}
