import path from 'node:path'
import { ESLint } from 'eslint'
import pc from 'picocolors'

/** What `eslint .` in a folder says. */
export interface LintRun {
  /** The report of ESLint's own formatter, with paths relative to the folder. */
  readonly report: string
  /** Each finding by its place and its rule, the latter without the plugin's prefix. */
  readonly findings: readonly { readonly file: string; readonly line: number; readonly rule: string; readonly message: string }[]
}

/** Lints a folder with the shop's ESLint config; with `fix`, writes what the fixes change. */
export async function lint(folder: string, { fix = false } = {}): Promise<LintRun> {
  const eslint = new ESLint({
    cwd: folder,
    overrideConfigFile: path.join(import.meta.dirname, 'shop.eslint.config.js'),
    fix,
  })
  const results = await eslint.lintFiles(['.'])
  if (fix) await ESLint.outputFixes(results)
  const formatter = await eslint.loadFormatter('stylish')
  const named = results.map((result) => ({ ...result, filePath: path.relative(folder, result.filePath) }))
  return {
    report: await formatter.format(named, { color: pc.isColorSupported }),
    findings: named.flatMap(({ filePath, messages }) =>
      messages.map(({ line, ruleId, message }) => ({
        file: filePath,
        line,
        rule: ruleId?.replace('spanguard/', '') ?? 'does not parse',
        message,
      })),
    ),
  }
}
