import { percent } from '../findings/coverage.js'
import type { CheckResult } from '../result.js'
import type { ReportOptions } from './index.js'
import { counted, shownFindings, shownPath } from './paths.js'

/** Workflow commands of GitHub Actions. Source: docs.github.com/actions/reference/workflow-commands-for-github-actions */
export function github(result: CheckResult, options: ReportOptions): string {
  // GitHub shows the first ten errors and the first ten warnings of a step; what stops a check must be among them.
  const problems = result.problems.filter(problem => problem.level !== 'notice' || !options.quiet)
  const lines = problems.map(problem => `::${problem.level === 'notice' ? 'notice' : 'error'} file=${property(shownPath(problem.file, result.root))}${problem.line === undefined ? '' : `,line=${String(problem.line)}`}::${data(problem.message)}`)
  const findings = shownFindings(result, options.quiet)
  lines.push(...findings.map(finding => {
    const { from, to } = finding.origin
    const properties = [
      `file=${property(shownPath(finding.file, result.root))}`,
      `line=${String(from.line)}`,
      `endLine=${String(to.line)}`,
      ...(from.line === to.line ? [`col=${String(from.column + 1)}`, `endColumn=${String(to.column + 1)}`] : []),
      `title=${property(`spanguard/${finding.rule}`)}`,
    ]
    return `::${finding.severity === 'error' ? 'error' : 'warning'} ${properties.join(',')}::${data(finding.message)}`
  }))
  const errors = findings.filter(finding => finding.severity === 'error').length + problems.filter(problem => problem.level !== 'notice').length
  if (errors > maxShown || findings.length - errors > maxShown) lines.push(`GitHub shows ${String(maxShown)} errors and ${String(maxShown)} warnings of a step as annotations; all ${counted(findings.length, 'finding')} stand in this log.`)
  if (!options.quiet) for (const service of result.services) lines.push(`Handlers traced in ${service.name}: ${String(service.traced)} of ${String(service.total)} (${percent(service).toFixed(0)} %)`)
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`
}

/** Annotations of one kind that GitHub takes of a step. Source: docs.github.com/actions, limits of workflow commands. */
const maxShown = 10

function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}
