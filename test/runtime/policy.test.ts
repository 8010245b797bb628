import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { builtInPolicy, hashPolicy, toPolicy } from '@spanguard/policy'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { resetDiagnostics } from '../../runtime/src/diagnostics.js'
import { readPolicyFile, usePolicy } from '../../runtime/src/setup/policy.js'
import { policyFiles } from '../../src/project/policy-files.js'

let said: string[] = []
beforeEach(() => {
  said = []
  resetDiagnostics()
  vi.spyOn(process.stderr, 'write').mockImplementation(text => {
    said.push(String(text))
    return true
  })
})
afterEach(() => {
  vi.restoreAllMocks()
})

const shop = toPolicy({ attributes: { allow: ['order.*'] } })

describe('a policy that is given', () => {
  test('is used, and hashed as build-policy and an audit hash it', () => {
    expect(usePolicy(shop, 'options')).toEqual({ policy: shop, source: 'options', hash: hashPolicy(shop) })
    expect(usePolicy(undefined, 'options')).toEqual({ policy: builtInPolicy, source: 'built-in', hash: hashPolicy(builtInPolicy) })
    expect(said).toEqual([])
  })

  test('may be the module of the JSON', () => {
    expect(usePolicy({ default: shop }, 'options').policy).toEqual(shop)
  })

  test('has the same hash in whatever order its lists stand', () => {
    const other = { ...shop, attributes: { ...shop.attributes, allow: ['b', 'a', 'a'] } }
    const ordered = { ...shop, attributes: { ...shop.attributes, allow: ['a', 'b'] } }
    expect(usePolicy(other, 'options').hash).toBe(usePolicy(ordered, 'options').hash)
  })

  test.each([
    ['everything allowed', { ...shop, attributes: { ...shop.attributes, allow: ['*'] } }, 'must not be "*"'],
    ['every key of two parts', { ...shop, attributes: { ...shop.attributes, allow: ['*.*'] } }, 'write a key'],
    ['a list of numbers', { ...shop, attributes: { ...shop.attributes, deny: [1] } }, '"attributes.deny[0]" must be a text'],
    ['a part that is missing', { attributes: shop.attributes }, 'spanNames is no object'],
    ['a list that is missing', { ...shop, attributes: { ...shop.attributes, deny: undefined } }, 'attributes.deny is missing'],
    ['a key that nobody reads', { ...shop, attributes: { ...shop.attributes, alow: [] } }, 'did you mean "allow"'],
    ['an unknown style', { ...shop, spanNames: { ...shop.spanNames, style: 'loud' } }, '"spanNames.style" must be one of'],
    ['a text', 'policy.json', 'it is no object'],
    ['null', null, 'it is no object'],
  ])('%s: the built-in list and one error line', (_name, given, problem) => {
    expect(usePolicy(given, 'options')).toMatchObject({ policy: builtInPolicy, source: 'built-in' })
    expect(said).toHaveLength(1)
    expect(said[0]).toMatch(/^spanguard: the policy \(options\) is invalid: .*; the built-in list is used\. Write it with: spanguard build-policy\n$/)
    expect(said[0]).toContain(problem)
  })
})

describe('a policy in a file', () => {
  let folder = ''
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'spanguard-'))
  })
  afterEach(() => {
    rmSync(folder, { recursive: true })
  })

  test('is what build-policy wrote beside the package.json', () => {
    const [json] = policyFiles(folder, shop)
    writeFileSync(json.path, json.text)
    expect(readPolicyFile(undefined, folder)).toEqual({ policy: shop, source: json.path, hash: hashPolicy(shop) })
    expect(readPolicyFile('', folder).source).toBe(json.path)
  })

  test('is not asked for where there is none', () => {
    expect(readPolicyFile(undefined, folder).source).toBe('built-in')
    expect(readPolicyFile(undefined, null).source).toBe('built-in')
    expect(said).toEqual([])
  })

  test('is never executed', () => {
    const file = path.join(folder, 'policy.js')
    writeFileSync(file, `globalThis.executed = true; export default ${JSON.stringify(shop)}`)
    expect(readPolicyFile(file, null).source).toBe('built-in')
    expect((globalThis as { executed?: unknown }).executed).toBeUndefined()
    expect(said[0]).toContain('is no JSON')
  })
})
