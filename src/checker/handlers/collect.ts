import picomatch from 'picomatch'
import * as ts from '../ts.js'
import { getDeclaredFunctions } from '../../project/declared-functions.js'
import { isNextFile } from '../../project/next-files.js'
import { getPackage } from '../../project/package-json.js'
import { deployedFunctions, type DeployedFunction } from './cdk.js'
import { appliedDecorators } from './decorators.js'
import type { FrameworkTable } from './frameworks.js'
import { matchesModule, type FrameworkDescriptor, type HandlerRow, type ObjectSource } from '../../frameworks/index.js'
import { isFunctionLike, unwrap, type Entity, type Evaluator } from '../evaluate.js'
import { nodesOf } from '../nodes.js'
import type { Program, ProgramFile } from '../program.js'
import { fileRoute } from './file-routes.js'
import { givenIn } from './given.js'
import { entityText, routeParts, routeText } from './route-text.js'
import { isExport, type FrameworkObject, type ObjectMatcher } from './objects.js'
import { seedParameters } from './seeds.js'
import { propertyOf, sitesOfInstance, sitesOfOptions, type HandlerSite, type HandlerSource } from './sites.js'

export type { HandlerSite } from './sites.js'

/** Something given to a middleware or mount method of an object. */
export interface Mount {
  readonly parent: FrameworkObject
  readonly node: ts.CallExpression | ts.NewExpression
  readonly arguments: readonly ts.Expression[]
}

/** All that the program registers with its frameworks. */
export interface Registrations {
  readonly handlers: readonly HandlerSite[]
  readonly mounts: readonly Mount[]
  /** Objects that are made, each once. */
  readonly objects: readonly FrameworkObject[]
  /** Functions that the program's own stacks deploy. */
  readonly deployed: readonly DeployedFunction[]
  /** Creations and calls that start serving: `app.listen()`, `serve(app)`, `http.createServer(app)`. */
  readonly served: readonly { readonly node: ts.Node; readonly parts: readonly ts.Expression[]; readonly object: FrameworkObject | null }[]
}

/**
 * Reads the registrations of every file by the frameworks' tables. What a function's parameter receives may only be known
 * once its callers are read: then the files are read again, a few times at most.
 */
export function collectRegistrations(
  program: Program, files: readonly ProgramFile[], frameworks: FrameworkTable, evaluator: Evaluator, matcher: ObjectMatcher,
): Registrations {
  let found = readOnce(program, files, frameworks, evaluator, matcher)
  for (let round = 0; round < maxRounds && seedParameters(found, program, evaluator, matcher); round += 1) {
    found = readOnce(program, files, frameworks, evaluator, matcher)
  }
  return found
}

/** How deep functions that are given an app may call others. */
const maxRounds = 4

