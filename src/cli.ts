#!/usr/bin/env node
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { ConfigError } from '@spanguard/policy'
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import pc from 'picocolors'
import type { CheckResult } from './checker/index.js'
import { UsageError } from './checker/problem.js'
import { planInit } from './project/init.js'
import { version } from './version.js'

/** What the command line found: 0 clean, 1 findings, 2 wrong usage, config or crash. */
const exitCodes = { clean: 0, findings: 1, unusable: 2 } as const
const formats = ['github', 'gitlab', 'json', 'junit', 'markdown', 'pretty', 'sarif']

interface CheckFlags {
  readonly format: string
  readonly output?: string
  readonly minCoverage?: number
  readonly maxWarnings?: number
  readonly quiet?: boolean
  readonly allRules?: boolean
  readonly baseline?: string
  readonly updateBaseline?: boolean
}

process.exitCode = await run(process.argv)

async function run(argv: readonly string[]): Promise<number> {
  let code: number = exitCodes.clean
  const program = new Command('spanguard').description('Proves that every handler of every service is traced.').version(version).exitOverride().showHelpAfterError('(spanguard --help shows what there is)')
  program
    .command('check')
    .description('checks whole programs: findings, and the handlers traced in each service')
    .argument('[paths...]', 'folders, source files or tsconfigs; the current folder by default')
    .addOption(new Option('--format <name>', 'how findings are written').choices(formats).default('pretty'))
    .option('--output <file>', 'write the report to a file')
    .option('--min-coverage <percent>', 'the least share of traced handlers in each service', parsePercent)
    .option('--max-warnings <number>', 'fail when there are more warnings', parseCount)
    .option('--baseline <file>', 'leave out the findings that a baseline knows')
    .option('--update-baseline', 'write the findings of this run to the baseline (spanguard-baseline.json unless --baseline names one)')
    .option('--all-rules', 'report also what ESLint reports in single files')
    .option('--quiet', 'errors only')
    .action(async (paths: string[], flags: CheckFlags) => {
      code = await runCheck(paths, flags)
    })
  program
    .command('explain')
    .description('shows the page of a rule')
    .argument('<rule>', 'with or without the prefix spanguard/')
    .action((rule: string) => {
      code = explain(rule)
    })
  program
    .command('init')
    .description('writes a config, an ESLint config, a tracing module and a CI workflow; changes no file that exists')
    .argument('[folder]', 'the project, the current folder by default')
    .action((folder: string | undefined) => {
      code = init(path.resolve(folder ?? '.'))
    })
  try {
    await program.parseAsync([...argv])
    return code
  } catch (error) {
    return failure(error)
  }
}

async function runCheck(paths: readonly string[], flags: CheckFlags): Promise<number> {
  const cwd = process.cwd()
  const progress = progressLine()
  // The compiler takes a third of a second to load: only this command pays for it.
  const { check } = await import('./checker/index.js')
  const { reporters } = await import('./checker/report/index.js')
  const { withoutBaseline, writeBaseline } = await import('./checker/baseline.js')
  let result: CheckResult = await check({
    paths,
    cwd,
    allRules: flags.allRules === true,
    ...(flags.minCoverage === undefined ? {} : { minCoverage: flags.minCoverage }),
    onProgress: progress.show,
  })
  progress.clear()
  const baseline = flags.baseline ?? (flags.updateBaseline === true ? 'spanguard-baseline.json' : undefined)
  if (flags.updateBaseline === true && baseline !== undefined) writeAtomically(path.resolve(cwd, baseline), writeBaseline(result, file => path.relative(result.root, file).split(path.sep).join('/')))
  if (baseline !== undefined) result = withoutBaseline(result, readBaseline(path.resolve(cwd, baseline)), baseline)
  const toFile = flags.output !== undefined
  const text = reporters[flags.format]?.(result, { color: !toFile && pc.isColorSupported && process.stdout.isTTY, quiet: flags.quiet === true, version }) ?? ''
  if (flags.output === undefined) await write(process.stdout, text)
  else writeAtomically(path.resolve(cwd, flags.output), text)
  if (flags.format !== 'pretty') for (const problem of result.problems) if (problem.level === 'config') process.stderr.write(`${problem.message}\n`)
  return exitCodeOf(result, flags)
}

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

