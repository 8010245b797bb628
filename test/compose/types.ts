import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import ts from 'typescript'

const root = path.resolve(import.meta.dirname, '../..')

/** A text before and after a change, as a file of this name. */
export interface Pair {
  readonly name: string
  readonly file: string
  readonly before: string
  readonly after: string
}

/**
 * What the compiler says of the changed texts and did not say before, for the files that it checks. One program holds all of
 * them, each before and after, so that the packages' types are read once.
 */
export function newTypeErrors(pairs: readonly Pair[]): readonly string[] {
  mkdirSync(path.join(root, '.tsbuild'), { recursive: true })
  // Inside this package, whose node_modules has what the texts import.
  const folder = mkdtempSync(path.join(root, '.tsbuild/compose-'))
  try {
    writeFileSync(path.join(folder, 'package.json'), '{ "type": "module" }')
    const files = pairs.flatMap(({ file, before, after }, index) => {
      const extension = /\.\w+$/.exec(file)?.[0] ?? ''
      if (!/ts/.test(extension)) return []
      const [old, changed] = [path.join(folder, `${index}-before${extension}`), path.join(folder, `${index}-after${extension}`)]
      writeFileSync(old, asModule(before))
      writeFileSync(changed, asModule(after))
      return [{ index, old, changed }]
    })
    const program = ts.createProgram(
      files.flatMap(({ old, changed }) => [old, changed]),
      {
        module: ts.ModuleKind.NodeNext,
        moduleResolution: ts.ModuleResolutionKind.NodeNext,
        target: ts.ScriptTarget.ES2022,
        jsx: ts.JsxEmit.ReactJSX,
        jsxImportSource: 'hono/jsx',
        strict: true,
        noEmit: true,
        skipLibCheck: true,
        experimentalDecorators: true,
        types: ['node'],
      },
    )
    return files.flatMap(({ index, old, changed }) => {
      const before = errorsOf(old, program)
      return errorsOf(changed, program)
        .filter((error) => {
          // What the directive waited for is mended.
          if (error.startsWith('TS2578')) return false
          const at = before.indexOf(error)
          if (at >= 0) before.splice(at, 1)
          return at < 0
        })
        .map((error) => `${pairs[index]?.name ?? ''}: ${error}\n${pairs[index]?.after ?? ''}`)
    })
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function asModule(text: string): string {
  return /^(?:import|export)\b/m.test(text) ? text : `${text}\nexport {}\n`
}

function errorsOf(file: string, program: ts.Program): string[] {
  const source = program.getSourceFile(file)
  if (source === undefined) throw new Error(`${file} is not in the program`)
  return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map(
    ({ code, messageText }) => `TS${code} ${ts.flattenDiagnosticMessageText(messageText, ' ')}`,
  )
}
