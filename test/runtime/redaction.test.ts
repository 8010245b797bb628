import { createTraceState, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, TraceFlags, type AttributeValue, type Link, type Span } from '@opentelemetry/api'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider, type ReadableSpan } from '@opentelemetry/sdk-trace'
import { toPolicy, type Policy } from '@spanguard/policy'
import { describe, expect, test } from 'vitest'
import { createRedactor, type Redactor } from '../../runtime/src/redaction/redact.js'
import { framesOf, keptTraceState, maskName, maskPath, maskUrl, safeKey, statusMessage } from '../../runtime/src/redaction/values.js'

const builtIn = toPolicy({})

function redactor(policy: Policy = builtIn, valueLength = 2048): Redactor {
  return createRedactor({ policy, valueLength })
}

function spanWith(write: (span: Span) => void, options: { kind?: SpanKind; links?: Link[] } = {}): ReadableSpan {
  const exporter = new InMemorySpanExporter()
  const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })], resource: resourceFromAttributes({ 'service.name': 'x', 'process.command': 'node --token=abc', 'team.mail': 'a@b.de' }) })
  const span = provider.getTracer('scope of jane@example.com', '1').startSpan('a.b', options, ROOT_CONTEXT)
  write(span)
  span.end()
  return span as unknown as ReadableSpan
}

function attribute(key: string, value: AttributeValue, policy?: Policy, kind: SpanKind = SpanKind.INTERNAL): unknown {
  const span = redactor(policy).redact(spanWith(s => s.setAttribute(key, value), { kind }))
  return span.attributes[key]
}

describe('keys within what a wildcard allows', () => {
  const policy = toPolicy({ attributes: { allow: ['order.*', 'order_*'] } })
  const ofResource = { 'process.command': 1, 'team.mail': 1 }
  const redactAll = (keys: readonly string[]): { readonly bytes: string; readonly counts: Readonly<Record<string, number>> } => {
    const attributes = Object.fromEntries(keys.map(key => [key, 1]))
    const link = { context: { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 }, attributes: { ...attributes } }
    const r = redactor(policy)
    const span = r.redact(spanWith(s => s.setAttributes({ ...attributes }).addEvent('e', { ...attributes }), { links: [link] }))
    return { bytes: JSON.stringify([span.attributes, span.events, span.links]), counts: r.counts() }
  }

  test.each([
    'order.jane.doe@example.com',
    'order.jane.doe@example.com…',
    'order.jane%40example.com',
    'order.4111111111111111',
    'order.4111-1111-1111-1111',
    'order_4111111111111111_a',
    'order.4111 1111 1111 1111',
    'order.078-05-1120',
    'order.DE89370400440532013000',
    'order.sk_live_4eC39HqLyjWDarjtT1zdp7dc',
    'order_sk_live_4eC39HqLyjWDarjtT1zdp7dc',
    'order.eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJqYW5lIn0.c2lnbmF0dXJlLWhlcmU',
    `order.${'x'.repeat(251)}`,
  ])('%s does not leave, with its value, and is not counted by name', (key) => {
    const { bytes, counts } = redactAll([key])
    expect(bytes).not.toContain(key)
    expect(bytes).not.toContain(key.slice('order.'.length))
    expect(bytes.match(/"\[REDACTED\]":"\[REDACTED\]"/g)).toHaveLength(3)
    expect(counts).toEqual({ ...ofResource, '[REDACTED]': 3 })
  })

  test.each(['order.id', 'order.lines.2026-11-28', 'order.item_12345678', 'order.größe', 'order.a/b', `order.${'x'.repeat(250)}`])('%s leaves', (key) => {
    const { bytes, counts } = redactAll([key])
    expect(bytes.split(`${JSON.stringify(key)}:1`)).toHaveLength(4)
    expect(counts).toEqual(ofResource)
  })
})

