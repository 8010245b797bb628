import * as parser from '@typescript-eslint/parser'
import { Linter } from 'eslint'

import plugin from '../../src/index.js'

const linter = new Linter({ configType: 'flat' })

/** Every rule, and no option that is off by default left out. */
const config = (useTypeScript: boolean, sourceType: 'module' | 'script'): Linter.Config[] => [
  {
    ...(plugin.configs.all as unknown as Linter.Config),
    files: ['**/*'],
    languageOptions: {
      sourceType,
      ...(useTypeScript ? { parser: parser, parserOptions: { ecmaFeatures: { jsx: true } } } : {}),
    },
    linterOptions: { reportUnusedDisableDirectives: 'off' },
  },
]

const configs = { ts: config(true, 'module'), module: config(false, 'module'), script: config(false, 'script') }

/**
 * Lints a text with every rule.
 *
 * @throws what a rule throws, with the rule's name in it
 */
export function lint(text: string, how: keyof typeof configs, filename: string): Linter.LintMessage[] {
  return linter.verify(text, configs[how], { filename })
}

/** Applies every fix there is, until nothing changes. */
export function fixAll(text: string, how: keyof typeof configs, filename: string): Linter.FixReport {
  return linter.verifyAndFix(text, configs[how], { filename })
}
