import { existsSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'

import { cachedByFile } from './cache.js'
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
  const found = new Set<string>()
  let traced = false
  const top = getPackage(file)?.dir
  let dir = path.dirname(file)
  for (let level = 0; level < LEVELS; level++) {
    for (const name of namesIn(dir)) {
      const declared = read(path.join(dir, name))
      if (declared === null) continue
      const source = path.relative(dir, file).split(path.sep).join('/').replace(/\.[cm]?[jt]sx?$/u, '')
      for (const handler of declared.handlers) {
        if (!isNamed(source, handler, name)) continue
        found.add(handler.export)
        traced ||= declared.traced
      }
    }
    const parent = path.dirname(dir)
    if (found.size > 0 || parent === dir || dir === top) break
    dir = parent
  }
  return { names: found, traced }
}

const listings = new Map<string, { readonly version: number; readonly found: readonly string[] }>()

/** Which of the files a folder holds. A folder's time changes with its entries, so that most questions cost one look. */
function namesIn(dir: string): readonly string[] {
  const version = statSync(dir, { throwIfNoEntry: false })?.mtimeMs
  if (version === undefined) return []
  const known = listings.get(dir)
  if (known?.version === version) return known.found
  const found = names.filter((name) => existsSync(path.join(dir, name)))
  listings.set(dir, { version, found })
  return found
}

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
