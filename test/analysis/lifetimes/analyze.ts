import * as parser from '@typescript-eslint/parser'
import type { SourceCode } from '@typescript-eslint/utils/ts-eslint'
import { Linter } from 'eslint'
import { analyzeFile } from '../../../src/analysis/index.js'
import type { FileAnalysis } from '../../../src/analysis/index.js'

/** The analysis of a file, parsed as ESLint parses it. */
export function analyze(code: string): FileAnalysis {
  const linter = new Linter()
  linter.verify(code, [{ files: ['**/*.ts'], languageOptions: { parser } }], { filename: 'src/order.ts' })
  // The same object, of which ESLint and typescript-eslint have types of their own.
  const sourceCode = linter.getSourceCode() as unknown as Readonly<SourceCode>
  return analyzeFile({ sourceCode, filename: '/nowhere/src/order.ts', settings: { spanguard: {} }, cwd: '/' })
}
