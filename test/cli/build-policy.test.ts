import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const cli = path.resolve(import.meta.dirname, '../../dist/src/cli.js')
let dir = ''
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'spanguard-'))
  write('package.json', '{ "name": "shop", "type": "module", "scripts": { "start": "node --import @spanguard/runtime/register src/main.js" } }')
  write('src/main.js', "import express from 'express'\nimport { expressTracing } from '@spanguard/runtime/express'\nconst app = express()\napp.use(expressTracing())\napp.get('/a', (req, res) => res.end())\napp.listen(3000)\n")
  write('spanguard.config.json', '{ "attributes": { "allow": ["order.*"] } }')
})
afterEach(() => {
  rmSync(dir, { recursive: true })
})

function write(name: string, text: string): void {
  mkdirSync(path.dirname(path.join(dir, name)), { recursive: true })
  writeFileSync(path.join(dir, name), text)
}

function spanguard(...words: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...words], { cwd: dir, encoding: 'utf8', env: { ...process.env, NO_COLOR: '1' } })
  return { status, stdout, stderr }
}

describe('spanguard build-policy', () => {
  it('writes the policy and its types, and says which of them stood already', () => {
    expect(spanguard('build-policy')).toEqual({ status: 0, stdout: 'written  spanguard.policy.json\nwritten  spanguard.policy.d.ts\n', stderr: '' })
    const policy = JSON.parse(readFileSync(path.join(dir, 'spanguard.policy.json'), 'utf8')) as { attributes: { allow: string[] } }
    expect(policy.attributes.allow).toEqual(['order.*'])
    expect(spanguard('build-policy').stdout).toBe('kept     spanguard.policy.json\nkept     spanguard.policy.d.ts\n')
  })

  it('takes a config that is code, and one that stands above several services', () => {
    rmSync(path.join(dir, 'spanguard.config.json'))
    write('spanguard.config.mjs', 'export default { attributes: { allow: ["cart.size"] } }')
    for (const name of ['a', 'b']) write(`services/${name}/package.json`, `{ "name": "${name}" }`)
    expect(spanguard('build-policy', 'services/a', 'services/b').status).toBe(0)
    for (const name of ['a', 'b']) expect(readFileSync(path.join(dir, `services/${name}/spanguard.policy.json`), 'utf8')).toContain('cart.size')
  })

  it.each([
    ['"include": ["src"]', 'Add "spanguard.policy.d.ts" to "include" of tsconfig.json'],
    ['"include": ["src", "*.d.ts"]', null],
  ])('says when no tsconfig compiles the types: %s', (include, said) => {
    write('tsconfig.json', `{ "compilerOptions": { "allowJs": true }, ${include} }`)
    const { stdout } = spanguard('build-policy')
    if (said === null) expect(stdout).not.toContain('Add ')
    else expect(stdout).toContain(said)
  })

  it.each([
    ['a config that is not valid', '{ "attributes": { "allow": ["*"] } }', ['build-policy'], /"attributes\.allow\[0\]" must not be "\*"/],
    ['no config', null, ['build-policy'], /^There is no spanguard\.config\.json at or above .*: write one with spanguard init\.\n$/],
    ['no such folder', '{}', ['build-policy', 'nowhere'], /^There is no folder "nowhere"/],
  ])('%s is one sentence and exit code 2, and nothing is written', (_name, config, words, message) => {
    rmSync(path.join(dir, 'spanguard.config.json'))
    if (config !== null) write('spanguard.config.json', config)
    const { status, stdout, stderr } = spanguard(...words)
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
    expect(stderr).toMatch(message)
    expect(stderr.trim().split('\n')).toHaveLength(1)
  })
})

describe('spanguard check', () => {
  it('fails when what is written no longer follows from the config, and says how to write it', () => {
    spanguard('build-policy')
    expect(spanguard('check').status).toBe(0)
    write('spanguard.config.json', '{ "attributes": { "allow": ["order.*", "cart.size"] } }')
    const { status, stdout } = spanguard('check')
    expect(status).toBe(1)
    expect(stdout).toContain('spanguard.policy.json is stale')
    expect(stdout).toContain('spanguard.policy.d.ts is stale')
    expect(stdout).toContain('spanguard build-policy')
    spanguard('build-policy')
    expect(spanguard('check').status).toBe(0)
  })

  it.each(['warn', 'off'])('as severe as the config says: %s', severity => {
    spanguard('build-policy')
    write('spanguard.config.json', `{ "attributes": { "allow": [] }, "severity": { "stale-policy": "${severity}" } }`)
    const { status, stdout } = spanguard('check')
    expect(status).toBe(0)
    expect(stdout.includes('is stale')).toBe(severity === 'warn')
  })

  it('says nothing where no policy is written', () => {
    expect(spanguard('check').stdout).not.toContain('policy')
  })
})
