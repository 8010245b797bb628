import type { TSESTree } from '@typescript-eslint/types'
import type { SourceCode } from '@typescript-eslint/utils/ts-eslint'

import { findSetupExport, type SetupExport } from '../../otel/setup.js'
import { findBinding, getPropertyName, unwrap } from '../bindings.js'
import { resolveReference } from '../imports.js'

export type Call = TSESTree.CallExpression | TSESTree.NewExpression

/** A call or `new` of something that sets tracing up. */
export interface SetupCall {
  readonly node: Call
  readonly row: SetupExport
  readonly module: string
  /** The export's own name, whatever the file calls it. */
  readonly name: string
}

/** What a call or `new` sets up, or null. `new` is asked of classes and refused of functions. */
export function readSetupCall(node: Call, sourceCode: Readonly<SourceCode>): SetupCall | null {
  const reference = resolveReference(node.callee, sourceCode)
  if (reference === null) return null
  const row = findSetupExport(reference.module, reference.imported, reference.path)
  if (row === null) return null
  const isFunction = row.role === 'distro' || row.role === 'instrumentations'
  if (isFunction === (node.type === 'NewExpression')) return null
  const name = reference.path.at(-1) ?? reference.imported
  return { node, row, module: reference.module, name }
}

/** The setup call that an expression is, through names that are assigned once, or null. */
export function findSetupCall(node: TSESTree.Node, sourceCode: Readonly<SourceCode>): SetupCall | null {
  const expression = resolveOnce(node, sourceCode)
  return expression.type === 'NewExpression' || expression.type === 'CallExpression' ?
      readSetupCall(expression, sourceCode)
    : null
}

/** The expression behind a name that is assigned exactly once, unconditionally; else the expression itself. */
export function resolveOnce(node: TSESTree.Node, sourceCode: Readonly<SourceCode>, depth = 0): TSESTree.Node {
  const expression = unwrap(node)
  if (expression.type !== 'Identifier' || depth > 4) return expression
  const binding = findBinding(expression, sourceCode)
  if (binding?.kind !== 'variable' || binding.init === null || binding.path.length > 0) return expression
  // `let sampler; if (x) sampler = …` is assigned once and still not always.
  if (binding.init.parent.type !== 'VariableDeclarator') return expression
  return resolveOnce(binding.init, sourceCode, depth + 1)
}

/** The value of an option in an object that is written out (or named once), else null. */
export function getOption(
  argument: TSESTree.Node | undefined,
  name: string,
  sourceCode: Readonly<SourceCode>,
): TSESTree.Node | null {
  const object = argument === undefined ? null : resolveOnce(argument, sourceCode)
  if (object?.type !== 'ObjectExpression') return null
  const property = object.properties.findLast(
    (each): each is TSESTree.Property => each.type === 'Property' && !each.computed && getPropertyName(each) === name,
  )
  return property?.value ?? null
}

/** The name at the end of a callee: `NodeSDK` of `sdk.NodeSDK`. */
export function getCalleeName(node: Call): TSESTree.Node {
  const callee = unwrap(node.callee)
  return callee.type === 'MemberExpression' ? callee.property : callee
}
