import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import ts from 'typescript'
import { expect, test } from 'vitest'
import type { loadInstrumentations } from '../../../runtime/src/clients/load.js'

const root = path.resolve(import.meta.dirname, '../../..')

/** The module as an ES module of its own, in which `__filename` does not exist. */
async function loadBuilt(change: (source: string) => string): Promise<{ loadInstrumentations: typeof loadInstrumentations }> {
  const source = readFileSync(path.join(root, 'runtime/src/clients/load.ts'), 'utf8')
  const { outputText } = ts.transpileModule(source, { compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 } })
  const folder = mkdtempSync(path.join(root, 'test/fixtures/tmp-load-'))
  try {
    const file = path.join(folder, 'load.mjs')
    writeFileSync(file, change(outputText))
    return (await import(/* @vite-ignore */ pathToFileURL(file).href)) as { loadInstrumentations: typeof loadInstrumentations }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const question = "typeof __filename === 'string'"

test.each([
  ['as it is built', question],
  ['as webpack writes it, which folds the question and leaves the name', 'true'],
])('the instrumentations are found in an ES module, %s', async (_, answer) => {
  const built = await loadBuilt(source => {
    expect(source.split(question)).toHaveLength(2)
    return source.replace(question, answer)
  })
  const { Http, Undici } = built.loadInstrumentations()
  expect(Http?.name).toBe('HttpInstrumentation')
  expect(Undici?.name).toBe('UndiciInstrumentation')
})
