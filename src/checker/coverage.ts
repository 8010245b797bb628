import path from 'node:path'
import * as ts from './ts.js'
import type { Config } from '@spanguard/policy'
import { isTracingPackage } from '../frameworks/index.js'
import type { Preload, StartCommand } from '../project/wiring/index.js'
import { behindServers, isCarried } from './behind.js'
import { unwrap, type Evaluator } from './evaluate.js'
import type { HandlerSite, Mount } from './handlers/collect.js'
import { fullRoute } from './handlers/full-route.js'
import type { Join, ServedBy } from './handlers/join.js'
import { isExport, type FrameworkObject } from './handlers/objects.js'
import type { ModuleGraph } from './modules.js'
import { fileOf, step, stepAt, type Step } from './places.js'
import type { Program } from './program.js'
import type { References } from './references.js'
import type { Entry, Service } from './services.js'
import { effectOfPreload, instrumentationsOfPreload, instruments, servedBy, setupName, standsOnHttp, startsSpan, type Environment, type Instrumentation, type SetupSite } from './setup/find.js'
import { unpatchedImport } from './setup/esm.js'
import { nativelyTraced, type SetupEffect } from './setup/table.js'
import { isApproved, nameText, usesProvider, wrapperOf } from './wrappers.js'
import { withinRequest } from './within-request.js'

/** What traces a process as a whole. */
export interface ProcessTracing {
  readonly effect: SetupEffect
  /** For messages: `NodeSDK of @opentelemetry/sdk-node`, `--require ./tracing.js`. */
  readonly by: string
  readonly steps: readonly Step[]
  /** The package or path that does it. */
  readonly module: string
  /** Set when the program itself does it. */
  readonly site: SetupSite | null
  readonly conditional: boolean
  /** It exports the spans that are made. */
  readonly provides: boolean
  /** The packages of the instrumentations that it switches on; `null` where that is not known. */
  readonly instrumentations: readonly Instrumentation[] | null
  /** The variables of each start that it happens in. */
  readonly environments: readonly Environment[]
}

/** Is a handler traced, by what, and how that is known. */
export interface HandlerVerdict {
  readonly site: HandlerSite
  /** As it is asked for: with the paths that its router is mounted under. */
  readonly route: string | null
  readonly service: Service
  readonly entry: Entry
  readonly served: ServedBy | null
  readonly status: 'traced' | 'untraced' | 'other-apm' | 'ignored'
  /** What traces it, or why nothing does. */
  readonly by: string
  readonly steps: readonly Step[]
  /** Traced only when a condition holds. */
  readonly conditional: boolean
  /** The verdict on the server of another framework that carries its requests. */
  readonly behind?: HandlerVerdict
}

export interface CoverageInput {
  readonly services: readonly Service[]
  readonly handlers: readonly HandlerSite[]
  readonly objects: readonly FrameworkObject[]
  readonly join: Join
  readonly setups: readonly SetupSite[]
  readonly program: Program
  readonly graph: ModuleGraph
  readonly references: References
  readonly evaluator: Evaluator
  readonly config: Config
  /** Approved modules of the config as absolute paths and package names. */
  readonly approved: ReadonlySet<string>
}

/** Everything that sets up tracing in a process, the strongest first. */
export function processTracing(entry: Entry, input: Pick<CoverageInput, 'setups' | 'graph' | 'references' | 'config'>): ProcessTracing[] {
  const found: ProcessTracing[] = []
  const starts = relevantStarts(entry.starts)
  for (const start of starts) for (const preload of start.preloads) found.push(...ofPreload(preload, start.variables ?? {}, input))
  const files = new Set(entry.order.files.keys())
  for (const site of input.setups) {
    if (!files.has(site.file)) continue
    const way = input.references.liveness(site.node, files)
    if (!way) continue
    found.push({
      effect: site.effect,
      by: setupName(site),
      module: site.module,
      site,
      provides: site.provides,
      instrumentations: site.instrumentations,
      environments: starts.map(start => start.variables ?? {}),
      conditional: site.conditional || isBehindCondition([...way, ...entry.order.chainTo(site.file).map(imported => imported.node)]),
      steps: [...entry.order.chainTo(site.file).map(imported => step(imported.node, `imports ${imported.specifier}`)), ...way.map((node, i) => step(node, i === 0 ? `sets up ${site.name}` : 'calls it'))],
    })
  }
  const rank = { instruments: 0, provider: 1, apm: 2 }
  return found.toSorted((a, b) => rank[a.effect] - rank[b.effect])
}

