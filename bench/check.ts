/**
 * What the checker costs: `npm run bench -- check [files] [pairs]`. Every row is a ratio of two processes that are run in turn in
 * one run, the median of the pairs, in CPU time: other work on the machine does not count. The checker is the built one, cold.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { FILES, writeTree } from './tree.js'

const PAIRS = 3
const root = path.resolve(import.meta.dirname, '..')

interface Usage {
  /** Seconds, user and system. */
  readonly cpu: number
  /** MB at its peak. */
  readonly memory: number
}

export default function run(args: string[]): void {
  const count = Number(args[0] ?? FILES)
  const pairs = Number(args[1] ?? PAIRS)
  const large = makeTree(count)
  const small = makeTree(Math.round(count / 4))
  try {
    const rounds = Array.from({ length: pairs }, () => ({
      tsc: measure([path.join(root, 'node_modules/typescript/bin/tsc'), '--noEmit', '-p', large]),
      bare: measure([path.join(root, 'bench/types-at-receivers.mjs'), large]),
      check: measure([path.join(root, 'dist/src/cli.js'), 'check', large, '--format', 'json', '--output', path.join(large, 'report.json')]),
      quarter: measure([path.join(root, 'dist/src/cli.js'), 'check', small, '--format', 'json', '--output', path.join(small, 'report.json')]),
    }))
    console.log(`${String(count)} files, medians of ${String(pairs)} runs in turn, CPU time of each process\n`)
    print('check over tsc --noEmit', median(rounds.map(({ check, tsc }) => check.cpu / tsc.cpu)), 0.5)
    print('check over a bare program with types at the same receivers', median(rounds.map(({ bare, check }) => check.cpu / bare.cpu)), 1.5)
    print('peak memory over that of tsc', median(rounds.map(({ check, tsc }) => check.memory / tsc.memory)), 0.75)
    print('four times the files, in times of the time', median(rounds.map(({ check, quarter }) => check.cpu / quarter.cpu)), 4.4)
    const middle = (read: (round: (typeof rounds)[number]) => number): string => median(rounds.map(read)).toFixed(1)
    console.log(`\ncheck ${middle(({ check }) => check.cpu)} s and ${middle(({ check }) => check.memory)} MB, tsc ${middle(({ tsc }) => tsc.cpu)} s and ${middle(({ tsc }) => tsc.memory)} MB, bare ${middle(({ bare }) => bare.cpu)} s`)
  } finally {
    for (const folder of [large, small]) rmSync(folder, { recursive: true, force: true })
  }
}

function makeTree(files: number): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'spanguard-bench-'))
  writeTree(folder, files)
  // tsc reads the types of what the tree imports; the checker needs none of them.
  symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'))
  return folder
}

function measure(args: readonly string[]): Usage {
  const report = path.join(tmpdir(), `spanguard-usage-${String(process.pid)}.json`)
  const usage = path.join(root, 'bench/usage.mjs')
  const { stderr } = spawnSync(process.execPath, ['--import', usage, ...args], { encoding: 'utf8', env: { ...process.env, SPANGUARD_USAGE: report }, maxBuffer: 1e9 })
  try {
    return JSON.parse(readFileSync(report, 'utf8')) as Usage
  } catch {
    throw new Error(`${args.join(' ')} wrote no figures: ${stderr}`)
  } finally {
    rmSync(report, { force: true })
  }
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

function print(text: string, value: number, goal: number): void {
  console.log(`${value <= goal ? 'hit ' : 'MISS'}  ${value.toFixed(2).padStart(6)}  (goal ${String(goal)})  ${text}`)
}
