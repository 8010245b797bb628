import path from 'node:path'
import * as ts from '../ts.js'
import { matchesModule } from '../../frameworks/index.js'
import { isTracingPackage, type FrameworkDescriptor } from '../../frameworks/index.js'
import { getPackage } from '../../project/package-json.js'
import { disabledInstrumentations, enabledInstrumentations, type Preload } from '../../project/wiring/index.js'
import { returnsOf, unwrap, type Entity, type Evaluator } from '../evaluate.js'
import { isExport } from '../handlers/objects.js'
import { lookAlikeModules } from '../../otel/index.js'
import type { ModuleGraph } from '../modules.js'
import { nodesOf } from '../nodes.js'
import type { Program, ProgramFile } from '../program.js'
import { autoInstrumentations, instrumentationModule, instrumentedBy, nativelyTraced, serverInstrumentation, reexportedSetups, setupModules, setupRows, type SetupEffect, type SetupRow } from './table.js'

/** A place in the program that sets up tracing when it runs. */
export interface SetupSite {
  readonly node: ts.Node
  readonly file: string
  readonly effect: SetupEffect
  /** The package that does it: `@opentelemetry/sdk-node`. */
  readonly module: string
  /** What is made or called: `NodeSDK`. */
  readonly name: string
  /** It stands inside a condition of its function. */
  readonly conditional: boolean
  /** It exports spans; what only instruments needs something beside it that does. */
  readonly provides: boolean
  /** The packages of the instrumentations that it switches on; `null` where that is not known, as of a vendor's distribution. */
  readonly instrumentations: readonly Instrumentation[] | null
  /** Methods that end it, where it has some. */
  readonly shutdown: readonly string[]
}

/** An instrumentation that is switched on. */
export interface Instrumentation {
  /** Its package, or `auto-instrumentations-node`. */
  readonly module: string
  /** Of `auto-instrumentations-node`: packages that the code switches on or off, whatever the environment says. */
  readonly on?: readonly string[]
  readonly off?: readonly string[]
}

/** A setup as reports call it: `NodeSDK of @opentelemetry/sdk-node`, or the module alone where loading it is all. */
export function setupName({ name, module }: SetupSite): string {
  return name === module ? name : `${name} of ${module}`
}