function explain(rule: string): number {
  const name = rule.replace(/^spanguard\//u, '')
  const folder = pagesFolder()
  const pages = new Map(readdirSync(folder).filter(file => file.endsWith('.md')).map(file => [file.slice(0, -3), path.join(folder, file)]))
  // The checker's own rule has no ESLint rule beside it; its page is the checker's.
  pages.set('handler-coverage', path.join(folder, '../checker.md'))
  const page = pages.get(name)
  if (page === undefined) {
    process.stderr.write(`There is no rule "${name}". There are: ${[...pages.keys()].toSorted().join(', ')}.\n`)
    return exitCodes.unusable
  }
  const text = readFileSync(page, 'utf8')
  process.stdout.write(process.stdout.isTTY ? paintMarkdown(text) : text)
  return exitCodes.clean
}

function init(dir: string): number {
  const plan = planInit(dir)
  if (!plan) {
    process.stderr.write(`There is no package.json in ${dir}: run npm init first, or give the project's folder.\n`)
    return exitCodes.unusable
  }
  const shown = (file: string): string => path.relative(dir, file)
  for (const { path: file, text } of plan.files) {
    mkdirSync(path.dirname(file), { recursive: true })
    writeAtomically(file, text)
    process.stdout.write(`${pc.green('written')}  ${shown(file)}\n`)
  }
  for (const file of plan.kept) process.stdout.write(`${pc.dim('kept')}     ${shown(file)}\n`)
  process.stdout.write(`\nNext:\n${plan.next.map(text => `  ${text}\n`).join('')}`)
  return exitCodes.clean
}

/** docs/rules of the package, from the build (`dist/src`) and from the source (`src`). */
function pagesFolder(): string {
  const here = path.dirname(fileURLToPath(import.meta.url))
  const up = path.basename(path.dirname(here)) === 'dist' ? '../..' : '..'
  return path.resolve(here, up, 'docs/rules')
}

function paintMarkdown(text: string): string {
  return text.replace(/^#+ .*$/gmu, heading => pc.bold(heading.replace(/^#+ /u, ''))).replace(/`([^`\n]+)`/gu, (_, code: string) => pc.cyan(code))
}

/** One line that is written over, on a terminal only. */
function progressLine(): { show: (text: string) => void; clear: () => void } {
  const { stderr } = process
  if (!stderr.isTTY) return { show: () => undefined, clear: () => undefined }
  const erase = '\r\u001B[2K'
  return { show: text => stderr.write(`${erase}${pc.dim(`spanguard: ${text}`)}`), clear: () => stderr.write(erase) }
}

/** A reader never sees half a report, and an interrupted run leaves the old one. */
function writeAtomically(file: string, text: string): void {
  const part = `${file}.${String(process.pid)}.part`
  try {
    writeFileSync(part, text)
    renameSync(part, file)
  } catch (error) {
    rmSync(part, { force: true })
    const reason = error instanceof Error ? error.message.replace(/,.*$/su, '') : String(error)
    throw new UsageError(`${file} cannot be written (${reason}): name a file in a folder that exists and may be written to.`)
  }
}

/** Waits until a pipe has taken everything: a report may be larger than its buffer. */
function write(stream: NodeJS.WriteStream, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(text, error => {
      if (error && (error as NodeJS.ErrnoException).code !== 'EPIPE') reject(error)
      else resolve()
    })
  })
}

function failure(error: unknown): number {
  // Commander has written help, version and its own complaints already.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.clean : exitCodes.unusable
  const known = error instanceof ConfigError || (error instanceof Error && error.name === 'UsageError') || (error instanceof Error && 'code' in error && 'syscall' in error)
  const text = error instanceof Error ? error.message : String(error)
  process.stderr.write(known ? `${text}\n` : `Spanguard failed, which is a fault of its own: ${error instanceof Error ? (error.stack ?? text) : text}\nPlease report it with the command that you ran.\n`)
  return exitCodes.unusable
}

function parsePercent(text: string): number {
  const value = Number(text.replace(/%$/u, ''))
  if (text.trim() === '' || !Number.isFinite(value) || value < 0 || value > 100) throw new InvalidArgumentError('Give a number from 0 to 100.')
  return value
}

function parseCount(text: string): number {
  const value = Number(text)
  if (text.trim() === '' || !Number.isInteger(value) || value < 0) throw new InvalidArgumentError('Give a whole number from 0.')
  return value
}
