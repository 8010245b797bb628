import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { traceRuleDescriptions } from '@spanguard/policy'
import { ownRules } from '../checker/rules.js'

/** The pages of the rules that the package brings, by the rule's name: those of the checker's own are a part of its page. */
export function rulePages(): ReadonlyMap<string, string> {
  const folder = pagesFolder()
  const pages = new Map(readdirSync(folder).filter(file => file.endsWith('.md')).map(file => [file.slice(0, -3), path.join(folder, file)]))
  for (const own of ownRules) pages.set(own, path.join(folder, '../checker.md'))
  for (const own of Object.keys(traceRuleDescriptions)) pages.set(own, path.join(folder, '../audit.md'))
  return pages
}

/** What a report says of a rule, read from its page. Null for a rule without one. */
export function ruleHelp(pages: ReadonlyMap<string, string>, rule: string): { readonly description: string; readonly markdown: string } | null {
  const page = pages.get(rule)
  if (page === undefined) return null
  const text = readFileSync(page, 'utf8').replaceAll('\r\n', '\n')
  // Of the checker's page the part under the rule's own heading.
  const part = ownRules.has(rule) ? (new RegExp(`^### ${rule}\n+([\\s\\S]*?)(?=^##|(?![\\s\\S]))`, 'mu').exec(text)?.[1] ?? '') : text.replace(/^# .*\n+/u, '')
  const description = part.split('\n').find(line => line.trim() !== '') ?? rule
  // What presets a rule is in is of no use to a reader of a report.
  const markdown = `${ownRules.has(rule) ? '' : `${description}\n\n`}${part.replace(/^[\s\S]*?<!-- end of the header[^>]*-->\n+/u, '').trim()}`
  return { description, markdown }
}

/** docs/rules of the package, from the build (`dist/src`) and from the source (`src`). */
function pagesFolder(): string {
  const here = path.dirname(fileURLToPath(import.meta.url))
  const up = path.basename(path.dirname(path.dirname(here))) === 'dist' ? '../../..' : '../..'
  return path.resolve(here, up, 'docs/rules')
}
