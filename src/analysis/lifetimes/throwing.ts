import type { TSESTree } from '@typescript-eslint/types'
import type { SourceCode } from '@typescript-eslint/utils/ts-eslint'
import { findBinding, getEnclosingFunction, getMemberName, isFunction, unwrap } from '../bindings.js'
import type { FunctionNode } from '../bindings.js'
import { getSpanCallback } from '../extract.js'
import { resolveReference } from '../imports.js'
import type { FileAnalysis } from '../index.js'
import { perFile } from '../per-file.js'
import { findFunction } from '../receivers.js'
import { eachChild, hasWithin, nodesOf, nodesWithin } from '../walk.js'
import { parentOf } from './context.js'
import type { Call } from './context.js'
import { namesOfFunctions } from './functions.js'
import { isLogging, isOfTracing, isRecording, isReply, isSafeMethod } from './quiet-calls.js'
import { isSettled, isSettledNext, isSettling } from './settled-calls.js'
import {
  emptyHanded,
  iterations,
  safeFunctions,
  safeGlobals,
  safeMethods,
  throwingBuiltIns,
  timerFunctions,
} from './non-throwing.js'

/** `shown`: the file shows that it throws; `possible`: nothing is known of it; `never`. */
export type Throwing = 'never' | 'possible' | 'shown'

const ASSERTION = /^(?:assert|invariant|throwIf)/

/** Methods that, on an imported client, ask somebody else and wait. */
const asynchronous: ReadonlySet<string> = new Set(['delete', 'fetch', 'get', 'patch', 'post', 'put', 'query', 'request', 'send'])

/** Functions that call one another further down than this are not followed: nobody can say where their error comes from. */
const MAX_CALLS = 50

/** What is known of functions and of calls. A call is asked by every span around it. */
const answersOf = perFile(() => ({
  functions: new Map<FunctionNode, { sync: Throwing; settled: Throwing }>(),
  calls: new Map<Call, Throwing>(),
}))

/**
 * May this call throw where it stands? What happens when its promise is rejected is asked of `mayReject`.
 */
export function mayThrow(call: Call, analysis: FileAnalysis): Throwing {
  const { calls } = answersOf(analysis.sourceCode)
  const known = calls.get(call)
  if (known !== undefined) return known
  const called = analysis.tracingCalls.has(call) ? null : findUnsafeFunction(call, analysis)
  // A function that is being judged just now has no answer yet that would be worth keeping.
  if (called !== null) return called.async || called.generator ? 'never' : throwingOf(called, analysis).sync
  const answer = readThrowing(call, analysis)
  calls.set(call, answer)
  return answer
}

/** The function of this file that a call runs, unless the call's name alone says that it is safe. */
function findUnsafeFunction(call: Call, analysis: FileAnalysis): FunctionNode | null {
  const callee = unwrap(call.callee)
  return isSafeMethod(callee) || isLogging(callee) ? null : knownFunction(callee, analysis)
}

function readThrowing(call: Call, analysis: FileAnalysis): Throwing {
  if (analysis.tracingCalls.has(call)) return 'never'
  const callee = unwrap(call.callee)
  const { sourceCode } = analysis
  if (isSafeMethod(callee) || isLogging(callee) || isReply(callee) || isRecording(callee, sourceCode) || isOfTracing(callee, sourceCode) || isSettledNext(call, sourceCode) || isSettled(call, sourceCode)) return 'never'
  return throwingOfName(call, callee, sourceCode)
}

/** May the promise that this call returns be rejected? */
export function mayReject(call: Call, analysis: FileAnalysis): boolean {
  const callee = unwrap(call.callee)
  if (isSettling(call, analysis.sourceCode)) return false
  // `tracer.startActiveSpan('work', async (span) => …)` fails as its callback does.
  const tracing = analysis.tracingCalls.get(call)
  const run = tracing?.row.active === true ? getSpanCallback(tracing, analysis)?.node : (runInContext(call, analysis) ?? callee)
  const known = run === undefined ? null : knownFunction(run, analysis)
  if (known !== null) return throwingOf(known, analysis).settled !== 'never'
  if (callee.type === 'Identifier') return !timerFunctions.has(callee.name) && !isSettledNext(call, analysis.sourceCode)
  if (callee.type !== 'MemberExpression') return !isTimerPromise(call)
  const name = getMemberName(callee)
  return name !== 'allSettled' && !(name !== null && timerFunctions.has(name))
}

