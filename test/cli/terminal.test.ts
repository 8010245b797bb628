import { spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { cli, folder, shop, spanguard } from './project.js'

const hasScript = spawnSync('script', ['--version']).status === 0
if (!hasScript) process.stderr.write('SKIPPED: tests on a terminal, since the command script is not there. To run them: apt-get install bsdutils\n')

/** As a terminal shows it: each text that was written over the one before. */
function onTerminal(cwd: string, ...words: readonly string[]): { readonly lines: readonly string[]; readonly status: number | null } {
  const { status, stdout } = spawnSync('script', ['-qec', `${process.execPath} ${cli} ${words.join(' ')}`, '/dev/null'], { cwd, encoding: 'utf8', env: { ...process.env, NO_COLOR: '1', CI: '' } })
  return { status, lines: stdout.split(/\r\n|\r?\u001B\[2K/u) }
}

describe.runIf(hasScript)('on a terminal', () => {
  it('shows what is being done in one line, which goes before the report', () => {
    const { lines, status } = onTerminal(folder(shop), 'check', '--min-coverage', '50')
    expect(lines.filter(line => line.startsWith('spanguard: ')).length).toBeGreaterThan(2)
    expect(lines.findIndex(line => line === 'shop')).toBeGreaterThan(lines.findLastIndex(line => line.startsWith('spanguard: ')))
    expect(status).toBe(1)
  })

  it('puts an error in a line of its own', () => {
    expect(onTerminal(folder(shop), 'check', 'nowhere').lines).toContainEqual(expect.stringMatching(/^There is no file or folder "nowhere"/u))
  })
})

it('is silent in a pipe', () => {
  expect(spanguard(folder(shop), 'check', '--min-coverage', '50').stderr).toBe('')
})
