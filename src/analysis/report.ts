import type { Finding } from '@spanguard/policy'
import type { RuleContext, RuleFixer } from '@typescript-eslint/utils/ts-eslint'

/** One change of a file's text: the characters from `range[0]` up to `range[1]` become `text`. */
interface Change {
  readonly range: readonly [start: number, end: number]
  readonly text: string
}

/** What would mend a finding, and the message of the suggestion that offers it. */
export interface Mend<MessageId extends string = string> {
  readonly messageId: MessageId
  readonly data?: Readonly<Record<string, string>>
  readonly edits: readonly Change[]
  /** A guess, or something that works only together with a change elsewhere: offered, and never applied by `--fix`. */
  readonly onlyOffered?: boolean
}

/**
 * Reports a finding with its suggestions. With the rule's option `fix: true` what is certain is mended by `--fix` instead, for
 * migrating many files at once: by the first of the suggestions that is no guess.
 *
 * @param mends empty (or null) where nobody can say how to mend it
 */
export function reportFinding<MessageId extends string>(
  context: Readonly<RuleContext<MessageId, readonly unknown[]>>,
  finding: Finding,
  mends: Mend<MessageId> | readonly Mend<MessageId>[] | null,
  fix: boolean,
): void {
  const { certainty, data, messageId, origin } = finding
  const all = mends === null ? [] : 'edits' in mends ? [mends] : mends
  const applied = fix && certainty === 'certain' ? all.find(({ onlyOffered }) => onlyOffered !== true) : undefined
  const apply =
    ({ edits }: Mend) =>
    (fixer: RuleFixer) =>
      edits.map(({ range, text }) => fixer.replaceTextRange([range[0], range[1]], text))
  context.report({
    loc: { start: origin.from, end: origin.to },
    messageId: messageId as MessageId,
    data,
    ...(applied === undefined ? {} : { fix: apply(applied) }),
    ...(applied !== undefined || all.length === 0 ?
      {}
    : { suggest: all.map((mend) => ({ messageId: mend.messageId, data: mend.data ?? data, fix: apply(mend) })) }),
  })
}

/** The schema of the option that every rule with a suggestion has. */
export const fixOption = {
  fix: { type: 'boolean', description: 'Apply the suggestion with `--fix`, for changing a whole codebase at once.' },
} as const
