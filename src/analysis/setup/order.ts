import type { SetupOrder } from '@spanguard/policy'
import type { TSESTree } from '@typescript-eslint/types'
import type { SourceCode } from '@typescript-eslint/utils/ts-eslint'

import { instrumentedBy, isInstrumentable, registerModules } from '../../otel/setup.js'
import { getPackage } from '../../project/package-json.js'
import { whenMade } from '../../project/reachable.js'
import { findBinding, type FunctionNode, getEnclosingFunction, getMemberName, isFunction, unwrap } from '../bindings.js'
import { getRequiredModule, resolveReference } from '../imports.js'
import { originOf } from '../origins.js'
import { isStartingName } from './starting-names.js'
import type { SetupContext } from './providers.js'
import type { Call, SetupCall } from './setup-calls.js'
import { matchesApproved } from './approved.js'

/** A module that the file loads at its top, in the order in which modules are loaded. */
interface Load {
  readonly node: TSESTree.Node
  readonly source: TSESTree.Node
  readonly module: string
  /** For its effect alone: nothing of it is named. */
  readonly bare: boolean
}

/** Names of modules that set tracing up, by convention and by the documentation of OpenTelemetry and Next.js. */
const SETUP_NAME = /^(?:(?:[\w-]+[.-])?(?:instrument|instrumentation|opentelemetry|otel|telemetry|tracer|tracing)(?:[.-](?:node|server|setup|init|otel|sdk|http|grpc))*)$/i

/** Setup of this file, or loaded by it for its effect, that comes behind a module which it must precede. */
export function readOrder(
  getCalls: () => readonly SetupCall[],
  approved: readonly string[],
  context: SetupContext,
): SetupOrder[] {
  const { sourceCode } = context
  const everyLoad = readLoads(context)
  if (!everyLoad.some(({ module }) => isInstrumentable(module))) return []
  // Setup of the file's own imports something of OpenTelemetry or of an instrumentation.
  const calls = everyLoad.some(({ module }) => /telemetry|instrumentation|otel/.test(module)) ? getCalls() : []
  // The gRPC exporter stands on grpc-js itself, and wants its credentials made.
  const hasGrpcExporter = calls.some(({ row }) => row.role === 'exporter' && row.protocol === 'grpc')
  const loads = everyLoad.filter(({ module }) => module !== '@grpc/grpc-js' || !hasGrpcExporter)
  const own = calls.length === 0 && !/instrumentation|otel/.test(sourceCode.text) ? [] : readOwnSetup(calls, loads, context)
  return [...readLoadedSetup(loads, approved), ...own, ...readCalledSetup(loads, context)].slice(0, 1)
}

/** `import express from 'express'; import './tracing'` */
function readLoadedSetup(loads: readonly Load[], approved: readonly string[]): SetupOrder[] {
  return loads.flatMap((load, index): SetupOrder[] => {
    if (!load.bare || !isSetupModule(load.module, approved)) return []
    const early = loads.slice(0, index).find(({ module }) => isInstrumentable(module))
    return early === undefined ? [] : [makeOrder(early, load.module, load.source)]
  })
}

