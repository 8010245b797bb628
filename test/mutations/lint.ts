import path from 'node:path'
import * as parser from '@typescript-eslint/parser'
import { Linter } from 'eslint'

import plugin from '../../src/index.js'

/** The service whose spans are right: what stands around its files decides whether their handlers are judged. */
export const service = path.resolve(import.meta.dirname, '../fixtures/correct')

const linter = new Linter({ configType: 'flat', cwd: service })
const configs = { recommended: configOf('recommended'), strict: configOf('strict') }

export interface Found {
  readonly rule: string
  readonly line: number
  readonly message: string
}

/**
 * What a preset says of a text, without types.
 *
 * @param file where the text stands, relative to the service
 * @throws where the text does not parse
 */
export function lint(text: string, file: string, preset: keyof typeof configs): readonly Found[] {
  return linter.verify(text, configs[preset], { filename: path.join(service, file) }).map(({ ruleId, line, message }) => {
    if (ruleId === null) throw new Error(`${file}:${line}: ${message}\n${text}`)
    return { rule: ruleId.replace('spanguard/', ''), line, message }
  })
}

function configOf(preset: 'recommended' | 'strict'): Linter.Config[] {
  return [
    {
      ...(plugin.configs[preset] as unknown as Linter.Config),
      files: ['**/*.{js,jsx,mjs,cjs,ts,tsx,mts,cts}'],
      languageOptions: { parser, parserOptions: { ecmaFeatures: { jsx: true } } },
      linterOptions: { reportUnusedDisableDirectives: 'off' },
      settings: { spanguard: {} },
    },
  ]
}
