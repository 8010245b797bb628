import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { action, runAction } from './action.js'
import { folder, git, repository, root, shop, spanguard, type Files } from './project.js'

interface Workflow {
  readonly on: string
  readonly permissions: Readonly<Record<string, string>>
  readonly jobs: { readonly tracing: { readonly defaults?: { readonly run: Readonly<Record<string, string>> }; readonly steps: readonly { readonly uses?: string; readonly run?: string; readonly with?: Readonly<Record<string, unknown>> }[] } }
}

const inApps = (files: Files): Files => Object.fromEntries(Object.entries(files).map(([name, text]) => [`apps/shop/${name}`, text]))
const read = (dir: string, file: string): string => readFileSync(path.join(dir, file), 'utf8')
const workflowOf = (dir: string): Workflow => parse(read(dir, '.github/workflows/spanguard.yml')) as Workflow

/** What `npm ci` of a workflow would have put there. */
function install(dir: string): void {
  mkdirSync(path.join(dir, 'node_modules/.bin'), { recursive: true })
  for (const name of ['eslint', '@typescript-eslint', '@spanguard', 'express']) symlinkSync(path.join(root, 'node_modules', name), path.join(dir, 'node_modules', name))
  symlinkSync(root, path.join(dir, 'node_modules/eslint-plugin-spanguard'))
  symlinkSync(path.join(root, 'node_modules/.bin/eslint'), path.join(dir, 'node_modules/.bin/eslint'))
}

describe('spanguard init', () => {
  it('writes a workflow whose steps run: ESLint with the config that was written, then this repository’s action', () => {
    const dir = repository({ ...shop, '.gitignore': '.runner\nnode_modules\n' })
    git(dir, 'update-ref', 'refs/remotes/origin/main', 'HEAD')
    expect(spanguard(dir, 'init').status).toBe(0)
    const { jobs, on, permissions } = workflowOf(dir)
    expect([on, permissions]).toEqual(['pull_request', { contents: 'read', 'pull-requests': 'write' }])
    const { steps } = jobs.tracing
    expect(steps.map(step => step.uses ?? step.run)).toEqual(['actions/checkout@v5', 'actions/setup-node@v5', 'npm install', 'npx eslint .', 'spanguard/spanguard@main'])
    expect(steps[0]?.with).toEqual({ 'fetch-depth': 0 })
    for (const name of Object.keys(steps.at(-1)?.with ?? {})) expect(Object.keys(action.inputs)).toContain(name)

    install(dir)
    const lint = (): ReturnType<typeof spawnSync> => spawnSync('bash', ['-e', '-c', steps[3]?.run ?? ''], { cwd: dir, encoding: 'utf8', env: { ...process.env, NO_COLOR: '1' } })
    // The app is untraced, which one file shows: it is ESLint's to say, and the figure is the action's.
    const linted = lint()
    expect([linted.status, linted.stderr]).toEqual([1, ''])
    expect(linted.stdout).toContain('spanguard/require-handler-tracing')
    const { checked, ended, comment } = runAction(dir, { GITHUB_BASE_REF: 'main', SPANGUARD_MIN_COVERAGE: '50' })
    expect([checked.status, ended.status]).toEqual([0, 1])
    expect(comment).toContain('| shop | 0/1 | 0 % |')
  })

  it('writes it where GitHub reads it, for a project that stands in a folder of the repository', () => {
    const dir = repository({ ...inApps(shop), 'pnpm-lock.yaml': '' })
    expect(spanguard(path.join(dir, 'apps/shop'), 'init').stdout).toContain('written  ../../.github/workflows/spanguard.yml')
    const { tracing } = workflowOf(dir).jobs
    expect(tracing.defaults).toEqual({ run: { 'working-directory': 'apps/shop' } })
    expect(tracing.steps.map(step => step.run).filter(Boolean)).toEqual(['corepack enable', 'pnpm install --frozen-lockfile', 'pnpm exec eslint .'])
    expect(tracing.steps.at(-1)).toEqual({ uses: 'spanguard/spanguard@main', with: { 'working-directory': 'apps/shop' } })
  })

  it('includes the GitLab job where the remote is a GitLab', () => {
    const dir = repository(inApps(shop))
    git(dir, 'remote', 'add', 'origin', 'git@gitlab.com:acme/shop.git')
    expect(spanguard(path.join(dir, 'apps/shop'), 'init').stdout).toContain('written  ../../.gitlab-ci.yml')
    expect(parse(read(dir, '.gitlab-ci.yml'))).toEqual({ include: [{ remote: expect.stringMatching(/\/main\/ci\/gitlab\.yml$/u) as string }], variables: { SPANGUARD_PATHS: 'apps/shop' } })
  })

  it('changes no pipeline that is there, and says what to add to it', () => {
    const dir = repository({ ...shop, '.gitlab-ci.yml': 'test: { script: [npm test] }\n' })
    const { stdout } = spanguard(dir, 'init')
    expect(stdout).toContain('kept     .gitlab-ci.yml')
    expect(stdout).toMatch(/Add this to \.gitlab-ci\.yml: include: \[\{ remote: https:\S+gitlab\.yml \}\]\.\n/u)
    expect(read(dir, '.gitlab-ci.yml')).toBe('test: { script: [npm test] }\n')
  })

  it('changes nothing the second time', () => {
    const dir = folder(shop)
    spanguard(dir, 'init')
    const { stdout } = spanguard(dir, 'init')
    expect(stdout).not.toContain('written')
    expect(stdout.match(/^kept /gmu)).toHaveLength(4)
  })

  it('says in one sentence that there is no project', () => {
    const dir = folder({ 'README.md': '' })
    expect(spanguard(dir, 'init')).toEqual({ status: 2, stdout: '', stderr: `There is no package.json in ${dir}: run npm init first, or give the project's folder.\n` })
  })
})
