import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseConfig } from '@spanguard/policy'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { planInit } from '../../src/project/init.js'

let dir = ''
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'spanguard-'))
})
afterEach(() => {
  rmSync(dir, { recursive: true })
})

const write = (file: string, text: string): void => {
  mkdirSync(path.dirname(path.join(dir, file)), { recursive: true })
  writeFileSync(path.join(dir, file), text)
}
const names = (): string[] => (planInit(dir)?.files ?? []).map(file => path.relative(dir, file.path))
const text = (name: string): string => planInit(dir)?.files.find(file => path.relative(dir, file.path) === name)?.text ?? ''

describe('planInit', () => {
  it('is null where there is no package.json', () => {
    expect(planInit(dir)).toBeNull()
  })

  it('writes TypeScript for a project that has a tsconfig, into its source folder', () => {
    write('package.json', '{ "name": "@shop/orders", "type": "module" }')
    write('tsconfig.json', '{}')
    mkdirSync(path.join(dir, 'src'))
    expect(names()).toEqual(['spanguard.config.json', 'eslint.config.js', 'src/tracing.ts', '.github/workflows/spanguard.yml'])
    expect(text('src/tracing.ts')).toContain("serviceName: 'orders'")
    expect(text('eslint.config.js')).toContain('@typescript-eslint/parser')
  })

  it('writes CommonJS for a CommonJS project, and an ESLint config that loads there', () => {
    write('package.json', '{ "name": "orders" }')
    expect(names()).toEqual(['spanguard.config.json', 'eslint.config.mjs', 'tracing.cjs', '.github/workflows/spanguard.yml'])
    expect(text('tracing.cjs')).toContain("require('@spanguard/runtime')")
    expect(text('eslint.config.mjs')).not.toContain('@typescript-eslint')
  })

  it('writes a config that is valid', () => {
    write('package.json', '{ "name": "orders" }')
    expect(() => parseConfig(JSON.parse(text('spanguard.config.json')), 'spanguard.config.json')).not.toThrow()
  })

  it('keeps what is there, whatever its extension, and says what to add by hand', () => {
    write('package.json', '{ "name": "orders", "devDependencies": { "eslint": "^10.0.0" } }')
    write('eslint.config.ts', 'export default []')
    const plan = planInit(dir)
    expect(plan?.kept).toEqual([path.join(dir, 'eslint.config.ts')])
    expect(plan?.next[0]).toContain('spanguard.configs.recommended')
    expect(plan?.next.some(sentence => sentence.includes('--save-dev eslint-plugin-spanguard'))).toBe(true)
  })

  it('does not ask for the preset where the ESLint config has the plugin', () => {
    write('package.json', '{ "name": "orders" }')
    write('eslint.config.js', "import spanguard from 'eslint-plugin-spanguard'\nexport default [spanguard.configs.strict]\n")
    expect(planInit(dir)?.next.join(' ')).not.toContain('configs.recommended')
  })

  it.each([
    ['pnpm-lock.yaml', '', 'pnpm install --frozen-lockfile'],
    ['yarn.lock', '__metadata:\n', 'yarn install --immutable'],
    ['yarn.lock', '# yarn lockfile v1\n', 'yarn install --frozen-lockfile'],
    ['package-lock.json', '{}', 'npm ci'],
  ])('installs in CI as %s asks for', (lock, content, command) => {
    write('package.json', '{ "name": "orders" }')
    write(lock, content)
    expect(text('.github/workflows/spanguard.yml')).toContain(`- run: ${command}\n`)
  })
})
