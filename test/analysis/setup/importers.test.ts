import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'

import { afterEach, describe, expect, it } from 'vitest'

import { isUsedUnended } from '../../../src/analysis/setup/importers.js'

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
})

/** A package on disk; returns the path of its `src/tracing.ts`. */
function writePackage(files: Readonly<Record<string, string>>, manifest: object = { name: 'shop', private: true }): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'spanguard-importers-'))
  folders.push(folder)
  const all = { 'package.json': JSON.stringify(manifest), 'src/tracing.ts': 'export const provider = make()', ...files }
  for (const [name, text] of Object.entries(all)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true })
    writeFileSync(path.join(folder, name), text)
  }
  return path.join(folder, 'src/tracing.ts')
}

const forTracers = `import { meter, provider } from '~/tracing'\nexport const tracer = provider.getTracer('orders')\n`

describe('a provider that an application exports', () => {
  it('is ended by nobody when every file that imports it makes tracers of it', () => {
    expect(isUsedUnended(['provider'], writePackage({ 'src/orders.ts': forTracers }))).toBe(true)
  })

  it.each([
    ['nobody imports it: it may be for another package', {}],
    ['only its neighbours are imported', { 'src/orders.ts': `import { tracer } from './tracing'\ntracer.startSpan('order.place')` }],
    ['another module of the same name is imported', { 'src/orders.ts': `import { provider } from './other-tracing'\nprovider.getTracer('orders')` }],
    ['a file shuts it down', { 'src/orders.ts': forTracers, 'src/main.ts': `import { provider } from './tracing.js'\nawait provider.shutdown()` }],
    ['a file hands it on', { 'src/orders.ts': forTracers, 'src/main.ts': `import { provider as it } from './tracing'\nonExit(it)` }],
    ['a file exports it again', { 'src/orders.ts': forTracers, 'src/index.ts': `export { provider } from './tracing'` }],
    ['a file takes the whole module', { 'src/orders.ts': forTracers, 'src/main.ts': `import * as tracing from './tracing'` }],
    ['a file loads the module at run time', { 'src/orders.ts': forTracers, 'src/main.ts': `const { provider } = await import('./tracing')` }],
  ] as const)('is not known to be ended by nobody: %s', (_, files) => {
    expect(isUsedUnended(['provider'], writePackage(files))).toBe(false)
  })

  it.each([
    ['is published', { name: 'shop' }],
    ['has exports', { name: 'shop', private: true, exports: './src/index.ts' }],
    ['has a main', { name: 'shop', private: true, main: 'dist/main.js' }],
  ])('is not judged in a package that %s: others may import it', (_, manifest) => {
    expect(isUsedUnended(['provider'], writePackage({ 'src/orders.ts': forTracers }, manifest))).toBe(false)
  })

  it('is not judged as a default export, which every file names as it likes', () => {
    expect(isUsedUnended(['default'], writePackage({ 'src/orders.ts': forTracers }))).toBe(false)
  })

  it('does not look into nested builds and packages', () => {
    const file = writePackage({ 'src/orders.ts': forTracers, 'dist/main.js': `import { provider } from './tracing'\nprovider.shutdown()` })
    expect(isUsedUnended(['provider'], file)).toBe(true)
  })
})
