import { randomUUID } from 'node:crypto'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import { checkOut, secretsIn } from '../../examples/shop/requests.js'
import { startShop } from '../../examples/shop/services.js'
import { openTraceStore, pathTo, type Span, type TraceStore, wayOfAnOrder } from '../../examples/shop/traces.js'
import { startFakeTempo } from '../fake-tempo.js'
import { startReceiver } from '../otlp-receiver.js'
import { configuredTempo } from '../span-source.js'
import { fixtures } from './processes.js'

const after = path.resolve(fixtures, '../../../examples/shop/after')
const auto = path.join(fixtures, 'auto.cjs')

/** Where the environment names a real Grafana Tempo, the traces are read back from it; else from the receiver in this process. */
const stores: Readonly<Record<string, () => Promise<TraceStore>>> =
  configuredTempo !== null
    ? { 'Grafana Tempo': () => openTraceStore(configuredTempo ?? {}) }
    : { 'the receiver in this process': () => openTraceStore({}), "a stand-in for Tempo's API": standIn }

/** Proves the way that a real Tempo would be read: its two queries and its spelling. */
async function standIn(): Promise<TraceStore> {
  const receiver = await startReceiver()
  const fake = await startFakeTempo(receiver)
  const store = await openTraceStore({ tempo: new URL(fake.url), otlp: new URL(receiver.url) })
  const close = async (): Promise<void> => {
    fake.close()
    await receiver.close()
  }
  return { ...store, close }
}

/** What a store holds once the services have stopped: a search lags by a second or two, so it is read until it stays as it is. */
async function settled(store: TraceStore, run: string): Promise<readonly (readonly Span[])[]> {
  const sizeOf = (traces: readonly (readonly Span[])[]): string => traces.map(trace => trace.length).toSorted().join()
  let before = '?'
  for (const end = Date.now() + 30_000; Date.now() < end; ) {
    const traces = await store.read(run)
    const size = sizeOf(traces)
    if (size !== '' && size === before) return traces
    before = size
    await sleep(configuredTempo === null ? 50 : 2000)
  }
  throw new Error(`The traces of ${run} did not come to rest: ${before}`)
}

describe.each(Object.entries(stores))('the shop, read from %s', (_name, open) => {
  it.each([
    { ratio: 1, requests: 3, beside: false },
    { ratio: 1, requests: 3, beside: true },
    // That none of 100 is sampled happens once in 38,000 runs, that all are never.
    { ratio: 0.1, requests: 100, beside: false },
    { ratio: 0.1, requests: 100, beside: true },
  ])('one trace with the right parents, at sampling $ratio, auto-instrumentation beside it: $beside', { timeout: 120_000 }, async ({ ratio, requests, beside }) => {
    const store = await open()
    onTestFinished(() => store.close())
    const run = `shop-${randomUUID()}`
    const shop = await startShop(after, store.otlp, {
      OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
      OTEL_TRACES_SAMPLER_ARG: String(ratio),
      ...(beside && { NODE_OPTIONS: `--require ${auto}` }),
    })
    try {
      for (let sent = 0; sent < requests; sent += 10) {
        const batch = Array.from({ length: Math.min(10, requests - sent) }, () => checkOut(shop.gateway, { amount: 42, reference: run }))
        expect(new Set(await Promise.all(batch))).toEqual(new Set([201]))
      }
    } finally {
      await shop.stop()
    }
    const traces = await settled(store, run)
    if (ratio === 1) expect(traces).toHaveLength(requests)
    else expect(traces.length).toBeLessThan(requests / 2)
    for (const trace of traces) {
      expect(pathTo(trace, trace.find(({ name }) => name === 'fraud.check'))).toEqual(wayOfAnOrder)
      expect(trace.filter(({ parentSpanId }) => parentSpanId === undefined)).toHaveLength(1)
      // One for each request on each side, whoever made it.
      expect(trace.filter(({ kind }) => kind === 'SERVER')).toHaveLength(3)
      expect(trace.filter(({ kind }) => kind === 'CLIENT')).toHaveLength(2)
      const makers = new Set(trace.filter(({ kind }) => kind === 'SERVER').map(({ scope }) => scope.name))
      expect(makers.has('@opentelemetry/instrumentation-http')).toBe(beside)
    }
    expect(secretsIn(JSON.stringify(traces, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value)))).toEqual([])
  })
})
