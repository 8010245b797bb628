import { splitName } from '@spanguard/policy'
import type { TSESTree } from '@typescript-eslint/types'

import type { FrameworkDescriptor } from '../../frameworks/index.js'
import { getEnclosingFunction, getMemberName, isFunction, unwrap } from '../bindings.js'
import { isCalledByNobody } from '../../project/callers.js'
import { findHandlers, type FileHandlers } from '../handlers.js'
import { isOwnModule, resolveReference } from '../imports.js'
import type { FileAnalysis } from '../index.js'
import { findHosts, type Host, isGivenToRoutes } from './hosts.js'
import { rootOf } from './objects.js'
import { findLocalFunction, type HandlerCall, isMachinery, type MiddlewareCall } from './registrations.js'
import { isErrand, isLeftAtOnce } from './errands.js'
import { type RootModule, readRootModule } from './root-module.js'
import { isDeployedWithSetup, readSurroundings, type Surroundings } from './surroundings.js'
import { isStartingName } from '../setup/starting-names.js'
import { isNamedForTracing, isTracing, isTracingExport } from './tracing.js'

/** A handler, or an app full of them, that nothing traces as far as the file and its package show. */
export type Untraced =
  | {
      readonly kind: 'app' | 'server'
      readonly framework: FrameworkDescriptor
      readonly at: TSESTree.Node
      readonly host: Host
      /** How many routes or handlers; null where they stand in other files. */
      readonly count: number | null
      readonly rootModule: RootModule | null
    }
  | {
      readonly kind: 'late'
      readonly framework: FrameworkDescriptor
      readonly at: TSESTree.Node
      readonly count: number
      /** The first call that traces what comes after it. */
      readonly tracing: TSESTree.Node
    }
  | {
      readonly kind: 'consumer' | 'function'
      readonly framework: FrameworkDescriptor
      readonly at: TSESTree.Node
      /** The callbacks to wrap. */
      readonly callbacks: readonly TSESTree.Node[]
      /** What is consumed, where the call says so: a queue's or topic's name. */
      readonly path: TSESTree.Node | null
      /** The name under which a function is exported. */
      readonly exported: string | null
    }

/**
 * What a file shows to be untraced. Empty where only the whole program can tell.
 *
 * @param filename absolute path of the file
 * @param proven the whole program has shown that nothing outside the file traces it, whatever its package depends on
 */
export function findUntraced(analysis: FileAnalysis, filename: string, proven = false): { readonly found: readonly Untraced[]; readonly around: Surroundings } | null {
  const file = findHandlers(analysis, filename)
  if (file === null || (file.calls.length === 0 && file.exported.length === 0 && !hasRoots(file, analysis))) return null
  const around = readSurroundings(filename, file.frameworks, analysis)
  if (((around.isTraced || around.isGuest) && !proven) || around.isTool) return null
  const hosts = findHosts(file, analysis)
  // A function that serves an app of the same file is traced by that app's middleware.
  const hasApp = hosts.some(({ object }) => object.framework.kind === 'app')
  const found = [
    ...hosts.flatMap((host) => judgeHost(host, hosts, file, filename, around, analysis)),
    ...file.calls.flatMap((call) => judgeConsumer(call, analysis)),
    ...(file.functionsTraced || hasApp ? [] : file.exported.flatMap((exported) => judgeExport(exported, analysis))),
  ]
  if (!proven && found.length > 0 && isDeployedWithSetup(around)) return null
  const running = proven ? found : found.filter(({ at, kind }) => kind === 'function' || !isNeverRun(at, filename))
  return { found: running.sort((a, b) => a.at.range[0] - b.at.range[0]), around }
}

/** Does it stand in a function or a class at the top of the file, which nobody in the repository calls or makes? */
function isNeverRun(at: TSESTree.Node, filename: string): boolean {
  let statement = at
  let home: TSESTree.Node | null = null
  for (;;) {
    if (isFunction(statement) || statement.type === 'ClassDeclaration') home = statement
    if (statement.parent == null || statement.parent.type === 'Program') break
    statement = statement.parent
  }
  const name = home === null || statement.type === 'ExportDefaultDeclaration' ? null : nameOfHome(home)
  return name !== null && isCalledByNobody(name, filename)
}

