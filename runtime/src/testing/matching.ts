import type { AttributeValue } from '@opentelemetry/api'
import type { RecordedSpan } from '../testing.js'

/** What a span must have; what is left out may be anything. */
export interface ExpectedSpan {
  /** At least these. */
  readonly attributes?: Readonly<Record<string, AttributeValue>>
  /** The name of the parent; null for a span without one. */
  readonly parent?: string | null
  readonly kind?: RecordedSpan['kind']
  readonly status?: RecordedSpan['status']['code']
}

/** A value that redaction replaced. */
export interface Leak {
  /** The span's name before redaction. */
  readonly span: string
  /** `span`, `event`, `link`, `resource`, `name` or `status`. */
  readonly where: string
  readonly key: string
}

/** Is there such a span? If not, what is wrong with the one that comes nearest. */
export function matchSpan(spans: readonly RecordedSpan[], name: string, expected: ExpectedSpan): { readonly pass: boolean; readonly problem: string } {
  const named = spans.filter(span => span.name === name)
  if (named.length === 0) return { pass: false, problem: `no span is named ${JSON.stringify(name)}` }
  const problems = named.map(span => problemsOf(span, expected))
  if (problems.some(list => list.length === 0)) return { pass: true, problem: '' }
  const nearest = problems.reduce((best, list) => (list.length < best.length ? list : best))
  return { pass: false, problem: `${JSON.stringify(name)} ${nearest.join('; ')}` }
}

/** One line for each distinct leak. */
export function findLeaks(leaks: readonly Leak[]): readonly string[] {
  return [...new Set(leaks.map(leak => `${leak.key} (${leak.where} of ${JSON.stringify(leak.span)})`))]
}

/** The recorded spans as a tree of names, for messages. */
export function describeSpans(spans: readonly RecordedSpan[]): string {
  if (spans.length === 0) return 'no spans were recorded'
  const known = new Set(spans.map(span => span.spanId))
  const lines: string[] = ['recorded:']
  const add = (span: RecordedSpan, depth: number): void => {
    lines.push(`${'  '.repeat(depth + 1)}${span.name} ${JSON.stringify(span.attributes)}${span.status.code === 'error' ? ' ERROR' : ''}`)
    for (const child of spans) if (child.parentSpanId === span.spanId) add(child, depth + 1)
  }
  for (const span of spans) if (span.parentSpanId === undefined || !known.has(span.parentSpanId)) add(span, 0)
  return lines.join('\n')
}

function problemsOf(span: RecordedSpan, expected: ExpectedSpan): string[] {
  const problems: string[] = []
  for (const [key, value] of Object.entries(expected.attributes ?? {})) {
    const found = span.attributes[key]
    if (JSON.stringify(found) !== JSON.stringify(value)) problems.push(`has ${key} = ${JSON.stringify(found)}, not ${JSON.stringify(value)}`)
  }
  if (expected.parent !== undefined && (span.parent ?? null) !== expected.parent) {
    problems.push(`has ${span.parent === undefined ? 'no recorded parent' : `the parent ${JSON.stringify(span.parent)}`}, not ${JSON.stringify(expected.parent)}`)
  }
  if (expected.kind !== undefined && span.kind !== expected.kind) problems.push(`is ${span.kind}, not ${expected.kind}`)
  if (expected.status !== undefined && span.status.code !== expected.status) problems.push(`has status ${span.status.code}, not ${expected.status}`)
  return problems
}
