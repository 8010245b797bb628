import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

import type { Fact } from '@spanguard/policy'
import * as parser from '@typescript-eslint/parser'
import { Linter } from 'eslint'
import { describe, expect, it } from 'vitest'

import { analyzeFile } from '../src/analysis/index.js'
import { createFactReader } from '../src/checker/facts/extract.js'
import { createProgram } from '../src/checker/program.js'

const folder = path.join(import.meta.dirname, 'fixtures', 'facts')

/** What ESLint's extractor says of a file, calls of its own helpers left out: the checker derives those over files. */
function factsByEslint(file: string): readonly Fact[] {
  let facts: readonly Fact[] = []
  const linter = new Linter({ configType: 'flat', cwd: path.dirname(folder) })
  const messages = linter.verify(
    readFileSync(file, 'utf8'),
    [
      {
        files: ['**/*.{js,cjs,mjs,jsx,ts,cts,mts,tsx}'],
        languageOptions: { parser: parser },
        plugins: {
          test: {
            rules: {
              facts: {
                create: (context) => {
                  facts = analyzeFile(context as never).facts
                  return {}
                },
              },
            },
          },
        },
        rules: { 'test/facts': 'error' },
      },
    ],
    { filename: file },
  )
  if (messages[0] !== undefined) throw new Error(messages[0].message)
  return facts.filter((fact) => fact.derivedFrom === undefined)
}

function factsByChecker(file: string): readonly Fact[] {
  const program = createProgram([file], () => null)
  const [only] = program.files
  if (only === undefined) throw new Error(`${file} is not in the program.`)
  return createFactReader(program, () => ({})).factsOf(only)
}

/** A fact without what only one side can know: types, the file's name, a member's text that was put together, what a function returns. */
function comparable(facts: readonly Fact[]): unknown {
  return JSON.parse(
    JSON.stringify(facts, (key, value: unknown) => (key === 'type' || key === 'returns' || key === 'file' || key === 'text' ? undefined : value)),
  ) as unknown
}

describe('both extractors say the same', () => {
  it.each(readdirSync(folder))('%s', (name) => {
    const file = path.join(folder, name)
    const expected = factsByEslint(file)
    expect(expected.length).toBeGreaterThan(5)
    expect(comparable(factsByChecker(file))).toEqual(comparable(expected))
  })

  it('of a file that traces with another vendor: nothing', () => {
    const file = path.join(import.meta.dirname, 'fixtures', 'other-tracers', 'work.js')
    expect(factsByEslint(file)).toEqual([])
    expect(factsByChecker(file)).toEqual([])
  })
})
