import type { Config, Policy } from '@spanguard/policy'

import { type AuditFinding, groupObservations, type Observation } from './finding.js'
import { judgeResource, judgeSpan } from './judge-spans.js'
import { judgeNames } from './names.js'
import { judgePatterns } from './patterns.js'
import type { RecordedSpan } from './spans.js'

export { readSpans } from './read.js'
export { readTempo } from './tempo.js'
export type { RecordedSpan } from './spans.js'

export interface AuditResult {
  readonly spans: number
  readonly traces: number
  /** The services that recorded them, sorted. */
  readonly services: readonly string[]
  readonly findings: readonly AuditFinding[]
}

/**
 * Judges recorded traces by the policy: each span by the judges that read code, then names and keys by how many there are of one
 * form, then the shapes of whole traces. No finding holds a recorded value.
 */
export function audit(spans: readonly RecordedSpan[], { config, policy }: { readonly config: Config; readonly policy: Policy }): AuditResult {
  const names = judgeNames(spans)
  const services = new Map(spans.map((span) => [span.service, span]))
  function* observe(): Generator<Observation> {
    for (const span of spans) yield* judgeSpan(span, policy, names.shown(span))
    for (const span of services.values()) yield* judgeResource(span, policy)
    yield* names.observations
    yield* judgePatterns(spans, names.shown, policy, config)
  }
  return {
    spans: spans.length,
    traces: new Set(spans.map(({ traceId }) => traceId)).size,
    services: [...services.keys()].toSorted(),
    findings: groupObservations(observe(), config),
  }
}