/** Starts that say something of the running service: those of development only where there are no others. */
export function relevantStarts(starts: readonly StartCommand[]): readonly StartCommand[] {
  const production = starts.filter(start => start.stage === 'production')
  return production.length > 0 ? production : starts
}

function ofPreload(preload: Preload, variables: Environment, input: Pick<CoverageInput, 'setups' | 'graph' | 'references'>): ProcessTracing[] {
  const text = preload.how === 'platform' ? preload.module : preload.how === 'layer' ? `the layer ${preload.module}` : `${preload.how} ${preload.file !== null && path.isAbsolute(preload.module) ? path.basename(preload.file) : preload.module}`
  const first = stepAt(preload.place, `loads ${preload.module} first`)
  const effect = effectOfPreload(preload)
  if (effect) return [{ effect, by: text, module: preload.module, steps: [first], site: null, conditional: false, provides: true, instrumentations: instrumentationsOfPreload(preload), environments: [variables] }]
  if (preload.file === null) return []
  const files = new Set(input.graph.loadOrder([preload.file]).files.keys())
  return input.setups.flatMap(site => {
    const way = files.has(site.file) ? input.references.liveness(site.node, files) : null
    return way ? [{ effect: site.effect, by: text, module: site.module, steps: [first, ...way.map(node => step(node, `sets up ${site.name}`))], site: null, conditional: site.conditional, provides: site.provides, instrumentations: site.instrumentations, environments: [variables] }] : []
  })
}

/** The verdict on every handler of every service. Handlers that no service reaches are left out. */
export function judgeHandlers(input: CoverageInput): HandlerVerdict[] {
  const verdicts: HandlerVerdict[] = []
  const tracings = new Map<Entry, readonly ProcessTracing[]>()
  for (const service of input.services) {
    for (const handler of input.handlers) {
      const found: HandlerVerdict[] = []
      for (const entry of service.entries) {
        const served = servingRoot(handler, service, entry, input)
        if (served === undefined) continue
        const tracing = tracings.get(entry) ?? processTracing(entry, input)
        tracings.set(entry, tracing)
        found.push(judge(handler, service, entry, served, tracing, input))
      }
      const order = { traced: 0, ignored: 1, 'other-apm': 2, untraced: 3 }
      const [best] = found.toSorted((a, b) => order[a.status] - order[b.status])
      if (best) verdicts.push(best)
    }
  }
  return behindServers(verdicts).map(verdict => withinRequest(verdict, verdicts, input.evaluator))
}

/** The app of this process that serves a handler; `null` when a framework does, `undefined` when the process does not. */
function servingRoot(handler: HandlerSite, service: Service, entry: Entry, input: CoverageInput): ServedBy | null | undefined {
  const { files } = entry.order
  if (!files.has(handler.file)) return undefined
  if (handler.descriptor.exports) return handler.descriptor.name === 'next' ? (entry.file === null ? null : undefined) : null
  if (!handler.object) {
    // Decorated methods belong to the app of their framework that the process makes.
    const root = input.objects.find(object => object.descriptor === handler.descriptor && object.descriptor.roots.includes(object.kind) && files.has(object.node.getSourceFile().fileName))
    return root ? (input.join.rootsOf(root)[0] ?? { root, mounts: [] }) : null
  }
  const roots = input.join.rootsOf(handler.object)
  for (const served of roots) {
    const file = fileOf(served.root.node)
    if (file && !files.has(file.fileName)) continue
    if (isForeign(served.root, service) && !input.references.liveness(served.root.node, files)) continue
    return served
  }
  if (roots.length > 0) return undefined
  if (isCarried(handler.descriptor.name, entry)) return null
  // A part that nothing is known to mount belongs to the program whose package it stands in; of an object that only a type names,
  // the registration is the place.
  const isElsewhere = handler.object.made ? isForeign(handler.object, service) : !handler.file.startsWith(service.dir)
  return isElsewhere || handler.object.descriptor.kind === 'server' ? undefined : null
}

