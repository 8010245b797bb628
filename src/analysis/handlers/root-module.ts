import type { TSESTree } from '@typescript-eslint/types'

import { exportName, matchesExport } from '../../frameworks/index.js'
import { isMentioned } from '../../project/reachable.js'
import { findBinding, getPropertyName, unwrap } from '../bindings.js'
import { resolveReference } from '../imports.js'
import type { FileAnalysis } from '../index.js'
import type { Host } from './hosts.js'
import type { Surroundings } from './surroundings.js'
import { isTracing } from './tracing.js'

/** The module that an app is made of, untraced as far as can be seen. */
export interface RootModule {
  /** The argument of the creation that names it. */
  readonly argument: TSESTree.Node
  /** The options under the class's decorator, where the class stands in this file. */
  readonly options: TSESTree.ObjectExpression | null
}

/** Without one of these words no tracing module is imported anywhere. A `SENTRY_DSN` among the settings imports none. */
const tracingText = /@spanguard\/runtime|opentelemetry|TracingModule|\botel\b|dd-trace|sentry(?!_|dsn)/iu

/**
 * The root module of an app, `null` when it is traced, has no handlers, or cannot be judged from here. A module of another file
 * is followed through relative imports by its text: it counts as untraced only when nothing that it reaches speaks of tracing.
 */
export function readRootModule(object: Host['object'], filename: string, around: Surroundings, analysis: FileAnalysis): RootModule | null {
  const { rootModule } = object.framework
  const argument = rootModule === undefined ? undefined : object.creation.arguments[rootModule.argument]
  if (rootModule === undefined || argument === undefined || argument.type === 'SpreadElement') return null
  const expression = unwrap(argument)
  if (expression.type !== 'Identifier') return null
  const binding = findBinding(expression, analysis.sourceCode)
  if (binding?.kind === 'class') {
    const options = readOptions(binding.node, object, analysis)
    if (options === null || isTracedModule(options, object, analysis, new Set())) return null
    const lists = options.properties.filter((property) => property.type === 'Property' && rootModule.handlers.includes(getPropertyName(property) ?? ''))
    return lists.length === 0 ? null : { argument, options }
  }
  const reference = resolveReference(expression, analysis.sourceCode)
  if (reference === null) return null
  const mentioned = reference.module.startsWith('.') ? isMentioned(filename, reference.module, tracingText) : null
  // Where the module's file is not to be found, the package still says whether anything could trace it.
  if (mentioned === true || (mentioned === null && around.hasRuntime)) return null
  return { argument, options: null }
}

function readOptions(
  node: TSESTree.ClassDeclaration | TSESTree.ClassExpression,
  object: Host['object'],
  analysis: FileAnalysis,
): TSESTree.ObjectExpression | null {
  const { rootModule } = object.framework
  // ESLint's own parser knows no decorators.
  for (const { expression } of (node.decorators as readonly TSESTree.Decorator[] | undefined) ?? []) {
    if (rootModule === undefined || expression.type !== 'CallExpression') continue
    const reference = resolveReference(expression.callee, analysis.sourceCode)
    const isModule = reference !== null && matchesExport(rootModule.decorator, reference.module, exportName(reference.imported, reference.path))
    const [options] = expression.arguments
    if (isModule && options?.type === 'ObjectExpression') return options
  }
  return null
}

/** Is a tracing module in its list, or in the list of a module of this file that is in it? */
function isTracedModule(options: TSESTree.ObjectExpression, object: Host['object'], analysis: FileAnalysis, seen: Set<TSESTree.Node>): boolean {
  const { framework } = object
  if (seen.has(options)) return false
  seen.add(options)
  const list = findList(options, framework.rootModule?.list ?? '')
  if (list === null) return false
  return list.elements.some((element) => {
    if (element === null) return false
    if (isTracing(element, framework, analysis)) return true
    const binding = element.type === 'Identifier' ? findBinding(element, analysis.sourceCode) : null
    const inner = binding?.kind === 'class' ? readOptions(binding.node, object, analysis) : null
    return inner !== null && isTracedModule(inner, object, analysis, seen)
  })
}

/** The array under a key of an object, written in place. */
export function findList(options: TSESTree.ObjectExpression, name: string): TSESTree.ArrayExpression | null {
  for (const property of options.properties) {
    if (property.type === 'Property' && getPropertyName(property) === name) {
      const value = unwrap(property.value)
      return value.type === 'ArrayExpression' ? value : null
    }
  }
  return null
}
