import { describe, expect, it } from 'vitest'

import { lint } from './lint.js'
import { readPrograms } from './program.js'
import { kinds, score } from './score.js'

const programs = readPrograms()

describe('correct programs', () => {
  it('are many, in every kind of module', () => {
    expect(programs.length).toBeGreaterThanOrEqual(25)
    const extensions = new Set(programs.map(({ file }) => /\.\w+$/.exec(file)?.[0]))
    expect([...extensions].sort()).toEqual(['.cjs', '.cts', '.js', '.jsx', '.mjs', '.mts', '.ts', '.tsx'])
  })

  it.each(programs)('$file is clean', ({ text, file }) => {
    expect(lint(text, file, 'recommended')).toEqual([])
  })
})

describe.each(kinds)('$name', (kind) => {
  it('is found in at least 95 of 100 mutants', { timeout: 120_000 }, () => {
    const { mutants, missed } = score(kind, programs)
    expect(new Set(mutants.map(({ text, file }) => `${file}\n${text}`)).size).toBeGreaterThanOrEqual(20)
    const said = missed.map(({ what }) => what)
    if (said.length > 0) process.stdout.write(`${kind.name}: ${said.length} of ${mutants.length} missed\n  ${said.join('\n  ')}\n`)
    expect(said.length, said.join('\n')).toBeLessThanOrEqual(mutants.length * 0.05)
  })
})
