import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'

import { folder, spanguard, type Files } from './project.js'

const orders = (before = ''): string => `import { trace } from '@opentelemetry/api'

const tracer = trace.getTracer('shop')

export async function place(order: { id: string }): Promise<void> {
  const span = tracer.startSpan('order.place')
  ${before}
  await save(order)
  span.end()
}

export function pay(order: { id: string }): void {
  tracer.startActiveSpan('order.pay', (span) => {
    try {
      charge(order)
    } catch (error) {
      console.error(error)
    } finally {
      span.end()
    }
  })
}

declare function save(order: object): Promise<void>
declare function charge(order: object): void
`

function found(files: Files, ...flags: readonly string[]): { rules: string[]; status: number | null } {
  const { stdout, status } = spanguard(folder({ 'package.json': '{ "name": "shop" }', ...files }), 'check', '--format', 'json', ...flags)
  const { findings } = JSON.parse(stdout) as { findings: { rule: string; line: number }[] }
  return { rules: findings.map(({ rule, line }) => `${rule.replace('spanguard/', '')}:${String(line)}`), status }
}

describe('check --all-rules', () => {
  it('adds how spans end and how errors reach them, as ESLint reports it', () => {
    expect(found({ 'src/orders.ts': orders() }, '--all-rules')).toEqual({ rules: ['span-end:8', 'no-swallowed-error:16'], status: 1 })
  })

  it('leaves them to ESLint without it', () => {
    expect(found({ 'src/orders.ts': orders() })).toEqual({ rules: [], status: 0 })
  })

  it.each([
    ['of ESLint', '// eslint-disable-next-line spanguard/span-end -- a failed save ends the process'],
    ['of its own', '// spanguard-disable-next-line span-end -- a failed save ends the process'],
  ])('heeds a comment %s, which is not idle then', (_, comment) => {
    expect(found({ 'src/orders.ts': orders(comment) }, '--all-rules').rules).toEqual(['no-swallowed-error:16'])
  })

  it('says what both engines report once', () => {
    const app = `import express from 'express'\nconst app = express()\napp.get('/orders', (req, res) => { res.json([]) })\napp.listen(3000)\n`
    expect(found({ 'package.json': '{ "name": "shop", "scripts": { "start": "node app.js" } }', 'app.js': app }, '--all-rules').rules).toEqual(['require-handler-tracing:2'])
    const name = `import { trace } from '@opentelemetry/api'\nexport const work = () => trace.getTracer('shop').startActiveSpan('handler', (span) => { span.end() })\n`
    expect(found({ 'src/work.ts': name }, '--all-rules').rules).toEqual(['no-technical-span-name:2'])
  })

  it('weighs them by the config', () => {
    expect(found({ 'src/orders.ts': orders(), 'spanguard.config.json': '{ "severity": { "span-end": "off" } }' }, '--all-rules').rules).toEqual(['no-swallowed-error:16'])
  })

  it('passes over what the config ignores and over files that do not parse', () => {
    expect(found({ 'src/orders.ts': orders(), 'spanguard.config.json': '{ "files": { "ignore": ["src/**"] } }', 'ok.ts': 'export const one = 1\n' }, '--all-rules').rules).toEqual([])
  })
})

describe('check --fix', () => {
  it.each(['ts', 'mts', 'js'])('mends a .%s file', (extension) => {
    const name = `src/server.${extension}`
    const dir = folder({
      'package.json': `{ "name": "shop", "type": "module", "dependencies": { "express": "5", "@spanguard/runtime": "1" }, "scripts": { "start": "node ${name}" } }`,
      [name]: `import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node'\nimport express from 'express'\nnew NodeTracerProvider().register()\nconst app = express()\napp.get('/orders', (request, response) => { response.json([]) })\napp.listen(3000)\n`,
    })
    expect(spanguard(dir, 'check', '--fix').stderr).toContain('mended')
    expect(readFileSync(path.join(dir, name), 'utf8')).toContain('app.use(expressTracing())')
  })
})
