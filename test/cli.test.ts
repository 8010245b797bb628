import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const root = path.resolve(import.meta.dirname, '..')
const services = path.join(root, 'test/fixtures/services')
const cli = path.join(root, 'dist/src/cli.js')

let dir = ''
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'spanguard-'))
})
afterEach(() => {
  rmSync(dir, { recursive: true })
})

/** Runs the built command as a user does. */
function spanguard(cwd: string, ...words: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...words], { cwd, encoding: 'utf8', env: { ...process.env, NO_COLOR: '1' } })
  return { status, stdout, stderr }
}

describe('exit codes', () => {
  it.each([
    ['a traced service', ['check', 'express-middleware'], 0],
    ['an untraced service', ['check', 'express-untraced'], 1],
    ['what only ESLint reports', ['check', 'http-untraced'], 0],
    ['the same with every rule', ['check', 'http-untraced', '--all-rules'], 1],
    ['coverage that is reached', ['check', 'express-middleware', '--min-coverage', '100'], 0],
    ['coverage that is missed', ['check', 'http-untraced', '--min-coverage', '1'], 1],
    ['a file that does not parse', ['check', 'bad-syntax'], 1],
    ['a config with an unknown key', ['check', 'bad-config'], 2],
    ['wrong compiler options', ['check', 'bad-tsconfig'], 2],
    ['a tsconfig without files', ['check', 'empty-tsconfig/tsconfig.json'], 2],
    ['a path that does not exist', ['check', 'nowhere'], 2],
    ['an unknown format', ['check', '--format', 'yaml'], 2],
    ['a coverage above 100', ['check', '--min-coverage', '101'], 2],
    ['an unknown command', ['chekc'], 2],
    ['help', ['--help'], 0],
    ['the version', ['--version'], 0],
  ])('%s', (_name, words, status) => {
    expect(spanguard(services, ...words).status).toBe(status)
  })
})

describe('messages', () => {
  it.each([
    ['bad-config', /spanguard\.config\.json: "setup\.acept" does not exist: did you mean "accept"\?\n$/u],
    ['nowhere', /^There is no file or folder "nowhere"/u],
  ])('%s: one sentence on stderr and nothing on stdout', (name, text) => {
    const { stdout, stderr } = spanguard(services, 'check', name)
    expect([stdout, stderr.trim().split('\n').length]).toEqual(['', 1])
    expect(stderr).toMatch(text)
  })
})

describe('output', () => {
  it('writes no progress and no colour into a pipe', () => {
    const { stdout, stderr } = spanguard(services, 'check', 'express-untraced')
    expect(stderr).toBe('')
    expect(stdout).not.toContain('\u001B[')
  })

  it('replaces the file as a whole and leaves nothing beside it', () => {
    const file = path.join(dir, 'report.sarif')
    writeFileSync(file, 'old')
    const { stdout } = spanguard(services, 'check', 'express-untraced', '--format', 'sarif', '--output', file)
    expect(stdout).toBe('')
    expect((JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version).toBe('2.1.0')
    expect(readdirSync(dir)).toEqual(['report.sarif'])
  })
})

describe('baseline', () => {
  it('softens what is known, also when lines above it move, and reports what is new', () => {
    cpSync(path.join(services, 'workspace'), dir, { recursive: true })
    expect(spanguard(dir, 'check', '--update-baseline').status).toBe(0)
    const file = path.join(dir, 'apps/stock/src/main.ts')
    writeFileSync(file, `// one line more\n${readFileSync(file, 'utf8')}`)
    expect(spanguard(dir, 'check', '--baseline', 'spanguard-baseline.json').status).toBe(0)
    writeFileSync(file, `${readFileSync(file, 'utf8')}new ShopServer().listen(4000)\n`)
    const { status, stdout } = spanguard(dir, 'check', '--baseline', 'spanguard-baseline.json')
    expect(status).toBe(1)
    expect(stdout).toContain('new ShopServer().listen(4000)')
  })

  it('refuses one of another version', () => {
    writeFileSync(path.join(dir, 'baseline.json'), '{ "version": 99, "findings": [] }')
    const { status, stderr } = spanguard(services, 'check', 'express-untraced', '--baseline', path.join(dir, 'baseline.json'))
    expect(status).toBe(2)
    expect(stderr).toContain('version 99')
  })
})

describe('explain', () => {
  it('shows the page of a rule, with or without the prefix', () => {
    const plain = spanguard(services, 'explain', 'no-sensitive-data')
    expect([plain.status, plain.stdout === spanguard(services, 'explain', 'spanguard/no-sensitive-data').stdout]).toEqual([0, true])
    expect(plain.stdout).toContain('no-sensitive-data')
  })

  it('has a page for the rule that only the checker has', () => {
    expect(spanguard(services, 'explain', 'handler-coverage').stdout).toContain('--min-coverage')
  })

  it('says which rules there are when it knows none of the name', () => {
    expect(spanguard(services, 'explain', 'span-ends').stderr).toMatch(/^There is no rule "span-ends": did you mean "span-end"\? There are: /)
    const { status, stderr } = spanguard(services, 'explain', 'no-such-rule')
    expect(status).toBe(2)
    expect(stderr).toContain('no-sensitive-data')
  })
})
