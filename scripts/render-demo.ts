/**
 * Runs the demo and draws what it writes to a terminal as docs/demo.svg. `npm run docs:demo`; run it when the demo's
 * output has changed.
 */
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { renderTerminal } from './terminal-svg.js'

const root = path.resolve(import.meta.dirname, '..')
const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', 'examples/shop/demo.ts'], {
  cwd: root,
  encoding: 'utf8',
  env: { ...process.env, FORCE_COLOR: '1' },
})
if (status !== 0) throw new Error(`The demo failed:\n${stdout}${stderr}`)
writeFileSync(path.join(root, 'docs/demo.svg'), renderTerminal(`$ npm run demo\n${stdout}`))
