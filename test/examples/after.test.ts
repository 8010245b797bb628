import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { check } from '../../examples/shop/check.js'
import { lint } from '../../examples/shop/lint.js'
import { checkOut, secretsIn } from '../../examples/shop/requests.js'
import { startShop } from '../../examples/shop/services.js'
import { byTrace, pathTo, serviceOf, wayOfAnOrder } from '../../examples/shop/traces.js'
import { startReceiver, type DecodedSpan } from '../otlp-receiver.js'

const after = path.resolve(import.meta.dirname, '../../examples/shop/after')

describe('the shop after, as its running services show it', () => {
  let spans: readonly DecodedSpan[]
  let answers: readonly number[]

  beforeAll(async () => {
    const receiver = await startReceiver()
    const shop = await startShop(after, new URL(receiver.url))
    try {
      answers = [
        await checkOut(shop.gateway, { amount: 42, reference: 'test' }),
        await checkOut(shop.gateway, { amount: 2400, reference: 'test' }),
      ]
      await shop.stop()
      spans = receiver.spans()
    } finally {
      await shop.stop()
      await receiver.close()
    }
  })

  const failed = () => byTrace(spans).find((trace) => trace.some((span) => span.status.code === 'ERROR')) ?? []

  it('gives one trace for each request, through all three services, to the fraud check', () => {
    expect(byTrace(spans)).toHaveLength(2)
    for (const trace of byTrace(spans)) {
      expect(pathTo(trace, trace.find((span) => span.name === 'fraud.check'))).toEqual(wayOfAnOrder)
    }
  })

  it('has exactly one server span for each request to a service', () => {
    const servers = spans.filter((span) => span.kind === 'SERVER').map((span) => `${serviceOf(span)}: ${span.name}`)
    expect(servers.sort()).toEqual([
      'gateway: POST /checkout',
      'gateway: POST /checkout',
      'orders: POST /orders',
      'orders: POST /orders',
      'payment: POST',
      'payment: POST',
    ])
  })

  it('tells the failure, and at which stage: in the answer and in the trace', () => {
    expect(answers).toEqual([201, 502])
    const staged = failed().filter((span) => span.attributes['error.stage'] === 'fraud-check')
    expect(staged.map((span) => span.name)).toEqual(expect.arrayContaining(['payment.process', 'POST']))
    expect(failed().filter((span) => span.status.code === 'ERROR').map((span) => span.name)).toEqual(
      expect.arrayContaining(['fraud.check', 'payment.process', 'POST', 'POST /orders', 'POST /checkout']),
    )
  })

  it('leaves the succeeded request without any error', () => {
    const [good] = byTrace(spans).filter((trace) => trace.every((span) => span.status.code !== 'ERROR'))
    expect(good?.filter((span) => span.attributes['error.stage'] !== undefined)).toEqual([])
  })

  it('keeps what the domain needs, and nothing that the customer did not agree to', () => {
    const process = failed().find((span) => span.name === 'payment.process')
    expect(process?.attributes).toMatchObject({ 'payment.amount': 2400, 'payment.currency': 'EUR', 'payment.card.last4': '****1111' })
    const place = failed().find((span) => span.name === 'order.place')
    expect(place?.attributes['order.reference']).toBe('test [REDACTED]')
    const text = JSON.stringify(spans, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value))
    expect(secretsIn(text)).toEqual([])
    expect(text).toContain('[REDACTED]')
  })
})

describe('the shop after, as its author is told', () => {
  it('is clean for ESLint', async () => {
    expect((await lint(after)).findings).toEqual([])
  })

  it('is clean for the checker, which counts every handler as traced', async () => {
    const { exitCode, output } = await check(after, false)
    expect(output.match(/\d+\/\d+ +\d+ %/g)).toEqual(['3/3  100 %', '2/2  100 %', '1/1  100 %'])
    expect(exitCode).toBe(0)
  })
})
