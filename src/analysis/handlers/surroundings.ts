import { existsSync } from 'node:fs'
import path from 'node:path'

import { splitName } from '@spanguard/policy'
import type { TSESTree } from '@typescript-eslint/types'

import { type FrameworkDescriptor, isTracingPackage } from '../../frameworks/index.js'
import { getPackage, type Package } from '../../project/package-json.js'
import { sourceOf } from '../../project/source-path.js'
import { deploymentFilesIn, textOf } from '../../project/wiring/deployment-files.js'
import { packageWords, saysTracer } from '../../project/tracing-library.js'
import { mayHoldSetup } from '../../otel/setup.js'
import { getRequiredModule, isOwnModule } from '../imports.js'
import type { FileAnalysis } from '../index.js'
import { readSetupCall } from '../setup/setup-calls.js'

/** What stands around a file and says whether its handlers are traced by something that the file does not show. */
export interface Surroundings {
  /** The package, the config or the file's first import traces them: the checker's to judge. */
  readonly isTraced: boolean
  /** The package is a command, which somebody runs on a machine of their own. */
  readonly isCommand: boolean
  /** A file of a command's subcommands, each of which runs as long as its user wants it, or one that a source in `src` has replaced. */
  readonly isTool: boolean
  /** The package is a library, runs inside an editor or on somebody's desk (Electron): who installs it decides what traces it. */
  readonly isGuest: boolean
  /** What the file does not serve itself Cloudflare runs, where neither Node's instrumentations nor the runtime do anything. */
  readonly isOnEdge: boolean
  /** The nearest package.json depends on `@spanguard/runtime`, whose middleware is expected then. */
  readonly hasRuntime: boolean
  /** Every dependency of the nearest package.json. */
  readonly dependencies: ReadonlySet<string>
  /** The folder of the nearest package.json. */
  readonly packageDir: string | null
  readonly packageType: 'module' | 'commonjs'
}

export const runtimePackage = '@spanguard/runtime'
const register = `${runtimePackage}/register`

/**
 * @param filename absolute path of the file
 * @param frameworks those that the file may be about
 */
