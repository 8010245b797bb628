import { context, propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { captureError, initTracing, stage, withSpan, type Tracing } from '@spanguard/runtime'
import { toPolicy } from '@spanguard/policy'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startReceiver, type Receiver } from '../otlp-receiver.js'

/**
 * Secrets of every class, planted in every part of a span; the bytes that reach the receiver hold none of them. The
 * middleware and the clients have leak tests of their own, with real servers.
 */
let receiver: Receiver
let tracing: Tracing
beforeAll(async () => {
  process.env['OTEL_RESOURCE_ATTRIBUTES'] = 'team.token=glpat-ABCDEFGHIJ0123456789,service.note=jane.doe%40example.com'
  receiver = await startReceiver()
  tracing = initTracing({ serviceName: 'leak', endpoint: receiver.url, environment: 'test', signals: false, policy: toPolicy({ attributes: { allow: ['order.*'] } }) })
})
afterAll(async () => {
  delete process.env['OTEL_RESOURCE_ATTRIBUTES']
  await tracing.shutdown()
  await receiver.close()
})

/** What of a secret must not be found: itself, and its parts without blanks. */
const secrets: Readonly<Record<string, string>> = {
  'card number': '4111111111111111',
  'card number with spaces': '4111 1111 1111 1111',
  'card number with dashes': '5500-0000-0000-0004',
  'bearer token': 'Bearer mF_9.B5f-4.1JqM',
  'basic credentials': 'Basic dXNlcjpodW50ZXIyaHVudGVy',
  jwt: 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJqYW5lIn0.c2lnbmF0dXJlLWhlcmU',
  email: 'jane.doe@example.com',
  'GitHub token': 'ghp_0123456789abcdefghijklmnopqrstuvwxyz',
  'AWS key': 'AKIAIOSFODNN7EXAMPLE',
  'Stripe key': 'sk_live_4eC39HqLyjWDarjtT1zdp7dc',
  'URL with password': 'https://jane:hunter22@db.internal/orders',
  ssn: '078-05-1120',
  iban: 'DE89370400440532013000',
  'private key': '-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n-----END PRIVATE KEY-----',
}
const needles: Readonly<Record<string, string>> = {
  ...secrets,
  'bearer token': 'mF_9.B5f-4.1JqM',
  'basic credentials': 'dXNlcjpodW50ZXIyaHVudGVy',
  'URL with password': 'hunter22',
  'private key': 'MIIEvQIBADANBgkqhkiG9w0BAQEFAASC',
}

async function bytesAfter(work: () => void): Promise<string> {
  receiver.clear()
  work()
  expect(await tracing.flush()).toBe(true)
  expect(receiver.spans().length).toBeGreaterThan(0)
  return receiver.requests().map(request => Buffer.from(request.body).toString('latin1')).join('\n')
}

/** The places that free text can get into, with keys that are allowed, so that masking is what protects. */
const places: Readonly<Record<string, (secret: string) => void>> = {
  'the span name': secret => {
    withSpan(`charge ${secret}`, () => {})
  },
  'the name, after a path': secret => {
    withSpan(`GET /pay/${secret}`, () => {})
  },
  'an allowed attribute': secret => {
    withSpan('a.b', span => span.setAttribute('peer.service', `x ${secret} y`))
  },
  'an allowed attribute in an array': secret => {
    withSpan('a.b', span => span.setAttribute('db.operation.name', ['x', secret]))
  },
  'an attribute that nobody listed': secret => {
    withSpan('a.b', span => span.setAttribute('custom.value', secret))
  },
  'the key of an attribute': secret => {
    withSpan('a.b', span => span.setAttribute(secret, 'x'))
  },
  'the key of an attribute, within a wildcard': secret => {
    withSpan('a.b', span => span.setAttribute(`order.${secret}`, 1))
  },
  'keys of events and links, within a wildcard': secret => {
    const link = { context: { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 }, attributes: { [`order.${secret}`]: 1 } }
    withSpan('a.b', { links: [link] }, span => span.addEvent('e', { [`order.${secret}`]: 1 }))
  },
  'attributes at the start': secret => {
    withSpan('a.b', { attributes: { 'server.address': secret, other: secret } }, () => {})
  },
  'url.full': secret => {
    withSpan('a.b', span => span.setAttribute('url.full', `https://x.example/p/${encodeURIComponent(secret.replace(/\p{Surrogate}/gu, '?'))}?q=${secret}#${secret}`))
  },
  'url.path': secret => {
    withSpan('a.b', span => span.setAttribute('url.path', `/p/${secret}`))
  },
  'an event': secret => {
    withSpan('a.b', span => span.addEvent(`got ${secret}`, { 'exception.type': secret, note: secret, [secret]: 1 }))
  },
  'a link': secret => {
    withSpan('a.b', { links: [{ context: { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 }, attributes: { 'peer.service': secret, note: secret } }] }, () => {})
  },
  'a status message': secret => {
    withSpan('a.b', span => span.setStatus({ code: SpanStatusCode.ERROR, message: `TypeError: ${secret}` }))
  },
  'an error that is thrown': secret => {
    try {
      withSpan('a.b', () => {
        throw new Error(`no ${secret} here`)
      })
    } catch {
      // Expected.
    }
  },
  'an error with the secret in its name, code and stack': secret => {
    withSpan('a.b', () => {
      captureError(Object.assign(new Error(secret), { name: secret, code: secret, stack: `${secret}\n    at ${secret} (/x.js:1:1)\n    at ${secret}` }))
    })
  },
  'a string that is thrown': secret => {
    try {
      withSpan('a.b', () => {
        // eslint-disable-next-line @typescript-eslint/only-throw-error -- code that does so must not leak either
        throw secret
      })
    } catch {
      // Expected.
    }
  },
  'a stage': secret => {
    try {
      withSpan('a.b', () =>
        stage(`charging ${secret}`, () => {
          throw new Error('x')
        }),
      )
    } catch {
      // Expected.
    }
  },
  'the scope': secret => {
    trace.getTracerProvider().getTracer(`scope ${secret}`, secret, { schemaUrl: `https://x.example/?${secret}` }).startSpan('a.b').end()
  },
}

