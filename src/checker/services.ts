import { existsSync } from 'node:fs'
import path from 'node:path'
import type { ts } from 'ts-morph'
import type { Package } from '../project/package-json.js'
import { applicationOf } from '../project/nx.js'
import { nextFolder, pageExtensions } from '../project/next-files.js'
import { getPackage } from '../project/package-json.js'
import { placeIn } from '../project/places.js'
import { existing } from '../project/source-path.js'
import { otherScriptStarts, startCommands, type StartCommand } from '../project/wiring/index.js'
import type { HandlerSite, Registrations } from './handlers/collect.js'
import type { LoadOrder, ModuleGraph } from './modules.js'
import type { Program } from './program.js'
import type { References } from './references.js'

/** One process that a package can be started as. */
export interface Entry {
  /** The file that runs first; `null` for frameworks that find their files by folder (Next.js). */
  readonly file: string | null
  /** The ways in which it is started; empty when only the code says that it is a program (it listens). */
  readonly starts: readonly StartCommand[]
  readonly order: LoadOrder
}

/** A package that runs handlers. */
export interface Service {
  readonly name: string
  readonly dir: string
  readonly package: Package | null
  readonly entries: readonly Entry[]
}

/**
 * The services of a program: packages that something starts, whose code serves, or whose files a framework loads.
 *
 * @param scope the files that services run: tests are no entries
 * @param declared `setup.entries` of the config, absolute
 */
export function findServices(program: Program, graph: ModuleGraph, references: References, registrations: Registrations, root: string, scope: ReadonlySet<string>, declared: readonly string[]): Service[] {
  const packages = new Map<string, Package | null>()
  const folderOf = (file: string): string => {
    const pkg = getPackage(file)
    const whole = pkg && (pkg.dir === root || pkg.dir.startsWith(root + path.sep) || root.startsWith(pkg.dir)) ? pkg.dir : root
    const dir = applicationOf(file, whole) ?? whole
    if (!packages.has(dir)) packages.set(dir, pkg?.dir === dir ? pkg : null)
    return dir
  }
  for (const file of program.files) folderOf(file.path)
  const loaded = new Map<string, HandlerSite[]>()
  for (const handler of registrations.handlers) {
    if (handler.object === null && isLoadedByFramework(handler)) push(loaded, folderOf(handler.file), handler)
  }
  const starting = new Map<string, Set<string>>()
  const mayStart = (node: ts.Node): void => {
    const file = node.getSourceFile().fileName
    // A library that would serve, were its function called, is no program.
    if (scope.has(file) && references.liveness(node, new Set([file]))) push2(starting, folderOf(file), file)
  }
  for (const served of registrations.served) mayStart(served.node)
  for (const object of registrations.objects) if (object.descriptor.kind !== 'app' && object.descriptor.roots.includes(object.kind)) mayStart(object.node)

  const services: Service[] = []
  for (const [dir, pkg] of [...packages].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    // Of an application in a package of several, the package's starts say how it runs.
    const whole = pkg ?? getPackage(path.join(dir, 'x'))
    const starts = [...(whole ? startCommands(whole).filter(start => (start.entry === null ? pkg !== null : folderOf(start.entry) === dir)) : []), ...registrations.deployed.flatMap(({ file, start }) => (folderOf(file) === dir ? [start] : []))]
    const entries = entriesOf(dir, starts, loaded.get(dir) ?? [])
    const reached = new Set(entries.flatMap(entry => [...entry.order.files.keys()]))
    // What listens and is reached by no start is a program of its own; one that another of them loads is part of that one.
    const loose = [...(starting.get(dir) ?? [])].filter(file => !reached.has(file))
    const loads = new Map(loose.map(file => {
      const { files } = graph.loadOrder([file])
      return [file, new Set(loose.filter(other => files.has(other)))]
    }))
    const heads = loose.filter(file => !loose.some(other => other !== file && loads.get(other)?.has(file) === true && loads.get(file)?.has(other) !== true))
    const others = pkg && heads.length > 0 ? otherScriptStarts(pkg) : []
    const isStarted = entries.length > 0
    for (const file of heads) {
      const order = graph.loadOrder([file])
      const own = others.filter(start => start.entry === file)
      // A server for tests and tools, beside a service that has its start, ships nowhere; nor does one that shares no code with it.
      if (isStarted && (isTool(path.relative(dir, file)) || (own.length === 0 && ![...order.files.keys()].some(one => reached.has(one))))) continue
      entries.push({ file, starts: own, order })
    }
    if (entries.length > 0) services.push({ name: pkg?.name !== undefined && pkg.name !== '' ? pkg.name : path.basename(dir), dir, package: pkg, entries })
  }
  return withUniqueNames(services, root)

  function entriesOf(dir: string, starts: readonly StartCommand[], fileHandlers: readonly HandlerSite[]): Entry[] {
    const entries: Entry[] = []
    const byFile = new Map<string, StartCommand[]>()
    for (const start of starts) if (start.entry !== null && scope.has(start.entry)) push(byFile, start.entry, start)
    for (const file of declared) if (folderOf(file) === dir && program.file(file) && !byFile.has(file)) byFile.set(file, [])
    const isOnlyScript = (file: string, own: readonly StartCommand[]): boolean => own.length > 0 && isTool(path.relative(dir, file)) && own.every(start => path.basename(start.place.file) === 'package.json')
    const shipped = [...byFile].filter(([file, own]) => !isOnlyScript(file, own))
    for (const [file, own] of shipped.length > 0 ? shipped : byFile) entries.push({ file, starts: own, order: graph.loadOrder([file], lateFiles(dir, file)) })
    const nextFiles = fileHandlers.filter(handler => handler.descriptor.name === 'next').map(handler => handler.file).filter(file => isServedByNext(dir, file))
    if (nextFiles.length > 0) {
      const own = starts.filter(start => start.runner === 'next')
      const hook = nextHook(dir)
      const custom = [...byFile.keys()].filter(file => graph.importsOf(file).some(imported => imported.specifier === 'next'))
      entries.push({ file: null, starts: own, order: graph.loadOrder([...(hook === null ? [] : [hook]), ...custom], nextFiles) })
    }
    const routeFiles = fileHandlers.filter(handler => handler.descriptor.name === 'remix').map(handler => handler.file)
    if (routeFiles.length > 0 && !entries.some(entry => routeFiles.some(file => entry.order.files.has(file)))) {
      // `remix-serve` and `react-router-serve` bring a server of their own.
      const server = first([path.join(dir, 'app', 'entry.server')])
      entries.push({ file: null, starts: starts.filter(start => start.runner === 'remix'), order: graph.loadOrder(server === null ? [] : [server], routeFiles) })
    }
    // Where a file names the functions, a function that it leaves out is deployed by nothing.
    const isDeclared = starts.some(start => start.runner === 'lambda')
    const lambdas = isDeclared ? [] : fileHandlers.filter(handler => handler.descriptor.name === 'aws-lambda' && !byFile.has(handler.file)).map(handler => handler.file)
    for (const file of new Set(lambdas)) entries.push({ file, starts: starts.filter(start => start.entry === file), order: graph.loadOrder([file]) })
    return entries
  }

  /** `instrumentation` of the project or of `src`: webpack's build takes the one beside `pages` or `app`, Turbopack's either. */
  function nextHook(dir: string): string | null {
    const folders = [dir, path.join(dir, 'src')]
    const extensions = pageExtensions(path.join(dir, 'instrumentation'))
    return folders.flatMap(one => extensions.map(extension => path.join(one, `instrumentation.${extension}`))).find(file => program.file(file) !== null) ?? null
  }

  /** Files that a server loads from a bundle: Remix and React Router build `app/` into one that the server imports. */
  function lateFiles(dir: string, entry: string): string[] {
    const isBundled = graph.importsOf(entry).some(imported => /^@(?:remix-run|react-router)\/(?:express|node|serve|server-runtime|architect|cloudflare)$/u.test(imported.specifier))
    if (!isBundled) return []
    const app = path.join(dir, 'app') + path.sep
    const entries = ['entry.server', 'root'].flatMap(name => existing(path.join(app, name)) ?? [])
    return [...entries, ...program.files.map(file => file.path).filter(file => file.startsWith(`${app}routes${path.sep}`))]
  }

  function first(stems: readonly string[]): string | null {
    for (const stem of stems) {
      const file = existing(stem)
      if (file !== null && program.file(file)) return file
    }
    return null
  }
}

