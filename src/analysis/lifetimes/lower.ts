import type { TSESTree } from '@typescript-eslint/types'
import { nothing, sequence, someNode } from '../../flow/index.js'
import type { FlowNode } from '../../flow/index.js'
import { findBinding, findVariable, isFunction, unwrap } from '../bindings.js'
import type { FunctionNode } from '../bindings.js'
import { originOf } from '../origins.js'
import { nodesOf, nodesWithin } from '../walk.js'
import { isBestEffort } from './beginnings.js'
import { readTest } from './conditions.js'
import { isSpan, parentOf, textOf } from './context.js'
import type { Lowering } from './context.js'
import { lowerAwaited, lowerExpression, mentionsSpan } from './expressions.js'
import { keepPromise, promiseOf, settlePromise } from './promises.js'
import { presumesBeforeEnd } from './quiet-calls.js'
import { isEmptyHanded, knownFunction } from './throwing.js'
import { readOwnTest } from './whose.js'

/** A function's body; an arrow's expression is what it returns. */
export function lowerBody(node: FunctionNode, lowering: Lowering): FlowNode {
  if (node.body.type === 'BlockStatement') return lowerStatements(node.body.body, lowering)
  return sequence([
    ...lowerReturned(node.body, lowering),
    { do: 'return', origin: originOf(node.body), text: textOf(node.body, lowering) },
  ])
}

/** Statements in order. A `using` declaration of the span ends it where the block is left. */
export function lowerStatements(statements: readonly TSESTree.Node[], lowering: Lowering): FlowNode {
  const nodes: FlowNode[] = []
  for (const statement of statements) {
    nodes.push(lowerStatement(statement, lowering))
    if (!declaresUsedSpan(statement, lowering)) continue
    const origin = originOf(statement)
    const block = lowerStatements(statements.slice(statements.indexOf(statement) + 1), lowering)
    nodes.push({ do: 'try', block, finalizer: { do: 'dispose', origin }, origin })
    break
  }
  return sequence(nodes)
}

function declaresUsedSpan(statement: TSESTree.Node, lowering: Lowering): boolean {
  return (
    statement.type === 'VariableDeclaration' &&
    (statement.kind === 'using' || statement.kind === 'await using') &&
    statement.declarations.some(({ id }) => isSpan(id, lowering))
  )
}

function lowerStatement(node: TSESTree.Node, lowering: Lowering): FlowNode {
  const value = (expression: TSESTree.Node | null): FlowNode[] =>
    expression === null ? [] : lowerExpression(expression, 'value', lowering)
  switch (node.type) {
    case 'BlockStatement':
    case 'StaticBlock':
      return lowerStatements(node.body, lowering)
    case 'ExpressionStatement':
      return sequence(value(node.expression))
    case 'VariableDeclaration':
      return sequence(lowerDeclarators(node.declarations, lowering))
    case 'ReturnStatement':
      return sequence([
        ...(node.argument === null ? [] : lowerReturned(node.argument, lowering)),
        { do: 'return', origin: originOf(node), text: textOf(node, lowering) },
      ])
    case 'ThrowStatement':
      return sequence([
        ...lowerExpression(node.argument, 'returned', lowering),
        { do: 'throw', origin: originOf(node), text: textOf(node, lowering) },
      ])
    case 'IfStatement':
      return lowerIf(node, lowering)
    case 'WhileStatement':
    case 'DoWhileStatement':
    case 'ForStatement':
      return lowerLoop(node, lowering)
    case 'ForInStatement':
    case 'ForOfStatement':
      return lowerForEach(node, lowering)
    case 'LabeledStatement': {
      const body = lowerStatement(node.body, lowering)
      return body.do === 'loop' ?
          { ...body, labels: [...body.labels, node.label.name] }
        : { do: 'labeled', label: node.label.name, body }
    }
    case 'BreakStatement':
    case 'ContinueStatement':
      return {
        do: node.type === 'BreakStatement' ? 'break' : 'continue',
        origin: originOf(node),
        text: textOf(node, lowering),
        ...(node.label === null ? {} : { label: node.label.name }),
      }
    case 'SwitchStatement':
      return lowerSwitch(node, lowering)
    case 'TryStatement':
      return {
        do: 'try',
        block: lowerStatement(node.block, lowering),
        ...(isBestEffort(node, lowering) ? { quiet: true } : {}),
        ...(node.handler !== null && mentionsSpan(node.handler, lowering) && presumesBeforeEnd(node.block, lowering) ? { presumed: true } : {}),
        ...(node.handler === null ? {} : { handler: lowerStatement(node.handler.body, lowering) }),
        ...(node.finalizer === null ? {} : { finalizer: lowerStatement(node.finalizer, lowering) }),
        origin: originOf(node),
      }
    case 'ExportNamedDeclaration':
    case 'ExportDefaultDeclaration':
      return node.declaration === null ? nothing : lowerStatement(node.declaration, lowering)
    case 'FunctionDeclaration':
    case 'ClassDeclaration':
    case 'ImportDeclaration':
    case 'EmptyStatement':
      return nothing
    default:
      return node.type.startsWith('TS') || isFunction(node) ? nothing : sequence(value(node))
  }
}

