import { existsSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'

import { cachedByFile } from './cache.js'
import { folderOf, forAMoment } from './moment.js'
import { getPackage } from './package-json.js'

/** Files that name the functions of a project: the Serverless Framework's and AWS SAM's. */
const names = ['serverless.yml', 'serverless.yaml', 'serverless.json', 'template.yml', 'template.yaml'] as const

/** How far up from a source file its declaration is looked for, when no package.json stands nearer. */
const LEVELS = 5

/** What the project's files say of the functions in one source file. */
export interface DeclaredFunctions {
  /** The exports that are functions. */
  readonly names: ReadonlySet<string>
  /** The same file starts a tracer around them (a layer with `AWS_LAMBDA_EXEC_WRAPPER`, a vendor's plugin). */
  readonly traced: boolean
}

/**
 * The exports of a file that the project's own files name as functions: `handler: src/users.create` in serverless.yml,
 * `Handler: app.lambdaHandler` in a SAM template (whose `CodeUri` makes the path relative to a folder of its own).
 *
 * @param file absolute path of a source file
 */
export function getDeclaredFunctions(file: string): DeclaredFunctions {
  const declaring = declaringAbove(folderOf(file))
  return declaring.length === 0 ? noFunctions : readDeclared(file, declaring)
}

/** Of a file that no other one speaks of. */
export const noFunctions: DeclaredFunctions = { names: new Set<string>(), traced: false }

function readDeclared(file: string, declaring: readonly DeclaringFile[]): DeclaredFunctions {
  const found = new Set<string>()
  let traced = false
  let nearest: string | null = null
  for (const { dir, name } of declaring) {
    // The nearest folder that names a function of the file is the one that runs it.
    if (found.size > 0 && dir !== nearest) break
    const declared = read(path.join(dir, name))
    if (declared === null) continue
    const source = path.relative(dir, file).split(path.sep).join('/').replace(/\.[cm]?[jt]sx?$/u, '')
    for (const handler of declared.handlers) {
      if (!isNamed(source, handler, name)) continue
      nearest = dir
      found.add(handler.export)
      traced ||= declared.traced
    }
  }
  return { names: found, traced }
}

/** A file that names functions. */
interface DeclaringFile {
  readonly dir: string
  readonly name: string
}

/**
 * Those at and above a folder, up to the folder above the package it belongs to, the nearest first: what a SAM template's `CodeUri` names is
 * often a package of its own.
 */
const declaringAbove = forAMoment((folder): readonly DeclaringFile[] => {
  const found: DeclaringFile[] = []
  const top = getPackage(path.join(folder, 'package.json'))?.dir
  const above = top === undefined ? undefined : path.dirname(top)
  let dir = folder
  for (let level = 0; level < LEVELS; level++) {
    for (const name of namesIn(dir)) found.push({ dir, name })
    const parent = path.dirname(dir)
    if (parent === dir || dir === above) break
    dir = parent
  }
  return found
})

const listings = new Map<string, { readonly version: number; readonly found: readonly string[] }>()

/** Which of the files a folder holds. A folder's time changes with its entries, so that most questions cost one look. */
const namesIn = forAMoment((dir): readonly string[] => {
  const version = statSync(dir, { throwIfNoEntry: false })?.mtimeMs
  if (version === undefined) return []
  const known = listings.get(dir)
  if (known?.version === version) return known.found
  const found = names.filter((name) => existsSync(path.join(dir, name)))
  listings.set(dir, { version, found })
  return found
})

interface DeclaredFunction {
  /** The module without extension, as it is written: `src/users`. */
  readonly module: string
  readonly export: string
}

/** A wrapper script, a layer or a plugin of a tracer in the file that declares the functions, or AWS X-Ray's active tracing. */
const tracerOfFunctions = /AWS_LAMBDA_EXEC_WRAPPER|opentelemetry|\botel\b|serverless-plugin-datadog|serverless-newrelic|sentry|\bTracing["']?:\s*["']?Active|^\s+tracing:\s*(?:true|\n\s+(?:\w+:.*\n\s+)?lambda:\s*(?:true|Active))/imu

const read = cachedByFile((file): { handlers: readonly DeclaredFunction[]; traced: boolean } => {
  const text = readFileSync(file, 'utf8')
  return { handlers: isOtherCloud(text) ? [] : readHandlers(text), traced: tracerOfFunctions.test(text) }
})

/** The Serverless Framework runs functions of other clouds too; their signature is another one. */
function isOtherCloud(text: string): boolean {
  let inProvider = false
  for (const line of text.split('\n')) {
    const [, own] = /^provider:\s*["']?([\w-]*)/u.exec(line) ?? []
    if (own !== undefined && own !== '') return own !== 'aws'
    if (own !== undefined) inProvider = true
    else if (/^\S/u.test(line) && !line.startsWith('#')) inProvider = false
    const name = inProvider ? /^\s+name:\s*["']?([\w-]+)/u.exec(line)?.[1] : undefined
    if (name !== undefined) return name !== 'aws'
  }
  return false
}

function readHandlers(text: string): DeclaredFunction[] {
  return [...text.matchAll(/^\s*(?:-\s*)?["']?[hH]andler["']?\s*:\s*["']?([\w./@-]+)\.(\w+)["']?\s*,?\s*(?:#.*)?$/gmu)].map(
    ([, module = '', name = '']) => ({ module: module.replace(/^\.\//u, ''), export: name }),
  )
}

function isNamed(source: string, declared: DeclaredFunction, file: string): boolean {
  if (source === declared.module) return true
  return file.startsWith('template') && source.endsWith(`/${declared.module}`)
}
