import { readdirSync, statSync } from 'node:fs'
import path from 'node:path'
import { globSync } from 'tinyglobby'
import { getPackage, type Package } from '../../project/package-json.js'
import { findWorkspace } from '../../project/workspace.js'
import { UsageError, type Problem } from '../problem.js'
import { outwardLinks, type OutwardLink } from './links.js'
import { readTsconfigs, uninstalledProblem, type Tsconfig, type Uninstalled } from './tsconfig.js'

/** The files of a run, with what was left out and why. All paths are absolute. */
export interface ProjectFiles {
  /** The folder that the whole run stands in: reports write their paths relative to it. */
  readonly root: string
  readonly files: readonly string[]
  /** What a compiler cannot be given, with its size in bytes: too large for it, or no file (`null`): a link that leads to none. */
  readonly unfit: readonly { readonly file: string; readonly size: number | null }[]
  /** Links to sources outside of what is checked, which are not followed. */
  readonly outward: readonly OutwardLink[]
  readonly tsconfigs: readonly Tsconfig[]
  readonly problems: readonly Problem[]
}

/** Never source: installed, built, generated or a tool's cache. Sorted. */
const ignoredFolders = ['.cache', '.git', '.next', '.nuxt', '.output', '.svelte-kit', '.turbo', '.vercel', '.yarn', 'bower_components', 'coverage', 'dist', 'node_modules', 'storybook-static', 'vendor']
const ignoredFiles = ['**/*.d.ts', '**/*.d.mts', '**/*.d.cts', '**/*.min.js', '**/*.bundle.js', '**/.pnp.*']
const sourceGlob = '**/*.{ts,tsx,mts,cts,js,jsx,mjs,cjs}'
/** Files above this size are generated; a compiler spends seconds on them and a reviewer never reads them. In bytes. */
const maxSize = 1_000_000

/**
 * The source files below the given paths. A path is a folder, a source file, or a tsconfig (then its files and those of the
 * projects it references).
 *
 * @throws UsageError when a path does not exist.
 */
export function findProjectFiles(paths: readonly string[], cwd: string, ignore: readonly string[]): ProjectFiles {
  const problems: Problem[] = []
  const files = new Set<string>()
  const links: string[] = []
  const folders: string[] = []
  const tsconfigs: Tsconfig[] = []
  const uninstalled: Uninstalled[] = []
  for (const given of paths.length === 0 ? ['.'] : paths) {
    const absolute = path.resolve(cwd, given)
    const stats = statSync(absolute, { throwIfNoEntry: false })
    if (!stats) throw new UsageError(`There is no file or folder "${given}" in ${cwd}: give a folder, a source file or a tsconfig.`)
    if (stats.isDirectory()) folders.push(absolute)
    else if (absolute.endsWith('.json')) {
      const read = readTsconfigs(absolute, true)
      problems.push(...read.problems)
      uninstalled.push(...read.uninstalled)
      tsconfigs.push(...read.tsconfigs)
      for (const tsconfig of read.tsconfigs) for (const file of tsconfig.files) files.add(file)
    } else files.add(absolute)
  }
  for (const folder of folders) {
    const found = findTsconfigs(folder)
    const read = found.map(file => readTsconfigs(file, false))
    for (const one of read) {
      problems.push(...one.problems)
      uninstalled.push(...one.uninstalled)
      tsconfigs.push(...one.tsconfigs)
    }
    const outputs = read.flatMap(one => one.tsconfigs.flatMap(tsconfig => tsconfig.outDir ?? []))
    for (const file of sourcesIn(folder, ignore, links)) {
      if (!outputs.some(output => output !== folder && file.startsWith(output + path.sep) && !found.some(config => path.dirname(config) === output))) files.add(file)
    }
  }
  const sized = [...files].toSorted().map(file => ({ file, size: sizeOf(file) }))
  const kept = sized.filter(isFit).map(({ file }) => file)
  const roots = [...folders, ...tsconfigs.map(tsconfig => path.dirname(tsconfig.file)), ...kept.slice(0, 1).map(file => path.dirname(file))]
  return { root: commonFolder(folders.length > 0 ? folders : roots) ?? cwd, files: kept, unfit: sized.filter(one => !isFit(one)), outward: outwardLinks([...new Set(links)].toSorted(), folders, isSourceName, name => ignoredFolders.includes(name)), tsconfigs: uniqueBy(tsconfigs, tsconfig => tsconfig.file), problems: uniqueBy([...problems, ...uninstalledProblem(uninstalled)], problem => problem.message) }
}

