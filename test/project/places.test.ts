import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'

import * as parser from '@typescript-eslint/parser'
import { Linter } from 'eslint'
import { afterAll, describe, expect, it } from 'vitest'

import { placeIn, placeOf } from '../../src/project/places.js'
import plugin from '../../src/index.js'

const root = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'spanguard-places-')))
afterAll(() => {
  rmSync(root, { recursive: true })
})

/** A repository with the names of its packages by their folders. */
function makeRepository(name: string, packages: Readonly<Record<string, string>>): (file: string) => string {
  for (const [folder, called] of Object.entries(packages)) {
    mkdirSync(path.join(root, name, folder), { recursive: true })
    writeFileSync(path.join(root, name, folder, 'package.json'), JSON.stringify({ name: called, dependencies: { express: '*' } }))
  }
  return (file) => path.join(root, name, file)
}

const kit = makeRepository('kit', { '.': 'queue-kit', 'examples/shop': 'shop', 'examples/with-otel': 'example-2', 'examples/third': 'kit-opentelemetry-example', 'packages/mock-bank-api': 'mock-bank-api', 'packages/shop': '@kit/shop' })
const tracing = makeRepository('tracing', { '.': '@acme/tracing', 'examples/shop': 'shop' })
const collection = makeRepository('collection', { 'examples/shop': 'shop' })

describe('the place of a file', () => {
  it.each([
    ['src/main.ts', null],
    ['packages/shop/src/main.ts', null],
    ['example-service/src/main.ts', null],
    ['src/democracy/vote.ts', null],
    ['src/workbench/app.ts', null],
    ['src/tools/search.ts', null],
    ['functions/archive/index.ts', null],
    ['packages/mockingbird/app.ts', null],
    ['packages/contest/app.ts', null],
    ['scratchcards/src/app.ts', null],
    ['examples/shop/src/main.ts', 'sample'],
    ['getting_started/app.ts', 'sample'],
    ['sample-applications/simple/app.ts', 'sample'],
    ['packages/tmdbMockServer/src/main.ts', 'stand-in'],
    ['packages/fake-bank-api/src/main.ts', 'stand-in'],
    ['examples/shop/mocks/bank.ts', 'stand-in'],
    ['wasm-bench/compare.ts', 'benchmark'],
    ['scratch/verbose-worker.ts', 'scratch'],
    ['system-backups/2025/server.ts', 'copy'],
    ['archive/2024/server.ts', 'copy'],
    ['generator/templates/src/app.ts', 'template'],
    ['tools/preview/server.ts', 'tool'],
    ['packages/shop/scripts/fill.ts', 'tool'],
    ['contract-tests/images/http/server.js', 'test'],
    ['packages/shop/src/__fixtures__/app.ts', 'fixture'],
    ['docs/server.ts', 'docs'],
    ['smoke-runner/server.ts', 'test'],
    ['packages/smokehouse/src/app.ts', null],
    ['infra/mail/server.mjs', 'infra'],
    ['src/infra/http/server.ts', null],
    ['src/modules/samples/routes.ts', null],
    ['src/playground/run.ts', null],
    ['src/modules/fixtures/routes.ts', null],
    ['src/mock-trading/orders.ts', null],
    ['src/backups/routes.ts', null],
    ['src/mocks/server.ts', 'stand-in'],
    ['services/mock-interviews/main.ts', null],
    ['services/fake-detection/main.ts', null],
    ['services/smoke-detector/main.ts', null],
    ['services/ab-tests/main.ts', null],
    ['services/db-backups/main.ts', null],
    ['services/blood-sample/main.ts', null],
    ['services/mock-bank-api/main.ts', 'stand-in'],
    ['src/tmp-storage.ts', null],
    ['src/mock-exam.ts', null],
    ['src/mock-server.ts', 'stand-in'],
    ['src/mock-server.service.ts', null],
    ['verify-tracing.ts', 'test'],
    ['src/validate-telemetry.ts', null],
    ['packages/shop/vite.config.ts', 'tool'],
    ['webpack.config.cjs', 'tool'],
    ['src/express.config.ts', null],
    ['src/app.config.ts', null],
  ])('%s: %s', (file, place) => {
    expect(placeOf(kit(file), kit('.'))).toBe(place)
  })

  it.each([
    ['a package that traces', tracing('examples/shop/app.ts'), tracing('.')],
    ['a collection that belongs to no package', collection('examples/shop/app.ts'), collection('.')],
    ['an example whose folder says so', kit('examples/with-otel/app.ts'), kit('.')],
    ['an example whose package says so', kit('examples/third/app.ts'), kit('.')],
  ])('a lesson: %s', (_, file, cwd) => {
    expect(placeOf(file, cwd)).toBe('lesson')
  })

  it('an example that is linted by itself is the project', () => {
    expect(placeOf(kit('examples/shop/src/main.ts'), kit('examples/shop'))).toBeNull()
  })

  it('a mock is one when its workspace is linted by itself, too', () => {
    expect(placeOf(kit('packages/mock-bank-api/src/main.ts'), kit('packages/mock-bank-api'))).toBe('stand-in')
  })

  it('a folder that says something above the project says nothing of it', () => {
    expect(placeOf('/home/dev/scratch/shop/src/main.ts', '/home/dev/scratch/shop')).toBeNull()
  })

  it('a service below tests that is linted by itself is the project', () => {
    expect(placeOf(kit('test/services/shop/src/main.ts'), kit('test/services/shop'))).toBeNull()
    expect(placeOf(kit('test/services/shop/src/main.ts'), kit('.'))).toBe('test')
  })

  it('a repository below a package is no part of it', () => {
    const outer = makeRepository('outer', { '.': 'outer', 'mocks/shop': 'shop', 'mocks/bank': 'bank' })
    mkdirSync(outer('mocks/shop/.git'))
    expect(placeOf(outer('mocks/shop/src/main.ts'), outer('mocks/shop'))).toBeNull()
    expect(placeOf(outer('mocks/bank/src/main.ts'), outer('mocks/bank'))).toBe('stand-in')
  })

  it('by the folders of a service alone', () => {
    expect(placeIn(['src', 'mocks'])).toBe('stand-in')
    expect(placeIn(['src', 'orders'])).toBeNull()
  })
})

