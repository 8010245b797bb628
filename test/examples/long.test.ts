import { rm } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type DecodedSpan, type Receiver, startReceiver } from '../otlp-receiver.js'
import { buildShop, type Form, type RunningShop, startLongShop } from './long-shop.js'

/** One order through the shop's long form is one trace: six services, over HTTP, gRPC, a queue and PostgreSQL. */
const fixtures = path.resolve(import.meta.dirname, '../fixtures')
const company = {
  alone: [],
  'beside the official instrumentations': ['--require', path.join(fixtures, 'middleware/beside.cjs'), '--require', path.join(fixtures, 'rpc/beside.cjs')],
} as const

let receiver: Receiver
beforeAll(async () => {
  receiver = await startReceiver()
})
afterAll(() => receiver.close())

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')
const nameOf = ({ name }: DecodedSpan): string => name.replace(/^grpc\./, '')
const isLayer = (span: DecodedSpan): boolean => span.scope.name === '@opentelemetry/instrumentation-express'

/** Parent and child of each span, as `service KIND name`; instrumentation-express' spans of its layers are left out. */
function edges(spans: readonly DecodedSpan[]): string[] {
  const byId = new Map(spans.map(span => [span.spanId, span]))
  const parentOf = (span: DecodedSpan): DecodedSpan | undefined => {
    const parent = byId.get(span.parentSpanId ?? '')
    return parent !== undefined && isLayer(parent) ? parentOf(parent) : parent
  }
  const label = (span: DecodedSpan | undefined): string =>
    span === undefined ? 'nobody' : `${textOf(span.resource['service.name'])} ${span.kind} ${nameOf(span)}`
  return spans
    .filter(span => !isLayer(span))
    .map(span => `${label(parentOf(span))} > ${label(span)}`)
    .sort()
}

const hops = [
  'nobody > gateway SERVER POST /orders',
  'gateway SERVER POST /orders > gateway CLIENT shop.auth.v1.Auth/Check',
  'gateway CLIENT shop.auth.v1.Auth/Check > auth SERVER shop.auth.v1.Auth/Check',
  'gateway SERVER POST /orders > gateway CLIENT POST',
  'gateway CLIENT POST > orders SERVER POST /orders',
  'orders SERVER POST /orders > orders INTERNAL order.place',
  'orders INTERNAL order.place > orders CLIENT shop.payment.v1.Payment/Process',
  'orders CLIENT shop.payment.v1.Payment/Process > payment SERVER shop.payment.v1.Payment/Process',
  'payment SERVER shop.payment.v1.Payment/Process > payment INTERNAL payment.process',
  'payment INTERNAL payment.process > payment CLIENT POST',
  'payment CLIENT POST > fraud SERVER POST',
  'fraud SERVER POST > fraud INTERNAL fraud.check',
]

describe.each(['esm', 'cjs'] as Form[])('built as %s', form => {
  let folder: string
  beforeAll(async () => {
    folder = await buildShop(form)
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  describe.each(Object.keys(company) as (keyof typeof company)[])('%s', beside => {
    let shop: RunningShop
    beforeAll(async () => {
      shop = await startLongShop(form, folder, company[beside], { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url })
    })
    afterAll(() => shop.stop())

    const order = async (body: object): Promise<{ readonly status: number; readonly spans: readonly DecodedSpan[] }> => {
      receiver.clear()
      const headers = { 'content-type': 'application/json', authorization: 'Bearer customer-7' }
      const answer = await fetch(`${shop.gateway}/orders`, { method: 'POST', headers, body: JSON.stringify(body) })
      await answer.text()
      await vi.waitFor(() => { expect(receiver.spans().filter(span => !isLayer(span)).length).toBeGreaterThanOrEqual(hops.length) }, { timeout: 20_000, interval: 100 })
      // A span too many would come with the next batch.
      await sleep(1200)
      return { status: answer.status, spans: [...receiver.spans()] }
    }

    it('an order is one trace', async () => {
      const { status, spans } = await order({ id: 'o-1', amount: 20, currency: 'EUR', card: '4111111111111111' })
      expect(status).toBe(201)
      expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1)
      expect(edges(spans)).toEqual([...hops].sort())
      expect(spans.filter(span => span.status.code === 'ERROR')).toEqual([])
      expect(JSON.stringify(spans, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value))).not.toMatch(/4111111111111111|customer-7/)
    })

    it('an order that is refused says at which stage, up to the gateway', async () => {
      const { status, spans } = await order({ id: 'o-2', amount: 2000, currency: 'EUR', card: '4111111111111111' })
      expect(status).toBe(502)
      expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1)
      expect(edges(spans)).toEqual([...hops].sort())
      const stages = spans.flatMap(span => (span.attributes['error.stage'] === undefined ? [] : [`${nameOf(span)}: ${textOf(span.attributes['error.stage'])}`]))
      expect(stages.sort()).toEqual([
        'POST /orders: payment',
        'shop.payment.v1.Payment/Process: fraud-check',
        'order.place: payment',
        'payment.process: fraud-check',
      ].sort())
    })
  })
})
