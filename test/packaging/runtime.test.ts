import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startReceiver, type Receiver } from '../otlp-receiver.js'
import { installProject, type InstalledProject } from './project.js'

const body = `
const tracing = initTracing({ serviceName: 'packed' })
withSpan('order.place', (span) => {
  span.setAttribute('payment.card_number', '4111111111111111')
  return Promise.resolve()
})
  .then(() => tracing.shutdown())
  .then((flushed) => console.log('flushed', flushed))
`
const esm = `import { initTracing, withSpan } from '@spanguard/runtime'\n${body}`
const cjs = `const { initTracing, withSpan } = require('@spanguard/runtime')\n${body}`

// Each entry point, with the types that its signatures lean on, in a program that is checked as strictly as can be.
const typed = `import { initTracing, stage, withSpan } from '@spanguard/runtime'
import { expressTracing } from '@spanguard/runtime/express'
import { fastifyTracing } from '@spanguard/runtime/fastify'
import { traceHandler } from '@spanguard/runtime/http'
import { defineConfig, parseConfig, toPolicy, type Policy } from '@spanguard/policy'

const policy: Policy = toPolicy(parseConfig(defineConfig({ attributes: { allow: ['order.id'] } }), 'spanguard.config.ts'))
const tracing = initTracing({ serviceName: 'packed', policy })
export const ratio: number = tracing.sampling.get()
export const answer: number = withSpan('order.place', () => 42)
export const later: Promise<string> = withSpan('order.place', async () => stage('charge', async () => 'done'))
export const middleware = [expressTracing, fastifyTracing, traceHandler]
// @ts-expect-error a name is a string: were everything \`any\`, this would be no error
withSpan(42, () => 42)
`
const strict = { strict: true, exactOptionalPropertyTypes: true, noEmit: true, target: 'ES2022', types: ['node'] }

