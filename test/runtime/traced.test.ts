import 'reflect-metadata'
import ts from 'typescript'
import { Traced } from '@spanguard/runtime'
import * as noop from '../../runtime/src/noop.js'
import { type TestTracing, testTracing } from '@spanguard/runtime/testing'
import { trace } from '@opentelemetry/api'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

interface Payments {
  rate: number
  price(amount: number): number
  process(amount: number): Promise<string>
  lazily(): PromiseLike<string>
  fails(): number
  rejects(): Promise<never>
  nested(): number
  spanId(): string | undefined
}
interface PaymentsClass {
  new (): Payments
  currency(): string
}

/** A class as a service has it, compiled in the test for one kind of decorators and then for the other. */
const source = `
export class Payments {
  rate = 2
  @Traced('payment.price')
  price(amount) { return amount * this.rate }
  @Traced('payment.process', { kind: 'client', attributes: { 'payment.currency': 'EUR' } })
  async process(amount) { await null; return 'paid ' + amount * this.rate }
  @Traced('payment.lazily')
  lazily() { return { then: (resolve) => resolve('started') } }
  @Traced('payment.fail')
  fails() { throw new RangeError('card 4111111111111111') }
  @Traced('payment.reject')
  async rejects() { await null; throw new TypeError('card 4111111111111111') }
  @Traced('payment.total')
  nested() { return this.price(21) }
  @Traced('payment.find')
  spanId() { return activeSpanId() }
  @Traced('payment.convert')
  static currency() { return this.name }
}
`

function evaluate(text: string, experimentalDecorators: boolean, traced: unknown = Traced): Record<string, unknown> {
  const { outputText } = ts.transpileModule(text, {
    compilerOptions: { experimentalDecorators, target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.CommonJS, useDefineForClassFields: true },
  })
  const exports: Record<string, unknown> = {}
  const activeSpanId = (): string | undefined => trace.getActiveSpan()?.spanContext().spanId
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the class is compiled here, for one kind of decorators
  const define = new Function('exports', 'Traced', 'activeSpanId', outputText) as (...parameters: unknown[]) => void
  define(exports, traced, activeSpanId)
  return exports
}

let tracing: TestTracing
beforeEach(() => {
  tracing = testTracing()
})
afterEach(() => tracing.shutdown())

describe.each([
  ['standard decorators', false],
  ['experimentalDecorators', true],
] as const)('@Traced with %s', (_, isLegacy) => {
  const load = (): PaymentsClass => evaluate(source, isLegacy)['Payments'] as PaymentsClass

  it('a value stays a value, `this` stays the object', () => {
    expect(new (load())().price(21)).toBe(42)
    expect(tracing.spans().map(({ name, kind, status }) => [name, kind, status.code])).toEqual([['payment.price', 'internal', 'unset']])
  })

  it('a promise is awaited by the span, which has the options of the decorator', async () => {
    expect(await new (load())().process(4)).toBe('paid 8')
    const [span] = tracing.spans()
    expect(span).toMatchObject({ name: 'payment.process', kind: 'client' })
    // Not listed by the built-in policy, so redaction takes its value: it was written.
    expect(Object.keys(span?.attributes ?? {})).toEqual(['payment.currency'])
  })

  it('a thenable is started inside the span', async () => {
    expect(await new (load())().lazily()).toBe('started')
    expect(tracing.spans()).toHaveLength(1)
  })

  it.each([
    ['fails', RangeError],
    ['rejects', TypeError],
  ] as const)('what a method %s with is recorded and thrown on', async (method, type) => {
    const payments = new (load())()
    await expect((async () => payments[method]())()).rejects.toThrow(type)
    const [span] = tracing.spans()
    expect(span).toMatchObject({ status: { code: 'error' }, attributes: { 'error.type': type.name } })
    expect(span?.events.map(({ name }) => name)).toEqual(['exception'])
    expect(JSON.stringify(tracing.spans())).not.toContain('4111111111111111')
  })

  it('the span is active in the method, and the parent of what it calls', () => {
    const payments = new (load())()
    const id = payments.spanId()
    expect(tracing.spans()[0]?.spanId).toBe(id)
    payments.nested()
    expect(tracing.spans().find(({ name }) => name === 'payment.price')?.parent).toBe('payment.total')
  })

  it('decorates static methods', () => {
    expect(load().currency()).toBe('Payments')
    expect(tracing.spans().map(({ name }) => name)).toEqual(['payment.convert'])
  })

  it('keeps the name and the number of parameters', () => {
    const { prototype } = load() as unknown as { prototype: Record<string, { readonly name: string; readonly length: number }> }
    expect([prototype['price']?.name, prototype['price']?.length]).toEqual(['price', 1])
  })

  it.each([
    ['a getter', "class A { @Traced('a.read') get x() { return 1 } }", /^@Traced\("a\.read"\) stands at x, which is no method/],
    ['a field', "class A { @Traced('a.read') x = 1 }", /^@Traced\("a\.read"\) stands at x, which is no method/],
  ])('refuses %s', (_name, text, message) => {
    expect(() => evaluate(text, isLegacy)).toThrow(message)
  })

  it('runs the method where tracing is a no-op', () => {
    const payments = new (evaluate(source, isLegacy, noop.Traced)['Payments'] as PaymentsClass)()
    expect(payments.price(21)).toBe(42)
    expect(tracing.spans()).toEqual([])
  })
})

it('private methods are decorated by standard decorators', () => {
  const { Vault } = evaluate("export class Vault { @Traced('vault.open') #open() { return 7 } run() { return this.#open() } }", false) as { Vault: new () => { run(): number } }
  expect(new Vault().run()).toBe(7)
  expect(tracing.spans().map(({ name }) => name)).toEqual(['vault.open'])
})

it('the metadata that a framework has put on the method stays with what stands in its place', () => {
  const Route = (path: string) => (_target: object, _key: string, descriptor: PropertyDescriptor) => {
    Reflect.defineMetadata('path', path, descriptor.value as object)
  }
  const descriptor = { value: () => 1, configurable: true }
  Route('/orders')({}, 'list', descriptor)
  Traced('order.list')({}, 'list', descriptor)
  expect(Reflect.getMetadata('path', descriptor.value)).toBe('/orders')
})
