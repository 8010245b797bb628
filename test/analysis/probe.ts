import * as parser from '@typescript-eslint/parser'
import type { TSESTree } from '@typescript-eslint/types'
import type { SourceCode } from '@typescript-eslint/utils/ts-eslint'
import { Linter } from 'eslint'

/**
 * Parses `code` and hands the first argument of every `probe(…)` to `ask`, with the source code as a rule would see it.
 *
 * @throws when the code does not parse
 */
export function probe<Answer>(
  code: string,
  ask: (node: TSESTree.Node, sourceCode: Readonly<SourceCode>) => Answer,
): Answer[] {
  const answers: Answer[] = []
  const linter = new Linter({ configType: 'flat' })
  const messages = linter.verify(
    code,
    [
      {
        files: ['**/*.ts'],
        languageOptions: { parser: parser },
        plugins: {
          test: {
            rules: {
              probe: {
                create: (context) => ({
                  'CallExpression[callee.name="probe"]'(node: unknown) {
                    const [argument] = (node as TSESTree.CallExpression).arguments
                    if (argument !== undefined) {
                      answers.push(ask(argument, context.sourceCode as unknown as Readonly<SourceCode>))
                    }
                  },
                }),
              },
            },
          },
        },
        rules: { 'test/probe': 'error' },
      },
    ],
    { filename: 'probe.ts' },
  )
  const [failure] = messages
  if (failure !== undefined) throw new Error(failure.message)
  return answers
}
