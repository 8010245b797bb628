import path from 'node:path'
import { UsageError } from '../checker/problem.js'
import { version } from '../version.js'
import { exitCodes } from './exit-codes.js'
import { loadChecker } from './load-checker.js'
import { progressLine, write } from './terminal.js'
import { writeAtomically } from './write-file.js'

/** The formats of `--format`; Weaver's holds a whole registry, and no difference. */
export const inventoryFormats = ['json', 'markdown', 'weaver']

export interface InventoryFlags {
  readonly format: string
  readonly output?: string
  readonly diff?: string
}

/** `spanguard inventory`: what the program writes into traces, or what a change adds to it. */
export async function runInventory(paths: readonly string[], flags: InventoryFlags): Promise<number> {
  const cwd = process.cwd()
  const { inventory, inventoryDiff } = await loadChecker()
  const { diffReporters, inventoryReporters } = await import('../checker/report/inventory/index.js')
  if (flags.diff !== undefined && diffReporters[flags.format] === undefined) {
    throw new UsageError(`--diff is written as ${Object.keys(diffReporters).join(' or ')}, not as ${flags.format}: a registry is a whole.`)
  }
  const progress = progressLine()
  const options = { paths, cwd, onProgress: progress.show }
  const { text, problems } = flags.diff === undefined
    ? await inventory(options).then(result => ({ text: inventoryReporters[flags.format]?.(result, version) ?? '', problems: result.problems }))
    : await inventoryDiff({ ...options, ref: flags.diff }).then(result => ({ text: diffReporters[flags.format]?.(result, version) ?? '', problems: result.problems }))
  progress.clear()
  if (flags.output === undefined) await write(process.stdout, text)
  else writeAtomically(path.resolve(cwd, flags.output), text)
  const unread = problems.filter(problem => problem.level !== 'notice')
  for (const problem of unread) process.stderr.write(`${problem.message}\n`)
  return unread.some(problem => problem.level === 'config') ? exitCodes.unusable : unread.length > 0 ? exitCodes.findings : exitCodes.clean
}