/** The files of a run together with the sources of the workspace's packages that it depends on. */
export interface ProgramFiles extends ProjectFiles {
  /** Is the folder one of those that were asked for? What stands elsewhere is read and not judged. */
  readonly own: (dir: string) => boolean
}

/**
 * Adds the sources of the repository's own packages that the checked packages depend on, over any number of steps: a service
 * is made of them as well, wherever they stand.
 */
export function withWorkspaceDependencies(found: ProjectFiles): ProgramFiles {
  const { packages, root } = findWorkspace(found.root)
  const isInside = (dir: string): boolean => dir === found.root || dir.startsWith(found.root + path.sep)
  const own = (dir: string): boolean => isInside(dir)
  if (root === found.root || packages.length === 0) return { ...found, own }
  const byName = new Map(packages.map(pkg => [pkg.name, pkg]))
  const wanted = new Set<Package>()
  const visit = (pkg: Package): void => {
    for (const name of pkg.dependencies) {
      const dependency = byName.get(name)
      if (!dependency || wanted.has(dependency) || isInside(dependency.dir)) continue
      wanted.add(dependency)
      visit(dependency)
    }
  }
  const start = new Set([...packages.filter(pkg => isInside(pkg.dir)), ...(found.files[0] === undefined ? [] : [getPackage(found.files[0])].filter(pkg => pkg !== null))])
  for (const pkg of start) visit(pkg)
  const folders = [...wanted].map(pkg => pkg.dir)
  const tsconfigs = folders.flatMap(folder => findTsconfigs(folder).flatMap(file => readTsconfigs(file, false).tsconfigs))
  const files = folders.flatMap(folder => sourcesIn(folder, [])).filter(file => isFit({ size: sizeOf(file) }))
  return { ...found, own, files: [...new Set([...found.files, ...files])].toSorted(), tsconfigs: uniqueBy([...found.tsconfigs, ...tsconfigs], tsconfig => tsconfig.file) }
}

/** @param links takes up the symbolic links on the way, absolute */
function sourcesIn(folder: string, ignore: readonly string[], links: string[] = []): string[] {
  return globSync(sourceGlob, {
    cwd: folder,
    absolute: true,
    dot: false,
    followSymbolicLinks: false,
    ignore: [...ignoredFolders.map(name => `**/${name}/**`), ...ignoredFiles, ...ignore],
    expandDirectories: false,
    fs: { readdirSync: noticing(links) },
  })
}

/** The folders are read once for both: what a link leads to is no file of the glob's. */
function noticing(links: string[]): typeof readdirSync {
  return ((dir: string, options: { withFileTypes: true }) => {
    const entries = readdirSync(dir, options)
    for (const entry of entries) if (entry.isSymbolicLink()) links.push(path.resolve(dir, entry.name))
    return entries
  }) as typeof readdirSync
}

function isSourceName(name: string): boolean {
  return /\.[cm]?[jt]sx?$/u.test(name) && !/\.d\.[cm]?ts$|\.(?:min|bundle)\.js$/u.test(name)
}

function findTsconfigs(folder: string): string[] {
  return globSync('**/tsconfig.json', {
    cwd: folder, absolute: true, followSymbolicLinks: false, ignore: ignoredFolders.map(name => `**/${name}/**`),
    expandDirectories: false,
  }).toSorted()
}

function isFit({ size }: { readonly size: number | null }): boolean {
  return size !== null && size <= maxSize
}

/** In bytes; `null` for what is no file: a link that leads nowhere, to itself or to a folder. */
function sizeOf(file: string): number | null {
  try {
    const stats = statSync(file, { throwIfNoEntry: false })
    return stats?.isFile() === true ? stats.size : null
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ELOOP') return null
    throw error
  }
}

function commonFolder(folders: readonly string[]): string | null {
  const [first, ...rest] = folders
  if (first === undefined) return null
  let common = first
  for (const folder of rest) while (folder !== common && !folder.startsWith(common + path.sep)) common = path.dirname(common)
  return common
}

function uniqueBy<T>(items: readonly T[], key: (item: T) => string): T[] {
  return [...new Map(items.map(item => [key(item), item])).values()]
}
