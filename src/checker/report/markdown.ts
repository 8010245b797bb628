import { percent } from '../findings/coverage.js'
import type { CheckResult } from '../result.js'
import type { ReportOptions } from './index.js'
import { counted, shownFindings, shownPath } from './paths.js'

/** A comment on GitHub takes 65,536 characters; the telemetry diff stands in it too. */
const maxText = 45_000

/** For a pull request's comment: coverage as a table, findings as a list, as many as a comment takes. */
export function markdown(result: CheckResult, options: ReportOptions): string {
  const findings = shownFindings(result, options.quiet)
  const lines = ['## Spanguard', '']
  const part = result.against === undefined ? '' : ` in what differs from ${code(result.against)}`
  lines.push(findings.length === 0 ? `Nothing found${part}.` : `${counted(findings.length, 'finding')}${part}.`, '')
  if (result.services.length > 0) {
    lines.push('| service | handlers traced | | by |', '|---|---:|---:|---|')
    for (const service of result.services) lines.push(`| ${cell(service.name)} | ${String(service.traced)}/${String(service.total)} | ${percent(service).toFixed(0)} % | ${cell(service.tracedBy.slice(0, 2).join(', ') || (service.otherApm ?? ''))} |`)
    lines.push('')
  }
  // What was not checked comes first: a list of findings that is cut must not hide it.
  const problems = result.problems.filter(problem => problem.level !== 'notice')
  if (problems.length > 0) lines.push(...listOf(problems, problem => `- ${plain(problem.message)}`, 'Not checked:', maxText / 4), '')
  const rows = [...findings].sort((a, b) => Number(b.severity === 'error') - Number(a.severity === 'error'))
  lines.push(...listOf(rows, finding => `- ${finding.severity === 'error' ? '' : '(warning) '}**${finding.rule}** ${code(`${shownPath(finding.file, result.root)}:${String(finding.origin.from.line)}`)} ${plain(finding.message)}`, null, maxText))
  return `${lines.join('\n').trimEnd()}\n`
}

/** As many lines as fit, and how many are left out. @param limit in characters */
function listOf<Item>(items: readonly Item[], show: (item: Item) => string, title: string | null, limit: number): string[] {
  const lines = title === null ? [] : [title, '']
  let length = 0
  for (const [index, item] of items.entries()) {
    const line = show(item)
    length += line.length + 1
    if (length > limit) return [...lines, '', `And ${String(items.length - index)} more: \`npx spanguard check\` lists them all.`]
    lines.push(line)
  }
  return lines
}

/** `@scope/package/entry`: what a reader copies must stay as it is, and code mentions nobody. */
const packageNames = /(@[\w-]+\/[\w./-]*\w)/gu

/** Text as text: what the program's own words would mean in Markdown or to GitHub (`@name`) is taken from them. */
function plain(text: string): string {
  return text.split(packageNames).map((part, index) => (index % 2 === 1 ? code(part) : escapeMarkdown(part))).join('')
}

function escapeMarkdown(text: string): string {
  return text.replace(/\s+/gu, ' ').replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replace(/[\\`*_[\]|~]/gu, mark => `\\${mark}`).replace(/@(?=\w)/gu, '@\u200B')
}

function code(text: string): string {
  return `\`${text.replaceAll('`', "'")}\``
}

function cell(text: string): string {
  return plain(text)
}
