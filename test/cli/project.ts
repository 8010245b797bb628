import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { onTestFinished } from 'vitest'

export const root = path.resolve(import.meta.dirname, '../..')
/** The built command. */
export const cli = path.join(root, 'dist/src/cli.js')

export type Files = Readonly<Record<string, string>>

/** A service that sets up the runtime and traces no request: its middleware can be inserted. */
export const shop: Files = {
  'package.json': JSON.stringify({ name: 'shop', type: 'module', dependencies: { express: '5', '@spanguard/runtime': '1' }, scripts: { start: 'node --import ./src/tracing.js src/main.js' } }),
  'src/tracing.js': `import { initTracing } from '@spanguard/runtime'\n\ninitTracing({ serviceName: 'shop' })\n`,
  'src/main.js': `import './server.js'\n`,
  'src/server.js': `import express from 'express'\nimport { orders } from './orders.js'\n\nconst app = express()\napp.use('/orders', orders)\napp.listen(3000)\n`,
  'src/orders.js': `import { Router } from 'express'\n\nexport const orders = Router()\norders.get('/:id', (request, response) => response.json({}))\n`,
}

/** A folder with these files, which goes when the test has finished. */
export function folder(files: Files): string {
  const dir = mkdtempSync(path.join(realpathSync(os.tmpdir()), 'spanguard-project-'))
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }))
  write(dir, files)
  return dir
}

export function write(dir: string, files: Files): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(dir, name)), { recursive: true })
    writeFileSync(path.join(dir, name), text)
  }
}

/** The same as a git repository with one commit on `main`. */
export function repository(files: Files): string {
  const dir = folder(files)
  git(dir, 'init', '-q', '-b', 'main')
  commit(dir)
  return dir
}

export function commit(dir: string): void {
  git(dir, 'add', '-A')
  git(dir, 'commit', '-qm', 'change')
}

export function git(dir: string, ...parameters: readonly string[]): string {
  return execFileSync('git', ['-c', 'user.name=test', '-c', 'user.email=test@example.com', ...parameters], { cwd: dir, encoding: 'utf8' })
}

/** Runs the built command as a user does. */
export function spanguard(cwd: string, ...words: readonly string[]) {
  const environment = { ...process.env, NO_COLOR: '1', GITHUB_BASE_REF: '', CI_MERGE_REQUEST_DIFF_BASE_SHA: '' }
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...words], { cwd, encoding: 'utf8', env: environment })
  return { status, stdout, stderr }
}
