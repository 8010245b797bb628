import type { CheckResult } from '../result.js'
import type { ReportOptions } from './index.js'
import { shownFindings, shownPath } from './paths.js'

/** GitLab's code quality report. Source: docs.gitlab.com/ci/testing/code_quality (a subset of Code Climate's format). */
export function gitlab(result: CheckResult, options: ReportOptions): string {
  const findings = shownFindings(result, options.quiet).map(finding => ({
    description: finding.message,
    check_name: `spanguard/${finding.rule}`,
    fingerprint: finding.fingerprint,
    severity: finding.severity === 'error' ? 'major' : 'minor',
    location: { path: shownPath(finding.file, result.root), lines: { begin: finding.origin.from.line, end: finding.origin.to.line } },
  }))
  return `${JSON.stringify(findings, null, 2)}\n`
}
