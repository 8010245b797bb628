import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import plugin from '../src/index.js'

interface PackageJson {
  readonly name: string
  readonly version: string
  readonly license: string
  readonly engines: { readonly node: string }
  readonly dependencies?: Readonly<Record<string, string>>
}

const root = path.resolve(import.meta.dirname, '..')
const read = (file: string) => readFileSync(path.join(root, file), 'utf8')
const packages = ['package.json', 'policy/package.json', 'runtime/package.json'].map((file) => JSON.parse(read(file)) as PackageJson)
const version = packages[0]?.version

describe('three packages, released as one', () => {
  it('have the names of the design', () => {
    expect(packages.map((each) => each.name)).toEqual(['eslint-plugin-spanguard', '@spanguard/policy', '@spanguard/runtime'])
  })

  it('have one version, one licence and one range of Node versions', () => {
    for (const key of ['version', 'license'] as const) expect(new Set(packages.map((each) => each[key])).size, key).toBe(1)
    expect(new Set(packages.map((each) => each.engines.node)).size).toBe(1)
  })

  it('depend on each other at exactly that version', () => {
    const inner = packages.flatMap((each) => Object.entries(each.dependencies ?? {})).filter(([name]) => name.startsWith('@spanguard/'))
    expect(inner.length).toBeGreaterThanOrEqual(2)
    for (const [name, range] of inner) expect(`${name}@${range}`).toBe(`${name}@${String(version)}`)
  })

  it('are what the plugin says of itself', () => {
    expect(plugin.meta.version).toBe(version)
  })

  it('stand at the top of the changelog', () => {
    expect(/^## (\d+\.\d+\.\d+)/m.exec(read('CHANGELOG.md'))?.[1]).toBe(version)
  })

  it('stand in the lock file', () => {
    const lock = JSON.parse(read('package-lock.json')) as { packages: Record<string, { version?: string }> }
    expect(['', 'policy', 'runtime'].map((folder) => lock.packages[folder]?.version)).toEqual([version, version, version])
  })

  it('carry the licence text', () => {
    for (const folder of ['.', 'policy', 'runtime']) expect(read(`${folder}/LICENSE`)).toContain('Apache License')
  })
})
