import * as ts from '../ts.js'

import { type DeclaredHelper, findDeclaredHelper } from '../../otel/declared-helpers.js'
import { certain, openTelemetryApiName, type Receiver, type ReceiverAnswer, receiverOfExport, receiverOfMember, receiverOfType } from '../../otel/exports.js'
import {
  type CallRow,
  domFactories,
  findTracingExport,
  getMethodRow,
  KEY_OF_TABLE,
  likelyReceiver,
  lookAlikeModules,
  lookAlikeTypes,
  matchesModule,
  spanOnlyMethods,
  tracerOnlyMethods,
  tracesWithAnother,
} from '../../otel/index.js'
import { enclosingClass, isFunctionLike, returnsOf } from '../evaluate.js'
import { isAssignment, nodesOf } from '../nodes.js'
import type { Program } from '../program.js'
import { bindingPath, chainOf, isMember, memberName, nameOf, plain } from './syntax.js'
import type { ImportedChain, ValueReader } from './values.js'

export type { Receiver } from '../../otel/exports.js'

type Call = ts.CallExpression | ts.NewExpression

/** The tier that answered: the program's code, its types, a name together with a method; `other` where the code shows something else. */
export type ReceiverTier = 'code' | 'types' | 'name' | 'other'

export interface ReceiverReader {
  /** Which tier answers `receiverOf`; null where none does. */
  tierOf(node: ts.Expression, method: string | null): ReceiverTier | null
  receiverOf(node: ts.Expression, method: string | null): Receiver | null
  /** What a function or class of a tracing API, or a declared helper, does when it is called. */
  calledExport(node: Call): { row: CallRow; api: string; method: string } | 'other' | null
}

const maxDepth = 10

