import path from 'node:path'

import { describe, expect, it } from 'vitest'

import { check } from '../../src/checker/index.js'

const folder = path.join(import.meta.dirname, '..', 'fixtures', 'programs', 'data-by-type')

describe('data by type', async () => {
  const { findings } = await check({ cwd: folder })
  const at = (line: number) => findings.find(({ file, origin, rule }) => rule === 'no-sensitive-data' && path.basename(file) === 'main.ts' && origin.from.line === line)

  it.each([
    ['an object with a field that says so, serialised', 8, 'its field "email"'],
    ['a field of an object in it', 9, 'its field "buyer.email"'],
    ['spread', 10, 'its field "email"'],
    ['flattened by a function', 11, 'its field "email"'],
    ['a field with @sensitive', 12, 'declared sensitive'],
    ['the same through a variable and a template', 14, 'declared sensitive'],
    ['a type with @sensitive', 15, 'declared sensitive'],
    ['an object type with @sensitive', 16, 'declared sensitive'],
    ['a branded type', 17, 'declared sensitive'],
    ['what a function of another file returns', 18, 'email'],
    ['what a function gives back of its parameter', 19, 'declared sensitive'],
    ['an object with a @sensitive field', 20, 'its field "remark", declared sensitive'],
  ] as const)('%s', (_, line, text) => {
    expect(at(line)?.message).toContain(text)
  })

  it('stops at hashing, masking, lengths and types that hold nothing', () => {
    expect(findings.filter(({ file, origin, rule }) => rule === 'no-sensitive-data' && (path.basename(file) !== 'main.ts' || origin.from.line > 24)).map(({ origin, message }) => `${String(origin.from.line)} ${message}`)).toEqual([])
  })
})
