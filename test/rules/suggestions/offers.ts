import type { TSESLint } from '@typescript-eslint/utils'

import { ruleTester } from '../../rule-tester.js'

type Rule = TSESLint.RuleModule<string, readonly unknown[]>

/** A finding of a text and every suggestion that it comes with, in order, with the whole text after it. */
export interface Offer {
  readonly name: string
  readonly code: string
  readonly finds: string
  /** Message and the text that comes out; none where nobody can say how to mend it. */
  readonly offers: readonly (readonly [messageId: string, output: string])[]
  readonly settings?: object
  readonly filename?: string
  readonly options?: readonly unknown[]
}

/** What `fix: true` makes of a text, in one pass; null where nothing is applied. */
export interface Fixed {
  readonly name: string
  readonly code: string
  readonly output: string | null
  readonly finds: string
  readonly offers?: readonly (readonly [messageId: string, output: string])[]
  readonly settings?: object
  readonly filename?: string
}

/** Runs a rule over texts of one finding each: what it offers, and what it applies with `fix: true`. */
export function runOffers(name: string, rule: Rule, offers: readonly Offer[], fixed: readonly Fixed[] = []): void {
  ruleTester.run(name, rule, {
    valid: [],
    invalid: [
      ...offers.map(({ code, finds, name: title, offers: suggestions, settings = {}, filename, options = [] }) => ({
        name: title,
        code,
        options,
        settings: { spanguard: settings },
        ...(filename === undefined ? {} : { filename }),
        errors: [{ messageId: finds, suggestions: suggestions.map(([messageId, output]) => ({ messageId, output })) }],
      })),
      ...fixed.map(({ code, finds, name: title, output, offers: suggestions = [], settings = {}, filename }) => ({
        name: `fix: ${title}`,
        code,
        output,
        options: [{ fix: true }],
        settings: { spanguard: settings },
        ...(filename === undefined ? {} : { filename }),
        errors: [{ messageId: finds, suggestions: suggestions.map(([messageId, out]) => ({ messageId, output: out })) }],
      })),
    ],
  })
}