function lowerDeclarators(declarators: readonly TSESTree.VariableDeclarator[], lowering: Lowering): FlowNode[] {
  const nodes: FlowNode[] = []
  for (const declarator of declarators) nodes.push(...lowerDeclarator(declarator, lowering))
  return nodes
}

function lowerDeclarator({ id, init }: TSESTree.VariableDeclarator, lowering: Lowering): FlowNode[] {
  if (init === null || isJudgedWhereNamed(id, init, lowering)) return []
  const nodes = lowerExpression(init, 'value', lowering)
  if (id.type === 'Identifier' && isFunctionCall(init) && nodes.some(isUnknownCall) && isMadeForSpan(id, lowering)) return nodes.filter((node) => !isUnknownCall(node))
  if (id.type === 'Identifier') {
    nodes.push(...keepPromise(id, init, lowering))
  } else if (isEmptyHanded(init)) {
    nodes.push({ do: 'risk', kind: 'call', shown: true, origin: originOf(init), text: textOf(init, lowering) })
  }
  return nodes
}

/** A call of which nothing is known. */
function isUnknownCall(node: FlowNode): boolean {
  return node.do === 'risk' && node.kind === 'call' && !node.shown
}

/** `shorten(prompt)`, and no method of an object, which may well be the work that the span covers: `db.prepare(sql).run(id)` */
function isFunctionCall(init: TSESTree.Expression): boolean {
  const call = unwrap(init)
  return call.type === 'CallExpression' && unwrap(call.callee).type === 'Identifier'
}

/** `const content = shorten(prompt)`, of which only attributes of the span are made: as safe as what stands in the call that writes them. */
function isMadeForSpan(id: TSESTree.Identifier, lowering: Lowering): boolean {
  const reads = findVariable(id, lowering.sourceCode)?.references.filter((reference) => reference.isRead()) ?? []
  return reads.length > 0 && reads.every(({ identifier }) => isWrittenOnSpan(identifier as TSESTree.Node, lowering))
}

function isWrittenOnSpan(node: TSESTree.Node, lowering: Lowering): boolean {
  const parent = parentOf(node)
  switch (parent?.type) {
    case 'CallExpression':
      return parent.callee.type === 'MemberExpression' && isSpan(parent.callee.object, lowering)
    case 'ObjectExpression':
    case 'Property':
    case 'SpreadElement':
      return isWrittenOnSpan(parent, lowering)
    default:
      return false
  }
}

/**
 * A function that is kept in a constant does nothing yet: what it does to the span counts where it is called or given away.
 * The methods of a class are not looked into, so one that they name may be run by anybody.
 */
function isJudgedWhereNamed(id: TSESTree.Node, init: TSESTree.Expression, { analysis, sourceCode }: Lowering): boolean {
  if (id.type !== 'Identifier' || !isFunction(init) || knownFunction(id, analysis) !== init) return false
  const variable = findVariable(id, sourceCode)
  return variable?.references.every(({ identifier }) => !isInClass(identifier, variable.scope.block)) === true
}

function isInClass(node: TSESTree.Node, within: TSESTree.Node): boolean {
  for (let outer = parentOf(node); outer !== null && outer !== within; outer = parentOf(outer)) {
    if (outer.type === 'ClassBody') return true
  }
  return false
}

/** What is returned is handed to the caller; a promise that is returned is waited for by nobody here. */
function lowerReturned(argument: TSESTree.Node, lowering: Lowering): FlowNode[] {
  if (lowering.returns === 'awaited') return lowerAwaited(argument, argument, lowering)
  const kept = unwrap(argument).type === 'Identifier' ? settlePromise(argument, 'returned', lowering) : null
  if (kept !== null) return kept
  const nodes = lowerExpression(argument, 'returned', lowering)
  return [...nodes, ...promiseOf(argument, nodes, lowering)]
}