/** `function startWorkers() {}`, `const startWorkers = () => {}`, `class OrderServer {}`. Classes with decorators are found by those. */
function nameOfHome(home: TSESTree.Node): string | null {
  // ESLint's own parser knows no decorators.
  if (home.type === 'ClassDeclaration') return (home.decorators as readonly TSESTree.Decorator[] | undefined)?.length ? null : (home.id?.name ?? null)
  if (home.type === 'FunctionDeclaration') return home.id?.name ?? null
  return home.parent?.type === 'VariableDeclarator' && home.parent.init === home && home.parent.id.type === 'Identifier' ? home.parent.id.name : null
}

/** NestJS: the handlers of an app stand in classes, so that nothing is called on it. */
function hasRoots(file: FileHandlers, analysis: FileAnalysis): boolean {
  return file.frameworks.some((row) => row.rootModule !== undefined) && analysis.calls.some((call) => file.finder.objectOf(call) !== null)
}

function judgeHost(
  host: Host,
  hosts: readonly Host[],
  file: FileHandlers,
  filename: string,
  around: Surroundings,
  analysis: FileAnalysis,
): Untraced[] {
  const { object } = host
  const { framework } = object
  if (framework.kind === 'consumer' || framework.kind === 'function' || host.isPart) return []
  if (framework.partsLookAlike === true && !host.isServed && host.isGivenAway) return []
  const at = unwrap(object.creation.callee)
  const rootModule = framework.rootModule === undefined ? null : readRootModule(object, filename, around, analysis)
  if (framework.rootModule !== undefined && rootModule === null) return []
  const tracing = host.middleware.find((call) => isMiddlewareTracing(call, analysis))
  // Most apps are traced first of all: of those nothing else is asked.
  if (tracing !== undefined && ![...host.handlers, ...host.mounts].some(({ node }) => node.range[0] < tracing.node.range[0])) return []
  if (isErrand(host, file, around, analysis)) return []
  if (isPassedToTracer(host, around, analysis) || object.creation.arguments.some((argument) => !isFunction(argument) && isTracing(argument, framework, analysis))) return []
  if (isStartedBefore(object.creation, around, analysis)) return []
  const handlers = host.handlers.filter((call) => !isHandlerTraced(call, file, hosts, analysis))
  const routes = [...handlers, ...host.mounts.filter((call) => !isMiddlewareTracing(call, analysis))]
  if (tracing !== undefined) return judgeOrder(routes, tracing, framework)
  const isFilledElsewhere = rootModule !== null || (routes.length === 0 && framework.kind === 'app' && host.isServed && isGivenToRoutes(host))
  if (routes.length === 0 && !isFilledElsewhere) return []
  const count = isFilledElsewhere ? null : countRoutes(routes, host, file)
  return [{ kind: framework.kind, framework, at, host, count, rootModule }]
}

/** Routes that stand before the middleware in the same function are not traced by it. Other functions run nobody knows when. */
function judgeOrder(routes: readonly (HandlerCall | MiddlewareCall)[], tracing: MiddlewareCall, framework: FrameworkDescriptor): Untraced[] {
  if (framework.ordered !== true) return []
  const home = getEnclosingFunction(tracing.node)
  const early = routes.filter((call) => getEnclosingFunction(call.node) === home && call.node.range[1] <= tracing.node.range[0])
  const [first] = early
  return first === undefined ? [] : [{ kind: 'late', framework, at: calleeOf(first.node), count: early.length, tracing: tracing.node }]
}

function countRoutes(routes: readonly (HandlerCall | MiddlewareCall)[], host: Host, file: FileHandlers): number {
  let count = 0
  for (const call of routes) {
    if (call.kind === 'handler') {
      count += call.row.handlerProperties === undefined ? 1 : call.handlers.length
      continue
    }
    const parts = call.node.arguments.map((argument) => file.finder.objectOf(routerOf(argument)))
    const own = file.calls.filter(
      (other) => other.kind === 'handler' && other.object !== null && parts.some((part) => part !== null && part !== host.object && isIn(other, part)),
    )
    count += Math.max(own.length, 1)
  }
  return count
}

function isIn(call: HandlerCall, part: NonNullable<HandlerCall['object']>): boolean {
  for (let current = call.object; current !== null; current = current.parent) if (current === part) return true
  return false
}

