import { builtInPolicy, type Config, hashPolicy, toPolicy } from '@spanguard/policy'
import { describe, expect, it } from 'vitest'

import { audit } from '../../src/audit/index.js'
import { auditReporters } from '../../src/audit/report.js'
import type { RecordedSpan } from '../../src/audit/spans.js'
import { attributes, span } from './recorded.js'

const judged = (spans: readonly RecordedSpan[], config: Config = {}) => audit(spans, { config, policy: toPolicy(config) }).findings
const rulesOf = (spans: readonly RecordedSpan[], config: Config = {}) => judged(spans, config).map(({ key, rule }) => (key === null ? rule : `${rule} ${key}`))
const named = (names: readonly string[], given: Partial<Omit<RecordedSpan, 'attributes'>> = {}) => names.map((name) => span({ name, ...given }))

describe('a recorded attribute', () => {
  it.each([
    ['a personal key', { 'user.email': 'jane' }, ['no-sensitive-data user.email']],
    ['a value that is an address, under a harmless key', { 'order.note': 'call jane.doe@example.org' }, ['no-sensitive-data order.note']],
    ['a JWT', { 'order.note': 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U' }, ['no-sensitive-data order.note']],
    ['a secret in a list', { 'order.notes': ['fine', 'jane.doe@example.org'] }, ['no-sensitive-data order.notes']],
    ['a value that was taken out', { 'user.email': '[REDACTED]', 'user.password': '****' }, []],
    ['a flag and a count under words that speak of secrets', { 'user.email_verified': true, 'password.length': 12, 'llm.token.count': 3 }, []],
    ['a serialised object', { 'order.data': JSON.stringify({ items: Array.from({ length: 20 }, (_, id) => ({ id, name: 'thing' })) }) }, ['no-unbounded-data order.data']],
    ['a small constant object', { 'order.data': '{"a":1}' }, []],
    ['a URL with its query', { 'order.link': 'https://shop.example/search?q=shoes&page=2' }, ['no-unbounded-data order.link']],
    ['a URL without one', { 'order.link': 'https://shop.example/orders' }, []],
    ['SQL with values in it', { 'order.sql': "SELECT * FROM orders WHERE id = 42 AND name = 'x'" }, ['no-unbounded-data order.sql']],
    ['SQL with placeholders', { 'order.sql': 'SELECT * FROM orders WHERE id = $1' }, []],
    ['a stack', { 'order.failure': 'Error: no\n    at place (/app/orders.js:3:4)' }, ['no-unbounded-data order.failure']],
    ['a key that the conventions replaced', { 'http.method': 'GET' }, ['no-deprecated-attributes http.method']],
  ])('%s', (_, given, expected) => {
    const found = rulesOf([span({ attributes: given })]).filter((rule) => !/attribute-naming/u.test(rule))
    expect(found).toEqual(expected)
  })

  it('is unlisted only where the policy lists keys', () => {
    expect(rulesOf([span({ attributes: { 'order.color': 'red' } })])).toEqual([])
    expect(rulesOf([span({ attributes: { 'order.color': 'red' } })], { attributes: { allow: ['order.size'] } })).toEqual(['no-unlisted-attributes order.color'])
    expect(rulesOf([span({ attributes: { 'order.color': 'red' } })], { attributes: { allow: ['order.*'] } })).toEqual([])
  })

  it('is judged in events, links, the status and the resource too', () => {
    const leak = 'jane.doe@example.org'
    const found = judged([span({ status: { code: 'error', message: `no such user ${leak}` }, events: [{ name: 'mailed', attributes: attributes({ note: leak }) }], links: [{ attributes: attributes({ remark: leak }) }], resource: attributes({ owner: leak }) })])
    expect(found.filter(({ rule }) => rule === 'no-sensitive-data').map(({ message }) => message.slice(0, 34))).toEqual(expect.arrayContaining([
      expect.stringContaining('The status message holds'), expect.stringContaining('The attribute of the event'), expect.stringContaining('The attribute of a link'), expect.stringContaining('The attribute of the resource'),
    ]))
  })
})

describe('a name', () => {
  it.each([
    ['of technical words', named(['handler']), ['no-technical-span-name']],
    ['that an instrumentation gave', named(['middleware - query'], { scope: '@opentelemetry/instrumentation-express' }), []],
    ['with an id in it, once', named(['order 1b4e28ba-2fa1-11d2-883f-0016d3cca427']), ['no-dynamic-span-name']],
    ['of one form with three numbers', named(['order.17', 'order.18', 'order.19']), ['no-dynamic-span-name']],
    ['with a version, twice', named(['order.v1', 'order.v2']), []],
    ['made of words that hardly come twice', named(Array.from({ length: 24 }, (_, index) => `mail.to_${'abcdefghijklmnopqrstuvwx'.charAt(index)}`)), ['no-dynamic-span-name']],
  ])('%s', (_, spans, expected) => {
    expect(rulesOf(spans)).toEqual(expected)
  })

  it('is shown without what varies in it, and counted', () => {
    const [found] = judged(named(['mail jane.doe@example.org', 'mail joe@example.org', 'mail ann@example.org']))
    expect(found).toMatchObject({ span: 'mail {address}', count: 3 })
    expect(judged(named(['order.17', 'order.18', 'order.19']))).toMatchObject([{ rule: 'no-dynamic-span-name', span: 'order.{n}', count: 3 }])
  })

  it('of a key varies too', () => {
    expect(rulesOf([span({ attributes: { 'item.1.price': 2, 'item.2.price': 3, 'item.3.price': 4 } })]).filter((rule) => !rule.startsWith('attribute-naming'))).toEqual(['no-unbounded-data item.{n}.price'])
  })
})

describe('errors', () => {
  const exception = [{ name: 'exception', attributes: attributes({ 'exception.type': 'Error' }) }]
  it.each([
    ['an exception and no status', span({ events: exception }), ['error-status']],
    ['an exception and ERROR', span({ events: exception, status: { code: 'error', message: '' } }), []],
    ['an exception and OK: it was handled', span({ events: exception, status: { code: 'ok', message: '' } }), []],
  ])('%s', (_, one, expected) => {
    expect(rulesOf([one])).toEqual(expected)
  })

  it('a server that answers 500 and leaves the status unset', () => {
    const server = span({ kind: 'server', name: 'GET /orders', attributes: { 'http.response.status_code': 500 } })
    expect(rulesOf([server, span({ parentSpanId: server.spanId })])).toEqual(['error-status'])
  })
})

describe('the shape of traces', () => {
  const server = span({ kind: 'server', name: 'GET /orders' })

  it('a request without any span of the domain, unless the config ignores its handler', () => {
    expect(rulesOf([server])).toEqual(['handler-span'])
    expect(rulesOf([server], { handlers: { ignore: ['GET /orders'] } })).toEqual([])
    expect(rulesOf([server, span({ parentSpanId: server.spanId })])).toEqual([])
    expect(rulesOf([server, span({ parentSpanId: server.spanId, name: 'middleware', scope: '@opentelemetry/instrumentation-express' })])).toEqual(['handler-span'])
  })

  it('work whose parent was never exported', () => {
    expect(rulesOf([span({ parentSpanId: 'f'.repeat(16) })])).toEqual(['orphan-span'])
    expect(rulesOf([span()])).toEqual([])
  })

  it('one call for each row: above ten', () => {
    const parent = span()
    const calls = (count: number) => [parent, ...Array.from({ length: count }, () => span({ kind: 'client', name: 'SELECT items', parentSpanId: parent.spanId }))]
    expect(rulesOf(calls(10))).toEqual([])
    expect(judged(calls(11))).toMatchObject([{ rule: 'repeated-span', span: 'SELECT items', severity: 'warn' }])
  })

  it('one name for kinds of work that have nothing in common', () => {
    const kinds = [{ 'a.x': 1 }, { 'b.x': 1 }, { 'c.x': 1 }]
    expect(rulesOf(kinds.map((each) => span({ attributes: each })))).toEqual(['span-name-shared'])
    expect(rulesOf(kinds.slice(0, 2).map((each) => span({ attributes: each })))).toEqual([])
  })

  it('a service with another policy than the one that is read', () => {
    const with_ = (hash: string) => span({ resource: attributes({ 'spanguard.policy.hash': hash }) })
    expect(judged([with_('0123456789abcdef'), with_('0123456789abcdef')])).toMatchObject([{ rule: 'stale-policy', severity: 'error', span: '', count: 1 }])
    expect(rulesOf([with_(hashPolicy(builtInPolicy))])).toEqual([])
  })
})

describe('what is reported', () => {
  const secret = 'jane.doe@example.org'
  const result = audit([span({ attributes: { 'user.email': secret } }), span({ attributes: { 'user.email': secret } }), span({ name: `mail ${secret}`, attributes: { [`order.${secret}`]: 1 } })], { config: {}, policy: builtInPolicy })

  it.each(Object.keys(auditReporters))('%s never holds a recorded value, and counts equal findings', (format) => {
    const text = auditReporters[format]?.(result, { color: false, quiet: false, version: '1.2.3' }) ?? ''
    expect(text).not.toContain(secret)
    expect(text).toContain('user.email')
    expect(text).toContain('a'.repeat(32))
  })

  it('has the severity of the config, and leaves out what that switches off', () => {
    expect(judged([span({ name: 'handler' })], { severity: { 'no-technical-span-name': 'error' } })).toMatchObject([{ severity: 'error' }])
    expect(judged([span({ name: 'handler' })], { severity: { 'no-technical-span-name': 'off' } })).toEqual([])
  })
})