function isForeign(object: FrameworkObject, service: Service): boolean {
  return !(fileOf(object.node)?.fileName ?? service.dir).startsWith(service.dir)
}

function judge(handler: HandlerSite, service: Service, entry: Entry, served: ServedBy | null, tracing: readonly ProcessTracing[], input: CoverageInput): HandlerVerdict {
  const route = fullRoute(handler, served, input.evaluator)
  const base = { site: handler, route, service, entry, served }
  if (isIgnored(handler, route, input.config)) return { ...base, status: 'ignored', by: 'handlers.ignore of the config', steps: [], conditional: false }
  if (input.config.setup?.preload === true) return { ...base, status: 'traced', by: 'setup.preload of the config', steps: [], conditional: false }
  const isExported = tracing.some(one => one.provides)
  const nowhere = (by: string, steps: readonly Step[]): HandlerVerdict => ({ ...base, status: 'untraced', by: `${by} makes spans, but nothing in the process exports them`, steps, conditional: false })
  const wrapped = wrapperOf(handler, input)
  if (wrapped?.needsProvider === true && !isExported) return nowhere(wrapped.by, [wrapped.step])
  if (wrapped) return { ...base, status: 'traced', by: wrapped.by, steps: [wrapped.step], conditional: false }
  const middleware = served ? middlewareFor(handler, served, input) : null
  if (middleware?.needsProvider === true && !isExported) return nowhere(middleware.by, [step(middleware.node, 'makes the spans'), ...mountSteps(served)])
  if (middleware) return { ...base, status: 'traced', by: middleware.by, steps: [step(middleware.node, 'traces what is registered after it'), ...mountSteps(served)], conditional: isInCondition(middleware.node) }
  const server = tracing.find(one => servedBy(one.module).includes(handler.descriptor.name))
  if (server) return { ...base, status: 'traced', by: server.by, steps: server.steps, conditional: server.conditional }
  const { name, kind, label } = handler.descriptor
  const strongest = tracing.find(one => one.effect === 'instruments' && instruments(one.instrumentations, name, kind, one.environments)) ?? (nativelyTraced.has(name) ? tracing.find(one => one.effect === 'provider') : undefined)
  const unpatched = strongest ? unpatchedImport(name, tracing.filter(one => one.effect === 'instruments').map(one => one.module), entry, input.program, input.graph) : null
  if (strongest && unpatched) {
    return { ...base, status: 'untraced', by: `${strongest.by} is set up, but cannot change what an ES module imports without a loader hook`, steps: [...strongest.steps, step(unpatched, 'is imported by an ES module')], conditional: false }
  }
  if (strongest && !isExported) return nowhere(strongest.by, strongest.steps)
  if (strongest) return { ...base, status: 'traced', by: strongest.by, steps: strongest.steps, conditional: strongest.conditional }
  const apm = tracing.find(one => one.effect === 'apm')
  if (apm) return accepted(apm, input.config) ? { ...base, status: 'traced', by: apm.by, steps: apm.steps, conditional: apm.conditional } : { ...base, status: 'other-apm', by: apm.by, steps: apm.steps, conditional: false }
  const late = served ? lateMiddleware(handler, served, input) : null
  if (late) return { ...base, status: 'untraced', by: `${late.by} is registered only after it`, steps: [step(late.node, 'traces only what is registered after it'), ...mountSteps(served)], conditional: false }
  // What instruments something else, or only makes spans possible.
  const provider = tracing.find(one => one.effect !== 'apm')
  const by = provider ? `${provider.by} is set up, but nothing instruments ${provider.effect === 'instruments' && standsOnHttp(name) ? `node:http, on which ${label} stands` : label}` : 'nothing sets up tracing before it'
  return { ...base, status: 'untraced', by, steps: [...(provider?.steps ?? []), ...mountSteps(served)], conditional: false }
}

