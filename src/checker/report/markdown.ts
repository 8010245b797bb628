import { percent } from '../findings/coverage.js'
import type { CheckResult } from '../result.js'
import type { ReportOptions } from './index.js'
import { counted, shownFindings, shownPath } from './paths.js'

/** For a pull request's comment: coverage as a table, findings as a list. */
export function markdown(result: CheckResult, options: ReportOptions): string {
  const findings = shownFindings(result, options.quiet)
  const lines = ['## Spanguard', '']
  lines.push(findings.length === 0 ? 'Nothing found.' : `${counted(findings.length, 'finding')}.`, '')
  if (result.services.length > 0) {
    lines.push('| service | handlers traced | | by |', '|---|---:|---:|---|')
    for (const service of result.services) lines.push(`| ${cell(service.name)} | ${String(service.traced)}/${String(service.total)} | ${percent(service).toFixed(0)} % | ${cell(service.tracedBy.slice(0, 2).join(', ') || (service.otherApm ?? ''))} |`)
    lines.push('')
  }
  for (const finding of findings) {
    lines.push(`- **${finding.rule}** \`${shownPath(finding.file, result.root)}:${String(finding.origin.from.line)}\` ${finding.message}`)
  }
  const problems = result.problems.filter(problem => problem.level !== 'notice')
  if (problems.length > 0) lines.push('', 'Not checked:', '', ...problems.map(problem => `- ${problem.message}`))
  return `${lines.join('\n').trimEnd()}\n`
}

function cell(text: string): string {
  return text.replaceAll('|', String.raw`\|`).replaceAll('\n', ' ')
}
