/**
 * Packs the three packages and lets publint and are-the-types-wrong judge what would be published.
 * `npm run packages`; exit code 1 when one of them finds a fault.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { packAll } from './pack.js'

const folder = mkdtempSync(path.join(os.tmpdir(), 'spanguard-pack-'))
try {
  for (const { name, tarball, esmOnly } of packAll(folder)) {
    console.log(`\n${name}`)
    // ESM only: `require()` of an ES module is what such a package wants, on every Node that it supports.
    const profile = esmOnly ? 'esm-only' : 'node16'
    run('publint', [tarball, '--strict'])
    run('attw', [tarball, '--profile', profile])
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}

function run(command: string, parameters: readonly string[]): void {
  const { status, error } = spawnSync(path.resolve('node_modules/.bin', command), parameters, { stdio: 'inherit' })
  if (error !== undefined) throw error
  if (status !== 0) process.exitCode = 1
}
