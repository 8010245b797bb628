import type { Fact } from '@spanguard/policy'
import { splitName } from '@spanguard/policy'
import type { TSESTree } from '@typescript-eslint/types'

import { exportName, type FrameworkDescriptor, matchesExport } from '../../frameworks/index.js'
import { isMentioned } from '../../project/reachable.js'
import { findBinding, findVariable, getMemberName, isFunction, unwrap } from '../bindings.js'
import { type ImportedReference, resolveReference } from '../imports.js'
import type { FileAnalysis } from '../index.js'
import { findLocalFunction } from './registrations.js'

const DEPTH = 5

/** Words that say of a middleware, or of the module it comes from, that it traces. */
const tracingWords: ReadonlySet<string> = new Set([
  'apm',
  'instrument',
  'instrumentation',
  'instrumented',
  'observability',
  'opentelemetry',
  'otel',
  'span',
  'spans',
  'telemetry',
  'trace',
  'traced',
  'tracer',
  'tracing',
  'xray',
])

/**
 * Does an expression trace what is given to it? A middleware, wrapper or plugin that the table names, one whose name or module
 * says so, or a function of this file that starts a span.
 */
export function isTracing(node: TSESTree.Node, framework: FrameworkDescriptor, analysis: FileAnalysis, depth = 0): boolean {
  if (depth > DEPTH) return false
  const next = (child: TSESTree.Node | null): boolean => child !== null && isTracing(child, framework, analysis, depth + 1)
  const expression = unwrap(node)
  switch (expression.type) {
    case 'AwaitExpression':
    case 'SpreadElement':
      return next(expression.argument)
    case 'ConditionalExpression':
      return next(expression.consequent) || next(expression.alternate)
    case 'LogicalExpression':
      return next(expression.left) || next(expression.right)
    case 'ArrayExpression':
      return expression.elements.some(next)
    case 'ObjectExpression':
      return expression.properties.some((property) => next(property.type === 'Property' ? property.value : property))
    case 'CallExpression':
    case 'NewExpression':
      return next(expression.callee) || expression.arguments.some((argument) => !isFunction(argument) && next(argument))
    case 'ArrowFunctionExpression':
    case 'FunctionExpression':
    case 'FunctionDeclaration':
      return startsSpan(expression, analysis)
    case 'MemberExpression':
      return resolveReference(expression, analysis.sourceCode) === null ? isTracingMember(expression, framework, analysis, depth) : isTracingReference(expression, framework, analysis)
    case 'Identifier':
      return isTracingReference(expression, framework, analysis) || isTracingVariable(expression, framework, analysis, depth)
    default:
      return false
  }
}

function isTracingMember(node: TSESTree.MemberExpression, framework: FrameworkDescriptor, analysis: FileAnalysis, depth: number): boolean {
  const local = findLocalFunction(node, analysis)
  if (local !== null) return startsSpan(local, analysis)
  return saysTracing(getMemberName(node) ?? '') || isTracing(node.object, framework, analysis, depth + 1)
}

function isTracingVariable(node: TSESTree.Identifier, framework: FrameworkDescriptor, analysis: FileAnalysis, depth: number): boolean {
  const binding = findBinding(node, analysis.sourceCode)
  if (binding?.kind === 'function') return startsSpan(binding.node, analysis)
  if (binding?.kind !== 'variable') return false
  // Given several values, it traces if one of them does: whether that one holds is the program's to know.
  const values = binding.init === null ? [...binding.writes, ...loopedOver(node, analysis)] : [binding.init]
  return values.some((value) => isTracing(value, framework, analysis, depth + 1) || isTracingModule(value, binding.path, framework, analysis))
}

/** `for (const middleware of all)`: what the loop's variable is taken from. */
function loopedOver(node: TSESTree.Identifier, { sourceCode }: FileAnalysis): TSESTree.Expression[] {
  const declarator = findVariable(node, sourceCode)?.defs[0]?.node as TSESTree.Node | undefined
  const loop = declarator?.type === 'VariableDeclarator' ? declarator.parent.parent : undefined
  return loop?.type === 'ForOfStatement' && loop.left === declarator?.parent ? [loop.right] : []
}