/** Every setup of the program, by file. What a class or function of the program wraps around it is followed by its callers. */
export function findSetups(files: readonly ProgramFile[], program: Program, graph: ModuleGraph, evaluator: Evaluator): readonly SetupSite[] {
  const sites: SetupSite[] = []
  for (const { root, path } of files) {
    if (!mayHoldSetup(root.text)) continue
    for (const imported of graph.importsOf(path)) {
      // A vendor's own repository has the module among its files.
      const row = imported.specifier.startsWith('.') ? null : effectOfImport(imported.specifier)
      const reexported = reexportedSetup(imported.node)
      if (reexported) sites.push({ node: imported.node, file: path, effect: 'instruments', module: reexported.module, name: reexported.export, conditional: false, provides: true, instrumentations: null, shutdown: [] })
      if (row && isSideEffect(imported.node)) sites.push({ node: imported.node, file: path, effect: row, module: imported.specifier, name: imported.specifier, conditional: false, provides: true, instrumentations: instrumentationsOfModule(imported.specifier), shutdown: [] })
    }
    for (const node of nodesOf(root).calls) {
      const site = readCall(node, path)
      if (site) sites.push(site)
    }
  }
  return sites

  function readCall(node: ts.CallExpression | ts.NewExpression, file: string): SetupSite | null {
    const callee = evaluator.evaluate(node.expression)
    if (callee.kind !== 'export') return null
    const row = setupRows.find(one => (one.as === 'new') === ts.isNewExpression(node) && isExport(callee, [one]))
    const last = callee.path.at(-1)
    const name = last === undefined || last === '*' || last === 'default' ? callee.module : last
    if (row) {
      const effect = row.effect === 'provider' && (hasInstrumentations(node) || loadsPlugins(row, file)) ? 'instruments' : row.effect
      // A provider that is only made is no setup: it must be registered, or be an SDK that somebody starts.
      if (row.effect === 'provider' && ts.isNewExpression(node) && !isStarted(node)) return null
      if (row.needs && !mayHaveOption(node, row.needs)) return null
      return { node, file, effect, module: callee.module, name, conditional: isConditional(node), provides: row.provides !== false, instrumentations: effect === 'instruments' ? switchedOn(node, row) : [], shutdown: row.shutdown ?? [] }
    }
    if (ts.isNewExpression(node) && instrumentationModule.test(callee.module) && serverInstrumentation.test(callee.module) && !isInsideSetup(node)) {
      return { node, file, effect: 'instruments', module: callee.module, name, conditional: isConditional(node), provides: false, instrumentations: [{ module: callee.module }], shutdown: [] }
    }
    if (isUnlistedDistribution(callee.module, last)) {
      return { node, file, effect: 'instruments', module: callee.module, name, conditional: isConditional(node), provides: true, instrumentations: null, shutdown: [] }
    }
    return null
  }

  /** What a call switches on: what its options list, or what the package is. */
  function switchedOn(node: ts.CallExpression | ts.NewExpression, row: SetupRow): readonly Instrumentation[] | null {
    if (row.module === autoInstrumentations) return [chosen(node)]
    if (row.module === '@fastify/otel') return [{ module: row.module }]
    if (!/^@(?:opentelemetry\/|vercel\/otel$)/u.test(row.module) || row.plugins) return null
    const [options] = node.arguments ?? []
    const entity = options && evaluator.evaluate(options)
    if (entity?.kind !== 'value' || !ts.isObjectLiteralExpression(entity.node)) return null
    const list = entity.node.properties.find(property => property.name?.getText() === 'instrumentations')
    if (!list || entity.node.properties.some(ts.isSpreadAssignment)) return null
    if (ts.isPropertyAssignment(list)) return listed(list.initializer)
    return ts.isShorthandPropertyAssignment(list) ? listed(list.name) : null
  }

  /** The packages of the instrumentations in a list; `null` as soon as one is not known. */
  function listed(expression: ts.Expression): readonly Instrumentation[] | null {
    const plain = unwrap(expression)
    const entity = evaluator.evaluate(plain)
    if (entity.kind === 'result') return entity.callee.kind !== 'export' ? null : entity.callee.module === autoInstrumentations ? [chosen(entity.node)] : [{ module: entity.callee.module }]
    // `auto` and `fetch` of @vercel/otel, which are no servers.
    if (entity.kind === 'value' && ts.isStringLiteralLike(entity.node)) return []
    if (entity.kind !== 'value' || !ts.isArrayLiteralExpression(entity.node)) return null
    // `const list = []`, which is filled later.
    if (ts.isIdentifier(plain) && new RegExp(`\\b${plain.text}\\.(?:push|splice|unshift)\\(`, 'u').test(entity.node.getSourceFile().text)) return null
    const found = entity.node.elements.map(element => listed(ts.isSpreadElement(element) ? element.expression : element))
    return found.every(one => one !== null) ? found.flat() : null
  }

  /** `getNodeAutoInstrumentations({ '@opentelemetry/instrumentation-http': { enabled: false } })`: what it is told to leave out or not to. */
  function chosen(node: ts.CallExpression | ts.NewExpression): Instrumentation {
    const said = { true: [] as string[], false: [] as string[] }
    const options = node.arguments?.[0] ? evaluator.evaluate(node.arguments[0]) : null
    for (const property of options ? propertiesOf(options) : []) {
      if (!ts.isPropertyAssignment(property) && !ts.isShorthandPropertyAssignment(property)) continue
      const own = propertiesOf(evaluator.evaluate(ts.isPropertyAssignment(property) ? property.initializer : property.name))
      const enabled = own.find(one => one.name?.getText() === 'enabled')
      const value = enabled && ts.isPropertyAssignment(enabled) ? unwrap(enabled.initializer).kind : null
      const name = ts.isComputedPropertyName(property.name) ? evaluator.evaluate(property.name.expression) : null
      const text = name === null ? (ts.isStringLiteralLike(property.name) ? property.name.text : null) : name.kind === 'value' && ts.isStringLiteralLike(name.node) ? name.node.text : null
      if (text === null) continue
      if (value === ts.SyntaxKind.TrueKeyword) said.true.push(text)
      if (value === ts.SyntaxKind.FalseKeyword) said.false.push(text)
    }
    return { module: autoInstrumentations, on: said.true, off: said.false }
  }

  function propertiesOf(entity: Entity): readonly ts.ObjectLiteralElementLike[] {
    return entity.kind === 'value' && ts.isObjectLiteralExpression(entity.node) ? entity.node.properties : []
  }

  /** `instrumentations: [...]` among the options, wherever the options are made. */
  function hasInstrumentations(node: ts.CallExpression | ts.NewExpression): boolean {
    const [options] = node.arguments ?? []
    if (!options) return false
    const entity = evaluator.evaluate(options)
    const literal = entity.kind === 'value' && ts.isObjectLiteralExpression(entity.node) ? entity.node : null
    if (!literal) return entity.kind !== 'value'
    return literal.properties.some(property => (property.name && ts.isIdentifier(property.name) && property.name.text === 'instrumentations') || ts.isSpreadAssignment(property))
  }

  /** Is one of the options given, and not 0? Options that are made elsewhere may well hold it. */
  function mayHaveOption(node: ts.CallExpression | ts.NewExpression, names: readonly string[]): boolean {
    const [options] = node.arguments ?? []
    if (!options) return false
    const entity = evaluator.evaluate(options)
    if (entity.kind !== 'value' || !ts.isObjectLiteralExpression(entity.node)) return true
    return entity.node.properties.some(property => {
      if (ts.isSpreadAssignment(property)) return true
      const isNamed = (ts.isIdentifier(property.name) || ts.isStringLiteralLike(property.name)) && names.includes(property.name.text)
      return isNamed && !(ts.isPropertyAssignment(property) && property.initializer.getText() === '0')
    })
  }

  /** `.register()`, `.start()`, `setGlobalTracerProvider(provider)`: somewhere in the file, on what this makes. */
  function isStarted(node: ts.NewExpression): boolean {
    const { text } = node.getSourceFile()
    if (isReturned(node) && startsElsewhere(node)) return true
    if (!/\.(?:register|start|startInstrumentation)\s*\(|setGlobalTracerProvider/u.test(text)) return isExportedValue(node)
    let found = false as boolean
    const visit = (at: ts.Node): void => {
      if (found) return
      if (ts.isCallExpression(at)) {
        const { expression } = at
        if (ts.isPropertyAccessExpression(expression) && ['register', 'start'].includes(expression.name.text)) found ||= stands(expression.expression)
        else if (ts.isPropertyAccessExpression(expression) && expression.name.text === 'setGlobalTracerProvider') found ||= at.arguments.some(stands)
      }
      ts.forEachChild(at, visit)
    }
    visit(node.getSourceFile())
    return found || isExportedValue(node)

    function stands(expression: ts.Expression): boolean {
      const entity = evaluator.evaluate(expression)
      return (entity.kind === 'result' && entity.node === node) || entity.kind === 'unknown' || entity.kind === 'each'
    }
  }

  /** A factory gives it away (`useFactory: () => new NodeSDK()`), and another file starts something that it calls by the class's name. */
  function startsElsewhere(node: ts.NewExpression): boolean {
    const made = node.expression.getText().split('.').at(-1) ?? ''
    return files.some(({ root }) => root.text.includes(made) && /\.start\s*\(/u.test(root.text))
  }

  /** `export const sdk = new NodeSDK()`: started by whoever imports it. */
  function isExportedValue(node: ts.NewExpression): boolean {
    const { parent } = node
    if (ts.isExportAssignment(parent)) return true
    if (ts.isBinaryExpression(parent) && ts.isPropertyAccessExpression(parent.left)) return /^(?:module\.)?exports\b/u.test(parent.left.getText())
    if (!ts.isVariableDeclaration(parent) || !ts.isIdentifier(parent.name)) return false
    const name = parent.name.text
    return [...program.exportsOf(node.getSourceFile().fileName).values()].some(symbol => symbol.name === name || symbol.declarations?.some(declaration => declaration === parent || (ts.isExportAssignment(declaration) && declaration.expression.getText() === name) || (ts.isBinaryExpression(declaration) && declaration.right.getText() === name)))
  }
}

function isReturned(node: ts.NewExpression): boolean {
  return ts.isReturnStatement(node.parent) || ts.isArrowFunction(node.parent)
}

/** Line 0 of the SDK loaded the plugins that were installed beside it, without being told of them. */
function loadsPlugins(row: SetupRow, file: string): boolean {
  const { plugins } = row
  return plugins !== undefined && [...(getPackage(file)?.dependencies ?? [])].some(name => plugins.test(name))
}

/**
 * A distribution that no row names: a package that calls itself one of OpenTelemetry, whose whole or whose function for
 * starting is called. A house has its own, and vendors come and go; what is called so is no accident.
 *
 * @param exported the name of what is called; `undefined` or `*` for the module itself
 */
function isUnlistedDistribution(module: string, exported: string | undefined): boolean {
  if (/^@opentelemetry\//u.test(module) || !/(?:^|[@/-])(?:opentelemetry|otel)(?:$|[/-])/u.test(module)) return false
  if (/instrumentation|exporter|middleware|sentry/u.test(module)) return false
  return exported === undefined || exported === '*' || exported === 'default' || /^(?:bootstrap|configure|init|instrument|register|setup|start)/iu.test(exported)
}

/** The effect of a module whose import alone sets up tracing. */
function effectOfImport(module: string): SetupEffect | null {
  return setupModules.find(one => matchesModule(module, one.module))?.effect ?? null
}

/** What the import of a module alone switches on. */
function instrumentationsOfModule(module: string): readonly Instrumentation[] | null {
  return matchesModule(module, `${autoInstrumentations}/*`) ? [{ module: autoInstrumentations }] : null
}

/**
 * Does something that instruments make the spans of a framework's handlers? What is not known is believed to.
 *
 * @param kind the descriptor's: a queue of the house, which no instrumentation knows, is a `consumer`
 * @param environments the variables of each start that it happens in; what all of them switch off is off
 */
export function instruments(instrumentations: readonly Instrumentation[] | null, framework: string, kind: FrameworkDescriptor['kind'], environments: readonly Environment[]): boolean {
  if (instrumentations === null || nativelyTraced.has(framework)) return true
  const known = Object.hasOwn(instrumentedBy, framework) ? instrumentedBy[framework] : kind === 'consumer' ? null : instrumentedBy['node-http']
  if (!known) return false
  return instrumentations.some(one => (one.module === autoInstrumentations
    ? known.auto && (environments.length > 0 ? environments : [{}]).some(environment => isLeftIn(known.needs ?? known.by, one, environment))
    : known.by.test(one.module)))
}

/** Variables by name. */
export type Environment = Readonly<Record<string, string>>

/** What the code says comes before the environment. Source: `shouldDisableInstrumentation` of auto-instrumentations-node 0.81. */
function isLeftIn(needed: RegExp, { on = [], off = [] }: Instrumentation, environment: Environment): boolean {
  const named = (variable: string): string[] => (environment[variable] ?? '').split(',').map(name => `@opentelemetry/instrumentation-${name.trim()}`)
  if (off.some(name => needed.test(name))) return false
  if (on.some(name => needed.test(name))) return true
  if (named(disabledInstrumentations).some(name => needed.test(name))) return false
  return !environment[enabledInstrumentations] || named(enabledInstrumentations).some(name => needed.test(name))
}

/** Is the span of its requests node:http's, and is it another framework than that? */
export function standsOnHttp(framework: string): boolean {
  return framework !== 'node-http' && instrumentedBy[framework] === instrumentedBy['node-http']
}

/** What a preload that is no file of the program switches on. */
export function instrumentationsOfPreload({ module }: Preload): readonly Instrumentation[] | null {
  return instrumentationsOfModule(module)
}

/** The frameworks whose requests a module traces by Node's servers, though it instruments none of them. */
export function servedBy(module: string): readonly string[] {
  return setupModules.find(one => matchesModule(module, one.module))?.serves ?? []
}

/** The effect of a module that is preloaded; `null` when it has none that is known. */
export function effectOfModule(module: string): SetupEffect | null {
  const known = effectOfImport(module)
  if (known) return known
  // The program's own file that is not there (built, or not committed), or a package of the house: its name says what it is for.
  if (/^\.{0,2}\//u.test(module)) return namesTracing(path.basename(module)) ? 'instruments' : null
  const name = /^(?:@[^/]+\/)?[^/]+/u.exec(module)?.[0] ?? module
  // It lets others change ES modules, and changes none by itself.
  if (/\/hook\.m?js$/u.test(module)) return null
  if (!isTracingPackage(name)) return !name.startsWith('@opentelemetry/') && namesTracing(module) ? 'instruments' : null
  // A vendor's own entry for preloading (`@vendor/otel/register`) is what such a path is for.
  return module !== name || /node|auto/u.test(name) ? (/sentry|dd-trace|newrelic|datadog|elastic-apm|instana|dynatrace/u.test(name) ? 'apm' : 'instruments') : null
}

function namesTracing(name: string): boolean {
  return /(?:^|[^a-z])(?:apm|instrument(?:ation)?|o(?:pen)?tel(?:emetry)?|telemetry|trac(?:er|ing))(?:[^a-z]|$)/iu.test(name) && !/hook|loader/iu.test(name)
}

/** What a preload that is no file does. */
export function effectOfPreload(preload: Preload): SetupEffect | null {
  if (preload.how === 'layer') return /otel|opentelemetry|adot/iu.test(preload.module) ? 'instruments' : /datadog|newrelic|sentry/iu.test(preload.module) ? 'apm' : null
  if (preload.how === 'platform') return /opentelemetry/iu.test(preload.module) ? 'instruments' : 'apm'
  return preload.file === null ? effectOfModule(preload.module) : null
}

function mayHoldSetup(text: string): boolean {
  return /opentelemetry|otel|spanguard|dd-trace|newrelic|sentry|elastic-apm|instana|appsignal|applicationinsights|azure\/monitor|baselime|uptrace|traceloop|logfire|trace-agent|skywalking/iu.test(text)
}

/** `export { register } from '@spanguard/runtime/next'`, under whatever name the framework wants it. */
function reexportedSetup(node: ts.Node): (typeof reexportedSetups)[number] | null {
  if (!ts.isExportDeclaration(node) || node.isTypeOnly || !node.moduleSpecifier || !ts.isStringLiteral(node.moduleSpecifier)) return null
  const module = node.moduleSpecifier.text
  const { exportClause } = node
  const names = exportClause && ts.isNamedExports(exportClause) ? exportClause.elements.map(element => (element.propertyName ?? element.name).text) : null
  return reexportedSetups.find(one => one.module === module && (names === null || names.includes(one.export))) ?? null
}

/** `import 'x'` and a bare `require('x')`; one that takes something out of the module does not count by itself, but for CommonJS agents. */
function isSideEffect(node: ts.Node): boolean {
  if (ts.isImportDeclaration(node)) return !node.importClause || /\/(?:init|register|instrument|preload|tracing)$/u.test(ts.isStringLiteral(node.moduleSpecifier) ? node.moduleSpecifier.text : '')
  if (ts.isCallExpression(node)) return !ts.isPropertyAccessExpression(node.parent) || /newrelic/u.test(node.getText())
  return false
}

/** An instrumentation that is given to an SDK or to `registerInstrumentations` is part of that setup. */
function isInsideSetup(node: ts.Node): boolean {
  for (let at = node.parent; !ts.isSourceFile(at); at = at.parent) {
    if (ts.isNewExpression(at) && at !== node) return true
    if (ts.isCallExpression(at) && /registerInstrumentations/u.test(at.expression.getText())) return true
  }
  return false
}

function isConditional(node: ts.Node): boolean {
  for (let at = node; !ts.isSourceFile(at); at = at.parent) {
    if (ts.isFunctionLike(at)) return false
    const { parent } = at
    if (ts.isBlock(parent) && parent.statements.some(statement => statement.end <= at.pos && isWayOut(statement))) return true
    if (ts.isIfStatement(parent) && parent.expression !== at) return true
    if (ts.isConditionalExpression(parent) && parent.condition !== at) return true
    if (ts.isBinaryExpression(parent) && parent.right === at && parent.operatorToken.kind === ts.SyntaxKind.AmpersandAmpersandToken) return true
  }
  return false
}

/** `if (!enabled) return` before it. A guard against a second setup (`if (started) return`) is no condition. */
function isWayOut(statement: ts.Statement): boolean {
  if (!ts.isIfStatement(statement) || statement.elseStatement) return false
  const { thenStatement: then, expression } = statement
  const last = ts.isBlock(then) ? then.statements.at(-1) : then
  return last !== undefined && ts.isReturnStatement(last) && !/NEXT_RUNTIME/u.test(expression.getText()) && !asksOwnState(expression)
}

/** A variable of the module itself that is written later, and nothing else. */
function asksOwnState(expression: ts.Expression): boolean {
  const names: ts.Identifier[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) names.push(node)
    else if (ts.isPropertyAccessExpression(node)) visit(node.expression)
    else ts.forEachChild(node, visit)
  }
  visit(expression)
  const own = new Set(expression.getSourceFile().statements.flatMap(statement => (ts.isVariableStatement(statement) && (statement.declarationList.flags & ts.NodeFlags.Const) === 0 ? statement.declarationList.declarations.map(one => one.name.getText()) : [])))
  return names.length > 0 && names.every(name => name.text === 'undefined' || own.has(name.text))
}

/** Methods by which spans are started; a middleware or wrapper written by hand calls one. */
const startMethods = new Set(['startActiveSpan', 'startSpan', 'traceHandler', 'withSpan'])

/** `tracer.startSpan` of dd-trace and its like is no span of OpenTelemetry. */
function isLookAlike(callee: ts.Expression, evaluator: Evaluator): boolean {
  const isOther = (module: string): boolean => lookAlikeModules.some(pattern => matchesModule(module, pattern))
  let entity: Entity = evaluator.evaluate(ts.isPropertyAccessExpression(callee) ? callee.expression : callee)
  while (entity.kind === 'result' || entity.kind === 'member') entity = entity.kind === 'result' ? entity.callee : entity.of
  if (entity.kind === 'export') return isOther(entity.module)
  const { statements } = callee.getSourceFile()
  return statements.some(statement => ts.isImportDeclaration(statement) && ts.isStringLiteral(statement.moduleSpecifier) && isOther(statement.moduleSpecifier.text))
    || /require\(['"]dd-trace['"]\)/u.test(callee.getSourceFile().text)
}

/** Does a function of the program start a span, itself or through a function that it returns or calls? */
export function startsSpan(node: ts.FunctionLikeDeclaration, evaluator: Evaluator, depth = 2): boolean {
  if (!node.body) return false
  let found = false as boolean
  const visit = (at: ts.Node): void => {
    if (found) return
    if (ts.isCallExpression(at)) {
      const callee = unwrap(at.expression)
      const name = ts.isPropertyAccessExpression(callee) ? callee.name.text : ts.isIdentifier(callee) ? callee.text : ''
      if (startMethods.has(name)) found = !isLookAlike(callee, evaluator)
      else if (depth > 0) {
        const entity = evaluator.evaluate(callee)
        if (entity.kind === 'function' && entity.node !== node) found = startsSpan(entity.node, evaluator, depth - 1)
      }
    }
    ts.forEachChild(at, visit)
  }
  visit(node.body)
  return found || (depth > 0 && returnsOf(node).some(expression => {
    const entity: Entity = evaluator.evaluate(expression)
    return entity.kind === 'function' && entity.node !== node && startsSpan(entity.node, evaluator, depth - 1)
  }))
}
