import path from 'node:path'
import { ESLint } from 'eslint'
import pc from 'picocolors'

/** What `eslint .` in a folder says. */
export interface LintRun {
  /** The report of ESLint's own formatter, with paths relative to the folder. */
  readonly report: string
  readonly problems: number
  /** How many of them `eslint --fix` would mend. */
  readonly fixable: number
}

/** Lints a folder with the shop's ESLint config; with `fix`, writes what the fixes change. */
export async function lint(folder: string, { fix = false } = {}): Promise<LintRun> {
  const eslint = new ESLint({
    cwd: folder,
    overrideConfigFile: path.join(import.meta.dirname, 'eslint.config.js'),
    fix,
  })
  const results = await eslint.lintFiles(['.'])
  if (fix) await ESLint.outputFixes(results)
  const formatter = await eslint.loadFormatter('stylish')
  const named = results.map((result) => ({ ...result, filePath: path.relative(folder, result.filePath) }))
  return {
    report: await formatter.format(named, { color: pc.isColorSupported }),
    problems: sum(results.map((result) => result.messages.length)),
    fixable: sum(results.map((result) => result.fixableErrorCount + result.fixableWarningCount)),
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
