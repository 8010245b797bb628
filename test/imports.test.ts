import path from 'node:path'
import { Node, Project, SyntaxKind, type SourceFile } from 'ts-morph'
import { describe, expect, it } from 'vitest'

const root = path.resolve(import.meta.dirname, '..')

/** A part of the source: which other parts and packages it may import, and why not more. */
interface Boundary {
  readonly parts: readonly string[]
  readonly reason: string
  /** Packages and built-in modules that it must not load. */
  readonly never?: RegExp
}

const noCompiler = /^(ts-morph|typescript|@typescript-eslint\/(utils|parser|typescript-estree)|eslint)(\/.*)?$/
/** The one entry of `@typescript-eslint/utils` that costs 19 ms instead of 126, and one that holds types only. */
const lightEntries = /^@typescript-eslint\/utils\/(eslint-utils|ts-eslint)$/

const rulesReason = 'a rule asks what analysis knows and fixes through fix; it never leans on another rule or on a compiler'
const boundaries: Readonly<Record<string, Boundary>> = {
  policy: {
    parts: [],
    never: /./,
    reason: 'the policy runs in services, editors and edge runtimes: it imports nothing, not even a built-in module',
  },
  settings: { parts: ['policy'], never: noCompiler, reason: 'settings are read by every engine and know only the policy' },
  frameworks: { parts: ['policy'], never: noCompiler, reason: 'a framework is a row of data that both engines read' },
  otel: { parts: ['policy'], never: noCompiler, reason: 'a tracing API is a row of data that both engines read' },
  flow: { parts: ['policy'], never: noCompiler, reason: 'the solver works on plain trees, so that both engines can lower to it' },
  project: {
    parts: ['settings', 'policy', 'frameworks', 'otel'],
    never: noCompiler,
    reason: 'what stands around a file is the same for both engines',
  },
  analysis: {
    parts: ['project', 'settings', 'frameworks', 'otel', 'flow', 'policy'],
    never: noCompiler,
    reason: 'the plugin never loads a compiler, so that it starts fast and runs unchanged in oxlint',
  },
  fix: {
    parts: ['analysis', 'project', 'settings', 'frameworks', 'otel', 'flow', 'policy'],
    never: noCompiler,
    reason: 'fixers stand on the analysis of one file',
  },
  rules: {
    parts: ['analysis', 'fix', 'settings', 'policy', 'frameworks', 'otel', 'create-rule'],
    never: noCompiler,
    reason: rulesReason,
  },
  'create-rule': { parts: ['policy', 'analysis'], never: noCompiler, reason: rulesReason },
  configs: { parts: ['create-rule'], never: noCompiler, reason: 'presets are derived from meta.docs alone' },
  index: {
    parts: ['rules', 'configs', 'create-rule', 'version'],
    never: noCompiler,
    reason: 'the plugin never loads the checker: ts-morph alone costs 0.2 to 0.3 s',
  },
  version: { parts: [], reason: 'the version is read, not made' },
  checker: {
    parts: ['project', 'settings', 'frameworks', 'otel', 'flow', 'policy', 'version'],
    never: /^(eslint|@typescript-eslint)(\/.*)?$/,
    reason: 'the checker has an engine of its own: with the linter in it, both would fail together',
  },
  audit: {
    parts: ['project', 'settings', 'frameworks', 'otel', 'flow', 'policy', 'version'],
    never: /^(eslint|@typescript-eslint|ts-morph|typescript)(\/.*)?$/,
    reason: 'recorded traces are judged without any source code',
  },
  mend: {
    parts: ['rules', 'analysis', 'fix', 'frameworks', 'otel', 'project', 'settings', 'policy'],
    never: /^(ts-morph|typescript)(\/.*)?$/,
    reason: 'what the checker finds is mended by the fixers of the rules, which run in ESLint and need no second compiler',
  },
  lint: {
    parts: ['rules', 'analysis', 'configs', 'settings', 'policy', 'version'],
    never: /^(ts-morph|typescript)(\/.*)?$/,
    reason: 'what ESLint reports is said by its own engine, which the checker is given from outside',
  },
  cli: {
    parts: ['checker', 'audit', 'lint', 'mend', 'project', 'settings', 'policy', 'version'],
    never: /^(eslint|@typescript-eslint)(\/.*)?$/,
    reason: 'the command is a thin shell around the library',
  },
  runtime: {
    parts: ['policy'],
    never: /^(ts-morph|typescript|eslint|@typescript-eslint)(\/.*)?$/,
    reason: 'a production image holds neither ESLint nor TypeScript',
  },
}

const project = new Project({ skipAddingFilesFromTsConfig: true, skipFileDependencyResolution: true })
const files = project.addSourceFilesAtPaths(['policy/src', 'runtime/src', 'src', 'rules'].map((folder) => `${root}/${folder}/**/*.ts`))

