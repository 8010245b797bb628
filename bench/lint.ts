/**
 * What the rules cost: `npm run bench -- lint [files] [pairs]`. Every row is a ratio of two things that are measured in turn
 * in one run, the median of the pairs, in CPU time of the processes: other work on the machine does not count.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import * as parser from '@typescript-eslint/parser'
import { ESLint } from 'eslint'

import type spanguard from '../src/index.js'
import { built, bundleWithAnalysis, lintInProcess, type Measured, memoryOf } from './eslint-run.js'
import { kinds } from './modules.js'
import { lintByOxlint } from './oxlint-run.js'
import { FILES, writeTree } from './tree.js'

const PAIRS = 5
const WARM_ROUNDS = 200

export default async function run(args: string[]): Promise<void> {
  const pairs = Number(args[1] ?? PAIRS)
  // Outside of the repository: oxlint passes over what Git ignores, and would lint nothing in no time.
  const folder = mkdtempSync(path.join(tmpdir(), 'spanguard-bench-'))
  try {
    const tree = writeTree(folder, Number(args[0] ?? FILES))
    const lines = tree.reduce((sum, file) => sum + file.lines, 0)
    const traced = tree.filter((file) => file.traced).length / tree.length
    console.log(`${tree.length} files, ${lines} lines, spans or handlers in ${Math.round(traced * 100)} % of them`)
    console.log(`medians of ${pairs} pairs run in turn, in CPU time (user and system) of each process, ESLint's own stats included\n`)
    const plain: Measured[] = []
    const idle: Measured[] = []
    const linted: Measured[] = []
    const memory: number[] = []
    const plugin = await bundleWithAnalysis()
    for (let pair = 0; pair < pairs; pair++) {
      plain.push(lintInProcess(folder, plugin, 'parsing'))
      idle.push(lintInProcess(folder, plugin, 'idle'))
      linted.push(lintInProcess(folder, plugin, 'recommended'))
      const without = memoryOf(folder, 'parsing')
      memory.push(memoryOf(folder, 'recommended') / without)
    }
    printEslint(plain, idle, linted)
    print('peak memory over parsing only', median(memory), 1.1)
    printOxlint(folder, pairs, median(linted.map(({ total }) => total)))
    await printWarm(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/**
 * Everything over what ESLint takes for the same files without a rule: to parse them, to find scopes, to go through the trees. Two
 * processes of a busy machine go at different speeds: each is measured in times of its own parsing. What twenty rules that do nothing
 * cost in the same way tells how much of the first row is ESLint's own calling of them.
 */
function printEslint(plain: readonly Measured[], idle: readonly Measured[], linted: readonly Measured[]): void {
  const passes = ({ parse, passes: time }: Measured): number => time / parse
  const without = median(plain.map(passes))
  const shares = linted.map(({ byRule, parse }) => ({
    byRule: Object.fromEntries(Object.entries(byRule).map(([rule, time]) => [rule, time / parse / without])),
  }))
  const names = Object.keys(shares[0]?.byRule ?? {}).filter((name) => name !== 'bench/shared')
  const own = names
    .map((name) => ({ name, share: median(shares.map(({ byRule }) => byRule[name] ?? 0)) }))
    .sort((one, other) => other.share - one.share)
  const [dearest] = own
  print('ESLint with recommended over ESLint parsing only (its stats)', median(ratios(linted, plain, passes)), 1.12)
  print('  twenty rules that do nothing', median(ratios(idle, plain, passes)), null)
  print("  the rules' own time over that of the parser alone", 1 + median(linted.map(({ byRule, parse }) => sum(Object.values(byRule)) / parse)), null)
  print('  analysis that rules share', median(shares.map(({ byRule }) => byRule['bench/shared'] ?? 0)), 0.04)
  print(`  the dearest rule beyond it (${dearest?.name ?? 'none'})`, dearest?.share ?? 0, 0.01)
  for (const { name, share } of own.slice(1, 6)) print(`    then ${name}`, share, 0.01)
  print('all of the process with recommended over without', median(ratios(linted, plain, ({ total }) => total)), null)
}

function printOxlint(folder: string, pairs: number, eslint: number): void {
  const idle: number[] = []
  const recommended: number[] = []
  for (let pair = 0; pair < pairs; pair++) {
    idle.push(lintByOxlint(folder, 'idle'))
    recommended.push(lintByOxlint(folder, 'recommended'))
  }
  print('oxlint with recommended over ESLint with it', median(recommended) / eslint, 0.2)
  print('  over oxlint with one idle rule on scopes and code paths', median(recommended.map((each, index) => each / (idle[index] ?? 1))), 2)
}

function ratios(over: readonly Measured[], under: readonly Measured[], read: (measured: Measured) => number): number[] {
  return over.map((each, index) => read(each) / read(under[index] ?? each))
}

function print(what: string, value: number, goal: number | null, unit = ''): void {
  const verdict = goal === null ? '' : `  goal: at most ${goal}${unit}  ${value <= goal ? 'hit' : 'MISSED'}`
  console.log(`${what.padEnd(62)} ${value.toFixed(3)}${unit}${verdict}`)
}

function median(values: readonly number[]): number {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN
}

function sum(values: readonly number[]): number {
  return values.reduce((all, each) => all + each, 0)
}

/** The editor: one file of about 150 lines, again and again in a warm process. The rules' time is ESLint's own. */
async function printWarm(folder: string): Promise<void> {
  const { default: plugin } = (await import(built)) as { default: typeof spanguard }
  const files = writeTree(path.join(folder, 'warm'), kinds.length)
  const times: { traced: boolean; time: number }[] = []
  for (const { path: file, traced } of files) times.push({ traced, time: await timeOf(readFileSync(file, 'utf8'), file, plugin) })
  const worst = (traced: boolean): number => Math.max(...times.filter((file) => file.traced === traced).map(({ time }) => time))
  print('a file of spans or handlers in a warm process, rules only', worst(true), 5, ' ms')
  print('a file of neither', worst(false), 0.1, ' ms')
}

async function timeOf(text: string, filePath: string, plugin: typeof spanguard): Promise<number> {
  const eslint = new ESLint({
    cwd: path.dirname(filePath),
    stats: true,
    overrideConfigFile: true,
    overrideConfig: [{ files: ['**/*.ts'], languageOptions: { parser: parser } }, plugin.configs.recommended],
  })
  const times: number[] = []
  for (let round = 0; round < WARM_ROUNDS; round++) {
    const [result] = await eslint.lintText(text, { filePath })
    const passes = result?.stats?.times.passes ?? []
    times.push(sum(passes.flatMap(({ rules = {} }) => Object.values(rules).map(({ total }) => total))))
  }
  return median(times.slice(WARM_ROUNDS / 2))
}
