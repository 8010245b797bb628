import { trace } from '@opentelemetry/api'
import type { Health, Tracing, TracingOptions } from './options.js'
import type { ListedSpan } from './spans/attributes.js'
import type { TracedDecorator } from './spans/traced.js'
import type { SpanOptions } from './spans/with-span.js'

/**
 * What edge functions, browsers and workerd get: the same names, no exporter, no Node. Code that is shared with a server
 * runs there unchanged and untraced (or traced by whatever the platform registered with the API).
 */
export function initTracing(_options: TracingOptions = {}): Tracing {
  return handle
}

const health: Health = {
  state: 'off',
  policy: { source: 'none', hash: '' },
  spans: {
    ended: 0,
    exported: 0,
    pending: 0,
    dropped: { queue_full: 0, export_failed: 0, rejected: 0, redaction_failed: 0, shutdown: 0 },
  },
  redacted: {},
}
const nothing = (): void => {}
const handle: Tracing = {
  sampling: { get: () => 0, set: nothing, spike: () => nothing, follow: () => nothing },
  health: () => health,
  logFields,
  flush: () => Promise.resolve(true),
  shutdown: () => Promise.resolve(true),
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition -- some of these places do not have the symbol
  [Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose')]: () => Promise.resolve(),
}

export function logFields(): undefined {
  return undefined
}

export function withSpan<T>(name: string, fn: (span: ListedSpan) => T): T
export function withSpan<T, const A>(name: string, options: SpanOptions<A>, fn: (span: ListedSpan) => T): T
export function withSpan<T>(_name: string, optionsOrFn: unknown, maybeFn?: (span: ListedSpan) => T): T {
  const fn = typeof optionsOrFn === 'function' ? (optionsOrFn as (span: ListedSpan) => T) : (maybeFn as (span: ListedSpan) => T)
  return fn(untraced)
}
/** A span that records nothing and has no ids. */
const untraced = trace.wrapSpanContext({ traceId: '0'.repeat(32), spanId: '0'.repeat(16), traceFlags: 0 })

/** The method stays as it is. */
export function Traced(name: string): TracedDecorator
export function Traced<const A>(name: string, options: SpanOptions<A>): TracedDecorator
export function Traced(_name: string, _options?: SpanOptions): TracedDecorator {
  return ((method: unknown, place: unknown) => (typeof place === 'object' ? method : undefined)) as TracedDecorator
}

export function stage<T>(_name: string, fn: () => T): T {
  return fn()
}

export function captureError(_error: unknown, _options?: { stage?: string; handled?: boolean }): void {}

export function redacted(value: unknown, options?: { keepLast?: number } | null): string {
  const text = typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint' ? String(value) : ''
  const shown = Math.min(Math.trunc(options?.keepLast ?? 0), 4, Math.floor(text.length / 4))
  return shown > 0 ? `****${text.slice(-shown)}` : '[REDACTED]'
}

/** There is no synchronous keyed hash here: nothing that stands for the person leaves. */
export function pseudonym(_id: string | number, _options: { key: unknown }): string {
  return '[REDACTED]'
}

export type { DatabaseName, DropReason, ExportProtocol, Health, KeepOptions, LogFields, PolicyImport, SamplingControl, SamplingOptions, TlsFiles, Tracing, TracingOptions } from './options.js'
export type { AnyListedAttributes, AttributeKey, DeniedKeys, ListedAttributes, ListedKey, ListedLink, ListedSpan, PolicyKeys } from './spans/attributes.js'
export type { CaptureOptions } from './spans/capture-error.js'
export type { PseudonymOptions, RedactedOptions } from './spans/redacted.js'
export type { TracedDecorator } from './spans/traced.js'
export type { SpanOptions } from './spans/with-span.js'
