import { splitName } from '@spanguard/policy'
import type { TSESTree } from '@typescript-eslint/types'
import type { SourceCode } from '@typescript-eslint/utils/ts-eslint'

import { findBinding, findVariable, type FunctionNode, getEnclosingFunction, getMemberName, getPropertyName, isFunction, unwrap } from '../bindings.js'
import { getParent } from './parents.js'

/** Words of a condition or a name that say "not in production", or "because somebody asked for it". */
const DEVELOPMENT: ReadonlySet<string> = new Set([
  'console',
  'debug',
  'debugging',
  'dev',
  'develop',
  'development',
  'local',
  'localhost',
  'log',
  'logger',
  'logging',
  'print',
  'sandbox',
  'simple',
  'stdout',
  'test',
  'testing',
  'tests',
  'verbose',
])
/** Words of what a condition asks for: a value other than "off" of it says that somebody looks for a fault. */
const DEBUGGING: ReadonlySet<string> = new Set(['debug', 'debugging', 'verbose'])
const PRODUCTION: ReadonlySet<string> = new Set(['live', 'prod', 'production'])
/** What has to be configured before anything can be sent: where it is absent, the console is a fallback. */
const DESTINATION: ReadonlySet<string> = new Set([
  'address',
  'backend',
  'collector',
  'configured',
  'dsn',
  'endpoint',
  'exporter',
  'exporters',
  'host',
  'jaeger',
  'key',
  'otel',
  'otlp',
  'processors',
  'target',
  'tempo',
  'token',
  'uri',
  'url',
  'zipkin',
])

const DEPTH = 4

/**
 * Does a node run only in development or tests, as somebody's opt-in, or because no destination is configured? Asked of
 * conditions around it, guards before it, the functions that it stands in and every use of the variable that it is put into.
 */
export function isForDevelopment(node: TSESTree.Node, filename: string, sourceCode: Readonly<SourceCode>): boolean {
  return hasWord(fileWords(filename), DEVELOPMENT) || runsInDevelopment(node, sourceCode, 0)
}

function fileWords(filename: string): string {
  // `.log` and the like are said of a file's content, not of when it runs: only its own name counts.
  return /[^/\\]*$/.exec(filename)?.[0].replace(/\.[cm]?[jt]sx?$/, '') ?? ''
}

function runsInDevelopment(node: TSESTree.Node, sourceCode: Readonly<SourceCode>, depth: number): boolean {
  if (depth > DEPTH) return false
  let child = node
  let parent = getParent(node)
  while (parent !== null) {
    if (isDevelopmentBranch(parent, child, sourceCode)) return true
    if (isFunction(parent)) return isDevelopmentFunction(parent, sourceCode, depth)
    if (parent.type === 'VariableDeclarator' && parent.init === child && parent.id.type === 'Identifier') {
      if (isEveryUseInDevelopment(parent.id, sourceCode, depth) || isReplaced(parent.id, sourceCode)) return true
    }
    child = parent
    parent = getParent(parent)
  }
  return false
}

/** `let exporter = new ConsoleSpanExporter(); if (!consoleOnly) exporter = …`: what a variable begins with is what is left when nothing else is asked for. */
function isReplaced(name: TSESTree.Identifier, sourceCode: Readonly<SourceCode>): boolean {
  const variable = findVariable(name, sourceCode)
  return variable?.references.some((reference) => reference.isWrite() && reference.init !== true && isConditional(reference.identifier)) ?? false
}

function isEveryUseInDevelopment(name: TSESTree.Identifier, sourceCode: Readonly<SourceCode>, depth: number): boolean {
  const reads = findVariable(name, sourceCode)?.references.filter((reference) => reference.isRead()) ?? []
  return (
    reads.length > 0 &&
    reads.every(({ identifier }) => runsInDevelopment(identifier as TSESTree.Identifier, sourceCode, depth + 1))
  )
}

