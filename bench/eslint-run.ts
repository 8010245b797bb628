import { execFileSync } from 'node:child_process'
import path from 'node:path'

export const root = path.resolve(import.meta.dirname, '..')
export const built = path.join(root, 'dist', 'src', 'index.js')

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
  /** The process's greatest resident set, in KiB. */
  readonly memory: number
}

/**
 * A rule that stands before all others and asks for what they share: the facts and what the policy says of them, the spans'
 * lives and what the policy says of those. Its time in the stats is the shared analysis; theirs is what they cost beyond it.
 */
const sharedRule = `
  const { reportFindings } = await import(${JSON.stringify(path.join(root, 'dist', 'src', 'analysis', 'findings.js'))})
  const { reportLives } = await import(${JSON.stringify(path.join(root, 'dist', 'src', 'analysis', 'lifetimes', 'report.js'))})
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

/** In a process of its own, since a warm one would give the second of a pair an advantage. */
export function lintInProcess(folder: string, linted: Linted): Measured {
  const configs = {
    parsing: '',
    idle: `{ plugins: { idle: { rules: Object.fromEntries(twenty.map((name) => [name, ${idleRule}])) } }, rules: Object.fromEntries(twenty.map((name) => ['idle/' + name, 'error'])) }, `,
    recommended: `{ plugins: { bench: { rules: { shared } } }, rules: { 'bench/shared': 'error' } }, plugin.configs.recommended, `,
  }
  const script = `
    import { ESLint } from 'eslint'
    import * as parser from '@typescript-eslint/parser'
    const { default: plugin } = await import(${JSON.stringify(built)})
    ${sharedRule}
    const twenty = Array.from({ length: 20 }, (_, index) => 'rule-' + index)
    const eslint = new ESLint({ cwd: ${JSON.stringify(folder)}, stats: true, overrideConfigFile: true, overrideConfig: [
      { files: ['**/*.ts'], languageOptions: { parser } },
      ${configs[linted]}
    ] })
    const results = await eslint.lintFiles(['src'])
    const byRule = {}
    let parse = 0
    let passes = 0
    for (const { stats, messages } of results) {
      if (messages.some(({ fatal }) => fatal)) throw new Error(messages[0].message)
      for (const pass of stats.times.passes) {
        parse += pass.parse.total
        passes += pass.total
        for (const [rule, time] of Object.entries(pass.rules ?? {})) byRule[rule] = (byRule[rule] ?? 0) + time.total
      }
    }
    const { user, system } = process.cpuUsage()
    console.log(JSON.stringify({ total: (user + system) / 1000, parse, passes, byRule, memory: process.resourceUsage().maxRSS }))
  `
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', script], { cwd: root, encoding: 'utf8' })
  return JSON.parse(output) as Measured
}