function readOnce(
  program: Program, files: readonly ProgramFile[], frameworks: FrameworkTable, evaluator: Evaluator, matcher: ObjectMatcher,
): Registrations {
  const handlers: HandlerSite[] = []
  const mounts: Mount[] = []
  const served: Registrations['served'][number][] = []
  const objects = new Map<ts.Node, FrameworkObject>()
  const byMethod = indexMethods(frameworks.all)
  const creators = new Set(frameworks.all.flatMap(descriptor => Object.values<readonly ObjectSource[]>(descriptor.objects).flatMap(sources => sources.flatMap((source: ObjectSource) => ('export' in source ? [lastName(source.export)] : 'method' in source ? [source.method] : [])))))
  const calls = frameworks.all.flatMap(descriptor => descriptor.handlers.flatMap(row => (row.call ? [{ descriptor, row, call: row.call }] : [])))
  const servers = frameworks.all.flatMap(descriptor => (descriptor.servedBy ?? []).map(ref => ({ descriptor, ref })))
  const deployed = deployedFunctions(program, files, evaluator)
  const exportRows = frameworks.all.flatMap(descriptor => (descriptor.exports ?? []).map(row => ({ descriptor, row, matches: row.files ? picomatch([...row.files]) : null })))

  const modules = new Map<string, boolean>()
  const called = (module: string): boolean => {
    const known = modules.get(module)
    if (known !== undefined) return known
    const found = [...calls.map(({ call }) => call), ...servers.map(({ ref }) => ref)].some(ref => matchesModule(module, ref.module))
    modules.set(module, found)
    return found
  }

  for (const file of files) {
    for (const node of nodesOf(file.root).registering) {
      if (ts.isCallExpression(node) || ts.isNewExpression(node)) readCall(node, file)
      else readDecorators(node, file)
    }
    readExports(file)
  }
  return { handlers, mounts, objects: [...objects.values()], served, deployed }

  function readCall(node: ts.CallExpression | ts.NewExpression, file: ProgramFile): void {
    const callee = unwrap(node.expression)
    if (ts.isPropertyAccessExpression(callee)) {
      const rows = byMethod.get(callee.name.text)
      if (rows && ts.isCallExpression(node)) readMethod(node, callee, callee.name.text, rows, file)
    }
    if (ts.isElementAccessExpression(callee) && ts.isCallExpression(node)) readComputedMethod(node, callee, file)
    const name = ts.isPropertyAccessExpression(callee) ? callee.name.text : ts.isIdentifier(callee) ? callee.text : null
    if (name === null) return
    const entity = evaluator.evaluate(node.expression)
    if (entity.kind === 'export' && called(entity.module)) {
      for (const { descriptor, row, call } of calls) {
        if (!isExport(entity, [call]) || !usedAs(call.as, node) || !frameworks.holds(descriptor, file.path)) continue
        const object = matcher.objectOf(evaluator.evaluate(node))
        addHandlers(node, row, descriptor, object, name, file)
      }
      for (const { ref } of servers) if (isExport(entity, [ref])) served.push({ node, parts: node.arguments ?? [], object: matcher.objectOf(evaluator.evaluate(node)) })
    }
    if (entity.kind === 'export' || creators.has(name) || entity.kind === 'member') {
      const object = matcher.objectOf(evaluator.evaluate(node))
      if (object?.made === true && object.node === node) objects.set(node, object)
    }
  }

  /** `router[method](path, handler)`: registers as the methods do that are named after HTTP's. */
  function readComputedMethod(node: ts.CallExpression, callee: ts.ElementAccessExpression, file: ProgramFile): void {
    if (ts.isStringLiteralLike(callee.argumentExpression)) {
      const rows = byMethod.get(callee.argumentExpression.text)
      if (rows) readMethod(node, callee, callee.argumentExpression.text, rows, file)
      return
    }
    const object = node.arguments.length < 2 ? null : matcher.objectOf(evaluator.evaluate(callee.expression))
    if (!object) return
    const row = byMethod.get('get')?.handlers.find(one => one.descriptor === object.descriptor && one.row.on === object.kind && one.row.httpMethod === 'name')?.row
    if (row) addHandlers(node, row, object.descriptor, object, null, file, evaluator.evaluate(callee.argumentExpression))
  }

  function readMethod(node: ts.CallExpression, callee: ts.PropertyAccessExpression | ts.ElementAccessExpression, method: string, rows: MethodRows, file: ProgramFile): void {
    const object = matcher.objectOf(evaluator.evaluate(callee.expression))
    if (!object) return
    for (const { descriptor, row } of rows.handlers) if (descriptor === object.descriptor && row.on === object.kind) addHandlers(node, row, descriptor, object, method, file)
    const middleware = rows.middleware.find(row => row.descriptor === object.descriptor && row.on === object.kind)
    if (middleware) {
      mounts.push({ parent: object, node, arguments: node.arguments })
      readPlugin(node, object, file)
      if (middleware.mounts && isForeignMount(node, object)) handlers.push({ descriptor: object.descriptor, method: null, route: textOf(node.arguments[0]), node, handler: node.arguments.at(-1) ?? null, object, file: file.path })
      if (middleware.functions) {
        for (const argument of node.arguments) if (isFunctionLike(unwrap(argument)) && (unwrap(argument) as ts.ArrowFunction).parameters.length < 2) handlers.push({ descriptor: object.descriptor, method: null, route: null, node, handler: argument, object, file: file.path })
      }
    }
    if (rows.listens.some(row => row.descriptor === object.descriptor && row.on === object.kind)) served.push({ node, parts: [], object })
  }

  /** `app.register(mercurius, { resolvers })` is what `mercurius({ resolvers })` is to a table. */
  function readPlugin(node: ts.CallExpression, object: FrameworkObject, file: ProgramFile): void {
    const [plugin, options] = node.arguments
    const entity = plugin && options ? evaluator.evaluate(plugin) : null
    if (entity?.kind !== 'export' || !options) return
    for (const { descriptor, row, call } of calls) {
      if (!row.handlerProperties || call.as !== 'call' || !isExport(entity, [call])) continue
      const given = evaluator.evaluate(options)
      const literal = objectLiteral(options) ?? (given.kind === 'value' && ts.isObjectLiteralExpression(given.node) ? given.node : null)
      if (literal) handlers.push(...sitesOfOptions({ descriptor, method: null, route: null, node, handler: null, object, file: file.path }, row, literal, evaluator))
    }
  }

  /** `app.use('/api/inngest', serve(…))`: a package's handler below a path. The framework's own (static files) are none. */
  function isForeignMount(node: ts.CallExpression, object: FrameworkObject): boolean {
    const last = node.arguments.at(-1)
    if (!last || node.arguments.length < 2 || textOf(node.arguments[0]) === null) return false
    const entity = evaluator.evaluate(last)
    if (entity.kind === 'function') return isOfOtherPackage(last, entity.node)
    // What the other package's function gives back may be out of sight (`return handler.create()`).
    const call = unwrap(last)
    const maker = ts.isCallExpression(call) ? evaluator.evaluate(call.expression) : null
    if (maker?.kind === 'function' && !matcher.objectOf(entity) && isElsewhere(last, maker.node)) return true
    if (entity.kind !== 'result' || entity.callee.kind !== 'export') return false
    const { module } = entity.callee
    return !object.descriptor.modules.some(own => matchesModule(module, own)) && !/static|cors|helmet|compress|body-?parser|cookie|session|morgan|logger|multer|rate-?limit|swagger|proxy/u.test(module)
      && !matcher.objectOf(entity) && entity.callee.path[0] !== 'static'
  }

  /** `serve(…)` of another package of the repository, which gives a handler back. One that takes `next` is a middleware. */
  function isOfOtherPackage(made: ts.Expression, handler: ts.FunctionLikeDeclaration): boolean {
    const call = unwrap(made)
    return ts.isCallExpression(call) && handler.parameters.length < 3 && isElsewhere(made, handler)
  }

  function isElsewhere(node: ts.Node, other: ts.Node): boolean {
    return getPackage(node.getSourceFile().fileName)?.dir !== getPackage(other.getSourceFile().fileName)?.dir
  }

  /** @param method the method that registers; `null` where it is computed, `computed` then being its name */
  function addHandlers(node: ts.CallExpression | ts.NewExpression, row: HandlerRow, descriptor: FrameworkDescriptor, object: FrameworkObject | null, method: string | null, file: ProgramFile, computed?: Entity): void {
    const all = [...(node.arguments ?? [])]
    const route = row.path === undefined ? null : textOf(all[row.path])
    if (row.pathIs && (route === null || !row.pathIs.includes(route))) return
    const noPath = row.pathOptional === true && row.path !== undefined && all[row.path] && route === null && !ts.isIdentifier(unwrap(all[row.path] as ts.Expression)) && !ts.isPropertyAccessExpression(unwrap(all[row.path] as ts.Expression)) && !ts.isTemplateExpression(all[row.path] as ts.Expression)
    const index = row.handler === 'last' ? all.length - 1 : noPath ? (row.path ?? 0) : row.handler
    const argument = all[index]
    if (!argument) return
    const parts = row.path === undefined || noPath ? [] : routeParts(all[row.path], evaluator)
    const shown = method === null ? (computed ? entityText(computed, evaluator)?.toUpperCase() ?? null : null) : httpMethodOf(row, node, argument, method)
    const source: HandlerSource = { route: parts, ...(computed ? { method: computed } : {}) }
    const site = { descriptor, method: shown, route: routeText(parts), node, object, file: file.path }
    if (row.handlerProperties) {
      const entity = evaluator.evaluate(argument)
      const literal = objectLiteral(argument) ?? (entity.kind === 'value' && ts.isObjectLiteralExpression(entity.node) ? entity.node : null)
      if (!literal) handlers.push(...(row.handlerProperties.includes('*') ? sitesOfInstance(site, entity) : null) ?? [{ ...site, handler: null, from: { ...source, options: { entity, row } } }])
      else handlers.push(...sitesOfOptions({ ...site, handler: null, from: source }, row, literal, evaluator))
      return
    }
    // Routes take several functions, of which the last answers; behind a consumer's one stand its options.
    const last = row.handler === 'last' || descriptor.kind === 'consumer' ? argument : all.at(-1) ?? argument
    if (row.functionOnly === true) {
      const entity = evaluator.evaluate(argument)
      // `createServer(app)`: an app answers by its own handlers.
      if (matcher.objectOf(entity) || (!isFunctionEntity(entity) && !isTracedBy(entity, descriptor))) return
    }
    const given = givenIn(last, evaluator)
    handlers.push({ ...site, handler: last, from: { ...source, ...(given ? { given } : {}) } })
  }

  function readDecorators(node: ts.MethodDeclaration | ts.ClassLikeDeclaration, file: ProgramFile): void {
    const decorators = ts.canHaveDecorators(node) ? ts.getDecorators(node) ?? [] : []
    for (const decorator of decorators) {
      for (const applied of appliedDecorators(decorator, evaluator)) {
        for (const descriptor of frameworks.all) {
          if (!frameworks.holds(descriptor, file.path)) continue
          for (const row of descriptor.decorators ?? []) {
            if (!row.names.includes(applied.name) || !matchesModule(applied.module, row.module) || (row.on === 'class') !== ts.isClassLike(node)) continue
            const own = row.path === undefined ? null : applied.text(row.path)
            handlers.push({ descriptor, method: row.httpMethod === 'name' ? verbOf(applied.name) : null, route: joinRoute(controllerPath(node), own), node: decorator, handler: null, object: null, file: file.path })
          }
        }
      }
    }
  }

  function controllerPath(node: ts.Node): string | null {
    const owner = node.parent
    if (!ts.isClassLike(owner) || !ts.canHaveDecorators(owner)) return null
    for (const decorator of ts.getDecorators(owner) ?? []) {
      if (ts.isCallExpression(decorator.expression) && ts.isIdentifier(decorator.expression.expression) && /^(?:controller|Controller|JsonController|Route)$/u.test(decorator.expression.expression.text)) return textOf(decorator.expression.arguments[0])
    }
    return null
  }

  function readExports(file: ProgramFile): void {
    for (const { descriptor, row, matches } of exportRows) {
      if (!frameworks.holds(descriptor, file.path)) continue
      if (matches && (!matches(file.path) || !dependsOn(file.path, descriptor) || (descriptor.name === 'next' && !isNextFile(file.path)))) continue
      if (!matches && !row.types) continue
      const declaredNames = matches ? null : getDeclaredFunctions(file.path).names
      const deployedNames = matches ? [] : deployed.filter(one => one.file === file.path).map(one => one.export)
      for (const [name, symbol] of program.exportsOf(file.path)) {
        if (!row.names.includes('*') && !row.names.includes(name) && !(name === 'export=' && row.names.includes('default'))) continue
        const declaration = symbol.declarations?.[0]
        const isSaidHere = !row.types || declaredNames?.has(name) === true || (declaration !== undefined && hasHandlerType(declaration, row.types, descriptor))
        if (!declaration || !(isSaidHere || deployedNames.includes(name))) continue
        handlers.push({ descriptor, method: row.httpMethod === 'name' ? name : null, route: matches ? fileRoute(file.path, descriptor.name) : null, node: declaration, handler: expressionOf(declaration), object: null, file: file.path, ...(isSaidHere ? {} : { isDeployedOnly: true }) })
      }
    }
  }

  function hasHandlerType(declaration: ts.Declaration, types: readonly string[], descriptor: FrameworkDescriptor): boolean {
    const named = (node: ts.TypeNode | undefined): boolean => {
      const type = evaluator.typeName(node)
      return type !== null && types.includes(type.type) && descriptor.modules.some(module => matchesModule(type.module, module))
    }
    if (ts.isVariableDeclaration(declaration) && named(declaration.type)) return true
    const expression = expressionOf(declaration)
    const made = ts.isFunctionDeclaration(declaration) ? declaration : expression && isFunctionLike(unwrap(expression)) ? (unwrap(expression) as ts.ArrowFunction) : null
    return made?.parameters.slice(0, 1).some(parameter => {
      const type = evaluator.typeName(parameter.type)
      return type !== null && descriptor.modules.some(module => matchesModule(type.module, module)) && /Event/u.test(type.type)
    }) ?? false
  }
}

