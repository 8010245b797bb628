import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, test } from 'vitest'

const built = pathToFileURL(path.resolve(import.meta.dirname, '../../dist/src/cli/memory.js')).href

/** Fills a heap with what stays, and gives the MB that the space for young objects was grown to. */
function youngSpace(args: readonly string[], env: Record<string, string> = {}): number {
  const program = `
    import { getHeapSpaceStatistics } from 'node:v8'
    const { keepYoungSpaceSmall } = await import(${JSON.stringify(built)})
    keepYoungSpaceSmall()
    const kept = []
    let largest = 0
    for (let i = 0; i < 3_000_000; i++) {
      kept.push({ i })
      if (i % 100_000 === 0) largest = Math.max(largest, getHeapSpaceStatistics().find(space => space.space_name === 'new_space').space_size)
    }
    console.log(largest / 2 ** 20)`
  const { status, stdout, stderr } = spawnSync(process.execPath, [...args, '--input-type=module', '-e', program], { encoding: 'utf8', env: { ...process.env, NODE_OPTIONS: '', ...env } })
  expect(status, stderr).toBe(0)
  return Number(stdout)
}

describe('the space for young objects of a check', () => {
  test('stays as it was, where nobody has said', () => {
    expect(youngSpace([])).toBeLessThan(8)
  })

  test.each<[string, string[], Record<string, string>]>([
    ['on the command line', ['--min-semi-space-size=16'], {}],
    ['with underscores', ['--min_semi_space_size=16'], {}],
    ['in NODE_OPTIONS', [], { NODE_OPTIONS: '--max-semi-space-size=32' }],
  ])('is as its process was told, %s', (_, args, env) => {
    expect(youngSpace(args, env)).toBeGreaterThan(8)
  })
})
