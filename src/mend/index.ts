import { readFileSync, realpathSync } from 'node:fs'
import path from 'node:path'

import * as parser from '@typescript-eslint/parser'
import { Linter } from 'eslint'

import { mendUntraced } from '../../rules/require-handler-tracing/mend.js'
import { findUntraced } from '../analysis/handlers/untraced.js'
import { openFile } from '../analysis/index.js'
import type { Edit } from '../fix/index.js'

/** A file as it is to be written. */
export interface MendedFile {
  /** Absolute path; of a link what it leads to. */
  readonly path: string
  readonly text: string
  /** What was inserted, one for each app. */
  readonly inserted: readonly { readonly code: string; readonly module: string; readonly line: number }[]
}

export interface MendPlan {
  readonly files: readonly MendedFile[]
  /** Packages whose middleware would be inserted and that no package.json on the way has. */
  readonly missing: ReadonlySet<string>
}

/**
 * The edits that ESLint's `require-handler-tracing` would make, for apps that the checker has found to be untraced: the same
 * fixer, run by the same engine. Nothing is written.
 *
 * @param places what is untraced, by absolute path: character offsets of the callees that make the apps
 * @throws ConfigError when a spanguard.config file is not valid
 */
export function planMends(places: ReadonlyMap<string, readonly number[]>): MendPlan {
  const files: MendedFile[] = []
  const missing = new Set<string>()
  for (const [file, offsets] of places) {
    const mended = mendFile(realpathSync(file), new Set(offsets), missing)
    if (mended !== null) files.push(mended)
  }
  return { files, missing }
}

const byteOrderMark = '\uFEFF'

function mendFile(file: string, offsets: ReadonlySet<number>, missing: Set<string>): MendedFile | null {
  const raw = readFileSync(file, 'utf8')
  // Neither ESLint nor the compiler counts the mark.
  const mark = raw.startsWith(byteOrderMark) ? byteOrderMark : ''
  const text = raw.slice(mark.length)
  const edits: Edit[] = []
  const inserted: { code: string; module: string; line: number }[] = []
  const collect = (context: Parameters<typeof openFile>[0]): void => {
    const { analysis, outOfScope } = openFile(context)
    if (outOfScope) return
    const result = findUntraced(analysis, file, true)
    for (const untraced of result?.found ?? []) {
      const [start, end] = untraced.at.range
      if (result === null || ![...offsets].some(offset => offset >= start && offset < end)) continue
      const mend = mendUntraced(untraced, { filename: file, around: result.around, analysis })
      if (mend === null || untraced.framework.insert?.as !== 'fix') continue
      if (!result.around.dependencies.has(mend.package)) {
        missing.add(mend.package)
        continue
      }
      // Two apps of one file share their import.
      for (const edit of mend.edits) if (!edits.some(other => isSame(edit, other))) edits.push(edit)
      inserted.push({ code: mend.code, module: mend.module, line: untraced.at.loc.start.line })
    }
  }
  lint(file, text, collect)
  return inserted.length === 0 || edits.some((edit, index) => edits.slice(index + 1).some(other => overlaps(edit, other))) ? null
    : { path: file, text: mark + apply(text, edits), inserted }
}

/** Runs one visitor over a file with ESLint's own engine, so that the fixers see what they see in a lint run. */
function lint(file: string, text: string, collect: (context: Parameters<typeof openFile>[0]) => void): void {
  const linter = new Linter({ configType: 'flat', cwd: path.dirname(file) })
  const rule = { create: (context: unknown) => ({ Program: () => collect(context as Parameters<typeof openFile>[0]) }) }
  linter.verify(
    text,
    [{
      files: ['**/*.{js,jsx,cjs,mjs,ts,tsx,cts,mts}'],
      languageOptions: { parser, parserOptions: { ecmaFeatures: { jsx: !/\.[cm]?ts$/u.test(file) } } },
      plugins: { spanguard: { rules: { mend: rule } } },
      rules: { 'spanguard/mend': 'error' },
      linterOptions: { reportUnusedDisableDirectives: 'off' },
    }] as Linter.Config[],
    { filename: file, allowInlineConfig: false },
  )
}

function apply(text: string, edits: readonly Edit[]): string {
  let result = text
  // From the end, so that earlier offsets stay what they are; of two insertions at one place the first written comes first.
  const ordered = edits.map((edit, index) => ({ ...edit, index })).toSorted((a, b) => b.range[0] - a.range[0] || b.index - a.index)
  for (const { range, text: inserted } of ordered) result = result.slice(0, range[0]) + inserted + result.slice(range[1])
  return result
}

function isSame(a: Edit, b: Edit): boolean {
  return a.range[0] === b.range[0] && a.range[1] === b.range[1] && a.text === b.text
}

function overlaps(a: Edit, b: Edit): boolean {
  return a.range[0] < b.range[1] && b.range[0] < a.range[1]
}
