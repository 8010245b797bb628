import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { Linter } from 'eslint'
import { describe, expect, it, onTestFinished } from 'vitest'

import { check } from '../../src/checker/index.js'
import { createRule } from '../../src/create-rule.js'
import plugin, { rules as everyRule } from '../../src/index.js'

/** Code whose syntax is `levels` deep, as generators and minifiers write it; parsers take some of it without recursion. */
const shapes: Readonly<Record<string, (levels: number) => string>> = {
  'a sum': (levels) => `span.setAttribute('k', ${Array<string>(levels).fill('a').join('+')})`,
  'a conjunction': (levels) => `span.setAttribute('k', ${Array<string>(levels).fill('a').join('&&')})`,
  'a chain of calls': (levels) => `express()${".get('/', handle)".repeat(levels)}`,
  'a nested array': (levels) => `span.setAttribute('k', ${'['.repeat(levels)}${']'.repeat(levels)})`,
  'a ladder of else-if': (levels) => `function f() { const span = tracer.startSpan('a.b'); ${'if (a) { b() } else '.repeat(levels)}{ span.end() } }`,
  'arrow functions': (levels) => `const f = ${'() => '.repeat(levels)}1`,
}
const head = `import { trace } from '@opentelemetry/api'\nimport express from 'express'\nconst tracer = trace.getTracer('shop')\nconst span = tracer.startSpan('a.b')\n`

describe('code that is nested thousands of levels deep', () => {
  const rules = Object.fromEntries(Object.keys(everyRule).map((name) => [`spanguard/${name}`, 'error' as const]))
  const lint = (code: string, withRules: Linter.RulesRecord) =>
    new Linter().verify(code, [{ plugins: { spanguard: plugin }, rules: withRules }], 'deep.js')

  it.each(Object.keys(shapes).flatMap((name) => [1000, 4000].map((levels) => [name, levels] as const)))('%s of %i levels ends no run of ESLint that ESLint survives by itself', (name, levels) => {
    const code = head + (shapes[name]?.(levels) ?? '')
    try {
      lint(code, {})
    } catch {
      // Beyond what ESLint itself can walk.
      return
    }
    expect(() => lint(code, rules)).not.toThrow()
  })

  it('is reported by one rule, once, when the stack of several runs out', () => {
    const deepen = (): number => 1 + deepen()
    const rule = (name: string) =>
      createRule({
        name,
        meta: { type: 'problem', docs: { description: '', recommended: false, strict: false, types: 'never', everyFile: true }, schema: [], messages: {}, defaultOptions: [] },
        create: () => ({ Program: () => void deepen(), 'Program:exit': () => void deepen() }),
      })
    const messages = new Linter().verify('\nf()', [{ plugins: { a: { rules: { one: rule('one') as never, two: rule('two') as never } } }, rules: { 'a/one': 'error', 'a/two': 'error' } }])
    expect(messages).toMatchObject([{ ruleId: 'a/one', line: 2, message: expect.stringMatching(/^This code is nested too deep to be followed/) as string }])
  })

  it('is still a fault when a rule throws anything else', () => {
    const rule = createRule({
      name: 'wrong',
      meta: { type: 'problem', docs: { description: '', recommended: false, strict: false, types: 'never', everyFile: true }, schema: [], messages: {}, defaultOptions: [] },
      create: () => ({ Program: () => void 'x'.repeat(-1) }),
    })
    expect(() => new Linter().verify('f()', [{ plugins: { a: { rules: { wrong: rule as never } } }, rules: { 'a/wrong': 'error' } }])).toThrow(/Invalid count value/)
  })

  it.each(Object.keys(shapes))('%s is listed as not checked by the checker, which checks the rest', async (name) => {
    const folder = mkdtempSync(path.join(tmpdir(), 'spanguard-deep-'))
    onTestFinished(() => {
      rmSync(folder, { recursive: true })
    })
    writeFileSync(path.join(folder, 'package.json'), '{ "name": "shop", "type": "module", "scripts": { "start": "node app.js" } }')
    writeFileSync(path.join(folder, 'app.js'), `import express from 'express'\nimport './deep.js'\nconst app = express()\napp.get('/orders', (_, response) => response.json([]))\napp.listen(3000)\n`)
    const deep = path.join(folder, 'deep.js')
    writeFileSync(deep, head + (shapes[name]?.(20_000) ?? ''))
    const { findings, problems, services } = await check({ cwd: folder, allRules: true })
    expect(problems).toMatchObject([{ level: 'unchecked', file: deep, message: expect.stringMatching(/^deep\.js nests its code too deep/) as string }])
    expect(findings.map(({ file, rule }) => `${rule} ${path.basename(file)}`)).toEqual(['require-handler-tracing app.js'])
    expect(services.map(({ total }) => total)).toEqual([1])
  })

  it('spares the checker when a variable is made of a variable, a thousand times over', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'spanguard-deep-'))
    onTestFinished(() => {
      rmSync(folder, { recursive: true })
    })
    const aliases = Array.from({ length: 3000 }, (_, index) => `const span${index + 1} = span${index === 0 ? '' : index}`).join('\n')
    writeFileSync(path.join(folder, 'app.js'), `${head}${aliases}\nspan3000.setAttribute('user.password', password)\nspan3000.end()\nspan.setAttribute('card.number', number)`)
    const { findings, problems } = await check({ cwd: folder, allRules: true })
    expect(problems).toEqual([])
    expect(findings.map(({ rule }) => rule)).toContain('no-sensitive-data')
  })
})