function lowerIf(node: TSESTree.IfStatement, lowering: Lowering): FlowNode {
  const asked = lowerExpression(node.test, 'value', lowering)
  const then = lowerStatement(node.consequent, lowering)
  const otherwise = node.alternate === null ? nothing : lowerStatement(node.alternate, lowering)
  const test = readOwnTest(node.test, lowering) ?? readTest(node.test, lowering)
  // `if (setError(span, error)) span.recordException(error)`: on which of its ways the function came here, its answer tells.
  const isToldStatus = asked.some((inner) => someNode(inner, ({ do: does }) => does === 'status'))
  return sequence([
    ...asked,
    {
      do: 'branch',
      ...(test === null ? {} : { test }),
      then: isToldStatus ? sequence([{ do: 'status', code: 'unknown', origin: originOf(node.test) }, then]) : then,
      otherwise:
        node.alternate !== null || test?.of === 'span' ? otherwise
        : isCallersChoice(node.test, lowering) && someNode(then, ({ do: does }) => does === 'end') ?
          { do: 'escape', how: 'captured', origin: originOf(node), text: textOf(node.test, lowering) }
        : nothing,
    },
  ])
}

/**
 * `if (endWhenDone) span.end()`, where the caller says by an argument whether the function ends the span, and gives a function that
 * is handed it.
 */
function isCallersChoice(test: TSESTree.Expression, lowering: Lowering): boolean {
  if (!isGiven(test, lowering)) return false
  return nodesWithin(nodesOf(lowering.sourceCode).calls, lowering.body).some(
    ({ arguments: given, callee }) =>
      callee.type === 'Identifier' && findBinding(callee, lowering.sourceCode)?.kind === 'parameter' && given.some((argument) => isSpan(argument, lowering)),
  )
}

/** A parameter, a field of one, or a constant that is made of one: `const endOnExit = options.endOnExit ?? true`. */
function isGiven(test: TSESTree.Node, lowering: Lowering, depth = 0): boolean {
  const asked = unwrap(test)
  if (depth > 3) return false
  if (asked.type === 'MemberExpression') return isGiven(asked.object, lowering, depth + 1)
  if (asked.type === 'UnaryExpression') return isGiven(asked.argument, lowering, depth + 1)
  if (asked.type === 'LogicalExpression') return isGiven(asked.left, lowering, depth + 1)
  if (asked.type === 'ConditionalExpression') return isGiven(asked.consequent, lowering, depth + 1) || isGiven(asked.alternate, lowering, depth + 1)
  if (asked.type !== 'Identifier') return false
  const binding = findBinding(asked, lowering.sourceCode)
  return binding?.kind === 'parameter' || (binding?.kind === 'variable' && binding.constant && binding.init !== null && isGiven(binding.init, lowering, depth + 1))
}

function lowerLoop(
  node: TSESTree.DoWhileStatement | TSESTree.ForStatement | TSESTree.WhileStatement,
  lowering: Lowering,
): FlowNode {
  const isFor = node.type === 'ForStatement'
  const test = node.test
  const loop: FlowNode = {
    do: 'loop',
    head: sequence(test === null ? [] : lowerExpression(test, 'value', lowering)),
    body: lowerStatement(node.body, lowering),
    ...(isFor && node.update !== null ? { update: sequence(lowerExpression(node.update, 'value', lowering)) } : {}),
    bodyFirst: node.type === 'DoWhileStatement',
    endless: test === null || (test.type === 'Literal' && Boolean(test.value)),
    labels: [],
  }
  if (!isFor || node.init === null) return loop
  return sequence([lowerStatement(node.init, lowering), loop])
}

function lowerForEach(node: TSESTree.ForInStatement | TSESTree.ForOfStatement, lowering: Lowering): FlowNode {
  const waits = node.type === 'ForOfStatement' && node.await
  const origin = originOf(node.right)
  const text = textOf(node.right, lowering)
  return sequence([
    ...lowerExpression(node.right, waits ? 'awaited' : 'value', lowering),
    {
      do: 'loop',
      head: waits ? { do: 'risk', kind: 'await', shown: true, origin, text } : nothing,
      body: lowerStatement(node.body, lowering),
      bodyFirst: false,
      endless: false,
      labels: [],
    },
  ])
}

function lowerSwitch(node: TSESTree.SwitchStatement, lowering: Lowering): FlowNode {
  const arms = node.cases.map(({ test, consequent }) => ({
    ...(test === null ? {} : { test: sequence(lowerExpression(test, 'value', lowering)) }),
    body: lowerStatements(consequent, lowering),
  }))
  return sequence([
    ...lowerExpression(node.discriminant, 'value', lowering),
    {
      do: 'switch',
      arms,
      // Where every arm says what becomes of the span, the arms are meant to be all there are.
      exhaustive: node.cases.some(({ test }) => test === null) || (arms.length > 1 && arms.every(({ body }) => settles(body))),
    },
  ])
}

/** An arm that ends the span or leaves, or that falls into the next one. */
function settles(body: FlowNode): boolean {
  if (body.do === 'seq') return body.nodes.length === 0 || body.nodes.some(settlesAlone)
  return settlesAlone(body)
}

function settlesAlone(node: FlowNode): boolean {
  return node.do === 'end' || node.do === 'return' || node.do === 'throw' || (node.do === 'seq' && node.nodes.some(settlesAlone))
}
