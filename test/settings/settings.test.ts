import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { ConfigError } from '@spanguard/policy'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { getSettings } from '../../src/settings/index.js'
import { loadConfig, loadConfigs } from '../../src/settings/load-config.js'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'spanguard-settings-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true })
})

let clock = 1_000_000_000

/** Writes a file; every write has a time of its own, as an editor's would. */
function put(name: string, content: unknown): string {
  const file = path.join(folder, name)
  mkdirSync(path.dirname(file), { recursive: true })
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content))
  clock += 10
  utimesSync(file, clock, clock)
  return file
}

function errorOf(run: () => unknown): ConfigError {
  try {
    run()
  } catch (error) {
    if (error instanceof ConfigError) return error
    throw error
  }
  throw new Error('Nothing is thrown.')
}

const source = () => path.join(folder, 'src/app.ts')

describe('getSettings', () => {
  it('is the built-in policy without any config', () => {
    expect(getSettings({}, source())).toMatchObject({ config: {}, file: null })
    expect(getSettings(undefined, source()).config).toEqual({})
  })

  it('takes the nearest file, whole', () => {
    put('spanguard.config.json', { attributes: { allow: ['a.b'] }, spanNames: { style: 'any' } })
    const nearest = put('src/spanguard.config.json', { attributes: { allow: ['c.d'] } })
    const { config, file, folder: base, policy } = getSettings({}, source())
    expect(config).toEqual({ attributes: { allow: ['c.d'] } })
    expect(policy.spanNames.style).toBe('domain.action')
    expect([file, base]).toEqual([nearest, path.dirname(nearest)])
  })

  it('answers with the same object as long as nothing has changed', () => {
    put('base.json', { attributes: { allow: ['a.b'] } })
    put('spanguard.config.json', { extends: './base.json' })
    expect(getSettings({}, source())).toBe(getSettings({}, source()))
    const given = { attributes: { allow: ['a.b'] } }
    rmSync(path.join(folder, 'spanguard.config.json'))
    expect(getSettings({ spanguard: given }, source())).toBe(getSettings({ spanguard: given }, source()))
  })

  it('is never stale: the file, the extended file, a new nearer file, a removed one', () => {
    put('base.json', { attributes: { allow: ['a.b'] } })
    put('spanguard.config.json', { extends: './base.json' })
    const allow = () => getSettings({}, source()).policy.attributes.allow
    expect(allow()).toEqual(['a.b'])
    put('base.json', { attributes: { allow: ['c.d'] } })
    expect(allow()).toEqual(['c.d'])
    put('spanguard.config.json', { extends: './base.json', attributes: { allow: ['e.f'] } })
    expect(allow()).toEqual(['e.f'])
    put('src/spanguard.config.json', { attributes: { allow: ['g.h'] } })
    expect(allow()).toEqual(['g.h'])
    rmSync(path.join(folder, 'src/spanguard.config.json'))
    expect(allow()).toEqual(['e.f'])
  })

  it('sees a change of the same size', () => {
    put('spanguard.config.json', { attributes: { allow: ['a.b'] } })
    expect(getSettings({}, source()).policy.attributes.allow).toEqual(['a.b'])
    put('spanguard.config.json', { attributes: { allow: ['a.c'] } })
    expect(getSettings({}, source()).policy.attributes.allow).toEqual(['a.c'])
  })

  it('sees a config that appears in a folder known to have none, and that goes again', () => {
    const age = (seconds: number): void => {
      utimesSync(folder, seconds, seconds)
    }
    age(1000)
    expect(getSettings({}, source()).config).toEqual({})
    const file = put('spanguard.config.json', { spanNames: { style: 'any' } })
    expect(getSettings({}, source()).config).toEqual({ spanNames: { style: 'any' } })
    age(2000)
    expect(getSettings({}, source()).file).toBe(file)
    rmSync(file)
    expect(getSettings({}, source()).config).toEqual({})
  })

  it('takes an object, or the path of a JSON file', () => {
    expect(getSettings({ spanguard: { attributes: { allow: ['a.b'] } } }, source()).policy.attributes.allow).toEqual(['a.b'])
    const file = put('config/tracing.json', { attributes: { allow: ['c.d'] } })
    expect(getSettings({ spanguard: file }, source())).toMatchObject({ file, config: { attributes: { allow: ['c.d'] } } })
    expect(getSettings({ spanguard: path.relative(process.cwd(), file) }, source()).file).toBe(file)
  })

  it('puts what a config extends beneath it: objects are merged, arrays replace, later bases win', () => {
    put('one.json', { attributes: { allow: ['a.b'], deny: ['x.y'] }, setup: { preload: true } })
    put('two.json', { attributes: { allow: ['c.d'] } })
    put('spanguard.config.json', { extends: ['./one.json', './two.json'], attributes: { deny: ['z.z'] } })
    expect(getSettings({}, source()).config).toEqual({ attributes: { allow: ['c.d'], deny: ['z.z'] }, setup: { preload: true } })
  })

  it("keeps a base's relative paths where they point", () => {
    put('shared/base.json', { setup: { approved: ['./tracing.ts', '@acme/tracing', '../other.ts'] }, helpers: [{ module: './spans', export: 'withSpan' }] })
    put('spanguard.config.json', { extends: './shared/base.json' })
    expect(getSettings({}, source()).config).toEqual({
      setup: { approved: ['./shared/tracing.ts', '@acme/tracing', './other.ts'] },
      helpers: [{ module: './shared/spans', export: 'withSpan' }],
    })
  })

  it('extends the config of a package', () => {
    put('packages/tracing/spanguard.config.json', { attributes: { allow: ['a.b'] } })
    put('packages/tracing/package.json', { name: '@acme/tracing', version: '1.0.0' })
    mkdirSync(path.join(folder, 'node_modules/@acme'), { recursive: true })
    symlinkSync(path.join(folder, 'packages/tracing'), path.join(folder, 'node_modules/@acme/tracing'))
    put('spanguard.config.json', { extends: '@acme/tracing/spanguard.config.json' })
    expect(getSettings({}, source()).policy.attributes.allow).toEqual(['a.b'])
  })

  it('accepts two sources that say the same, in whatever order', () => {
    put('spanguard.config.json', { $schema: './schema.json', spanNames: { style: 'any' }, attributes: { allow: ['a.b'], deny: ['c.d'] } })
    const own = { attributes: { deny: ['c.d'], allow: ['a.b'] }, spanNames: { style: 'any' } }
    expect(getSettings({ spanguard: own }, source()).policy.spanNames.style).toBe('any')
  })

  describe('refuses', () => {
    it('two sources that differ', () => {
      const file = put('spanguard.config.json', { attributes: { allow: ['a.b'] } })
      const error = errorOf(() => getSettings({ spanguard: { attributes: { allow: ['c.d'] } } }, source()))
      expect(error.file).toBe(file)
      expect(error.message).toContain('settings.spanguard')
    })

    it.each([
      ['a config that is code', './spanguard.config.ts', 'import it in eslint.config'],
      ['a file that does not exist', './nowhere.json', 'does not exist'],
      ['a number', 3, 'must be an object'],
      ['null', null, 'must be an object'],
      ['an unknown key', { atributes: {} }, '"attributes"'],
    ])('%s', (_, spanguard, hint) => {
      expect(errorOf(() => getSettings({ spanguard }, source())).message).toContain(hint)
    })

    it('a config that is code and that the ESLint config does not hand over, since it would be passed over in silence', () => {
      const file = put('spanguard.config.ts', 'export default { attributes: { allow: ["a.b"] } }')
      expect(errorOf(() => getSettings({}, source()))).toMatchObject({ file, message: expect.stringContaining('import it in eslint.config') as string })
      expect(getSettings({ spanguard: { attributes: { allow: ['a.b'] } } }, source()).policy.attributes.allow).toEqual(['a.b'])
    })

    it('a config that is a link to itself, which nobody can read', () => {
      const file = path.join(folder, 'spanguard.config.json')
      symlinkSync(file, file)
      expect(errorOf(() => getSettings({}, source()))).toMatchObject({ file, message: expect.stringContaining('ELOOP') as string })
    })

    it('a file that is not JSON, and takes it once it is', () => {
      const file = put('spanguard.config.json', '{ "attributes": ')
      const error = errorOf(() => getSettings({}, source()))
      expect(error.message).toMatch(new RegExp(`^${file}: is not JSON: `))
      put('spanguard.config.json', '\uFEFF{ "attributes": {} }')
      expect(getSettings({}, source()).config).toEqual({ attributes: {} })
    })

    it('a config that extends itself, over others', () => {
      put('one.json', { extends: './spanguard.config.json' })
      put('spanguard.config.json', { extends: './one.json' })
      expect(errorOf(() => getSettings({}, source()))).toMatchObject({ path: 'extends' })
    })

    it('a base that does not exist, naming the file that wants it', () => {
      const file = put('spanguard.config.json', { extends: './nowhere.json' })
      expect(errorOf(() => getSettings({}, source()))).toMatchObject({ file, path: 'extends' })
      put('spanguard.config.json', { extends: '@acme/nowhere/config.json' })
      expect(errorOf(() => getSettings({}, source())).message).toContain('not installed')
    })

    it('an unknown key in a base, naming the base', () => {
      const base = put('base.json', { attributes: { alow: [] } })
      put('spanguard.config.json', { extends: './base.json' })
      expect(errorOf(() => getSettings({}, source()))).toMatchObject({ file: base, path: 'attributes.alow' })
    })
  })
})

