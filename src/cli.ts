#!/usr/bin/env node
import path from 'node:path'
import { ConfigError } from '@spanguard/policy'
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import { UsageError } from './checker/problem.js'
import { auditFormats, runAudit, type AuditFlags } from './cli/audit.js'
import { buildPolicy } from './cli/build-policy.js'
import { runCheck, type CheckFlags, type ExtraReport } from './cli/check.js'
import { exitCodes } from './cli/exit-codes.js'
import { explain } from './cli/explain.js'
import { init } from './cli/init.js'
import { inventoryFormats, runInventory, type InventoryFlags } from './cli/inventory.js'
import { printHelpers } from './cli/print-helpers.js'
import { clearProgress } from './cli/terminal.js'
import { version } from './version.js'

const formats = ['github', 'gitlab', 'html', 'json', 'junit', 'markdown', 'pretty', 'sarif']

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
    .option('--report <format=file>', 'another report of the same run, more than once where more are wanted', collectReport, [])
    .option('--min-coverage <percent>', 'the least share of traced handlers in each service', parsePercent)
    .option('--max-warnings <number>', 'fail when there are more warnings', parseCount)
    .option('--baseline <file>', 'leave out the findings that a baseline knows')
    .option('--update-baseline', 'write the findings of this run to the baseline (spanguard-baseline.json unless --baseline names one)')
    .option('--changed [ref]', 'report only what differs from a branch, tag or commit touches (by default where the pull request goes)')
    .option('--fix', 'make the edits that are safe: the tracing middleware and its import')
    .option('--all-rules', 'report also what ESLint reports in single files')
    .option('--quiet', 'errors only')
    .option('--print-helpers', 'write the helpers that the program has of its own, in the form of the config, and check nothing')
    .option('--update-config', 'with --print-helpers: put them into spanguard.config.json')
    .action(async (paths: string[], flags: CheckFlags & { readonly printHelpers?: boolean; readonly updateConfig?: boolean }) => {
      if (flags.updateConfig === true && flags.printHelpers !== true) throw new UsageError('--update-config writes the helpers of the program into the config: give --print-helpers with it.')
      code = await (flags.printHelpers === true ? printHelpers(paths, flags) : runCheck(paths, flags))
    })
  program
    .command('inventory')
    .description('lists every span, attribute, event and handler with its place, services and class')
    .argument('[paths...]', 'folders, source files or tsconfigs; the current folder by default')
    .addOption(new Option('--format <name>', 'how it is written').choices(inventoryFormats).default('markdown'))
    .option('--output <file>', 'write it to a file')
    .option('--diff <ref>', 'only what differs from a branch, tag or commit')
    .action(async (paths: string[], flags: InventoryFlags) => {
      code = await runInventory(paths, flags)
    })
  program
    .command('audit')
    .description('judges recorded traces by the policy, and the shapes of whole traces; reads the config of the current folder')
    .argument('<source...>', 'OTLP files (JSON or protobuf, - for the standard input) or the URL of a Tempo: http://tempo:3200')
    .addOption(new Option('--format <name>', 'how findings are written').choices(auditFormats).default('pretty'))
    .option('--output <file>', 'write the report to a file')
    .option('--max-warnings <number>', 'fail when there are more warnings', parseCount)
    .option('--quiet', 'errors only')
    .option('--query <traceql>', 'which traces a Tempo is asked for (all by default)')
    .option('--since <time>', 'how far back a Tempo is asked: 30m, 6h, 7d (a day by default)', parseTime)
    .option('--limit <number>', 'how many traces a Tempo is asked for (100 by default)', parseCount)
    .option('--header <name: value>', 'a header for a Tempo, more than once where more are wanted', collectHeader, {})
    .action(async (sources: string[], flags: AuditFlags) => {
      code = await runAudit(sources, flags)
    })
  program
    .command('explain')
    .description('shows the page of a rule, or how the checker comes to what it says of a line')
    .argument('<what>', 'a rule, with or without the prefix spanguard/, or a place: src/orders.ts:12')
    .action(async (what: string) => {
      code = await explain(what)
    })
  program
    .command('init')
    .description('writes a config, an ESLint config, a tracing module and a CI workflow; changes no file that exists')
    .argument('[folder]', 'the project, the current folder by default')
    .action((folder: string | undefined) => {
      code = init(path.resolve(folder ?? '.'))
    })
  program
    .command('build-policy')
    .description('writes spanguard.policy.json, which services run with, and the types of its attribute keys')
    .argument('[folders...]', 'the folders of the services, where their package.json stands; the current folder by default')
    .action(async (folders: string[]) => {
      code = await buildPolicy(folders)
    })
  try {
    await program.parseAsync([...argv])
    return code
  } catch (error) {
    return failure(error)
  }
}

function failure(error: unknown): number {
  clearProgress()
  // Commander has written help, version and its own complaints already.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.clean : exitCodes.unusable
  const known = error instanceof ConfigError || (error instanceof Error && error.name === 'UsageError') || (error instanceof Error && 'code' in error && 'syscall' in error)
  const text = error instanceof Error ? error.message : String(error)
  process.stderr.write(known ? `${text}\n` : `Spanguard failed, which is a fault of its own: ${error instanceof Error ? (error.stack ?? text) : text}\nPlease report it with the command that you ran.\n`)
  return exitCodes.unusable
}

function collectReport(text: string, before: readonly ExtraReport[]): ExtraReport[] {
  const [format = '', ...rest] = text.split('=')
  const file = rest.join('=')
  if (!formats.includes(format) || file === '') throw new InvalidArgumentError(`Give format=file; formats are ${formats.join(', ')}.`)
  return [...before, { format, file }]
}

function parsePercent(text: string): number {
  const value = Number(text.replace(/%$/u, ''))
  if (text.trim() === '' || !Number.isFinite(value) || value < 0 || value > 100) throw new InvalidArgumentError('Give a number from 0 to 100.')
  return value
}

/** @returns seconds */
function parseTime(text: string): number {
  const units: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 }
  const [, count = '', unit = ''] = /^(\d+)([smhd])$/u.exec(text.trim()) ?? []
  const seconds = Number(count) * (units[unit] ?? 0)
  if (seconds === 0) throw new InvalidArgumentError('Give a time such as 30m, 6h or 7d.')
  return seconds
}

function collectHeader(text: string, before: Readonly<Record<string, string>>): Record<string, string> {
  const at = text.indexOf(':')
  const name = text.slice(0, at).trim()
  const value = text.slice(at + 1).trim()
  if (at < 1 || !/^[\w!#$%&'*+.^`|~-]+$/u.test(name) || /[\r\n]/u.test(value)) throw new InvalidArgumentError('Give "Name: value".')
  return { ...before, [name.toLowerCase()]: value }
}

function parseCount(text: string): number {
  const value = Number(text)
  if (text.trim() === '' || !Number.isInteger(value) || value < 0) throw new InvalidArgumentError('Give a whole number from 0.')
  return value
}
