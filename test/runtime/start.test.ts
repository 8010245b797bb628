import { existsSync, realpathSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import path from 'node:path'
import { build } from 'esbuild'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startReceiver, type Receiver } from '../otlp-receiver.js'
import { fixtures, startNode, type Ended } from './processes.js'

const service = path.join(fixtures, 'service')
const require = createRequire(import.meta.url)
let receiver: Receiver
beforeEach(async () => {
  receiver = await startReceiver()
})
afterEach(async () => {
  await receiver.close()
})

function node(args: readonly string[], env: Record<string, string> = {}, cwd = service): Promise<Ended> {
  return startNode(args, { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, ENVIRONMENT: 'test', ...env }, cwd).ended
}

describe('register', () => {
  test.each([
    ['--import', 'app.mjs'],
    ['--import', 'app.cjs'],
    ['--require', 'app.cjs'],
    ['--require', 'app.mjs'],
  ])('%s with %s: named by its package.json', async (flag, app) => {
    const ended = await node([flag, '@spanguard/runtime/register', app])
    expect(ended).toMatchObject({ code: 0, stderr: '' })
    const [span] = receiver.spans()
    expect(receiver.spans()).toHaveLength(1)
    expect(span?.resource).toMatchObject({ 'service.name': 'checkout', 'service.version': '4.5.6', 'deployment.environment.name': 'test' })
    expect(span?.attributes).toEqual({ 'order.id': '[REDACTED]' })
  })

  test('the policy that SPANGUARD_POLICY names', async () => {
    await node(['--import', '@spanguard/runtime/register', 'app.mjs'], { SPANGUARD_POLICY: 'policy.json' })
    expect(receiver.spans()[0]?.attributes).toEqual({ 'order.id': '42' })
    expect(receiver.spans()[0]?.resource['spanguard.policy.hash']).toMatch(/^[0-9a-f]{16}$/)
  })

  test('the policy beside the package.json of the entry', async () => {
    const folder = await mkdtemp(path.join(service, 'tmp-'))
    try {
      await writeFile(path.join(folder, 'package.json'), '{ "name": "beside" }')
      await writeFile(path.join(folder, 'spanguard.policy.json'), await import('node:fs/promises').then(fs => fs.readFile(path.join(service, 'policy.json'))))
      await writeFile(path.join(folder, 'app.mjs'), "import { withSpan } from '@spanguard/runtime'\nwithSpan('order.create', { attributes: { 'order.id': '42' } }, () => {})\n")
      await node(['--import', '@spanguard/runtime/register', path.join(folder, 'app.mjs')])
      expect(receiver.spans()[0]).toMatchObject({ attributes: { 'order.id': '42' }, resource: { 'service.name': 'beside' } })
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  test.each([
    ['nowhere.json', "can't be read; the built-in list is used"],
    ['app.mjs', 'is no JSON; the built-in list is used'],
    ['package.json', 'is invalid: attributes is no object; the built-in list is used'],
  ])('a policy that is missing or invalid (%s) is one error line and the built-in list', async (file, message) => {
    const ended = await node(['--import', '@spanguard/runtime/register', 'app.mjs'], { SPANGUARD_POLICY: file })
    expect(ended.code).toBe(0)
    expect(ended.stderr).toMatch(/^spanguard: [^\n]*\n$/)
    expect(ended.stderr).toContain(message)
    expect(receiver.spans()[0]?.attributes).toEqual({ 'order.id': '[REDACTED]' })
  })

  test('does nothing inside npm', async () => {
    const env = { NODE_OPTIONS: '--import @spanguard/runtime/register', HOME: service, OTEL_TRACES_SAMPLER: 'nonsense' }
    const npm = await node([npmCli(), 'run', '--silent', 'x', '--if-present'], env)
    // A setup would have warned of the sampler, as that of the service does.
    expect(npm).toMatchObject({ code: 0, stderr: '' })
    expect((await node(['app.mjs'], env)).stderr).toContain('nonsense')
  })

  test.each([
    ['bin/npm-cli.js', 'npm', false],
    ['bin/npx-cli.js', 'npm', false],
    ['bin/pnpm.cjs', 'pnpm', false],
    ['dist/worker.js', 'pnpm', false],
    ['bin/yarn.js', 'yarn', false],
    ['.yarn/releases/yarn-4.18.1.cjs', 'shop', false],
    ['dist/corepack.js', 'corepack', false],
    ['bin/shop.js', 'shop', true],
    ['bin/yarn-orders.js', 'shop', true],
  ])('%s of the package %s is set up: %s', async (file, name, isSetUp) => {
    const folder = await mkdtemp(path.join(service, 'tmp-'))
    try {
      await mkdir(path.dirname(path.join(folder, file)), { recursive: true })
      await writeFile(path.join(folder, 'package.json'), JSON.stringify({ name }))
      await writeFile(path.join(folder, file), "console.log(globalThis[Symbol.for('@spanguard/runtime state 1')]?.active?.handle.health().state ?? 'nothing')\n")
      const ended = await node([path.join(folder, file)], { NODE_OPTIONS: '--import @spanguard/runtime/register' })
      expect(ended).toMatchObject({ code: 0, stdout: isSetUp ? 'on\n' : 'nothing\n', stderr: '' })
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})

/** npm's own program. Other Node versions of the matrix come without one, so that it is looked for on the path. */
function npmCli(): string {
  const found = (process.env['PATH'] ?? '').split(path.delimiter).map(folder => path.join(folder, 'npm')).find(file => existsSync(file))
  if (found === undefined) throw new Error('There is no npm on the path.')
  return realpathSync(found)
}

describe('one state', () => {
  test('for CommonJS and ESM together', async () => {
    const ended = await node(['both.cjs'])
    expect(ended).toMatchObject({ code: 0, stdout: 'true\n', stderr: '' })
    const [outer, inner] = ['outer.esm', 'inner.cjs'].map(name => receiver.spans().find(span => span.name === name))
    expect(inner?.parentSpanId).toBe(outer?.spanId)
  })

  test('for each worker thread, with an instance id of its own', async () => {
    const ended = await node(['worker.mjs'])
    expect(ended).toMatchObject({ code: 0, stderr: '' })
    expect(receiver.spans().map(span => span.name).sort()).toEqual(['main.work', 'thread.work'])
    expect(new Set(receiver.spans().map(span => span.resource['service.instance.id'])).size).toBe(2)
  })

  test('for each member of a cluster, each flushed by its own SIGTERM', async () => {
    const ended = await node(['cluster.mjs'])
    expect(ended).toMatchObject({ code: 0, stderr: '' })
    expect(receiver.spans().map(span => span.name).sort()).toEqual(['member.work', 'member.work', 'primary.work'])
    expect(new Set(receiver.spans().map(span => span.resource['service.instance.id'])).size).toBe(3)
  })
})

describe('built and started otherwise', () => {
  test.each(['esm', 'cjs'] as const)('bundled by esbuild as %s', async format => {
    const folder = await mkdtemp(path.join(service, 'tmp-'))
    try {
      const outfile = path.join(folder, format === 'esm' ? 'out.mjs' : 'out.cjs')
      await build({ entryPoints: [path.join(service, 'typed.ts')], bundle: true, platform: 'node', format, outfile, ...(format === 'esm' && { banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url)" } }) })
      expect(await node([outfile], {}, folder)).toMatchObject({ code: 0, stderr: '' })
      expect(receiver.spans().map(span => span.resource['service.name'])).toEqual(['typed'])
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  test('tsx', async () => {
    expect(await node([require.resolve('tsx/cli'), 'typed.ts'])).toMatchObject({ code: 0, stderr: '' })
    expect(receiver.spans().map(span => span.name)).toEqual(['order.create'])
  })
})

describe('somebody else traces already', () => {
  test.each([
    ['test', 'spanguard: another tracer provider is registered already. Redaction is NOT active for its spans. Let @spanguard/runtime set tracing up alone\n', ''],
    ['production', 'foreign-provider\n', 'Redaction is NOT active'],
  ])('in %s', async (environment, stdout, stderr) => {
    const ended = await node(['foreign.mjs'], { ENVIRONMENT: environment })
    expect(ended.stdout).toBe(stdout)
    expect(ended.stderr).toContain(stderr)
    expect(ended.stderr.split('\n').length).toBeLessThanOrEqual(2)
  })
})
