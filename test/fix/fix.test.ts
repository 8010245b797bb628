import * as parser from '@typescript-eslint/parser'
import { Linter, type SourceCode } from 'eslint'
import { describe, expect, it } from 'vitest'

import { type Edit, ensureImport, findStatement, insertAtHead, insertStatement, removeProperty, wrapInSpan } from '../../src/fix/index.js'

type Source = Parameters<typeof ensureImport>[1]

/** The text after the edits, which must parse. */
function edited(code: string, selector: string, edit: (node: never, source: Source) => readonly Edit[] | null, filename = 'file.ts'): string | null {
  const result: { text: string | null } = { text: null }
  let done = false
  const run = (text: string, visitor: (source: SourceCode, node: unknown) => void): string[] => {
    const probe = { create: (context: { sourceCode: SourceCode }) => ({ [selector]: (node: unknown) => { visitor(context.sourceCode, node) } }) }
    return new Linter()
      .verify(text, [{ files: ['**/*.{ts,js,cjs,cts,mjs}'], languageOptions: { parser, sourceType: 'module' }, plugins: { probe: { rules: { probe } } }, rules: { 'probe/probe': 2 } }] as unknown as Linter.Config[], { filename })
      .map(({ message }) => message)
  }
  const problems = run(code, (source, node) => {
    if (done) return
    done = true
    const edits = edit(node as never, source as unknown as Source)
    result.text = edits === null ? null : apply(code, edits)
  })
  expect(problems).toEqual([])
  expect(done).toBe(true)
  if (result.text !== null) expect(run(result.text, () => {})).toEqual([])
  return result.text
}

function apply(code: string, edits: readonly Edit[]): string {
  return [...edits].sort((a, b) => b.range[0] - a.range[0]).reduce((text, { range, text: inserted }) => text.slice(0, range[0]) + inserted + text.slice(range[1]), code)
}

function imported(code: string, filename = 'file.ts', packageType: 'module' | 'commonjs' = 'commonjs'): string | null {
  return edited(code, 'Program', (_, source) => ensureImport({ module: 'm', name: 'trace', before: code.length, packageType, filename }, source)?.edits ?? null, filename)
}

describe('ensureImport', () => {
  it.each([
    ['behind the last import of a package', "import a from 'a'\nimport b from './b'\n", "import a from 'a'\nimport { trace } from 'm'\nimport b from './b'\n"],
    ['behind relative imports where there are no others', "import b from './b'\nb()\n", "import b from './b'\nimport { trace } from 'm'\nb()\n"],
    ['is there', "import { trace } from 'm'\n", "import { trace } from 'm'\n"],
    ['is there under another name', "import { trace as t } from 'm'\n", "import { trace as t } from 'm'\n"],
    ['joins names', "import { other } from 'm'\n", "import { other, trace } from 'm'\n"],
    ['joins a default', "import m from 'm'\n", "import m, { trace } from 'm'\n"],
    ['joins a default and names', "import m, { other } from 'm'\n", "import m, { other, trace } from 'm'\n"],
    ['leaves a namespace as it is', "import * as m from 'm'\n", "import * as m from 'm'\n"],
    ['does not join types', "import type { Other } from 'm'\nimport a from 'a'\n", "import type { Other } from 'm'\nimport a from 'a'\nimport { trace } from 'm'\n"],
    ['keeps a trailing comma', "import {\n  other,\n} from 'm'\n", "import {\n  other, trace,\n} from 'm'\n"],
    ['avoids a name of an inner scope', "import a from 'a'\nfunction f(trace) { a(trace) }\n", "import a from 'a'\nimport { trace as spanguardTrace } from 'm'\nfunction f(trace) { a(trace) }\n"],
    ['avoids a global', "import a from 'a'\na(trace)\n", "import a from 'a'\nimport { trace as spanguardTrace } from 'm'\na(trace)\n"],
    ['stands behind a comment on the line', "import a from 'a' // why\n\na()\n", "import a from 'a' // why\nimport { trace } from 'm'\n\na()\n"],
    ['follows quotes and semicolons', 'import a from "a";\n', 'import a from "a";\nimport { trace } from "m";\n'],
    ['follows line ends', "import a from 'a'\r\na()\r\n", "import a from 'a'\r\nimport { trace } from 'm'\r\na()\r\n"],
    ['goes below a comment at the head of a file without imports', "/* licence */\nexport const x = 1\n", "/* licence */\nimport { trace } from 'm'\nexport const x = 1\n"],
  ])('%s', (_, code, expected) => {
    expect(imported(code)).toBe(expected)
  })

  it.each([
    ['joins a pattern', "const { other } = require('m')\n", "const { other, trace } = require('m')\n"],
    ['does not trust a name that is written to again', "let { trace } = require('m')\ntrace = null\n", "let { trace } = require('m')\nconst { trace: spanguardTrace } = require('m')\ntrace = null\n"],
    ['does not trust a module that is written to again', "let m = require('m')\nm = {}\n", "let m = require('m')\nconst { trace } = require('m')\nm = {}\n"],
    ['trusts what is written to once', "let m = require('m')\n", "let m = require('m')\n"],
    ['uses the whole module', "const m = require('m')\n", "const m = require('m')\n"],
    ['renames in a pattern', "const a = require('a')\nconst trace = 1\n", "const a = require('a')\nconst { trace: spanguardTrace } = require('m')\nconst trace = 1\n"],
    ['stands behind a require that is called at once', "const a = require('a')()\na.b()\n", "const a = require('a')()\nconst { trace } = require('m')\na.b()\n"],
    ['stands behind directives', "'use strict'\n\nconst x = 1\n", "'use strict'\nconst { trace } = require('m')\n\nconst x = 1\n"],
  ])('CommonJS: %s', (_, code, expected) => {
    expect(imported(code, 'file.cjs')).toBe(expected)
  })

  it('stands before its use, though more requires follow', () => {
    const code = "const a = require('a')\nconst app = a()\nconst b = require('b')\n"
    const result = edited(
      code,
      'Program',
      (_, source) => ensureImport({ module: 'm', name: 'trace', before: code.indexOf('a()'), packageType: 'commonjs', filename: 'f.cjs' }, source)?.edits ?? null,
      'f.cjs',
    )
    expect(result).toBe("const a = require('a')\nconst { trace } = require('m')\nconst app = a()\nconst b = require('b')\n")
  })

  it.each([
    ['file.mjs', 'commonjs', "import { trace } from 'm'"],
    ['file.js', 'module', "import { trace } from 'm'"],
    ['file.js', 'commonjs', "const { trace } = require('m')"],
    ['file.ts', 'commonjs', "import { trace } from 'm'"],
    ['file.cts', 'module', "import trace = require('m')"],
  ] as const)('a file that shows no style: %s in a %s package', (filename, packageType, line) => {
    expect(imported("call('x')\n", filename, packageType)).toBe(`${line}\ncall('x')\n`)
  })
})

