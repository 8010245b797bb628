/**
 * Lints real repositories with the preset `recommended` and scores the labels of CORPUS.md.
 *
 *     npm run corpus -- DIR [--labels FILE] [--repo NAME] [--output FILE] [--preset strict]
 *
 * DIR holds one folder per repository, named as in the labels. Prints one line per rule and repository, then the labels.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'

import * as parser from '@typescript-eslint/parser'
import { Linter } from 'eslint'
import { glob } from 'tinyglobby'

import plugin from '../src/index.js'

interface Label {
  id: string
  repo: string
  path: string
  line: number
  verdict: 'tp' | 'fp'
  confidence?: 'certain' | 'likely'
  scope?: string
  rules?: string[]
  why: string
}
interface Labels {
  settings: Record<string, Record<string, unknown>>
  labels: Label[]
}
interface Found {
  repo: string
  path: string
  line: number
  column: number
  rule: string
  message: string
}

/** A report may stand on the start, the exit or the entry of what a label names. */
const SLACK = 3

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    labels: { type: 'string' },
    repo: { type: 'string', multiple: true },
    output: { type: 'string' },
    preset: { type: 'string', default: 'recommended' },
  },
})
const [folder] = positionals
if (folder === undefined) {
  process.stderr.write('Name the folder that holds the repositories: npm run corpus -- DIR\n')
  process.exit(2)
}
const labels: Labels =
  values.labels === undefined ?
    { settings: {}, labels: [] }
  : (JSON.parse(readFileSync(values.labels, 'utf8')) as Labels)
const repositories = values.repo ?? (await glob('*', { cwd: folder, onlyDirectories: true, deep: 1 })).map((name) => name.replace(/\/$/, '')).sort()

const found: Found[] = []
let crashes = 0
for (const repo of repositories) {
  const findings = await lintRepository(path.resolve(folder, repo), repo)
  found.push(...findings)
  const counts = new Map<string, number>()
  for (const { rule } of findings) counts.set(rule, (counts.get(rule) ?? 0) + 1)
  for (const [rule, count] of [...counts].sort()) console.log(`${repo.padEnd(24)} ${rule.padEnd(28)} ${count}`)
}
scoreLabels()
if (values.output !== undefined) writeFileSync(values.output, JSON.stringify(found, null, 1))
console.log(`crashes: ${crashes}`)
process.exitCode = crashes === 0 ? 0 : 1

async function lintRepository(root: string, repo: string): Promise<Found[]> {
  const linter = new Linter({ configType: 'flat', cwd: root })
  const preset = plugin.configs[values.preset as keyof typeof plugin.configs]
  const config = [
    {
      ...preset,
      files: ['**/*.{js,mjs,cjs,jsx,ts,mts,cts,tsx}'],
      languageOptions: { parser, parserOptions: { ecmaFeatures: { jsx: true } } },
      settings: { spanguard: labels.settings[repo] ?? {} },
      linterOptions: { reportUnusedDisableDirectives: 'off' },
    },
  ] as unknown as Linter.Config[]
  const files = await glob('**/*.{js,mjs,cjs,jsx,ts,mts,cts,tsx}', {
    cwd: root,
    ignore: ['**/node_modules/**', '**/dist/**', '**/*.d.ts', '**/*.min.js', '**/.git/**'],
  })
  const findings: Found[] = []
  for (const file of files.sort()) {
    let text: string
    try {
      text = readFileSync(path.join(root, file), 'utf8')
    } catch {
      continue
    }
    if (text.length > 1_000_000) continue
    try {
      for (const message of linter.verify(text, config, { filename: path.join(root, file) })) {
        if (message.ruleId?.startsWith('spanguard/') !== true) continue
        const rule = message.ruleId.slice('spanguard/'.length)
        findings.push({ repo, path: file, line: message.line, column: message.column, rule, message: message.message })
      }
    } catch (error) {
      crashes++
      console.log(`CRASH ${repo}:${file}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
    }
  }
  return findings
}

function scoreLabels(): void {
  const totals = new Map<string, { hit: number; of: number; missed: string[] }>()
  for (const label of labels.labels) {
    if (!repositories.includes(label.repo)) continue
    const slack = label.verdict === 'tp' ? SLACK : 0
    const hits = found.filter(
      (each) =>
        each.repo === label.repo &&
        each.path === label.path &&
        Math.abs(each.line - label.line) <= slack &&
        (label.rules === undefined || label.rules.includes(each.rule)),
    )
    const group = label.verdict === 'tp' ? `tp ${label.scope ?? ''} ${label.confidence ?? ''}` : 'fp reported'
    const total = totals.get(group) ?? { hit: 0, of: 0, missed: [] }
    total.of++
    if (hits.length > 0) total.hit++
    if ((label.verdict === 'tp') === (hits.length === 0)) {
      total.missed.push(`${label.id} ${label.repo}:${label.path}:${label.line} ${label.why} ${hits.map((hit) => hit.rule).join()}`)
    }
    totals.set(group, total)
  }
  for (const [group, { hit, of, missed }] of totals) {
    console.log(`${group}: ${hit} of ${of}`)
    for (const line of missed) console.log(`    ${line}`)
  }
}
