import path from 'node:path'
import { Project, ts } from 'ts-morph'
import { makeNodesLean } from './lean-nodes.js'
import type { ModuleResolver } from './project/resolve-module.js'

makeNodesLean()

/** Options that suit every source: the checker judges no types, it only asks for some. */
const compilerOptions: ts.CompilerOptions = {
  allowJs: true,
  checkJs: false,
  experimentalDecorators: true,
  jsx: ts.JsxEmit.Preserve,
  lib: ['lib.es2023.d.ts'],
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  noEmit: true,
  skipLibCheck: true,
  strict: true,
  target: ts.ScriptTarget.ESNext,
  types: [],
}

/**
 * Compiles files into one program by ts-morph's compiler and its libraries. The program is the compiler's own and not that of
 * a `Project`, which wraps every file, parses every JSDoc and goes through every tree once more to set the nodes' parents;
 * the type checker sets them when it binds the files.
 *
 * @param files absolute; one that does not exist is left out
 */
export function compile(files: readonly string[], resolve: ModuleResolver): ts.Program {
  return ts.createProgram({ rootNames: files, options: compilerOptions, host: createHost(resolve) })
}

function createHost(resolve: ModuleResolver): ts.CompilerHost {
  const libraries = new Project({ compilerOptions, skipAddingFilesFromTsConfig: true }).getModuleResolutionHost()
  const host = ts.createCompilerHost(compilerOptions)
  const readFile = (file: string): string | undefined => (isLibrary(file) ? libraries.readFile(file) : host.readFile(file))
  return {
    ...host,
    readFile,
    fileExists: file => (isLibrary(file) ? libraries.fileExists(file) : host.fileExists(file)),
    getDefaultLibLocation: () => libraryFolder,
    getDefaultLibFileName: options => `${libraryFolder}/${ts.getDefaultLibFileName(options)}`,
    // Files are asked for by the names under which they were found, whatever the file system takes for the same.
    useCaseSensitiveFileNames: () => true,
    getCanonicalFileName: file => file,
    getSourceFile: file => {
      const text = readFile(file)
      return text === undefined ? undefined : ts.createSourceFile(file, text, { languageVersion: ts.ScriptTarget.ESNext, jsDocParsingMode: jsDocModeOf(text) })
    },
    resolveModuleNameLiterals: (literals, from) => literals.map(({ text }) => ({ resolvedModule: resolvedModule(resolve(text, path.resolve(from))) })),
  }
}

/** Where ts-morph keeps the compiler's libraries, which it holds in memory. */
const libraryFolder = '/node_modules/typescript/lib'

function isLibrary(file: string): boolean {
  return file.startsWith(`${libraryFolder}/`)
}

/** In TypeScript a JSDoc says nothing to the compiler; to the checker it does by `@sensitive` alone. JavaScript has its types there. */
function jsDocModeOf(text: string): ts.JSDocParsingMode {
  return text.includes('@sensitive') ? ts.JSDocParsingMode.ParseAll : ts.JSDocParsingMode.ParseForTypeInfo
}

function resolvedModule(file: string | null): ts.ResolvedModuleFull | undefined {
  if (file === null) return undefined
  const extension = file.endsWith('.d.ts') ? ts.Extension.Dts : path.extname(file)
  return { resolvedFileName: file, extension, isExternalLibraryImport: false }
}