/** Does a node stand in a function that says by its name that it is for developers: `setConsoleExport`? */
export function standsInDevelopmentFunction(node: TSESTree.Node): boolean {
  const around = getEnclosingFunction(node)
  return around !== null && hasDevelopmentName(around)
}

function hasDevelopmentName(node: FunctionNode): boolean {
  const name = getNameOf(node)
  return name !== null && hasWord(name.name, new Set([...DEVELOPMENT].filter((word) => word !== 'log' && word !== 'logger')))
}

function isDevelopmentFunction(node: FunctionNode, sourceCode: Readonly<SourceCode>, depth: number): boolean {
  if (hasDevelopmentName(node)) return true
  const name = getNameOf(node)
  // A function written in place runs where it stands, as far as anybody can tell.
  if (name === null) return runsInDevelopment(node, sourceCode, depth + 1)
  return isEveryUseInDevelopment(name, sourceCode, depth)
}

function getNameOf(node: FunctionNode): TSESTree.Identifier | null {
  if (node.type === 'FunctionDeclaration') return node.id
  const { parent } = node
  return parent.type === 'VariableDeclarator' && parent.id.type === 'Identifier' ? parent.id : null
}

/** Is `child` the part of `parent` that runs only in development? */
function isDevelopmentBranch(parent: TSESTree.Node, child: TSESTree.Node, sourceCode: Readonly<SourceCode>): boolean {
  switch (parent.type) {
    case 'IfStatement':
    case 'ConditionalExpression':
      return child !== parent.test && means(parent.test, child === parent.consequent, sourceCode, 0)
    case 'LogicalExpression':
      return child === parent.right && means(parent.left, parent.operator === '&&', sourceCode, 0)
    case 'SwitchCase':
      if (parent.test !== null && child !== parent.test && textWords(parent.test, DEVELOPMENT)) return true
      return hasGuard(parent.consequent, child, sourceCode)
    case 'BlockStatement':
    case 'Program':
      return hasGuard(parent.body, child, sourceCode)
    case 'Property': {
      // A table by name: somebody asks for `console`.
      const key = getPropertyName(parent)
      return key !== null && child === parent.value && /^(?:console|debug|dev|development|local|simple|test)$/.test(key)
    }
    case 'ArrayExpression': {
      const [key] = parent.elements
      return key !== null && key !== undefined && key !== child && parent.elements.length === 2 && textWords(key, DEVELOPMENT)
    }
    case 'AssignmentPattern':
      // A default: whoever calls decides.
      return child === parent.right
    default:
      return false
  }
}

/** `if (production) return` before a statement of the same block. */
function hasGuard(body: readonly TSESTree.Node[], child: TSESTree.Node, sourceCode: Readonly<SourceCode>): boolean {
  for (const statement of body) {
    if (statement === child) return false
    if (statement.type !== 'IfStatement' || statement.alternate !== null || !leaves(statement.consequent)) continue
    if (means(statement.test, false, sourceCode, 0)) return true
  }
  return false
}

/** Does a statement end in `return`, `throw` or the end of the process? */
export function leaves(statement: TSESTree.Node): boolean {
  switch (statement.type) {
    case 'ReturnStatement':
    case 'ThrowStatement':
      return true
    case 'BlockStatement': {
      const last = statement.body.at(-1)
      return last !== undefined && leaves(last)
    }
    case 'ExpressionStatement':
      return (
        statement.expression.type === 'CallExpression' &&
        statement.expression.callee.type === 'MemberExpression' &&
        getMemberName(statement.expression.callee) === 'exit'
      )
    default:
      return false
  }
}