describe('attributes', () => {
  test.each<[string, AttributeValue, unknown]>([
    ['http.request.method', 'GET', 'GET'],
    ['http.response.status_code', 200, 200],
    ['server.address', 'payments.internal', 'payments.internal'],
    ['peer.service', 'Bearer abcdef0123456789', '[REDACTED]'],
    ['url.path', '/users/jane@example.com/orders/42', '/users/[REDACTED]/orders/42'],
    ['url.path', '/users/jane%40example.com', '/users/[REDACTED]'],
    ['url.path', '/orders/6f1c2a34-90ab-4cde-8f01-23456789abcd', '/orders/6f1c2a34-90ab-4cde-8f01-23456789abcd'],
    ['url.path', '/reset/9f86d081884c7d659a2feaa0c55ad015a3bf4f1b', '/reset/[REDACTED]'],
    ['url.full', 'https://joe:pw@shop.example/a?token=abc#x', 'https://shop.example/a'],
    ['url.query', 'token=abc', '[REDACTED]'],
    ['db.query.text', 'SELECT 1', '[REDACTED]'],
    ['http.request.header.authorization', ['Bearer x'], '[REDACTED]'],
    ['my.own.key', 'x', '[REDACTED]'],
    ['my.own.number', 42, '[REDACTED]'],
    ['enduser.id', 'jane', '[REDACTED]'],
    ['enduser.pseudo.id', 'a1b2', 'a1b2'],
    ['exception.message', 'no', '[REDACTED]'],
    ['error.stage', 'fraud-check', 'fraud-check'],
  ])('%s = %j leaves as %j', (key, value, expected) => {
    expect(attribute(key, value)).toEqual(expected)
  })

  test('a network peer is a machine on a CLIENT span and a person on others', () => {
    expect(attribute('network.peer.address', '10.0.0.7', builtIn, SpanKind.CLIENT)).toBe('10.0.0.7')
    expect(attribute('network.peer.address', '10.0.0.7', builtIn, SpanKind.SERVER)).toBe('[REDACTED]')
  })

  test('the policy adds keys, not built-in denials; its values are masked all the same', () => {
    const policy = toPolicy({ attributes: { allow: ['order.*', 'url.query', 'exception.message'] } })
    expect(attribute('order.id', '42', policy)).toBe('42')
    expect(attribute('order.note', 'call jane@example.com', policy)).toBe('call [REDACTED]')
    expect(attribute('order.tags', ['a', 'jane@example.com'], policy)).toEqual(['a', '[REDACTED]'])
    expect(attribute('url.query', 'a=1', policy)).toBe('[REDACTED]')
    expect(attribute('exception.message', 'x', policy)).toBe('[REDACTED]')
  })

  test('the application\'s own array is not touched', () => {
    const tags = ['jane@example.com']
    attribute('order.tags', tags, toPolicy({ attributes: { allow: ['order.*'] } }))
    expect(tags).toEqual(['jane@example.com'])
  })

  test('values are cut after masking, so that no secret is cut in two and missed', () => {
    const policy = toPolicy({ attributes: { allow: ['note'] } })
    const value = `${'x '.repeat(45)}4111 1111 1111 1111`
    const span = createRedactor({ policy, valueLength: 100 }).redact(spanWith(s => s.setAttribute('note', value)))
    expect(span.attributes['note']).toBe(`${'x '.repeat(45)}[REDACTED]`)
    const agent = redactor().redact(spanWith(s => s.setAttribute('user_agent.original', 'a'.repeat(500))))
    expect(agent.attributes['user_agent.original']).toHaveLength(256)
  })

  test('a megabyte in one value takes time that does not grow with it', () => {
    const span = spanWith(s => s.setAttribute('url.path', '/'.repeat(1_000_000)))
    // Of the processor, not of the clock: others may use the machine too.
    const before = process.cpuUsage()
    redactor().redact(span)
    const { system, user } = process.cpuUsage(before)
    expect((user + system) / 1000).toBeLessThan(1000)
  })

  test('what the route calls by a sensitive name is masked in the path, below a mount as well', () => {
    const write = (route: string, path: string): unknown =>
      redactor().redact(spanWith(s => s.setAttributes({ 'http.route': route, 'url.path': path }))).attributes['url.path']
    expect(write('/reset/:token', '/reset/abc')).toBe('/reset/[REDACTED]')
    expect(write('/users/{email}/orders', '/api/users/jane/orders')).toBe('/api/users/[REDACTED]/orders')
    expect(write('/orders/:id', '/orders/42')).toBe('/orders/42')
  })

  test.each([
    ['a slash at the end, which routers pass over', '/reset/:token', '/reset/abc/', '/reset/[REDACTED]/'],
    ['a slash at the end of the route', '/reset/:token/', '/reset/abc', '/reset/[REDACTED]'],
    ['behind a wildcard', '/files/*/share/:token', '/files/a/b/c/share/abc', '/files/a/b/[REDACTED]/share/[REDACTED]'],
    ['before a wildcard', '/reset/:token/*', '/reset/abc/x/y/z', '/reset/[REDACTED]/x/[REDACTED]/z'],
    ['before a wildcard, below a mount', '/reset/:token/*', '/api/v1/reset/abc/x/y', '/api/[REDACTED]/reset/[REDACTED]/[REDACTED]/y'],
    ['a wildcard of its own', '/reset/*token', '/reset/abc/def', '/reset/[REDACTED]/[REDACTED]'],
    ['a catch-all of Next.js', '/reset/[...token]', '/reset/abc/def', '/reset/[REDACTED]/[REDACTED]'],
    ['within a segment', '/files/v1-:token', '/files/v1-abc', '/files/[REDACTED]'],
    ['with an expression', '/reset/:token(\\w{3})', '/reset/abc', '/reset/[REDACTED]'],
    ['optional and not there', '/users/:id{/:token}', '/users/7', '/users/[REDACTED]'],
    ['a name that is none', '/buckets/:tokenBucket', '/buckets/abc', '/buckets/abc'],
  ])('what the route calls by a sensitive name: %s', (_name, route, path, expected) => {
    const { attributes } = redactor().redact(spanWith(s => s.setAttributes({ 'http.route': route, 'url.path': path, 'url.full': `https://reset.example${path}?q=1` })))
    expect(attributes['url.path']).toBe(expected)
    expect(attributes['url.full']).toBe(`https://reset.example${expected}`)
  })

  test('a key within a namespace that says itself that it is sensitive, unless it is listed or its word is ignored', () => {
    const within = toPolicy({ attributes: { allow: ['order.*'] } })
    expect(attribute('order.password', 'hunter2', within)).toBe('[REDACTED]')
    expect(attribute('order.customer.email', 'jane', within)).toBe('[REDACTED]')
    expect(attribute('order.token_count', 3, within)).toBe(3)
    expect(attribute('order.password', 'hunter2', toPolicy({ attributes: { allow: ['order.*', 'order.password'] } }))).toBe('hunter2')
    expect(attribute('order.password', 'hunter2', toPolicy({ attributes: { allow: ['order.*'], sensitive: { ignore: ['password'] } } }))).toBe('hunter2')
  })

  test('a card number that is written as a number', () => {
    const policy = toPolicy({ attributes: { allow: ['order.ref', 'order.refs'] } })
    expect(attribute('order.ref', 4111111111111111, policy)).toBe('[REDACTED]')
    expect(attribute('order.refs', [1, 4111111111111111], policy)).toEqual([1, '[REDACTED]'])
    expect(attribute('order.ref', 4111111111111112, policy)).toBe(4111111111111112)
    expect(attribute('order.ref', 1764249000000, policy)).toBe(1764249000000)
  })

  test('is counted by key, also within lists and for numbers', () => {
    const policy = toPolicy({ attributes: { allow: ['order.refs', 'order.ref'] } })
    const counting = redactor(policy)
    counting.redact(spanWith(s => s.setAttributes({ 'order.refs': ['a', 'jane@example.com'], 'order.ref': 4111111111111111, 'customer.note': 'x' })))
    counting.redact(spanWith(s => s.setAttributes({ 'order.refs': ['a', '[REDACTED]'], 'customer.note': 'y' })))
    expect(counting.counts()).toMatchObject({ 'order.refs': 1, 'order.ref': 1, 'customer.note': 2 })
  })
})

