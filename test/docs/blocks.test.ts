import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { parseConfig } from '@spanguard/policy'
import { ESLint } from 'eslint'
import ts from 'typescript'
import { afterAll, describe, expect, it } from 'vitest'
import { parse as parseYaml } from 'yaml'
import { fencedIn, type Block } from './markdown.js'

const root = path.resolve(import.meta.dirname, '../..')
const docs = readdirSync(path.join(root, 'docs')).filter((name) => name.endsWith('.md'))
const pages = ['README.md', 'CONTRIBUTING.md', 'policy/README.md', 'runtime/README.md', ...docs.map((name) => `docs/${name}`)]
const blocks = pages.flatMap((page) =>
  fencedIn(readFileSync(path.join(root, page), 'utf8')).map((block) => ({ ...block, place: `${page}:${block.line}` })),
)
type PlacedBlock = Block & { readonly place: string }
const of = (...languages: readonly string[]): readonly PlacedBlock[] => blocks.filter(({ language }) => languages.includes(language))

// Inside this package, which finds itself by its name as the reader's node_modules would.
mkdirSync(path.join(root, '.tsbuild'), { recursive: true })
const scratch = mkdtempSync(path.join(root, '.tsbuild/docs-'))
afterAll(() => rmSync(scratch, { recursive: true }))
const traces = path.join(scratch, 'traces.json')
writeFileSync(traces, '{ "resourceSpans": [] }')

describe('what the README tells to type', () => {
  it('has the two commands', () => {
    const lines = of('sh').flatMap(({ code }) => code.split('\n'))
    expect(lines).toEqual(expect.arrayContaining(['npm ci && npm run demo', 'npm ci && npm test']))
  })

  it('names only scripts that there are', () => {
    const { scripts } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> }
    const named = of('sh').flatMap(({ code }) => [...code.matchAll(/npm run ([\w:]+)/g)].map((match) => match[1] ?? ''))
    expect(named.length).toBeGreaterThan(0)
    expect(named.filter((script) => scripts[script] === undefined)).toEqual([])
  })

  const commands = of('sh', 'yaml').flatMap(({ code, place }) =>
    [...code.matchAll(/npx spanguard ([^\n#]*)/g)].map((match) => ({ command: (match[1] ?? '').trim(), place })),
  )
  it.each(commands)('$place: `spanguard $command` is a command that the checker knows', ({ command }) => {
    // What stands for the reader's own files is replaced by the shop's.
    const parameters = command.split(/\s+/).map((word) => {
      if (word === 'traces.json') return traces
      // Any line of a file that there is.
      if (/^src\/[\w-]+\.ts:\d+$/.test(word)) return 'gateway/src/main.ts:1'
      if (/^[\w-]+\.(?:sarif|json|html|md|xml)$/.test(word) && word !== 'tsconfig.json') return path.join(scratch, word)
      return word.startsWith('apps/') ? 'gateway' : word
    })
    const { status, stderr } = spawnSync(process.execPath, [path.join(root, 'dist/src/cli.js'), ...parameters], {
      cwd: path.join(root, 'examples/shop/after'),
      encoding: 'utf8',
    })
    expect(stderr).toBe('')
    expect(status).toBe(0)
  })
})

describe('code in the documentation', () => {
  it.each(of('jsonc', 'json').filter(({ code }) => code.includes('attributes')))('$place is a valid policy', ({ code }) => {
    const config: unknown = JSON.parse(code.replace(/^\s*\/\/.*$/gm, ''))
    expect(() => parseConfig(config, 'spanguard.config.json')).not.toThrow()
  })

  it.each(of('yaml'))('$place is YAML', ({ code }) => {
    expect(parseYaml(code)).toBeTypeOf('object')
  })

  it.each(of('js', 'mjs').filter(({ code }) => code.includes('eslint-plugin-spanguard')))('$place configures ESLint', async ({ code }) => {
    const file = path.join(scratch, 'eslint.config.mjs')
    writeFileSync(file, code)
    writeFileSync(path.join(scratch, 'spanguard.config.js'), 'export default {}')
    const eslint = new ESLint({ cwd: path.join(root, 'examples/shop/before'), overrideConfigFile: file })
    const config = (await eslint.calculateConfigForFile('orders/src/app.ts')) as { rules: Record<string, unknown> }
    expect(Object.keys(config.rules).filter((rule) => rule.startsWith('spanguard/')).length).toBeGreaterThan(3)
  })

  it('type-checks, every block by itself', () => {
    // The programs of docs/runtime.md are run, by test/runtime/docs.test.ts.
    const checked = of('ts', 'tsx', 'mts').filter(({ place }) => !place.startsWith('docs/runtime.md'))
    const files = checked.map(({ code, place, language }, index) => {
      const file = path.join(scratch, `${index}-${place.replace(/\W+/g, '-')}.${language}`)
      writeFileSync(file, code.includes('import ') ? code : `${code}\nexport {}\n`)
      return file
    })
    writeFileSync(path.join(scratch, 'spanguard.config.json'), '{}')
    expect(files.length).toBeGreaterThan(1)
    const program = ts.createProgram(files, {
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      target: ts.ScriptTarget.ES2022,
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      resolveJsonModule: true,
      types: ['node'],
    })
    const problems = ts.getPreEmitDiagnostics(program).map((problem) => {
      const place = path.basename(problem.file?.fileName ?? '')
      return `${place}: ${ts.flattenDiagnosticMessageText(problem.messageText, ' ')}`
    })
    expect(problems).toEqual([])
  })
})
