/**
 * Writes what the documentation repeats of the code: the README's table of rules, and the header of each rule's page,
 * both from `meta`. `npm run docs` writes, `npm run docs -- --check` only says what is out of date, with exit code 1.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { rules } from '../rules/index.js'
import { pageHeader, replaceHeader, replaceRulesTable, rulesTable, type RuleMeta } from './rule-docs.js'

const root = path.resolve(import.meta.dirname, '..')
const checkOnly = process.argv.includes('--check')

const stale = Object.entries(rules as Readonly<Record<string, { meta: RuleMeta }>>)
  .map(([name, rule]) => update(`docs/rules/${name}.md`, (page) => replaceHeader(page, pageHeader(name, rule.meta))))
  .concat(update('README.md', (readme) => replaceRulesTable(readme, rulesTable(rules))))
  .filter((problem) => problem !== null)
for (const problem of stale) console.error(problem)
if (stale.length > 0) process.exitCode = 1

/** What is wrong with the file, or null when it is up to date (after writing, unless it is only checked). */
function update(file: string, change: (text: string) => string): string | null {
  const full = path.join(root, file)
  if (!existsSync(full)) return `${file} is missing: every rule has a page.`
  const text = readFileSync(full, 'utf8')
  const next = change(text)
  if (next === text) return null
  if (checkOnly) return `${file} is out of date: run "npm run docs".`
  writeFileSync(full, next)
  console.log(`wrote ${file}`)
  return null
}
