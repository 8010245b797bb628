import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { check } from '../../src/checker/index.js'
import { reporters } from '../../src/checker/report/index.js'

const app = `import express from 'express'\nconst app = express()\napp.get('/orders', (_, response) => response.json([]))\napp.listen(3000)\n`
const packageJson = JSON.stringify({ name: 'shop', type: 'module', dependencies: { express: '5' }, scripts: { start: 'node app.js' } })
const service = { 'package.json': packageJson, 'app.js': app }

/** @param links what leads where, each target relative to the folder of its link */
function folderOf(files: Readonly<Record<string, string>>, links: Readonly<Record<string, string>> = {}): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'spanguard-unfit-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const place = (name: string): string => {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true })
    return path.join(folder, name)
  }
  for (const [name, text] of Object.entries(files)) writeFileSync(place(name), text)
  for (const [name, target] of Object.entries(links)) symlinkSync(target, place(name))
  return folder
}

/** What `spanguard check --all-rules` prints. */
async function report(folder: string, ...paths: readonly string[]): Promise<string> {
  const result = await check({ cwd: folder, paths, allRules: true, lint: () => [] })
  return reporters['pretty']?.({ ...result, root: folder }, { color: false, quiet: false, version: '0', ruleHelp: () => null }) ?? ''
}

