import { build } from 'esbuild'
import { mkdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type DecodedSpan, type Receiver, startReceiver } from '../../otlp-receiver.js'
import { startNode } from '../processes.js'
import { fixtures } from './orders.js'

/** Server and client on the built packages: as ES modules, CommonJS and a bundle, alone and beside instrumentation-grpc. */
const root = path.resolve(import.meta.dirname, '../../..')
const out = path.join(root, 'node_modules/.cache/spanguard-rpc')
const forms = {
  'as ES modules': { file: 'main.mjs', options: { format: 'esm', packages: 'external' } },
  'as CommonJS': { file: 'main.cjs', options: { format: 'cjs', packages: 'external' } },
  'as a bundle': { file: 'bundle.cjs', options: { format: 'cjs' } },
} as const

let receiver: Receiver
beforeAll(async () => {
  receiver = await startReceiver()
  await mkdir(out, { recursive: true })
  await Promise.all(
    Object.values(forms).map(({ file, options }) =>
      build({ entryPoints: [path.join(fixtures, 'main.mjs')], bundle: true, platform: 'node', target: 'node20', logLevel: 'error', outfile: path.join(out, file), ...options }),
    ),
  )
})
afterAll(async () => {
  await receiver.close()
  await rm(out, { recursive: true, force: true })
})

async function run(file: string, nodeOptions: readonly string[], ...parameters: string[]): Promise<readonly DecodedSpan[]> {
  receiver.clear()
  const ended = await startNode([...nodeOptions, path.join(out, file), ...parameters], { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url }).ended
  expect(ended.code).toBe(parameters.includes('crash') ? 1 : 0)
  return receiver.spans()
}

const byOf = (span: DecodedSpan): string => (span.scope.name.includes('instrumentation-grpc') ? 'instrumentation' : 'spanguard')
const methods = ['Get', 'Get', 'Upload', 'List', 'Chat']

function expectOneTrace(spans: readonly DecodedSpan[]): void {
  const order = spans.find(({ name }) => name === 'order.place')
  const clients = spans.filter(({ kind, traceId }) => kind === 'CLIENT' && traceId === order?.traceId)
  expect(clients.map(({ name }) => name.split('/')[1])).toEqual(methods)
  expect(clients.map(({ parentSpanId }) => parentSpanId)).toEqual(methods.map(() => order?.spanId))
  const servers = clients.map(({ spanId }) => spans.filter(({ kind, parentSpanId }) => kind === 'SERVER' && parentSpanId === spanId))
  expect(servers.map(({ length }) => length)).toEqual(methods.map(() => 1))
  // Nothing else but, beside the instrumentation, its client's health check: that side of it is not the runtime's.
  const others = spans.filter(span => span !== order && !clients.includes(span) && !servers.flat().includes(span))
  expect(others.filter(({ kind }) => kind === 'SERVER').map(({ name }) => name)).toEqual([])
}

describe.each(Object.keys(forms) as (keyof typeof forms)[])('%s', form => {
  it('alone: one CLIENT and one SERVER span for each call', async () => {
    const spans = await run(forms[form].file, [])
    expectOneTrace(spans)
    expect(spans).toHaveLength(11)
    expect(new Set(spans.map(byOf))).toEqual(new Set(['spanguard']))
  })

  it('a handler that ends the process: its span is the one that says why', async () => {
    const spans = await run(forms[form].file, [], 'crash')
    const last = spans.filter(({ kind, name }) => kind === 'SERVER' && name.endsWith('/Get')).at(-1)
    expect(last).toMatchObject({ status: { code: 'ERROR' }, attributes: { 'rpc.status_code': 'UNAVAILABLE', 'error.type': 'Error' } })
    expect(last?.events.map(({ name }) => name)).toEqual(['exception'])
  })
})

const beside = ['--require', path.join(fixtures, 'beside.cjs')]
describe.each(['as CommonJS', 'as ES modules with a loader hook'] as const)('beside instrumentation-grpc, %s', form => {
  const hook = form === 'as CommonJS' ? [] : ['--import', path.resolve(fixtures, '../middleware/loader-hook.mjs')]
  const { file } = forms[form === 'as CommonJS' ? 'as CommonJS' : 'as ES modules']

  it('each call has one CLIENT and one SERVER span, by the instrumentation', async () => {
    const spans = await run(file, [...hook, ...beside])
    expectOneTrace(spans)
    expect(new Set(spans.filter(({ name }) => name !== 'order.place').map(byOf))).toEqual(new Set(['instrumentation']))
  })
})