/** What a destructured name is of a module: `let { expressTracing } = require('…')`, written to later. */
function isTracingModule(value: TSESTree.Expression, path: readonly string[], framework: FrameworkDescriptor, { sourceCode }: FileAnalysis): boolean {
  const reference = resolveReference(value, sourceCode)
  const [imported, ...rest] = path
  return reference !== null && imported !== undefined && reference.imported === '*' && isTracingExport({ module: reference.module, imported, path: rest }, framework)
}

function isTracingReference(node: TSESTree.Node, framework: FrameworkDescriptor, analysis: FileAnalysis): boolean {
  const reference = resolveReference(node, analysis.sourceCode)
  if (reference === null) return false
  return isTracingExport(reference, framework) || isDeclared(reference, analysis) || isNamedForTracing(reference, analysis)
}

/** Without one of these words a file starts no span and hears of none: what it calls tracing are the ids of requests, or its logs. */
const spanText = /span|tracer|trace-?(?:context|parent)|open-?(?:telemetry|tracing)|\botel|instrument|sentry|datadog|dd-trace|new-?relic|\bapm\b|x-?ray|zipkin|jaeger|\bb3\b|honeycomb|logfire|dynatrace|insights/iu

/**
 * Does an export say by its name or module that it traces? One of the project's own is read as far as relative imports lead, as text:
 * where nothing there speaks of spans, it does not, whatever it is called.
 */
export function isNamedForTracing({ imported, module, path }: ImportedReference, { filename }: FileAnalysis): boolean {
  if (![imported, ...path, module].some(saysTracing)) return false
  return !module.startsWith('.') || isMentioned(filename, module, spanText) !== false
}

/** One of the table's tracers, or what the fix inserts: a config that names the one need not repeat the other. */
export function isTracingExport({ imported, module, path }: ImportedReference, { insert, tracedBy }: FrameworkDescriptor): boolean {
  const name = exportName(imported, path)
  if (insert !== undefined && insert.module === module && insert.export === name) return true
  return tracedBy.some((ref) => matchesExport(ref, module, name))
}

/** Does it come from a module that the config approves or accepts? The runtime's own exports are told apart by the tables. */
function isDeclared({ module }: ImportedReference, { config }: FileAnalysis): boolean {
  if (module === '@spanguard/runtime' || module.startsWith('@spanguard/runtime/')) return false
  const { accept = [], approved = [] } = config.setup ?? {}
  return [...accept, ...approved].some((entry) => entry === module || module.startsWith(`${entry}/`))
}

/** Is one of the words of a name or module about tracing? */
function saysTracing(text: string): boolean {
  return text.split('/').some((part) => splitName(part).some((word) => tracingWords.has(word)))
}

/**
 * Does a function start a span or continue a caller's trace, itself or in a function of this file that it calls? Its inner
 * functions count: a middleware starts its span before the handler runs.
 */
export function startsSpan(node: TSESTree.Node, analysis: FileAnalysis, depth = 0): boolean {
  if (analysis.facts.some((fact) => isSpanFact(fact) && isWithin(fact, node))) return true
  if (depth >= 2) return false
  return analysis.calls.some((call) => {
    if (call.range[0] < node.range[0] || call.range[1] > node.range[1]) return false
    const called = findLocalFunction(call.callee, analysis)
    return called !== null && called !== node && startsSpan(called, analysis, depth + 1)
  })
}

function isSpanFact(fact: Fact): boolean {
  return fact.fact === 'span-start' || (fact.fact === 'propagation' && fact.direction === 'extract')
}

function isWithin({ origin }: Fact, node: TSESTree.Node): boolean {
  return origin.start >= node.range[0] && origin.end <= node.range[1]
}
