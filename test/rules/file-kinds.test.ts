import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'

import * as parser from '@typescript-eslint/parser'
import { Linter } from 'eslint'
import { afterAll, describe, expect, it } from 'vitest'

import plugin from '../../src/index.js'

/**
 * Every rule that is asked here speaks in every kind of file, in every way of writing that people use: found with and without types,
 * by ESLint's own parser where it reads the file, and the fix comes out in the file's own kind of module.
 */
const root = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'spanguard-kinds-')))
afterAll(() => {
  rmSync(root, { recursive: true })
})
symlinkSync(path.resolve(import.meta.dirname, '../../node_modules'), path.join(root, 'node_modules'))
for (const type of ['module', 'commonjs'] as const) {
  const dir = path.join(root, type, 'src')
  mkdirSync(dir, { recursive: true })
  const manifest = { name: type, type, dependencies: { '@opentelemetry/api': '*', '@spanguard/runtime': '*', express: '*' } }
  writeFileSync(path.join(root, type, 'package.json'), JSON.stringify(manifest))
  const compilerOptions = { module: 'nodenext', target: 'esnext', strict: true, jsx: 'preserve', experimentalDecorators: true, skipLibCheck: true, types: [] }
  writeFileSync(path.join(root, type, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['src'] }))
}

const rules = {
  'spanguard/no-sensitive-data': 'error',
  'spanguard/no-technical-span-name': 'error',
  'spanguard/require-handler-tracing': 'error',
  'spanguard/span-end': 'error',
} as const
type ParserKind = 'espree' | 'typescript' | 'typed'

function configOf(kind: ParserKind): Linter.Config[] {
  const ecmaFeatures = { jsx: true }
  const languageOptions =
    kind === 'espree' ? { parserOptions: { ecmaFeatures } }
    : kind === 'typescript' ? { parser, parserOptions: { ecmaFeatures } }
    : { parser, parserOptions: { ecmaFeatures, projectService: true, tsconfigRootDir: root } }
  return [
    { files: ['**/*.{js,mjs,cjs,jsx,ts,mts,cts,tsx}'], plugins: { spanguard: plugin }, languageOptions, rules },
    { files: ['**/*.cjs', 'commonjs/**/*.js'], languageOptions: { sourceType: 'commonjs' } },
  ] as Linter.Config[]
}

/** `line rule` of every finding, in the order of the lines; a parse error is a finding of no rule. */
function lint(file: string, code: string, kind: ParserKind): { found: readonly string[]; fixed: string; left: readonly string[] } {
  const filename = path.join(root, file)
  writeFileSync(filename, code)
  const linter = new Linter({ configType: 'flat', cwd: root })
  const config = configOf(kind)
  const say = (messages: readonly Linter.LintMessage[]): string[] =>
    messages.map(({ line, ruleId, message }) => `${String(line)} ${ruleId?.replace('spanguard/', '') ?? message}`)
  const found = say(linter.verify(code, config, { filename }))
  // What a fix writes is checked without types: the file on disk still says what it said.
  const { output } = linter.verifyAndFix(code, configOf(kind === 'typed' ? 'typescript' : kind), { filename })
  return { found, fixed: output, left: say(linter.verify(output, configOf(kind === 'typed' ? 'typescript' : kind), { filename })) }
}

const service = `const tracer = trace.getTracer('shop')
const app = express()
app.get('/orders', (req, res) => {
  const span = tracer.startSpan('handler')
  span.setAttribute('user.email', req.user.email)
  if (req.query.page === undefined) return res.sendStatus(400)
  span.end()
  res.json([])
})
app.listen(3000)
`
const esm = `import { trace } from '@opentelemetry/api'\nimport express from 'express'\n${service}`
const commonjs = `const { trace } = require('@opentelemetry/api')\nconst express = require('express')\n${service}`
const typed = esm.replace('(req, res)', '(req: any, res: any): void')
const importEquals = `import api = require('@opentelemetry/api')\nimport express = require('express')\n${service.replace('trace.', 'api.trace.').replace('(req, res)', '(req: any, res: any)')}`
const withJsx = (code: string): string => code.replace('res.json([])', 'res.send(render(<Orders user={req.user.id} />))')

