import { isRecordingSwitch } from '@spanguard/policy'
import type { TSESTree } from '@typescript-eslint/types'
import type { SourceCode } from '@typescript-eslint/utils/ts-eslint'

import { findBinding, unwrap } from './bindings.js'
import { leaves } from './setup/conditions.js'
import { getParent } from './setup/parents.js'
import { getChain } from './values.js'

/** A switch behind a name behind a name behind a name: further than that nobody reads along. */
const DEPTH = 3

/**
 * Is a node reached only where somebody switched the recording of content on? Asked of the conditions around it, of guards before
 * it, and, where it is a name, of everything that is put into it.
 */
export function isSwitchedOn(node: TSESTree.Node, sourceCode: Readonly<SourceCode>): boolean {
  const written = sourceCode.getText(node)
  const isSwitch: Ask = (test, holds) => asksToRecord(test, holds, written, sourceCode, 0)
  if (isBehind(node, isSwitch)) return true
  if (node.type !== 'Identifier') return false
  const binding = findBinding(node, sourceCode)
  if (binding?.kind !== 'variable' || binding.path.length > 0) return false
  const made = binding.writes.map(unwrap).filter((write) => write.type !== 'Literal' && !(write.type === 'Identifier' && write.name === 'undefined'))
  return made.length > 0 && made.every((write) => chooses(write, isSwitch) || isBehind(write, isSwitch))
}

type Ask = (test: TSESTree.Node, holds: boolean) => boolean

function isBehind(node: TSESTree.Node, isSwitch: Ask): boolean {
  let child = node
  let parent = getParent(node)
  while (parent !== null) {
    if (isBranchOf(parent, child, isSwitch)) return true
    child = parent
    parent = getParent(parent)
  }
  return false
}

function isBranchOf(parent: TSESTree.Node, child: TSESTree.Node, isSwitch: Ask): boolean {
  switch (parent.type) {
    case 'IfStatement':
    case 'ConditionalExpression':
      return child !== parent.test && isSwitch(parent.test, child === parent.consequent)
    case 'LogicalExpression':
      return child === parent.right && parent.operator !== '??' && isSwitch(parent.left, parent.operator === '&&')
    case 'BlockStatement':
      return hasGuard(parent.body, child, isSwitch)
    default:
      return false
  }
}

/** `if (!recordInputs) return` before a statement of the same block. */
function hasGuard(body: readonly TSESTree.Node[], child: TSESTree.Node, isSwitch: Ask): boolean {
  for (const statement of body) {
    if (statement === child) return false
    if (statement.type === 'IfStatement' && statement.alternate === null && leaves(statement.consequent) && isSwitch(statement.test, false)) return true
  }
  return false
}

/** `recordInputs ? JSON.stringify(input) : undefined`, `recordInputs && JSON.stringify(input)` */
function chooses(node: TSESTree.Node, isSwitch: Ask): boolean {
  if (node.type === 'ConditionalExpression') return isSwitch(node.test, true) || isSwitch(node.test, false)
  return node.type === 'LogicalExpression' && node.operator === '&&' && isSwitch(node.left, true)
}

/** Does a condition, true or false as `holds` says, ask for recording? One that tests what is written asks only whether it is there. */
function asksToRecord(test: TSESTree.Node, holds: boolean, written: string, sourceCode: Readonly<SourceCode>, depth: number): boolean {
  const node = unwrap(test)
  const ask = (inner: TSESTree.Node, innerHolds = holds): boolean => asksToRecord(inner, innerHolds, written, sourceCode, depth)
  switch (node.type) {
    case 'AwaitExpression':
      return ask(node.argument)
    case 'UnaryExpression':
      return node.operator === '!' && ask(node.argument, !holds)
    case 'LogicalExpression': {
      const isSure = node.operator === (holds ? '&&' : '||')
      return isSure ? ask(node.left) || ask(node.right) : ask(node.left) && ask(node.right)
    }
    case 'BinaryExpression':
      return asksByEquality(node, holds, ask)
    case 'CallExpression':
      return isNamed(node.callee, holds, written) || node.arguments.some((argument) => argument.type !== 'SpreadElement' && ask(argument))
    case 'Identifier': {
      if (isNamed(node, holds, written)) return true
      const binding = depth < DEPTH ? findBinding(node, sourceCode) : null
      if (binding?.kind !== 'variable' || binding.init === null) return false
      if (binding.path.length > 0) return isRecordingSwitch({ path: [...(getChain(binding.init) ?? []), ...binding.path], holds })
      return asksToRecord(binding.init, holds, written, sourceCode, depth + 1)
    }
    case 'MemberExpression':
      return isNamed(node, holds, written)
    default:
      return false
  }
}

function isNamed(node: TSESTree.Node, holds: boolean, written: string): boolean {
  const path = getChain(node)
  const name = path?.at(-1)
  if (path === null || name === undefined || new RegExp(`\\b${escape(name)}\\b`).test(written)) return false
  return isRecordingSwitch({ path, holds })
}

function escape(name: string): string {
  return name.replace(/[$#[\]]/g, '\\$&')
}

/** `recordInputs === true`, `process.env.TRACE_CONTENT !== 'false'` */
function asksByEquality(node: TSESTree.BinaryExpression, holds: boolean, ask: (node: TSESTree.Node, holds?: boolean) => boolean): boolean {
  if (!/^[=!]==?$/.test(node.operator)) return false
  const [literal, other] = node.right.type === 'Literal' ? [node.right, node.left] : [node.left, node.right]
  if (literal.type !== 'Literal') return false
  const isEqual = holds === node.operator.startsWith('=')
  if (/^(?:|0|false|no|off|none|null|disabled)$/i.test(String(literal.value))) return ask(other, !isEqual)
  return ask(other, isEqual)
}