/** `context.with(context, async () => …)` fails as the function that it runs does. */
function runInContext({ arguments: [, run], callee }: Call, { sourceCode }: FileAnalysis): TSESTree.Node | null {
  if (callee.type !== 'MemberExpression' || getMemberName(callee) !== 'with' || !isFunction(run)) return null
  return isOfTracing(callee, sourceCode) ? run : null
}

/** Taking a property of what `find` and its like return throws when there is nothing. */
export function isEmptyHanded(node: TSESTree.Node): boolean {
  const call = node.type === 'ChainExpression' ? node.expression : node
  if (call.type !== 'CallExpression') return false
  const callee = unwrap(call.callee)
  const name = callee.type === 'MemberExpression' ? getMemberName(callee) : null
  if (name === null || !emptyHanded.has(name)) return false
  // `find` of a database is asynchronous and takes an object; of an array it takes a function.
  return !name.startsWith('find') || isFunction(call.arguments[0])
}

/** `this.method()`, `name()`: the function of this file that is called, or null. */
export function knownFunction(callee: TSESTree.Node, analysis: FileAnalysis): FunctionNode | null {
  const expression = unwrap(callee)
  if (isFunction(expression)) return expression
  if (expression.type === 'Identifier') {
    return namesOfFunctions(analysis).has(expression.name) ? findFunction(expression, analysis) : null
  }
  if (expression.type !== 'MemberExpression') return null
  const self = expression.object.type === 'ThisExpression' ? expression : findThisAlias(expression.object, analysis)
  return self === null ? null : findMethod(expression, self)
}

/** `const plugin = this`: where the `this` stands, which says whose it is. */
function findThisAlias(object: TSESTree.Expression, { sourceCode }: FileAnalysis): TSESTree.Node | null {
  if (object.type !== 'Identifier' || !keepsThis(sourceCode)) return null
  const binding = findBinding(object, sourceCode)
  const isAlias = binding?.kind === 'variable' && binding.path.length === 0 && binding.writes.length === 1
  return isAlias && binding.init?.type === 'ThisExpression' ? binding.init : null
}

const keptThisOf = perFile((): { is: boolean | null } => ({ is: null }))

/** Few files put `this` into a variable; each call of a method asks. */
function keepsThis(sourceCode: Readonly<SourceCode>): boolean {
  const answer = keptThisOf(sourceCode)
  answer.is ??= /=\s*this\b/.test(sourceCode.text)
  return answer.is
}

function findMethod(member: TSESTree.MemberExpression, self: TSESTree.Node): FunctionNode | null {
  const name = getMemberName(member)
  if (name === null) return null
  let node = parentOf(self)
  while (node !== null && node.type !== 'ClassBody') node = parentOf(node)
  for (const element of node?.body ?? []) {
    if (element.type !== 'MethodDefinition' && element.type !== 'PropertyDefinition') continue
    if (getMemberNameOfKey(element) !== name) continue
    if (isFunction(element.value)) return element.value
  }
  return null
}

function getMemberNameOfKey(element: TSESTree.MethodDefinition | TSESTree.PropertyDefinition): string | null {
  if (element.key.type === 'PrivateIdentifier') return `#${element.key.name}`
  return !element.computed && element.key.type === 'Identifier' ? element.key.name : null
}

/** `new Promise((resolve) => setTimeout(resolve, 100))` is never rejected. */
export function isTimerPromise(node: TSESTree.Node): boolean {
  if (node.type !== 'NewExpression' || node.callee.type !== 'Identifier' || node.callee.name !== 'Promise') return false
  const [executor] = node.arguments
  if (!isFunction(executor) || executor.params.length !== 1) return false
  let body: TSESTree.Node = executor.body
  if (body.type === 'BlockStatement') {
    const [only] = body.body
    if (body.body.length !== 1 || only?.type !== 'ExpressionStatement') return false
    body = only.expression
  }
  return (
    body.type === 'CallExpression' &&
    body.callee.type === 'Identifier' &&
    (body.callee.name === 'setTimeout' || body.callee.name === 'setImmediate')
  )
}

