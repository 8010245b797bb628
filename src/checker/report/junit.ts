import type { CheckResult, HandlerResult } from '../result.js'
import type { ReportOptions } from './index.js'
import { shownFindings, shownPath } from './paths.js'

/** JUnit XML: one suite for each service with a case for each handler, one for the findings, one for what was not checked. */
export function junit(result: CheckResult, options: ReportOptions): string {
  const { root } = result
  const findings = shownFindings(result, options.quiet)
  const suites = result.services.map(service => {
    const failures = service.handlers.filter(isFailure).length
    const cases = service.handlers.map(handler => {
      const name = [handler.method, handler.route ?? handler.framework].filter(Boolean).join(' ')
      const place = `${shownPath(handler.file, root)}:${String(handler.origin.from.line)}`
      const body = isFailure(handler) ? `<failure type="untraced" message="${xml(handler.by)}">${xml(place)}</failure>` : handler.status === 'ignored' ? '<skipped/>' : ''
      return caseOf(service.name, `${name} (${place})`, shownPath(handler.file, root), body)
    })
    return suiteOf({ name: service.name, cases, failures, skipped: service.handlers.filter(handler => handler.status === 'ignored').length })
  })
  const cases = findings.map(finding => {
    const file = shownPath(finding.file, root)
    return caseOf(`spanguard/${finding.rule}`, `${file}:${String(finding.origin.from.line)}`, file, `<failure type="${finding.severity === 'error' ? 'error' : 'warning'}" message="${xml(finding.message)}"/>`)
  })
  const problems = result.problems.filter(problem => problem.level !== 'notice')
  const unread = problems.map(problem => caseOf('spanguard/not-checked', `${shownPath(problem.file, root)}${problem.line === undefined ? '' : `:${String(problem.line)}`}`, shownPath(problem.file, root), `<error type="${problem.level}" message="${xml(problem.message)}"/>`))
  const all = [...suites, suiteOf({ name: 'findings', cases, failures: cases.length }), ...(unread.length === 0 ? [] : [suiteOf({ name: 'not checked', cases: unread, errors: unread.length })])]
  return ['<?xml version="1.0" encoding="UTF-8"?>', '<testsuites name="spanguard">', ...all, '</testsuites>', ''].join('\n')
}

interface Suite {
  readonly name: string
  readonly cases: readonly string[]
  readonly failures?: number
  readonly errors?: number
  readonly skipped?: number
}

function suiteOf({ name, cases, failures = 0, errors = 0, skipped = 0 }: Suite): string {
  return [`  <testsuite name="${xml(name)}" tests="${String(cases.length)}" failures="${String(failures)}" errors="${String(errors)}" skipped="${String(skipped)}">`, ...cases, '  </testsuite>'].join('\n')
}

function caseOf(owner: string, name: string, file: string, body: string): string {
  return `    <testcase classname="${xml(owner)}" name="${xml(name)}" file="${xml(file)}">${body}</testcase>`
}

function isFailure(handler: HandlerResult): boolean {
  return handler.status === 'untraced' || handler.status === 'other-apm'
}

function xml(text: string): string {
  // Control characters have no place in XML 1.0, escaped or not.
  return text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udfff]/gu, '').replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}