/** The four tiers of the receiver resolver, over the whole program: what another file exports is as certain as this file's. */
export function createReceiverReader(
  program: Program,
  values: ValueReader,
  helpersOf: (file: string) => readonly DeclaredHelper[],
): ReceiverReader {
  const answers = new Map<ts.Node, ReceiverAnswer>()
  const anothers = new Map<ts.SourceFile, boolean>()
  return { receiverOf, tierOf, calledExport }

  function tierOf(node: ts.Expression, method: string | null): ReceiverTier | null {
    const shown = read(node, 0)
    if (shown !== null) return shown === 'other' ? 'other' : 'code'
    if (program.isSpan(node)) return 'types'
    return byName(plain(node), method) === null ? null : 'name'
  }

  function receiverOf(node: ts.Expression, method: string | null): Receiver | null {
    const shown = read(node, 0)
    if (shown === 'other') return null
    if (shown !== null) return shown
    // A type is dear, and tells nothing where the method is none of a span's (`orders.add`).
    if ((method === null || getMethodRow('span', method) !== null) && program.isSpan(node)) return certain('span', openTelemetryApiName)
    return byName(plain(node), method)
  }

  function read(written: ts.Expression, depth: number): ReceiverAnswer {
    const node = plain(written)
    const known = answers.get(node)
    if (known !== undefined) return known
    if (depth > maxDepth) return null
    const answer = build(node, depth + 1)
    answers.set(node, answer)
    return answer
  }

  function build(node: ts.Expression, depth: number): ReceiverAnswer {
    if (ts.isIdentifier(node)) return ofIdentifier(node, depth)
    if (isMember(node)) return ofMember(node, depth)
    if (ts.isCallExpression(node) || ts.isNewExpression(node)) return ofCall(node, depth)
    if (ts.isAwaitExpression(node)) return read(node.expression, depth)
    if (ts.isConditionalExpression(node)) return firstKnown([read(node.whenTrue, depth), read(node.whenFalse, depth)])
    if (isAssignment(node)) return read(node.right, depth)
    if (ts.isBinaryExpression(node)) return firstKnown([read(node.left, depth), read(node.right, depth)])
    const isLiteral =
      ts.isObjectLiteralExpression(node) || ts.isArrayLiteralExpression(node) || ts.isLiteralExpression(node) || isFunctionLike(node)
    return isLiteral ? 'other' : null
  }

  function ofIdentifier(node: ts.Identifier, depth: number): ReceiverAnswer {
    const source = values.importOfChain(node)
    if (source !== null) {
      const exported = receiverOfExport(source)
      if (exported !== null) return exported
    }
    const target = program.target(node)
    if (target?.kind === 'declaration') return ofDeclaration(target.node, depth)
    const own = target === null ? program.declarationOf(node) : null
    if (own !== null) return ofDeclaration(own, depth)
    return target === null && (node.text === 'document' || node.text === 'window') ? 'other' : null
  }

  function ofDeclaration(node: ts.Node, depth: number): ReceiverAnswer {
    if (depth > maxDepth) return null
    if (ts.isVariableDeclaration(node) || ts.isBindingElement(node) || ts.isParameter(node)) {
      const { root, path } = bindingPath(node)
      if (ts.isParameter(root)) return path === null ? null : ofParameter(root, path, depth)
      return path === null ? null : ofVariable(root, path, depth)
    }
    if (ts.isPropertyDeclaration(node)) return ofProperty(node, depth)
    if (ts.isClassLike(node) || ts.isEnumDeclaration(node) || ts.isFunctionLike(node)) return 'other'
    return null
  }

  function ofVariable(root: ts.VariableDeclaration, path: readonly string[], depth: number): ReceiverAnswer {
    if (ts.isCatchClause(root.parent)) return 'other'
    if (path.length === 0) {
      const annotated = ofType(root.type)
      if (annotated !== null) return annotated
      const written = root.initializer === undefined ? [] : [root.initializer]
      return firstKnown([...written, ...assignedTo(root)].map((each) => read(each, depth)))
    }
    if (root.initializer === undefined) return null
    const source = values.importOfChain(root.initializer)
    if (source !== null) return receiverOfExport(addPath(source, path))
    const [first, ...rest] = path
    if (first === undefined || rest.length > 0) return null
    const object = read(root.initializer, depth)
    return object === null || object === 'other' ? object : receiverOfMember(object, first)
  }

  function assignedTo(root: ts.VariableDeclaration): readonly ts.Expression[] {
    if ((ts.getCombinedNodeFlags(root) & ts.NodeFlags.Const) !== 0 || !ts.isIdentifier(root.name)) return []
    const name = root.name.text
    return nodesOf(root.getSourceFile()).assignments.flatMap(({ left, right }) =>
      ts.isIdentifier(left) && left.text === name && program.declarationOf(left) === root ? [right] : [],
    )
  }

  function ofParameter(root: ts.ParameterDeclaration, path: readonly string[], depth: number): ReceiverAnswer {
    if (path.length > 0 || root.dotDotDotToken !== undefined) return null
    const annotated = ofType(root.type)
    if (annotated !== null) return annotated
    if (root.initializer !== undefined) {
      const fallback = read(root.initializer, depth)
      if (fallback !== null && fallback !== 'other') return fallback
    }
    return ofCallbackParameter(root, depth)
  }

  /** The first parameter of a function that is handed to a call which gives its callback a span. */
  function ofCallbackParameter(root: ts.ParameterDeclaration, depth: number): ReceiverAnswer {
    const owner = root.parent
    if (owner.parameters[0] !== root || !ts.isExpression(owner)) return null
    const { parent: call } = owner
    if (!ts.isCallExpression(call) || !call.arguments.includes(owner)) return null
    const called = calledExport(call)
    if (called === 'other') return 'other'
    if (called !== null) return called.row.callbackReceives === undefined ? null : certain(called.row.callbackReceives, called.api)
    const callee = plain(call.expression)
    if (ts.isIdentifier(callee)) return call.arguments.some((argument) => ts.isSpreadElement(argument)) ? null : ofDeclaredCallback(callee, call.arguments.indexOf(owner))
    const name = isMember(callee) ? memberName(callee) : null
    if (!isMember(callee) || name === null) return null
    const object = receiverOf(callee.expression, name)
    const row = object === null ? null : getMethodRow(object.kind, name)
    if (object === null || row?.callbackReceives === undefined) return read(callee.expression, depth) === 'other' ? 'other' : null
    return { ...object, kind: row.callbackReceives, borrowed: false }
  }

  /**
   * `inSpan('x', async (span) => …)` of the program's own `inSpan(name: string, work: (span: Span) => …)`: what the compiler would
   * find by working out the whole call. A function of several signatures is left to it.
   */
  function ofDeclaredCallback(callee: ts.Identifier, index: number): ReceiverAnswer {
    const target = program.target(callee)
    if (target?.kind !== 'declaration') return null
    const initializer = ts.isVariableDeclaration(target.node) && target.node.type === undefined ? target.node.initializer : undefined
    const called = initializer ?? target.node
    if (!isFunctionLike(called) || called.body === undefined) return null
    const parameter = called.parameters[index]
    if (parameter?.type === undefined || !ts.isFunctionTypeNode(parameter.type) || parameter.dotDotDotToken !== undefined) return null
    const [given] = parameter.type.parameters
    const answer = given === undefined || given.dotDotDotToken !== undefined ? null : ofType(given.type)
    return answer === 'other' ? null : answer
  }

  function ofMember(node: ts.PropertyAccessExpression | ts.ElementAccessExpression, depth: number): ReceiverAnswer {
    const source = values.importOfChain(node)
    if (source !== null) {
      const exported = receiverOfExport(source)
      if (exported !== null) return exported
    }
    const name = memberName(node)
    if (name === null) return null
    if (node.expression.kind === ts.SyntaxKind.ThisKeyword) return ofField(node, name, depth)
    const object = read(node.expression, depth)
    return object === null || object === 'other' ? null : receiverOfMember(object, name)
  }

  /** `this.x` of a class with such a field: annotations first, then values in source order. */
  function ofField(node: ts.Node, name: string, depth: number): ReceiverAnswer {
    const owner = enclosingClass(node)
    if (owner === null) return null
    const answers: ReceiverAnswer[] = []
    const assigned: ReceiverAnswer[] = []
    for (const member of owner.members) {
      if (ts.isPropertyDeclaration(member) && nameOf(member.name) === name) {
        answers.push(ofType(member.type))
        if (member.initializer !== undefined) assigned.push(read(member.initializer, depth))
      }
      if (!ts.isConstructorDeclaration(member) && !ts.isMethodDeclaration(member)) continue
      for (const parameter of member.parameters) {
        const isField = ts.isParameterPropertyDeclaration(parameter, member) && nameOf(parameter.name) === name
        if (isField) answers.push(ofType(parameter.type))
      }
      for (const statement of member.body?.statements ?? []) assigned.push(...assignedFields(statement, name, depth))
    }
    return [...answers, ...assigned].find((answer) => answer !== null) ?? null
  }

  function assignedFields(statement: ts.Statement, name: string, depth: number): ReceiverAnswer[] {
    if (ts.isIfStatement(statement)) {
      const branches = [statement.thenStatement, ...(statement.elseStatement === undefined ? [] : [statement.elseStatement])]
      return branches.flatMap((branch) => assignedFields(branch, name, depth))
    }
    if (ts.isBlock(statement)) return statement.statements.flatMap((inner) => assignedFields(inner, name, depth))
    if (!ts.isExpressionStatement(statement) || !isAssignment(statement.expression)) return []
    const { left, right } = statement.expression
    const isField = isMember(left) && left.expression.kind === ts.SyntaxKind.ThisKeyword && memberName(left) === name
    return isField ? [read(right, depth)] : []
  }

  function ofProperty(node: ts.PropertyDeclaration, depth: number): ReceiverAnswer {
    const annotated = ofType(node.type)
    return annotated ?? (node.initializer === undefined ? null : read(node.initializer, depth))
  }

  function ofCall(node: Call, depth: number): ReceiverAnswer {
    const callee = plain(node.expression)
    if (isMember(callee)) {
      const name = memberName(callee)
      if (name !== null && domFactories.has(name)) return 'other'
      const object = read(callee.expression, depth)
      if (object === 'other') return 'other'
      if (object !== null && name !== null) {
        const row = getMethodRow(object.kind, name)
        if (row?.returns === undefined) return null
        return { ...object, kind: row.returns, borrowed: row.borrowed === true || (row.returns === 'span' && object.borrowed) }
      }
    }
    const called = calledExport(node)
    if (called === 'other') return 'other'
    if (called !== null) return called.row.returns === undefined ? null : certain(called.row.returns, called.api, called.row.borrowed)
    return ts.isIdentifier(callee) ? ofReturned(callee, depth) : null
  }

  function ofReturned(callee: ts.Identifier, depth: number): ReceiverAnswer {
    const target = program.target(callee)
    if (target?.kind !== 'declaration') return null
    const initializer = ts.isVariableDeclaration(target.node) ? target.node.initializer : undefined
    const called = initializer !== undefined && isFunctionLike(initializer) ? initializer : target.node
    if (!isFunctionLike(called)) return null
    const annotated = ofType(called.type)
    if (annotated !== null) return annotated
    const answer = firstKnown(returnsOf(called).map((each) => read(each, depth)))
    return answer === 'other' ? null : answer
  }

  function calledExport(node: Call): { row: CallRow; api: string; method: string } | 'other' | null {
    const source = values.importOfChain(node.expression)
    if (source === null) return null
    const helper = findDeclaredHelper(source, helpersOf(node.getSourceFile().fileName))
    if (helper !== null) return { row: helper.row, api: helper.module, method: helper.export }
    if (matchesModule(source.module, lookAlikeModules)) return 'other'
    const isWhole = source.imported === '*' || source.imported === 'default'
    const [only, ...rest] = isWhole ? source.path : [source.imported, ...source.path]
    if (only === undefined || rest.length > 0) return null
    const found = findTracingExport(source.module, only)
    const row = ts.isNewExpression(node) ? found?.row.construct : found?.row.call
    return row === undefined || found === null ? null : { row, api: found.api.name, method: only }
  }

  function ofType(node: ts.TypeNode | undefined): ReceiverAnswer {
    if (node === undefined) return null
    if (ts.isUnionTypeNode(node) || ts.isIntersectionTypeNode(node)) return firstKnown(node.types.map((type) => ofType(type)))
    if (ts.isTypeReferenceNode(node)) return ofTypeName(node)
    const isPrimitive =
      node.kind === ts.SyntaxKind.StringKeyword || node.kind === ts.SyntaxKind.NumberKeyword || node.kind === ts.SyntaxKind.BooleanKeyword
    return isPrimitive ? 'other' : null
  }

  function ofTypeName(node: ts.TypeReferenceNode): ReceiverAnswer {
    const { typeName } = node
    if (ts.isIdentifier(typeName)) {
      if (typeName.text === 'Promise' || typeName.text === 'Readonly' || typeName.text === 'NonNullable') return ofType(node.typeArguments?.[0])
      const target = program.target(typeName)
      if (target?.kind === 'package') return receiverOfType(target.module, target.exported)
      return lookAlikeTypes.has(typeName.text) ? 'other' : null
    }
    const root = ts.isIdentifier(typeName.left) ? values.importOfChain(typeName.left) : null
    return root === null ? null : receiverOfType(root.module, typeName.right.text)
  }

  /** Tier 4: the name together with a method that only spans or tracers have. */
  function byName(node: ts.Expression, method: string | null): Receiver | null {
    const isGiven = ts.isCallExpression(node)
    const named = isGiven ? plain(node.expression) : node
    const name = ts.isIdentifier(named) ? named.text : isMember(named) ? memberName(named) : null
    if (name === null || method === null || (isGiven && !tracerOnlyMethods.has(method))) return null
    const kind = likelyReceiver(name, method, { isAnothers: () => isAnothers(node.getSourceFile()), isSpanElsewhere: () => isSpanElsewhere(node) })
    return kind === null ? null : { ...certain(kind, openTelemetryApiName), certainty: 'likely' }
  }

  function isAnothers(file: ts.SourceFile): boolean {
    let known = anothers.get(file)
    if (known === undefined) {
      known = tracesWithAnother(file.text)
      anothers.set(file, known)
    }
    return known
  }

  function isSpanElsewhere(node: ts.Expression): boolean {
    if (!ts.isIdentifier(node)) return isMember(node.parent) && node.parent.expression === node && hasDottedKey(node.parent)
    const declaration = program.declarationOf(node)
    if (declaration === null) return false
    if (ts.isParameter(declaration) && isCallbackOfTracing(declaration)) return true
    let isShown = false
    const visit = (at: ts.Node): void => {
      if (isShown) return
      if (isMember(at) && ts.isIdentifier(at.expression) && at.expression.text === node.text) {
        const called = memberName(at)
        const isEvidence = called !== null && (spanOnlyMethods.has(called) || hasDottedKey(at))
        if (isEvidence && program.declarationOf(at.expression) === declaration) isShown = true
      }
      ts.forEachChild(at, visit)
    }
    visit(node.getSourceFile())
    return isShown
  }
}