const code = `import { trace } from '@opentelemetry/api'
import { NodeSDK } from '@opentelemetry/sdk-node'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
new NodeSDK({ spanProcessors: [new SimpleSpanProcessor(new OTLPTraceExporter())] }).start()
const span = trace.getTracer('shop').startSpan('order.pay')
span.setAttribute('auth.password', password)
await pay()
span.end()
`
const everything = ['batch-export', 'no-sensitive-data', 'require-shutdown', 'span-end']

function lint(file: string, cwd: string): readonly string[] {
  const linter = new Linter({ configType: 'flat', cwd })
  // ESLint and typescript-eslint have types of their own for the same plugin.
  const config = { files: ['**/*.ts'], plugins: { spanguard: plugin }, languageOptions: { parser }, rules: plugin.configs.recommended.rules } as unknown as Linter.Config
  return [...new Set(linter.verify(code, [config], { filename: file }).map(({ ruleId }) => ruleId?.replace('spanguard/', '') ?? ''))].sort()
}

describe('what rules say by the place', () => {
  it.each([
    ['a service', kit('src/main.ts'), kit('.'), everything],
    ['an example that is linted by itself', kit('examples/shop/main.ts'), kit('examples/shop'), everything],
    ['a lesson', tracing('examples/shop/main.ts'), tracing('.'), everything],
    ['a template, which is copied into services', kit('templates/shop/main.ts'), kit('.'), everything],
    ['an example of something else: a secret is one there, too', kit('examples/shop/main.ts'), kit('.'), ['no-sensitive-data']],
    ['a mock', kit('packages/mock-bank-api/main.ts'), kit('.'), ['no-sensitive-data']],
    ['a tool, which ends at once', kit('scripts/fill.ts'), kit('.'), ['no-sensitive-data']],
  ])('%s', (_, file, cwd, found) => {
    expect(lint(file, cwd)).toEqual(found)
  })
})