function isSetupModule(module: string, approved: readonly string[]): boolean {
  if (registerModules.has(module)) return true
  if (!module.startsWith('.') && !/^[@~#]\//.test(module)) return approved.includes(module)
  const name = (module.split('/').at(-1) ?? '').replace(/\.[cm]?[jt]sx?$/, '')
  return SETUP_NAME.test(name) || matchesApproved(module, approved)
}

/**
 * Instrumentations change modules from the moment they are made. Where that happens in a function, only one that the top
 * of the file calls tells when.
 */
function readOwnSetup(calls: readonly SetupCall[], loads: readonly Load[], context: SetupContext): SetupOrder[] {
  const { sourceCode } = context
  for (const { node, changes } of findInstrumentations(calls, context)) {
    const runsAt = findTopLevelRun(node, sourceCode)
    if (runsAt === null) continue
    const early = loads.find((load) => changes(load.module) && (isHoisted(load) || load.node.range[0] < runsAt.range[0]))
    if (early === undefined || (isHoisted(early) && isPatchedLate(context))) continue
    const callee = unwrap(node.callee)
    return [makeOrder(early, sourceCode.getText(callee.type === 'MemberExpression' ? callee.property : callee), callee)]
  }
  return []
}

/**
 * `import express from 'express'; import { startTracing } from './tracing'; startTracing()`: a function of the project that starts
 * something, of a module in which (or in whose imports) an instrumentation of what was loaded is made: by a function, so that the call came
 * too late, or as the module was loaded, so that its import did; such an instrumentation is there from then on, whenever the SDK is started.
 */
function readCalledSetup(loads: readonly Load[], context: SetupContext): SetupOrder[] {
  const { calls, filename, sourceCode } = context
  for (const call of calls) {
    const callee = unwrap(call.callee)
    const name = callee.type === 'MemberExpression' ? getMemberName(callee) : callee.type === 'Identifier' ? callee.name : null
    const reference = name !== null && isStartingName(name) ? resolveReference(callee, sourceCode) : null
    if (reference === null || !reference.module.startsWith('.')) continue
    const runsAt = findTopLevelRun(call, sourceCode)
    if (runsAt === null) continue
    const loaded = loads.findIndex(({ module }) => module === reference.module)
    for (const [index, early] of loads.entries()) {
      if (early.node.range[1] > runsAt.range[0] || !isInstrumentable(early.module) || (isHoisted(early) && isPatchedLate(context))) continue
      const made = whenMade(filename, reference.module, (text) => findMade(text, early.module))
      if (made === 'called') return [makeOrder(early, sourceCode.getText(call.callee), call.callee)]
      const setup = loads[loaded]
      if (made === 'loaded' && setup !== undefined && index < loaded) return [makeOrder(early, setup.module, setup.source)]
    }
  }
  return []
}

/** Where a file makes all instrumentations, or those among which the one of a module is. */
function findMade(text: string, module: string): number[] {
  const hasOwn = Object.entries(instrumentedBy).some(([name, changed]) => text.includes(name) && changed.some((pattern) => matches(module, pattern)))
  const made = hasOwn ? /\bgetNodeAutoInstrumentations\(|\bnew \w*Instrumentation\(/g : /\bgetNodeAutoInstrumentations\(/g
  return Array.from(text.matchAll(made), ({ index }) => index)
}

function findInstrumentations(
  calls: readonly SetupCall[],
  { calls: everyCall, sourceCode }: SetupContext,
): { node: Call; changes: (module: string) => boolean }[] {
  const ofAll = calls
    .filter(({ row }) => row.role === 'instrumentations' && row.all)
    .map(({ node }) => ({ node, changes: isInstrumentable }))
  const own = everyCall.flatMap((node) => {
    if (node.type !== 'NewExpression') return []
    const module = resolveReference(node.callee, sourceCode)?.module
    if (module === undefined || !Object.hasOwn(instrumentedBy, module)) return []
    const changed = instrumentedBy[module] ?? []
    return [{ node, changes: (loaded: string) => changed.some((pattern) => matches(loaded, pattern)) }]
  })
  return [...ofAll, ...own]
}

function matches(module: string, pattern: string): boolean {
  return pattern.endsWith('*') ? module.startsWith(pattern.slice(0, -1)) : module === pattern
}

function isHoisted(load: Load): boolean {
  return load.node.type === 'ImportDeclaration'
}

/**
 * A loader hook wraps every ES module, so that instrumentations reach what was imported before they were made. It is
 * registered by the file itself or by the command that starts it.
 */
function isPatchedLate({ filename, sourceCode }: SetupContext): boolean {
  const hook = /instrumentation\/hook\.mjs|import-in-the-middle/
  if (hook.test(sourceCode.text)) return true
  const scripts = Object.values(getPackage(filename)?.scripts ?? {})
  return scripts.some((script) => hook.test(script) || /--(?:experimental-)?loader\b/.test(script))
}

/** The statement at the top of the file that runs a node when the file is loaded, or null where only a caller can. */
function findTopLevelRun(node: TSESTree.Node, sourceCode: Readonly<SourceCode>): TSESTree.Node | null {
  const fn = getEnclosingFunction(node)
  if (fn === null) return node
  if (getEnclosingFunction(fn) !== null) return null
  const call = isFunction(unwrap(fn)) && fn.parent.type === 'CallExpression' && fn.parent.callee === fn ? fn.parent : null
  return call ?? findTopLevelCall(fn, sourceCode)
}

function findTopLevelCall(fn: FunctionNode, sourceCode: Readonly<SourceCode>): TSESTree.Node | null {
  for (const statement of sourceCode.ast.body) {
    if (statement.type !== 'ExpressionStatement') continue
    const expression = getCalled(statement.expression)
    if (expression?.callee.type !== 'Identifier') continue
    const binding = findBinding(expression.callee, sourceCode)
    if (binding?.kind === 'function' && binding.node === fn) return expression
    if (binding?.kind === 'variable' && binding.init === fn) return expression
  }
  return null
}

/** `main()`, `await main()`, `void main()`, `main().catch(exit)` */
function getCalled(written: TSESTree.Expression): TSESTree.CallExpression | null {
  const node = written.type === 'AwaitExpression' || written.type === 'UnaryExpression' ? written.argument : written
  if (node.type !== 'CallExpression') return null
  return node.callee.type === 'MemberExpression' && node.callee.object.type === 'CallExpression' ? getCalled(node.callee.object) : node
}

function makeOrder(early: Load, setup: string, setupAt: TSESTree.Node): SetupOrder {
  return {
    fact: 'setup-order',
    origin: originOf(early.source),
    certainty: 'certain',
    module: early.module,
    setup,
    setupAt: originOf(setupAt),
  }
}

/**
 * What the top of a file loads: imports first, since they are hoisted, then `require` in its order. TypeScript makes a `require` of each
 * import where it stands, so that in a file of TypeScript a `require` before it comes first.
 */
function readLoads({ filename, sourceCode }: SetupContext): Load[] {
  const imports: Load[] = []
  const requires: Load[] = []
  for (const statement of sourceCode.ast.body) {
    if (statement.type === 'ImportDeclaration') {
      if (!isErased(statement, sourceCode)) {
        imports.push({
          node: statement,
          source: statement.source,
          module: statement.source.value,
          bare: statement.specifiers.length === 0,
        })
      }
    } else if (statement.type === 'VariableDeclaration') {
      for (const { init } of statement.declarations) requires.push(...readRequire(init, statement, false, sourceCode))
    } else if (statement.type === 'ExpressionStatement') {
      requires.push(...readRequire(statement.expression, statement, true, sourceCode))
    } else if (statement.type === 'TSImportEqualsDeclaration' && statement.moduleReference.type === 'TSExternalModuleReference') {
      const source = statement.moduleReference.expression
      if (typeof source.value === 'string' && statement.importKind !== 'type') {
        requires.push({ node: statement, source, module: source.value, bare: false })
      }
    }
  }
  const loads = [...imports, ...requires]
  return requires.length > 0 && /\.c?tsx?$/.test(filename) ? loads.sort((left, right) => left.node.range[0] - right.node.range[0]) : loads
}

/** `require('x')`, `require('x').y`, `require('x')(…)`; the last one runs what it names, whatever is done with the result. */
function readRequire(
  written: TSESTree.Node | null,
  statement: TSESTree.Node,
  bare: boolean,
  sourceCode: Readonly<SourceCode>,
): Load[] {
  if (written === null) return []
  const node = unwrap(written)
  if (node.type === 'MemberExpression') return readRequire(node.object, statement, bare, sourceCode)
  if (node.type !== 'CallExpression') return []
  const module = getRequiredModule(node, sourceCode)
  const [source] = node.arguments
  if (module !== null && source !== undefined) return [{ node: statement, source, module, bare }]
  return node.callee.type === 'Identifier' ? [] : readRequire(node.callee, statement, true, sourceCode)
}

/** An import of types alone is not there when the program runs. */
function isErased(node: TSESTree.ImportDeclaration, sourceCode: Readonly<SourceCode>): boolean {
  if (node.importKind === 'type') return true
  if (node.specifiers.length === 0) return false
  return node.specifiers.every((specifier) => {
    if (specifier.type === 'ImportSpecifier' && specifier.importKind === 'type') return true
    const [variable] = sourceCode.getDeclaredVariables(specifier)
    const references = variable?.references as readonly { isValueReference?: boolean }[] | undefined
    // Parsers without types know values only.
    return references !== undefined && references.length > 0 && references.every(({ isValueReference }) => isValueReference === false)
  })
}
