import type { Value } from '@spanguard/policy'
import { describe, expect, it } from 'vitest'

import { valueOf } from '../../src/analysis/values.js'
import { probe } from './probe.js'

/** A value in one line, so that a case says what it is about and nothing else. */
function show(value: Value): string {
  switch (value.kind) {
    case 'literal':
      return value.value === undefined ? 'undefined' : JSON.stringify(value.value)
    case 'template':
      return `template(${value.parts.map(show).join(', ')})`
    case 'concat':
      return `concat(${value.parts.map(show).join(', ')})`
    case 'reference':
      return value.path.join('.') + (value.resolved === undefined ? '' : ` = ${show(value.resolved)}`)
    case 'call':
      return `${value.awaited === true ? 'await ' : ''}${value.callee.join('.')}(${value.arguments.map(show).join(', ')})`
    case 'object': {
      const inner = value.properties.map(({ key, value: inside }) => `${show(key)}: ${show(inside)}`)
      return `{${[...inner, ...value.spreads.map((spread) => `...${show(spread)}`)].join(', ')}}${value.open ? '?' : ''}`
    }
    case 'array':
      return `[${value.elements.map(show).join(', ')}]${value.open ? '?' : ''}`
    case 'union':
      return value.of.map(show).join(' | ')
    case 'parameter':
      return `#${value.index}${[value.name, ...value.path].map((name) => `.${name}`).join('')}`
    case 'unknown':
      return value.yields ?? 'unknown'
  }
}

const valueIn = (code: string): string => probe(code, (node, sourceCode) => show(valueOf(node, sourceCode))).join('; ')

describe('valueOf', () => {
  it.each([
    ['a literal', `probe('a')`, '"a"'],
    ['a negative number', `probe(-1)`, '-1'],
    ['undefined', `probe(undefined)`, 'undefined'],
    ['a constant', `const a = 'x'; probe(a)`, 'a = "x"'],
    ['a constant behind as and !', `const a = 'x' as const; probe(a!)`, 'a = "x"'],
    ['a template of constants folds', 'const a = "x"; probe(`${a}.y`)', '"x.y"'],
    ['a concatenation of constants folds', `const a = 'x'; probe(a + '.' + 'y')`, '"x.y"'],
    ['a sum of numbers is no text', `probe(1 + 2)`, 'number'],
    ['a template with a variable part', 'declare const id: string; probe(`order ${id}`)', 'template(id)'],
    ['an enum member', `enum A { B = 'b.c' } probe(A.B)`, '"b.c"'],
    ['an enum member without a value', `enum A { B } probe(A.B)`, 'number'],
    ['a member of a constant object', `const A = { B: 'b.c' } as const; probe(A.B)`, 'A.B = "b.c"'],
    ['a nested member of a constant object', `const A = { B: { C: 'c' } }; probe(A.B.C)`, 'A.B.C = "c"'],
    ['a computed member that is static', `const A = { B: 'b' }; const k = 'B'; probe(A[k])`, 'A.B = "b"'],
    ['a computed member that is not', `const A = { B: 'b' }; probe(A[k])`, 'A.[]'],
    ['a member of a parameter', `function f(a) { probe(a.b.c) }`, '#0.a.b.c'],
    ['a destructured parameter', `function f({ card: { number } }) { probe(number) }`, '#0..card.number'],
    ['a destructured constant', `const { a: { b } } = { a: { b: 'x' } }; probe(b)`, 'b = "x"'],
    ['a rest is not followed', `function f(...a) { probe(a) }`, 'a'],
    ['both arms of a conditional', `probe(x ? 'a' : 'b')`, '"a" | "b"'],
    ['both sides of ??', `probe(x ?? 'b')`, 'x | "b"'],
    ['two assignments', `let a = 'x'; a = 'y'; probe(a)`, 'a = "x" | "y"'],
    ['an assignment after the declaration', `let a; a = 'y'; probe(a)`, 'a = "y"'],
    ['a length is a number', `probe(secret.length)`, 'number'],
    ['a double negation is a boolean', `probe(!!secret)`, 'boolean'],
    ['a comparison is a boolean', `probe(secret !== undefined)`, 'boolean'],
    ['typeof is text', `probe(typeof x)`, 'string'],
    ['a call', `probe(JSON.stringify(body))`, 'JSON.stringify(body)'],
    ['an awaited call', `probe(await f())`, 'await f()'],
    ['an object', `probe({ a: 1, 'b.c': x })`, '{"a": 1, "b.c": x}'],
    ['a computed key that is a constant', `const K = 'k'; probe({ [K]: 1 })`, '{K = "k": 1}'],
    ['a computed key that is not makes the object open', `probe({ [k]: 1 })`, '{k: 1}?'],
    ['a spread of a known object', `const a = { x: 1 }; probe({ ...a, y: 2 })`, '{"x": 1, "y": 2}'],
    ['a spread of an unknown object', `probe({ ...a })`, '{...a}?'],
    ['a conditional spread', `probe({ ...(a ? { x: 1 } : {}) })`, '{"x": 1}'],
    ['a guarded spread', `probe({ ...(a && { x: 1 }) })`, '{"x": 1}'],
    ['an array with a spread is open', `probe([1, ...a])`, '[1, a]?'],
    ['a cycle ends', `let a = b; let b = a; probe(a)`, 'a = b = a = unknown'],
    ['a function is a function', `probe(() => 1)`, 'function'],
  ])('%s', (_, code, expected) => {
    expect(valueIn(code)).toBe(expected)
  })

  it('says where a destructured field came from', () => {
    expect(valueIn(`const { email } = getUser(); probe(email)`)).toBe('email = [].email')
  })

  it('keeps the module a reference was imported from', () => {
    const [value] = probe(`import { ATTR_HTTP_ROUTE as R } from 'semconv'; probe(R)`, (node, sourceCode) =>
      valueOf(node, sourceCode),
    )
    expect(value).toMatchObject({ kind: 'reference', root: 'import', module: 'semconv', imported: 'ATTR_HTTP_ROUTE' })
  })
})
