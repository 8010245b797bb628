import { readFileSync } from 'node:fs'
import path from 'node:path'
import pc from 'picocolors'
import type { CheckResult } from '../checker/index.js'
import { UsageError } from '../checker/problem.js'
import { repositoryOf } from '../project/workspace.js'
import { version } from '../version.js'
import { exitCodes } from './exit-codes.js'
import { loadChecker } from './load-checker.js'
import { ruleHelp, rulePages } from './rule-pages.js'
import { progressLine, write } from './terminal.js'
import { writeAtomically } from './write-file.js'

/** A report that is written to a file beside the one of `--format`. */
export interface ExtraReport {
  readonly format: string
  readonly file: string
}

export interface CheckFlags {
  readonly report: readonly ExtraReport[]
  readonly format: string
  readonly output?: string
  readonly minCoverage?: number
  readonly maxWarnings?: number
  readonly quiet?: boolean
  readonly allRules?: boolean
  readonly baseline?: string
  readonly updateBaseline?: boolean
  /** `true` without a reference. */
  readonly changed?: string | true
  readonly fix?: boolean
}

/** `spanguard check`: findings, and the handlers traced in each service. */
export async function runCheck(paths: readonly string[], flags: CheckFlags): Promise<number> {
  const cwd = process.cwd()
  if (flags.updateBaseline === true && flags.changed !== undefined) throw new UsageError('--update-baseline writes down everything that is known, --changed leaves most of it out: give one of the two.')
  const progress = progressLine()
  const { changesAgainst, check } = await loadChecker()
  const { reporters } = await import('../checker/report/index.js')
  const { withoutBaseline, writeBaseline } = await import('../checker/baseline.js')
  const changes = flags.changed === undefined ? undefined : changesAgainst(cwd, flags.changed === true ? undefined : flags.changed, process.env)
  const options = {
    paths, cwd,
    allRules: flags.allRules === true,
    ...(flags.allRules === true ? { lint: (await import('../lint/index.js')).lintFile } : {}),
    ...(flags.minCoverage === undefined ? {} : { minCoverage: flags.minCoverage }),
    ...(changes === undefined ? {} : { changes }),
    onProgress: progress.show,
  }
  if (flags.fix === true) {
    const { mend } = await import('./fix.js')
    const text = mend(await check({ ...options, allRules: true, lint: () => [] }), cwd)
    progress.clear()
    process.stderr.write(text)
  }
  let result: CheckResult = await check(options)
  progress.clear()
  const baseline = flags.baseline ?? (flags.updateBaseline === true ? 'spanguard-baseline.json' : undefined)
  // A run that is not to be trusted knows too little: a baseline of it would bring back all that it left out.
  const isSound = !result.problems.some(problem => problem.level === 'config')
  if (flags.updateBaseline === true && baseline !== undefined && isSound) writeAtomically(path.resolve(cwd, baseline), writeBaseline(result, file => path.relative(repositoryOf(result.root), file).split(path.sep).join('/')))
  if (baseline !== undefined && (isSound || flags.updateBaseline !== true)) result = withoutBaseline(result, readBaseline(path.resolve(cwd, baseline)), baseline)
  const pages = rulePages()
  const render = (format: string, color: boolean): string => {
    // Services of CI join paths to the repository's root, people to the folder they stand in.
    const root = repositoryFormats.has(format) ? repositoryOf(result.root) : cwd
    return reporters[format]?.({ ...result, root }, { color, quiet: flags.quiet === true, version, ruleHelp: rule => ruleHelp(pages, rule) }) ?? ''
  }
  for (const { format, file } of flags.report) writeAtomically(path.resolve(cwd, file), render(format, false))
  if (flags.output === undefined) await write(process.stdout, render(flags.format, pc.isColorSupported && process.stdout.isTTY))
  else writeAtomically(path.resolve(cwd, flags.output), render(flags.format, false))
  if (flags.format !== 'pretty') for (const problem of result.problems) if (problem.level === 'config') process.stderr.write(`${problem.message}\n`)
  return exitCodeOf(result, flags)
}

/** Read by services that know the repository, not the folder in which a job stands. */
const repositoryFormats: ReadonlySet<string> = new Set(['github', 'gitlab', 'sarif'])

function readBaseline(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/,.*$/su, '') : String(error)
    throw new UsageError(`The baseline ${file} cannot be read (${reason}): mend the path, or write it with --update-baseline.`)
  }
}

function exitCodeOf(result: CheckResult, flags: CheckFlags): number {
  if (result.problems.some(problem => problem.level === 'config')) return exitCodes.unusable
  const warnings = result.findings.filter(finding => finding.severity === 'warn').length
  const isFailing = warnings < result.findings.length || result.problems.some(problem => problem.level === 'unchecked')
    || (flags.maxWarnings !== undefined && warnings > flags.maxWarnings)
  return isFailing ? exitCodes.findings : exitCodes.clean
}