export function readSurroundings(filename: string, frameworks: readonly FrameworkDescriptor[], analysis: FileAnalysis): Surroundings {
  const modules = readModules(analysis)
  const pkg = readPackageAround(filename, modules, frameworks)
  const dependencies = pkg?.dependencies ?? none
  const hasRuntime = dependencies.has(runtimePackage)
  const { accept = [], entries = [], preload = false } = analysis.config.setup ?? {}
  const isTraced =
    preload ||
    (entries.length > 0 && (!hasRuntime || entries.some((entry) => isAt(filename, entry)))) ||
    dependsOnTracer(dependencies) ||
    accept.some((name) => dependencies.has(name)) ||
    Object.values(pkg?.scripts ?? {}).some((script) => script.includes(register) || (!hasRuntime && preloadsSetup(script))) ||
    modules.some((module) => accept.includes(module) || (!isOwnModule(module) && saysPackageTraces(packageName(module)))) ||
    isSetup(modules[0], filename, hasRuntime, analysis) ||
    (!hasRuntime && startsSetup(analysis))
  const place = pkg === null ? '' : path.relative(pkg.dir, filename).split(path.sep).join('/')
  return {
    isTraced,
    isTool: pkg !== null && ((pkg.isCommand && /\/commands?\//.test(`/${place}`)) || isReplaced(place, pkg) || isOutput(filename)),
    isGuest: pkg?.isLibrary === true || pkg?.isExtension === true || dependencies.has('electron'),
    isCommand: pkg?.isCommand === true,
    isOnEdge: dependencies.has('wrangler') || dependencies.has('@cloudflare/workers-types'),
    hasRuntime,
    dependencies,
    packageDir: pkg?.dir ?? null,
    packageType: pkg?.type ?? 'commonjs',
  }
}

/**
 * `server.js` beside `src/server.ts`, which package.json starts: the service is the other one, and this is what was before, or what a
 * compiler left. Where it starts neither, a Dockerfile may start this one.
 */
function isReplaced(place: string, pkg: Package): boolean {
  const name = /^([\w.-]+)\.[cm]?js$/.exec(place)?.[1]
  if (name === undefined || !hasSource(path.join(pkg.dir, 'src', name)) || pkg.main?.replace(/^\.\//, '') === place) return false
  const words = Object.values(pkg.scripts).flatMap(wordsOf)
  if (words.some((word) => word.replace(/^\.\//, '') === place || word === name || word === `./${name}`)) return false
  const starting = Object.entries(pkg.scripts).flatMap(([script, line]) => (script.startsWith('start') ? wordsOf(line) : []))
  const source = path.join(pkg.dir, 'src', name)
  return [...starting, ...(pkg.main === null ? [] : [pkg.main])].some((word) => sourceOf(path.join(pkg.dir, word), pkg.dir)?.replace(/\.[cm]?ts$/, '') === source)
}

function wordsOf(script: string): readonly string[] {
  return script.split(/[\s"'=]+/).filter((word) => word !== '')
}

/** `main.js` beside `main.ts`: what a compiler left. */
function isOutput(filename: string): boolean {
  const [, name] = /^(.*)\.[cm]?js$/.exec(filename) ?? []
  return name !== undefined && hasSource(name)
}

function hasSource(name: string): boolean {
  return existsSync(`${name}.ts`) || existsSync(`${name}.mts`) || existsSync(`${name}.cts`)
}

const none: ReadonlySet<string> = new Set()
const tracers = new WeakMap<ReadonlySet<string>, boolean>()

/** Does a package depend on what traces by itself? Asked by every file of it. */
function dependsOnTracer(dependencies: ReadonlySet<string>): boolean {
  const answer = tracers.get(dependencies) ?? [...dependencies].some(saysPackageTraces)
  tracers.set(dependencies, answer)
  return answer
}

const PRELOADED = /(?:--import|--require|-r)(?:=|\s+)["']?([^\s"']+)/g

/** `node --import ./instrumentation.js src/index.js`: a tracer, or a file of the project whose name says that it sets one up. */
function preloadsSetup(script: string): boolean {
  return [...script.matchAll(PRELOADED)].some(([, module = '']) => (isOwnModule(module) ? saysSetup(module) : saysPackageTraces(packageName(module))))
}

/** Does a Dockerfile, a compose file, a Procfile, a configuration of PM2 or a shell script of the package preload one? Asked where something would be reported, since it reads them. */
export function isDeployedWithSetup({ hasRuntime, packageDir }: Surroundings): boolean {
  if (packageDir === null) return false
  const { compose, dockerfiles, pm2, procfiles, shell } = deploymentFilesIn(packageDir)
  return [dockerfiles, compose, procfiles, pm2, shell].some((files) =>
    files.some((file) => {
      // `CMD ["node", "--import", "./otel.mjs"]` as a line of a shell; comments of all of them but PM2's begin alike.
      const line = textOf(file).replace(/^\s*#.*$/gm, '').replace(/[",'[\]]+/g, ' ')
      return line.includes(register) || (!hasRuntime && preloadsSetup(line))
    }),
  )
}

/**
 * The nearest package, with its parent's dependencies where it has none of its own, or takes its framework from there (one version
 * for all packages of a workspace, as Nx has it). A tool that stands at the root for all says nothing of the service.
 */
function readPackageAround(filename: string, modules: readonly string[], frameworks: readonly FrameworkDescriptor[]): ReturnType<typeof getPackage> {
  const nearest = getPackage(filename)
  if (nearest === null) return null
  const hasNone = nearest.dependencies.size === 0
  const lacks = hasNone ? [] : modules.map(packageName).filter((name) => !nearest.dependencies.has(name) && frameworks.some((row) => row.modules.some((module) => packageName(module) === name)))
  const outer = hasNone || lacks.length > 0 ? getPackage(nearest.dir) : null
  if (outer === null || outer.path === nearest.path) return nearest
  const isShared = hasNone || lacks.some((name) => outer.dependencies.has(name))
  return isShared ? { ...nearest, dependencies: new Set([...nearest.dependencies, ...outer.dependencies]) } : nearest
}

/** A known tracer, or a package of the house whose name says so (`@acme/tracing`). The bare API does nothing by itself. */
function saysPackageTraces(name: string): boolean {
  if (isTracingPackage(name)) return true
  if (name.startsWith('@opentelemetry/') || name.startsWith('@spanguard/') || name.startsWith('@types/')) return false
  return saysTracer(name)
}

/** The modules that the file loads, in the order in which they are loaded. */
function readModules({ sourceCode }: FileAnalysis): readonly string[] {
  const imported: string[] = []
  const required: string[] = []
  for (const statement of sourceCode.ast.body) {
    if (statement.type === 'ImportDeclaration' && statement.importKind !== 'type') imported.push(statement.source.value)
    if (statement.type === 'TSImportEqualsDeclaration' && statement.moduleReference.type === 'TSExternalModuleReference') {
      imported.push(statement.moduleReference.expression.value)
    }
    const expressions =
      statement.type === 'VariableDeclaration' ? statement.declarations.map(({ init }) => init)
      : statement.type === 'ExpressionStatement' ? [statement.expression]
      : []
    for (const expression of expressions) {
      const module = expression === null ? null : readRequired(expression, sourceCode)
      if (module !== null) required.push(module)
    }
  }
  return [...imported, ...required]
}

function readRequired(node: TSESTree.Node, sourceCode: FileAnalysis['sourceCode']): string | null {
  if (node.type === 'MemberExpression') return readRequired(node.object, sourceCode)
  if (node.type !== 'CallExpression') return null
  return getRequiredModule(node, sourceCode) ?? readRequired(node.callee, sourceCode)
}

/** Does the file itself make a provider or start a distribution, on whatever condition? Whether it does so early enough is `setup-first`'s to say. */
function startsSetup({ calls, sourceCode }: FileAnalysis): boolean {
  return mayHoldSetup(sourceCode.text) && calls.some((call) => /^(?:distro|provider)$/.test(readSetupCall(call, sourceCode)?.row.role ?? ''))
}

/** Is the file's first import a setup: an approved module, the runtime's register, or by its name a file that nobody here can see? */
function isSetup(first: string | undefined, filename: string, hasRuntime: boolean, analysis: FileAnalysis): boolean {
  if (first === undefined) return false
  if (first === register) return true
  const approved = (analysis.config.setup?.approved ?? []).filter((entry) => entry !== runtimePackage)
  if (approved.some((entry) => entry === first || (first.startsWith('.') && isAt(path.resolve(path.dirname(filename), first), entry)))) return true
  // With the runtime among the dependencies such a file calls `initTracing`, which leaves handlers to the middleware.
  if (hasRuntime || !isOwnModule(first)) return false
  return saysSetup(first)
}

function saysSetup(module: string): boolean {
  return module.split('/').some((part) => splitName(part).some((word) => packageWords.has(word) || word === 'instrument' || word === 'tracer'))
}

/** Is a file the one that a path of the config names? The config's folder is not known here: the last segments must agree. */
function isAt(file: string, entry: string): boolean {
  const name = (text: string): string => text.split(path.sep).join('/').replace(/\.[cm]?[jt]sx?$/, '')
  const wanted = name(path.posix.normalize(entry)).replace(/^(?:\.{1,2}\/)+/, '')
  return entry.startsWith('@') ? false : `/${name(file)}`.endsWith(`/${wanted}`)
}

function packageName(module: string): string {
  return module.split('/').slice(0, module.startsWith('@') ? 2 : 1).join('/')
}
