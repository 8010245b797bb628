import vm from 'node:vm'

import { describe, expect, it } from 'vitest'

import { replaceSpreads } from '../../scripts/spreads.mjs'

/** What the script makes of `result = …`, as it is written and as it is built. */
function both(expression: string): { readonly written: unknown; readonly built: unknown; readonly text: string } {
  const text = replaceSpreads(`result = ${expression}`)
  const run = (script: string): unknown => vm.runInNewContext(`${script}\n;JSON.stringify([result, Object.keys(result)])`, { result: null })
  const setUp = 'const base = { a: 1, b: 2 }, other = { b: 3, c: 4 }, name = "n", none = null;\n'
  return { written: run(`${setUp}result = ${expression}`), built: run(setUp + text), text: text.slice('result = '.length) }
}

function withoutBlanks(text: string): string {
  return text.replaceAll(' ', '')
}

describe('a property behind a spread', () => {
  it.each([
    ['behind the first', '{ ...base, d: 5 }', 'Object.assign({}, base, { d: 5 })'],
    ['that is overridden', '{ ...base, a: 9 }', 'Object.assign({}, base, { a: 9 })'],
    ['between two', '{ ...base, d: 5, ...other }', 'Object.assign({}, base, { d: 5 }, other)'],
    ['before and behind', '{ z: 0, ...base, d: 5 }', 'Object.assign({ z: 0 }, base, { d: 5 })'],
    ['in shorthand', '{ ...base, name }', 'Object.assign({}, base, { name })'],
    ['on a condition', '{ ...base, ...(none === null ? {} : { none }), d: 5 }', 'Object.assign({}, base, (none === null ? {} : { none }), { d: 5 })'],
    ['of nothing', '{ ...none, d: 5 }', 'Object.assign({}, none, { d: 5 })'],
    ['in one that is spread', '{ ...{ ...base, d: 5 }, e: { ...other, f: 6 } }', 'Object.assign({}, Object.assign({}, base, { d: 5 }), { e: Object.assign({}, other, { f: 6 }) })'],
    ['with a comma behind the last', '{ ...base, d: 5, }', 'Object.assign({}, base, { d: 5, })'],
    ['two spreads', '{ ...base, ...other }', 'Object.assign({}, base, other)'],
  ])('%s', (_, expression, expected) => {
    const { built, text, written } = both(expression)
    expect(withoutBlanks(text)).toBe(withoutBlanks(expected))
    expect(built).toBe(written)
  })

  it('keeps the lines', () => {
    const text = 'const made = {\n  ...base,\n  // why\n  d: 5,\n  ...other,\n}\nnext()'
    expect(replaceSpreads(text).split('\n')).toEqual(['const made = Object.assign({},', '  base,', '  // why', '  { d: 5 },', '  other,', ')', 'next()'])
  })
})

describe('stays as it is', () => {
  it.each([
    ['a copy', '({ ...base })'],
    ['a spread that is last', '({ d: 5, ...base })'],
    ['an accessor', '({ ...base, get d() { return 5 } })'],
    ['a method', '({ ...base, d() { return super.d() } })'],
    ['a computed key', '({ ...base, [name]: 5 })'],
    ['the prototype', '({ ...base, __proto__: other })'],
    ['what is taken apart', 'const { a, ...rest } = base'],
    ['arrays and calls', 'f(...[...list, 5])'],
  ])('%s', (_, text) => {
    expect(replaceSpreads(text)).toBe(text)
  })
})
