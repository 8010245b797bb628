import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import http from 'node:http'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openSpanSource, type SpanSource } from '../../span-source.js'
import { fixtures, untraced } from './apps.js'

/** The request that ends a process is the one that somebody will look for. */
describe.each([
  ['traced by a middleware', [], {}],
  ['traced by the preloaded runtime', ['--import', '@spanguard/runtime/register'], { PRELOADED: '1' }],
] as const)('an error that ends the process, %s', (_how, parameters, environment) => {
  let source: SpanSource
  beforeAll(async () => {
    source = await openSpanSource()
  })
  afterAll(() => source.close())

  it.each([
    ['a handler that throws', 'GET'],
    ['a handler that rejects', 'GET'],
    ['a timer of a handler', 'GET'],
    ['a listener of the request', 'GET'],
    ['an async handler of Express 4', 'GET /orders/:id'],
  ])('in %s leaves the span of its request, an ERROR, and the exit code as it was', async (where, name) => {
    const service = `crash-${randomUUID()}`
    const child = spawn(process.execPath, [...parameters, path.join(fixtures, 'crash.mjs')], {
      env: { PATH: process.env['PATH'], OTEL_EXPORTER_OTLP_ENDPOINT: source.url, OTEL_SERVICE_NAME: service, CRASH: where, ...environment },
    })
    let errors = ''
    child.stderr.on('data', chunk => (errors += String(chunk)))
    const [line] = (await once(child.stdout, 'data')) as [Buffer]
    untraced(() => http.get({ host: '127.0.0.1', port: Number(String(line)), path: '/orders/7' }).on('error', () => {}))
    const [code] = (await once(child, 'exit')) as [number]
    expect(code).toBe(1)
    expect(errors).toContain('OutOfStock')
    const spans = await source.spansOf(service)
    expect(spans).toHaveLength(1)
    expect(spans[0]).toMatchObject({ name, kind: 'SERVER', status: { code: 'ERROR' }, attributes: { 'error.type': 'OutOfStock' } })
    expect(spans[0]?.events.map(event => event.name)).toEqual(['exception'])
  })
})
