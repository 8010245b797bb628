import type { TSESLint } from '@typescript-eslint/utils'
import * as parser from '@typescript-eslint/parser'
import { RuleTester } from '@typescript-eslint/rule-tester'
import { afterAll, describe, it } from 'vitest'

RuleTester.afterAll = afterAll
RuleTester.describe = describe
RuleTester.it = it
RuleTester.itOnly = it.only
RuleTester.describeSkip = describe.skip
RuleTester.itSkip = it.skip

/** A tester for rules without type information; a case's `filename` decides whether JSX is parsed. */
export const ruleTester = new RuleTester({
  languageOptions: { parser, parserOptions: { ecmaFeatures: { jsx: true } } },
})

/**
 * One suggestion, whatever it writes: for suites about what is found, since `suggestions/` names the outputs. The tester counts
 * suggestions when it is given a number, as ESLint's does, but its types know only lists: hence the cast.
 */
export const oneSuggestion = 1 as unknown as readonly never[]

/**
 * A rule that only finds, for suites about what is found and where. What is suggested, and what comes out, is the matter of the
 * suites in `suggestions/`, which name every output.
 */
export function findingsOnly<Rule extends TSESLint.RuleModule<string, readonly unknown[]>>(rule: Rule): Rule {
  return {
    ...rule,
    create: (context: Parameters<Rule['create']>[0]) =>
      rule.create(
        Object.create(context, {
          report: {
            value: (descriptor: Parameters<typeof context.report>[0]) => {
              context.report({ ...descriptor, suggest: [] })
            },
          },
        }) as typeof context,
      ),
  }
}
