import { context, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, type Attributes, type AttributeValue } from '@opentelemetry/api'
import { captureError, initTracing, redacted, stage, withSpan, type Tracing } from '@spanguard/runtime'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startReceiver, type DecodedSpan, type Receiver } from '../otlp-receiver.js'

/** Values that no sane program has, and real ones do: nothing of them leaves that is secret, and nothing of them breaks a caller. */
let receiver: Receiver
let tracing: Tracing
beforeAll(async () => {
  receiver = await startReceiver()
  tracing = initTracing({ serviceName: 'hostile', endpoint: receiver.url, environment: 'test', signals: false })
})
afterAll(async () => {
  await tracing.shutdown()
  await receiver.close()
})

const secret = 'sk_live_4eC39HqLyjWDarjtT1zdp7dc'

/** The spans that arrive, and their bytes. */
async function sent(work: () => void): Promise<{ bytes: string; spans: readonly DecodedSpan[] }> {
  receiver.clear()
  work()
  expect(await tracing.flush()).toBe(true)
  return { bytes: receiver.requests().map(({ body }) => Buffer.from(body).toString('latin1')).join('\n'), spans: receiver.spans() }
}

class PaymentError extends Error {}

const throwing = new Proxy(new PaymentError(secret), {
  get() {
    throw new Error('a trap')
  },
  getPrototypeOf() {
    throw new Error('a trap')
  },
})

const revocable = Proxy.revocable({}, {})
revocable.revoke()

/** With its stack made, which asks for the message. */
function made(): Error {
  const error = new PaymentError()
  expect(error.stack).toContain('Error')
  return error
}

/** What code throws. */
const thrown: Readonly<Record<string, unknown>> = {
  'an AggregateError': new AggregateError([new Error(secret), secret], secret, { cause: new Error(secret) }),
  'a cause': new PaymentError('declined', { cause: { secret, nested: new Error(secret) } }),
  'a cause that is itself': Object.assign(new Error(secret), { cause: null }),
  'a symbol': Symbol(secret),
  'a string': secret,
  'a number': 4111111111111111,
  'a bigint': 4111111111111111n,
  null: null,
  undefined: undefined,
  'a plain object': { message: secret, toString: () => secret },
  'an object without a prototype': Object.assign(Object.create(null) as object, { secret }),
  'an object that is no text': { toString: () => ({}), valueOf: () => ({}) },
  'an object whose text throws': { toString() { throw new Error(secret) } },
  'an error whose getters throw': Object.defineProperties(new Error(secret), { name: { get() { throw new Error(secret) } }, code: { get() { throw new Error(secret) } } }),
  'an error whose message and stack throw': Object.defineProperties(made(), { message: { get() { throw new Error(secret) } }, stack: { get() { throw new Error(secret) } } }),
  'an error with a stack that is no text': Object.assign(new Error(secret), { stack: { secret } }),
  'an error named by data': Object.assign(new Error(secret), { name: secret, code: secret }),
  'an error of a class named by data': new (Object.defineProperty(class extends Error {}, 'name', { value: secret }))(secret),
  'a proxy whose traps throw': throwing,
  'a revoked proxy': revocable.proxy,
  'a function': Object.defineProperty(() => {}, 'name', { value: secret }),
  'a promise': Promise.resolve(secret),
  'a frozen error': Object.freeze(new Error(secret)),
}
;(thrown['a cause that is itself'] as Error).cause = thrown['a cause that is itself']

describe('what is thrown', () => {
  test.each(Object.keys(thrown))('%s: the caller gets it as it is, the span fails, and nothing of it leaves', async name => {
    const given = thrown[name]
    const caught: unknown[] = []
    const note = (run: () => unknown): void => {
      try {
        run()
      } catch (error) {
        caught.push(error)
      }
    }
    const { bytes, spans } = await sent(() => {
      note(() => withSpan('payment.process', () => { throw given }))
      note(() => withSpan('payment.process', () => stage('charge', () => { throw given })))
      withSpan('payment.process', () => { captureError(given, { stage: 'charge', handled: true }) })
    })
    expect(caught).toHaveLength(2)
    expect(caught.every(one => Object.is(one, given))).toBe(true)
    expect(bytes).not.toContain(secret)
    expect(bytes).not.toContain('4111111111111111')
    expect(spans.map(({ status }) => status.code)).toEqual(['ERROR', 'ERROR', 'UNSET'])
    for (const span of spans.slice(0, 2)) expect(span.attributes['error.type']).toMatch(/./)
  })

  test.each(Object.keys(thrown))('%s, as a rejection: the same', async name => {
    const given = thrown[name]
    let caught: { readonly error: unknown } | undefined
    receiver.clear()
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- code that does so must not leak either
    await withSpan('payment.process', () => Promise.reject(given)).catch((error: unknown) => { caught = { error } })
    expect(caught !== undefined && Object.is(caught.error, given)).toBe(true)
    expect(await tracing.flush()).toBe(true)
    expect(receiver.spans().map(({ status }) => status.code)).toEqual(['ERROR'])
    expect(Buffer.concat(receiver.requests().map(({ body }) => body)).toString('latin1')).not.toContain(secret)
  })
})