describe('keys that carry data', () => {
  test.each([
    ['order.total_amount', 'order.total_amount'],
    ['orderTotal', 'orderTotal'],
    ['user.jane@example.com', '[REDACTED]'],
    ['order.4111111111111111', '[REDACTED]'],
    ['item.123456.count', '[REDACTED]'],
    ['a key with words', '[REDACTED]'],
    ['x'.repeat(70), '[REDACTED]'],
  ])('%s leaves as %s', (key, expected) => {
    expect(safeKey(key)).toBe(expected)
    const span = redactor().redact(spanWith(s => s.setAttribute(key, 'v')))
    expect(span.attributes).toEqual({ [expected]: '[REDACTED]' })
  })
})

describe('everything beside attributes', () => {
  test('name, events, links, status, scope, tracestate and resource', () => {
    const foreign = createTraceState('vendor=jane,ot=th:8')
    const span = spanWith(
      s => {
        s.updateName('GET /reset?token=abc')
        s.addEvent('mail to jane@example.com', { 'exception.message': 'card 4111111111111111', note: 'x', 'exception.type': 'TypeError' })
        s.setStatus({ code: SpanStatusCode.ERROR, message: 'TypeError: no user jane' })
      },
      { links: [{ context: { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1, traceState: foreign }, attributes: { why: 'x' } }] },
    )
    const r = redactor()
    const safe = r.redact(span)
    expect(safe.name).toBe('GET /reset')
    expect(safe.events[0]).toMatchObject({
      name: 'mail to [REDACTED]',
      attributes: { 'exception.message': '[REDACTED]', note: '[REDACTED]', 'exception.type': 'TypeError' },
    })
    expect(safe.status).toEqual({ code: SpanStatusCode.ERROR, message: 'TypeError: [REDACTED]' })
    expect(safe.links[0]?.context.traceState?.serialize()).toBe('ot=th:8')
    expect(safe.links[0]?.attributes).toEqual({ why: '[REDACTED]' })
    expect(safe.instrumentationScope.name).toBe('scope of [REDACTED]')
    expect(safe.resource.attributes).toEqual({ 'service.name': 'x', 'process.command': '[REDACTED]', 'team.mail': '[REDACTED]' })
    expect(r.counts()).toMatchObject({ 'exception.message': 1, note: 1, why: 1, 'process.command': 1 })
    // Twice changes nothing more.
    expect(r.redact(safe).name).toBe('GET /reset')
  })

  test('the span context that children propagate is not changed', () => {
    const traceState = createTraceState('vendor=jane')
    const parent = trace.setSpanContext(ROOT_CONTEXT, { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: TraceFlags.SAMPLED, traceState, isRemote: true })
    const provider = new TracerProvider()
    const span = provider.getTracer('t').startSpan('a.b', {}, parent)
    const spanContext = span.spanContext()
    span.end()
    const safe = redactor().redact(span as unknown as ReadableSpan)
    expect(safe.spanContext().traceState).toBeUndefined()
    expect(spanContext.traceState?.get('vendor')).toBe('jane')
  })
})