function isCallbackOfTracing(parameter: ts.ParameterDeclaration): boolean {
  const { parent: owner } = parameter
  if (owner.parameters[0] !== parameter || !ts.isCallExpression(owner.parent)) return false
  return /span|trace/i.test(chainOf(owner.parent.expression)?.at(-1) ?? '')
}

/** `x.setAttribute('prompt.version', …)`, `x.setAttribute(TraceAttr.UserId, …)`: no attribute of the DOM has a dot in its name. */
function hasDottedKey(callee: ts.Node): boolean {
  if (!ts.isCallExpression(callee.parent) || callee.parent.expression !== callee) return false
  const [key] = callee.parent.arguments
  if (key !== undefined && isMember(key)) return KEY_OF_TABLE.test(key.getText())
  return key !== undefined && ts.isStringLiteralLike(key) && key.text.includes('.')
}

function firstKnown(found: readonly ReceiverAnswer[]): ReceiverAnswer {
  const receivers = found.filter((answer) => answer !== null && answer !== 'other')
  return receivers[0] ?? (found.includes('other') ? 'other' : null)
}

function addPath(source: ImportedChain, path: readonly string[]): ImportedChain {
  const [first, ...rest] = path
  if (source.imported === '*' && source.path.length === 0 && first !== undefined) {
    return { module: source.module, imported: first, path: rest }
  }
  return { ...source, path: [...source.path, ...path] }
}
