import type { TSESTree } from '@typescript-eslint/types'
import type { Test } from '../../flow/index.js'
import { findBinding, findVariable, getEnclosingFunction, getMemberName, unwrap } from '../bindings.js'
import type { FileAnalysis } from '../index.js'
import { perFile } from '../per-file.js'
import { nodesOf, nodesWithin } from '../walk.js'
import { isSpan, isSpanEnd, parentOf } from './context.js'
import type { Lowering } from './context.js'
import { functionNamesWithin } from './functions.js'
import { endsWhenCalled } from './inline.js'

const comparing: ReadonlySet<string> = new Set(['==', '===', '!=', '!=='])

/** What a condition says of the span (`if (span)`), or which condition it is, when the function asks it more than once. */
export function readTest(test: TSESTree.Expression, lowering: Lowering): Test | null {
  const { negated, inner } = stripNegation(test)
  const ofSpan = readSpanTest(inner, lowering)
  if (ofSpan !== null) return { of: 'span', key: 'span', negated: negated !== ofSpan.negated }
  const ofEnd = readEndTest(inner, lowering) ?? readStateTest(inner, lowering) ?? readPromiseTest(inner, lowering)
  if (ofEnd !== null) return { of: 'end', key: 'end', negated: negated !== ofEnd.negated }
  const conditions = getConditions(lowering)
  if (conditions.size === 0) return null
  const key = keyOfCondition(inner, lowering.sourceCode.text)
  if (key !== null && conditions.has(key)) return { of: 'condition', key, negated }
  // `if (run && failed)`: whoever gets in has a run.
  if (negated || inner.type !== 'LogicalExpression' || inner.operator !== '&&') return null
  const operand = readTest(inner.left, lowering) ?? readTest(inner.right, lowering)
  return operand === null ? null : { ...operand, partial: true }
}

function stripNegation(test: TSESTree.Expression): { negated: boolean; inner: TSESTree.Expression } {
  let inner = unwrap(test) as TSESTree.Expression
  let negated = false
  while (inner.type === 'UnaryExpression' && inner.operator === '!') {
    negated = !negated
    inner = unwrap(inner.argument) as TSESTree.Expression
  }
  return { negated, inner }
}

/** `span`, `span != null`, `span !== undefined`, `span.isRecording()`: a span that does not record need not be ended. */
function readSpanTest(node: TSESTree.Expression, lowering: Lowering): { negated: boolean } | null {
  if (isSpan(node, lowering)) return { negated: false }
  if (node.type === 'CallExpression') {
    const callee = unwrap(node.callee)
    if (callee.type !== 'MemberExpression' || getMemberName(callee) !== 'isRecording') return null
    return isSpan(callee.object, lowering) ? { negated: false } : null
  }
  if (node.type !== 'BinaryExpression') return null
  if (tellsNonRecording(node, lowering)) return { negated: !node.operator.startsWith('!') }
  if (!comparing.has(node.operator)) return null
  const isNothing = ({ left, right }: TSESTree.BinaryExpression): boolean =>
    isSpan(left, lowering) &&
    ((right.type === 'Literal' && right.value === null) || (right.type === 'Identifier' && right.name === 'undefined'))
  return isNothing(node) ? { negated: node.operator.startsWith('=') } : null
}

/** `span instanceof NonRecordingSpan`, `span.constructor.name === 'NonRecordingSpan'` */
function tellsNonRecording({ left, right, operator }: TSESTree.BinaryExpression, lowering: Lowering): boolean {
  if (operator === 'instanceof') return isSpan(left, lowering) && right.type === 'Identifier' && right.name === 'NonRecordingSpan'
  let object: TSESTree.Node = unwrap(left)
  while (object.type === 'MemberExpression') object = unwrap(object.object)
  return comparing.has(operator) && isSpan(object, lowering) && right.type === 'Literal' && right.value === 'NonRecordingSpan'
}

/** `ended`, `ended === false`: a variable of the function that is turned over wherever the span is ended, and nowhere else. */
function readEndTest(node: TSESTree.Expression, lowering: Lowering): { negated: boolean } | null {
  const isCompared = node.type === 'BinaryExpression' && comparing.has(node.operator) && isBoolean(node.right)
  const name = unwrap(isCompared ? node.left : node)
  if (name.type !== 'Identifier') return null
  const flag = findVariable(name, lowering.sourceCode)
  const [definition] = flag?.defs ?? []
  const declarator = definition?.node as TSESTree.Node | undefined
  if (flag === null || declarator?.type !== 'VariableDeclarator' || declarator.init === null || !isBoolean(declarator.init)) return null
  const initial = declarator.init.value
  const writes = flag.references.filter((reference) => reference.isWrite() && reference.init !== true)
  if (writes.length === 0 || !writes.every(({ identifier }) => isTurnedAtEnd(identifier as TSESTree.Node, !initial, lowering))) return null
  const asksForInitial = isCompared && isBoolean(node.right) ? (node.right.value === initial) === node.operator.startsWith('=') : initial
  return { negated: asksForInitial }
}

/** `span.ended`, and a constant that asks for it: `const unfinished = status !== unset && !span.ended`. */
function readStateTest(node: TSESTree.Expression, lowering: Lowering): { negated: boolean } | null {
  const binding = node.type === 'Identifier' ? findBinding(node, lowering.sourceCode) : null
  const asked = binding?.kind === 'variable' && binding.constant ? binding.init : node
  const [, not = '', name = ''] = /(!?)\s*\b(\w+)\??\.(?:_?ended|isEnded|hasEnded)\b/.exec(asked === null ? '' : lowering.sourceCode.getText(asked)) ?? []
  return lowering.names.has(name) ? { negated: not === '!' } : null
}

