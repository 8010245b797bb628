import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import path from 'node:path'

import { built, root } from './eslint-run.js'

const oxlint = path.join(root, 'node_modules', 'oxlint', 'bin', 'oxlint')

/** What one rule costs that has scopes and code paths made and does nothing with them. */
const idleRule = `
const nothing = () => {}
export default {
  meta: { name: 'idle' },
  rules: {
    idle: {
      create: ({ sourceCode }) => ({
        Program() {
          if (sourceCode.scopeManager.scopes.length === 0) throw new Error('no scopes')
        },
        onCodePathStart: nothing,
        onCodePathEnd: nothing,
        onCodePathSegmentStart: nothing,
        onCodePathSegmentEnd: nothing,
      }),
    },
  },
}
`

/**
 * One run of oxlint over a tree.
 *
 * @returns milliseconds of CPU time, of all its threads
 */
export function lintByOxlint(folder: string, what: 'idle' | 'recommended'): number {
  const config = path.join(folder, `${what}.oxlintrc.json`)
  if (what === 'idle') {
    const plugin = path.join(folder, 'idle.mjs')
    writeFileSync(plugin, idleRule)
    writeFileSync(config, JSON.stringify({ jsPlugins: [plugin], categories: { correctness: 'off' }, rules: { 'idle/idle': 'error' } }))
  } else {
    const list = `const { configs } = await import(${JSON.stringify(built)}); console.log(JSON.stringify(configs.recommended.rules))`
    const rules: unknown = JSON.parse(execFileSync(process.execPath, ['--input-type=module', '-e', list], { encoding: 'utf8' }))
    writeFileSync(config, JSON.stringify({ jsPlugins: [built], categories: { correctness: 'off' }, rules }))
  }
  // The shell knows what its children took; findings are an exit code of their own.
  const command = `"${process.execPath}" "${oxlint}" -c "${config}" --silent src; [ $? -le 1 ] || exit 3; times`
  const output = execFileSync('sh', ['-c', command], { cwd: folder, encoding: 'utf8' })
  // A tree that Git ignores has no files for oxlint, and a run over none costs nothing.
  if (!/ on [1-9]\d* files?\b/.test(output)) throw new Error(`oxlint linted no file of ${folder}: ${output.trim()}`)
  const children = output.trim().split('\n').at(-1) ?? ''
  return [...children.matchAll(/(\d+)m([\d.]+)s/g)].reduce((sum, [, minutes, seconds]) => sum + (Number(minutes) * 60 + Number(seconds)) * 1000, 0)
}