/** `router` of `router.routes()`. */
function routerOf(node: TSESTree.Node): TSESTree.Node {
  const expression = unwrap(node)
  return expression.type === 'CallExpression' && expression.callee.type === 'MemberExpression' && expression.arguments.length === 0
    ? expression.callee.object
    : expression
}

function isMiddlewareTracing(call: MiddlewareCall, analysis: FileAnalysis): boolean {
  return call.node.arguments.some((argument) => isTracing(argument, call.object.framework, analysis))
}

/**
 * `OpenTelemetry.start()`, `await initTracing()`: a function of the project, whose name or module says that it sets tracing up, is called
 * before the app is made. Whether that is early enough is `setup-first`'s to say. The runtime's setup leaves handlers to the middleware.
 */
function isStartedBefore(creation: TSESTree.Node, { hasRuntime }: Surroundings, analysis: FileAnalysis): boolean {
  if (hasRuntime) return false
  const { calls, sourceCode } = analysis
  const home = getEnclosingFunction(creation)
  return calls.some((call) => {
    if (call.range[1] > creation.range[0] || call.type !== 'CallExpression') return false
    const { parent } = call
    const isStatement = parent.type === 'ExpressionStatement' || (parent.type === 'AwaitExpression' && parent.parent.type === 'ExpressionStatement')
    const at = isStatement ? getEnclosingFunction(call) : null
    if (!isStatement || (at !== null && at !== home)) return false
    const reference = resolveReference(unwrap(call.callee), sourceCode)
    return reference !== null && isStartingName(reference.path.at(-1) ?? reference.imported) && !reference.module.startsWith('@opentelemetry/') && isNamedForTracing(reference, analysis)
  })
}

/** Wrapped in a tracer, by hand inside a server's one handler, or an app that is judged itself. */
function isHandlerTraced(call: HandlerCall, file: FileHandlers, hosts: readonly Host[], analysis: FileAnalysis): boolean {
  const { framework } = call
  const isServer = framework.kind === 'server'
  return call.handlers.some((handler) => {
    const local = findLocalFunction(handler, analysis)
    if (local !== null) return isServer && (isTracing(local, framework, analysis) || givesToApp(local, file, hosts, analysis))
    return isTracing(handler, framework, analysis)
  })
}

/** A function that hands the request to an app of the same file (`(req, res) => app(req, res)`): the app is judged. */
function givesToApp(node: TSESTree.Node, file: FileHandlers, hosts: readonly Host[], analysis: FileAnalysis): boolean {
  return analysis.calls.some((call) => {
    if (call.range[0] < node.range[0] || call.range[1] > node.range[1]) return false
    const callee = unwrap(call.callee)
    const target = callee.type === 'MemberExpression' ? callee.object : callee
    const object = file.finder.objectOf(target)
    return object !== null && hosts.some((host) => host.object.creation === rootOf(object)?.creation && object.framework.kind === 'app')
  })
}

/**
 * Is it handed to somebody who traces it: a function whose name says so? Or, where the runtime is there to be used, to a
 * function of the project that may do anything with it before the first route.
 */
function isPassedToTracer(host: Host, { hasRuntime }: Surroundings, analysis: FileAnalysis): boolean {
  const first = Math.min(...[...host.handlers, ...host.mounts].map(({ node }) => node.range[0]))
  return host.passedTo.some(({ node, to }) => {
    if (isTracingExport(to, host.object.framework) || isNamedForTracing(to, analysis)) return true
    return hasRuntime && isOwnModule(to.module) && node.range[0] < first
  })
}

function judgeConsumer(call: FileHandlers['calls'][number], analysis: FileAnalysis): Untraced[] {
  if (call.kind !== 'handler' || call.framework.kind !== 'consumer' || isMachinery(call, analysis)) return []
  const { framework, handlers, node, path } = call
  if (framework.scheduled === true && isMoment(node.arguments[0])) return []
  if (isReceiverTraced(node, framework, analysis) || isLeftAtOnce(node, analysis)) return []
  const others = node.arguments.filter((argument) => !handlers.includes(argument) && !isFunction(argument))
  if (others.some((argument) => argument.type !== 'ObjectExpression' ? isTracing(argument, framework, analysis) : hasTracer(argument, handlers, framework, analysis))) return []
  // An imported callback may be wrapped where it stands: only functions that can be seen are judged.
  const callbacks = handlers.filter((handler) => {
    const local = findLocalFunction(handler, analysis)
    return local !== null && !isTracing(local, framework, analysis) && !isDelegate(local, analysis)
  })
  return callbacks.length === 0 ? [] : [{ kind: 'consumer', framework, at: calleeOf(node), callbacks, path, exported: null }]
}