const cyclic: Record<string, unknown> = { secret }
cyclic['self'] = cyclic

/** What is given as an attribute's value, whatever the types say. */
const values: Readonly<Record<string, unknown>> = {
  'an array of arrays': [[secret], [[secret]]],
  'an array of objects': [{ secret }],
  'a mixed array': ['x', 1, { secret }],
  'an array with holes': [, secret],
  'an object': { secret, password: 'hunter22' },
  'an object that holds itself': cyclic,
  'an object without a prototype': Object.assign(Object.create(null) as object, { secret }),
  'a boxed string': new String(secret),
  'a buffer': Buffer.from(secret),
  'a typed array': new Uint8Array(Buffer.from(secret)),
  'a map': new Map([[secret, secret]]),
  'a date': new Date(0),
  'a bigint': 4111111111111111n,
  'a symbol': Symbol(secret),
  'a function': () => secret,
  'a proxy whose traps throw': throwing,
  'a getter that throws': Object.defineProperty({}, 'x', { enumerable: true, get() { throw new Error(secret) } }),
  'an object with toJSON': { toJSON: () => secret },
  null: null,
  NaN: Number.NaN,
  'half a surrogate pair': `\ud800 ${secret} \udfff`,
  'control characters': `\u0000${secret}\u0000`,
  'a secret between invisible characters': `\u200b${secret}\u200b`,
  'a huge string': `${'x '.repeat(500_000)}${secret}`,
  'a huge string without blanks': `${'x'.repeat(3_000_000)}${secret}`,
  'a huge array': Array.from({ length: 20_000 }, () => secret),
}

describe('what is given as a value', () => {
  test.each(Object.keys(values))('%s: nothing of it leaves, the work is done, and the next span is whole', async name => {
    const value = values[name] as AttributeValue
    let done = 0
    const { bytes, spans } = await sent(() => {
      withSpan('order.create', { attributes: { 'peer.service': value, custom: value } as Attributes as never }, span => {
        done++
        const open = span as unknown as ReturnType<typeof trace.getActiveSpan>
        open?.setAttribute('peer.service', value).setAttribute('db.namespace', value)
        open?.addEvent('order.created', { 'exception.type': value, note: value })
        open?.addLink({ context: { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 }, attributes: { 'peer.service': value } })
      })
      withSpan('order.next', () => {})
    })
    expect(done).toBe(1)
    expect(bytes).not.toContain(secret)
    expect(bytes).not.toContain('hunter22')
    expect(bytes).not.toContain('4111111111111111')
    expect(spans.map(span => span.name)).toContain('order.next')
    expect(bytes.length).toBeLessThan(1_000_000)
  })

  test.each([
    ['a getter that throws', Object.defineProperty({}, 'order.id', { enumerable: true, get() { throw new Error(secret) } })],
    ['a revoked proxy', revocable.proxy],
  ])('attributes that can not be read (%s): the work is done, in a span without them', async (_name, attributes) => {
    let done = 0
    const { spans } = await sent(() => { withSpan('order.create', { attributes: attributes as never }, () => done++) })
    expect(done).toBe(1)
    expect(spans.map(span => span.name)).toEqual(['order.create'])
  })

  test.each([
    ['as attributes', (attributes: Attributes) => { withSpan('order.create', { attributes: attributes as never }, () => {}) }],
    ['by setAttributes', (attributes: Attributes) => { withSpan('order.create', span => { (span as unknown as { setAttributes(given: Attributes): void }).setAttributes(attributes) }) }],
  ])('keys of a prototype (__proto__, constructor), %s', async (_how, write) => {
    const attributes = JSON.parse(`{ "__proto__": "${secret}", "constructor": "${secret}", "toString": "${secret}", "hasOwnProperty": "${secret}", "valueOf": ["${secret}"] }`) as Attributes
    const { bytes, spans } = await sent(() => { write(attributes) })
    expect(spans).toHaveLength(1)
    expect(bytes).not.toContain(secret)
    expect(({} as Record<string, unknown>)['0']).toBeUndefined()
    expect(tracing.health().spans.dropped.redaction_failed).toBe(0)
  })

  test('an array under __proto__, which becomes the prototype of the attributes', async () => {
    const { bytes } = await sent(() => {
      withSpan('order.create', span => { (span as unknown as { setAttribute(key: string, value: string[]): void }).setAttribute('__proto__', [secret]) })
    })
    expect(bytes).not.toContain(secret)
  })

  test('the application keeps what it gave: objects are copied, not changed', async () => {
    const list = [secret]
    const attributes = Object.freeze({ 'peer.service': secret, 'db.namespace': list })
    const link = Object.freeze({ context: Object.freeze({ traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 }), attributes })
    const { spans } = await sent(() => {
      const span = trace.getTracer('t').startSpan('order.create', { kind: SpanKind.CLIENT, attributes, links: [link] }, ROOT_CONTEXT)
      span.addEvent('order.created', attributes).addLink(link)
      span.end()
    })
    expect(spans).toHaveLength(1)
    expect(attributes['peer.service']).toBe(secret)
    expect(list).toEqual([secret])
  })

  test('a name, an event and a status that are no text', async () => {
    const { bytes, spans } = await sent(() => {
      for (const name of [undefined, null, 7, { secret }, [secret], Symbol(secret)] as unknown as string[]) {
        const span = trace.getTracer('t').startSpan(name, {}, context.active())
        span.addEvent(name).setStatus({ code: SpanStatusCode.ERROR, message: name })
        span.end()
      }
      withSpan('order.next', () => {})
    })
    expect(bytes).not.toContain(secret)
    expect(spans.map(span => span.name)).toContain('order.next')
  })
})

