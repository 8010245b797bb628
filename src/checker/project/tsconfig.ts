import { existsSync } from 'node:fs'
import path from 'node:path'
import * as ts from '../ts.js'
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
export function readTsconfigs(file: string, withFiles: boolean): { tsconfigs: Tsconfig[]; problems: Problem[]; uninstalled: Uninstalled[] } {
  const tsconfigs: Tsconfig[] = []
  const problems: Problem[] = []
  const uninstalled: Uninstalled[] = []
  const seen = new Set<string>()
  const visit = (at: string): void => {
    if (seen.has(at)) return
    seen.add(at)
    if (!existsSync(at)) {
      problems.push({ level: 'config', file: at, message: `${at} does not exist: mend the "references" or "extends" that name it.` })
      return
    }
    const { tsconfig, references, missing, diagnostics } = readOne(at, withFiles)
    for (const diagnostic of diagnostics) {
      const missingPackage = uninstalledOf(diagnostic, at)
      if (missingPackage) {
        uninstalled.push(missingPackage)
        continue
      }
      const problem = problemOf(diagnostic, at, withFiles)
      if (problem && (references.length === 0 || !noInputs.has(diagnostic.code))) problems.push(problem)
    }
    for (const name of missing) problems.push({ level: withFiles ? 'config' : 'notice', file: at, message: `${at}: "files" names ${name}, which does not exist: mend the path, or take it out.` })
    if (tsconfig) tsconfigs.push(tsconfig)
    for (const reference of references) visit(reference)
  }
  visit(file)
  if (withFiles && problems.every(problem => problem.level === 'notice') && tsconfigs.every(tsconfig => tsconfig.files.length === 0)) {
    problems.push({ level: 'config', file, message: `${file} yields no files: name some in "files", "include" or "references".` })
  }
  return { tsconfigs, problems, uninstalled }
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

/** `missing`: what `files` names and is not there, as written. */
interface Read {
  readonly tsconfig: Tsconfig | null
  readonly references: readonly string[]
  readonly missing: readonly string[]
  readonly diagnostics: readonly ts.Diagnostic[]
}

function readOne(file: string, withFiles: boolean): Read {
  const read: { config?: unknown; error?: ts.Diagnostic } = ts.readConfigFile(file, name => ts.sys.readFile(name))
  const { config, error } = read
  if (error) return { tsconfig: null, references: [], missing: [], diagnostics: [error] }
  const dir = path.dirname(file)
  // Listing a tsconfig's files walks the disk; only one that was asked for by name pays for it. Of the others it is asked
  // whether what they include is there at all.
  const host: ts.ParseConfigHost = withFiles ? ts.sys : { ...ts.sys, readDirectory: (from, _, __, includes) => (includes.some(include => existsSync(path.resolve(from, fixedPart(include)))) ? [path.join(dir, 'x.ts')] : []) }
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
    missing: namesIn(config, 'files').filter(name => !existsSync(path.resolve(dir, name))),
    diagnostics: parsed.errors,
  }
}

/** What of a pattern is a path: `src` of `src/**\/*.ts`, all of `src/main.ts`. */
function fixedPart(pattern: string): string {
  const parts = pattern.split('/')
  const wildcard = parts.findIndex(part => /[*?]/u.test(part))
  return (wildcard === -1 ? parts : parts.slice(0, wildcard)).join('/')
}

function namesIn(config: unknown, key: string): string[] {
  const names = typeof config === 'object' && config !== null ? (config as Record<string, unknown>)[key] : undefined
  return Array.isArray(names) ? names.filter(name => typeof name === 'string') : []
}

/** A tsconfig that names a package which is not installed, by `extends` or `types`. */
export interface Uninstalled {
  readonly file: string
  /** What TypeScript says of it. */
  readonly text: string
}

/** One notice for all of them: that the dependencies are not installed is one fact, and often as it is meant to be. */
export function uninstalledProblem(found: readonly Uninstalled[]): Problem[] {
  const [first, ...others] = [...new Map(found.map(one => [one.file, one])).values()]
  if (!first) return []
  const more = others.length === 0 ? '' : ` (and ${String(others.length)} more tsconfig${others.length === 1 ? '' : 's'} of which the like is true)`
  return [{ level: 'notice', file: first.file, message: `${first.file}: ${first.text}${more}: install the dependencies to take ${others.length === 0 ? 'its' : 'their'} settings into account.` }]
}

function uninstalledOf(diagnostic: ts.Diagnostic, file: string): Uninstalled | null {
  if (!notFound.has(diagnostic.code)) return null
  const text = textOf(diagnostic)
  const isRelative = /['"]\.{0,2}\//u.test(text) && !text.includes('node_modules')
  return isRelative ? null : { file: diagnostic.file?.fileName ?? file, text }
}

function textOf(diagnostic: ts.Diagnostic): string {
  return shortened(ts.flattenDiagnosticMessageText(diagnostic.messageText, ' ').replace(/\.$/u, ''))
}

/** @param byName was this tsconfig asked for? Of a folder the sources are checked whatever its tsconfigs name. */
function problemOf(diagnostic: ts.Diagnostic, file: string, byName: boolean): Problem | null {
  const text = textOf(diagnostic)
  const place = diagnostic.file && diagnostic.start !== undefined ? diagnostic.file.getLineAndCharacterOfPosition(diagnostic.start).line + 1 : null
  const at = diagnostic.file?.fileName ?? file
  if (noInputs.has(diagnostic.code)) {
    if (byName) return { level: 'config', file, message: `${file} yields no files: name some in "files", "include" or "references".` }
    return { level: 'notice', file, message: `${file} yields no files, and the sources below its folder were checked all the same: name some in its "files", "include" or "references", or take it away.` }
  }
  if (notFound.has(diagnostic.code)) {
    return { level: 'notice', file, message: `${at}: ${text}: mend the path.` }
  }
  return { level: 'config', file: at, message: `${at}${place === null ? '' : `:${String(place)}`}: ${text}: mend this tsconfig.`, ...(place === null ? {} : { line: place }) }
}

/** TypeScript names every value that an option can have: a hundred for `lib`. */
function shortened(text: string): string {
  return text.length <= 200 ? text : `${text.slice(0, text.lastIndexOf(', ', 200))} and others`
}
