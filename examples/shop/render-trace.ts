import pc from 'picocolors'
import { secretsIn } from './requests.js'
import type { Span } from './traces.js'

const barWidth = 16
const redacted = '[REDACTED]'

/**
 * A trace as a tree, one line a span: service, name, a bar that shows when and how long, and below it what the span
 * says for a reader: the stage of an error, the domain's own attributes, and whatever was redacted.
 */
export function renderTrace(spans: readonly Span[]): string {
  const ids = new Set(spans.map((span) => span.spanId))
  const roots = spans.filter((span) => span.parentSpanId === undefined || !ids.has(span.parentSpanId)).sort(byStart)
  const rows = roots.flatMap((root) => rowsOf(root, spans, '', ''))
  const width = Math.max(...rows.map(({ tree, span }) => tree.length + span.name.length))
  const services = [...new Set(rows.map(({ span }) => serviceOf(span)))]
  const serviceWidth = Math.max(...services.map((service) => service.length))
  const start = Math.min(...spans.map((span) => milliseconds(span.startTime)))
  const length = Math.max(...spans.map((span) => milliseconds(span.endTime))) - start
  return rows
    .flatMap(({ tree, below, span }) => {
      const service = serviceOf(span)
      const name = pc.dim(tree) + nameOf(span) + ' '.repeat(width - tree.length - span.name.length)
      const line = [
        colourOf(services.indexOf(service))(service.padEnd(serviceWidth)),
        name,
        barOf(span, start, length),
        `${span.durationMs.toFixed(0).padStart(4)} ms`,
        markOf(span),
      ]
      const indent = ' '.repeat(serviceWidth + 2) + pc.dim(below)
      return [line.join('  ').trimEnd(), ...notesOf(span).map((note) => `${indent}  ${note}`)]
    })
    .join('\n')
}

interface Row {
  readonly span: Span
  /** What stands before the span's name, and before the lines below it. */
  readonly tree: string
  readonly below: string
}

function rowsOf(span: Span, spans: readonly Span[], tree: string, below: string): readonly Row[] {
  const children = spans.filter((other) => other.parentSpanId === span.spanId).sort(byStart)
  const hasChildren = children.length > 0
  return [
    { span, tree, below: hasChildren ? `${below}│` : `${below} ` },
    ...children.flatMap((child, index) => {
      const last = index === children.length - 1
      return rowsOf(child, spans, `${below}${last ? '└─ ' : '├─ '}`, `${below}${last ? '   ' : '│  '}`)
    }),
  ]
}

function byStart(a: Span, b: Span): number {
  return Number(a.startTime - b.startTime)
}

function milliseconds(nanoseconds: bigint): number {
  return Number(nanoseconds / 1000n) / 1000
}

function serviceOf(span: Span): string {
  return textOf(span.resource['service.name'])
}

function textOf(value: Span['attributes'][string] | undefined): string {
  if (value === undefined) return ''
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function colourOf(index: number): (text: string) => string {
  return [pc.cyan, pc.magenta, pc.yellow, pc.blue][index % 4] ?? pc.cyan
}

function nameOf(span: Span): string {
  return span.status.code === 'ERROR' ? pc.bold(pc.red(span.name)) : pc.bold(span.name)
}

function barOf(span: Span, start: number, length: number): string {
  const cell = Math.max(length, 0.001) / barWidth
  const from = Math.min(barWidth - 1, Math.floor((milliseconds(span.startTime) - start) / cell))
  const cells = Math.max(1, Math.min(barWidth - from, Math.round(span.durationMs / cell)))
  const colour = span.status.code === 'ERROR' ? pc.red : pc.green
  return pc.dim('·'.repeat(from)) + colour('━'.repeat(cells)) + pc.dim('·'.repeat(barWidth - from - cells))
}

function markOf(span: Span): string {
  const code = span.attributes['http.response.status_code'] ?? span.attributes['http.status_code']
  const reply = textOf(code)
  return span.status.code === 'ERROR' ? pc.red(`✗ ${reply}`.trimEnd()) : pc.green(reply)
}

/** At most two lines a span: its own attributes, and each exception. */
function notesOf(span: Span): readonly string[] {
  const attributes = pairs(span.attributes)
  const events = span.events.map((event) => `${pc.red(event.name)}  ${pairs(event.attributes)}`)
  return [attributes, ...events].filter((note) => note !== '')
}

/** Attributes that a reader came for: the stage, the domain's, and those with something redacted. */
function pairs(attributes: Span['attributes']): string {
  return Object.entries(attributes)
    .filter(([key, value]) => isTelling(key) || textOf(value).includes(redacted))
    .map(([key, value]) => `${key}=${valueOf(key, textOf(value))}`)
    .join('  ')
}

function isTelling(key: string): boolean {
  return /^(?:error\.stage|exception\.type|order\.|payment\.|fraud\.)|authorization|card/.test(key)
}

function valueOf(key: string, value: string): string {
  const short = value.length > 40 ? `${value.slice(0, 39)}…` : value
  if (secretsIn(value).length > 0) return pc.bgRed(pc.white(short))
  if (key === 'error.stage') return pc.bold(pc.red(short))
  return short.split(redacted).join(pc.black(pc.bgYellow(redacted)))
}