/** `result instanceof Promise`, where a chain on the promise ends the span (`result.finally(() => span.end())`): nobody else has to. */
function readPromiseTest(node: TSESTree.Expression, { analysis, body, names, sourceCode }: Lowering): { negated: boolean } | null {
  if (node.type !== 'BinaryExpression' || node.operator !== 'instanceof' || node.left.type !== 'Identifier' || node.right.type !== 'Identifier' || node.right.name !== 'Promise') return null
  const { name } = node.left
  // The function that asks may be a helper, which is read in the place of its call.
  const isEnding = nodesWithin(analysis.calls, getEnclosingFunction(node) ?? body).some(({ arguments: given, callee }) => {
    if (callee.type !== 'MemberExpression' || getMemberName(callee) !== 'finally' || !isChainOn(callee.object, name)) return false
    const [, ended = ''] = /\b(\w+)\.end\b/.exec(given[0] === undefined ? '' : sourceCode.getText(given[0])) ?? []
    return names.has(ended)
  })
  return isEnding ? { negated: false } : null
}

/** `result`, `result.then(…).catch(…)` */
function isChainOn(node: TSESTree.Expression, name: string): boolean {
  let object: TSESTree.Node = unwrap(node)
  while (object.type === 'CallExpression' && object.callee.type === 'MemberExpression') object = unwrap(object.callee.object)
  return object.type === 'Identifier' && object.name === name
}

function isBoolean(node: TSESTree.Node): node is TSESTree.BooleanLiteral {
  return node.type === 'Literal' && typeof node.value === 'boolean'
}

/** `ended = true` beside `span.end()`, beside the call of a function that ends it, or beside what takes such a function along. */
function isTurnedAtEnd(name: TSESTree.Node, to: boolean, lowering: Lowering): boolean {
  const write = parentOf(name)
  const statement = write === null ? null : parentOf(write)
  if (write?.type !== 'AssignmentExpression' || write.operator !== '=' || !isBoolean(write.right) || write.right.value !== to) return false
  if (statement?.type !== 'ExpressionStatement' || statement.parent.type !== 'BlockStatement') return false
  return statement.parent.body.some((sibling) => {
    if (functionNamesWithin(sibling, lowering.analysis).some(({ means }) => endsWhenCalled(means, lowering))) return true
    // `return pending.then((value) => { span.end(); return value })`
    if (sibling.type === 'ReturnStatement' && nodesWithin(nodesOf(lowering.sourceCode).calls, sibling).some((call) => isSpanEnd(call, lowering))) return true
    return endsSpan(sibling, lowering) || (sibling.type === 'TryStatement' && sibling.finalizer?.body.some((last) => endsSpan(last, lowering)) === true)
  })
}

function endsSpan(statement: TSESTree.Statement, lowering: Lowering): boolean {
  return statement.type === 'ExpressionStatement' && isSpanEnd(statement.expression, lowering)
}

/** The text of a condition that gives the same answer each time it is asked, else null. */
function keyOfCondition(node: TSESTree.Expression, text: string): string | null {
  return isRepeatable(node) ? text.slice(...node.range).replaceAll(/[?!\s]/g, '') : null
}

function isRepeatable(node: TSESTree.Node): boolean {
  const expression = unwrap(node)
  switch (expression.type) {
    case 'Identifier':
    case 'Literal':
    case 'ThisExpression':
      return true
    case 'MemberExpression':
      return isRepeatable(expression.object) && (!expression.computed || isRepeatable(expression.property))
    case 'UnaryExpression':
      return isRepeatable(expression.argument)
    case 'BinaryExpression':
    case 'LogicalExpression':
      return isRepeatable(expression.left) && isRepeatable(expression.right)
    default:
      return false
  }
}

const conditionsOf = perFile(() => new Map<TSESTree.Node, ReadonlySet<string>>())

function getConditions({ body, analysis }: Lowering): ReadonlySet<string> {
  const conditions = conditionsOf(analysis.sourceCode)
  const known = conditions.get(body) ?? collectConditions(body, analysis)
  conditions.set(body, known)
  return known
}

const none: ReadonlySet<string> = new Set()

/** The conditions that a function asks more than once and of which no variable is assigned again. */
function collectConditions(body: TSESTree.Node, analysis: FileAnalysis): ReadonlySet<string> {
  const counts = new Map<string, number>()
  const nodes = nodesWithin(nodesOf(analysis.sourceCode).conditions, body)
  if (nodes.length < 2) return none
  for (const node of nodes) {
    const { inner } = stripNegation(node.test)
    const key = isStable(inner, analysis) ? keyOfCondition(inner, analysis.sourceCode.text) : null
    if (key !== null) counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  return new Set([...counts].filter(([, count]) => count > 1).map(([key]) => key))
}

function isStable(node: TSESTree.Node, analysis: FileAnalysis): boolean {
  if (!isRepeatable(node)) return false
  const roots: TSESTree.Identifier[] = []
  collectRoots(node, roots)
  return roots.every((root) => {
    const variable = findVariable(root, analysis.sourceCode)
    return variable === null || variable.references.filter((reference) => reference.isWrite()).length <= 1
  })
}

function collectRoots(node: TSESTree.Node, roots: TSESTree.Identifier[]): void {
  const expression = unwrap(node)
  switch (expression.type) {
    case 'Identifier':
      roots.push(expression)
      return
    case 'MemberExpression':
      collectRoots(expression.object, roots)
      return
    case 'UnaryExpression':
      collectRoots(expression.argument, roots)
      return
    case 'BinaryExpression':
    case 'LogicalExpression':
      collectRoots(expression.left, roots)
      collectRoots(expression.right, roots)
      return
    default:
  }
}
