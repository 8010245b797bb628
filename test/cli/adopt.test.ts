import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { writeAllAtomically } from '../../src/cli/write-file.js'
import { folder, git, repository, shop, spanguard, write, type Files } from './project.js'

const read = (dir: string, file: string): string => readFileSync(path.join(dir, file), 'utf8')
const mended = `import express from 'express'
import { expressTracing } from '@spanguard/runtime/express'
import { orders } from './orders.js'

const app = express()
app.use(expressTracing())
app.use('/orders', orders)
app.listen(3000)
`

describe('--fix', () => {
  it('inserts the middleware and its import, as ESLint does, and reports what is left', () => {
    const dir = folder(shop)
    const { status, stdout, stderr } = spanguard(dir, 'check', '--fix')
    expect(read(dir, 'src/server.js')).toBe(mended)
    expect(stderr).toBe(`mended  src/server.js:4  'app.use(expressTracing())' of @spanguard/runtime/express\n`)
    expect(stdout).toMatch(/shop +1\/1 +100 %/u)
    expect(status).toBe(0)
    expect(readdirSync(path.join(dir, 'src')).filter(name => name.endsWith('.part'))).toEqual([])
  })

  it('makes the same edit in a second run as in a first one: none', () => {
    const dir = folder(shop)
    spanguard(dir, 'check', '--fix')
    expect(spanguard(dir, 'check', '--fix').stderr).toBe('Nothing to mend.\n')
    expect(read(dir, 'src/server.js')).toBe(mended)
  })

  it('mends what only the whole program shows: a package that has an SDK which nothing starts', () => {
    const manifest = JSON.parse(shop['package.json'] ?? '') as { dependencies: Record<string, string> }
    const dir = folder({ ...shop, 'package.json': JSON.stringify({ ...manifest, dependencies: { ...manifest.dependencies, '@opentelemetry/sdk-node': '1' } }) })
    spanguard(dir, 'check', '--fix')
    expect(read(dir, 'src/server.js')).toBe(mended)
  })

  it('mends several services in one run and keeps line ends, byte order mark and mode', () => {
    const at = (name: string): Files => Object.fromEntries(Object.entries(shop).map(([file, text]) => [`apps/${name}/${file}`, text.replace('"shop"', `"${name}"`)]))
    const server = shop['src/server.js'] ?? ''
    const dir = folder({ 'package.json': JSON.stringify({ private: true, workspaces: ['apps/*'] }), ...at('one'), ...at('two'), 'apps/two/src/server.js': `\uFEFF${server.replaceAll('\n', '\r\n')}` })
    chmodSync(path.join(dir, 'apps/one/src/server.js'), 0o755)
    spanguard(dir, 'check', '--fix')
    expect(read(dir, 'apps/one/src/server.js')).toBe(mended)
    expect(statSync(path.join(dir, 'apps/one/src/server.js')).mode & 0o777).toBe(0o755)
    expect(read(dir, 'apps/two/src/server.js')).toBe(`\uFEFF${mended.replaceAll('\n', '\r\n')}`)
  })

  it('changes nothing when the package does not have the middleware, and says what to install', () => {
    const dir = folder({ ...shop, 'package.json': (shop['package.json'] ?? '').replace('@spanguard/runtime', 'left-pad') })
    const { stderr, status } = spanguard(dir, 'check', '--fix')
    expect(stderr).toContain('npm install @spanguard/runtime')
    expect([read(dir, 'src/server.js'), status]).toEqual([shop['src/server.js'], 1])
  })

  it('leaves what a comment switches off, and what a changed line does not touch', () => {
    const off = folder({ ...shop, 'src/server.js': (shop['src/server.js'] ?? '').replace('const app', '// spanguard-disable-next-line require-handler-tracing -- behind a traced proxy\nconst app') })
    const before = read(off, 'src/server.js')
    spanguard(off, 'check', '--fix')
    expect(read(off, 'src/server.js')).toBe(before)
    const dir = repository(shop)
    expect(spanguard(dir, 'check', '--fix', '--changed', 'HEAD').stderr).toBe('Nothing to mend.\n')
    expect(read(dir, 'src/server.js')).toBe(shop['src/server.js'])
  })
})

