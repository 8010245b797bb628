import type { Config, Severity } from '@spanguard/policy'

/** Something that recorded traces show, before equal ones are counted together. */
export interface Observation {
  /** Without prefix: `no-sensitive-data`. */
  readonly rule: string
  readonly message: string
  readonly service: string
  /** The span's name, a pattern of it where it varies; empty for what concerns the service. */
  readonly span: string
  /** The attribute's key, where it is about one. */
  readonly key: string | null
  readonly traceId: string
}

/** Equal observations as one: what is wrong, how often, and where to look. */
export interface AuditFinding extends Observation {
  readonly severity: 'error' | 'warn'
  /** How many spans show it. */
  readonly count: number
}

/** What leaks, grows without bound or hides errors fails a run; how things are called and arranged is to be looked at. */
const errors: ReadonlySet<string> = new Set(['no-dynamic-span-name', 'no-sensitive-data', 'no-unbounded-data', 'span-name-present', 'stale-policy'])

/** Equal observations counted together, with the severity that the config gives them; the gravest and most frequent first. */
export function groupObservations(observations: Iterable<Observation>, config: Config): readonly AuditFinding[] {
  const groups = new Map<string, AuditFinding>()
  for (const observation of observations) {
    const { key, rule, service, span } = observation
    const severity: Severity = config.severity?.[rule] ?? (errors.has(rule) ? 'error' : 'warn')
    if (severity === 'off') continue
    const id = [rule, service, span, key ?? ''].join('\0')
    const known = groups.get(id)
    groups.set(id, known === undefined ? { ...observation, severity, count: 1 } : { ...known, count: known.count + 1 })
  }
  return [...groups.values()].toSorted((a, b) =>
    compare(a.service, b.service) || Number(b.severity === 'error') - Number(a.severity === 'error') || b.count - a.count || compare(a.rule, b.rule) || compare(a.span, b.span) || compare(a.key ?? '', b.key ?? ''))
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
