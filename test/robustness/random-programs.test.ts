import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { fixAll, lint } from './lint.js'

/** The rules' own grammar: tracers, spans, attributes and handlers in every position in which an expression can stand. */
const { program } = fc.letrec<Record<'program' | 'statement' | 'expression' | 'name' | 'bag' | 'body', string>>((tie) => ({
  name: fc.constantFrom('span', 'tracer', 'app', 'trace', 'req', 'order', 'x', 'this', 'undefined', '#p', 'error'),
  expression: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    tie('name').map((name) => (name === '#p' ? 'this.p' : name)),
    fc.constantFrom(`'a.b'`, `''`, '`x${order.id}`', '12', 'null', '{}', '[]', '/x/', 'class {}', 'async () => {}', 'import("x")', '(() => {})()'),
    fc.tuple(tie('expression'), fc.constantFrom('end', 'setAttribute', 'setAttributes', 'startSpan', 'startActiveSpan', 'recordException', 'setStatus', 'addEvent', 'updateName', 'get', 'use', 'listen', 'on', 'then', 'finally', 'catch')).map(([object, method]) => `(${object})?.${method}`),
    fc.tuple(tie('expression'), fc.array(tie('expression'), { maxLength: 3 }), fc.boolean()).map(([callee, given, spread]) => `(${callee})(${spread && given.length > 0 ? '...' : ''}${given.map((each) => `(${each})`).join(', ')})`),
    fc.tuple(tie('expression'), tie('expression')).map(([left, right]) => `(${left}) ?? (${right})`),
    tie('bag'),
    tie('body').map((body) => `async (span) => {${body}}`),
    tie('body').map((body) => `function* (span, next) {${body}}`),
    tie('expression').map((argument) => `trace.getTracer('t').startActiveSpan((${argument}), (span) => { span.end() })`),
  ),
  bag: fc.array(fc.tuple(fc.constantFrom('a', `'user.email'`, '[order.id]', '...'), tie('expression')), { maxLength: 3 }).map(
    (entries) => `({${entries.map(([key, value]) => (key === '...' ? `...(${value})` : `${key}: (${value})`)).join(', ')}})`,
  ),
  statement: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    tie('expression').map((expression) => `;(${expression});`),
    tie('expression').map((expression) => `{ const span = (${expression}); span.end() }`),
    tie('expression').map((expression) => `{ let { span, ...x } = (${expression}) }`),
    tie('expression').map((expression) => `if (${expression}) throw (${expression}); else { return (${expression}) }`),
    fc.tuple(tie('body'), tie('body'), tie('body')).map(([one, two, three]) => `try {${one}} catch (error) {${two}} finally {${three}}`),
    fc.tuple(tie('expression'), tie('body')).map(([expression, body]) => `a: for (const span of (${expression})) {${body} continue a; break}`),
    fc.tuple(tie('expression'), tie('body')).map(([expression, body]) => `switch (${expression}) { case 1: {${body}} default: {${body}} }`),
    fc.tuple(tie('expression'), tie('body')).map(([expression, body]) => `do {${body}} while (${expression})`),
    tie('body').map((body) => `class A { #p = trace.getTracer('a'); static { } get x() { ${body} } async *m(span = this.#p) { ${body} } }`),
  ),
  body: fc.array(tie('statement'), { maxLength: 3 }).map((statements) => statements.join('\n')),
  program: fc.tuple(fc.constantFrom(`import { trace } from '@opentelemetry/api'\n`, `const { trace } = require('@opentelemetry/api')\n`, `import express from 'express'\nconst app = express()\n`, ''), tie('body')).map(
    ([head, body]) => `${head}export async function f(span, tracer, app, req, order, x, error) {\n${body}\n}`,
  ),
}))

describe('random programs of tracing calls', () => {
  it('are linted by every rule without a throw, and fixes end in code that parses', () => {
    let parsed = 0
    fc.assert(
      fc.property(program, (text) => {
        const messages = lint(text, 'ts', 'random.ts')
        if (messages.some(({ fatal }) => fatal === true)) return
        parsed++
        const { messages: after } = fixAll(text, 'ts', 'random.ts')
        expect(after.filter(({ fatal }) => fatal === true)).toEqual([])
      }),
      { numRuns: 400, seed: 20261123 },
    )
    expect(parsed).toBeGreaterThan(100)
  }, 300_000)
})