function accepted(apm: ProcessTracing, config: Config): boolean {
  return (config.setup?.accept ?? []).some(name => apm.by.includes(name))
}

function mountSteps(served: ServedBy | null): Step[] {
  return (served?.mounts ?? []).map(mount => step(mount.node, 'is mounted here'))
}

/** `GET /healthz` of `handlers.ignore`: a method and a route, or a route alone; `*` at the end takes in what follows. */
function isIgnored(handler: HandlerSite, whole: string | null, config: Config): boolean {
  return (config.handlers?.ignore ?? []).some(pattern => {
    const [first = '', second] = pattern.trim().split(/\s+/u)
    const [method, route] = second === undefined ? [null, first] : [first.toUpperCase(), second]
    if (method !== null && handler.method !== null && handler.method !== '*' && method !== handler.method) return false
    return [handler.route, whole].some(own => (route.endsWith('*') ? (own ?? '').startsWith(route.slice(0, -1)) : own === route))
  })
}

interface TracingMount {
  readonly node: ts.Node
  readonly by: string
  readonly needsProvider: boolean
}

/** The tracing middleware that stands before a handler, on its own object or on one that it is mounted on. */
function middlewareFor(handler: HandlerSite, served: ServedBy, input: CoverageInput): TracingMount | null {
  let before: ts.Node = handler.node
  let object: FrameworkObject | null = handler.object
  for (const mount of [...served.mounts, null]) {
    for (let at = object; at; at = at.parent) {
      const found = tracingMount(at, before, input)
      if (found) return found
    }
    if (!mount) break
    object = mount.parent
    before = mount.node
  }
  const root = tracingMount(served.root, before, input) ?? rootModuleTracing(served.root, input) ?? creationTracing(served.root, input)
  return root
}

/** A tracing middleware on the handler's object or its app that comes too late for it. */
function lateMiddleware(handler: HandlerSite, served: ServedBy, input: CoverageInput): TracingMount | null {
  const objects = [handler.object, ...served.mounts.map(mount => mount.parent), served.root].filter(object => object !== null)
  for (const object of objects) {
    const found = tracingMount(object, null, input)
    if (found) return found
  }
  return null
}

/** @param before what must come after the middleware; `null` for any place */
function tracingMount(object: FrameworkObject, before: ts.Node | null, input: CoverageInput): TracingMount | null {
  for (const mount of input.join.mountsOn(object)) {
    if (before && object.descriptor.ordered === true && !comesBefore(mount, before)) continue
    for (const argument of mount.arguments) {
      const tracer = tracerOf(argument, object, input)
      if (tracer) return { node: mount.node, ...tracer }
    }
  }
  return null
}

/** What traces, when a middleware's argument does. */
function tracerOf(argument: ts.Expression, object: FrameworkObject, input: CoverageInput): Omit<TracingMount, 'node'> | null {
  const { evaluator } = input
  const plain = unwrap(argument)
  const entity = evaluator.evaluate(plain)
  const callee = entity.kind === 'result' ? entity.callee : entity
  const owner = callee.kind === 'member' && callee.of.kind === 'result' ? callee.of.callee : callee
  const shown = nameText(ts.isCallExpression(plain) ? plain.expression : plain)
  if (isApproved(ts.isCallExpression(plain) ? plain.expression : plain, input)) return { by: shown, needsProvider: false }
  if (isExport(callee, object.descriptor.tracedBy) || isExport(owner, object.descriptor.tracedBy)) return { by: shown, needsProvider: usesProvider(callee) || usesProvider(owner) }
  if (callee.kind === 'export' && isTracingModule(callee.module) && ts.isCallExpression(plain)) return { by: shown, needsProvider: true }
  if (entity.kind === 'function' && startsSpan(entity.node, evaluator, 1)) return { by: shown, needsProvider: true }
  return null
}

/** Middleware of a package that traces (`@hono/otel`), whether or not the framework's row names it. */
function isTracingModule(module: string): boolean {
  return /otel|opentelemetry/iu.test(module) && isTracingPackage(/^(?:@[^/]+\/)?[^/]+/u.exec(module)?.[0] ?? module)
}

