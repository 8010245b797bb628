import path from 'node:path'

import { splitName } from '@spanguard/policy'
import type { TSESTree } from '@typescript-eslint/types'

import { isTracingPackage } from '../../frameworks/index.js'
import { getPackage } from '../../project/package-json.js'
import { packageWords } from '../../project/tracing-library.js'
import { getRequiredModule, isOwnModule } from '../imports.js'
import type { FileAnalysis } from '../index.js'

/** What stands around a file and says whether its handlers are traced by something that the file does not show. */
export interface Surroundings {
  /** The package, the config or the file's first import traces them: the checker's to judge. */
  readonly isTraced: boolean
  /** The package is a command, which somebody runs on a machine of their own. */
  readonly isCommand: boolean
  /** A developer's script, benchmark or command, which no service runs, or a template of one. */
  readonly isTool: boolean
  /** The package is a library, runs inside an editor or on somebody's desk (Electron): who installs it decides what traces it. */
  readonly isGuest: boolean
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

/** Folders of a package whose programs serve its developers and readers. */
const toolFolder = /\/(?:bench|benchmark|benchmarks|docs|(?:[\w-]+-)?fixtures|scripts)\//

/** Folders that stand beside a project's programs, often packages of their own. */
const standsApart = /^(?:(?:[\w-]+-)?backups|(?:[\w-]+-)?bench(?:marks?)?|docs|(?:[\w-]+-)?mocks?(?:-[\w-]+)?|(?:[a-z]\w*M|m)ock(?:s|[A-Z]\w*)?|templates?|testapps?|testing|test-(?:agents?|apps?|bots?|clients?|servers?|services?|utils)|\w[\w-]*-tests?)$/

/** Folders of programs that show how something else is used: nobody runs them as a service. */
const showFolder = /^(?:[\w-]+-)?(?:demos?|examples?|playgrounds?|samples?|tutorials?)$/

/**
 * Does a file stand among the examples, mocks or tools of the project that is linted? Where an example is linted by itself it is the project.
 *
 * @param filename absolute path of the file
 * @param folder absolute path of the folder that the linter runs in
 */
export function isShown(filename: string, folder: string): boolean {
  const folders = path.relative(folder, filename).split(path.sep).slice(0, -1)
  return folders[0] !== '..' && folders.some((name) => name === 'scripts' || showFolder.test(name) || standsApart.test(name))
}

/** @param filename absolute path of the file */
export function readSurroundings(filename: string, analysis: FileAnalysis): Surroundings {
  const pkg = readPackageAround(filename)
  const dependencies = pkg?.dependencies ?? none
  const hasRuntime = dependencies.has(runtimePackage)
  const { accept = [], entries = [], preload = false } = analysis.config.setup ?? {}
  const modules = readModules(analysis)
  const isTraced =
    preload ||
    (entries.length > 0 && (!hasRuntime || entries.some((entry) => isAt(filename, entry)))) ||
    dependsOnTracer(dependencies) ||
    accept.some((name) => dependencies.has(name)) ||
    Object.values(pkg?.scripts ?? {}).some((script) => script.includes(register) || (!hasRuntime && preloadsSetup(script))) ||
    modules.some((module) => accept.includes(module) || (!isOwnModule(module) && saysPackageTraces(packageName(module)))) ||
    isSetup(modules[0], filename, hasRuntime, analysis)
  const place = pkg === null ? '' : path.relative(pkg.dir, filename).split(path.sep).join('/')
  return { isTraced, isTool: toolFolder.test(`/${place}`) || isTemplate(filename) || (pkg?.isCommand === true && /\/commands?\//.test(`/${place}`)), isGuest: pkg?.isLibrary === true || pkg?.isExtension === true || dependencies.has('electron'), isCommand: pkg?.isCommand === true, hasRuntime, dependencies, packageDir: pkg?.dir ?? null, packageType: pkg?.type ?? 'commonjs' }
}

/** What a generator copies into a new project, a page shows, a suite of tests or a benchmark starts or imitates, stands in a folder of that name below the project's package.json, often with one of its own. */
function isTemplate(filename: string): boolean {
  let top = getPackage(filename)?.dir ?? path.dirname(filename)
  for (let outer = getPackage(top); outer !== null && outer.dir !== top; outer = getPackage(top)) top = outer.dir
  return path.relative(top, filename).split(path.sep).slice(0, -1).some((folder) => standsApart.test(folder))
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

/** The nearest package that has dependencies: a package.json without any lets its parent's stand for it. */
function readPackageAround(filename: string): ReturnType<typeof getPackage> {
  const nearest = getPackage(filename)
  if (nearest === null || nearest.dependencies.size > 0) return nearest
  const outer = getPackage(nearest.dir)
  return outer === null || outer.path === nearest.path ? nearest : { ...nearest, dependencies: outer.dependencies }
}

/** A known tracer, or a package of the house whose name says so (`@acme/tracing`). The bare API does nothing by itself. */
function saysPackageTraces(name: string): boolean {
  if (isTracingPackage(name)) return true
  if (name.startsWith('@opentelemetry/') || name.startsWith('@spanguard/') || name.startsWith('@types/')) return false
  return splitName(name.replace(/[@/]/g, '.')).some((word) => packageWords.has(word))
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
