// Compiles every package (tsc project references) and marks the CommonJS builds as such:
// both packages are `type: module`, so Node needs a nearer package.json beside the CommonJS files.
import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'

const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc')
const root = path.resolve(import.meta.dirname, '..')
for (const workspace of ['policy', 'runtime']) {
  const folder = path.join(root, workspace, 'dist', 'cjs')
  mkdirSync(folder, { recursive: true })
  writeFileSync(path.join(folder, 'package.json'), '{ "type": "commonjs" }\n')
}
const { status } = spawnSync(process.execPath, [tsc, '-b', ...process.argv.slice(2)], { cwd: root, stdio: 'inherit' })
process.exitCode = status ?? 1
