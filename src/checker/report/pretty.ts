import pc from 'picocolors'
import { percent } from '../findings/coverage.js'
import type { Problem } from '../problem.js'
import type { CheckFinding, CheckResult, ServiceResult } from '../result.js'
import type { ReportOptions } from './index.js'
import { counted, cropLine, shownFindings, shownPath } from './paths.js'

/** Steps of a way beyond this number are counted, not shown. */
const maxSteps = 6

/** For people: findings grouped by service with the code they stand in, then the coverage of each service. */
export function pretty(result: CheckResult, options: ReportOptions): string {
  const paint = pc.createColors(options.color)
  const findings = shownFindings(result, options.quiet)
  const lines: string[] = []
  const groups = new Map<string, CheckFinding[]>()
  for (const finding of findings) {
    const name = finding.service ?? ''
    groups.set(name, [...(groups.get(name) ?? []), finding])
  }
  for (const [service, group] of groups) {
    if (service !== '') lines.push(paint.bold(paint.underline(service)), '')
    for (const finding of group) lines.push(...findingLines(finding, result.root, paint), '')
  }
  const problems = result.problems.filter(problem => problem.level !== 'notice' || !options.quiet)
  for (const problem of problems) {
    const mark = problem.level === 'notice' ? paint.blue('note') : paint.red(problem.level === 'config' ? 'config' : 'not checked')
    lines.push(`${mark}  ${problem.message}`)
  }
  if (problems.length > 0) lines.push('')
  if (!options.quiet) lines.push(...coverageLines(result.services, paint))
  lines.push(summary(result, findings, paint))
  return `${lines.join('\n')}\n`
}

type Paint = ReturnType<typeof pc.createColors>

function findingLines(finding: CheckFinding, root: string, paint: Paint): string[] {
  const { from, to } = finding.origin
  const mark = finding.severity === 'error' ? paint.red('error') : paint.yellow('warning')
  const lines = [
    `${paint.cyan(shownPath(finding.file, root))}:${String(from.line)}:${String(from.column + 1)}  ${mark}  ${paint.dim(`spanguard/${finding.rule}`)}`,
    `  ${finding.message}`,
  ]
  const width = String(finding.excerpt.firstLine + finding.excerpt.lines.length).length
  for (const [i, whole] of finding.excerpt.lines.entries()) {
    const line = finding.excerpt.firstLine + i
    // The lines around are cut where the finding's own is, so that they stand under each other.
    const { text, column } = cropLine(whole, from.column)
    const number = String(line).padStart(width)
    lines.push(line === from.line ? `${paint.red('>')} ${paint.dim(`${number} |`)} ${text}` : `  ${paint.dim(`${number} | ${text}`)}`)
    if (line === from.line) {
      const wanted = to.line === from.line ? to.column - from.column : text.length - column
      const length = Math.max(Math.min(wanted, text.length - column), 1)
      lines.push(`  ${' '.repeat(width)} ${paint.dim('|')} ${text.slice(0, column).replace(/[^\t]/gu, ' ')}${paint.red('^'.repeat(length))}`)
    }
  }
  for (const one of finding.steps.slice(0, maxSteps)) {
    lines.push(paint.dim(`  → ${shownPath(one.file, root)}:${String(one.origin.from.line)}  ${one.text}`))
  }
  if (finding.steps.length > maxSteps) lines.push(paint.dim(`  → and ${String(finding.steps.length - maxSteps)} more`))
  return lines
}

function coverageLines(services: readonly ServiceResult[], paint: Paint): string[] {
  if (services.length === 0) return []
  const width = Math.max(...services.map(service => service.name.length), 7)
  const rows = services.map(service => {
    const share = percent(service)
    const figure = `${String(service.traced)}/${String(service.total)}`.padStart(9)
    const color = share === 100 ? paint.green : share === 0 ? paint.red : paint.yellow
    const by = service.tracedBy.length > 0 ? `by ${service.tracedBy.slice(0, 2).join(', ')}${service.tracedBy.length > 2 ? ' …' : ''}`
      : service.otherApm === null ? service.setup.length > 0 ? `${service.setup[0] ?? ''} is set up and traces none of them` : 'nothing sets up tracing' : `runs under ${service.otherApm}`
    const conditional = service.handlers.some(handler => handler.conditional) ? ', under a condition' : ''
    return `  ${service.name.padEnd(width)} ${color(figure)} ${color(`${share.toFixed(0)} %`.padStart(6))}  ${paint.dim(by + conditional)}`
  })
  return [paint.bold('Handlers traced'), ...rows, '']
}

function summary(result: CheckResult, findings: readonly CheckFinding[], paint: Paint): string {
  const errors = findings.filter(finding => finding.severity === 'error').length
  const warnings = findings.length - errors
  const left = result.leftToLint === 0 ? '' : ` ${counted(result.leftToLint, 'more in a single file is', 'more in single files are')} left to ESLint (--all-rules shows ${result.leftToLint === 1 ? 'it' : 'them'} here).`
  const unchecked = countOf(result, 'unchecked')
  const wrong = countOf(result, 'config')
  const untraced = result.services.reduce((sum, service) => sum + service.total - service.traced, 0)
  const rest = [
    ...(wrong === 0 ? [] : [` ${counted(wrong, 'mistake')} in the configuration, to be mended first: see above.`]),
    ...(unchecked === 0 ? [] : [` ${counted(unchecked, 'file was', 'files were')} not checked.`]),
    // By a rule that is off, a baseline, or another vendor's tracing: no finding, and no reason for a green tick.
    ...(untraced === 0 || findings.length > 0 ? [] : [` ${counted(untraced, 'handler is', 'handlers are')} not traced.`]),
  ].join('')
  // What a change does not touch was left out: nobody is to take that for clean.
  const part = result.against === undefined ? '' : `what the change against ${result.against} touches, of `
  const what = `${part}${counted(result.services.length, 'service')}, ${counted(result.files, 'file')}`
  if (findings.length > 0) return `${paint.red('✗')} ${counted(errors, 'error')}${warnings === 0 ? '' : `, ${counted(warnings, 'warning')}`} in ${what}.${rest}${left}`
  const mark = wrong > 0 ? paint.red('✗') : rest === '' ? paint.green('✓') : paint.yellow('!')
  return `${mark} Nothing found in ${what}.${rest}${left}`
}

function countOf(result: CheckResult, level: Problem['level']): number {
  return result.problems.filter(problem => problem.level === level).length
}
