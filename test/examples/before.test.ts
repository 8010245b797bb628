import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { check } from '../../examples/shop/check.js'
import { lint } from '../../examples/shop/lint.js'
import { checkOut, secretsIn } from '../../examples/shop/requests.js'
import { startShop } from '../../examples/shop/services.js'
import { startReceiver, type DecodedSpan } from '../otlp-receiver.js'

const before = path.resolve(import.meta.dirname, '../../examples/shop/before')

describe('the shop before, as its running services show it', () => {
  let spans: readonly DecodedSpan[]
  let answers: readonly number[]
  let found: DecodedSpan | undefined
  const named = (name: string) => spans.filter((span) => span.name === name)

  beforeAll(async () => {
    const receiver = await startReceiver()
    const shop = await startShop(before, new URL(receiver.url))
    try {
      answers = [
        await checkOut(shop.gateway, { amount: 42, reference: 'test' }),
        await checkOut(shop.gateway, { amount: 2400, reference: 'test' }),
        (await fetch(`${shop.gateway}/refunds/17`, { method: 'POST' })).status,
      ]
      await fetch(`${shop.gateway}/orders/17`)
      // Four of the gateway, four of payment, and the one of the fraud check that was ended.
      spans = await receiver.waitForSpans(9)
      found = spans.find((span) => span.name === 'order 17')
    } finally {
      await shop.stop()
      await receiver.close()
    }
  })

  it('leaves one service out: orders sends nothing, and each request falls into two traces', () => {
    expect(new Set(spans.map((span) => span.resource['service.name']))).toEqual(new Set(['gateway', 'payment']))
    const traces = (name: string) => new Set(named(name).map((span) => span.traceId))
    for (const id of traces('POST /payments')) expect(traces('handler')).not.toContain(id)
  })

  it('leaves one route out: refunds are answered before the tracing middleware', () => {
    expect(answers[2]).toBe(202)
    expect(named('handler')).toHaveLength(3)
  })

  it('leaks the card number and the bearer token', () => {
    const text = JSON.stringify(spans.map((span) => span.attributes))
    expect(secretsIn(text)).toEqual(['the card number', 'the bearer token'])
  })

  it('names spans after nothing, and after an id', () => {
    expect(named('handler')).toHaveLength(3)
    expect(found?.resource['service.name']).toBe('gateway')
  })

  it('swallows the error: the failed fraud check is answered and traced as a success', () => {
    expect(answers.slice(0, 2)).toEqual([201, 201])
    expect(spans.filter((span) => span.status.code === 'ERROR')).toEqual([])
    expect(named('payment.settle')).toHaveLength(2)
  })

  it('never ends the span that would have told: of two fraud checks, only the good one arrives', () => {
    expect(named('fraud.check').map((span) => span.attributes['fraud.score'])).toEqual([12])
  })
})

describe('the shop before, as its author is told', () => {
  it('has a finding for the route that only the whole program shows, and the share of traced handlers', async () => {
    const { exitCode, output } = await check(before, false)
    expect(output).toContain('gateway/src/refunds.ts:5')
    expect(output.match(/\d+\/\d+ +\d+ %/g)).toEqual(['2/3   67 %', '0/2    0 %', '1/1  100 %'])
    expect(exitCode).toBe(1)
  })

  it('has a finding for each fault that one file can show', async () => {
    const { findings } = await lint(before)
    expect(findings.map(({ file, rule }) => `${file} ${rule}`).sort()).toEqual([
      'gateway/src/app.ts no-dynamic-span-name',
      'gateway/src/app.ts no-sensitive-data',
      'gateway/src/app.ts no-technical-span-name',
      'gateway/src/tracing.ts require-shutdown',
      'orders/src/app.ts require-handler-tracing',
      'payment/src/fraud.ts span-end',
      'payment/src/server.ts no-sensitive-data',
      'payment/src/server.ts no-swallowed-error',
      'payment/src/tracing.ts require-shutdown',
    ])
  })
})
