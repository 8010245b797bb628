import { build } from 'esbuild'
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { randomUUID } from 'node:crypto'
import { copyFile, mkdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { DecodedSpan } from '../../otlp-receiver.js'
import { openSpanSource, type SpanSource } from '../../span-source.js'
import { fixtures, frameworks, request } from './apps.js'

/**
 * The apps as services in processes of their own, on the built packages: as ES modules, as CommonJS and as one bundle,
 * alone and beside OpenTelemetry's own instrumentations.
 */
const root = path.resolve(import.meta.dirname, '../../..')
/**
 * A project with API 1.10, instrumentations of line 3 and the packed runtime, which `npm run matrix -- --runtime` installs on
 * Node 22 and up. A process has one API, so line 3 cannot stand beside line 2 in the repository.
 */
const line3 = process.env['SPANGUARD_LINE_3']
const line = line3 === undefined ? 'line 2' : 'line 3'
/** Inside node_modules, so that what is not bundled resolves as in the repository, and linters leave it alone. */
const out = path.join(line3 ?? root, 'node_modules/.cache/spanguard-middleware')
const apps = [...frameworks, 'http'] as const

/** Nest loads these by name when they are there; a bundle leaves them out, as Nest's documentation has it. */
const optionalOfNest = ['@nestjs/microservices', '@nestjs/microservices/*', '@nestjs/websockets', '@nestjs/websockets/*', '@fastify/static', '@fastify/view', 'class-transformer', 'class-transformer/*', 'class-validator']

const forms = {
  'as ES modules': { file: 'esm.mjs', options: { format: 'esm', packages: 'external' } },
  'as CommonJS': { file: 'cjs.cjs', options: { format: 'cjs', packages: 'external' } },
  'as a bundle': { file: 'bundle.cjs', options: { format: 'cjs', external: optionalOfNest } },
} as const

const company: Readonly<Record<string, readonly string[]>> = {
  alone: [],
  [`beside instrumentation-http and -express of ${line}, required`]: ['--require', path.join(out, 'beside.cjs')],
  [`beside instrumentation-http and -express of ${line} with a loader hook`]: [
    '--import',
    path.join(out, 'loader-hook.mjs'),
    '--require',
    path.join(out, 'beside.cjs'),
  ],
}

const register = '@spanguard/runtime/register'
const before = `before instrumentation-http and -express of ${line}`
const after = `after instrumentation-http and -express of ${line}`
/** Apps without a middleware: how the process is started. Node runs what is required before what is imported. */
const preloads: Readonly<Record<string, readonly string[]>> = {
  'imported, alone': ['--import', register],
  'required, alone': ['--require', register],
  [before]: ['--require', register, '--require', path.join(out, 'beside.cjs')],
  [after]: ['--require', path.join(out, 'beside.cjs'), '--import', register],
}
/** Of each kind of framework one, where what stands beside the runtime is what matters. */
const oneOfEach = ['express5', 'fastify5', 'koa', 'nest-express', 'http'] as const
const preloaded: Readonly<Record<keyof typeof forms, readonly (readonly [preload: string, app: string])[]>> = {
  'as ES modules': [...apps.map(app => ['imported, alone', app] as const), ...oneOfEach.flatMap(app => [[before, app], [after, app]] as const)],
  'as CommonJS': [...apps.map(app => ['required, alone', app] as const), ...oneOfEach.flatMap(app => [[before, app], [after, app]] as const)],
  // It holds a runtime of its own, and finds the one state that the preloaded one has made.
  'as a bundle': oneOfEach.map(app => ['imported, alone', app] as const),
}
/** Where no middleware says the route, Koa, Hono and node:http tell nobody. */
const silent: ReadonlySet<string> = new Set(['koa', 'hono', 'http'])

let source: SpanSource
beforeAll(async () => {
  source = await openSpanSource()
  await mkdir(out, { recursive: true })
  for (const preloaded of ['beside.cjs', 'loader-hook.mjs']) await copyFile(path.join(fixtures, preloaded), path.join(out, preloaded))
})
afterAll(async () => {
  await source.close()
  await rm(out, { recursive: true, force: true })
})

describe.each(Object.keys(forms) as (keyof typeof forms)[])('%s', form => {
  const { file, options } = forms[form]
  const entryOf = (app: string): string => path.join(out, `${app}.${file}`)

  beforeAll(async () => {
    await Promise.all(
      apps.map(app =>
        build({
          stdin: {
            contents: `import { run } from './main.mjs'\nimport { start } from './${app}.mjs'\nrun(start)\n`,
            resolveDir: fixtures,
          },
          bundle: true,
          platform: 'node',
          target: 'node20',
          logLevel: 'error',
          outfile: entryOf(app),
          ...options,
          external: 'external' in options ? [...options.external] : [],
        }),
      ),
    )
  })

  const companies = Object.keys(company)
  describe.each(form === 'as a bundle' ? companies.slice(0, 2) : companies)('%s', beside => {
    it.each(apps)('%s sends one SERVER span for each request', async app => {
      const service = await startService(source, entryOf(app), company[beside] ?? [])
      const { status } = await request(service.port, '/tenants/acme/users/7?token=abc')
      await request(service.port, '/orders/4711')
      const spans = await service.stop()
      const routed = app !== 'http'
      expect(status).toBe(routed ? 200 : 404)
      expect(spans.map(({ name }) => name)).toEqual(routed ? ['GET /tenants/:tenant/users/:user', 'GET /orders/:id'] : ['GET', 'GET'])
      expect(spans.map(({ parentSpanId }) => parentSpanId)).toEqual([undefined, undefined])
      expect(spans[0]?.attributes['url.path']).toBe('/tenants/acme/users/7')
      expect(textOf(spans)).not.toContain('token=abc')
    })
  })

  it.runIf(form === 'as ES modules').each(['express5', 'fastify5'] as const)("%s, read by the queries of Tempo's API", async app => {
    const standIn = await openSpanSource('stand-in')
    const service = await startService(standIn, entryOf(app), [])
    await request(service.port, '/tenants/acme/users/7')
    await request(service.port, '/orders/4711')
    const spans = await service.stop()
    await standIn.close()
    expect(spans.map(({ name }) => name)).toEqual(['GET /tenants/:tenant/users/:user', 'GET /orders/:id'])
    expect(spans.map(({ attributes }) => attributes['url.path'])).toEqual(['/tenants/acme/users/7', '/orders/4711'])
  })

  it.each(preloaded[form])('by the preloaded runtime, %s: %s sends one SERVER span for each request without a middleware', async (preload, app) => {
    const service = await startService(source, entryOf(app), preloads[preload] ?? [], { PRELOADED: '1' })
    await request(service.port, '/tenants/acme/users/7?token=abc')
    await request(service.port, '/orders/4711')
    const spans = await service.stop()
    const names = spans.map(({ name }) => name)
    const routes = ['GET /tenants/:tenant/users/:user', 'GET /orders/:id']
    // Who was there first makes the span and knows the route, or (Express under a name of its own, an ES module) does not.
    if (preload === after && app !== 'http') expect([routes, ['GET', 'GET']]).toContainEqual(names)
    else expect(names).toEqual(silent.has(app) ? ['GET', 'GET'] : routes)
    expect(spans.map(({ parentSpanId }) => parentSpanId)).toEqual([undefined, undefined])
    expect(textOf(spans)).not.toContain('token=abc')
  })
})

function textOf(spans: readonly unknown[]): string {
  return JSON.stringify(spans, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value))
}

interface Service {
  readonly port: number
  /** Returns the SERVER spans that it has sent. */
  stop(): Promise<readonly DecodedSpan[]>
}

async function startService(from: SpanSource, entry: string, nodeOptions: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Service> {
  const name = `middleware-${randomUUID()}`
  const child: ChildProcessWithoutNullStreams = spawn(process.execPath, [...nodeOptions, entry], {
    cwd: line3 ?? root,
    env: { PATH: process.env['PATH'], OTEL_EXPORTER_OTLP_ENDPOINT: from.url, OTEL_SERVICE_NAME: name, ...env },
  })
  let errors = ''
  child.stderr.on('data', chunk => (errors += String(chunk)))
  const port = await new Promise<number>((resolve, reject) => {
    child.stdout.once('data', chunk => { resolve(Number(String(chunk))) })
    child.once('exit', code => { reject(new Error(`${entry} ended with ${String(code)}: ${errors}`)) })
  })
  return {
    port,
    stop: async () => {
      child.stdin.end()
      await once(child, 'exit')
      return (await from.spansOf(name)).filter(({ kind }) => kind === 'SERVER')
    },
  }
}
