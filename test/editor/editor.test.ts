import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openEditor, type Diagnostic, type Editor } from './language-server.js'

const root = path.resolve(import.meta.dirname, '../..')
const source = `import express from 'express'

const app = express()

app.get('/orders', (request, response) => {
  response.json([])
})

app.listen(3000)
`

let folder: string
let editor: Editor

beforeAll(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'spanguard-editor-'))
  const modules = path.join(folder, 'node_modules')
  mkdirSync(path.join(modules, '@typescript-eslint'), { recursive: true })
  // The built plugin, as an installed one: under its name in node_modules.
  symlinkSync(root, path.join(modules, 'eslint-plugin-spanguard'))
  for (const name of ['eslint', '@typescript-eslint/parser']) symlinkSync(path.join(root, 'node_modules', name), path.join(modules, name))
  const dependencies = { '@spanguard/runtime': '^0.1.0', express: '^5.0.0' }
  writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ name: 'shop', type: 'module', dependencies }))
  writeFileSync(
    path.join(folder, 'eslint.config.js'),
    `import parser from '@typescript-eslint/parser'
import spanguard from 'eslint-plugin-spanguard'
export default [{ files: ['**/*.ts'], languageOptions: { parser } }, spanguard.configs.recommended]
`,
  )
  writeFileSync(path.join(folder, 'app.ts'), source)
  editor = await openEditor(folder)
})

afterAll(async () => {
  await editor.close()
  rmSync(folder, { recursive: true, force: true })
})

const ofRule = (diagnostics: readonly Diagnostic[], rule: string) => diagnostics.filter((each) => each.code === `spanguard/${rule}`)

describe('in the editor', () => {
  it('underlines an untraced app, mends it by the quick fix, and the squiggle is gone', async () => {
    editor.open('app.ts', source)
    const [squiggle] = ofRule(await editor.diagnostics('app.ts'), 'require-handler-tracing')
    if (squiggle === undefined) throw new Error('no squiggle on the untraced app')
    expect(squiggle.range.start.line).toBeGreaterThanOrEqual(2)
    expect(squiggle.message).toMatch(/trac/)

    const action = (await editor.actions('app.ts', squiggle)).find((each) => each.title.startsWith('Fix this spanguard/'))
    if (action === undefined) throw new Error('no quick fix for the squiggle')
    const text = await editor.apply('app.ts', action)
    expect(text).toContain("import { expressTracing } from '@spanguard/runtime/express'")
    expect(text.indexOf('app.use(expressTracing())')).toBeLessThan(text.indexOf("app.get('/orders'"))
    expect(text.indexOf('app.use(expressTracing())')).toBeGreaterThan(text.indexOf('const app'))

    expect(ofRule(await editor.diagnostics('app.ts'), 'require-handler-tracing')).toEqual([])
  })

  it('underlines what is typed after the file was opened', async () => {
    editor.open('spans.ts', "import { trace } from '@opentelemetry/api'\ntrace.getTracer('shop').startActiveSpan('handler', (span) => span.end())\n")
    const [squiggle] = ofRule(await editor.diagnostics('spans.ts'), 'no-technical-span-name')
    expect(squiggle?.range.start).toMatchObject({ line: 1 })
  })
})