describe('insertStatement', () => {
  const behind = (code: string): string | null =>
    edited(code, 'VariableDeclaration', (node, source) => insertStatement(node, 'added()', source))
  it.each([
    ['same indentation', 'function f() {\n  const a = 1\n  return a\n}', 'function f() {\n  const a = 1\n  added()\n  return a\n}'],
    ['behind a comment on the line', 'const a = 1 // one\nconst b = 2', 'const a = 1 // one\nadded()\nconst b = 2'],
    ['before a semicolon at the head of the next line', 'const a = 1\n;(() => {})()\n', 'const a = 1\nadded()\n;(() => {})()\n'],
    ['ended where the next stands on the same line', 'const a = 1; const b = 2;', 'const a = 1;\nadded(); const b = 2;'],
    ['tabs', '{\n\tconst a = 1;\n}', '{\n\tconst a = 1;\n\tadded();\n}'],
  ])('%s', (_, code, expected) => {
    expect(behind(code)).toBe(expected)
  })

  it('finds no place in a branch without a block', () => {
    expect(edited('let a\nif (x) a = 1', 'AssignmentExpression', (node) => (findStatement(node) === null ? null : []))).toBeNull()
  })
})

describe('insertAtHead', () => {
  it.each([
    ['a body on one line', 'function f() { g() }', 'function f() {\nadded(); g() }'],
    ['a body on lines of its own', 'function f() {\n  g()\n}', 'function f() {\n  added()\n  g()\n}'],
    ['a first statement that would go on', 'function f() {\n  [1].map(g)\n}', 'function f() {\n  added();\n  [1].map(g)\n}'],
    ['behind a directive', "function f() {\n  'use strict'\n  g()\n}", "function f() {\n  'use strict'\n  added()\n  g()\n}"],
  ])('%s', (_, code, expected) => {
    expect(edited(code, 'BlockStatement', (node, source) => insertAtHead(node, 'added()', source))).toBe(expected)
  })
})

describe('removeProperty', () => {
  it.each([
    ['{ a: 1, key: 2, b: 3 }', '{ a: 1, b: 3 }'],
    ['{ key: 2, b: 3 }', '{ b: 3 }'],
    ['{ a: 1, key: 2 }', '{ a: 1 }'],
    ['{ a: 1, key: 2, }', '{ a: 1, }'],
    ['{ key: 2 }', '{ }'],
    ['{\n  a: 1,\n  key: 2,\n  b: 3,\n}', '{\n  a: 1,\n  b: 3,\n}'],
    ['{\n  a: 1,\n  key: 2\n}', '{\n  a: 1\n}'],
  ])('%s', (object, expected) => {
    expect(edited(`f(${object})`, 'Property[key.name="key"]', (node, source) => removeProperty(node, source))).toBe(`f(${expected})`)
  })

  it('leaves a property whose comment may belong to its neighbour', () => {
    expect(edited('f({ a: 1, key: 2 /* of whom? */, b: 3 })', 'Property[key.name="key"]', (node, source) => removeProperty(node, source))).toBeNull()
  })
})

describe('wrapInSpan', () => {
  const wrapped = (argument: string): string | null =>
    edited(`f(${argument})`, 'CallExpression > *.arguments', (node, source) => wrapInSpan(node, 'withSpan', 'a.b', source))
  it.each([
    ['(x) => { g(x) }', "(x) => withSpan('a.b', () => { g(x) })"],
    ['async (x) => { await g(x) }', "async (x) => withSpan('a.b', async () => { await g(x) })"],
    ['(x) => g(x)', "(x) => withSpan('a.b', () => g(x))"],
    ['(x) => ({ x })', "(x) => (withSpan('a.b', () => ({ x })))"],
    ['function (x) { return this.g(x) }', "function (x) { return withSpan('a.b', () => { return this.g(x) }) }"],
    ['this.handle', "(...args) => withSpan('a.b', () => this.handle(...args))"],
  ])('%s', (argument, expected) => {
    const [result, code] = [wrapped(argument), `f(${expected})`]
    expect(result?.replaceAll(';', '')).toBe(code)
  })

  it.each(['function* () {}', "'./processor.js'"])('leaves %s', (argument) => {
    expect(wrapped(argument)).toBeNull()
  })
})
