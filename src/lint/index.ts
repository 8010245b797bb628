import * as parser from '@typescript-eslint/parser'
import { Linter } from 'eslint'
import type { Config } from '@spanguard/policy'

import { rules } from '../../rules/index.js'
import { mayConcernRules } from '../analysis/concerns.js'
import { createPresets } from '../configs/presets.js'
import { version } from '../version.js'

/** What a rule of the preset `recommended` says of a file: the checker, which imports no linter, names the same form. Lines and columns count from 1, as ESLint counts them. */
export interface LintMessage {
  /** Without prefix. */
  readonly rule: string
  readonly message: string
  readonly line: number
  readonly column: number
  readonly endLine: number
  readonly endColumn: number
}

const plugin = { meta: { name: 'eslint-plugin-spanguard', version, namespace: 'spanguard' }, rules }
const { recommended } = createPresets(plugin)

/**
 * Runs the preset `recommended` over one file by ESLint's own engine, without types. Comments switch nothing off here: who asks
 * knows both their forms. A file that does not parse has no messages.
 *
 * @param file absolute
 * @param config what holds for the file
 * @throws ConfigError when a spanguard.config file is not valid
 */
export function lintFile(file: string, text: string, config: Config): readonly LintMessage[] {
  if (!mayConcernRules(config, text, file)) return []
  const linter = new Linter({ configType: 'flat', cwd: process.cwd() })
  const messages = linter.verify(
    text,
    // The types of ESLint and of typescript-eslint describe one plugin and one parser in words that do not fit each other.
    [{
      files: ['**/*.{js,jsx,cjs,mjs,ts,tsx,cts,mts}'],
      languageOptions: { parser, parserOptions: { ecmaFeatures: { jsx: !/\.[cm]?ts$/u.test(file) } } },
      settings: { spanguard: config },
      linterOptions: { reportUnusedDisableDirectives: 'off' },
      plugins: recommended.plugins,
      rules: recommended.rules,
    }] as unknown as Linter.Config[],
    { filename: file, allowInlineConfig: false },
  )
  return messages.flatMap(({ ruleId, message, line, column, endLine, endColumn }) =>
    ruleId?.startsWith('spanguard/') === true ? [{ rule: ruleId.slice('spanguard/'.length), message, line, column, endLine: endLine ?? line, endColumn: endColumn ?? column + 1 }] : [])
}
