import * as ts from '../ts.js'

import type { Config, Fact, PropertyValue, Value } from '@spanguard/policy'

import { type Argument, type CallSite, factsOfCallSite } from '../../otel/call-facts.js'
import { type DeclaredHelper, readDeclaredHelpers, wordOfHelper } from '../../otel/declared-helpers.js'
import { findTracingExport, getMethodRow, receiverMethods } from '../../otel/index.js'
import { isFunctionLike } from '../evaluate.js'
import { type Call, nodesOf } from '../nodes.js'
import type { Program, ProgramFile } from '../program.js'
import { createReceiverReader, type ReceiverReader, type ReceiverTier } from './receivers.js'
import { isMember, memberName, plain, rangeOf } from './syntax.js'
import { createValueReader, type ValueReader } from './values.js'

/** Methods of spans and tracers: on anything else they are worth a word. */
const spanMethods = new Set([...Object.keys(receiverMethods.span), ...Object.keys(receiverMethods.tracer)])
const methodNames = new Set(Object.values(receiverMethods).flatMap((rows) => Object.keys(rows)))

export interface FactReader {
  /** What one file's calls of tracing APIs say, in source order. */
  factsOf(file: ProgramFile): readonly Fact[]
  /** Every call and `new` of a file, in source order. */
  callsOf(file: ProgramFile): readonly Call[]
  readonly values: ValueReader
  /** How a call was recognised as one of a tracing API, or why it was not; null for a call that no such API has. */
  recognitionOf(call: Call): Recognition | null
  /** Is a call one of a tracing API, a declared helper's among them? */
  isTracingCall(call: Call): boolean
  /** Does a file's text name a helper that its config declares? */
  namesHelper(file: ProgramFile): boolean
}

/** What a call is called on, and how that is known. */
export interface Recognition {
  /** The called method or function: `setAttribute`, `withSpan`. */
  readonly method: string
  /** What it is called on, as it is written; empty for a function. */
  readonly receiver: string
  /** `config`: a declared helper; `import`: a function of a tracing API; null: nothing shows what the receiver is. */
  readonly tier: ReceiverTier | 'config' | 'import' | null
}

/** The facts of a program, read from the compiler's nodes by the same tables as ESLint reads them from ESTree. */
/** @param configOf the config that holds for a file: its `helpers` are known there */
export function createFactReader(program: Program, configOf: (file: string) => Config): FactReader {
  const values = createValueReader(program)
  const rows = new Map<Config['helpers'], readonly DeclaredHelper[]>()
  const helpersOf = (file: string): readonly DeclaredHelper[] => {
    const { helpers } = configOf(file)
    const known = rows.get(helpers) ?? readDeclaredHelpers(helpers ?? [])
    rows.set(helpers, known)
    return known
  }
  const receivers = createReceiverReader(program, values, helpersOf)
  const callsOf = ({ root }: ProgramFile): readonly Call[] => nodesOf(root).calls
  return {
    values,
    namesHelper: ({ path, root }) => helpersOf(path).some((helper) => root.text.includes(wordOfHelper(helper))),
    callsOf,
    isTracingCall: (node) => isTracingCall(node, receivers),
    recognitionOf: (node) => recognitionOf(node, receivers),
    factsOf: (file) => callsOf(file).flatMap((node) => factsOfCall(node, program, values, receivers)),
  }
}

function factsOfCall(node: Call, program: Program, values: ValueReader, receivers: ReceiverReader): Fact[] {
  const callee = plain(node.expression)
  const method = isMember(callee) ? memberName(callee) : null
  if (isMember(callee) && method !== null && methodNames.has(method)) {
    const receiver = receivers.receiverOf(callee.expression, method)
    const row = receiver === null ? null : getMethodRow(receiver.kind, method)
    if (receiver !== null && row !== null) return factsOfCallSite({ ...siteOf(node, program, values), ...receiver, row, method })
  }
  const called = receivers.calledExport(node)
  if (called === null || called === 'other') return []
  return factsOfCallSite({ ...siteOf(node, program, values), ...called, certainty: 'certain', borrowed: false })
}

function siteOf(node: Call, program: Program, values: ValueReader): Pick<CallSite, 'arguments' | 'assignmentsTo' | 'origin' | 'variable'> {
  return {
    origin: rangeOf(node),
    arguments: readArguments(node, program, values),
    variable: (of) => findVariableOf(of === 'result' ? givenBy(node) : calledOn(node), program),
    assignmentsTo: (variable) => readElementAssignments(variable, node, program, values),
  }
}

