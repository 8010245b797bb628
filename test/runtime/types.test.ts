import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import ts from 'typescript'
import { toPolicy } from '@spanguard/policy'
import { expect, test } from 'vitest'
import { policyFiles } from '../../src/project/policy-files.js'
import { fixtures } from './processes.js'

const root = path.resolve(fixtures, '../../..')

/** What the compiler has to say, one line each. */
function compile(files: readonly string[], module: ts.ModuleKind = ts.ModuleKind.ESNext, experimentalDecorators = false): string[] {
  const program = ts.createProgram(files, {
    experimentalDecorators,
    strict: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
    skipLibCheck: true,
    target: ts.ScriptTarget.ES2022,
    lib: ['lib.es2023.d.ts', 'lib.esnext.disposable.d.ts'],
    module,
    moduleResolution: module === ts.ModuleKind.ESNext ? ts.ModuleResolutionKind.Bundler : ts.ModuleResolutionKind.NodeNext,
    resolveJsonModule: true,
    types: ['node'],
    typeRoots: [path.join(root, 'node_modules/@types')],
    // The declarations of the source, so that no build is needed; what is published is tested by the packed packages.
    paths: { '@spanguard/runtime': [path.join(root, 'runtime/src/index.ts')], '@spanguard/policy': [path.join(root, 'policy/src/index.ts')] },
  })
  return ts.getPreEmitDiagnostics(program).map(problem => {
    const line = problem.start === undefined ? 0 : (problem.file?.getLineAndCharacterOfPosition(problem.start).line ?? 0) + 1
    return `${path.basename(problem.file?.fileName ?? '')}:${line} ${ts.flattenDiagnosticMessageText(problem.messageText, ' ')}`
  })
}

test.each(['keys.ts', 'open.ts'])('attribute keys are typed by the policy: %s', { timeout: 120_000 }, name => {
  expect(compile([path.join(fixtures, 'typed', name)])).toEqual([])
})

test.each([
  ['standard', false],
  ['older', true],
])('@Traced() fits methods, with %s decorators, and its keys are typed', { timeout: 120_000 }, (_, experimentalDecorators) => {
  expect(compile([path.join(fixtures, 'typed/traced.ts')], ts.ModuleKind.ESNext, experimentalDecorators)).toEqual([])
})

test('what build-policy writes compiles, types the keys, and fits initTracing as a JSON import', { timeout: 120_000 }, () => {
  const folder = mkdtempSync(path.join(fixtures, 'tmp-typed-'))
  try {
    const policy = toPolicy({ attributes: { allow: ['order.*', "it's.odd"], deny: ['order.note'] } })
    const written = policyFiles(folder, policy)
    for (const { path: file, text } of written) writeFileSync(file, text)
    writeFileSync(path.join(folder, 'package.json'), '{ "type": "module" }')
    const app = path.join(folder, 'app.ts')
    writeFileSync(app, `import { initTracing, withSpan } from '@spanguard/runtime'
import policy from './spanguard.policy.json' with { type: 'json' }
initTracing({ serviceName: 'x', policy })
withSpan('a.b', { attributes: { 'order.id': 1, 'http.route': '/', 'error.stage': 'x', "it's.odd": 1 } }, () => {})
// @ts-expect-error not listed
withSpan('a.b', { attributes: { 'card.number': 1 } }, () => {})
// @ts-expect-error denied by the policy
withSpan('a.b', { attributes: { 'order.note': 1 } }, () => {})
// @ts-expect-error denied by the built-in list
withSpan('a.b', { attributes: { 'db.query.text': 'x' } }, () => {})
`)
    expect(compile([app, written[1].path], ts.ModuleKind.NodeNext)).toEqual([])
  } finally {
    rmSync(folder, { recursive: true })
  }
})