interface MethodRows {
  readonly handlers: { readonly descriptor: FrameworkDescriptor; readonly row: HandlerRow }[]
  readonly middleware: { readonly descriptor: FrameworkDescriptor; readonly on: string; readonly functions: boolean; readonly mounts: boolean }[]
  readonly listens: { readonly descriptor: FrameworkDescriptor; readonly on: string }[]
}

function indexMethods(frameworks: readonly FrameworkDescriptor[]): ReadonlyMap<string, MethodRows> {
  const index = new Map<string, MethodRows>()
  const at = (method: string): MethodRows => {
    const rows = index.get(method) ?? { handlers: [], middleware: [], listens: [] }
    index.set(method, rows)
    return rows
  }
  for (const descriptor of frameworks) {
    for (const row of descriptor.handlers) for (const method of row.methods ?? []) at(method).handlers.push({ descriptor, row })
    for (const row of descriptor.middleware ?? []) for (const method of row.methods) at(method).middleware.push({ descriptor, on: row.on, functions: row.counts?.includes('functions') ?? false, mounts: row.counts?.includes('mounts') ?? false })
    for (const row of descriptor.listens ?? []) for (const method of row.methods) at(method).listens.push({ descriptor, on: row.on })
  }
  return index
}

function httpMethodOf(row: HandlerRow, node: ts.CallExpression | ts.NewExpression, argument: ts.Expression, method: string): string | null {
  const { httpMethod } = row
  if (httpMethod === undefined) return null
  if (httpMethod === 'name') return method === 'all' ? '*' : method === 'del' ? 'DELETE' : method.toUpperCase()
  if ('is' in httpMethod) return httpMethod.is
  if ('argument' in httpMethod) return textOf(node.arguments?.[httpMethod.argument])?.toUpperCase() ?? null
  const literal = objectLiteral(argument)
  return literal ? textOf(propertyOf(literal, httpMethod.property))?.toUpperCase() ?? null : null
}

