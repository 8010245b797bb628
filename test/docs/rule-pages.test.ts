import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import * as parser from '@typescript-eslint/parser'
import { Linter } from 'eslint'
import { afterAll, describe, expect, it } from 'vitest'
import { rules } from '../../rules/index.js'
import { pageHeader, type RuleMeta } from '../../scripts/rule-docs.js'
import plugin from '../../src/index.js'
import { blocksOf, sectionsOf } from './markdown.js'

const pages = path.resolve(import.meta.dirname, '../../docs/rules')
const headings = ['What', 'Why', 'Incorrect', 'Correct', 'Options', 'Limitations', 'When not to use it']
const metas: Readonly<Record<string, { meta: RuleMeta }>> = rules

// A service of its own, which has the runtime installed: what stands around a file decides whether it is judged.
const service = mkdtempSync(path.join(os.tmpdir(), 'spanguard-docs-'))
const dependencies = { '@opentelemetry/api': '^1.9.0', '@spanguard/runtime': '^0.1.0', express: '^5.0.0', fastify: '^5.0.0' }
writeFileSync(path.join(service, 'package.json'), JSON.stringify({ name: 'service', dependencies }))
afterAll(() => rmSync(service, { recursive: true }))

it('there is a page for every rule, and none besides', () => {
  expect(readdirSync(pages).sort()).toEqual(Object.keys(rules).map((name) => `${name}.md`).sort())
})

describe.each(Object.keys(rules))('%s', (name) => {
  const file = path.join(pages, `${name}.md`)
  const page = existsSync(file) ? readFileSync(file, 'utf8') : ''

  it('has the header that its meta gives', () => {
    expect(page.startsWith(pageHeader(name, metas[name]?.meta ?? {})), 'run npm run docs').toBe(true)
  })

  it('has every heading, in order', () => {
    const found = sectionsOf(page).map((section) => headings.find((heading) => section.title.startsWith(heading)))
    expect(found.filter((heading) => heading !== undefined)).toEqual(headings)
  })

  it('says of every option what it is', () => {
    const [schema] = [metas[name]?.meta.schema].flat() as ({ properties?: object } | undefined)[]
    const options = sectionsOf(page).find((section) => section.title === 'Options')?.text ?? ''
    for (const option of Object.keys(schema?.properties ?? {})) expect(options).toContain(`\`${option}\``)
  })

  const incorrect = blocksOf(page, 'Incorrect')
  const correct = blocksOf(page, 'Correct')
  it('shows both sides', () => {
    expect(incorrect.length).toBeGreaterThan(0)
    expect(correct.length).toBeGreaterThan(0)
  })
  it.each(incorrect)('reports the incorrect code of line $line', (block) => {
    expect(lint(name, block)).not.toEqual([])
  })
  it.each(correct)('is content with the correct code of line $line', (block) => {
    expect(lint(name, block)).toEqual([])
  })
})

/** What the rule says of a block. A block may name options and settings: ```ts {"options": […], "settings": {…}}. */
function lint(name: string, block: { language: string; info: string; code: string }): readonly string[] {
  const { options = [], settings = {} } = (block.info === '' ? {} : JSON.parse(block.info)) as {
    options?: unknown[]
    settings?: Record<string, unknown>
  }
  const messages = new Linter({ cwd: service }).verify(
    block.code,
    [
      {
        files: ['**/*.{ts,tsx,mts,cts,js,jsx,mjs,cjs}'],
        languageOptions: { parser, parserOptions: { ecmaFeatures: { jsx: true } } },
        plugins: { spanguard: plugin },
        rules: { [`spanguard/${name}`]: ['error', ...options] },
        settings: { spanguard: settings },
      },
    ] as Linter.Config[],
    { filename: path.join(service, 'src', `app.${block.language}`) },
  )
  const stray = messages.find((message) => message.ruleId !== `spanguard/${name}`)
  if (stray !== undefined) throw new Error(`A block of docs/rules/${name}.md was not judged: ${stray.message}\n${block.code}`)
  return messages.map((message) => message.message)
}