describe('imports point one way', () => {
  it('reads files of every package', () => {
    for (const part of ['policy', 'runtime', 'rules', 'analysis']) expect(files.map(partOf)).toContain(part)
  })

  it('gives every file a boundary', () => {
    expect(files.filter((file) => boundaries[partOf(file)] === undefined).map(nameOf)).toEqual([])
  })

  it('crosses none', () => {
    expect(files.flatMap(crossings)).toEqual([])
  })

  it('keeps reports free of input and output', () => {
    const reports = files.filter((file) => nameOf(file).startsWith('src/checker/report/'))
    const touching = reports.filter((file) => importsOf(file).some((name) => name.startsWith('node:') && name !== 'node:path'))
    expect(touching.map(nameOf), 'a report is pure: result in, text out').toEqual([])
  })

  it('touches the process in the command only', () => {
    const guarded = files.filter((file) => /^(rules|src|policy)\//.test(nameOf(file)) && partOf(file) !== 'cli')
    expect(guarded.flatMap(processUses), 'a library writes to no console and ends no process').toEqual([])
  })
})

describe('the boundary test itself', () => {
  const judge = (name: string, text: string) =>
    crossings(new Project({ useInMemoryFileSystem: true }).createSourceFile(path.join(root, name), text))

  it.each([
    ['policy/src/keys.ts', "import fs from 'node:fs'"],
    ['policy/src/keys.ts', "import { x } from '../../src/otel/index.js'"],
    ['runtime/src/spans.ts', "import { x } from '../../src/otel/index.js'"],
    ['rules/span-end.ts', "import other from './no-borrowed-end.js'"],
    ['rules/span-end.ts', "import { ESLintUtils } from '@typescript-eslint/utils'"],
    ['src/analysis/index.ts', "const tsMorph = await import('ts-morph')"],
    ['src/analysis/index.ts', "export { x } from '../checker/index.js'"],
    ['src/checker/index.ts', "import type { Rule } from 'eslint'"],
    ['src/checker/index.ts', "import { x } from '../mend/index.js'"],
    ['src/checker/index.ts', "import { x } from '../analysis/index.js'"],
    ['src/otel/index.ts', "import { x } from '../../test/receiver/otlp.js'"],
  ])('refuses in %s: %s', (name, text) => {
    expect(judge(name, text)).toHaveLength(1)
  })

  it.each([
    ['src/mend/index.ts', "import { x } from '../../rules/require-handler-tracing/mend.js'"],
    ['rules/span-end.ts', "import { x } from './span-end/exits.js'"],
    ['rules/span-end/exits.ts', "import { x } from './paths.js'"],
    ['rules/span-end.ts', "import type { TSESTree } from '@typescript-eslint/types'"],
    ['src/create-rule.ts', "import { RuleCreator } from '@typescript-eslint/utils/eslint-utils'"],
    ['src/checker/index.ts', "import { Project } from 'ts-morph'"],
    ['runtime/src/spans.ts', "import { maskText } from '@spanguard/policy'"],
  ])('allows in %s: %s', (name, text) => {
    expect(judge(name, text)).toEqual([])
  })
})

/** One sentence for each import of the file that its boundary forbids. */
function crossings(file: SourceFile): readonly string[] {
  const part = partOf(file)
  const boundary = boundaries[part]
  if (boundary === undefined) return []
  return importsOf(file)
    .filter((specifier) => !isAllowed(file, part, boundary, specifier))
    .map((specifier) => `${nameOf(file)} imports ${specifier}, but ${boundary.reason}`)
}

function isAllowed(file: SourceFile, part: string, { parts, never }: Boundary, specifier: string): boolean {
  if (specifier === '@spanguard/policy') return parts.includes('policy')
  if (specifier.startsWith('.')) {
    const target = path.posix.join(path.posix.dirname(nameOf(file)), specifier).replace(/\.js$/, '.ts')
    const other = partOfName(target)
    if (part === 'rules' && other === 'rules') return isOfSameRule(nameOf(file), target)
    return other === part || parts.includes(other)
  }
  return lightEntries.test(specifier) ? part !== 'policy' && part !== 'checker' : never?.test(specifier) !== true
}

/** `rules/index.ts` lists all; `rules/x.ts` and what is in `rules/x/` belong together. */
function isOfSameRule(from: string, to: string): boolean {
  const ruleOf = (name: string) => name.split('/')[1]?.replace(/\.ts$/, '')
  return ruleOf(from) === 'index' || ruleOf(from) === ruleOf(to)
}

function importsOf(file: SourceFile): readonly string[] {
  const declared = [...file.getImportDeclarations(), ...file.getExportDeclarations()].map((node) => node.getModuleSpecifierValue())
  const called = file.getDescendantsOfKind(SyntaxKind.CallExpression).map((call) => {
    const callee = call.getExpression()
    const [first] = call.getArguments()
    const loads = callee.getKind() === SyntaxKind.ImportKeyword || callee.getText() === 'require'
    return loads && Node.isStringLiteral(first) ? first.getLiteralValue() : undefined
  })
  const typed = file.getDescendantsOfKind(SyntaxKind.ImportType).map((node) => {
    const argument = node.getArgument()
    return Node.isLiteralTypeNode(argument) ? argument.getLiteral().getText().slice(1, -1) : undefined
  })
  return [...declared, ...called, ...typed].filter((specifier) => specifier !== undefined)
}

function processUses(file: SourceFile): readonly string[] {
  return file
    .getDescendantsOfKind(SyntaxKind.PropertyAccessExpression)
    .map((access) => access.getText())
    .filter((text) => /^(console\.\w+|process\.(exit|exitCode|stdout|stderr|stdin|argv|on|once))$/.test(text))
    .map((text) => `${nameOf(file)} uses ${text}`)
}

function nameOf(file: SourceFile): string {
  return path.relative(root, file.getFilePath()).split(path.sep).join('/')
}

function partOf(file: SourceFile): string {
  return partOfName(nameOf(file))
}

/** `src/otel/index.ts` → `otel`, `src/cli.ts` → `cli`, `rules/…` → `rules`, `policy/src/…` → `policy`. */
function partOfName(name: string): string {
  const [first = '', second = ''] = name.split('/')
  return first === 'src' ? second.replace(/\.ts$/, '') : first
}
