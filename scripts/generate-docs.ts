/**
 * Writes what the documentation repeats of the code: the README's table of rules, and the header of each rule's page,
 * from `meta`. `npm run docs` writes, `npm run docs -- --check` only says what is out of date, with exit code 1.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { rules } from '../rules/index.js'
import plugin from '../src/index.js'
import { pageHeader, replaceHeader, replaceRulesTable, rulesTable, type RuleMeta } from './rule-docs.js'

const root = path.resolve(import.meta.dirname, '..')
const checkOnly = process.argv.includes('--check')

const stale = Object.entries(rules as Readonly<Record<string, { meta: RuleMeta }>>)
  .map(([name, rule]) => update(`docs/rules/${name}.md`, (page) => replaceHeader(page, pageHeader(name, rule.meta))))
  .concat(update('README.md', (readme) => replaceRulesTable(readme, rulesTable(rules))))
  .concat((['recommended', 'strict'] as const).map((preset) => updateWhole(`oxlint/${preset}.json`, oxlintPreset(preset))))
  .filter((problem) => problem !== null)
for (const problem of stale) console.error(problem)
if (stale.length > 0) process.exitCode = 1

/** A preset as oxlint reads it: the same rules, with the plugin by its package's name. */
function oxlintPreset(preset: 'recommended' | 'strict'): string {
  const { rules: levels } = plugin.configs[preset]
  return `${JSON.stringify({ jsPlugins: ['eslint-plugin-spanguard'], rules: levels }, null, 2)}\n`
}

function updateWhole(file: string, text: string): string | null {
  if (!existsSync(path.join(root, file)) && !checkOnly) writeFileSync(path.join(root, file), '')
  return update(file, () => text)
}

/** What is wrong with the file, or null when it is up to date (after writing, unless it is only checked). */
function update(file: string, change: (text: string) => string): string | null {
  const full = path.join(root, file)
  if (!existsSync(full)) return `${file} is missing: write it, and run "npm run docs".`
  const text = readFileSync(full, 'utf8')
  const next = change(text)
  if (next === text) return null
  if (checkOnly) return `${file} is out of date: run "npm run docs".`
  writeFileSync(full, next)
  console.log(`wrote ${file}`)
  return null
}