/** What traces among the options that an object is made with: `new Server({ interceptors: [tracingServerInterceptor()] })`. */
function creationTracing(root: FrameworkObject, input: CoverageInput): TracingMount | null {
  const property = root.descriptor.insert?.option?.property
  if (property === undefined || !(ts.isNewExpression(root.node) || ts.isCallExpression(root.node))) return null
  for (const argument of root.node.arguments ?? []) {
    const entity = input.evaluator.evaluate(argument)
    const options = entity.kind === 'value' ? entity.node : unwrap(argument)
    if (!ts.isObjectLiteralExpression(options)) continue
    for (const given of options.properties) {
      if (!ts.isPropertyAssignment(given) || given.name.getText() !== property) continue
      const list = unwrap(given.initializer)
      for (const element of ts.isArrayLiteralExpression(list) ? list.elements : []) {
        const tracer = tracerOf(ts.isSpreadElement(element) ? element.expression : element, root, input)
        if (tracer) return { node: element, ...tracer }
      }
    }
  }
  return null
}

/** Nest: a tracing module in the `imports` of the root module, or of one that it imports. */
function rootModuleTracing(root: FrameworkObject, input: CoverageInput): TracingMount | null {
  const { rootModule } = root.descriptor
  if (!rootModule || !ts.isCallExpression(root.node)) return null
  const argument = root.node.arguments[rootModule.argument]
  const seen = new Set<ts.Node>()
  const visit = (expression: ts.Expression, depth: number): TracingMount | null => {
    const entity = input.evaluator.evaluate(expression)
    const callee = entity.kind === 'result' ? entity.callee : entity
    const owner = callee.kind === 'export' && callee.path.length > 1 ? { ...callee, path: callee.path.slice(0, -1) } : callee
    if (isExport(callee, root.descriptor.tracedBy) || isExport(owner, root.descriptor.tracedBy)) return { node: expression, by: nameText(expression), needsProvider: usesProvider(callee) }
    if (entity.kind !== 'class' || seen.has(entity.node) || depth > 6 || !ts.canHaveDecorators(entity.node)) return null
    seen.add(entity.node)
    for (const decorator of ts.getDecorators(entity.node) ?? []) {
      if (!ts.isCallExpression(decorator.expression) || !isExport(input.evaluator.evaluate(decorator.expression.expression), [rootModule.decorator])) continue
      const [options] = decorator.expression.arguments
      if (!options || !ts.isObjectLiteralExpression(options)) continue
      for (const property of options.properties) {
        if (!ts.isPropertyAssignment(property) || property.name.getText() !== rootModule.list || !ts.isArrayLiteralExpression(property.initializer)) continue
        for (const element of property.initializer.elements) {
          const found = visit(ts.isSpreadElement(element) ? element.expression : element, depth + 1)
          if (found) return found
        }
      }
    }
    return null
  }
  return argument ? visit(argument, 0) : null
}

/** In one function the place decides; what stands in two functions or files may run in any order, which is taken as right. */
function comesBefore(mount: Mount, node: ts.Node): boolean {
  if (mount.node.getSourceFile() !== node.getSourceFile() || functionOf(mount.node) !== functionOf(node)) return true
  return mount.node.end <= node.end && mount.node !== node
}

function functionOf(node: ts.Node): ts.Node {
  let at = node.parent
  while (!ts.isSourceFile(at) && !ts.isFunctionLike(at)) at = at.parent
  return at
}

function isInCondition(node: ts.Node): boolean {
  for (let at = node; !ts.isSourceFile(at) && !ts.isFunctionLike(at); at = at.parent) {
    // Next.js runs `register` once for each runtime; asking for the right one is no condition.
    if (ts.isIfStatement(at.parent) && at.parent.expression !== at && !/NEXT_RUNTIME/u.test(at.parent.expression.getText())) return true
  }
  return false
}

function isBehindCondition(way: readonly ts.Node[]): boolean {
  return way.some(isInCondition)
}