const serviceFindings = ['4 require-handler-tracing', '6 no-technical-span-name', '7 no-sensitive-data', '8 span-end']
const esmFix = /^import \{ expressTracing \} from ['"]@spanguard\/runtime\/express['"]/m
const requireFix = /^const \{ expressTracing \} = require\(['"]@spanguard\/runtime\/express['"]\)/m
const importEqualsFix = /^import .*@spanguard\/runtime\/express/m

const kinds: readonly [file: string, code: string, fix: RegExp, parsers: readonly ParserKind[]][] = [
  ['module/src/app.js', esm, esmFix, ['espree', 'typescript']],
  ['commonjs/src/app.js', commonjs, requireFix, ['espree', 'typescript']],
  ['module/src/app.cjs', commonjs, requireFix, ['espree', 'typescript']],
  ['commonjs/src/app.mjs', esm, esmFix, ['espree', 'typescript']],
  ['module/src/app.jsx', withJsx(esm), esmFix, ['espree', 'typescript']],
  ['module/src/app.ts', typed, esmFix, ['typescript', 'typed']],
  ['commonjs/src/app.ts', typed, esmFix, ['typescript', 'typed']],
  ['commonjs/src/server.mts', typed, esmFix, ['typescript', 'typed']],
  ['module/src/server.cts', importEquals, importEqualsFix, ['typescript', 'typed']],
  ['module/src/page.tsx', withJsx(typed), esmFix, ['typescript', 'typed']],
]

describe('every kind of file', () => {
  it.each(kinds.flatMap(([file, code, fix, parsers]) => parsers.map((kind) => [file, kind, code, fix] as const)))('%s, %s', (file, kind, code, fix) => {
    const { found, fixed, left } = lint(file, code, kind)
    expect(found).toEqual(serviceFindings)
    expect(fixed).toMatch(fix)
    expect(fixed).toMatch(/^app\.use\((?:expressTracing\.)?expressTracing\(\)\)$/m)
    expect(left.filter((each) => !/ (?:no-technical-span-name|no-sensitive-data|span-end)$/.test(each))).toEqual([])
  })
})

const api = `import { trace, type Span } from '@opentelemetry/api'\n`
const js = `import { trace } from '@opentelemetry/api'\n`

/** Ways of writing. What is TypeScript's alone says so by its file; the rest is read by ESLint's own parser as well. */
const ways: readonly [name: string, file: string, code: string, expected: readonly string[]][] = [
  ['decorators', 'commonjs/src/decorators.ts', `${api}const tracer = trace.getTracer('shop')
function logged(target: object, key: string): void { void target; void key }
class Orders {
  @logged
  list(user: { email: string }): void {
    const span: Span = tracer.startSpan('handler')
    span.setAttribute('user.email', user.email)
  }
}
new Orders().list({ email: '' })
`, ['7 no-technical-span-name', '7 span-end', '8 no-sensitive-data']],
  ['a namespace import', 'module/src/star.js', `import * as otel from '@opentelemetry/api'
const span = otel.trace.getTracer('shop').startSpan('handler')
span.setAttributes({ 'auth.password': secret })
`, ['2 no-technical-span-name', '2 span-end', '3 no-sensitive-data']],
  ['a TypeScript namespace', 'module/src/namespace.ts', `${api}export namespace Orders {
  const tracer = trace.getTracer('shop')
  export function list(password: string): void {
    const span = tracer.startSpan('handler')
    span.setAttribute('auth.password', password)
  }
}
`, ['5 no-technical-span-name', '5 span-end', '6 no-sensitive-data']],
  ['a file that exports the API again', 'module/src/again.js', `export { trace } from '@opentelemetry/api'
import { trace } from '@opentelemetry/api'
export const tracer = trace.getTracer('shop')
export function list(user) { const span = tracer.startSpan('handler'); span.setAttribute('user.email', user.email) }
`, ['4 no-technical-span-name', '4 span-end', '4 no-sensitive-data']],
  ['what another file exports again, by its name', 'module/src/from-again.js', `import { tracer } from './again.js'
export function list(user) { const span = tracer.startSpan('handler'); span.setAttribute('user.email', user.email) }
`, ['2 no-technical-span-name', '2 span-end', '2 no-sensitive-data']],
  ['using, which ends it', 'module/src/using.ts', `${api}const tracer = trace.getTracer('shop')
export function list(user: { email: string }): void {
  using span = tracer.startSpan('handler') as Span & Disposable
  span.setAttribute('user.email', user.email)
}
`, ['4 no-technical-span-name', '5 no-sensitive-data']],
  ['optional chaining', 'module/src/optional.js', `${js}const tracer = trace?.getTracer?.('shop')
export function list(user) {
  const span = tracer?.startSpan?.('handler')
  span?.setAttribute?.('user.email', user?.email)
}
`, ['4 no-technical-span-name', '4 span-end', '5 no-sensitive-data']],
  ['class fields', 'module/src/fields.js', `${js}export class Orders {
  #tracer = trace.getTracer('shop')
  static tracer = trace.getTracer('shop')
  list = (user) => { const span = this.#tracer.startSpan('handler'); span.setAttribute('user.email', user.email) }
}
`, ['5 no-technical-span-name', '5 span-end', '5 no-sensitive-data']],
  ['generators', 'module/src/generators.js', `${js}const tracer = trace.getTracer('shop')
export function* rows(user) {
  const span = tracer.startSpan('handler')
  span.setAttribute('user.email', user.email)
  yield user.id
  span.end()
}
`, ['4 no-technical-span-name', '5 no-sensitive-data', '6 span-end']],
  ['async generators', 'module/src/async-generators.js', `${js}const tracer = trace.getTracer('shop')
export async function* rows(pages, user) {
  const span = tracer.startSpan('handler')
  for await (const page of pages) { span.setAttribute('user.email', user.email); yield page }
  span.end()
}
`, ['4 no-technical-span-name', '5 no-sensitive-data', '5 span-end']],
  ['top-level await', 'module/src/top.mjs', `const { trace } = await import('@opentelemetry/api')
const span = trace.getTracer('shop').startSpan('handler')
span.setAttribute('user.email', user.email)
await fetch('https://shop.example/orders')
span.end()
`, ['2 no-technical-span-name', '3 no-sensitive-data', '4 span-end']],
  ['require, in pieces', 'commonjs/src/pieces.js', `const otel = require('@opentelemetry/api')
const { getTracer } = otel.trace
const tracer = require('@opentelemetry/api').trace.getTracer('shop')
module.exports = (user) => { const span = tracer.startSpan('handler'); span.setAttribute('user.email', user.email) }
`, ['4 no-technical-span-name', '4 span-end', '4 no-sensitive-data']],
  ['casts and satisfies', 'module/src/casts.ts', `${api}const tracer = trace.getTracer('shop')
export function list(user: { email: string }): void {
  const span = (tracer as typeof tracer).startSpan('handler' as const)! satisfies Span
  ;(span as Span).setAttribute('user.email' as string, user!.email)
}
`, ['4 no-technical-span-name', '4 span-end', '5 no-sensitive-data']],
]

describe('every way of writing', () => {
  it.each(
    ways.flatMap(([name, file, code, expected]) => {
      const parsers: readonly ParserKind[] = file.endsWith('.ts') ? ['typescript', 'typed'] : ['espree', 'typescript']
      return parsers.map((kind) => [name, kind, file, code, expected] as const)
    }),
  )('%s, %s', (_, kind, file, code, expected) => {
    expect([...lint(file, code, kind).found].sort()).toEqual([...expected].sort())
  })
})
