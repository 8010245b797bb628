import { existsSync } from 'node:fs'
import path from 'node:path'

import { splitName } from '@spanguard/policy'

import { folderOf, forAMoment } from './moment.js'
import { fileWords, folderWords, type PlaceWords, sourceFolderWords, topFolderWords } from './place-words.js'
import { getPackage } from './package-json.js'
import { saysTracer } from './tracing-library.js'

/**
 * What a file's name and the folders above it say of its program, where none of them holds a service that its people watch.
 *
 * - `benchmark` measures one way against another, for as long as the measurement runs
 * - `copy` was put aside
 * - `docs` belongs to pages
 * - `fixture` is what tests are given
 * - `infra` stands beside the services (a mail server to try with, a proxy); functions are deployed from there, too
 * - `lesson` shows how tracing is used: its readers copy what it does
 * - `sample` shows how something else is used
 * - `scratch` was tried out once
 * - `stand-in` imitates a service of somebody else
 * - `template` is what a generator copies into other projects
 * - `test` is started by tests
 * - `tool` helps those who work on the project
 */
export type Place = FolderPlace | 'lesson'
export type FolderPlace = 'benchmark' | 'copy' | 'docs' | 'fixture' | 'infra' | 'sample' | 'scratch' | 'stand-in' | 'template' | 'test' | 'tool'

/** Where nobody acts on what a rule says. Templates, lessons and pages are copied by their readers. */
export const unheardPlaces: ReadonlySet<Place> = new Set(['benchmark', 'copy', 'fixture', 'sample', 'scratch', 'stand-in', 'test', 'tool'])

/**
 * Where a file stands, told by its name and those of its folders; null where a service may stand. An example that is linted by itself is the
 * project. A benchmark or a mock is one when its workspace is linted by itself, too.
 *
 * @param filename absolute path of the file
 * @param cwd absolute path of the folder that the linter runs in
 */
export function placeOf(filename: string, cwd: string): Place | null {
  const name = path.basename(filename, path.extname(filename))
  // `mock-exam.service.ts` is a part of a service, whatever it is about; `vite.config.ts` is a tool's.
  return placeOfFolders(`${cwd}\0${folderOf(filename)}`) ?? (name.includes('.') && !name.endsWith('.config') ? null : placeByName(name, fileNames))
}

/** By the folder of the run and that of the file: a run comes to many files of one folder. */
const placeOfFolders = forAMoment((folders): Place | null => {
  const [cwd = '', folder = ''] = folders.split('\0')
  return readFolders(folder, cwd)
})

function readFolders(folder: string, cwd: string): Place | null {
  const file = path.join(folder, 'any.ts')
  const top = topOf(file, cwd)
  const names = path.relative(top, folder).split(path.sep)
  const run = isBelow(file, cwd) ? path.relative(top, cwd) : ''
  const found = find(names, run === '' ? 0 : run.split(path.sep).length)
  if (found === null) return null
  return found.place === 'sample' && teachesTracing(file, path.join(top, ...names.slice(0, found.at + 1)), names[found.at + 1]) ? 'lesson' : found.place
}

/**
 * The same where only the folders below a service's own are known.
 *
 * @param folders names of folders, the outermost first
 */
export function placeIn(folders: readonly string[]): FolderPlace | null {
  return find(folders, 0)?.place ?? null
}

/** What a workspace is also when it is linted by itself. The others are the project there: its examples, its scripts, a service below its tests. */
const anywhere: ReadonlySet<FolderPlace> = new Set(['benchmark', 'copy', 'stand-in', 'template'])

/** The outermost folder that says something; what is said of all programs below it comes before what it shows. */
function find(folders: readonly string[], run: number): { readonly place: FolderPlace; readonly at: number } | null {
  let sample: { readonly place: FolderPlace; readonly at: number } | null = null
  const source = folders.findIndex((folder) => SOURCES.has(folder))
  for (const [at, folder] of folders.entries()) {
    const place = source === -1 || at <= source ? placeOfFolder(folder, at === run) : placeInSource(folder)
    if (place === null || (at < run && !anywhere.has(place))) continue
    if (place !== 'sample') return { place, at }
    sample ??= { place, at }
  }
  return sample
}

function placeOfFolder(folder: string, isTop: boolean): FolderPlace | null {
  return placeByName(folder, folderNames) ?? (isTop ? placeByName(folder, topNames) : null)
}

/** Where a package keeps its sources. */
const SOURCES: ReadonlySet<string> = new Set(['app', 'lib', 'src'])

function placeInSource(folder: string): FolderPlace | null {
  return folder.startsWith('__') ? placeByName(folder, folderNames) : placeByName(folder, sourceNames)
}

/** A table of names as it is asked: most names have none of its words, which one look tells. */
interface Names {
  readonly hint: RegExp
  readonly patterns: readonly (readonly [FolderPlace, RegExp])[]
}

function placeByName(name: string, { hint, patterns }: Names): FolderPlace | null {
  if (!hint.test(name)) return null
  const words = splitName(name).join('-')
  for (const [place, pattern] of patterns) if (pattern.test(words)) return place
  return null
}

const folderNames = compile(folderWords)
const topNames = compile(topFolderWords)
const sourceNames = compile(sourceFolderWords)
const fileNames = compile(fileWords)

function compile(table: PlaceWords): Names {
  const toSource = (words: string): string => words.replace(/(^|-)\*-/, '$1(?:[\\w-]+-)?')
  const words = Object.values(table).flat().flatMap((names) => names.split('-'))
  return {
    hint: new RegExp([...new Set(words)].filter((word) => word !== '*').join('|'), 'i'),
    patterns: (Object.entries(table) as [FolderPlace, readonly string[]][]).map(([place, names]) => [place, new RegExp(`^(?:${names.map(toSource).join('|')})$`)]),
  }
}

/** The project's top: the outermost package of its repository, or the folder of the run where that is further out. */
function topOf(filename: string, cwd: string): string {
  const top = repositoryOf(filename)
  return isBelow(top, cwd) ? cwd : top
}

/** The folder of the outermost package around a file, up to where its `.git` is. */
export function repositoryOf(filename: string): string {
  let top = getPackage(filename)?.dir ?? path.dirname(filename)
  for (let outer = getPackage(top); outer !== null && outer.dir !== top && !existsSync(path.join(top, '.git')); outer = getPackage(top)) top = outer.dir
  return top
}

function isBelow(file: string, folder: string): boolean {
  return file.startsWith(folder.endsWith(path.sep) ? folder : folder + path.sep)
}

/**
 * Is a sample about tracing: one of a package that traces, one whose own name says so, or one of a collection, which belongs to no package?
 *
 * @param samples the folder that says so
 * @param name the folder below it, an example's own
 */
function teachesTracing(filename: string, samples: string, name = ''): boolean {
  const owner = getPackage(samples)
  if (owner === null || saysTracer(owner.name)) return true
  const own = getPackage(filename)
  return (own !== null && own.dir !== owner.dir && saysTracer(own.name)) || saysTracer(path.basename(samples)) || saysTracer(name)
}
