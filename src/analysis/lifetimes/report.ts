import type { messages } from '@spanguard/policy'
import type { RuleContext, RuleListener } from '@typescript-eslint/utils/ts-eslint'
import { openFile } from '../index.js'
import type { FileAnalysis } from '../index.js'
import { type Mend, reportFinding } from '../report.js'
import { lifeFindingsOf } from './findings.js'
import type { JudgedLife } from './findings.js'

export interface LifeOptions<MessageId extends string> {
  /** `--fix` applies the suggestion. */
  readonly fix?: boolean
  /** Findings that the rule's options leave out. */
  readonly keep?: (life: JudgedLife) => boolean
  readonly mend: (life: JudgedLife, analysis: FileAnalysis) => Mend<MessageId> | null
}

/** A listener that reports what the policy says of the lives of a file's spans for one rule. */
export function reportLives<MessageId extends string>(
  context: Readonly<RuleContext<MessageId, readonly unknown[]>>,
  rule: keyof typeof messages,
  { fix = false, keep, mend }: LifeOptions<MessageId>,
): RuleListener {
  const file = openFile(context)
  if (!file.mentionsTracing || file.outOfScope) return {}
  return {
    Program() {
      const { analysis } = file
      for (const life of lifeFindingsOf(analysis, rule)) {
        if (keep === undefined || keep(life)) reportFinding(context, life.finding, mend(life, analysis), fix)
      }
    },
  }
}
