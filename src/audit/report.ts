import pc from 'picocolors'

import type { AuditFinding } from './finding.js'
import type { AuditResult } from './index.js'

export interface AuditReportOptions {
  readonly color: boolean
  /** Errors only. */
  readonly quiet: boolean
  /** Spanguard's version. */
  readonly version: string
}

type AuditReporter = (result: AuditResult, options: AuditReportOptions) => string

/** The formats of `spanguard audit`, sorted. Result in, text out. */
export const auditReporters: Readonly<Record<string, AuditReporter>> = { json, markdown, pretty }

function shown({ findings }: AuditResult, quiet: boolean): readonly AuditFinding[] {
  return quiet ? findings.filter(({ severity }) => severity === 'error') : findings
}

function pretty(result: AuditResult, { color, quiet }: AuditReportOptions): string {
  const paint = pc.createColors(color)
  const findings = shown(result, quiet)
  const lines: string[] = []
  for (const [service, group] of groupBy(findings, ({ service }) => service)) {
    lines.push(paint.bold(paint.underline(plain(service))), '')
    for (const finding of group) {
      const mark = finding.severity === 'error' ? paint.red('error') : paint.yellow('warning')
      lines.push(
        `${paint.cyan(placeOf(finding))}  ${mark}  ${paint.dim(`spanguard/${finding.rule}`)}`,
        `  ${plain(finding.message)}`,
        paint.dim(`  ${counted(finding.count, 'span')}, one in trace ${finding.traceId}`),
        '',
      )
    }
  }
  lines.push(summaryOf(result, findings, paint))
  return `${lines.join('\n')}\n`
}

function placeOf({ key, span }: AuditFinding): string {
  const parts = [...(span === '' ? [] : [`"${plain(span)}"`]), ...(key === null ? [] : [plain(key)])]
  return parts.length === 0 ? 'the service' : parts.join('  ')
}

function summaryOf(result: AuditResult, findings: readonly AuditFinding[], paint: ReturnType<typeof pc.createColors>): string {
  const what = `${counted(result.spans, 'span')} of ${counted(result.traces, 'trace')}, ${counted(result.services.length, 'service')}`
  // Nothing was looked at: that is no clean bill.
  if (result.spans === 0) return `${paint.yellow('!')} No span was recorded there.`
  if (findings.length === 0) return `${paint.green('✓')} Nothing found in ${what}.`
  const errors = findings.filter(({ severity }) => severity === 'error').length
  const warnings = findings.length - errors
  return `${paint.red('✗')} ${counted(errors, 'error')}${warnings === 0 ? '' : `, ${counted(warnings, 'warning')}`} in ${what}.`
}

/** `schema` grows when a field changes its meaning. */
function json(result: AuditResult, { quiet, version }: AuditReportOptions): string {
  const { services, spans, traces } = result
  const findings = shown(result, quiet).map(({ count, key, message, rule, service, severity, span, traceId }) => ({ rule: `spanguard/${rule}`, severity, service, span, key, message, count, trace: traceId }))
  return `${JSON.stringify({ schema: 1, version, spans, traces, services, findings }, null, 2)}\n`
}

function markdown(result: AuditResult, { quiet }: AuditReportOptions): string {
  const findings = shown(result, quiet)
  const lines = ['## Recorded traces', '', `${counted(result.spans, 'span')} of ${counted(result.traces, 'trace')}, ${counted(result.services.length, 'service')}.`, '']
  if (findings.length === 0) lines.push(result.spans === 0 ? 'No span was recorded there.' : 'Nothing found.')
  for (const [service, group] of groupBy(findings, ({ service }) => service)) {
    lines.push(`### ${cell(service)}`, '', '| span | key | | what | spans | trace |', '|---|---|---|---|---:|---|')
    for (const { count, key, message, rule, severity, span, traceId } of group) {
      lines.push(`| ${span === '' ? '' : code(span)} | ${key === null ? '' : code(key)} | ${severity === 'error' ? '**error**' : 'warning'} | **${rule}** ${cell(message)} | ${String(count)} | ${code(traceId)} |`)
    }
    lines.push('')
  }
  return `${lines.join('\n').trimEnd()}\n`
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const item of items) {
    const group = groups.get(keyOf(item))
    if (group === undefined) groups.set(keyOf(item), [item])
    else group.push(item)
  }
  return groups
}

function counted(count: number, one: string): string {
  return `${String(count)} ${count === 1 ? one : `${one}s`}`
}

/** Names come from outside: what would steer a terminal is taken from them. */
function plain(text: string): string {
  return text.replace(/[\u0000-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069]/gu, '\uFFFD')
}

function code(text: string): string {
  return `\`${plain(text).replaceAll('`', "'").replaceAll('|', String.raw`\|`)}\``
}

function cell(text: string): string {
  return plain(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replace(/[\\`*_[\]|~]/gu, (mark) => `\\${mark}`).replace(/@(?=\w)/gu, '@\u200B')
}