test.each([
  ['vendor=x', undefined],
  ['ot=th:8', 'ot=th:8'],
  ['ot=th:8;rv:0123456789abcd', 'ot=th:8;rv:0123456789abcd'],
  ['ot=secret:jane', undefined],
  ['a=1,ot=th:c,b=2', 'ot=th:c'],
])('tracestate %s leaves as %s', (given, kept) => {
  expect(keptTraceState(createTraceState(given))?.serialize()).toBe(kept)
})

test.each([
  ['TypeError', 'TypeError'],
  ['ECONNREFUSED', 'ECONNREFUSED'],
  ['not_found', 'not_found'],
  ['card_declined: 4111', '[REDACTED]'],
  ['TypeError: jane is not a function', 'TypeError: [REDACTED]'],
  ['hunter2', '[REDACTED]'],
  ['hunter', '[REDACTED]'],
  ['', undefined],
])('status message %j leaves as %j', (given, expected) => {
  expect(statusMessage(given)).toBe(expected)
})

test('a stack keeps frames and nothing that a message smuggles in', () => {
  const stack = [
    'Error: no card 4111111111111111',
    '    at secret hunter2 in the message',
    '    at https://user:pw@host/?token=abc:1:2',
    '    at Object.<anonymous> (/app/pay.js:10:5)',
    '    at async Promise.all (index 0)',
    '    at new Payment (file:///app/pay.js:1:2)',
    '    at async Server.handle [as onRequest] (node:http:1:2)',
    '    at /app/main.js:3:4',
    '    at Array.map (<anonymous>)',
  ].join('\n')
  expect(framesOf(stack, 2048).split('\n')).toEqual([
    '    at Object.<anonymous> (/app/pay.js:10:5)',
    '    at new Payment (file:///app/pay.js:1:2)',
    '    at async Server.handle [as onRequest] (node:http:1:2)',
    '    at /app/main.js:3:4',
    '    at Array.map (<anonymous>)',
  ])
})

test.each([
  ['GET /orders/:id', 'GET /orders/:id'],
  ['GET /a?b=c', 'GET /a'],
  ['what is this?', 'what is this?'],
  ['fetch https://u:p@h/x?y=1 now', 'fetch https://h/x now'],
  ['GET /pay?Bearer mF_9.B5f-4.1JqM now', 'GET /pay now'],
])('name %j leaves as %j', (given, expected) => {
  expect(maskName(given)).toBe(expected)
})

test.each([
  ['/v1/01ARZ3NDEKTSV4RRFFQ69G5FAV', '/v1/01ARZ3NDEKTSV4RRFFQ69G5FAV'],
  ['/v1/507f1f77bcf86cd799439011', '/v1/507f1f77bcf86cd799439011'],
  ['/hooks/dGhpcyBpcyBhIHNlY3JldCB0b2tlbg', '/hooks/[REDACTED]'],
  ['/a-very-long-slug-that-somebody-wrote-in-2024', '/a-very-long-slug-that-somebody-wrote-in-2024'],
  ['/%zz/jane@example.com', '/%zz/[REDACTED]'],
])('path %s leaves as %s', (given, expected) => {
  expect(maskPath(given)).toBe(expected)
})

test('a URL without scheme is a path', () => {
  expect(maskUrl('/a/b?c=d')).toBe('/a/b')
  expect(maskUrl('//u:p@host/x#y')).toBe('//host/x')
})
