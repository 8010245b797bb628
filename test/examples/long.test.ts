import { rm } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type DecodedSpan, type Receiver, startReceiver } from '../otlp-receiver.js'
import { type Postgres, startPostgres } from '../runtime/databases/postgres.js'
import { findService, runId } from '../services.js'
import { besideOfficial, buildShop, type Form, line3, type RunningShop, startLongShop } from './long-shop.js'

/** One order through the shop's long form is one trace: six services, over HTTP, gRPC, a queue and PostgreSQL. */
const redis = findService('redis')
if (redis === null) process.stderr.write('\nSKIPPED: the invoice service of the shop and its queue, since SPANGUARD_SERVICES names no redis\n')

const official = `beside the official instrumentations of ${line3 === undefined ? 'line 2' : 'line 3'}`
const companies = ['alone', official] as const

let receiver: Receiver
let postgres: Postgres
beforeAll(async () => {
  ;[receiver, postgres] = await Promise.all([startReceiver(), startPostgres()])
  await query('CREATE TABLE orders (id text, amount numeric, currency text)')
})
afterAll(() => Promise.all([receiver.close(), postgres.stop()]))

/** What the database has to say, asked from outside of the shop. */
async function query(text: string): Promise<readonly unknown[]> {
  const client = new Client({ connectionString: postgres.url })
  await client.connect()
  try {
    return (await client.query<object>(text)).rows
  } finally {
    await client.end()
  }
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')
/** As the runtime calls it: instrumentations have names of their own for calls and queries. */
const nameOf = ({ name, attributes }: DecodedSpan): string => (attributes['db.query.summary'] as string | undefined) ?? name.replace(/^grpc\./, '')
/** What only an instrumentation has spans for: express' layers, connecting to a database, and the commands by which BullMQ adds a job. */
const isLayer = ({ scope, name }: DecodedSpan): boolean =>
  scope.name === '@opentelemetry/instrumentation-express' || scope.name === '@opentelemetry/instrumentation-ioredis' || /^pg(?:-pool)?\.connect/.test(name)

/** Parent and child of each span, as `service KIND name`; what only an instrumentation has spans for is left out. */
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
  'orders INTERNAL order.place > orders CLIENT INSERT orders',
  'orders INTERNAL order.place > orders CLIENT shop.payment.v1.Payment/Process',
  'orders CLIENT shop.payment.v1.Payment/Process > payment SERVER shop.payment.v1.Payment/Process',
  'payment SERVER shop.payment.v1.Payment/Process > payment INTERNAL payment.process',
  'payment INTERNAL payment.process > payment CLIENT POST',
  'payment CLIENT POST > fraud SERVER POST',
  'fraud SERVER POST > fraud INTERNAL fraud.check',
]
/** Where there is a Redis, and only when an order has been paid. */
const invoiceHops = [
  'orders INTERNAL order.place > orders PRODUCER add invoices',
  'orders PRODUCER add invoices > invoice CONSUMER process invoices',
  'invoice CONSUMER process invoices > invoice INTERNAL invoice.send',
]

describe.each(['esm', 'cjs'] as Form[])('built as %s', form => {
  let folder: string
  beforeAll(async () => {
    folder = await buildShop(form)
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  describe.each(companies)('%s', beside => {
    let shop: RunningShop
    beforeAll(async () => {
      shop = await startLongShop(form, folder, beside === official ? besideOfficial(folder) : [], {
        OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
        DATABASE_URL: postgres.url,
        QUEUE_PREFIX: `shop-${runId}-${form}-${beside.replace(/ /g, '-')}`,
        ...(redis !== null && { REDIS_URL: `redis://${redis.host}:${redis.port}` }),
      })
    })
    afterAll(() => shop.stop())

    const order = async (body: object, wanted: readonly string[]): Promise<{ readonly status: number; readonly spans: readonly DecodedSpan[] }> => {
      receiver.clear()
      const headers = { 'content-type': 'application/json', authorization: 'Bearer customer-7' }
      const answer = await fetch(`${shop.gateway}/orders`, { method: 'POST', headers, body: JSON.stringify(body) })
      await answer.text()
      await vi.waitFor(() => { expect(receiver.spans().filter(span => !isLayer(span)).length).toBeGreaterThanOrEqual(wanted.length) }, { timeout: 20_000, interval: 100 })
      // A span too many would come with the next batch.
      await sleep(1200)
      return { status: answer.status, spans: [...receiver.spans()] }
    }

    it(`an order is one trace, ${redis === null ? 'without' : 'with'} the invoice that a queue brings`, async () => {
      const wanted = redis === null ? hops : [...hops, ...invoiceHops]
      const { status, spans } = await order({ id: 'o-1', amount: 20, currency: 'EUR', card: '4111111111111111' }, wanted)
      expect(status).toBe(201)
      expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1)
      expect(edges(spans)).toEqual([...wanted].sort())
      // One span for the query, and one for the command that adds the job: whose it is, and nobody's beside it.
      expect(spans.filter(span => nameOf(span) === 'INSERT orders').map(({ scope }) => scope.name)).toEqual([beside === official ? '@opentelemetry/instrumentation-pg' : '@spanguard/runtime'])
      const commands = spans.filter(({ attributes }) => attributes['db.system'] === 'redis' || attributes['db.system.name'] === 'redis')
      expect(commands.map(({ scope, name }) => [scope.name, name])).toEqual(beside === official && redis !== null ? [['@opentelemetry/instrumentation-ioredis', 'evalsha']] : [])
      const producers = spans.filter(({ kind }) => kind === 'PRODUCER')
      const consumers = spans.filter(({ kind }) => kind === 'CONSUMER')
      expect(consumers.map(({ links }) => links.map(({ spanId, traceId }) => [traceId, spanId]))).toEqual(producers.map(({ spanId, traceId }) => [[traceId, spanId]]))
      expect(await query(`DELETE FROM orders WHERE id = 'o-1' RETURNING amount, currency`)).toEqual([{ amount: '20', currency: 'EUR' }])
      expect(spans.filter(span => span.status.code === 'ERROR')).toEqual([])
      expect(JSON.stringify(spans, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value))).not.toMatch(/4111111111111111|customer-7/)
    })

    it('an order that is refused says at which stage, up to the gateway', async () => {
      const { status, spans } = await order({ id: 'o-2', amount: 2000, currency: 'EUR', card: '4111111111111111' }, hops)
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
