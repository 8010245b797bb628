import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { ESLint, type Linter } from 'eslint'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { rules } from '../../rules/index.js'
import { blocksOf } from '../docs/markdown.js'
import { openEditor, type Editor } from './language-server.js'

const root = path.resolve(import.meta.dirname, '../..')

/** The first incorrect block of each rule's page, as a file of its own. */
const documents = Object.entries(rules).map(([rule, { meta }]) => {
  const [block] = blocksOf(readFileSync(path.join(root, 'docs/rules', `${rule}.md`), 'utf8'), 'Incorrect')
  if (block === undefined) throw new Error(`${rule} shows nothing incorrect`)
  const { options: [options] = [], settings = {} } = (block.info === '' ? {} : JSON.parse(block.info)) as { options?: object[]; settings?: object }
  const [schema] = [meta.schema].flat() as ({ properties?: object } | undefined)[]
  const takesFix = schema?.properties !== undefined && 'fix' in schema.properties
  return { rule, text: block.code, file: `src/${rule}.${block.language}`, saved: `saved/${rule}.${block.language}`, options, settings, takesFix }
})

let folder: string
let editor: Editor
let eslint: ESLint

beforeAll(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'spanguard-editor-'))
  const modules = path.join(folder, 'node_modules')
  mkdirSync(path.join(modules, '@typescript-eslint'), { recursive: true })
  symlinkSync(root, path.join(modules, 'eslint-plugin-spanguard'))
  for (const name of ['eslint', '@typescript-eslint/parser']) symlinkSync(path.join(root, 'node_modules', name), path.join(modules, name))
  const dependencies = { '@opentelemetry/api': '^1.9.0', '@spanguard/runtime': '^0.1.0', express: '^5.0.0', fastify: '^5.0.0' }
  writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ name: 'shop', type: 'module', dependencies }))
  const rows = documents.flatMap(({ rule, file, saved, options = {}, settings, takesFix }) => {
    const row = (files: string, given: object): object => ({
      files: [files],
      settings: { spanguard: settings },
      rules: { [`spanguard/${rule}`]: ['error', ...(Object.keys(given).length === 0 ? [] : [given])] },
    })
    return [row(file, options), row(saved, takesFix ? { ...options, fix: true } : options)]
  })
  writeFileSync(
    path.join(folder, 'eslint.config.js'),
    `import parser from '@typescript-eslint/parser'
import spanguard from 'eslint-plugin-spanguard'
export default [
  { files: ['**/*.{js,ts}'], languageOptions: { parser }, plugins: { spanguard } },
  ...${JSON.stringify(rows)},
]
`,
  )
  for (const { file, saved, text } of documents) {
    for (const name of [file, saved]) {
      mkdirSync(path.join(folder, path.dirname(name)), { recursive: true })
      writeFileSync(path.join(folder, name), text)
    }
  }
  eslint = new ESLint({ cwd: folder })
  editor = await openEditor(folder)
})

afterAll(async () => {
  await editor.close()
  rmSync(folder, { recursive: true, force: true })
})

describe.each(documents)('$rule in the editor', ({ rule, file, saved, text, takesFix }) => {
  const id = `spanguard/${rule}`
  const messagesOf = async (name: string): Promise<readonly Linter.LintMessage[]> => {
    const [result] = await eslint.lintText(text, { filePath: path.join(folder, name) })
    return result?.messages ?? []
  }

  it('underlines what ESLint reports, with its message', async () => {
    const messages = await messagesOf(file)
    editor.open(file, text)
    const squiggles = await editor.diagnostics(file)
    expect(messages.length).toBeGreaterThan(0)
    expect(squiggles.map(({ code, message, range }) => ({ code, message, line: range.start.line, column: range.start.character }))).toEqual(
      messages.map(({ message, line, column }) => ({ code: id, message, line: line - 1, column: column - 1 })),
    )
    expect(squiggles.every(({ range: { start, end } }) => end.line > start.line || end.character > start.character)).toBe(true)
  })

  it('offers the fix or the suggestions, and a click on the first does what it says', async () => {
    const messages = await messagesOf(file)
    const squiggles = await editor.diagnostics(file)
    for (const [index, { fix, suggestions = [] }] of messages.entries()) {
      const squiggle = squiggles[index]
      if (squiggle === undefined) throw new Error('no squiggle')
      const titles = (await editor.actions(file, squiggle)).map(({ title }) => title)
      for (const { desc } of suggestions) expect(titles).toContainEqual(expect.stringContaining(desc))
      if (fix !== undefined) expect(titles).toContainEqual(expect.stringMatching(`^Fix this ${id}`))
    }
    const index = messages.findIndex(({ fix, suggestions = [] }) => fix !== undefined || suggestions.length > 0)
    const [message, squiggle] = [messages[index], squiggles[index]]
    if (message === undefined || squiggle === undefined) return
    const [suggestion] = message.suggestions ?? []
    const change = message.fix ?? suggestion?.fix
    const wanted = message.fix !== undefined ? `Fix this ${id}` : (suggestion?.desc ?? '')
    const action = (await editor.actions(file, squiggle)).find(({ title }) => title.includes(wanted))
    if (action === undefined || change === undefined) throw new Error(`no action: ${wanted}`)
    const output = await editor.apply(file, action)
    expect(output).toBe(text.slice(0, change.range[0]) + change.text + text.slice(change.range[1]))
    expect((await editor.diagnostics(file)).length).toBeLessThan(squiggles.length)
  })

  it('fixes on save what it can, and a second save changes nothing', async () => {
    editor.open(saved, text)
    const canFix = (await messagesOf(saved)).some(({ fix }) => fix !== undefined)
    // The server fixes what it has underlined, as an editor asks it after every change.
    await editor.diagnostics(saved)
    const output = await editor.fixOnSave(saved)
    expect(output !== text).toBe(canFix)
    if (takesFix) expect(canFix || (await messagesOf(file)).every(({ suggestions = [] }) => suggestions.length === 0)).toBe(true)
    await editor.diagnostics(saved)
    expect(await editor.fixOnSave(saved)).toBe(output)
  })
})