describe('the runtime and the policy, installed from their tarballs', () => {
  let project: InstalledProject
  let receiver: Receiver
  beforeAll(async () => {
    project = installProject([
      'typescript@6.0.3',
      '@types/node@20.19.43',
      '@types/express@5.0.6',
      'express@5.3.0',
      'fastify@5.12.8',
      'tsx@4.23.15',
      'esbuild@0.28.2',
      'vitest@4.1.12',
      'jest@30.5.2',
    ])
    receiver = await startReceiver()
  }, 240_000)
  afterAll(async () => {
    await receiver.close()
    project.remove()
  })

  const sendsItsSpan = async (parameters: readonly string[]) => {
    receiver.clear()
    const { output, exitCode } = await project.run('node', parameters, { env: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url } })
    expect(output).toBe('flushed true\n')
    expect(exitCode).toBe(0)
    const spans = await receiver.waitForSpans(1)
    expect(spans.map((span) => span.name)).toEqual(['order.place'])
    expect(spans[0]?.attributes['payment.card_number']).toBe('[REDACTED]')
  }

  it('work from an ES module', async () => {
    project.write({ 'esm.mjs': esm })
    await sendsItsSpan(['esm.mjs'])
  })

  it('work from CommonJS', async () => {
    project.write({ 'cjs.cjs': cjs })
    await sendsItsSpan(['cjs.cjs'])
  })

  it('work under tsx', async () => {
    project.write({ 'under-tsx.mts': esm })
    await sendsItsSpan(['--import', 'tsx', 'under-tsx.mts'])
  })

  it.each(['esm', 'cjs'])('work in an esbuild bundle of the format %s', async (format) => {
    const outfile = format === 'esm' ? 'bundle.mjs' : 'bundle.cjs'
    // What esbuild needs for CommonJS packages in an ES module bundle, whoever they are from.
    const banner = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url)"
    project.write({ 'entry.mjs': esm })
    const { output, exitCode } = await project.run('esbuild', [
      'entry.mjs',
      '--bundle',
      '--platform=node',
      `--format=${format}`,
      `--outfile=${outfile}`,
      '--log-level=warning',
      ...(format === 'esm' ? [`--banner:js=${banner}`] : []),
    ])
    expect(output).toBe('')
    expect(exitCode).toBe(0)
    await sendsItsSpan([outfile])
  })

  it('keep one state per process, loaded as ES module, as CommonJS and in a bundle', async () => {
    project.write({
      'entry.mjs': "export { initTracing } from '@spanguard/runtime'\n",
      'both.mjs': `import { createRequire } from 'node:module'
import { initTracing } from '@spanguard/runtime'
const require = createRequire(import.meta.url)
const first = initTracing({ serviceName: 'packed' })
const second = require('@spanguard/runtime').initTracing({ serviceName: 'packed' })
const third = require('./state-bundle.cjs').initTracing({ serviceName: 'packed' })
console.log(first === second, first === third, first.health().state)
await first.shutdown({ timeoutMs: 100 })
`,
    })
    const bundled = await project.run('esbuild', ['entry.mjs', '--bundle', '--platform=node', '--format=cjs', '--outfile=state-bundle.cjs'])
    expect(bundled.exitCode).toBe(0)
    const { output } = await project.run('node', ['both.mjs'], { env: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url } })
    expect(output).toBe('true true on\n')
  })

  it('work under vitest', async () => {
    project.write({
      'vitest/order.test.mjs': `import { expect, it } from 'vitest'
import { initTracing, withSpan } from '@spanguard/runtime'
import { classifyName, builtInPolicy } from '@spanguard/policy'
it('traces', async () => {
  const tracing = initTracing({ serviceName: 'packed' })
  expect(withSpan('order.place', () => 42)).toBe(42)
  expect(classifyName('cardNumber', builtInPolicy)?.class).toBe('card')
  await tracing.shutdown({ timeoutMs: 100 })
})
`,
    })
    const { output, exitCode } = await project.run('vitest', ['run'], { in: 'vitest' })
    expect(output).toContain('1 passed')
    expect(exitCode).toBe(0)
  })

  it('work under Jest, and let it end', async () => {
    project.write({
      'jest/package.json': { name: 'jest-project', jest: {} },
      'jest/order.test.js': `const { initTracing, withSpan } = require('@spanguard/runtime')
const { classifyName, builtInPolicy } = require('@spanguard/policy')
it('traces', async () => {
  const tracing = initTracing({ serviceName: 'packed' })
  expect(withSpan('order.place', () => 42)).toBe(42)
  expect(classifyName('cardNumber', builtInPolicy).class).toBe('card')
  await tracing.shutdown({ timeoutMs: 100 })
})
`,
    })
    const { output, exitCode } = await project.run('jest', [], { in: 'jest' })
    expect(output).toMatch(/Tests: +1 passed/)
    expect(output).not.toContain('did not exit')
    expect(exitCode).toBe(0)
  })

  it.each([
    ['bundler', 'esnext', 'module'],
    ['node16', 'node16', 'module'],
    ['node16', 'node16', 'commonjs'],
    ['nodenext', 'nodenext', 'module'],
    ['nodenext', 'nodenext', 'commonjs'],
  ])('have types under moduleResolution %s (module %s) in a %s package', async (moduleResolution, module, type) => {
    const folder = `types-${moduleResolution}-${type}`
    project.write({
      [`${folder}/package.json`]: { name: folder, type },
      // Checking the libraries' own declarations takes most of the time, and once for each module kind is enough.
      [`${folder}/tsconfig.json`]: {
        compilerOptions: { ...strict, module, moduleResolution, skipLibCheck: moduleResolution !== 'nodenext' },
        files: ['program.ts'],
      },
      [`${folder}/program.ts`]: typed,
    })
    const { output, exitCode } = await project.run('tsc', ['-p', '.'], { in: folder })
    expect(output).toBe('')
    expect(exitCode).toBe(0)
  })
})
