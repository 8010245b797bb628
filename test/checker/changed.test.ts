import { renameSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { changesAgainst, check } from '../../src/checker/index.js'
import { commit, folder, git, repository, shop, write, type Files } from '../cli/project.js'

const spans = `import { trace } from '@opentelemetry/api'
import { keys } from './keys.js'
const tracer = trace.getTracer('shop')
export function store(order) {
  const span = tracer.startSpan('order.store')
  span.setAttribute(keys.mail, order.email)
  span.end()
}
`
const service: Files = { ...shop, 'src/spans.js': spans, 'src/keys.js': `export const keys = { mail: 'customer.email' }\n` }

/** What is reported after a change of a service that has findings of before. */
async function reported(change: (dir: string) => void): Promise<readonly string[]> {
  const dir = repository(service)
  change(dir)
  const { findings } = await check({ cwd: dir, changes: changesAgainst(dir, 'HEAD', {}), allRules: true })
  return findings.map(finding => `${finding.rule} ${path.relative(dir, finding.file)}`)
}

const append = (dir: string, file: string, text: string): void => write(dir, { [file]: `${service[file] ?? ''}${text}` })
const untraced = 'require-handler-tracing src/server.js'
const leak = 'no-sensitive-data src/spans.js'

describe('what a change touches', () => {
  it('nothing: nothing is reported, though there are findings', async () => {
    expect(await reported(() => undefined)).toEqual([])
  })

  it.each<[string, (dir: string) => void, readonly string[]]>([
    ['the line of a finding', dir => write(dir, { 'src/spans.js': spans.replace('order.email', 'order.email.trim()') }), [leak]],
    ['another line of its file', dir => append(dir, 'src/spans.js', '\nexport const x = 1\n'), []],
    ['lines above it, so that it moved', dir => write(dir, { 'src/spans.js': `// moved\n${spans}` }), []],
    ['a file that nothing loads', dir => write(dir, { 'src/unused.js': 'export const x = 1\n' }), []],
    ['a handler in another file than the app', dir => append(dir, 'src/orders.js', "orders.get('/', (request, response) => response.json([]))\n"), [untraced]],
    ['the entry that leads to the app', dir => append(dir, 'src/main.js', '\n'), [untraced]],
    ['the start command', dir => write(dir, { 'package.json': (shop['package.json'] ?? '').replace('tracing.js src', 'tracing.js --enable-source-maps src') }), [untraced]],
    ['package.json, where it says nothing of tracing', dir => write(dir, { 'package.json': (shop['package.json'] ?? '').replace('"type"', '"private":true,"type"').replace('"@spanguard/runtime":"1"', '"x":"1"') }), [untraced]],
    // A module of tracing that went from its place may be one that the start command still names: the app is reported, the leak is not.
    ['a file that was only moved', dir => git(dir, 'mv', 'src/spans.js', 'src/order-spans.js'), [untraced]],
    ['a file that was moved and whose finding changed', dir => {
      git(dir, 'mv', 'src/spans.js', 'src/order-spans.js')
      write(dir, { 'src/order-spans.js': spans.replace('order.email', 'order.email.trim()') })
    }, ['no-sensitive-data src/order-spans.js', untraced]],
    ['a new file with a finding', dir => write(dir, { 'src/more.js': spans }), ['no-sensitive-data src/more.js']],
  ])('%s', async (_name, change, expected) => {
    expect(await reported(change)).toEqual(expected)
  })

  it('a removed import of the tracing: the app in an unchanged file is reported', async () => {
    const traced: Files = { ...shop, 'package.json': (shop['package.json'] ?? '').replace('--import ./src/tracing.js ', ''), 'src/main.js': "import '@opentelemetry/auto-instrumentations-node/register'\nimport './server.js'\n" }
    const dir = repository(traced)
    expect((await check({ cwd: dir, allRules: true })).findings).toEqual([])
    write(dir, { 'src/main.js': "import './server.js'\n" })
    const { findings } = await check({ cwd: dir, changes: changesAgainst(dir, undefined, {}), allRules: true })
    expect(findings.map(({ rule, file }) => `${rule} ${path.relative(dir, file)}`)).toEqual(['require-handler-tracing src/server.js'])
  })

  it('the figure that --min-coverage asks for is the whole service’s', async () => {
    const dir = repository(service)
    const { findings, services } = await check({ cwd: dir, changes: changesAgainst(dir, 'HEAD', {}), minCoverage: 50 })
    expect(findings.map(finding => finding.rule)).toEqual(['handler-coverage'])
    expect(services[0]).toMatchObject({ total: 1, traced: 0 })
  })
})

describe('changesAgainst', () => {
  it('knows changed, new, deleted, renamed and uncommitted files, by line', () => {
    const dir = repository({ 'a.js': '1\n2\n3\n', 'b.js': 'b\n', 'c.js': 'c\n', 'ä "quoted" name.js': 'd\n' })
    git(dir, 'checkout', '-q', '-b', 'feature')
    write(dir, { 'a.js': '1\nzwei\n3\n4\n', 'ä "quoted" name.js': 'e\n' })
    renameSync(path.join(dir, 'b.js'), path.join(dir, 'moved.js'))
    commit(dir)
    git(dir, 'rm', '-q', 'c.js')
    write(dir, { 'new.js': 'x\n', 'a.js': '1\nzwei\n3\n4\nfive\n' })
    const { files, against } = changesAgainst(dir, 'main', {})
    const shown = Object.fromEntries([...files].map(([file, lines]) => [path.relative(dir, file), lines === 'all' ? lines : [...lines]]))
    expect(shown).toEqual({ 'a.js': [2, 4, 5], 'b.js': [], 'c.js': [], 'moved.js': [], 'new.js': 'all', 'ä "quoted" name.js': [1] })
    expect(against).toBe('main')
  })

  it('takes a removed line that looks like a header for what it is', () => {
    const dir = repository({ 'a.sql': '-- /dev/null\nselect 1\n', 'b.js': '1\n' })
    write(dir, { 'a.sql': '++ b/b.js\nselect 1\n' })
    expect([...changesAgainst(dir, 'HEAD', {}).files.keys()].map(file => path.relative(dir, file))).toEqual(['a.sql'])
  })

  it('leaves out what the other branch did since', () => {
    const dir = repository({ 'a.js': '1\n', 'b.js': '1\n' })
    git(dir, 'checkout', '-q', '-b', 'feature')
    write(dir, { 'a.js': '2\n' })
    commit(dir)
    git(dir, 'checkout', '-q', 'main')
    write(dir, { 'b.js': '2\n' })
    commit(dir)
    git(dir, 'checkout', '-q', 'feature')
    expect([...changesAgainst(dir, 'main', {}).files.keys()].map(file => path.basename(file))).toEqual(['a.js'])
  })

  it.each([
    ['GitHub', { GITHUB_BASE_REF: 'main' }, 'origin/main'],
    ['no service', {}, 'HEAD'],
  ])('compares by default with where the pull request goes: %s', (_name, environment, against) => {
    const dir = repository({ 'a.js': '1\n' })
    git(dir, 'update-ref', against === 'HEAD' ? 'refs/heads/other' : 'refs/remotes/origin/main', 'HEAD')
    expect(changesAgainst(dir, undefined, environment).against).toBe(against)
  })

  it('says what to do when the commit is not there, as in a shallow checkout, and without a repository', () => {
    expect(() => changesAgainst(repository({ 'a.js': '' }), 'origin/main', {})).toThrow(/^There is no commit "origin\/main" in this repository: fetch it \(.*fetch-depth: 0.*\), or name/u)
    expect(() => changesAgainst(folder({ 'a.js': '' }), 'main', {})).toThrow(/is in no git repository/u)
    const unborn = folder({ 'a.js': '' })
    git(unborn, 'init', '-q')
    expect(() => changesAgainst(unborn, undefined, {})).toThrow(/^This repository has no commit yet/u)
    expect(() => changesAgainst(repository({ 'a.js': '' }), '--output=x', {})).toThrow(/^There is no commit "--output=x"/u)
  })
})
