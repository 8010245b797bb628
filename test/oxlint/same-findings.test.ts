import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'

import * as parser from '@typescript-eslint/parser'
import { ESLint } from 'eslint'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { rules } from '../../rules/index.js'
import type spanguard from '../../src/index.js'
import { blocksOf } from '../docs/markdown.js'

const root = path.resolve(import.meta.dirname, '..', '..')
const oxlint = path.join(path.dirname(createRequire(import.meta.url).resolve('oxlint/package.json')), 'bin', 'oxlint')
/** The plugin as users install it. */
const built = path.join(root, 'dist', 'src', 'index.js')
const run = promisify(execFile)

let folder: string

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'spanguard-oxlint-'))
  // Every page's examples, right and wrong, and the programs of the tests.
  for (const page of readdirSync(path.join(root, 'docs', 'rules'))) {
    const text = readFileSync(path.join(root, 'docs', 'rules', page), 'utf8')
    for (const [index, block] of [...blocksOf(text, 'Incorrect'), ...blocksOf(text, 'Correct')].entries()) {
      write(`pages/${page.replace(/\.md$/, '')}-${index}.${block.language}`, block.code)
    }
  }
  for (const fixture of ['facts', 'programs', 'services']) {
    cpSync(path.join(root, 'test', 'fixtures', fixture), path.join(folder, fixture), { recursive: true })
  }
  cpSync(path.join(root, 'examples', 'shop', 'before'), path.join(folder, 'shop'), {
    recursive: true,
    filter: (source) => !source.includes('node_modules'),
  })
  // What cannot be parsed, or is configured wrongly, is said by each linter in its own words.
  for (const broken of ['bad-config', 'bad-syntax']) rmSync(path.join(folder, 'services', broken), { recursive: true, force: true })
  const levels = Object.fromEntries(Object.keys(rules).map((rule) => [`spanguard/${rule}`, 'error']))
  write('.oxlintrc.json', JSON.stringify({ jsPlugins: [built], categories: { correctness: 'off' }, rules: levels }))
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

function write(file: string, text: string): void {
  mkdirSync(path.dirname(path.join(folder, file)), { recursive: true })
  writeFileSync(path.join(folder, file), text)
}

/** `file:line rule`, sorted: columns are counted in other units. */
async function findingsOfOxlint(): Promise<string[]> {
  const { stdout } = await run(process.execPath, [oxlint, '--format', 'json'], { cwd: folder, maxBuffer: 1e9 }).catch(
    (error: unknown) => error as { stdout: string },
  )
  const { diagnostics } = JSON.parse(stdout) as {
    diagnostics: { code?: string; filename: string; labels: { span: { line: number } }[] }[]
  }
  return diagnostics
    .flatMap(({ code, filename, labels }) => {
      const rule = /^spanguard\((.+)\)$/.exec(code ?? '')?.[1]
      return rule === undefined ? [] : [`${filename}:${labels[0]?.span.line ?? 0} ${rule}`]
    })
    .sort()
}

async function findingsOfEslint(): Promise<string[]> {
  const { default: plugin } = (await import(built)) as { default: typeof spanguard }
  const eslint = new ESLint({
    cwd: folder,
    overrideConfigFile: true,
    overrideConfig: [
      { files: ['**/*.{js,cjs,mjs,jsx,ts,cts,mts,tsx}'], languageOptions: { parser: parser } },
      // Levels without options, as the oxlint config gives them: a level alone would keep the options of a preset.
      {
        plugins: { spanguard: plugin },
        rules: Object.fromEntries(Object.keys(rules).map((rule) => [`spanguard/${rule}`, 'error'])),
      },
    ],
  })
  const results = await eslint.lintFiles(['.'])
  return results
    .flatMap(({ filePath, messages }) =>
      messages.flatMap(({ line, ruleId }) =>
        ruleId?.startsWith('spanguard/') === true ?
          [`${path.relative(folder, filePath)}:${line} ${ruleId.slice('spanguard/'.length)}`]
        : [],
      ),
    )
    .sort()
}

describe('oxlint', () => {
  it('finds with the same plugin object what ESLint finds without types, rule by rule', async () => {
    const expected = await findingsOfEslint()
    expect(new Set(expected.map((finding) => finding.split(' ')[1])).size).toBeGreaterThan(20)
    expect(await findingsOfOxlint()).toEqual(expected)
  }, 120_000)

  it('reads the preset that the package ships', () => {
    const preset = JSON.parse(readFileSync(path.join(root, 'oxlint', 'recommended.json'), 'utf8')) as { rules: Record<string, string> }
    const names = Object.keys(preset.rules).map((rule) => rule.replace('spanguard/', ''))
    expect(names.filter((name) => !Object.hasOwn(rules, name))).toEqual([])
    expect(names.length).toBeGreaterThan(15)
  })
})