/** `const span = tracer.startSpan(…)`, `span = tracer.startSpan(…)` */
function givenBy({ parent }: Call): ts.Node | null {
  if (ts.isVariableDeclaration(parent)) return parent.name
  return ts.isBinaryExpression(parent) && parent.operatorToken.kind === ts.SyntaxKind.EqualsToken ? parent.left : null
}

/** `span.updateName(…)` */
function calledOn({ expression }: Call): ts.Node | null {
  const callee = plain(expression)
  return isMember(callee) ? plain(callee.expression) : null
}

function findVariableOf(name: ts.Node | null, program: Program): number | null {
  const declared = name !== null && ts.isIdentifier(name) ? program.declarationOf(name) : null
  return declared !== null && (ts.isVariableDeclaration(declared) || ts.isParameter(declared)) ? declared.name.getStart() : null
}

function isTracingCall(node: Call, receivers: ReceiverReader): boolean {
  const called = receivers.calledExport(node)
  if (called !== null) return called !== 'other'
  const callee = plain(node.expression)
  const method = isMember(callee) ? memberName(callee) : null
  return isMember(callee) && method !== null && methodNames.has(method) && receivers.receiverOf(callee.expression, method) !== null
}

function recognitionOf(node: Call, receivers: ReceiverReader): Recognition | null {
  const callee = plain(node.expression)
  const method = isMember(callee) ? memberName(callee) : null
  const called = receivers.calledExport(node)
  if (called !== null && called !== 'other') return { method: called.method, receiver: '', tier: findTracingExport(called.api, called.method) === null ? 'config' : 'import' }
  if (!isMember(callee) || method === null || !spanMethods.has(method)) return null
  return { method, receiver: callee.expression.getText(), tier: receivers.tierOf(callee.expression, method) }
}

function readArguments(node: Call, program: Program, values: ValueReader): Argument[] {
  return (node.arguments ?? []).map((argument) => {
    const expression = ts.isSpreadElement(argument) ? argument.expression : argument
    const inner = plain(expression)
    return {
      isSpread: ts.isSpreadElement(argument),
      isFunction: isFunctionLike(inner) || (ts.isIdentifier(inner) && isFunctionName(inner, program)),
      value: () => values.valueOf(expression),
    }
  })
}

function isFunctionName(node: ts.Identifier, program: Program): boolean {
  const declaration = program.declarationOf(node)
  if (declaration === null) return false
  if (ts.isVariableDeclaration(declaration)) return declaration.initializer !== undefined && isFunctionLike(declaration.initializer)
  return isFunctionLike(declaration)
}

/** `ident['user.email'] = email`, on the variable that is put into the span. */
export function readElementAssignments(value: Value, call: Call, program: Program, values: ValueReader): PropertyValue[] {
  const file = call.getSourceFile()
  if (value.kind !== 'reference' || value.origin.file !== file.fileName) return []
  const name = identifierAt(file, value.origin.start, value.origin.end)
  const declaration = name === null ? null : program.declarationOf(name)
  if (name === null || declaration === null) return []
  return nodesOf(file).assignments.flatMap((node): PropertyValue[] => {
    const { left } = node
    if (!isMember(left) || !ts.isIdentifier(left.expression) || left.expression.text !== name.text) return []
    if (program.declarationOf(left.expression) !== declaration) return []
    return [{ key: keyOfMember(left, values), value: values.valueOf(node.right), origin: rangeOf(node) }]
  })
}

function keyOfMember(target: ts.PropertyAccessExpression | ts.ElementAccessExpression, values: ValueReader): Value {
  if (ts.isElementAccessExpression(target)) return values.valueOf(target.argumentExpression)
  const { text } = target.name
  return { kind: 'literal', origin: rangeOf(target.name), text, value: text }
}

function identifierAt(file: ts.SourceFile, start: number, end: number): ts.Identifier | null {
  let found: ts.Identifier | null = null
  const visit = (node: ts.Node): void => {
    if (node.pos > start || node.end < end) return
    if (ts.isIdentifier(node) && node.getStart(file) === start && node.end === end) found = node
    ts.forEachChild(node, visit)
  }
  visit(file)
  return found
}
