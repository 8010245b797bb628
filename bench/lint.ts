/**
 * What the rules cost: `npm run bench -- lint`. Everything is a ratio of two things measured in turn in one run, the
 * median of the pairs.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { performance } from 'node:perf_hooks'

import * as parser from '@typescript-eslint/parser'
import { Linter } from 'eslint'

import type spanguard from '../src/index.js'
import { FILES, writeTree } from './tree.js'

const root = path.resolve(import.meta.dirname, '..')
const built = path.join(root, 'dist', 'src', 'index.js')
const oxlint = path.join(root, 'node_modules', 'oxlint', 'bin', 'oxlint')
const PAIRS = 3

interface Measured {
  readonly total: number
  readonly parse: number
  readonly byRule: Readonly<Record<string, number>>
  readonly memory: number
}

export default async function run(args: string[]): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'spanguard-bench-'))
  try {
    writeTree(folder, Number(args[0] ?? FILES))
    const plain: Measured[] = []
    const linted: Measured[] = []
    for (let pair = 0; pair < PAIRS; pair++) {
      plain.push(lintInProcess(folder, false))
      linted.push(lintInProcess(folder, true))
    }
    const rules = linted.map(({ byRule }) => Object.values(byRule).reduce((sum, each) => sum + each, 0))
    print('recommended over parsing only (parse + rules over parse)', median(linted.map(({ parse }, index) => 1 + (rules[index] ?? 0) / parse)), 1.12)
    print('wall time with recommended over without', median(linted.map(({ total }, index) => total / (plain[index]?.total ?? 1))), null)
    print('peak memory over parsing only', median(linted.map(({ memory }, index) => memory / (plain[index]?.memory ?? 1))), 1.1)
    const last = linted.at(-1)
    if (last !== undefined) {
      const shares = Object.entries(last.byRule).sort(([, one], [, other]) => other - one)
      for (const [rule, time] of shares.slice(0, 8)) console.log(`    ${rule}: ${((100 * time) / last.parse).toFixed(2)} % of parsing`)
    }
    print('oxlint with recommended over ESLint with it', lintByOxlint(folder) / median(linted.map(({ total }) => total)), 0.2)
    await warmFile()
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function print(what: string, ratio: number, goal: number | null): void {
  console.log(`${what}: ${ratio.toFixed(3)}${goal === null ? '' : ` (goal: at most ${goal})`}`)
}

function median(values: readonly number[]): number {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN
}

/** In a process of its own, since a warm one would give the second of a pair an advantage. */
function lintInProcess(folder: string, useRules: boolean): Measured {
  const script = `
    import { ESLint } from 'eslint'
    import * as parser from '@typescript-eslint/parser'
    const { default: plugin } = await import(${JSON.stringify(built)})
    const eslint = new ESLint({ cwd: ${JSON.stringify(folder)}, stats: true, overrideConfigFile: true, overrideConfig: [
      { files: ['**/*.ts'], languageOptions: { parser } },
      ${useRules ? 'plugin.configs.recommended' : '{}'},
    ] })
    const start = performance.now()
    const results = await eslint.lintFiles(['src'])
    const total = performance.now() - start
    const byRule = {}
    let parse = 0
    for (const { stats } of results) for (const pass of stats.times.passes) {
      parse += pass.parse.total
      for (const [rule, time] of Object.entries(pass.rules ?? {})) byRule[rule] = (byRule[rule] ?? 0) + time.total
    }
    console.log(JSON.stringify({ total, parse, byRule, memory: process.resourceUsage().maxRSS }))
  `
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', script], { cwd: root, encoding: 'utf8' })
  return JSON.parse(output) as Measured
}

function lintByOxlint(folder: string): number {
  const preset = execFileSync(process.execPath, ['--input-type=module', '-e', `const { configs } = await import(${JSON.stringify(built)}); console.log(JSON.stringify(configs.recommended.rules))`], { encoding: 'utf8' })
  writeFileSync(path.join(folder, '.oxlintrc.json'), JSON.stringify({ jsPlugins: [built], categories: { correctness: 'off' }, rules: JSON.parse(preset) as unknown }))
  const start = performance.now()
  try {
    execFileSync(process.execPath, [oxlint, '--silent', 'src'], { cwd: folder, stdio: 'ignore' })
  } catch {
    // Findings are an exit code of their own.
  }
  return performance.now() - start
}

/** The editor: one file of 150 lines, again and again in a warm process. */
async function warmFile(): Promise<void> {
  const { default: plugin } = (await import(built)) as { default: typeof spanguard }
  const folder = mkdtempSync(path.join(tmpdir(), 'spanguard-warm-'))
  try {
    const files = writeTree(folder, 10)
    const { readFileSync } = await import('node:fs')
    for (const [what, file] of [['a file of spans', files[0]], ['a file of handlers', files[3]], ['a file of neither', files[8]]] as const) {
      if (file === undefined) continue
      const text = readFileSync(file, 'utf8')
      const times = [false, true].map((useRules) => timeOf(text, file, useRules, plugin))
      console.log(`${what}: rules take ${((times[1] ?? 0) - (times[0] ?? 0)).toFixed(2)} ms of ${(times[1] ?? 0).toFixed(2)} ms`)
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function timeOf(text: string, file: string, useRules: boolean, plugin: typeof spanguard): number {
  const linter = new Linter({ configType: 'flat', cwd: path.dirname(file) })
  const config = [
    { files: ['**/*.ts'], languageOptions: { parser: parser as Linter.Parser } },
    ...(useRules ? [plugin.configs.recommended as unknown as Linter.Config] : []),
  ]
  const times: number[] = []
  for (let round = 0; round < 60; round++) {
    const start = performance.now()
    linter.verify(text, config, { filename: file })
    times.push(performance.now() - start)
  }
  return median(times.slice(20))
}
