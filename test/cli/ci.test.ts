import { spawn, spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { action, runAction } from './action.js'
import { cli, commit, folder, git, repository, root, shop, spanguard, write } from './project.js'

describe('the GitHub Action', () => {
  it('is composite, each shell step says its shell, and what it uses of inputs and outputs exists', () => {
    expect(action.runs.using).toBe('composite')
    for (const step of action.runs.steps) expect(step.uses ?? step.shell).toBeTruthy()
    const text = readFileSync(path.join(root, 'action.yml'), 'utf8')
    for (const [, name = ''] of text.matchAll(/inputs\.([\w-]+)/gu)) expect(Object.keys(action.inputs)).toContain(name)
    for (const [, name = ''] of text.matchAll(/steps\.check\.outputs\.([\w-]+)/gu)) expect(['exit-code', 'report', 'sarif', 'comment']).toContain(name)
    // What a pull request's author writes reaches the shell as a variable, never as text of the script.
    for (const step of action.runs.steps) expect(step.run ?? '').not.toContain('${{')
  })

  it('annotates, writes SARIF, HTML and one comment with coverage and the telemetry diff, and updates it in place', () => {
    const dir = repository(shop)
    git(dir, 'update-ref', 'refs/remotes/origin/main', 'HEAD')
    write(dir, { 'src/orders.js': `import { trace } from '@opentelemetry/api'\n${shop['src/orders.js'] ?? ''}trace.getActiveSpan()?.setAttribute('order.kind', 'new')\n`, '.gitignore': '.runner\n' })
    commit(dir)
    const environment = { GITHUB_BASE_REF: 'main', SPANGUARD_MIN_COVERAGE: '50' }
    const first = runAction(dir, environment)
    expect(first.checked.stdout).toMatch(/^::error file=src\/orders\.js,line=\d+.*title=spanguard\/handler-coverage::/mu)
    expect([first.checked.status, first.outputs['exit-code'], first.ended.status]).toEqual([0, '1', 1])
    expect((JSON.parse(readFileSync(first.outputs['sarif'] ?? '', 'utf8')) as { version: string }).version).toBe('2.1.0')
    expect(readFileSync(first.outputs['report'] ?? '', 'utf8')).toMatch(/^<!doctype html>/u)
    expect(first.comment).toMatch(/^<!-- spanguard -->\n/u)
    expect(first.comment).toContain('| shop | 0/1 | 0 % |')
    expect(first.comment).toContain('➕ added | attribute | `order.kind`')
    expect(first.summary).toBe(first.comment)
    expect(first.commented.stdout).toBe('wrote the comment\n')
    const second = runAction(dir, environment)
    expect(second.commented.stdout).toBe('updated comment 42\n')
    expect(second.log).toContain('--method PATCH repos/acme/shop/issues/comments/42')
  })

  it('says in the comment that it could not check, and fails, when the config is broken', () => {
    const { outputs, comment, ended } = runAction(repository({ ...shop, 'spanguard.config.json': '{' }), {})
    expect([outputs['exit-code'], outputs['sarif'], ended.status]).toEqual(['2', undefined, 2])
    expect(comment).toContain('could not check this')
  })
})

describe('the GitLab template', () => {
  it('runs as it stands and writes the reports that it names', () => {
    const template = parse(readFileSync(path.join(root, 'ci/gitlab.yml'), 'utf8')) as { spanguard: { script: string[]; variables: Record<string, string>; artifacts: { reports: Record<string, string> } } }
    const dir = repository(shop)
    const base = git(dir, 'rev-parse', 'HEAD').trim()
    const { script, variables, artifacts } = template.spanguard
    const environment = { ...process.env, ...variables, NO_COLOR: '1', CI_MERGE_REQUEST_DIFF_BASE_SHA: base, SPANGUARD_MIN_COVERAGE: '50', SPANGUARD_COMMAND: `${process.execPath} ${cli}` }
    const { status, stdout } = spawnSync('bash', ['-c', script.join('\n')], { cwd: dir, encoding: 'utf8', env: environment })
    expect(status).toBe(1)
    expect(stdout).toContain('Telemetry against')
    const { codequality = '', junit = '' } = artifacts.reports
    expect(JSON.parse(readFileSync(path.join(dir, codequality), 'utf8'))).toContainEqual(expect.objectContaining({ check_name: 'spanguard/handler-coverage' }))
    expect(readFileSync(path.join(dir, junit), 'utf8')).toContain('<testsuite name="shop"')
  })
})

describe('--report', () => {
  it('refuses what is no format and no file', () => {
    for (const value of ['yaml=x', 'sarif', 'sarif=']) expect(spanguard(folder(shop), 'check', '--report', value)).toMatchObject({ status: 2, stdout: '' })
  })
})

describe('Ctrl-C', () => {
  it('ends the run, leaves the old report whole and nothing beside it', async () => {
    const many = Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`src/m${String(index)}.js`, `import { trace } from '@opentelemetry/api'\n${'trace.getActiveSpan()?.setAttribute("order.id", id)\n'.repeat(60)}`]))
    const dir = folder({ ...shop, ...many, 'report.json': 'old' })
    const child = spawn(process.execPath, [cli, 'check', '--format', 'json', '--output', 'report.json'], { cwd: dir, stdio: 'ignore' })
    await new Promise<void>(resolve => child.once('spawn', resolve))
    // Long enough to have begun, far shorter than the run.
    await new Promise(resolve => setTimeout(resolve, 300))
    child.kill('SIGINT')
    const [code, signal] = await new Promise<[number | null, string | null]>(resolve => child.once('exit', (...parts) => resolve(parts)))
    expect([code, signal]).toEqual([null, 'SIGINT'])
    expect(readFileSync(path.join(dir, 'report.json'), 'utf8')).toBe('old')
    expect(readdirSync(dir).filter(name => name.includes('.part'))).toEqual([])
  })
})
