import { type Fact, type Finding, isLibraryPurpose, isPathOfDatabase, isRenamed, isSwitchable, judgeFact, selectFindings, writesBothKeys } from '@spanguard/policy'
import type { RuleContext, RuleListener } from '@typescript-eslint/utils/ts-eslint'

import { isReadByBackend } from '../project/older-keys.js'
import { isTracingLibrary } from '../project/tracing-library.js'
import { type FileAnalysis, type OpenFile, openFile } from './index.js'
import { findNode } from './origins.js'
import { forLast } from './per-file.js'
import { isSwitchedOn } from './recording-switches.js'
import { type Mend, reportFinding } from './report.js'

/** A finding together with the fact that it was made of. */
export interface JudgedFact {
  readonly finding: Finding
  readonly fact: Fact
}

const judged = forLast(judgeFile)

/** The file that an analysis is of: a mend asks for the rules that are on in it. */
const opened = forLast((_: FileAnalysis): { file: OpenFile | null } => ({ file: null }))

interface FindingOptions<MessageId extends string> {
  /** `--fix` applies the suggestion. */
  readonly fix: boolean
  /** What to write instead, the best first; empty where nobody can say. */
  readonly mend: (judged: JudgedFact, analysis: FileAnalysis) => readonly Mend<MessageId>[]
}

/**
 * A listener that reports what the policy says of the file's names and values for one rule. Every rule on names and values
 * is this: the judges run once per file, so that one subject gets one finding, whichever rule speaks.
 */
export function reportFindings<MessageId extends string>(
  context: Readonly<RuleContext<MessageId, readonly unknown[]>>,
  rule: string,
  { fix, mend }: FindingOptions<MessageId>,
): RuleListener {
  const file = openFile(context)
  if (!file.mentionsTracing || file.outOfScope) return {}
  return {
    Program() {
      for (const judgedFact of findingsOf(file, rule)) {
        opened(file.analysis).file = file
        reportFinding(context, judgedFact.finding, mend(judgedFact, file.analysis), fix)
      }
    },
  }
}

/** What the rules that are on for a file would say of a fact that is not in it yet: a suggestion must not trade one finding for another. */
export function findingsOfDraft(fact: Fact, analysis: FileAnalysis): readonly Finding[] {
  const { file } = opened(analysis)
  const isOn = file === null ? () => true : rulesOnIn(file)
  return selectFindings(judgeFact(fact, analysis.policy, isOn), isOn)
}

/** The policy's findings of a file for one rule. */
function findingsOf(file: OpenFile, rule: string): readonly JudgedFact[] {
  return judged(file).get(rule) ?? []
}

/** A rule's id has the name under which the plugin is known before it. */
function rulesOnIn({ openedBy }: OpenFile): (rule: string) => boolean {
  const on = new Set([...openedBy].map((id) => id.slice(id.lastIndexOf('/') + 1)))
  return (rule) => on.has(rule)
}

function judgeFile(file: OpenFile): ReadonlyMap<string, readonly JudgedFact[]> {
  const { analysis } = file
  const byRule = new Map<string, JudgedFact[]>()
  const isOn = rulesOnIn(file)
  const seen = new Set<string>()
  // A helper's body is judged before its call sites: what is wrong in the body is said once, there.
  const guilty = new Set<string>()
  for (const fact of analysis.facts) {
    for (const finding of selectFindings(judgeFact(fact, analysis.policy, isOn), isOn)) {
      const place = `${finding.rule}:${finding.origin.start}:${finding.origin.end}`
      if (seen.has(place) || isAskedFor(finding, fact, file) || writesBothKeys(finding, fact, analysis.facts) || isRenamed(finding, fact, analysis.facts) || isPathOfDatabase(finding, fact, analysis.facts)) continue
      if (fact.derivedFrom === undefined) guilty.add(`${finding.rule}:${fact.origin.start}`)
      else if (guilty.has(`${finding.rule}:${fact.derivedFrom.start}`)) continue
      seen.add(place)
      const group = byRule.get(finding.rule)
      if (group === undefined) byRule.set(finding.rule, [{ finding, fact }])
      else group.push({ finding, fact })
    }
  }
  return byRule
}

/** What a switch lets into the trace, what a library is published to record, and what a backend reads, nobody wrote by accident. */
function isAskedFor(finding: Finding, fact: Fact, { analysis, filename }: OpenFile): boolean {
  if (isLibraryPurpose(finding) && isTracingLibrary(filename)) return true
  if (isReadByBackend(finding, filename)) return true
  if (!isSwitchable(finding)) return false
  return [finding.origin, fact.derivedFrom].some((origin) => {
    const node = origin === undefined ? null : findNode(origin)
    return node !== null && isSwitchedOn(node, analysis.sourceCode)
  })
}
