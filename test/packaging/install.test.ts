import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type PackageManager, type ProjectName, tryInstall, unexplained } from '../../scripts/install-case.js'
import { packAll, type PackedPackage } from '../../scripts/pack.js'

/** A corner of `npm run matrix -- --install`, which tries every Node, package manager and project. */
describe('the packed runtime, installed into a project of its own', () => {
  let tarballs = ''
  let packed: readonly PackedPackage[] = []
  beforeAll(() => {
    tarballs = mkdtempSync(path.join(os.tmpdir(), 'spanguard-pack-'))
    packed = packAll(tarballs)
  }, 120_000)
  afterAll(() => {
    rmSync(tarballs, { recursive: true, force: true })
  })

  it.each<[PackageManager, ProjectName]>([
    ['npm', 'fresh'],
    ['npm', 'API 1.9, SDK 2'],
    ['npm', 'API 1.10'],
    ['pnpm', 'API 1.10, SDK 2'],
  ])('%s, %s: one copy of the API, one trace, no warning that the page does not explain', { timeout: 240_000 }, async (manager, project) => {
    expect(await tryInstall(manager, project, path.dirname(process.execPath), packed)).toEqual([])
  })

  it('the page explains every warning that is expected', () => {
    expect(unexplained(path.resolve(import.meta.dirname, '../../docs/runtime.md'))).toEqual([])
  })
})
