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

/** `3 findings`, `1 finding`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${String(count)} ${count === 1 ? one : many}`
}
