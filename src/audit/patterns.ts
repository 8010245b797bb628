import { type Config, hashPolicy, type Policy } from '@spanguard/policy'

import type { Observation } from './finding.js'
import type { RecordedSpan } from './spans.js'

/** So many children of one name under one parent are one query for each row. */
const manyChildren = 10
/** So many kinds of work under one name are no accident of an optional attribute. */
const manyShapes = 3

type Shown = (span: RecordedSpan) => string

/** What only whole traces show: who is above and below a span, and how often. */
export function judgePatterns(spans: readonly RecordedSpan[], shown: Shown, policy: Policy, config: Config): readonly Observation[] {
  const traces = groupTraces(spans)
  const observations: Observation[] = []
  const below = new Map<string, { readonly first: RecordedSpan; hasDomain: boolean }>()
  for (const trace of traces.values()) {
    const byId = new Map(trace.map((span) => [span.spanId, span]))
    observations.push(...orphans(trace, byId, shown), ...repeats(trace, byId, shown))
    const withDomain = domainAbove(trace, byId)
    for (const span of trace) {
      if (span.kind !== 'server' && span.kind !== 'consumer') continue
      const id = `${span.service}\0${shown(span)}`
      const known = below.get(id)
      if (known === undefined) below.set(id, { first: span, hasDomain: withDomain.has(span) })
      else known.hasDomain ||= withDomain.has(span)
    }
  }
  const ignored = new Set(config.handlers?.ignore ?? [])
  for (const { first, hasDomain } of below.values()) {
    if (hasDomain || ignored.has(first.name)) continue
    observations.push({ ...about(first, shown), rule: 'handler-span', key: null, message: 'No span of the work itself stands below this one in any of its traces: it shows that the request was slow, not what of it. Name the work with a span of the domain, such as "payment.charge".' })
  }
  return [...observations, ...sharedNames(spans, shown), ...stalePolicies(spans, policy)]
}

function groupTraces(spans: readonly RecordedSpan[]): Map<string, RecordedSpan[]> {
  const traces = new Map<string, RecordedSpan[]>()
  for (const span of spans) {
    const known = traces.get(span.traceId)
    if (known === undefined) traces.set(span.traceId, [span])
    else known.push(span)
  }
  return traces
}

function about(span: RecordedSpan, shown: Shown): Pick<Observation, 'service' | 'span' | 'traceId'> {
  return { service: span.service, span: shown(span), traceId: span.traceId }
}

function orphans(trace: readonly RecordedSpan[], byId: ReadonlyMap<string, RecordedSpan>, shown: Shown): Observation[] {
  return trace.flatMap((span) => {
    if (span.kind !== 'internal' || span.parentSpanId === null || byId.has(span.parentSpanId)) return []
    return [{ ...about(span, shown), rule: 'orphan-span', key: null, message: 'Its parent is not in the trace: the SERVER or CONSUMER span above it was never exported, and nobody sees for which request this was done. Trace the handler, and let the context reach this work.' }]
  })
}

function repeats(trace: readonly RecordedSpan[], byId: ReadonlyMap<string, RecordedSpan>, shown: Shown): Observation[] {
  const counts = new Map<string, { readonly first: RecordedSpan; count: number }>()
  for (const span of trace) {
    if (span.parentSpanId === null) continue
    const id = `${span.parentSpanId}\0${span.service}\0${shown(span)}`
    const known = counts.get(id)
    if (known === undefined) counts.set(id, { first: span, count: 1 })
    else known.count++
  }
  return [...counts.values()].flatMap(({ count, first }) => {
    const parent = byId.get(first.parentSpanId ?? '')
    // Messages of a batch are worked off one by one by design.
    if (count <= manyChildren || parent === undefined || first.kind === 'consumer') return []
    return [{ ...about(first, shown), rule: 'repeated-span', key: null, message: `More than ${String(manyChildren)} times under one "${shown(parent)}": one call for each row costs a round trip each, and fills the trace. Ask for all of them at once, or make one span of the loop.` }]
  })
}

/** The SERVER and CONSUMER spans that have a span of the domain somewhere below, in their own service. */
function domainAbove(trace: readonly RecordedSpan[], byId: ReadonlyMap<string, RecordedSpan>): ReadonlySet<RecordedSpan> {
  const found = new Set<RecordedSpan>()
  for (const span of trace) {
    if (span.kind !== 'internal' || isOfFramework(span)) continue
    const seen = new Set<RecordedSpan>()
    for (let at = byId.get(span.parentSpanId ?? ''); at !== undefined && !seen.has(at); at = byId.get(at.parentSpanId ?? '')) {
      seen.add(at)
      if (at.service === span.service && (at.kind === 'server' || at.kind === 'consumer')) found.add(at)
    }
  }
  return found
}

/** Spans of middleware and routers say nothing of the domain. */
function isOfFramework({ scope }: RecordedSpan): boolean {
  return /^(?:@opentelemetry\/instrumentation|@fastify\/otel|@hono\/otel|next\.js$)/u.test(scope)
}

/** One name for spans that have nothing in common: no key of one is a key of the other. */
function sharedNames(spans: readonly RecordedSpan[], shown: Shown): Observation[] {
  const shapes = new Map<string, { readonly first: RecordedSpan; readonly clusters: Set<string>[] }>()
  for (const span of spans) {
    if (span.kind !== 'internal' || span.attributes.size === 0) continue
    const id = `${span.service}\0${shown(span)}`
    const keys = new Set(span.attributes.keys())
    const known = shapes.get(id) ?? { first: span, clusters: [] }
    shapes.set(id, known)
    const own = known.clusters.find((cluster) => [...keys].some((key) => cluster.has(key)))
    if (own === undefined) known.clusters.push(keys)
    else for (const key of keys) own.add(key)
  }
  return [...shapes.values()].flatMap(({ clusters, first }) => (clusters.length < manyShapes ? [] : [{
    ...about(first, shown), rule: 'span-name-shared', key: null,
    message: `${String(clusters.length)} kinds of work have this name, without an attribute in common: a search for it mixes them, and its durations mean nothing. Give each its own name.`,
  }]))
}

const hashKey = 'spanguard.policy.hash'

/** Services that run with another policy than the one that is read here. */
function stalePolicies(spans: readonly RecordedSpan[], policy: Policy): Observation[] {
  const current = hashPolicy(policy)
  const seen = new Set<string>()
  return spans.flatMap((span) => {
    const hash = span.resource.get(hashKey)
    const id = `${span.service}\0${typeof hash === 'string' ? hash : ''}`
    if (typeof hash !== 'string' || hash === current || seen.has(id)) return []
    seen.add(id)
    return [{ service: span.service, span: '', key: hashKey, traceId: span.traceId, rule: 'stale-policy', message: `The service runs with another policy (${/^[\da-f]{16}$/u.test(hash) ? hash : 'no hash of Spanguard'}) than the config here (${current}): what it redacts is not what was agreed. Run spanguard build-policy and deploy it.` }]
  })
}
