import path from 'node:path'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import { fixtures } from './apps.js'

/** Compiles a service against the built packages and returns what the compiler says, with the files it read. */
function compile(file: string, options: ts.CompilerOptions): { errors: string[]; files: string[] } {
  const program = ts.createProgram([path.join(fixtures, 'types', file)], {
    target: ts.ScriptTarget.ES2022,
    lib: ['lib.es2023.d.ts'],
    types: ['node'],
    strict: true,
    exactOptionalPropertyTypes: true,
    experimentalDecorators: true,
    noEmit: true,
    ...options,
  })
  const errors = ts.getPreEmitDiagnostics(program).map(({ file: source, messageText }) => {
    const name = source === undefined ? '' : path.relative(fixtures, source.fileName)
    return `${name}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`
  })
  return { errors, files: program.getSourceFiles().map(({ fileName }) => fileName) }
}

const resolutions = {
  nodenext: { module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext },
  node16: { module: ts.ModuleKind.Node16, moduleResolution: ts.ModuleResolutionKind.Node16 },
  bundler: { module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler },
} as const

describe.each(Object.entries(resolutions))('%s', { timeout: 120_000 }, (_name, resolution) => {
  it('every framework takes its middleware without a cast', () => {
    expect(compile('frameworks.ts', { ...resolution, skipLibCheck: true }).errors).toEqual([])
  })

  it('a service without the frameworks compiles, also with skipLibCheck off', () => {
    const { errors, files } = compile('plain.ts', { ...resolution, skipLibCheck: false })
    expect(errors).toEqual([])
    expect(files.filter(file => /node_modules\/(?:@types\/)?(?:express|fastify|koa|hono|@nestjs|rxjs)/.test(file))).toEqual([])
  })
})
