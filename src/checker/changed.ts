import type { Changes } from '../project/git.js'
import type { Analysis } from './analyse.js'
import type { CheckFinding } from './result.js'
import type { Service } from './services.js'

/** What a file must speak of, now or before, for a change of it to change how a process is traced. */
const tracingWords = /@opentelemetry\/|@spanguard\/|tracing|tracer|instrumentation|\botel\b|NODE_OPTIONS|--(?:require|import)\b/iu

/**
 * Keeps the findings that a change touches: those that stand on changed lines or whose way passes one, and those on a service
 * as a whole when the change touches how it starts: its entry, the imports that lead to the place, a file that a start command
 * was read from, or any file that its process loads and that speaks of tracing, before or after.
 *
 * `handler-coverage` and `stale-policy` stay: a figure of the service and files that were generated are no line's doing.
 */
export function touchedFindings(findings: readonly CheckFinding[], { services }: Pick<Analysis, 'services'>, changes: Changes): CheckFinding[] {
  const isOnChangedLine = (file: string, from: number, to: number): boolean => {
    const lines = changes.files.get(file)
    if (lines === undefined) return false
    if (lines === 'all') return true
    for (let line = from; line <= to; line++) if (lines.has(line)) return true
    return false
  }
  return findings.filter(finding => {
    if (finding.rule === 'handler-coverage' || finding.rule === 'stale-policy') return true
    if (isOnChangedLine(finding.file, finding.origin.from.line, finding.origin.to.line)) return true
    if (finding.steps.some(step => isOnChangedLine(step.file, step.origin.from.line, step.origin.to.line))) return true
    const service = services.find(one => one.name === finding.service)
    return service !== undefined && [...changes.files.keys()].some(file => isOnTheWay(file, finding, service, changes))
  })
}

function isOnTheWay(file: string, finding: CheckFinding, service: Service, changes: Changes): boolean {
  // What is registered before what matters: a line that went leaves none to stand on.
  if (file === finding.file) return true
  if (file === service.package?.path) return speaksOfTracing(file, changes)
  return service.entries.some(entry => {
    if (entry.file === file) return true
    if (entry.starts.some(start => start.place.file === file)) return true
    if (entry.order.chainTo(finding.file).some(imported => imported.node.getSourceFile().fileName === file)) return true
    return speaksOfTracing(file, changes) && (entry.order.files.has(file) || isGone(file, changes))
  })
}

function speaksOfTracing(file: string, changes: Changes): boolean {
  return changes.textsOf(file).some(text => tracingWords.test(text))
}

/** A file that no process loads any more because it is no longer there. */
function isGone(file: string, changes: Changes): boolean {
  const lines = changes.files.get(file)
  return lines !== undefined && lines !== 'all' && lines.size === 0 && changes.textsOf(file).length === 1
}
