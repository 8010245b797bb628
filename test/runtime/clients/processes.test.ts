import { build, type PluginBuild } from 'esbuild'
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, readFile, rm } from 'node:fs/promises'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { DecodedSpan } from '../../otlp-receiver.js'
import { openSpanSource, type SpanSource } from '../../span-source.js'

/** A service in a process of its own, on the built packages, that calls another by each client. */
const root = path.resolve(import.meta.dirname, '../../..')
const fixtures = path.join(root, 'test/fixtures/clients')
const out = path.join(root, 'node_modules/.cache/spanguard-clients')
const beside = path.join(fixtures, 'beside.cjs')

const forms = {
  'as an ES module': { file: 'esm.mjs', bundled: false, format: 'esm' },
  'as CommonJS': { file: 'cjs.cjs', bundled: false, format: 'cjs' },
  'as a bundle': { file: 'bundle.cjs', bundled: true, format: 'cjs' },
} as const

let source: SpanSource
let orders: http.Server
let got: { url: string | undefined; traceparent: string | undefined }[] = []

beforeAll(async () => {
  source = await openSpanSource()
  orders = http.createServer((incoming, response) => {
    got.push({ url: incoming.url, traceparent: incoming.headers['traceparent'] as string | undefined })
    response.end('ok')
  })
  orders.listen(0, '127.0.0.1')
  await Promise.all([once(orders, 'listening'), mkdir(out, { recursive: true })])
})
afterAll(async () => {
  orders.closeAllConnections()
  orders.close()
  await source.close()
  await rm(out, { recursive: true, force: true })
})

describe.each(Object.keys(forms) as (keyof typeof forms)[])('%s', form => {
  const { file, bundled, format } = forms[form]
  const outfile = path.join(out, file)
  beforeAll(async () => {
    // Top-level await is no CommonJS: the body goes into a function.
    const plugin = {
      name: 'function-body',
      setup(builder: PluginBuild) {
        builder.onLoad({ filter: /service\.mjs$/ }, async ({ path: source }) => {
          const text = await readFile(source, 'utf8')
          const lines = text.split('\n')
          const imports = lines.filter(line => line.startsWith('import '))
          const clients = bundled ? "import '@spanguard/runtime/clients'\n" : ''
          const body = lines.filter(line => !line.startsWith('import ')).join('\n')
          return { contents: `${clients}${imports.join('\n')}\nvoid (async () => {\n${body}\n})()\n`, loader: 'js' as const, resolveDir: fixtures }
        })
      },
    }
    await build({
      entryPoints: [path.join(fixtures, 'service.mjs')],
      bundle: true,
      platform: 'node',
      target: 'node20',
      format,
      outfile,
      logLevel: 'error',
      plugins: [plugin],
      ...(bundled ? {} : { packages: 'external' as const }),
    })
  })

  const companies: Readonly<Record<string, { args: string[]; env: Record<string, string> }>> = {
    alone: { args: [], env: {} },
    'beside instrumentations that were registered before': { args: ['--require', beside], env: {} },
    'beside instrumentations that are registered after': { args: [], env: { REGISTER_AFTER: beside } },
  }
  it.each(Object.entries(companies))('%s: one CLIENT span for each request, whose context goes out', async (_name, { args, env }) => {
    expectCalls(await run(source, [...args, outfile], env))
  })

  it.runIf(form === 'as an ES module')("the same, read by the queries of Tempo's API", async () => {
    const standIn = await openSpanSource('stand-in')
    expectCalls(await run(standIn, [outfile], {}))
    await standIn.close()
  })

  function expectCalls(spans: readonly DecodedSpan[]): void {
    const parent = spans.find(({ name }) => name === 'order.submit')
    const clients = spans.filter(({ kind }) => kind === 'CLIENT')
    expect(clients.map(({ attributes }) => pathOf(attributes['url.full']))).toEqual(['/fetch', '/request', '/get'])
    expect(clients.map(({ parentSpanId }) => parentSpanId)).toEqual(clients.map(() => parent?.spanId))
    expect(got).toEqual(clients.map(({ traceId, spanId, attributes }) => ({
      url: pathOf(attributes['url.full']),
      traceparent: `00-${traceId}-${spanId}-01`,
    })))
  }
})

/** The last segment of a URL. */
function pathOf(url: unknown): string {
  return typeof url === 'string' ? url.replace(/^.*\//, '/') : ''
}

/** The spans that it has sent when it has ended. */
async function run(from: SpanSource, args: readonly string[], env: Readonly<Record<string, string>>): Promise<readonly DecodedSpan[]> {
  got = []
  const name = `clients-${randomUUID()}`
  const { port } = orders.address() as AddressInfo
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: { PATH: process.env['PATH'], OTEL_EXPORTER_OTLP_ENDPOINT: from.url, OTEL_SERVICE_NAME: name, ORDERS_URL: `http://127.0.0.1:${port}`, ...env },
  })
  let errors = ''
  child.stderr.on('data', chunk => (errors += String(chunk)))
  const [code] = (await once(child, 'exit')) as [number | null]
  expect(`${String(code)} ${errors}`).toBe('0 ')
  return from.spansOf(name)
}