/** Does a condition, true or false as `holds` says, mean development, an opt-in or that nothing is configured? */
function means(written: TSESTree.Node, holds: boolean, sourceCode: Readonly<SourceCode>, depth: number): boolean {
  const test = unwrap(written)
  if (depth > DEPTH) return false
  switch (test.type) {
    case 'UnaryExpression':
      return test.operator === '!' && means(test.argument, !holds, sourceCode, depth)
    case 'LogicalExpression':
      return means(test.left, holds, sourceCode, depth) || means(test.right, holds, sourceCode, depth)
    case 'BinaryExpression':
      return meansEquality(test, holds, sourceCode, depth)
    case 'CallExpression':
      return meansCall(test, holds, sourceCode, depth)
    case 'AwaitExpression':
      return means(test.argument, holds, sourceCode, depth)
    case 'Identifier': {
      const binding = findBinding(test, sourceCode)
      if (binding?.kind === 'variable' && binding.init !== null && binding.path.length === 0) {
        if (means(binding.init, holds, sourceCode, depth + 1)) return true
      }
      return nameMeans(test.name, holds) && !isState(test, sourceCode)
    }
    case 'MemberExpression': {
      const name = getMemberName(test) ?? ''
      // `exporters.length === 0`: nothing that sends is in the list.
      return /^(?:length|size)$/.test(name) ? means(test.object, holds, sourceCode, depth) : nameMeans(name, holds)
    }
    default:
      return false
  }
}

/** `if (otelEnabled) return … otelEnabled = true`: it says what has been done, and not what is asked for. */
function isState(name: TSESTree.Identifier, sourceCode: Readonly<SourceCode>): boolean {
  return findVariable(name, sourceCode)?.references.some(({ init, writeExpr }) => init !== true && writeExpr?.type === 'Literal' && writeExpr.value === true) ?? false
}

function nameMeans(name: string, holds: boolean): boolean {
  return holds ? hasWord(name, DEVELOPMENT) : hasWord(name, PRODUCTION) || hasWord(name, DESTINATION)
}

function meansEquality(
  test: TSESTree.BinaryExpression,
  holds: boolean,
  sourceCode: Readonly<SourceCode>,
  depth: number,
): boolean {
  if (test.operator === 'instanceof') return holds && test.right.type === 'Identifier' && hasWord(test.right.name, DEVELOPMENT)
  if (!/^[=!]==?$/.test(test.operator)) return false
  const isEqual = holds === test.operator.startsWith('=')
  const [literal, other] = isConstant(test.right) ? [test.right, test.left] : [test.left, test.right]
  if (!isConstant(literal)) return false
  const value = literal.type === 'Literal' ? String(literal.value) : literal.type === 'MemberExpression' ? (getMemberName(literal) ?? '') : ''
  if (/^(?:1|true|yes|on|enabled)$/i.test(value)) return means(other, isEqual, sourceCode, depth)
  if (/^(?:|0|false|no|off|null|none|disabled)$/i.test(value)) return means(other, !isEqual, sourceCode, depth)
  // `debugMode === 'pretty'`: whichever way, it is debugging.
  // `else` behind `type === 'otlp'`: nothing that sends was asked for.
  return isEqual ? hasWord(value, DEVELOPMENT) || hasWord(nameOfTested(other), DEBUGGING) : hasWord(value, PRODUCTION) || hasWord(value, DESTINATION)
}

function nameOfTested(node: TSESTree.Node): string {
  const tested = unwrap(node)
  return tested.type === 'Identifier' ? tested.name : tested.type === 'MemberExpression' ? (getMemberName(tested) ?? '') : ''
}

function isConstant(node: TSESTree.Node): boolean {
  return node.type === 'Literal' || (node.type === 'Identifier' && node.name === 'undefined') || isEnumMember(node)
}

/** `LogLevel.DEBUG`, `Environment.Production`: both names begin large, as those of no variable do. */
function isEnumMember(node: TSESTree.Node): boolean {
  return node.type === 'MemberExpression' && node.object.type === 'Identifier' && /^[A-Z]/.test(node.object.name) && /^[A-Z]/.test(getMemberName(node) ?? '')
}

