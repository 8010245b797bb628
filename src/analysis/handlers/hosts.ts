import { splitName } from '@spanguard/policy'
import type { TSESTree } from '@typescript-eslint/types'

import { exportName, matchesExport } from '../../frameworks/index.js'
import { findBinding, findVariable, getMemberName, isFunction, unwrap } from '../bindings.js'
import type { FileHandlers } from '../handlers.js'
import { type ImportedReference, isOwnModule, resolveReference } from '../imports.js'
import type { FileAnalysis } from '../index.js'
import { nodesOf } from '../walk.js'
import { type Call, type FrameworkObject, isCall, rootOf } from './objects.js'
import { findLocalFunction, type HandlerCall, isMachinery, literalText, type MiddlewareCall, readHttpMethod } from './registrations.js'

/** An object that is judged, with all that the file does with it. */
export interface Host {
  readonly object: FrameworkObject & { readonly creation: Call }
  /** Handlers that count: no health checks, none that the config ignores. */
  readonly handlers: readonly HandlerCall[]
  /** Mounted routers and functions that answer (Koa), as calls of a middleware method. */
  readonly mounts: readonly MiddlewareCall[]
  readonly middleware: readonly MiddlewareCall[]
  /** It is started here, by a method of its own or by a function that serves it. */
  readonly isServed: boolean
  /** It is mounted on another object, so that the other one is judged. */
  readonly isPart: boolean
  /** The file gives it away: exported, returned, stored in another object, or passed to a function that is not known. */
  readonly isGivenAway: boolean
  /** Functions of other modules that it is passed to. */
  readonly passedTo: readonly { readonly node: Call; readonly to: ImportedReference }[]
}

/** The objects of a file that are judged, in source order. */
export function findHosts(file: FileHandlers, analysis: FileAnalysis): readonly Host[] {
  const objects = new Map<FrameworkObject, FrameworkObject & { readonly creation: Call }>()
  for (const call of analysis.calls) {
    const object = file.finder.objectOf(call)
    const root = object === null ? null : rootOf(object)
    if (root?.creation !== undefined && root.creation !== null) objects.set(root, { ...root, creation: root.creation })
  }
  return [...objects].map(([root, object]) => readHost(root, object, file, analysis))
}

function readHost(root: FrameworkObject, object: Host['object'], file: FileHandlers, analysis: FileAnalysis): Host {
  const own = file.calls.filter((call) => call.object !== null && rootOf(call.object) === root)
  const middleware = own.filter((call) => call.kind === 'middleware')
  const handlers = own.filter(
    (call): call is HandlerCall => call.kind === 'handler' && !isMachinery(call, analysis) && !isIgnoredRoute(call, analysis),
  )
  const mounts = middleware.filter((call) => isCounted(call, file, analysis))
  const uses = collectUses(root, file, analysis)
  return {
    object,
    handlers,
    middleware,
    mounts,
    isServed: own.some((call) => call.kind === 'listen') || uses.isServed,
    isPart: uses.isPart,
    isGivenAway:
      uses.passedTo.length > 0 || uses.isPassed || isReturnedOrExported(object.creation, analysis) || (object.framework.partsLookAlike === true && isReturnedField(object.creation, analysis)),
    passedTo: uses.passedTo,
  }
}

/** Does a call of a middleware method bring handlers with it: a mounted router, or a function that answers itself? */
function isCounted(call: MiddlewareCall, file: FileHandlers, analysis: FileAnalysis): boolean {
  const { counts = [] } = call.row
  const given = call.node.arguments as readonly TSESTree.Node[]
  return (
    (counts.includes('functions') && given.some((node) => isAnswering(node, analysis))) ||
    (counts.includes('mounts') && isMount(given, call, file, analysis))
  )
}

/** A function of this file, or a list of them put together by a call (`compose([first, second])`). */
function isAnswering(node: TSESTree.Node, analysis: FileAnalysis): boolean {
  if (findLocalFunction(node, analysis) !== null) return true
  const expression = unwrap(node)
  const binding = expression.type === 'Identifier' ? findBinding(expression, analysis.sourceCode) : null
  const value = binding?.kind === 'variable' && binding.init !== null ? unwrap(binding.init) : expression
  if (value.type !== 'CallExpression') return false
  return value.arguments.some(
    (argument) =>
      argument.type === 'ArrayExpression' &&
      argument.elements.some((element) => element !== null && findLocalFunction(element, analysis) !== null),
  )
}

