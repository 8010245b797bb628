/**
 * Runs the demo and the tests on the other Node versions that are supported: `npm run matrix`, or with versions
 * (`npm run matrix -- 22.12.0 24`), `--demo` for the demo alone, `--runtime` for the tests of the runtime and its middleware
 * alone, `--install` for installing the packed runtime with every package manager, and `--eslint` for the rules on the oldest
 * ESLint (`npm run matrix -- --eslint 9.39.1` for another). Linux on x64 only: the binaries come from npm.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { isPossible, packageManagers, projects, type ProjectName, tryInstall, unexplained } from './install-case.js'
import { installLine3Project } from './line-3-project.js'
import { oldestEslint, testOnEslint } from './other-eslint.js'
import { installNode } from './other-node.js'
import { packAll } from './pack.js'

const root = path.resolve(import.meta.dirname, '..')
const parameters = process.argv.slice(2)
const vitest = 'node_modules/vitest/vitest.mjs'
const has = (flag: string): boolean => parameters.includes(flag)
const given = parameters.filter((parameter) => !parameter.startsWith('--'))

if (has('--eslint')) {
  for (const version of given.length > 0 ? given : [oldestEslint]) if (!testOnEslint(version, root)) fail(`The rules failed on ESLint ${version}.`)
} else if (has('--install')) await install(given.length > 0 ? given : ['20', '22', '24'])
else {
  for (const version of given.length > 0 ? given : ['22', '24']) {
    const bin = installNode(version)
    if (!has('--runtime')) run(bin, 'demo', ['--import', 'tsx', 'examples/shop/demo.ts'])
    if (has('--demo')) continue
    run(bin, 'tests', [vitest, 'run', ...(has('--runtime') ? ['test/runtime', 'test/examples/long.test.ts'] : [])])
    if (Number(version.split('.')[0]) >= 22) besideLine3(bin)
  }
}

/** The middleware and the shop's long form beside instrumentations of line 3, in a project of their own. */
function besideLine3(bin: string): void {
  const tarballs = mkdtempSync(path.join(os.tmpdir(), 'spanguard-pack-'))
  try {
    const project = installLine3Project(packAll(tarballs), String(process.pid))
    run(bin, 'middleware and long shop beside line 3', [vitest, 'run', 'test/runtime/middleware/processes.test.ts', 'test/examples/long.test.ts'], { SPANGUARD_LINE_3: project })
  } finally {
    rmSync(tarballs, { recursive: true, force: true })
  }
}

function run(bin: string, title: string, command: readonly string[], extra: Readonly<Record<string, string>> = {}): void {
  const node = path.join(bin, 'node')
  const { stdout } = spawnSync(node, ['--version'], { encoding: 'utf8' })
  console.log(`\n== ${title} on Node ${stdout.trim()}`)
  // First on the path, so that whatever these start is started on the same version.
  const env = { ...process.env, ...extra, PATH: `${bin}${path.delimiter}${process.env['PATH'] ?? ''}` }
  const { status } = spawnSync(node, command, { cwd: root, stdio: 'inherit', env })
  if (status !== 0) {
    console.error(`The ${title} failed on Node ${stdout.trim()}.`)
    process.exitCode = 1
  }
}

/** A line for each Node, package manager and project; what is wrong stands below it. */
async function install(versions: readonly string[]): Promise<void> {
  for (const words of unexplained(path.join(root, 'docs/runtime.md'))) fail(`docs/runtime.md does not say "${words}" any more`)
  const tarballs = mkdtempSync(path.join(os.tmpdir(), 'spanguard-pack-'))
  try {
    const packed = packAll(tarballs)
    for (const version of versions) {
      const own = process.versions.node.startsWith(`${version}.`)
      const bin = own ? path.dirname(process.execPath) : installNode(version)
      for (const manager of packageManagers) {
        for (const project of Object.keys(projects) as ProjectName[]) {
          if (!isPossible(project, manager, Number(version.split('.')[0]))) continue
          const problems = await tryInstall(manager, project, bin, packed)
          console.log(`${problems.length === 0 ? 'ok  ' : 'FAIL'} Node ${version.padEnd(4)} ${manager.padEnd(11)} ${project}`)
          for (const problem of problems) fail(`     ${problem}`)
        }
      }
    }
  } finally {
    rmSync(tarballs, { recursive: true, force: true })
  }
}

function fail(text: string): void {
  console.log(text)
  process.exitCode = 1
}
