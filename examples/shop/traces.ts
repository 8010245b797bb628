import { setTimeout as sleep } from 'node:timers/promises'
import { startReceiver, type DecodedSpan } from '../../test/otlp-receiver.js'
import type { DemoOptions } from './options.js'
import { readTempo } from './tempo.js'
import { DemoError } from './terminal.js'

export type Span = DecodedSpan

/** Where the services send their spans, and where the demo reads them back. */
export interface TraceStore {
  /** What the user is told it is. */
  readonly name: string
  /** The OTLP base URL for the services. */
  readonly otlp: URL
  /** The traces that hold a span of this reference; polls until `whole` says so of all, `count` of them. */
  find(reference: string, count: number, whole: (trace: readonly Span[]) => boolean): Promise<readonly (readonly Span[])[]>
  /** The traces that hold a span of this reference, as far as they are there. */
  read(reference: string): Promise<readonly (readonly Span[])[]>
  close(): Promise<void>
}

const patienceMs = 20_000

/** A receiver in this process, or a real Tempo where the options name one. */
export async function openTraceStore({ tempo, otlp }: DemoOptions): Promise<TraceStore> {
  if (tempo !== undefined && otlp !== undefined) {
    return {
      name: `Grafana Tempo at ${tempo.host}`,
      otlp,
      find: (...what) => poll((reference) => readTempo(tempo, reference), ...what),
      read: (reference) => readTempo(tempo, reference),
      close: async () => {},
    }
  }
  const receiver = await startReceiver()
  return {
    name: 'an OTLP receiver in this process',
    otlp: new URL(receiver.url),
    find: (...what) => poll((reference) => Promise.resolve(holding(reference, receiver.spans())), ...what),
    read: (reference) => Promise.resolve(holding(reference, receiver.spans())),
    close: () => receiver.close(),
  }
}

async function poll(
  read: (reference: string) => Promise<readonly (readonly Span[])[]>,
  reference: string,
  count: number,
  whole: (trace: readonly Span[]) => boolean,
): Promise<readonly (readonly Span[])[]> {
  const end = Date.now() + patienceMs
  for (;;) {
    const traces = await read(reference)
    if (traces.length === count && traces.every(whole)) return traces
    if (Date.now() > end) {
      const there = traces.map((trace) => trace.map((span) => span.name).join(', ')).join('; ')
      throw new DemoError(
        `After ${String(patienceMs / 1000)} seconds not all spans had arrived. There are: ${there === '' ? 'none' : there}`,
      )
    }
    await sleep(200)
  }
}

/** The spans of each trace, in the order of their arrival. */
export function byTrace(spans: readonly Span[]): readonly (readonly Span[])[] {
  const ids = [...new Set(spans.map((span) => span.traceId))]
  return ids.map((id) => spans.filter((span) => span.traceId === id))
}

/** The service that made a span. */
export function serviceOf(span: Span): string {
  return JSON.stringify(span.resource['service.name']).replaceAll('"', '')
}

/** The names from the root to a span, each behind its service: `gateway: POST /checkout`. Empty for none. */
export function pathTo(trace: readonly Span[], span: Span | undefined): readonly string[] {
  if (span === undefined) return []
  return [...pathTo(trace, trace.find(({ spanId }) => spanId === span.parentSpanId)), `${serviceOf(span)}: ${span.name}`]
}

/** Gateway, orders, payment, fraud: the way of an order from the root to its last span. */
export const wayOfAnOrder: readonly string[] = [
  'gateway: POST /checkout',
  'gateway: checkout.submit',
  'gateway: POST',
  'orders: POST /orders',
  'orders: order.place',
  'orders: POST',
  'payment: POST',
  'payment: payment.process',
  'payment: fraud.check',
]

function holding(reference: string, spans: readonly Span[]): readonly (readonly Span[])[] {
  return byTrace(spans).filter((trace) =>
    trace.some(({ attributes: { 'order.reference': value } }) => typeof value === 'string' && value.startsWith(reference)),
  )
}
