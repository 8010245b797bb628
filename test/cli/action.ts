import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { parse } from 'yaml'
import { cli, root } from './project.js'

interface Action {
  readonly inputs: Readonly<Record<string, { readonly description: string; readonly default: string }>>
  readonly outputs: Readonly<Record<string, { readonly value: string }>>
  readonly runs: { readonly using: string; readonly steps: readonly { readonly id?: string; readonly run?: string; readonly uses?: string; readonly shell?: string; readonly env?: Readonly<Record<string, string>> }[] }
}
/** action.yml of this repository. */
export const action = parse(readFileSync(path.join(root, 'action.yml'), 'utf8')) as Action

/** A stand-in for GitHub's own command that keeps its comments in a file. */
const stub = `#!/usr/bin/env bash
echo "$*" >>"$GH_LOG"
case "$*" in
  *"--method POST"*) for last; do :; done; cp "\${last#body=@}" "$GH_STORE" ;;
  *"--method PATCH"*) for last; do :; done; cp "\${last#body=@}" "$GH_STORE" ;;
  *) [ ! -f "$GH_STORE" ] || echo 42 ;;
esac
`

/** Runs the action's own shell steps, one after another, as the runner does with what the steps before put out. */
export function runAction(dir: string, environment: Readonly<Record<string, string>>) {
  const temporary = path.join(dir, '.runner')
  mkdirSync(path.join(temporary, 'bin'), { recursive: true })
  writeFileSync(path.join(temporary, 'bin/gh'), stub)
  chmodSync(path.join(temporary, 'bin/gh'), 0o755)
  const output = path.join(temporary, 'output')
  writeFileSync(output, '')
  const common = {
    ...process.env, NO_COLOR: '1', CI_MERGE_REQUEST_DIFF_BASE_SHA: '', PATH: `${path.join(temporary, 'bin')}:${process.env['PATH'] ?? ''}`,
    GITHUB_ACTION_PATH: root, GITHUB_OUTPUT: output, GITHUB_STEP_SUMMARY: path.join(temporary, 'summary.md'), RUNNER_TEMP: temporary,
    GITHUB_REPOSITORY: 'acme/shop', GH_LOG: path.join(temporary, 'gh.log'), GH_STORE: path.join(temporary, 'comment.md'), SPANGUARD_COMMAND: `${process.execPath} ${cli}`, ...environment,
  }
  const bash = (script: string, more: Readonly<Record<string, string>> = {}) => spawnSync('bash', ['-e', '-c', script], { cwd: dir, encoding: 'utf8', env: { ...common, ...more } })
  const [check, , comment, result] = action.runs.steps
  const checked = bash(check?.run ?? '')
  const outputs = Object.fromEntries(readFileSync(output, 'utf8').trim().split('\n').map(line => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]))
  const commented = bash(comment?.run ?? '', { PULL_REQUEST: '7', SPANGUARD_COMMENT: outputs['comment'] ?? '' })
  const ended = bash(result?.run ?? '', { EXIT_CODE: outputs['exit-code'] ?? '' })
  const read = (name: string): string => (existsSync(path.join(temporary, name)) ? readFileSync(path.join(temporary, name), 'utf8') : '')
  return { checked, outputs, commented, ended, comment: read('comment.md'), log: read('gh.log'), summary: read('summary.md') }
}
