import type { messages } from '@spanguard/policy'
import type { RuleContext, RuleFixer, RuleListener } from '@typescript-eslint/utils/ts-eslint'
import { openFile } from '../index.js'
import type { FileAnalysis } from '../index.js'
import { lifeFindingsOf } from './findings.js'
import type { JudgedLife } from './findings.js'

/** One change of the file's text. */
interface Change {
  readonly range: readonly [start: number, end: number]
  readonly text: string
}

/** What to write instead: the message of the suggestion and the changes that make it. */
export interface Mending<MessageId extends string> {
  readonly messageId: MessageId
  readonly data?: Readonly<Record<string, string>>
  readonly changes: readonly Change[]
}

export interface LifeOptions<MessageId extends string> {
  /** `--fix` applies the suggestion. */
  readonly fix?: boolean
  /** Findings that the rule's options leave out. */
  readonly keep?: (life: JudgedLife) => boolean
  readonly mend?: (life: JudgedLife, analysis: FileAnalysis) => Mending<MessageId> | null
}

/** A listener that reports what the policy says of the lives of a file's spans for one rule. */
export function reportLives<MessageId extends string>(
  context: Readonly<RuleContext<MessageId, readonly unknown[]>>,
  rule: keyof typeof messages,
  { fix = false, keep, mend }: LifeOptions<MessageId> = {},
): RuleListener {
  const file = openFile(context)
  if (!file.mentionsTracing || file.outOfScope) return {}
  return {
    Program() {
      const { analysis } = file
      for (const life of lifeFindingsOf(analysis, rule)) {
        if (keep !== undefined && !keep(life)) continue
        const { data, messageId, origin, certainty } = life.finding
        const mending = mend?.(life, analysis) ?? null
        const apply = (fixer: RuleFixer) =>
          (mending?.changes ?? []).map(({ range, text }) => fixer.replaceTextRange([range[0], range[1]], text))
        const isFixed = fix && certainty === 'certain' && mending !== null
        context.report({
          loc: { start: origin.from, end: origin.to },
          messageId: messageId as MessageId,
          data,
          ...(isFixed ? { fix: apply } : {}),
          ...(mending === null || isFixed ?
            {}
          : { suggest: [{ messageId: mending.messageId, data: mending.data ?? data, fix: apply }] }),
        })
      }
    },
  }
}

/** The schema of the option that every rule with a suggestion has. */
export const fixOption = {
  fix: { type: 'boolean', description: 'Apply the suggestion with `--fix`, for changing a whole codebase at once.' },
} as const