function throwingOfName(call: Call, callee: TSESTree.Node, sourceCode: Readonly<SourceCode>): Throwing {
  if (callee.type === 'Identifier') {
    const { name } = callee
    if (ASSERTION.test(name)) return 'shown'
    const isGlobal = findBinding(callee, sourceCode) === null
    if (isGlobal && throwingBuiltIns.has(name)) return call.arguments[0]?.type === 'Literal' ? 'never' : 'shown'
    if (isGlobal && (safeGlobals.has(name) || name.endsWith('Error'))) return 'never'
    if (call.type === 'NewExpression') return /(?:Error|Exception|Map|Set|Emitter|Controller)$/.test(name) ? 'never' : 'possible'
    return safeFunctions.has(name) ? 'never' : 'possible'
  }
  if (callee.type !== 'MemberExpression') return 'possible'
  const name = getMemberName(callee)
  const object = unwrap(callee.object)
  if (object.type === 'Identifier' && findBinding(object, sourceCode) === null) {
    if (throwingBuiltIns.has(`${object.name}.${name ?? ''}`)) return 'shown'
    if (safeGlobals.has(object.name) || object.name === 'JSON') return 'never'
  }
  if (name === null) return 'possible'
  if (name.endsWith('Sync') || (object.type === 'Identifier' && object.name === 'assert')) return 'shown'
  return safeMethods.has(name) || safeFunctions.has(name) ? 'never' : 'possible'
}

/** What running a function of this file may do. A function that calls itself is taken to add nothing by that. */
function throwingOf(node: FunctionNode, analysis: FileAnalysis): { sync: Throwing; settled: Throwing } {
  const { functions } = answersOf(analysis.sourceCode)
  const known = functions.get(node)
  if (known !== undefined) return known
  if (calls >= MAX_CALLS) return { sync: 'possible', settled: 'possible' }
  functions.set(node, { sync: 'never', settled: 'never' })
  calls += 1
  try {
    const answer = answerOf(node, analysis)
    functions.set(node, answer)
    return answer
  } finally {
    calls -= 1
  }
}

/** How many functions are being followed at the moment, each called by the one before. */
let calls = 0

function answerOf(node: FunctionNode, analysis: FileAnalysis): { sync: Throwing; settled: Throwing } {
  const found = walk(node.body, analysis)
  const returned = node.body.type === 'BlockStatement' ? returnedBy(node, analysis) : [node.body]
  // The first call of a caught chain throws only on what nobody gives it: its promise is what fails, and that is caught.
  const [only] = returned
  if (found === 'possible' && returned.length === 1 && only !== undefined && isCaught(only, analysis)) return { sync: node.async ? 'never' : found, settled: 'never' }
  const settled = worst([found, ...returned.map((value) => (isRejecting(value, analysis) ? 'shown' : 'never'))])
  return { sync: node.async ? 'never' : found, settled }
}

/** `fetch(url).then(read).catch((error) => { logger.error(error) })`: a chain that ends in a handler which throws nothing. */
function isCaught(node: TSESTree.Node, analysis: FileAnalysis): boolean {
  const call = unwrap(node)
  if (call.type !== 'CallExpression' || call.callee.type !== 'MemberExpression') return false
  const name = getMemberName(call.callee)
  const handler = call.arguments[name === 'catch' ? 0 : 1]
  if ((name !== 'catch' && name !== 'then') || handler === undefined) return false
  const known = knownFunction(handler, analysis)
  return known !== null && throwingOf(known, analysis).settled === 'never'
}

function isRejecting(node: TSESTree.Node, analysis: FileAnalysis): boolean {
  const value = unwrap(node)
  if (value.type === 'NewExpression' && value.callee.type === 'Identifier' && value.callee.name === 'Promise') {
    const [executor] = value.arguments
    return !isFunction(executor) || executor.params.length > 1
  }
  if (value.type !== 'CallExpression') return false
  return knownFunction(value.callee, analysis) !== null || isRemote(value, analysis) ? mayReject(value, analysis) && !isCaught(value, analysis) : false
}

