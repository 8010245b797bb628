import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, test } from 'vitest'

const built = pathToFileURL(path.resolve(import.meta.dirname, '../../dist/src/cli/engine.js')).href

/** Runs a program in a process of its own, behind what a check tells V8, and gives what it prints. */
function behind(program: string, args: readonly string[] = [], env: Record<string, string> = {}, isTold = true): string {
  const told = isTold ? `(await import(${JSON.stringify(built)})).suitOneRun()\n` : ''
  const { status, stdout, stderr } = spawnSync(process.execPath, [...args, '--input-type=module', '-e', told + program], { encoding: 'utf8', env: { ...process.env, NODE_OPTIONS: '', ...env } })
  expect(status, stderr).toBe(0)
  expect(stderr).not.toContain('unrecognized flag')
  return stdout.trim()
}

describe('the space for young objects of a check', () => {
  /** Fills a heap with what stays, and gives the MB that the space was grown to. */
  const youngSpace = (args: readonly string[], env: Record<string, string> = {}): number => Number(behind(`
    const { getHeapSpaceStatistics } = await import('node:v8')
    const kept = []
    let largest = 0
    for (let i = 0; i < 3_000_000; i++) {
      kept.push({ i })
      if (i % 100_000 === 0) largest = Math.max(largest, getHeapSpaceStatistics().find(space => space.space_name === 'new_space').space_size)
    }
    console.log(largest / 2 ** 20)`, args, env))

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

describe('the code of a check', () => {
  const natives = ['--allow-natives-syntax', '--no-concurrent-recompilation']
  const firstRun = `
    const once = new Function('a', 'return a + 1')
    once(1)
    console.log(%ActiveTierIsSparkplug(once))`
  const callsUntilOptimized = `
    const sum = new Function('list', 'let all = 0; for (const one of list) all += one; return all')
    let calls = 0
    for (; calls < 1_000_000 && !%ActiveTierIsTurbofan(sum); calls++) sum([1, 2, 3])
    console.log(calls)`

  test('is compiled when it first runs', () => {
    expect(behind(firstRun, natives)).toBe('true')
    expect(behind(firstRun, natives, {}, false)).toBe('false')
  })

  test('is optimized later than that of a server, but is', () => {
    const [later, usual] = [true, false].map(isTold => Number(behind(callsUntilOptimized, natives, {}, isTold)))
    expect(later).toBeGreaterThan(1.5 * (usual ?? 0))
    expect(later).toBeLessThan(1_000_000)
  })

  test.each([['--no-always-sparkplug'], ['--jitless']])('is as its process was told by %s', flag => {
    expect(behind(firstRun, [...natives, flag])).toBe('false')
  })
})
