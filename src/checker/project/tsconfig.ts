import { existsSync } from 'node:fs'
import path from 'node:path'
import { ts } from 'ts-morph'
import type { Problem } from '../problem.js'

/** What the checker takes from a tsconfig: how modules are found, what is built where, which files it has. */
export interface Tsconfig {
  readonly file: string
  readonly paths: Readonly<Record<string, readonly string[]>>
  /** What the entries of `paths` are relative to. */
  readonly pathsBase: string
  readonly baseUrl: string | null
  readonly outDir: string | null
  /** Filled only when the tsconfig was asked for by name. */
  readonly files: readonly string[]
}

/** TypeScript's "Cannot find type definition file", "File not found" (an `extends` of a package that is not installed) and "No inputs were found". */
const notFound = new Set([6053, 5083, 5058])
const noInputs = new Set([18_002, 18_003])

/**
 * Reads a tsconfig and the projects that it references. Wrong options never throw in TypeScript: they are reported here.
 *
 * @param withFiles also list the files; a solution-style tsconfig (`files: []` with references) has those of its projects.
 */
export function readTsconfigs(file: string, withFiles: boolean): { tsconfigs: Tsconfig[]; problems: Problem[] } {
  const tsconfigs: Tsconfig[] = []
  const problems: Problem[] = []
  const seen = new Set<string>()
  const visit = (at: string): void => {
    if (seen.has(at)) return
    seen.add(at)
    if (!existsSync(at)) {
      problems.push({ level: 'config', file: at, message: `${at} does not exist: mend the "references" or "extends" that name it.` })
      return
    }
    const { tsconfig, references, diagnostics } = readOne(at, withFiles)
    for (const diagnostic of diagnostics) {
      const problem = problemOf(diagnostic, at, withFiles && references.length === 0)
      if (problem) problems.push(problem)
    }
    if (tsconfig) tsconfigs.push(tsconfig)
    for (const reference of references) visit(reference)
  }
  visit(file)
  if (withFiles && problems.every(problem => problem.level === 'notice') && tsconfigs.every(tsconfig => tsconfig.files.length === 0)) {
    problems.push({ level: 'config', file, message: `${file} yields no files: name some in "files", "include" or "references".` })
  }
  return { tsconfigs, problems }
}

/**
 * Whether a tsconfig, or a project that it references, compiles a file. False also for one that cannot be read.
 *
 * @param file the tsconfig, absolute
 * @param wanted absolute
 */
export function compilesFile(file: string, wanted: string, seen = new Set<string>()): boolean {
  if (seen.has(file) || !existsSync(file)) return false
  seen.add(file)
  const read: { config?: unknown; error?: ts.Diagnostic } = ts.readConfigFile(file, name => ts.sys.readFile(name))
  if (read.error) return false
  const parsed = ts.parseJsonConfigFileContent(read.config, ts.sys, path.dirname(file), undefined, file)
  if (parsed.fileNames.some(name => path.resolve(name) === wanted)) return true
  return (parsed.projectReferences ?? []).some(reference => compilesFile(path.resolve(ts.resolveProjectReferencePath(reference)), wanted, seen))
}

function readOne(file: string, withFiles: boolean): { tsconfig: Tsconfig | null; references: string[]; diagnostics: readonly ts.Diagnostic[] } {
  const read: { config?: unknown; error?: ts.Diagnostic } = ts.readConfigFile(file, name => ts.sys.readFile(name))
  const { config, error } = read
  if (error) return { tsconfig: null, references: [], diagnostics: [error] }
  const dir = path.dirname(file)
  // Listing a tsconfig's files walks the disk; only one that was asked for by name pays for it.
  const host: ts.ParseConfigHost = withFiles ? ts.sys : { ...ts.sys, readDirectory: () => [path.join(dir, 'x.ts')] }
  const parsed = ts.parseJsonConfigFileContent(config, host, dir, undefined, file)
  const { options } = parsed
  // Deprecated in TypeScript 6, and written in half of all tsconfigs.
  const { baseUrl, pathsBasePath: base } = options as { baseUrl?: string; pathsBasePath?: unknown }
  return {
    tsconfig: {
      file,
      paths: options.paths ?? {},
      pathsBase: baseUrl ?? (typeof base === 'string' ? base : dir),
      baseUrl: baseUrl ?? null,
      outDir: options.outDir ?? null,
      files: withFiles ? parsed.fileNames.filter(name => !name.endsWith('.d.ts') && !name.endsWith('.json')).map(name => path.resolve(name)) : [],
    },
    references: (parsed.projectReferences ?? []).map(reference => ts.resolveProjectReferencePath(reference)).map(name => path.resolve(name)),
    diagnostics: parsed.errors,
  }
}

function problemOf(diagnostic: ts.Diagnostic, file: string, expectFiles: boolean): Problem | null {
  const text = ts.flattenDiagnosticMessageText(diagnostic.messageText, ' ').replace(/\.$/u, '')
  const place = diagnostic.file && diagnostic.start !== undefined ? diagnostic.file.getLineAndCharacterOfPosition(diagnostic.start).line + 1 : null
  const at = diagnostic.file?.fileName ?? file
  if (noInputs.has(diagnostic.code)) {
    return expectFiles ? { level: 'config', file, message: `${file} yields no files: name some in "files", "include" or "references".` } : null
  }
  if (notFound.has(diagnostic.code)) {
    const isRelative = /['"]\.{0,2}\//u.test(text) && !text.includes('node_modules')
    return { level: 'notice', file, message: `${at}: ${text}: ${isRelative ? 'mend the path' : 'install the dependencies to take its settings into account'}.` }
  }
  return { level: 'config', file: at, message: `${at}${place === null ? '' : `:${String(place)}`}: ${text}: mend this tsconfig.`, ...(place === null ? {} : { line: place }) }
}