/** `EXPORTERS.includes('console')`, `['test', 'development'].includes(env)`, `isDevelopment()`, `Boolean(url)`. */
function meansCall(
  test: TSESTree.CallExpression,
  holds: boolean,
  sourceCode: Readonly<SourceCode>,
  depth: number,
): boolean {
  const callee = unwrap(test.callee)
  const words = holds ? DEVELOPMENT : PRODUCTION
  if (test.arguments.some((argument) => textWords(argument, words))) return true
  if (callee.type === 'MemberExpression') {
    if (textWords(callee.object, words)) return true
    const name = getMemberName(callee)
    if (name !== null && nameMeans(name, holds) && name !== 'test') return true
  } else if (callee.type === 'Identifier' && nameMeans(callee.name, holds)) return true
  return test.arguments.some((argument) => argument.type !== 'SpreadElement' && means(argument, holds, sourceCode, depth + 1))
}

/** Does a literal, or a list of literals, hold one of the words? */
function textWords(node: TSESTree.Node, words: ReadonlySet<string>): boolean {
  if (node.type === 'Literal') return typeof node.value === 'string' && hasWord(node.value, words)
  if (node.type === 'ArrayExpression') return node.elements.some((element) => element !== null && textWords(element, words))
  return false
}

function hasWord(name: string, words: ReadonlySet<string>): boolean {
  return splitName(name).some((word) => words.has(word))
}

/** Is a node one of two that a condition chooses between, the other being (or holding) what `other` describes? */
export function isAlternativeTo(node: TSESTree.Node, other: RegExp, sourceCode: Readonly<SourceCode>): boolean {
  let child = node
  let parent = getParent(node)
  while (parent !== null && !isFunction(parent)) {
    if ((parent.type === 'IfStatement' || parent.type === 'ConditionalExpression') && child !== parent.test) {
      const branch = child === parent.consequent ? parent.alternate : parent.consequent
      if (branch !== null && other.test(sourceCode.getText(branch))) return true
    }
    child = parent
    parent = getParent(parent)
  }
  return false
}

/** Does a node stand in a branch of the function around it? */
export function isConditional(node: TSESTree.Node): boolean {
  return findBranch(node, getEnclosingFunction(node)) !== null
}

/** The outermost branch that a node stands in below an ancestor, or null. */
function findBranch(node: TSESTree.Node, below: TSESTree.Node | null): TSESTree.Node | null {
  let branch: TSESTree.Node | null = null
  let child = node
  let parent = getParent(node)
  while (parent !== null && child !== below) {
    if (parent === below) return branch
    if (isBranch(parent, child)) branch = child
    child = parent
    parent = getParent(parent)
  }
  return branch
}

function isBranch(parent: TSESTree.Node, child: TSESTree.Node): boolean {
  switch (parent.type) {
    case 'IfStatement':
    case 'ConditionalExpression':
      return child !== parent.test
    case 'LogicalExpression':
      return child === parent.right
    case 'SwitchCase':
      return child !== parent.test
    case 'CatchClause':
      return true
    default:
      return false
  }
}

/** Can one run of the function they stand in reach both, the earlier one first? Two separate conditions count as no. */
export function canBothRun(earlier: TSESTree.Node, later: TSESTree.Node): boolean {
  if (getEnclosingFunction(earlier) !== getEnclosingFunction(later)) return false
  const above = new Set<TSESTree.Node>()
  for (let node: TSESTree.Node | null = earlier; node !== null; node = getParent(node)) above.add(node)
  let common: TSESTree.Node | null = later
  while (common !== null && !above.has(common)) common = getParent(common)
  if (common === null) return false
  if (/^(?:IfStatement|ConditionalExpression|SwitchStatement|TryStatement|LogicalExpression)$/.test(common.type)) return false
  const first = findBranch(earlier, common)
  if (first === null) return true
  return findBranch(later, common) === null && !leaves(first)
}