/** A promise of somebody else's: what `fetch` or a method of an imported client returns, or a chain on anything. */
function isRemote({ callee }: TSESTree.CallExpression, { sourceCode }: FileAnalysis): boolean {
  if (callee.type === 'Identifier') return callee.name === 'fetch'
  if (callee.type !== 'MemberExpression') return false
  const name = getMemberName(callee)
  if (name === 'then' || name === 'catch' || name === 'finally') return true
  const source = resolveReference(callee, sourceCode)
  return source !== null && source.path.length > 0 && !isOfTracing(callee, sourceCode) && asynchronous.has(name ?? '')
}

function returnedBy(node: FunctionNode, { sourceCode }: FileAnalysis): TSESTree.Node[] {
  return nodesWithin(nodesOf(sourceCode).returns, node.body).flatMap((statement) =>
    statement.argument === null || getEnclosingFunction(statement) !== node ? [] : [statement.argument],
  )
}

function walk(node: TSESTree.Node, analysis: FileAnalysis): Throwing {
  switch (node.type) {
    case 'Identifier':
    case 'Literal':
    case 'TemplateElement':
    case 'ThisExpression':
      return 'never'
    case 'ThrowStatement':
      return 'shown'
    case 'TryStatement': {
      const parts = node.handler === null ? [node.block, node.finalizer] : [node.handler.body, node.finalizer]
      return worst(parts.map((part) => (part === null ? 'never' : walk(part, analysis))))
    }
    case 'AwaitExpression': {
      const { argument } = node
      const isCall = argument.type === 'CallExpression' || argument.type === 'NewExpression'
      if (isCall && !mayReject(argument, analysis)) return 'never'
      if (isTimerPromise(argument)) return 'never'
      return 'shown'
    }
    case 'ForOfStatement':
      if (node.await) return 'shown'
      return worst([walk(node.right, analysis), walk(node.body, analysis)])
    case 'VariableDeclarator':
      if (node.id.type !== 'Identifier' && node.init !== null && isEmptyHanded(node.init)) return 'shown'
      return node.init === null ? 'never' : walk(node.init, analysis)
    case 'MemberExpression':
      if (!node.optional && isEmptyHanded(node.object)) return 'shown'
      break
    case 'CallExpression':
    case 'NewExpression': {
      if (analysis.tracingCalls.has(node) || isLogging(node.callee)) return 'never'
      const inPlace = runsInPlace(node) ? node.arguments.map((argument) => (isFunction(argument) ? walk(argument.body, analysis) : 'never')) : []
      return worst([mayThrow(node, analysis), ...inPlace, walkChildren(node, analysis)])
    }
    case 'ArrowFunctionExpression':
    case 'ClassDeclaration':
    case 'ClassExpression':
    case 'FunctionDeclaration':
    case 'FunctionExpression':
      return 'never'
    default:
  }
  return canFail(node, analysis) ? walkChildren(node, analysis) : 'never'
}

/** Nothing throws without a call, an `await` or a `throw`. */
function canFail(node: TSESTree.Node, { sourceCode }: FileAnalysis): boolean {
  const { throws, work } = nodesOf(sourceCode)
  return hasWithin(work, node) || hasWithin(throws, node)
}

function walkChildren(node: TSESTree.Node, analysis: FileAnalysis): Throwing {
  let found: Throwing = 'never'
  eachChild(node, analysis.sourceCode.visitorKeys, (child) => {
    found = worst([found, walk(child, analysis)])
  })
  return found
}

/** `list.map((item) => …)` with a function that is not asynchronous. */
function runsInPlace(call: Call): boolean {
  const callee = unwrap(call.callee)
  if (callee.type !== 'MemberExpression') return false
  const name = getMemberName(callee)
  return name !== null && iterations.has(name) && call.arguments.some((argument) => isFunction(argument) && !argument.async)
}

function worst(all: readonly Throwing[]): Throwing {
  if (all.includes('shown')) return 'shown'
  return all.includes('possible') ? 'possible' : 'never'
}
