import { execFileSync } from 'node:child_process'
import path from 'node:path'

import { build } from 'esbuild'

import { bundling } from '../scripts/bundling.mjs'

export const root = path.resolve(import.meta.dirname, '..')
/** What `import 'eslint-plugin-spanguard'` loads. */
export const built = path.join(root, 'dist', 'plugin.js')

/**
 * One run of ESLint over a tree, in milliseconds: the whole in CPU time of the process, the parts as ESLint's own stats have them, which
 * are of one process, so that their ratios hold on a busy machine too.
 */
export interface Measured {
  /** All of the run, loading included, in CPU time. */
  readonly total: number
  readonly parse: number
  /** What ESLint takes for the files: parsing, scopes, its way through the trees, the rules. */
  readonly passes: number
  /** By the rules' names; `bench/shared` is what the rules ask for together. */
  readonly byRule: Readonly<Record<string, number>>
}

/**
 * The plugin as it is published, and beside it, of the same modules, what its rules ask for together: a second copy of them would do the
 * shared analysis once more. It stands where what it imports is found.
 */
export async function bundleWithAnalysis(): Promise<string> {
  const outfile = path.join(root, 'node_modules', '.cache', 'spanguard-bench', 'plugin.mjs')
  await build({
    stdin: {
      contents: `
        export { default } from './dist/src/index.js'
        export { reportFindings } from './dist/src/analysis/findings.js'
        export { reportLives } from './dist/src/analysis/lifetimes/report.js'
      `,
      resolveDir: root,
    },
    outfile,
    ...bundling,
  })
  return outfile
}

/**
 * A rule that stands before all others and asks for what they share: the facts and what the policy says of them, the spans'
 * lives and what the policy says of those. Its time in the stats is the shared analysis; theirs is what they cost beyond it.
 */
const sharedRule = `
  const shared = {
    meta: { type: 'problem', schema: [] },
    create(context) {
      const named = (id) => Object.create(context, { id: { value: id } })
      const facts = reportFindings(named('bench/facts'), 'facts', { fix: false, mend: () => [] })
      const lives = reportLives(named('bench/lives'), 'lives', { mend: () => null })
      return facts.Program === undefined ? {} : { Program() { facts.Program(); lives.Program() } }
    },
  }
`

/** What is linted with: nothing, twenty rules that listen and do nothing, or the preset. */
export type Linted = 'parsing' | 'idle' | 'recommended'

const idleRule = `{ meta: { type: 'problem', schema: [] }, create: () => ({ CallExpression() {}, 'Program:exit'() {} }) }`

/** The script of one run over a tree, which ends with a line that says what it prints. */
function script(folder: string, plugin: string, linted: Linted, { stats, last }: { stats: boolean; last: string }): string {
  const configs = {
    parsing: '',
    idle: `{ plugins: { idle: { rules: Object.fromEntries(twenty.map((name) => [name, ${idleRule}])) } }, rules: Object.fromEntries(twenty.map((name) => ['idle/' + name, 'error'])) }, `,
    recommended: `${stats ? `{ plugins: { bench: { rules: { shared } } }, rules: { 'bench/shared': 'error' } }, ` : ''}plugin.configs.recommended, `,
  }
  return `
    import { ESLint } from 'eslint'
    import * as parser from '@typescript-eslint/parser'
    ${linted === 'recommended' ? `const { default: plugin, reportFindings, reportLives } = await import(${JSON.stringify(plugin)})` : ''}
    ${sharedRule}
    const twenty = Array.from({ length: 20 }, (_, index) => 'rule-' + index)
    const eslint = new ESLint({ cwd: ${JSON.stringify(folder)}, stats: ${stats}, overrideConfigFile: true, overrideConfig: [
      { files: ['**/*.ts'], languageOptions: { parser } },
      ${configs[linted]}
    ] })
    const results = await eslint.lintFiles(['src'])
    for (const { messages } of results) if (messages.some(({ fatal }) => fatal)) throw new Error(messages[0].message)
    ${last}
  `
}

/** In a process of its own, since a warm one would give the second of a pair an advantage. */
export function lintInProcess(folder: string, plugin: string, linted: Linted): Measured {
  const last = `
    const byRule = {}
    let parse = 0
    let passes = 0
    for (const { stats } of results) {
      for (const pass of stats.times.passes) {
        parse += pass.parse.total
        passes += pass.total
        for (const [rule, time] of Object.entries(pass.rules ?? {})) byRule[rule] = (byRule[rule] ?? 0) + time.total
      }
    }
    const { user, system } = process.cpuUsage()
    console.log(JSON.stringify({ total: (user + system) / 1000, parse, passes, byRule }))
  `
  return JSON.parse(execute(script(folder, plugin, linted, { stats: true, last }))) as Measured
}

/**
 * As people run it, without the stats, whose objects (one for every rule and file) are kept until the end.
 *
 * @returns the process's greatest resident set, in KiB
 */
export function memoryOf(folder: string, linted: Linted): number {
  return Number(execute(script(folder, built, linted, { stats: false, last: 'console.log(process.resourceUsage().maxRSS)' })))
}

function execute(code: string): string {
  return execFileSync(process.execPath, ['--input-type=module', '-e', code], { cwd: root, encoding: 'utf8' })
}