/** Next.js looks for `app` and `pages` in its own folder and in `src`; another folder says by its config that it is one. A template says so too, and is none. */
function isServedByNext(dir: string, file: string): boolean {
  const inner = path.relative(dir, file).split(path.sep)
  const at = inner[0] === 'src' ? 1 : 0
  const name = inner[at]
  if (at === 1 && (name === 'app' || name === 'pages') && nextFolder(dir, name) === dir) return false
  if (inner[at] === 'app' || inner[at] === 'pages' || (inner.length <= at + 2 && at < inner.length)) return true
  const own = inner.findIndex(name => name === 'app' || name === 'pages')
  if (own === -1 || isTool(path.relative(dir, file))) return own === -1
  const folder = path.join(dir, ...inner.slice(0, own))
  return [folder, path.dirname(folder)].some(one => ['js', 'mjs', 'cjs', 'ts', 'mts'].some(extension => existsSync(path.join(one, `next.config.${extension}`))))
}

/** Below a folder that is kept for the work on a service, by its path in the service's own folder. */
function isTool(file: string): boolean {
  return placeIn(file.split(path.sep).slice(0, -1)) !== null
}

/** Next.js, Remix, Lambda: exports that a platform calls. Decorated classes and procedures are reached through their program. */
function isLoadedByFramework(handler: HandlerSite): boolean {
  return handler.descriptor.exports !== undefined
}

function withUniqueNames(services: readonly Service[], root: string): Service[] {
  const count = new Map<string, number>()
  for (const service of services) count.set(service.name, (count.get(service.name) ?? 0) + 1)
  return services.map(service => ((count.get(service.name) ?? 0) > 1 ? { ...service, name: `${service.name} (${path.relative(root, service.dir) || '.'})` } : service))
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const group = map.get(key)
  if (group) group.push(value)
  else map.set(key, [value])
}

function push2<K, V>(map: Map<K, Set<V>>, key: K, value: V): void {
  const group = map.get(key)
  if (group) group.add(value)
  else map.set(key, new Set([value]))
}