describe('loadConfig', () => {
  it('is the built-in policy without any config', async () => {
    expect(await loadConfig(folder)).toMatchObject({ config: {}, file: null })
  })

  it.each([
    ['spanguard.config.json', '{ "attributes": { "allow": ["a.b"] } }'],
    ['spanguard.config.mjs', 'export default { attributes: { allow: ["a.b"] } }'],
    ['spanguard.config.cjs', 'module.exports = { attributes: { allow: ["a.b"] } }'],
    ['spanguard.config.ts', 'const allow: string[] = ["a.b"]\nexport default { attributes: { allow } }'],
  ])('reads %s, from a folder beneath', async (name, text) => {
    const file = put(name, text)
    mkdirSync(path.join(folder, 'services/shop'), { recursive: true })
    expect(await loadConfig(path.join(folder, 'services/shop'))).toMatchObject({ file, config: { attributes: { allow: ['a.b'] } } })
  })

  it('takes a file that is named', async () => {
    put('spanguard.config.json', { attributes: { allow: ['a.b'] } })
    const file = put('other.json', { attributes: { allow: ['c.d'] } })
    expect((await loadConfig(folder, file)).policy.attributes.allow).toEqual(['c.d'])
  })

  it('puts what code extends beneath it', async () => {
    put('base.json', { attributes: { allow: ['a.b'] } })
    put('spanguard.config.mjs', 'export default { extends: "./base.json", spanNames: { style: "any" } }')
    expect((await loadConfig(folder)).config).toEqual({ attributes: { allow: ['a.b'] }, spanNames: { style: 'any' } })
  })

  it.each([
    ['an unknown key', 'spanguard.config.mjs', 'export default { attributs: {} }', '"attributes"'],
    ['no default export', 'spanguard.config.mjs', 'export const config = {}', 'no default export'],
    ['code that throws', 'spanguard.config.mjs', 'throw new Error("out of tea")', 'out of tea'],
    ['code that does not parse', 'spanguard.config.ts', 'export default {', 'cannot be loaded'],
    ['an empty file', 'spanguard.config.json', '', 'is empty: restore it'],
  ])('refuses %s', async (_, name, text, hint) => {
    const file = put(name, text)
    const error: unknown = await loadConfig(folder).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(ConfigError)
    expect(error).toMatchObject({ file, message: expect.stringContaining(hint) as string })
  })

  it('refuses two in one folder', async () => {
    put('spanguard.config.json', {})
    put('spanguard.config.mjs', 'export default {}')
    await expect(loadConfig(folder)).rejects.toThrow('keep one')
  })

  it('gives each of many files the nearest config, whole', async () => {
    put('spanguard.config.ts', 'export default { attributes: { allow: ["a.b"] } }')
    mkdirSync(path.join(folder, 'services/shop/src'), { recursive: true })
    const own = put('services/shop/spanguard.config.json', { spanNames: { style: 'any' } })
    const [near, far] = [path.join(folder, 'services/shop/src/app.ts'), path.join(folder, 'services/main.ts')]
    const settingsOf = await loadConfigs([near, far])
    expect(settingsOf(near)).toMatchObject({ file: own, config: { spanNames: { style: 'any' } } })
    expect(settingsOf(far).config).toEqual({ attributes: { allow: ['a.b'] } })
  })

  it('refuses a named file that does not exist', async () => {
    await expect(loadConfig(folder, path.join(folder, 'nowhere.json'))).rejects.toThrow('does not exist')
  })
})
