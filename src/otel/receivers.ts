import type { CallRow, ReceiverKind } from './tracing-api.js'

const instrument: CallRow = { returns: 'instrument' }
const measure: CallRow = { fact: 'metric-write', bag: 1, sink: 'metric-attribute' }

/**
 * Methods of the objects of `@opentelemetry/api` 1.9 and 1.10.
 * Source: the TypeScript declarations of the package (`trace/span.d.ts`, `trace/tracer.d.ts`, `metrics/Meter.d.ts`, …).
 */
export const receiverMethods: Readonly<Record<ReceiverKind, Readonly<Record<string, CallRow>>>> = {
  api: {},
  baggage: {
    removeEntry: { returns: 'baggage' },
    setEntry: { fact: 'baggage-write', key: 0, value: 1, sink: 'baggage', returns: 'baggage' },
  },
  context: {
    deleteValue: { returns: 'context' },
    setValue: { returns: 'context' },
  },
  'context-api': {
    active: { returns: 'context' },
  },
  instrument: {
    add: measure,
    record: measure,
  },
  meter: {
    createCounter: instrument,
    createGauge: instrument,
    createHistogram: instrument,
    createObservableCounter: instrument,
    createObservableGauge: instrument,
    createObservableUpDownCounter: instrument,
    createUpDownCounter: instrument,
  },
  'meter-provider': { getMeter: { returns: 'meter' } },
  'metrics-api': {
    getMeter: { returns: 'meter' },
    getMeterProvider: { returns: 'meter-provider' },
  },
  'propagation-api': {
    createBaggage: { fact: 'baggage-write', bag: 0, sink: 'baggage', returns: 'baggage' },
    extract: { fact: 'propagation', direction: 'extract', returns: 'context' },
    getActiveBaggage: { returns: 'baggage' },
    getBaggage: { returns: 'baggage' },
    inject: { fact: 'propagation', direction: 'inject' },
    setBaggage: { returns: 'context' },
  },
  resource: {},
  span: {
    addEvent: { fact: 'event-write', name: 0, bag: 1, sink: 'event-attribute', returns: 'span' },
    addLink: { fact: 'attribute-write', options: 0, sink: 'link-attribute', returns: 'span' },
    end: { fact: 'span-end' },
    recordException: { fact: 'exception-write', value: 0 },
    setAttribute: { fact: 'attribute-write', key: 0, value: 1, sink: 'attribute', returns: 'span' },
    setAttributes: { fact: 'attribute-write', bag: 0, sink: 'attribute', returns: 'span' },
    setStatus: { fact: 'status-write', value: 0, returns: 'span' },
    updateName: { fact: 'span-rename', name: 0, returns: 'span' },
  },
  'trace-api': {
    deleteSpan: { returns: 'context' },
    getActiveSpan: { returns: 'span', borrowed: true },
    getSpan: { returns: 'span', borrowed: true },
    getTracer: { returns: 'tracer' },
    getTracerProvider: { returns: 'tracer-provider' },
    setSpan: { returns: 'context' },
    setSpanContext: { returns: 'context' },
    wrapSpanContext: { returns: 'span', borrowed: true },
  },
  tracer: {
    startActiveSpan: {
      fact: 'span-start',
      name: 0,
      options: 'any',
      callback: 'function',
      callbackReceives: 'span',
      active: true,
    },
    startSpan: { fact: 'span-start', name: 0, options: 1, returns: 'span' },
  },
  'tracer-provider': { getTracer: { returns: 'tracer' } },
}

/** Methods that, on a receiver called a span, nothing but a span has (a DOM `<span>` has `setAttribute`). */
export const spanOnlyMethods: ReadonlySet<string> = new Set([
  'addEvent',
  'addLink',
  'end',
  'isRecording',
  'recordException',
  'setAttributes',
  'setStatus',
  'spanContext',
  'updateName',
])

/** Methods that, on a receiver called a tracer, nothing but a tracer has. */
export const tracerOnlyMethods: ReadonlySet<string> = new Set(['startActiveSpan', 'startSpan'])

/** What tier 2 asks of a type before it calls it a span. Source: the `Span` interface of `@opentelemetry/api`. */
export const spanTypeMembers: readonly string[] = [
  'spanContext',
  'setAttribute',
  'recordException',
  'isRecording',
  'end',
]

/** What calling a method on an object of a tracing API does, or null where the API has no such method. */
export function getMethodRow(kind: ReceiverKind, method: string): CallRow | null {
  const rows = receiverMethods[kind]
  return Object.hasOwn(rows, method) ? (rows[method] ?? null) : null
}

/** `TraceAttr.UserId`, `ATTR.ORDER_ID`: a key out of a table of keys. What writes to the DOM names its attributes itself. */
export const KEY_OF_TABLE = /^[A-Z]\w*\.[A-Z]\w*$/

const LIKELY_SPAN = /(?:[a-z\d]Span|(?:^|[_$#])[sS]pan)$/
const LIKELY_TRACER = /(?:[a-z\d]Tracer|(?:^|[_$#])[tT]racer)$/

/** What the last tier asks of a file. */
export interface Evidence {
  /** Are the file's spans another vendor's, or of an interface of its own (`tracesWithAnother`)? */
  readonly isAnothers: () => boolean
  /** Does something that only spans have stand elsewhere on the same variable? */
  readonly isSpanElsewhere: () => boolean
}

/** The last tier: a name such as `span` or `tracer` together with a method that only spans or tracers have. */
export function likelyReceiver(name: string, method: string, evidence: Evidence): 'span' | 'tracer' | null {
  const kind = likelyKind(name, method)
  if (kind === null || evidence.isAnothers()) return null
  return kind === 'tracer' || spanOnlyMethods.has(method) || evidence.isSpanElsewhere() ? kind : null
}

/** What a receiver's name and the method called on it say it may be. */
function likelyKind(name: string, method: string): 'span' | 'tracer' | null {
  if (LIKELY_TRACER.test(name) && tracerOnlyMethods.has(method)) return 'tracer'
  return LIKELY_SPAN.test(name) && getMethodRow('span', method) !== null ? 'span' : null
}
