import type { CheckResult } from '../result.js'
import { fingerprintOf } from '../findings/finish.js'
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
  // The widget has no place for what was not checked but its list.
  const problems = result.problems.filter(problem => problem.level !== 'notice').map(problem => {
    const file = shownPath(problem.file, result.root)
    return {
      description: problem.message,
      check_name: 'spanguard/not-checked',
      fingerprint: fingerprintOf(`not-checked\0${file}\0${problem.message}`, 0),
      severity: 'blocker',
      location: { path: file, lines: { begin: problem.line ?? 1 } },
    }
  })
  return `${JSON.stringify([...problems, ...findings], null, 2)}\n`
}