describe.each(Object.keys(places))('%s', place => {
  test.each(Object.keys(secrets))('holds no %s', async kind => {
    const bytes = await bytesAfter(() => places[place]?.(secrets[kind] ?? ''))
    expect(bytes).not.toContain(needles[kind])
    expect(bytes).not.toContain(encodeURIComponent(needles[kind] ?? ''))
  })
})

test('the resource', async () => {
  const bytes = await bytesAfter(() => withSpan('a.b', () => {}))
  expect(bytes).not.toContain('glpat-')
  expect(bytes).not.toContain('jane.doe')
})

test('no secret of a key shows in the counts', () => {
  expect(tracing.health().redacted['[REDACTED]']).toBeGreaterThan(0)
  const shown = JSON.stringify(tracing.health().redacted)
  for (const needle of Object.values(needles)) expect(shown).not.toContain(needle)
})

test('tracestate of other vendors, and baggage', async () => {
  const bytes = await bytesAfter(() => {
    const incoming = propagation.extract(context.active(), {
      traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`,
      tracestate: 'vendor=jane-doe-secret,ot=th:8',
      baggage: 'user.email=jane.doe%40example.com',
    })
    context.with(incoming, () => {
      withSpan('a.b', { kind: 'server' }, () => {})
    })
  })
  expect(bytes).not.toContain('jane')
  expect(bytes).toContain('ot=th:8')
})

test('baggage that nobody listed does not go out with requests', () => {
  const carrier: Record<string, string> = {}
  const baggage = propagation.createBaggage({
    'user.email': { value: 'jane.doe@example.com' },
    'peer.service': { value: 'shop' },
    'server.address': { value: 'Bearer mF_9.B5f-4.1JqM' },
    'order.4111111111111111': { value: '1' },
  })
  propagation.inject(propagation.setBaggage(context.active(), baggage), carrier)
  expect(carrier['baggage']).toBe('peer.service=shop')
})

test('content in keys that are denied: SQL, headers, bodies, queries, command lines', async () => {
  const bytes = await bytesAfter(() => {
    trace.getTracer('t').startSpan('a.b', {
      kind: SpanKind.CLIENT,
      attributes: {
        'db.query.text': "SELECT * FROM users WHERE name = 'planted'",
        'db.statement': 'planted',
        'url.query': 'a=planted',
        'http.url': 'https://x.example/planted',
        'http.target': '/planted',
        'http.request.header.cookie': ['session=planted'],
        'http.request.body': 'planted',
        'process.command_line': 'planted',
        'client.address': 'planted',
        'enduser.id': 'planted',
        'graphql.document': 'planted',
        'messaging.message.body': 'planted',
        'rpc.request.metadata.token': ['planted'],
        'gen_ai.prompt': 'planted',
      },
    }).end()
  })
  expect(bytes).not.toContain('planted')
})

/** What stands right beside a secret in real texts: punctuation of all scripts, quotes, blanks of all kinds, emoji, escapes. */
const neighbours = [
  ' ', '\n', '\t', '"', "'", '`', '(', ')', '[', ']', '<', '>', ',', ';', ':', '!', '?', '|', '*', '…', '“', '”', '„', '’', '«', '»', '，', '。', '、', '：', '（', '）',
  '「', '」', '؟', '،', '।', '—', '–', '·', '\u00a0', '\u200b', '\u2028', '\u3000', '\ufeff', '🦊', '👩‍💻', 'ü', '例', '\ud83e', '%20', '%0A', '%22', '%2C', '\\n', '\\t', '\\"',
]

test('property: a secret of any class, anywhere, right beside any sign', async () => {
  const sign = fc.constantFrom(...neighbours)
  const word = fc.constantFrom('', 'a', 'paid by', '42', 'é')
  const plant = fc.record({ place: fc.constantFrom(...Object.keys(places)), kind: fc.constantFrom(...Object.keys(secrets)), first: word, before: sign, after: sign, last: word })
  await fc.assert(
    fc.asyncProperty(plant, async ({ place, kind, first, before, after, last }) => {
      const bytes = await bytesAfter(() => places[place]?.(`${first}${before}${secrets[kind] ?? ''}${after}${last}`))
      expect(bytes).not.toContain(needles[kind])
    }),
    { numRuns: 1000 },
  )
})

test('property: a secret of any class, anywhere, among any text', async () => {
  const secret = fc.constantFrom(...Object.keys(secrets))
  const text = fc.string({ unit: fc.constantFrom('a', 'Z', ' ', '/', '?', '&', '=', 'é', '🦊', '\n', '"', '-', '.'), maxLength: 12 })
  const plant = fc.record({ place: fc.constantFrom(...Object.keys(places)), kind: secret, before: text, after: text })
  await fc.assert(
    fc.asyncProperty(plant, async ({ place, kind, before, after }) => {
      // A word that touches a secret makes another word of it, which only a blank or a sign ends.
      const planted = `${before.replace(/[\w.-]+$/, '')} ${secrets[kind] ?? ''} ${after.replace(/^[\w.-]+/, '')}`
      const bytes = await bytesAfter(() => places[place]?.(planted))
      expect(bytes).not.toContain(needles[kind])
    }),
    { numRuns: 300 },
  )
})