function isMount(given: readonly TSESTree.Node[], { object }: MiddlewareCall, file: FileHandlers, analysis: FileAnalysis): boolean {
  const { framework } = object
  const [first] = given
  const isPath = first !== undefined && literalText(first, analysis) !== null
  return given.some((node) => {
    const expression = unwrap(node)
    const part = file.finder.objectOf(expression)
    if (part !== null && part !== object && part.framework === framework) return isPath || hasHandlers(part, file)
    if (isCall(expression)) {
      const { callee } = expression
      const method = callee.type === 'MemberExpression' ? getMemberName(callee) : null
      if (callee.type === 'MemberExpression' && method !== null && framework.mountMethods?.includes(method) === true) {
        const router = file.finder.objectOf(callee.object)
        return router === null || router.creation === null || hasHandlers(router, file)
      }
      if (file.calls.some((call) => call.kind === 'handler' && call.node === expression && call.row.isMiddleware === true)) return true
      const reference = resolveReference(callee, analysis.sourceCode)
      if (reference === null) return isPath && node !== first
      const name = exportName(reference.imported, reference.path)
      if (framework.mountedBy?.some((ref) => matchesExport(ref, reference.module, name)) === true) return true
      // `express.static()` and `express.json()` are the framework's own and answer for nobody.
      return isPath && !framework.modules.includes(reference.module)
    }
    if (isFunction(expression)) return isPath && expression.params.length < 3
    const reference = resolveReference(expression, analysis.sourceCode)
    if (reference === null) return false
    return isPath || (isOwnModule(reference.module) && saysRoutes(reference))
  })
}

function hasHandlers(part: FrameworkObject, file: FileHandlers): boolean {
  return file.calls.some((call) => call.kind === 'handler' && call.object !== null && sameObject(call.object, part))
}

function sameObject(object: FrameworkObject, part: FrameworkObject): boolean {
  for (let current: FrameworkObject | null = object; current !== null; current = current.parent) if (current === part) return true
  return false
}

const routeWords: ReadonlySet<string> = new Set(['api', 'controller', 'controllers', 'route', 'router', 'routers', 'routes'])

/**
 * Is it given to a function of the project that says by its name or module that it adds routes: `registerRoutes(app)`,
 * `require('./routes')(app)`? One that is given it before may bring the tracing: `applyMiddleware(app); registerRoutes(app)`.
 */
export function isGivenToRoutes({ passedTo }: Host): boolean {
  const first = passedTo.find(({ to }) => isOwnModule(to.module))
  return first !== undefined && saysRoutes(first.to)
}

/** `app.use(routes)` of a module of the project. */
function saysRoutes({ imported, module, path }: ImportedReference): boolean {
  const last = module.split('/').slice(-2).join('/').replace(/\.[cm]?[jt]sx?$/, '')
  return [imported, ...path, ...last.split('/')].some((part) => splitName(part).some((word) => routeWords.has(word)))
}

interface Uses {
  isServed: boolean
  isPart: boolean
  isPassed: boolean
  readonly passedTo: { readonly node: Call; readonly to: ImportedReference }[]
}

/** Where the object is an argument, itself or as a part of one (`serve({ fetch: app.fetch })`). */
function collectUses(root: FrameworkObject, file: FileHandlers, analysis: FileAnalysis): Uses {
  const uses: Uses = { isServed: false, isPart: false, isPassed: false, passedTo: [] }
  for (const node of analysis.calls) {
    const given = node.arguments as readonly TSESTree.Node[]
    if (!given.some((argument) => mentions(argument, root, file))) continue
    const callee = unwrap(node.callee)
    const reference = resolveReference(callee, analysis.sourceCode)
    const name = reference === null ? '' : exportName(reference.imported, reference.path)
    const isOneOf = (refs: readonly { module: string; export: string }[] | undefined): boolean =>
      reference !== null && refs?.some((ref) => matchesExport(ref, reference.module.replace(/^node:/, ''), name)) === true
    const isMiddleware = file.calls.some((call) => call.kind === 'middleware' && call.node === node && rootOf(call.object) !== root)
    if (isOneOf(root.framework.mountedBy) || isMiddleware) uses.isPart = true
    else if (isOneOf(root.framework.servedBy)) uses.isServed = true
    else if (reference === null) uses.isPassed ||= findLocalFunction(callee, analysis) === null
    else uses.passedTo.push({ node, to: reference })
  }
  return uses
}

function mentions(node: TSESTree.Node, root: FrameworkObject, file: FileHandlers): boolean {
  const expression = unwrap(node)
  switch (expression.type) {
    case 'Identifier':
      return file.finder.objectOf(expression) === root
    case 'MemberExpression':
      return file.finder.objectOf(expression) === root || file.finder.objectOf(expression.object) === root
    case 'ObjectExpression':
      return expression.properties.some((property) => property.type === 'Property' && mentions(property.value, root, file))
    default:
      return false
  }
}

