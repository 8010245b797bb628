import type { Finding } from '@spanguard/policy'
import type { RuleContext } from '@typescript-eslint/utils/ts-eslint'

import { type Edit, toFixes } from './edit.js'

/** What would mend a finding, and the message of the suggestion that offers it. */
export interface Mend {
  readonly messageId: string
  readonly data?: Readonly<Record<string, string>>
  readonly edits: readonly Edit[]
}

/**
 * Reports a finding with a suggestion. With the rule's option `fix: true` what is certain is mended by `--fix` instead, for
 * migrating many files at once.
 *
 * @param mend null where nobody can say how to mend it
 */
export function reportFinding(
  context: Readonly<RuleContext<string, readonly unknown[]>>,
  finding: Finding,
  mend: Mend | null,
  fix: boolean,
): void {
  const { from, to } = finding.origin
  const report = { loc: { start: from, end: to }, messageId: finding.messageId, data: finding.data }
  if (mend === null) {
    context.report(report)
    return
  }
  if (fix && finding.certainty === 'certain') {
    context.report({ ...report, fix: (fixer) => toFixes(mend.edits, fixer) })
    return
  }
  const { messageId, data = {}, edits } = mend
  context.report({ ...report, suggest: [{ messageId, data, fix: (fixer) => toFixes(edits, fixer) }] })
}
