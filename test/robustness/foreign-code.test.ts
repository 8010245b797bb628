import { readdirSync, readFileSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'

import { describe, expect, it } from 'vitest'

import { lint } from './lint.js'

const require = createRequire(import.meta.url)
const root = path.resolve(import.meta.dirname, '..', '..')
const parserTests = path.dirname(require.resolve('test262-parser-tests/package.json'))

/** Files are taken at this distance, so that each run reads the same ones from every corner of the tree. */
const STRIDE = 40
/** Characters; larger ones are bundles, of which a few stand for all. */
const LIMIT = 200_000

function listScripts(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.[cm]?js$/.test(name) && !name.includes('test262-parser-tests'))
    .map((name) => path.join(folder, name))
    .filter((file) => statSync(file).isFile() && statSync(file).size < LIMIT)
    .sort()
}

describe('no rule throws', () => {
  it.each(['pass', 'pass-explicit', 'early', 'fail'])('on test262-parser-tests/%s', (group) => {
    const folder = path.join(parserTests, group)
    const names = readdirSync(folder)
    expect(names.length).toBeGreaterThan(100)
    for (const name of names) {
      const text = readFileSync(path.join(folder, name), 'utf8')
      const how = name.includes('.module.') ? 'module' : 'script'
      expect(() => lint(text, how, path.join(folder, name)), name).not.toThrow()
      expect(() => lint(text, 'ts', path.join(folder, name.replace(/\.js$/, '.ts'))), `${name} as TypeScript`).not.toThrow()
    }
  }, 300_000)

  it('on the JavaScript of node_modules', () => {
    const files = listScripts(path.join(root, 'node_modules')).filter((_, index) => index % STRIDE === 0)
    expect(files.length).toBeGreaterThan(100)
    for (const file of files) {
      const text = readFileSync(file, 'utf8')
      expect(() => lint(text, /^\s*(?:import|export)\b/m.test(text) ? 'module' : 'script', file), file).not.toThrow()
    }
  }, 600_000)
})
