import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'

/** The oldest ESLint that the plugin's peer range names. */
export const oldestEslint = '9.15.0'
/** Everything that runs ESLint inside the tests' own process. */
const suites = ['test/rules', 'test/analysis', 'test/fix', 'test/settings']

/**
 * Runs the tests of rules, analysis and fixes with another ESLint, in a copy of the tracked files and of `node_modules`:
 * rule-tester takes the ESLint that stands beside it, so a second one under another name would not be used.
 *
 * @returns whether the tests passed, on the version that was asked for
 */
export function testOnEslint(version: string, root: string): boolean {
  const copy = mkdtempSync(path.join(os.tmpdir(), `spanguard-eslint-${version}-`))
  try {
    const { stdout: files } = spawnSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: root, encoding: 'utf8' })
    for (const file of files.split('\0').filter(Boolean)) cpSync(path.join(root, file), path.join(copy, file))
    cpSync(path.join(root, 'node_modules'), path.join(copy, 'node_modules'), { recursive: true, verbatimSymlinks: true })
    // The plugins of our own lint ask for ESLint 10; no test loads them.
    const installed = run('npm', ['install', '--no-save', '--no-audit', '--no-fund', '--ignore-scripts', '--legacy-peer-deps', '--loglevel=error', `eslint@${version}`], copy)
    const { stdout } = spawnSync(process.execPath, ['-p', "require('eslint/package.json').version"], { cwd: copy, encoding: 'utf8' })
    console.log(`\n== rules on ESLint ${stdout.trim()}`)
    return installed && stdout.trim() === version && run(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', ...suites], copy)
  } finally {
    rmSync(copy, { recursive: true, force: true })
  }
}

function run(command: string, parameters: readonly string[], cwd: string): boolean {
  return spawnSync(command, parameters, { cwd, stdio: 'inherit' }).status === 0
}