describe('written otherwise', () => {
  const masked: Readonly<Record<string, string>> = {
    'key and value': 'password=hunter22',
    'key and value in JSON': '{"password":"hunter22"}',
    'JSON in JSON': '{\\"password\\":\\"hunter22\\"}',
    'a header': 'Authorization: Bearer hunter22hunter22',
    'a cookie': 'Cookie: session=hunter22hunter22',
    'a set-cookie': 'set-cookie: sid=hunter22hunter22; HttpOnly',
    'a connection string': 'postgres://jane:hunter22@db.internal/orders',
    'userinfo without a scheme': '//jane:hunter22@db.internal/orders',
    'a query': '/reset?token=hunter22hunter22',
    'percent-encoded': encodeURIComponent('https://jane:hunter22@db.internal'),
    'upper case': 'PASSWORD=hunter22',
    'api key': 'x-api-key: hunter22hunter22',
  }
  test.each(Object.keys(masked))('%s, in an allowed attribute, a name, a URL and a path', async name => {
    const text = masked[name] ?? ''
    const { bytes } = await sent(() => {
      withSpan(`order.create ${text}`, span => {
        span.setAttribute('peer.service', text)
        span.setAttribute('url.full', `https://shop.example/${text}`)
        span.setAttribute('url.path', `/${text}`)
        span.addEvent(text)
      })
    })
    expect(bytes).not.toContain('hunter22')
  })

  test.each(['jane.doe@example.com', secret, '4111111111111111'])('%s, encoded once and twice, in a path', async text => {
    const once = encodeURIComponent(text)
    const every = Buffer.from(text).toString('hex').replace(/../g, '%$&')
    const { bytes } = await sent(() => {
      for (const written of [once, encodeURIComponent(once), every]) {
        withSpan('order.create', span => span.setAttribute('url.path', `/users/${written}/orders`))
      }
    })
    for (const written of [text, once, encodeURIComponent(once), every]) expect(bytes).not.toContain(written)
  })
})

describe('what work returns and cannot be asked whether it is a promise', () => {
  const hostileThen = {
    get then(): unknown {
      throw new Error('a trap')
    },
  }
  test.each<[string, unknown]>([
    ['a getter that throws', hostileThen],
    ['a proxy that throws', throwing],
    ['a revoked proxy', revocable.proxy],
  ])('%s is returned, and the span ends', async (_, value) => {
    let returned: unknown
    const { spans } = await sent(() => {
      returned = withSpan('a.b', () => value)
    })
    expect(Object.is(returned, value)).toBe(true)
    expect(spans.map(({ name }) => name)).toEqual(['a.b'])
  })
})

test('null is nothing given', async () => {
  const nothing = null as never
  const { spans } = await sent(() => {
    expect(withSpan('a.b', nothing, () => 42)).toBe(42)
    withSpan('c.d', () => {
      captureError(new PaymentError('x'), nothing)
    })
  })
  expect(spans.map(({ name }) => name)).toEqual(['a.b', 'c.d'])
  expect(await tracing.flush(nothing)).toBe(true)
  expect(redacted('4111111111111111', nothing)).toBe('[REDACTED]')
})
