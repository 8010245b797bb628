import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

import { blocksOf } from '../docs/markdown.js'
import { readPrograms } from '../mutations/program.js'
import { kinds } from '../mutations/score.js'
import type { Snippet } from './fixing.js'
import { written } from './written.js'

const pages = path.resolve(import.meta.dirname, '../../docs/rules')
/** How many mutants of a kind are mended: spread over all programs. */
const MUTANTS = 24

/** Everything that is mended, by where it comes from. */
export const snippets: Readonly<Record<'documentation' | 'mutants' | 'written', readonly Snippet[]>> = {
  documentation: readdirSync(pages).flatMap((page) => {
    const rule = path.basename(page, '.md')
    return blocksOf(readFileSync(path.join(pages, page), 'utf8'), 'Incorrect').map(({ language, info, code, line }): Snippet => {
      const { options: [options] = [], settings = {} } = (info === '' ? {} : JSON.parse(info)) as { options?: object[]; settings?: object }
      return { name: `${page}:${line}`, file: `src/doc.${language}`, text: code, settings, options: options === undefined ? {} : { [rule]: options } }
    })
  }),
  mutants: kinds.flatMap((kind) => {
    const all = readPrograms().flatMap((program) => kind.mutate(program))
    const step = Math.max(1, Math.floor(all.length / MUTANTS))
    return all.filter((_, index) => index % step === 0).map(({ what, file, text }): Snippet => ({ name: what, file, text }))
  }),
  written,
}
