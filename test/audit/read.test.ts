import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'

import { readSpans } from '../../src/audit/read.js'

const document = {
  resourceSpans: [{
    resource: { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] },
    scopeSpans: [{
      scope: { name: 'orders' },
      spans: [{
        traceId: '5b8efff798038103d269b633813fc60c', spanId: 'eee19b7ec3c1b174', parentSpanId: '', name: 'order.place', kind: 2, startTimeUnixNano: '1544712660000000001',
        attributes: [
          { key: 'order.size', value: { intValue: '3' } },
          { key: 'order.paid', value: { boolValue: true } },
          { key: 'order.tags', value: { arrayValue: { values: [{ stringValue: 'a' }, { doubleValue: 1.5 }] } } },
          { key: 'order.more', value: { kvlistValue: { values: [{ key: 'x', value: { intValue: 1 } }] } } },
        ],
        events: [{ name: 'exception', attributes: [{ key: 'exception.type', value: { stringValue: 'Error' } }] }],
        status: { code: 2, message: 'no' },
      }],
    }],
  }],
}
const text = JSON.stringify(document)
const read = (given: string | Uint8Array) => readSpans({ bytes: Buffer.from(given), name: 'traces' })

describe('OTLP in JSON', () => {
  it('is read with every kind of value', () => {
    expect(read(text)).toEqual([{
      traceId: '5b8efff798038103d269b633813fc60c', spanId: 'eee19b7ec3c1b174', parentSpanId: null, name: 'order.place', kind: 'server', startTime: 1544712660000000001n,
      attributes: new Map<string, unknown>([['order.size', 3], ['order.paid', true], ['order.tags', ['a', 1.5]], ['order.more', { x: 1 }]]),
      events: [{ name: 'exception', attributes: new Map([['exception.type', 'Error']]) }], links: [], status: { code: 'error', message: 'no' },
      scope: 'orders', service: 'shop', resource: new Map([['service.name', 'shop']]),
    }])
  })

  it.each([
    ['a document on each line, logs among them, the last cut while it is written', `${text}\n{"resourceLogs":[]}\n\n${text}\n${text.slice(0, 40)}`, 2],
    ['a list', `[${text},${text}]`, 2],
    ['with a byte order mark and space before', `\uFEFF \n${text}`, 1],
    ['gzipped', gzipSync(text), 1],
    ['as Tempo answers', JSON.stringify({ trace: document }), 1],
    ['an empty list of spans', '{"resourceSpans":[]}', 0],
  ])('%s', (_, given, count) => {
    expect(read(given)).toHaveLength(count)
  })

  it.each([
    ['nothing', '', /^traces is empty: give OTLP/u],
    ['other JSON', '{"data":[]}', /^traces has no "resourceSpans", so that it is no OTLP/u],
    ['half a document', text.slice(0, 100), /^traces is no JSON in line 1/u],
    ['a text', 'hello', /^traces is neither JSON nor OTLP in protobuf/u],
    ['gzip that is cut', gzipSync(text).subarray(0, 40), /^traces begins as gzip and cannot be unpacked/u],
    ['protobuf that is cut', new Uint8Array([0x0a, 0x7f, 0x0a, 0x01]), /^traces is neither JSON nor OTLP in protobuf/u],
  ])('%s is said in one sentence', (_, given, message) => {
    expect(() => read(given)).toThrow(message)
  })

  it('says what is wrong with a file', () => {
    expect(() => readSpans({ file: '/nowhere/traces.json' })).toThrow(/^\/nowhere\/traces\.json cannot be read \(ENOENT.*\): give a file with OTLP, - for the standard input, or the URL of a Tempo\.$/u)
  })
})