/**
 * A folder of routes is a framework's where the package, or what it stands in, depends on it. Next.js' own names of files are
 * proof enough, and its package may stand in a lock file alone.
 */
function dependsOn(file: string, descriptor: FrameworkDescriptor): boolean {
  if (descriptor.name === 'next') return true
  for (let pkg = getPackage(file); pkg; pkg = getPackage(pkg.dir)) {
    if ([...pkg.dependencies].some(name => descriptor.modules.some(module => matchesModule(name, module)))) return true
  }
  return false
}

/** `traceHandler(fn)`: the framework's own wrapper holds a handler, whatever stands in it. */
function isTracedBy(entity: Entity, descriptor: FrameworkDescriptor): boolean {
  return entity.kind === 'result' && isExport(entity.callee, descriptor.tracedBy)
}

function isFunctionEntity(entity: Entity): boolean {
  return entity.kind === 'function' || (entity.kind === 'parameter' && entity.path.length === 0)
}

function usedAs(as: string, node: ts.Node): boolean {
  return as === 'either' || (as === 'new') === ts.isNewExpression(node)
}

function lastName(name: string): string {
  return name.split('.').at(-1) ?? name
}

/** The text of a string, or of a template with its holes written `…`. */
export function textOf(node: ts.Node | undefined): string | null {
  if (!node) return null
  if (ts.isStringLiteralLike(node)) return node.text
  if (ts.isTemplateExpression(node)) return node.head.text + node.templateSpans.map(span => `…${span.literal.text}`).join('')
  if (ts.isRegularExpressionLiteral(node)) return node.text
  if (ts.isArrayLiteralExpression(node)) return textOf(node.elements[0])
  return null
}

function objectLiteral(node: ts.Expression): ts.ObjectLiteralExpression | null {
  const plain = unwrap(node)
  return ts.isObjectLiteralExpression(plain) ? plain : null
}

/** `Get`, or `httpGet` of InversifyJS. */
function verbOf(decorator: string): string {
  const verb = decorator.replace(/^http/u, '').toUpperCase()
  return verb === 'ALL' ? '*' : verb
}

function joinRoute(base: string | null, own: string | null): string | null {
  if (base === null) return own
  return `/${[base, own ?? ''].map(part => part.replace(/^\/+|\/+$/gu, '')).filter(Boolean).join('/')}`
}

function expressionOf(node: ts.Declaration): ts.Expression | null {
  if (ts.isVariableDeclaration(node)) return node.initializer ?? null
  // `export const { action, loader } = createRoute(…)`: the call makes them both.
  if (ts.isBindingElement(node)) return ts.isVariableDeclaration(node.parent.parent) ? (node.parent.parent.initializer ?? null) : null
  if (ts.isPropertyAccessExpression(node) && ts.isBinaryExpression(node.parent)) return node.parent.right
  if (ts.isExportAssignment(node)) return node.expression
  if (ts.isBinaryExpression(node)) return node.right
  return null
}