describe('spanguard check, given what leads nowhere or is too much', () => {
  it.each([
    [
      'an app and its routes that import each other',
      { 'app.js': `import express from 'express'\nexport const app = express()\nawait import('./routes.js')\napp.listen(3000)\n`, 'routes.js': `import { app } from './app.js'\napp.get('/orders', (_, response) => response.json([]))\n` },
      /shop +0\/1/,
    ],
    [
      'a barrel that is exported again by what it exports',
      { 'app.js': `${app}import { gone } from './index.js'\ngone.get('/none', () => {})\n`, 'index.js': `export * from './inner.js'\n`, 'inner.js': `export * from './index.js'\nexport { gone } from './index.js'\n` },
      /shop +0\/1/,
    ],
    [
      'classes that extend each other',
      { 'app.js': `${app}import { A } from './a.js'\nnew A().router.get('/none', () => {})\nnew A().listen()\n`, 'a.js': `import { B } from './b.js'\nexport class A extends B {}\n`, 'b.js': `import { A } from './a.js'\nexport class B extends A {}\n` },
      /shop +0\/1/,
    ],
    [
      'types that stand for each other',
      { 'app.js': `${app}import './routes.ts'\n`, 'routes.ts': `import type { A } from './a.js'\nexport function routes(app: A): A { app.get('/none', () => {}); return app }\n`, 'a.ts': `import type { B } from './b.js'\nexport type A = B\n`, 'b.ts': `import type { A } from './a.js'\nexport type B = A | undefined\n` },
      /shop +0\/1/,
    ],
    [
      'functions that return each other',
      { 'app.js': `${app}import { one } from './one.js'\none().get('/none', () => {})\n`, 'one.js': `import { other } from './other.js'\nexport const one = () => other()\n`, 'other.js': `import { one } from './one.js'\nexport const other = () => one()\n` },
      /shop +0\/1/,
    ],
    [
      'modules of CommonJS that export each other',
      { 'app.js': `${app}import one from './one.cjs'\none.get('/none', () => {})\n`, 'one.cjs': `module.exports = require('./other.cjs')\n`, 'other.cjs': `module.exports = require('./one.cjs')\n` },
      /shop +0\/1/,
    ],
    [
      'scripts that start each other',
      { 'package.json': JSON.stringify({ name: 'shop', type: 'module', dependencies: { express: '5' }, scripts: { start: 'npm run serve', serve: './serve.sh && npm start' } }), 'serve.sh': '#!/bin/sh\n./serve.sh\nnpm run serve\n' },
      /shop +0\/1/,
    ],
    [
      'a tsconfig and one that it references, which references it',
      { 'tsconfig.json': '{ "files": ["app.js"], "references": [{ "path": "./other" }] }', 'other/tsconfig.json': '{ "include": [".."], "references": [{ "path": ".." }] }' },
      /shop +0\/1/,
    ],
  ])('a circle ends, and the rest is checked: %s', async (_, files, row) => {
    const output = await report(folderOf({ ...service, ...files }))
    expect(output).toMatch(row)
    expect(output).toContain('require-handler-tracing')
    expect(output).not.toContain('not checked')
  })

  it.each([
    ['a folder that leads back to the one above it', { 'lib/loop': '..' }],
    ['folders that lead to each other', { 'lib/one': '../more', 'more/two': '../lib' }],
    ['a folder that leads to the root of the disk', { 'lib/disk': '/' }],
    ['a source file that leads to itself', { 'lib/loop.ts': 'loop.ts' }],
    ['source files that lead to each other', { 'lib/one.ts': 'two.ts', 'lib/two.ts': 'one.ts' }],
    ['a source file that leads to nothing', { 'lib/gone.ts': 'nowhere.ts' }],
    ['a folder that is called like a source file', { 'lib/folder.ts': '.' }],
    ['a file of node_modules that leads to itself', { 'node_modules/x/index.js': 'index.js' }],
  ])('a link is not followed and nothing is said of it: %s', async (_, links) => {
    const output = await report(folderOf({ ...service, 'lib/a.js': 'export const a = 1\n', 'more/b.js': 'export const b = 1\n' }, links))
    expect(output).toMatch(/in 1 service, 3 files/)
    expect(output).not.toContain('not checked')
  })

  describe('a link to sources outside of what is checked', () => {
    const outside = { ...service, 'other/lib/deep/b.js': 'export const b = 1\n', 'other/data/b.json': '{}', 'other/node_modules/x/b.js': '' }
    const inShop = (files: Readonly<Record<string, string>>) => ({ ...files, 'shop/package.json': packageJson, 'shop/app.js': app })

    it.each([
      ['a folder', 'shop/shared', '../other/lib'],
      ['a folder with a dot in its name', 'shop/acme.shared', '../other/lib'],
      ['a source file', 'shop/lib/b.js', '../../other/lib/deep/b.js'],
    ])('is named as not checked: %s', async (_, link, target) => {
      const folder = folderOf(inShop(outside), { [link]: target })
      const output = await report(folder, 'shop')
      expect(output).toMatch(new RegExp(`not checked +${link.replaceAll('.', String.raw`\.`)} is a link to .*/${target.replace(/^[./]+/u, '')}, outside of what is checked`, 'u'))
      expect(output).toMatch(/shop +0\/1/)
    })

    it.each([
      ['it leads to no source', { 'shop/data': '../other/data' }, {}, ['shop']],
      ['what it leads to is installed', { 'shop/x': '../other/node_modules/x' }, {}, ['shop']],
      ['it is no source file', { 'shop/b.json': '../other/data/b.json' }, {}, ['shop']],
      ['what it leads to is given as well', { 'shop/shared': '../other/lib' }, {}, ['shop', 'other']],
      ['the config ignores it', { 'shop/shared': '../other/lib' }, { 'shop/spanguard.config.json': '{ "files": { "ignore": ["shared/**"] } }' }, ['shop']],
      ['it stands in node_modules', { 'shop/node_modules/shared': '../../other/lib' }, {}, ['shop']],
    ])('nothing is said where %s', async (_, links, files, paths) => {
      expect(await report(folderOf(inShop({ ...outside, ...files }), links), ...paths)).not.toContain('not checked')
    })
  })

  it('what a tsconfig names and is a link to itself is told, and the rest is checked', async () => {
    const tsconfig = '{ "files": ["app.js", "lib/a.ts"], "compilerOptions": { "allowJs": true } }'
    const output = await report(folderOf({ ...service, 'tsconfig.json': tsconfig }, { 'lib/a.ts': 'a.ts' }), 'tsconfig.json')
    expect(output).toMatch(/not checked +lib\/a\.ts is a link that leads to no file, so that it was not checked: mend the link/)
    expect(output).toMatch(/shop +0\/1/)
  })

  it('a folder is checked through a link to it', async () => {
    const output = await report(folderOf({ 'shop/package.json': packageJson, 'shop/app.js': app }, { link: 'shop' }), 'link')
    expect(output).toMatch(/shop +0\/1/)
    expect(output).toMatch(/in 1 service, 1 file\./)
  })

  it.each([
    ['package.json', { 'app.js': app }, /0\/1 +0 %/],
    ['tsconfig.json', service, /shop +0\/1/],
    ['Dockerfile', service, /shop +0\/1/],
  ])('%s, which is a link to itself, crashes nothing', async (name, files, sentence) => {
    const output = await report(folderOf(files, { [name]: name }))
    expect(output).toMatch(sentence)
  })

  describe('a file that is too large for a compiler', () => {
    const written = Array.from({ length: 40_000 }, (_, index) => `export const value${String(index)} = ${String(index)}`).join('\n')
    const bundled = `export const all = [${Array.from({ length: 300_000 }, (_, index) => String(index)).join(',')}]`

    it('is named as not checked, and not counted as clean, where people wrote it', async () => {
      const traced = { ...service, 'app.js': 'export {}\n', 'large.js': written }
      const output = await report(folderOf(traced))
      expect(output).toMatch(/not checked +large\.js is 1\.3 MB large, so that it was not checked: split it, or name it in "files\.ignore" of the config/)
      expect(output).toMatch(/^! Nothing found in 0 services, 1 file\. 1 file was not checked/m)
      })

    it.each([
      ['it says so', `// Code generated by protoc. DO NOT EDIT.\n${written}`],
      ['its lines are longer than anyone writes', bundled],
    ])('is told and fails nothing where a tool wrote it: %s', async (_, text) => {
      const output = await report(folderOf({ 'package.json': packageJson, 'small.js': 'export {}\n', 'large.js': text }))
      expect(output).toMatch(/note +large\.js holds \d\.\d MB of generated code, so that it was not checked: name it in "files\.ignore"/)
      })

    it.each([
      ['the config ignores it', 'large.js', '{ "files": { "ignore": ["large.js"] } }'],
      ['it is a test', 'large.test.js', '{}'],
      ['nobody wrote it here', 'dist/large.js', '{}'],
    ])('is passed over in silence where %s', async (_, name, config) => {
      const output = await report(folderOf({ 'package.json': packageJson, 'small.js': 'export {}\n', [name]: written, 'spanguard.config.json': config }))
      expect(output).not.toContain('large')
      })
  })

  it('what is given by its name and is no source is named as not checked', async () => {
    const output = await report(folderOf({ ...service, 'notes.md': '# Notes' }), 'notes.md', 'app.js')
    expect(output).toMatch(/not checked +notes\.md could not be read as TypeScript or JavaScript, so that it was not checked: look at its name/)
  })
})
