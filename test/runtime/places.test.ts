import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import path from 'node:path'
import { build } from 'esbuild'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startReceiver, type Receiver } from '../otlp-receiver.js'
import { fixtures, startNode } from './processes.js'

const service = path.join(fixtures, 'service')
const require = createRequire(import.meta.url)
let receiver: Receiver
beforeEach(async () => {
  receiver = await startReceiver()
})
afterEach(async () => {
  await receiver.close()
})
const env = (): Record<string, string> => ({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, ENVIRONMENT: 'test' })

describe('edge functions, browsers and workerd', () => {
  test.each(['workerd', 'edge-light', 'browser'])('%s gets a no-op with the same names', async condition => {
    const ended = await startNode(['--conditions', condition, 'edge.mjs'], { ...env(), REGISTER: '1' }, service).ended
    expect(ended).toMatchObject({ code: 0, stderr: '' })
    const [said, names] = ended.stdout.trim().split('\n')
    expect(said).toBe('false off undefined ****1111 [REDACTED]')
    expect(receiver.requests()).toHaveLength(0)
    const real = await startNode(['edge.mjs'], env(), service).ended
    expect(names).toBe(real.stdout.trim().split('\n')[1])
  })

  test('the no-op needs nothing of Node', async () => {
    const { metafile } = await build({ entryPoints: [path.join(service, 'edge.mjs')], bundle: true, format: 'esm', platform: 'browser', conditions: ['workerd'], write: false, metafile: true })
    const inputs = Object.keys(metafile.inputs)
    expect(inputs.some(file => file.endsWith('runtime/dist/esm/noop.js'))).toBe(true)
    expect(inputs.filter(file => file.includes('sdk-trace'))).toEqual([])
  })
})

test('an invocation of a function that is frozen afterwards has sent its spans when it answers', async () => {
  const program = `
    const { handler } = await import(${JSON.stringify(path.join(service, 'lambda.mjs'))})
    for (const name of ['a', 'b']) {
      console.log(await handler({ name }))
      // Frozen: nothing of the loop runs any more until the next invocation.
    }
    process.kill(process.pid, 'SIGKILL')`
  const ended = await startNode(['--input-type=module', '-e', program], env(), service).ended
  expect(ended).toMatchObject({ signal: 'SIGKILL', stdout: 'hello a\nhello b\n', stderr: '' })
  expect(receiver.requests().map(request => request.spans.length)).toEqual([1, 1])
})

test('beside signal-exit a signal still ends the process', async () => {
  const running = startNode(['signal-exit.mjs'], env(), service)
  await running.printed('ready')
  running.kill('SIGTERM')
  expect(await running.ended).toMatchObject({ signal: 'SIGTERM', stderr: '' })
  expect(receiver.spans()).toHaveLength(1)
})

describe('a second copy of the API', () => {
  /** A folder with a copy of the API that says it is of another version. */
  async function withCopy(version: string, run: (folder: string) => Promise<void>): Promise<void> {
    const folder = await mkdtemp(path.join(service, 'tmp-'))
    const copy = path.join(folder, 'node_modules/@opentelemetry/api')
    try {
      await cp(path.join(path.dirname(require.resolve('@opentelemetry/api')), '../..'), copy, { recursive: true })
      for (const file of ['package.json', 'build/src/version.js']) {
        const text = await readFile(path.join(copy, file), 'utf8')
        await writeFile(path.join(copy, file), text.replace(/(version"?:? ?=? ?["'])\d+\.\d+\.\d+/i, `$1${version}`))
      }
      await run(folder)
    } finally {
      await rm(folder, { recursive: true })
    }
  }
  const program = `
    const { trace } = require('@opentelemetry/api')
    let said
    try { said = require(${JSON.stringify(require.resolve('../../runtime/package.json'))}.replace('package.json', 'dist/cjs/index.js')).initTracing({ serviceName: 'x' }).health().state } catch (error) { said = error.message }
    trace.getTracer('copy').startSpan('of.the.copy').end()
    console.log(said)`

  test.each([
    ['1.99.0', 'test', /^spanguard: a second copy of @opentelemetry\/api \(1\.99\.0, in .*\) is loaded; its spans are not seen\. Redaction is NOT active/, ''],
    ['1.99.0', 'production', /^foreign-provider/, 'Redaction is NOT active'],
    ['1.2.0', 'test', /^on/, ''],
  ])('%s in %s', async (version, environment, stdout, stderr) => {
    await withCopy(version, async folder => {
      await writeFile(path.join(folder, 'app.cjs'), program)
      const ended = await startNode([path.join(folder, 'app.cjs')], { ...env(), ENVIRONMENT: environment }).ended
      expect(ended.stdout).toMatch(stdout)
      expect(ended.stderr).toContain(stderr)
      // An older copy sees what a newer one registered.
      expect(receiver.spans().map(span => span.name)).toEqual(version === '1.2.0' ? ['of.the.copy'] : [])
    })
  })
})
