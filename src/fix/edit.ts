import type { RuleFix, RuleFixer } from '@typescript-eslint/utils/ts-eslint'

/** One change of a file's text: the characters from `range[0]` up to `range[1]` become `text`. The checker applies the same. */
export interface Edit {
  readonly range: readonly [start: number, end: number]
  readonly text: string
}

/** The edits as ESLint's fixer wants them. */
export function toFixes(edits: readonly Edit[], fixer: RuleFixer): RuleFix[] {
  return edits.map(({ range, text }) => fixer.replaceTextRange([range[0], range[1]], text))
}
