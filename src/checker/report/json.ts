import type { CheckResult } from '../result.js'
import type { Step } from '../places.js'
import type { ReportOptions } from './index.js'
import { shownFindings, shownPath } from './paths.js'

/** The result as data; `schema` grows when a field changes its meaning. */
export function json(result: CheckResult, options: ReportOptions): string {
  const { root } = result
  const steps = (list: readonly Step[]) => list.map(one => ({ file: shownPath(one.file, root), line: one.origin.from.line, text: one.text }))
  return `${JSON.stringify({
    schema: 1,
    version: options.version,
    files: result.files,
    leftToLint: result.leftToLint,
    services: result.services.map(service => ({
      name: service.name,
      path: shownPath(service.dir, root),
      handlers: service.total,
      traced: service.traced,
      tracedBy: service.tracedBy,
      setup: service.setup,
      otherApm: service.otherApm,
      entries: service.entries.map(entry => ({ file: entry.file === null ? null : shownPath(entry.file, root), starts: entry.starts.map(start => ({ ...start, file: shownPath(start.file, root) })) })),
      routes: service.handlers.map(handler => ({
        framework: handler.framework,
        method: handler.method,
        route: handler.route,
        file: shownPath(handler.file, root),
        line: handler.origin.from.line,
        status: handler.status,
        by: handler.by,
        conditional: handler.conditional,
        steps: steps(handler.steps),
        spans: handler.spans,
      })),
    })),
    findings: shownFindings(result, options.quiet).map(finding => ({
      rule: `spanguard/${finding.rule}`,
      severity: finding.severity,
      message: finding.message,
      file: shownPath(finding.file, root),
      line: finding.origin.from.line,
      column: finding.origin.from.column + 1,
      endLine: finding.origin.to.line,
      endColumn: finding.origin.to.column + 1,
      service: finding.service,
      certainty: finding.certainty,
      fingerprint: finding.fingerprint,
      steps: steps(finding.steps),
    })),
    problems: result.problems.map(problem => ({ ...problem, file: shownPath(problem.file, root) })),
  }, null, 2)}\n`
}
