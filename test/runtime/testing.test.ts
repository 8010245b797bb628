import { propagation, context } from '@opentelemetry/api'
import { initTracing, withSpan } from '@spanguard/runtime'
import { spanMatchers, testTracing, type SpanMatchers, type TestTracing } from '@spanguard/runtime/testing'
import { toPolicy } from '@spanguard/policy'
import { afterEach, beforeEach, expect, test } from 'vitest'

declare module 'vitest' {
  // eslint-disable-next-line @typescript-eslint/no-empty-object-type, @typescript-eslint/no-explicit-any -- vitest's own way to add matchers
  interface Matchers<T = any> extends SpanMatchers<T> {}
}
expect.extend(spanMatchers)

let tracing: TestTracing
beforeEach(() => {
  tracing = testTracing({ policy: toPolicy({ attributes: { allow: ['payment.amount'] } }) })
})
afterEach(async () => {
  await tracing.shutdown()
})

function pay(attributes: Record<string, string | number>): void {
  withSpan('POST /pay', { kind: 'server' }, () => {
    try {
      withSpan('payment.process', { attributes }, () => {
        throw new RangeError('card 4111111111111111 refused')
      })
    } catch {
      // Answered with a 402.
    }
  })
}

test('spans are there when they end, with parent, kind, status and attributes', () => {
  pay({ 'payment.amount': 42 })
  expect(tracing).toHaveSpan('payment.process', {
    attributes: { 'payment.amount': 42, 'error.type': 'RangeError' },
    parent: 'POST /pay',
    kind: 'internal',
    status: 'error',
  })
  expect(tracing).toHaveSpan('POST /pay', { parent: null, kind: 'server', status: 'unset' })
  expect(tracing).not.toHaveSpan('payment.process', { status: 'ok' })
  expect(tracing).toLeakNothing()
})

test.each([
  [{ parent: null }, '"payment.process" has the parent "POST /pay", not null'],
  [{ kind: 'client' as const }, '"payment.process" is internal, not client'],
  [{ attributes: { 'payment.amount': 1 } }, '"payment.process" has payment.amount = 42, not 1'],
])('%j says what is wrong', (expected, message) => {
  pay({ 'payment.amount': 42 })
  expect(() => {
    expect(tracing).toHaveSpan('payment.process', expected)
  }).toThrow(message)
})

test('a name that is not there is told with what is', () => {
  pay({})
  expect(() => {
    expect(tracing).toHaveSpan('payment.refund')
  }).toThrow(/no span is named "payment.refund"\n\nrecorded:\n {2}POST \/pay \{\}\n {4}payment.process .* ERROR/)
})

test('redaction is the real one, and what it had to take away is a leak', () => {
  pay({ 'card.number': '4111111111111111' })
  expect(tracing.spans()[0]?.attributes['card.number']).toBe('[REDACTED]')
  expect(() => {
    expect(tracing).toLeakNothing()
  }).toThrow('card.number (span of "payment.process")')
  tracing.reset()
  expect(tracing.spans()).toEqual([])
  expect(tracing).toLeakNothing()
})

test('an application that sets tracing up itself gets the handle of the test', () => {
  const application = initTracing({ serviceName: 'shop', environment: 'production', policy: toPolicy({}) })
  expect(application).toBe(tracing)
  expect(initTracing()).toBe(tracing)
  withSpan('a.b', { attributes: { 'payment.amount': 42 } }, () => {})
  expect(tracing).toHaveSpan('a.b', { attributes: { 'payment.amount': 42 } })
})

test('behind an application that has set tracing up, the message says what to do', async () => {
  await tracing.shutdown()
  const application = initTracing({ environment: 'test', signals: false })
  try {
    expect(application).not.toBe(tracing)
    expect(() => testTracing()).toThrow('the application called initTracing before; call testTracing in a module that is imported before the application')
  } finally {
    await application.shutdown()
  }
})

test('context is propagated, and a second testTracing beside it is refused', () => {
  const carrier: Record<string, string> = {}
  withSpan('a.b', () => {
    propagation.inject(context.active(), carrier)
  })
  expect(carrier['traceparent']).toMatch(/-01$/)
  expect(() => testTracing()).toThrow('while tracing is set up already; await tracing.shutdown() of the test before first')
})
