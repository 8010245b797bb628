import path from 'node:path'
import type { CheckFinding, CheckResult } from '../result.js'

/** A path as reports write it: relative to the run's root, with forward slashes. */
export function shownPath(file: string, root: string): string {
  const relative = path.relative(root, file).split(path.sep).join('/')
  return relative === '' ? '.' : relative
}

/** The findings that a report shows, warnings left out when it is quiet. */
export function shownFindings(result: CheckResult, quiet: boolean): readonly CheckFinding[] {
  return quiet ? result.findings.filter(finding => finding.severity === 'error') : result.findings
}

/** A line longer than this was written by a machine: what stands far from the finding is left out. */
const maxLine = 160

/**
 * The part of a line that a reader needs, without what would steer a terminal.
 *
 * @returns the text, and where in it the column stands that was given
 */
export function cropLine(line: string, column: number): { readonly text: string; readonly column: number } {
  const plain = line.replace(/[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069]/gu, '\uFFFD')
  if (plain.length <= maxLine) return { text: plain, column }
  const from = Math.max(0, Math.min(column - maxLine / 4, plain.length - maxLine))
  const head = from > 0 ? '…' : ''
  const text = `${head}${plain.slice(from, from + maxLine)}${from + maxLine < plain.length ? '…' : ''}`
  return { text, column: Math.min(column - from + head.length, text.length) }
}

/** `3 findings`, `1 finding`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${String(count)} ${count === 1 ? one : many}`
}
