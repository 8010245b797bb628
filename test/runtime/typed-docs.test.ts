import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import ts from 'typescript'
import { expect, test } from 'vitest'

const root = path.resolve(import.meta.dirname, '../..')
const docs = path.join(root, 'docs')

/** Every block marked `ts` is a module that holds together with the types of the packages that it imports. */
test.each([
  ['runtime/queues.md', null],
  ['runtime.md', 'Testing'],
])('docs/%s: its ts blocks (section: %s)', { timeout: 120_000 }, (name, section) => {
  const page = readFileSync(path.join(docs, name), 'utf8')
  const text = section === null ? page : (page.split(/^## /m).find(part => part.startsWith(`${section}\n`)) ?? '')
  const blocks = [...text.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(match => match[1] ?? '')
  expect(blocks).not.toEqual([])
  const folder = mkdtempSync(path.join(root, 'test/fixtures/tmp-docs-'))
  try {
    const files = blocks.map((block, index) => {
      const file = path.join(folder, `block-${index + 1}.ts`)
      writeFileSync(file, block)
      return file
    })
    const program = ts.createProgram(files, {
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      experimentalDecorators: true,
      target: ts.ScriptTarget.ES2022,
      lib: ['lib.es2023.d.ts', 'lib.esnext.disposable.d.ts', 'lib.dom.d.ts'],
      module: ts.ModuleKind.ESNext,
      moduleResolution: ts.ModuleResolutionKind.Bundler,
      types: ['node'],
      typeRoots: [path.join(root, 'node_modules/@types')],
      paths: {
        '@spanguard/runtime': [path.join(root, 'runtime/src/index.ts')],
        '@spanguard/runtime/*': [path.join(root, 'runtime/src/*.ts')],
        '@spanguard/policy': [path.join(root, 'policy/src/index.ts')],
      },
    })
    const problems = files.flatMap(file => ts.getPreEmitDiagnostics(program, program.getSourceFile(file))).map(problem => {
      const line = problem.start === undefined ? 0 : (problem.file?.getLineAndCharacterOfPosition(problem.start).line ?? 0) + 1
      return `${path.basename(problem.file?.fileName ?? '')}:${line} ${ts.flattenDiagnosticMessageText(problem.messageText, ' ')}`
    })
    expect(problems).toEqual([])
  } finally {
    rmSync(folder, { recursive: true })
  }
})
