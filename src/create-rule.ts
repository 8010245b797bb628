import { RuleCreator } from '@typescript-eslint/utils/eslint-utils'

/** What a rule says of itself: presets, the README's table and the docs' headers are made from it. */
export interface RuleDocs {
  description: string
  /** In the preset `recommended`. */
  recommended: boolean
  /** In the preset `strict`; every recommended rule is. */
  strict: boolean
  /** The options that the preset `strict` gives the rule, where it asks for more there. */
  strictOptions?: readonly [object]
  /** `optional`: types sharpen the rule's answer where the parser brings them. No rule needs them. */
  types: 'never' | 'optional'
}

const PAGES = 'https://github.com/spanguard/spanguard/blob/main/docs/rules'

/** Makes a rule of Spanguard: typed options, its page's address, its docs in the form that the presets read. */
export const createRule = RuleCreator<RuleDocs>((name) => `${PAGES}/${name}.md`)
