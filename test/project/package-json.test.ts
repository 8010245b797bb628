import { mkdtempSync, mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { getPackage, readPackage } from '../../src/project/package-json.js'

let dir = ''
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'spanguard-'))
})
afterEach(() => {
  rmSync(dir, { recursive: true })
})

describe('getPackage', () => {
  it('collects dependencies of every kind from the nearest file', () => {
    write('package.json', { name: 'a', dependencies: { x: '1' }, devDependencies: { y: '1' }, peerDependencies: { z: '1' } })
    expect([...(getPackage(path.join(dir, 'src/deep/file.ts'))?.dependencies ?? [])]).toEqual(['x', 'y', 'z'])
  })

  it('looks through a file that says only how its folder is loaded, and takes its type', () => {
    write('package.json', { name: 'a', dependencies: { x: '1' } })
    mkdirSync(path.join(dir, 'esm'))
    write('esm/package.json', { type: 'module' })
    expect(getPackage(path.join(dir, 'esm/file.js'))).toMatchObject({ name: 'a', type: 'module', dir })
  })

  it('reads a file again that has changed, a moment later', () => {
    vi.useFakeTimers({ toFake: ['performance'] })
    // The clock starts anew: whatever was asked in the tests before is over.
    vi.advanceTimersByTime(3_600_000)
    try {
      write('package.json', { name: 'before' })
      expect(getPackage(path.join(dir, 'x.ts'))?.name).toBe('before')
      write('package.json', { name: 'after' })
      utimesSync(path.join(dir, 'package.json'), new Date(1e9), new Date(1e9))
      vi.advanceTimersByTime(99)
      expect(getPackage(path.join(dir, 'x.ts'))?.name).toBe('before')
      vi.advanceTimersByTime(1)
      expect(getPackage(path.join(dir, 'x.ts'))?.name).toBe('after')
    } finally {
      vi.useRealTimers()
    }
  })

  it('says what is wrong with a file that is no JSON', () => {
    writeFileSync(path.join(dir, 'package.json'), '{ "name": ')
    const read = readPackage(path.join(dir, 'package.json'))
    expect(read?.ok === false && read.problem).toContain('is no valid JSON')
  })
})

function write(file: string, content: unknown): void {
  writeFileSync(path.join(dir, file), JSON.stringify(content))
}
