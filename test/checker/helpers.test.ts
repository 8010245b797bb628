import path from 'node:path'

import { describe, expect, it } from 'vitest'

import { check, inferredHelpers } from '../../src/checker/index.js'

const programs = path.join(import.meta.dirname, '..', 'fixtures', 'programs')

describe('helpers of the program', async () => {
  const { findings } = await check({ cwd: path.join(programs, 'wrappers') })
  const found = findings.map(({ file, origin, rule }) => `${path.basename(file)}:${String(origin.from.line)} ${rule}`)

  it.each([
    ['a decorator', 11, 'no-technical-span-name'],
    ['attributes in the options of a renamed import', 13, 'no-sensitive-data'],
    ['attributes put together before the call', 15, 'no-sensitive-data'],
    ['a helper of a helper, by a field of its one argument', 17, 'no-dynamic-span-name'],
    ['its attributes', 18, 'no-sensitive-data'],
    ['a function that a factory returned, made in another file', 19, 'no-dynamic-span-name'],
    ['a method of an object that a factory returned', 20, 'no-technical-span-name'],
    ['a method known by an interface alone', 21, 'no-dynamic-span-name'],
    ['a default import', 22, 'no-dynamic-span-name'],
    ['a function that a span is passed to', 27, 'no-sensitive-data'],
    ['a wrapper of a handler', 33, 'no-technical-span-name'],
  ] as const)('are judged at their calls: %s', (_, line, rule) => {
    expect(found).toContain(`orders.ts:${String(line)} ${rule}`)
  })

  it('and nothing else is said', () => {
    expect(found).toHaveLength(11)
  })

  it('carry the way into the helper', () => {
    const finding = findings.find(({ origin }) => origin.from.line === 17)
    expect(finding?.steps.map(({ text }) => text)).toEqual(['calls "traced"', 'which calls "withSpan"', 'which writes it to the span'])
  })
})

describe('the helpers in the form of the config', () => {
  it('are those that can be imported, by every name under which they are called', async () => {
    const { helpers } = await inferredHelpers({ cwd: path.join(programs, 'wrappers') })
    expect(helpers).toEqual([
      { module: './src/kit', export: 'kit.span', name: 0 },
      { module: './src/kit', export: 'run', name: 1, callback: 0, ends: true },
      { module: './src/with-span', export: 'Traced', name: 0, ends: true },
      { module: './src/with-span', export: 'default', name: 1, callback: 0, ends: true },
      { module: './src/with-span', export: 'describeOrder', writes: [{ key: 'order.id', value: '1.id' }, { key: 'order.note', value: 2 }] },
      { module: './src/with-span', export: 'traced', name: '0.title', attributes: '0.tags', callback: 1, ends: true, records: true },
      { module: './src/with-span', export: 'withSpan', name: 1, attributes: 2, callback: 3, ends: true, records: true },
      { module: './src/with-span', export: 'wrapped', name: 1, callback: 0, ends: true, records: true },
    ])
  })

  it('reads the arguments in any order', async () => {
    const { helpers } = await inferredHelpers({ cwd: path.join(programs, 'helpers') })
    expect(helpers).toContainEqual({ module: './src/tracing', export: 'traced', name: 1, attributes: 2, callback: 0, ends: true })
  })
})