/** `scheduleJob(startDate, …)`, `new Cron(new Date(…), …)`: something that is put off once, in whatever trace puts it off, is no job that comes round. */
function isMoment(schedule: TSESTree.Node | undefined): boolean {
  if (schedule === undefined) return false
  const node = unwrap(schedule)
  if (node.type === 'NewExpression') return node.callee.type === 'Identifier' && node.callee.name === 'Date'
  const name = node.type === 'Identifier' ? node.name : node.type === 'MemberExpression' ? getMemberName(node) : null
  return name !== null && splitName(name).at(-1) === 'date'
}

/** `traceChannel(channel)`: whatever is consumed on it is traced. */
function isReceiverTraced({ callee }: FileHandlers['calls'][number]['node'], framework: FrameworkDescriptor, analysis: FileAnalysis): boolean {
  const object = callee.type === 'MemberExpression' ? unwrap(callee.object) : null
  if (object?.type !== 'Identifier') return false
  return analysis.calls.some(
    (call) => call.arguments.some((argument) => argument.type === 'Identifier' && argument.name === object.name) && isTracing(call, framework, analysis),
  )
}

/** An option beside the callbacks that traces: BullMQ's `telemetry`. */
function hasTracer(
  options: TSESTree.ObjectExpression,
  handlers: readonly TSESTree.Node[],
  framework: FrameworkDescriptor,
  analysis: FileAnalysis,
): boolean {
  return options.properties.some(
    (property) => property.type === 'Property' && !handlers.includes(property.value) && !isFunction(property.value) && isTracing(property.value, framework, analysis),
  )
}

function judgeExport({ at, framework, name, row, value }: FileHandlers['exported'][number], analysis: FileAnalysis): Untraced[] {
  // What a framework loads by its place (Next.js) is traced by the framework's own hook.
  if (row.files !== undefined || isTracing(value, framework, analysis)) return []
  const given = value.type === 'CallExpression' ? argumentsOf(value) : [value]
  const callbacks = given.flatMap((node) => {
    const local = findLocalFunction(node, analysis)
    return local === null ? [] : [local]
  })
  if (callbacks.length === 0 || callbacks.every((callback) => isDelegate(callback, analysis))) return []
  if (callbacks.some((callback) => isTracing(callback, framework, analysis))) return []
  return [{ kind: 'function', framework, at, callbacks, path: null, exported: name }]
}

/** What is given to the calls of a chain: `wrap(handler).use(cors())`. */
function argumentsOf(node: TSESTree.CallExpression): readonly TSESTree.Node[] {
  const object = node.callee.type === 'MemberExpression' ? unwrap(node.callee.object) : null
  return object?.type === 'CallExpression' ? [...argumentsOf(object), ...node.arguments] : node.arguments
}

/** A function that does nothing but hand its work to one of another file of the project, which may be wrapped where it stands. */
function isDelegate(node: TSESTree.Node, analysis: FileAnalysis): boolean {
  if (!isFunction(node)) return false
  const { body } = node
  const statement = body.type === 'BlockStatement' ? body.body.length === 1 && body.body[0] : body
  if (statement === false || statement === undefined) return false
  const given = statement.type === 'ReturnStatement' ? statement.argument : statement.type === 'ExpressionStatement' ? statement.expression : statement
  const expression = given?.type === 'AwaitExpression' ? unwrap(given.argument) : given === null ? null : unwrap(given)
  if (expression?.type !== 'CallExpression' || expression.callee.type !== 'Identifier') return false
  const reference = resolveReference(expression.callee, analysis.sourceCode)
  if (reference === null || !isOwnModule(reference.module)) return false
  const [parameter] = node.params
  const [argument] = expression.arguments
  return parameter?.type === 'Identifier' && argument?.type === 'Identifier' && argument.name === parameter.name
}

/** The smallest node of a call: its method's name, or the function that is called. */
function calleeOf(node: TSESTree.CallExpression | TSESTree.NewExpression): TSESTree.Node {
  const callee = unwrap(node.callee)
  return callee.type === 'MemberExpression' ? callee.property : callee
}
