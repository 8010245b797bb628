import { isListedKey, judgeAttributeWrite, nearestListedKey, replacementOf, selectFindings, toPolicy } from '@spanguard/policy'
import * as conventions from '@opentelemetry/semantic-conventions/incubating'
import { describe, expect, it } from 'vitest'

import { keyOfConstant } from '../../policy/src/listed-keys.js'
import { imported, literal, write } from './values.js'

const policy = toPolicy({ attributes: { allow: ['order.*', 'tenant.id', 'cartId'], deny: ['order.secret'] } })

describe('isListedKey', () => {
  it.each([
    ['a conventional key', 'http.route', true],
    ['a conventional prefix and a name', 'http.request.header.x-request-id', true],
    ['the bare prefix', 'http.request.header', false],
    ['a listed key', 'tenant.id', true],
    ['a key of a listed namespace', 'order.item.count', true],
    ['the namespace itself', 'order', false],
    ['a namespace that begins alike', 'orders.id', false],
    ['a key that the policy denies', 'order.secret', false],
    ['error.stage', 'error.stage', true],
    ['a replaced key', 'http.status_code', false],
    ['another case', 'Tenant.Id', false],
    ['nothing', '', false],
    ['a key of the prototype', 'constructor', false],
  ])('%s', (_, key, listed) => {
    expect(isListedKey(key, policy)).toBe(listed)
  })
})

describe('nearestListedKey', () => {
  it.each([
    ['a letter left out', 'tenat.id', 'tenant.id'],
    ['the same words in another form', 'tenantId', 'tenant.id'],
    ['a conventional key in another form', 'httpRoute', 'http.route'],
    ['letters swapped behind a short word', 'db.nmaespace', 'db.namespace'],
    ['another word of two letters', 'ai.model', null],
    ['a word with another first letter', 'tool.name', null],
    ['nothing near', 'zebra.stripes_of_the_animal', null],
  ])('%s', (_, key, nearest) => {
    expect(nearestListedKey(key, policy)).toBe(nearest)
  })
})

describe('replacementOf', () => {
  it.each([
    ['one key for one', 'http.method', { key: 'http.request.method', text: '"http.request.method"' }],
    ['several, in words', 'http.target', { key: null, text: '"url.path" and "url.query"' }],
    ['a prefix', 'rpc.request.metadata.x', { key: 'rpc.request.header.x', text: '"rpc.request.header.x"' }],
    ['a key that stands', 'http.route', null],
    ['a bare word that is anybody\'s', 'state', null],
    ['a key of the prototype', 'toString', null],
  ])('%s', (_, key, replacement) => {
    expect(replacementOf(key)).toEqual(replacement)
  })

  it('names only keys that stand', () => {
    const replaced = Object.values(conventions as Readonly<Record<string, unknown>>).flatMap((key) =>
      typeof key === 'string' ? (replacementOf(key)?.key ?? []) : [],
    )
    expect(replaced.length).toBeGreaterThan(50)
    expect(replaced.filter((key) => replacementOf(key) !== null)).toEqual([])
    expect(replaced.filter((key) => !isListedKey(key, policy))).toEqual([])
  })
})

describe('constants of the conventions', () => {
  it('are known by their names', () => {
    const constants = Object.entries(conventions).filter(([name, value]) => name.startsWith('ATTR_') && typeof value === 'string')
    expect(constants.length).toBeGreaterThan(500)
    expect(constants.filter(([name, value]) => keyOfConstant(name) !== value && replacementOf(String(value)) === null && isListedKey(String(value), policy))).toEqual([])
  })
})

describe('judging a key', () => {
  const found = (key: Parameters<typeof write>[0], on: (rule: string) => boolean = () => true) =>
    selectFindings(judgeAttributeWrite(write(key, literal(1)), policy), on).map(({ data, messageId, rule }) => [rule, messageId, data['instead'] ?? ''])

  it.each([
    ['a listed key', 'order.id', []],
    ['a replaced key', 'http.method', [['no-deprecated-attributes', 'replaced', '"http.request.method"']]],
    ['an unlisted key with a near one', 'tenant.ids', [['no-unlisted-attributes', 'nearest', '"tenant.id"']]],
    ['an unlisted key', 'zebra.stripes_of_the_animal', [['no-unlisted-attributes', 'unlisted', '']]],
    ['a denied key', 'order.secret', [['no-unlisted-attributes', 'denied', '']]],
    ['a listed key of another form', 'cartId', [['attribute-naming', 'form', '"cart_id"']]],
    ['a listed key with capitals', 'order.itemCount', [['attribute-naming', 'form', '"order.item_count"']]],
  ])('%s', (_, key, expected) => {
    expect(found(key)).toEqual(expected)
  })

  it('speaks by the rule that is on, when the first that applies is off', () => {
    const naming = (rule: string) => rule === 'attribute-naming'
    expect(found('Zebra.Stripes', naming)).toEqual([['attribute-naming', 'form', '"zebra.stripes"']])
    expect(found('zebra', naming)).toEqual([['attribute-naming', 'namespace', '"order.zebra"']])
    expect(found('otel.zebra', naming)).toEqual([['attribute-naming', 'reserved', '']])
    expect(found('http.route', naming)).toEqual([])
  })

  it('reads constants of the conventions, and no others', () => {
    expect(found(imported('ATTR_HTTP_METHOD', '@opentelemetry/semantic-conventions/incubating')).map(([rule]) => rule)).toEqual(['no-deprecated-attributes'])
    expect(found(imported('ATTR_HTTP_METHOD', './keys'))).toEqual([])
    expect(found(imported('ATTR_HTTP_ROUTE', '@opentelemetry/semantic-conventions'))).toEqual([])
  })

  it('leaves keys of metrics, baggage and resources alone', () => {
    for (const sink of ['baggage', 'metric-attribute', 'resource'] as const) {
      expect(judgeAttributeWrite(write('zebra', literal(1), sink), policy)).toEqual([])
    }
  })
})