/** Does the object leave the file by `export`, `module.exports`, `return`, or as a part of something else? */
function isReturnedOrExported(creation: TSESTree.Node, analysis: FileAnalysis): boolean {
  let current: TSESTree.Node = creation
  for (;;) {
    const parent: TSESTree.Node | undefined = current.parent
    if (parent === undefined) return false
    switch (parent.type) {
      case 'AwaitExpression':
      case 'ChainExpression':
      case 'MemberExpression':
      case 'TSAsExpression':
      case 'TSNonNullExpression':
      case 'TSSatisfiesExpression':
        current = parent
        continue
      case 'CallExpression':
        if (parent.callee !== current) return false
        current = parent
        continue
      case 'AssignmentExpression':
        if (isExportsTarget(parent.left)) return true
        if (parent.left.type === 'Identifier') return isVariableGivenAway(parent.left, analysis)
        current = parent
        continue
      case 'VariableDeclarator': {
        const { id } = parent
        if (parent.parent.parent.type === 'ExportNamedDeclaration') return true
        return id.type === 'Identifier' && isVariableGivenAway(id, analysis)
      }
      case 'ArrowFunctionExpression':
      case 'ExportDefaultDeclaration':
      case 'Property':
      case 'ReturnStatement':
        return true
      default:
        return false
    }
  }
}

/** `this.app = new Hono()`, and in another method `return this.app`. */
function isReturnedField(creation: TSESTree.Node, { sourceCode }: FileAnalysis): boolean {
  const { parent } = withoutCasts(creation)
  const key = parent?.type === 'AssignmentExpression' && parent.left.type === 'MemberExpression' ? getMemberName(parent.left)
    : parent?.type === 'PropertyDefinition' && parent.key.type === 'Identifier' ? parent.key.name
    : null
  return key !== null && nodesOf(sourceCode).returns.some(({ argument }) => argument?.type === 'MemberExpression' && argument.object.type === 'ThisExpression' && getMemberName(argument) === key)
}

function isVariableGivenAway(id: TSESTree.Identifier, analysis: FileAnalysis): boolean {
  const variable = findVariable(id, analysis.sourceCode)
  return (variable?.references ?? []).some(({ identifier }) => {
    const node = withoutCasts(identifier)
    const { parent } = node
    switch (parent?.type) {
      case 'ArrowFunctionExpression':
      case 'ExportDefaultDeclaration':
      case 'ExportSpecifier':
      case 'ReturnStatement':
        return true
      case 'AssignmentExpression':
        return parent.right === node
      case 'VariableDeclarator':
        // `export const orderRoutes = app`
        return parent.init === node && parent.parent.parent.type === 'ExportNamedDeclaration'
      case 'Property':
        return parent.value === node && parent.parent.type === 'ObjectExpression' && !isCall(parent.parent.parent)
      default:
        return false
    }
  })
}

/** The expression with the casts around it. */
function withoutCasts(node: TSESTree.Node): TSESTree.Node {
  const { parent } = node
  const isCast = parent?.type === 'TSAsExpression' || parent?.type === 'TSNonNullExpression' || parent?.type === 'TSSatisfiesExpression'
  return isCast ? withoutCasts(parent) : node
}

function isExportsTarget(node: TSESTree.Node): boolean {
  if (node.type !== 'MemberExpression') return false
  if (node.object.type === 'Identifier' && node.object.name === 'exports') return true
  const isModule = node.object.type === 'Identifier' && node.object.name === 'module' && getMemberName(node) === 'exports'
  return isModule || isExportsTarget(node.object)
}

/** Routes that answer for the process, not for anybody's request. */
export const healthRoute = /^\/?(?:_?health(?:[-_/]?(?:check|z|live|ready))?|healthy|healthcheck|(?:__(?:lb)?)?heartbeat(?:__)?|alive|livez?|liveness|live|metrics|ok|ping|readyz?|readiness|ready|startupz?|status|up|favicon\.ico)\/?$/

/** Health checks, and what the config's `handlers.ignore` names (`GET /healthz`, `* /internal/*`). */
function isIgnoredRoute(call: HandlerCall, analysis: FileAnalysis): boolean {
  const route = literalText(call.path, analysis)
  if (route === null) return false
  if (call.row.httpMethod !== undefined && healthRoute.test(route)) return true
  const method = readHttpMethod(call, analysis) ?? '*'
  return (analysis.config.handlers?.ignore ?? []).some((entry) => {
    const [verb = '', pattern = ''] = entry.includes(' ') ? entry.split(' ') : ['*', entry]
    if (verb !== '*' && method !== '*' && verb.toUpperCase() !== method) return false
    return pattern.endsWith('*') ? route.startsWith(pattern.slice(0, -1)) : route === pattern
  })
}
