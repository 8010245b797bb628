import type { TSESTree } from '@typescript-eslint/types'
import type { SourceCode } from '@typescript-eslint/utils/ts-eslint'

import { findBinding, getEnclosingFunction, getMemberName, isFunction, unwrap } from '../bindings.js'
import { getParent } from './parents.js'
import { type Call, findSetupCall } from './setup-calls.js'

/** Methods that send what is buffered. */
export const endMethods: ReadonlySet<string> = new Set(['forceFlush', 'shutdown'])

/** What bounds a shutdown in time, as it is written: a race, a timer, a helper or option that says so. */
const DEADLINE = /\bPromise\.race\b|\bAbortSignal\.timeout\b|\bset(?:Timeout)\s*\(|[tT]imeout(?:Millis|Ms|MS)?\b|[dD]eadline/

/** How a shutdown ends: with a deadline, without one, or in somebody else's hands. */
export function readDeadline(end: TSESTree.Node, sourceCode: Readonly<SourceCode>): 'bounded' | 'unbounded' | 'unknown' {
  // `onExit(sdk.shutdown)`: who calls it decides.
  if (end.type !== 'MemberExpression' || end.parent.type !== 'CallExpression' || end.parent.callee !== end) return 'unknown'
  let outermost: TSESTree.Node = end.parent
  for (let fn = getEnclosingFunction(end); fn !== null; fn = getEnclosingFunction(fn)) outermost = fn
  if (isOffered(outermost)) return 'unknown'
  const statement = isFunction(outermost) ? outermost : (findStatement(outermost) ?? outermost)
  return DEADLINE.test(sourceCode.getText(statement)) ? 'bounded' : 'unbounded'
}

/** A function that is exported is bounded, or not, by its callers. */
function isOffered(node: TSESTree.Node): boolean {
  const holder = node.parent?.type === 'VariableDeclarator' ? node.parent.parent.parent : node.parent
  return (
    holder?.type === 'ExportNamedDeclaration' ||
    holder?.type === 'ExportDefaultDeclaration' ||
    node.type === 'FunctionDeclaration'
  )
}

function findStatement(node: TSESTree.Node): TSESTree.Node | null {
  let current: TSESTree.Node | null = node
  while (current !== null && !/Statement$|Declaration$/.test(current.type)) current = getParent(current)
  return current
}

/**
 * Does the file end something that can be the provider, a processor or an exporter, by another way than the variable that
 * holds the provider: `trace.getTracerProvider().shutdown()`, `processor.forceFlush()`?
 */
export function hasOtherEnd(calls: readonly Call[], sourceCode: Readonly<SourceCode>): boolean {
  return calls.some((call) => {
    const callee = unwrap(call.callee)
    if (callee.type !== 'MemberExpression' || !endMethods.has(getMemberName(callee) ?? '')) return false
    const setup = findSetupCall(callee.object, sourceCode)
    if (setup !== null) return setup.row.role === 'processor' || setup.row.role === 'exporter'
    return !isSomethingElse(callee.object, sourceCode)
  })
}

/** Is it shown to be made by another class (a meter provider, a server), or a module of its own? */
function isSomethingElse(written: TSESTree.Node, sourceCode: Readonly<SourceCode>): boolean {
  const node = unwrap(written)
  if (node.type === 'NewExpression') return true
  if (node.type !== 'Identifier') return false
  const binding = findBinding(node, sourceCode)
  if (binding?.kind === 'import') return true
  if (binding?.kind !== 'variable') return false
  return binding.writes.length > 0 && binding.writes.every((write) => unwrap(write).type === 'NewExpression')
}
