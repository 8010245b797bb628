import path from 'node:path'
import ts from 'typescript'
import { expect, test } from 'vitest'
import { fixtures } from './processes.js'

test.each(['keys.ts', 'open.ts'])('attribute keys are typed by the policy: %s', { timeout: 60_000 }, name => {
  const root = path.resolve(fixtures, '../../..')
  const program = ts.createProgram([path.join(fixtures, 'typed', name)], {
    strict: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
    skipLibCheck: true,
    target: ts.ScriptTarget.ES2022,
    lib: ['lib.es2023.d.ts', 'lib.esnext.disposable.d.ts'],
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    types: ['node'],
    typeRoots: [path.join(root, 'node_modules/@types')],
    // The declarations of the source, so that no build is needed; what is published is tested by the packed packages.
    paths: { '@spanguard/runtime': [path.join(root, 'runtime/src/index.ts')], '@spanguard/policy': [path.join(root, 'policy/src/index.ts')] },
  })
  const problems = ts.getPreEmitDiagnostics(program).map(problem => {
    const line = problem.start === undefined ? 0 : (problem.file?.getLineAndCharacterOfPosition(problem.start).line ?? 0) + 1
    return `${path.basename(problem.file?.fileName ?? '')}:${line} ${ts.flattenDiagnosticMessageText(problem.messageText, ' ')}`
  })
  expect(problems).toEqual([])
})