describe('files that are written together', () => {
  it('none of them changes when one cannot be written, and nothing is left beside them', () => {
    const dir = folder({ 'a.txt': 'old', 'b.txt': 'old' })
    // Where the second file's part would go.
    mkdirSync(path.join(dir, `b.txt.${String(process.pid)}.part`))
    const files = ['a.txt', 'b.txt'].map(name => ({ path: path.join(dir, name), text: 'new' }))
    expect(() => writeAllAtomically(files)).toThrow(/b\.txt cannot be written \(EISDIR/u)
    expect([read(dir, 'a.txt'), read(dir, 'b.txt')]).toEqual(['old', 'old'])
    expect(readdirSync(dir).filter(name => name.startsWith('a.txt'))).toEqual(['a.txt'])
  })
})

describe('--changed', () => {
  it('reports what the branch touches, by default against where the pull request goes', () => {
    const dir = repository(shop)
    expect(spanguard(dir, 'check', '--changed', '--all-rules').status).toBe(0)
    write(dir, { 'src/main.js': "import './server.js'\n// changed\n" })
    expect(spanguard(dir, 'check', '--changed', '--all-rules').stdout).toContain('src/server.js:4')
    git(dir, 'add', '-A')
    git(dir, 'commit', '-qm', 'change')
    expect(spanguard(dir, 'check', '--changed', '--all-rules').status).toBe(0)
    expect(spanguard(dir, 'check', '--changed', 'HEAD~1', '--all-rules').status).toBe(1)
  })

  it.each([
    ['a commit that is not there', ['--changed', 'nowhere'], /^There is no commit "nowhere"/u],
    ['a baseline of a part', ['--changed', 'HEAD', '--update-baseline'], /^--update-baseline writes down everything/u],
  ])('%s: exit code 2 and one sentence', (_name, words, message) => {
    const dir = repository(shop)
    const { status, stderr, stdout } = spanguard(dir, 'check', ...words)
    expect([status, stdout, stderr.trim().split('\n').length]).toEqual([2, '', 1])
    expect(stderr).toMatch(message)
    expect(existsSync(path.join(dir, 'spanguard-baseline.json'))).toBe(false)
  })
})

describe('the baseline', () => {
  it('holds for a part of the repository as for the whole', () => {
    const at = (name: string): Files => Object.fromEntries(Object.entries(shop).map(([file, text]) => [`apps/${name}/${file}`, text.replace('"shop"', `"${name}"`)]))
    const dir = repository({ 'package.json': JSON.stringify({ private: true, workspaces: ['apps/*'] }), ...at('one'), ...at('two') })
    expect(spanguard(dir, 'check', '--all-rules').status).toBe(1)
    expect(spanguard(dir, 'check', '--all-rules', '--update-baseline').status).toBe(0)
    const file = path.join(dir, 'spanguard-baseline.json')
    for (const [cwd, words] of [[dir, []], [dir, ['apps/one']], [path.join(dir, 'apps/two'), []]] as const) {
      expect(spanguard(cwd, 'check', ...words, '--all-rules', '--baseline', file).status).toBe(0)
    }
  })
})

describe('paths', () => {
  it('are what the reader can open: from the folder it stands in, for services from the repository', () => {
    const dir = repository({ 'README.md': 'x' })
    mkdirSync(path.join(dir, 'apps'))
    write(dir, Object.fromEntries(Object.entries(shop).map(([file, text]) => [`apps/shop/${file}`, text])))
    const at = (cwd: string, format: string): string => spanguard(cwd, 'check', '--all-rules', '--format', format, ...(cwd === dir ? ['apps/shop'] : [])).stdout
    expect(at(dir, 'pretty')).toContain('\napps/shop/src/server.js:4')
    expect(at(path.join(dir, 'apps/shop'), 'pretty')).toContain('\nsrc/server.js:4')
    for (const format of ['github', 'gitlab', 'sarif']) expect(at(path.join(dir, 'apps/shop'), format)).toContain('apps/shop/src/server.js')
  })
})
