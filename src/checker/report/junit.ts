import type { CheckResult, HandlerResult } from '../result.js'
import type { ReportOptions } from './index.js'
import { shownFindings, shownPath } from './paths.js'

/** JUnit XML: one suite for each service with a case for each handler, one suite for the findings. */
export function junit(result: CheckResult, options: ReportOptions): string {
  const { root } = result
  const findings = shownFindings(result, options.quiet)
  const suites = result.services.map(service => {
    const failures = service.handlers.filter(isFailure).length
    const cases = service.handlers.map(handler => {
      const name = [handler.method, handler.route ?? handler.framework].filter(Boolean).join(' ')
      const place = `${shownPath(handler.file, root)}:${String(handler.origin.from.line)}`
      const body = isFailure(handler) ? `<failure message="${xml(handler.by)}">${xml(place)}</failure>` : handler.status === 'ignored' ? '<skipped/>' : ''
      return `    <testcase classname="${xml(service.name)}" name="${xml(`${name} (${place})`)}">${body}</testcase>`
    })
    return [`  <testsuite name="${xml(service.name)}" tests="${String(service.handlers.length)}" failures="${String(failures)}">`, ...cases, '  </testsuite>'].join('\n')
  })
  const cases = findings.map(finding => `    <testcase classname="spanguard/${xml(finding.rule)}" name="${xml(`${shownPath(finding.file, root)}:${String(finding.origin.from.line)}`)}"><failure message="${xml(finding.message)}"/></testcase>`)
  const own = [`  <testsuite name="findings" tests="${String(findings.length)}" failures="${String(findings.length)}">`, ...cases, '  </testsuite>'].join('\n')
  return ['<?xml version="1.0" encoding="UTF-8"?>', '<testsuites name="spanguard">', ...suites, own, '</testsuites>', ''].join('\n')
}

function isFailure(handler: HandlerResult): boolean {
  return handler.status === 'untraced' || handler.status === 'other-apm'
}

function xml(text: string): string {
  // Control characters have no place in XML 1.0, escaped or not.
  return text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/gu, '').replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}
