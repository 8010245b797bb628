import * as ts from '../ts.js'

import {
  addValues,
  flattenSpread,
  foldCall,
  foldText,
  followPath,
  isPicking,
  literalText,
  memberOf,
  type PropertyValue,
  type ReferenceValue,
  type Value,
  yieldOf,
} from '@spanguard/policy'

import { substitute } from '../../otel/helper-facts.js'
import { isFunctionLike, returnsOf } from '../evaluate.js'
import { isAssignment, nodesOf } from '../nodes.js'
import { importOf, type Program } from '../program.js'
import { createLazyTypes } from './lazy-types.js'
import { bindingPath, chainOf, functionName, isMember, memberName, nameOf, ownerOf, plain, rangeOf } from './syntax.js'

const maxDepth = 12
const maxText = 200
/** A variable that is assigned more often than this is taken as unknown. */
const maxWrites = 6
/** A function with more returns than this is taken as unknown. */
const maxReturns = 4
/** How many functions deep what a call returns is followed. */
const maxReturning = 3

export interface ValueReader {
  /** What an expression can be, as plain data, in this file and in those that it imports from. */
  valueOf(node: ts.Expression): Value
  /** The import behind a member chain: the module and the export that it starts at. */
  importOfChain(node: ts.Expression): ImportedChain | null
}

export interface ImportedChain {
  readonly module: string
  readonly imported: string
  readonly path: readonly string[]
}

type Base = Pick<Value, 'origin' | 'text'>

/** Reads values from the compiler's nodes, the same as the ESTree extractor reads, and beyond the file's edge. */
export function createValueReader(program: Program): ValueReader {
  const known = new Map<ts.Node, Value>()
  const types = createLazyTypes(program)
  const imports = new WeakMap<ts.SourceFile, ReadonlyMap<string, { module: string; exported: string }>>()
  const writes = new WeakMap<ts.SourceFile, ReadonlyMap<string, readonly ts.BinaryExpression[]>>()
  let returning = 0
  /** The expressions that are being read, from the one that was asked for inwards. */
  const reading = new Set<ts.Node>()
  /** How often a limit kept a value from being read to its end: read from elsewhere, such a value may say more. */
  let cuts = 0
  return { valueOf: read, importOfChain: (node) => chainImport(node, 0) }

  function read(written: ts.Expression): Value {
    const node = plain(written)
    const cached = known.get(node)
    if (cached !== undefined) return cached
    if (reading.size > maxDepth || reading.has(node)) {
      cuts += 1
      return types.attach({ ...baseOf(node), kind: 'unknown' }, node)
    }
    const cutsBefore = cuts
    reading.add(node)
    const base = baseOf(node)
    const value = build(node, base, read)
    reading.delete(node)
    // What is made of other values (`a.b` of an object that is written out, a call that was folded) is not of the node's type.
    if (value.origin === base.origin && (value.kind === 'call' || !ts.isCallExpression(node))) types.attach(value, node)
    if (reading.size === 0 || cuts === cutsBefore) known.set(node, value)
    return value
  }

  function baseOf(node: ts.Node): Base {
    const origin = rangeOf(node)
    const text = node.getSourceFile().text.slice(origin.start, Math.min(origin.end, origin.start + maxText))
    return { origin, text }
  }

  type Next = (child: ts.Expression) => Value

  function build(node: ts.Expression, base: Base, next: Next): Value {
    if (ts.isStringLiteralLike(node)) return { ...base, kind: 'literal', value: node.text }
    if (ts.isNumericLiteral(node)) return { ...base, kind: 'literal', value: Number(node.text) }
    if (ts.isBigIntLiteral(node)) return { ...base, kind: 'literal', value: node.text }
    if (ts.isTemplateExpression(node)) {
      return foldText({
        ...base,
        kind: 'template',
        quasis: [node.head.text, ...node.templateSpans.map((span) => span.literal.text)],
        parts: node.templateSpans.map((span) => next(span.expression)),
      })
    }
    if (ts.isBinaryExpression(node)) return ofBinary(node, base, next)
    if (ts.isPrefixUnaryExpression(node)) return ofPrefix(node, base, next)
    if (ts.isPostfixUnaryExpression(node)) return { ...base, kind: 'unknown', yields: 'number' }
    if (ts.isVoidExpression(node)) return { ...base, kind: 'literal', value: undefined }
    if (ts.isTypeOfExpression(node)) return { ...base, kind: 'unknown', yields: 'string' }
    if (ts.isDeleteExpression(node)) return { ...base, kind: 'unknown', yields: 'boolean' }
    if (ts.isConditionalExpression(node)) return { ...base, kind: 'union', of: [next(node.whenTrue), next(node.whenFalse)] }
    if (ts.isAwaitExpression(node)) {
      const value = next(node.expression)
      const awaited = types.copy(value, base)
      return awaited.kind === 'call' ? types.copy(awaited, { awaited: true }) : awaited
    }
    if (ts.isArrayLiteralExpression(node)) {
      const elements = node.elements.filter((element) => !ts.isOmittedExpression(element))
      return {
        ...base,
        kind: 'array',
        open: elements.some((element) => ts.isSpreadElement(element)),
        elements: elements.map((element) => next(ts.isSpreadElement(element) ? element.expression : element)),
      }
    }
    if (ts.isObjectLiteralExpression(node)) return ofObject(node, base, next)
    if (ts.isCallExpression(node) || ts.isNewExpression(node)) return ofCall(node, base, next)
    if (ts.isTaggedTemplateExpression(node)) {
      const parts = ts.isTemplateExpression(node.template) ? node.template.templateSpans.map((span) => next(span.expression)) : []
      return { ...base, kind: 'call', callee: chainOf(node.tag) ?? [], arguments: parts, ...importFields(node.tag) }
    }
    if (ts.isIdentifier(node)) return ofIdentifier(node, base, next)
    if (isMember(node)) return ofMember(node, base, next)
    switch (node.kind) {
      case ts.SyntaxKind.TrueKeyword:
        return { ...base, kind: 'literal', value: true }
      case ts.SyntaxKind.FalseKeyword:
        return { ...base, kind: 'literal', value: false }
      case ts.SyntaxKind.NullKeyword:
        return { ...base, kind: 'literal', value: null }
      case ts.SyntaxKind.ThisKeyword:
        return { ...base, kind: 'reference', path: ['this'], root: 'this' }
      case ts.SyntaxKind.ArrowFunction:
      case ts.SyntaxKind.FunctionExpression:
      case ts.SyntaxKind.ClassExpression:
        return { ...base, kind: 'unknown', yields: 'function' }
      default:
        return { ...base, kind: 'unknown' }
    }
  }

  function ofBinary(node: ts.BinaryExpression, base: Base, next: Next): Value {
    switch (node.operatorToken.kind) {
      case ts.SyntaxKind.PlusToken:
        return addValues(next(node.left), next(node.right), base)
      case ts.SyntaxKind.AmpersandAmpersandToken:
      case ts.SyntaxKind.BarBarToken:
      case ts.SyntaxKind.QuestionQuestionToken:
        return { ...base, kind: 'union', of: [next(node.left), next(node.right)] }
      case ts.SyntaxKind.EqualsToken:
      case ts.SyntaxKind.BarBarEqualsToken:
      case ts.SyntaxKind.QuestionQuestionEqualsToken:
      case ts.SyntaxKind.CommaToken:
        return next(node.right)
      default:
        if (isAssignment(node)) return { ...base, kind: 'unknown' }
        return { ...base, kind: 'unknown', yields: yieldOf(ts.tokenToString(node.operatorToken.kind) ?? '') }
    }
  }

  function ofPrefix(node: ts.PrefixUnaryExpression, base: Base, next: Next): Value {
    const { operator } = node
    if (operator === ts.SyntaxKind.ExclamationToken) return { ...base, kind: 'unknown', yields: 'boolean' }
    if (operator === ts.SyntaxKind.MinusToken || operator === ts.SyntaxKind.PlusToken) {
      const operand = next(node.operand)
      if (operand.kind === 'literal' && typeof operand.value === 'number') {
        return { ...base, kind: 'literal', value: operator === ts.SyntaxKind.MinusToken ? -operand.value : operand.value }
      }
    }
    return { ...base, kind: 'unknown', yields: 'number' }
  }

  function ofObject(node: ts.ObjectLiteralExpression, base: Base, next: Next): Value {
    const properties: PropertyValue[] = []
    const spreads: Value[] = []
    let open = false
    for (const property of node.properties) {
      if (ts.isSpreadAssignment(property)) {
        const spread = flattenSpread(next(property.expression))
        properties.push(...spread.properties)
        spreads.push(...spread.rest)
        open ||= spread.open
        continue
      }
      const key = keyOf(property.name, next)
      if (literalText(key) === null) open = true
      const value: Value =
        ts.isPropertyAssignment(property) ? next(property.initializer)
        : ts.isShorthandPropertyAssignment(property) ? next(property.name)
        : { ...baseOf(property), kind: 'unknown', yields: 'function' }
      properties.push({ key, value, origin: rangeOf(property) })
    }
    return { ...base, kind: 'object', open, properties, spreads }
  }

  function keyOf(name: ts.PropertyName, next: Next): Value {
    if (ts.isComputedPropertyName(name)) return next(name.expression)
    const origin = rangeOf(name)
    return { kind: 'literal', origin, text: name.getText(), value: nameOf(name) ?? '' }
  }

  function ofCall(node: ts.CallExpression | ts.NewExpression, base: Base, next: Next): Value {
    const callee = plain(node.expression)
    const object = isMember(callee) && callee.expression.kind !== ts.SyntaxKind.SuperKeyword ? callee.expression : null
    return foldCall({
      ...base,
      kind: 'call',
      callee: chainOf(callee) ?? [],
      arguments: (node.arguments ?? []).map((argument) => next(ts.isSpreadElement(argument) ? argument.expression : argument)),
      ...importFields(callee),
      ...(object === null ? {} : { receiver: next(object) }),
      ...(ts.isNewExpression(node) ? { construct: true } : returnsOfCall(node, next)),
    })
  }

  /** What the program's own function gives back: `describe(user)` that returns `user.email` is an address. */
  function returnsOfCall(node: ts.CallExpression, next: Next): { returns?: Value } {
    if (returning >= maxReturning) cuts += 1
    const called = returning < maxReturning ? calledFunction(node, program) : null
    if (called === null || node.arguments.some((argument) => ts.isSpreadElement(argument))) return {}
    const returned = returnsOf(called)
    if (returned.length === 0 || returned.length > maxReturns) return {}
    const call = { owner: ownerOf(called), origin: rangeOf(node), arguments: called.parameters.map((_, index) => {
      const argument = node.arguments[index]
      return argument === undefined ? null : next(argument)
    }) }
    returning++
    const values = returned.flatMap((expression) => substitute(next(expression), call) ?? [])
    returning--
    const [first] = values
    if (first === undefined) return {}
    return { returns: values.length === 1 ? first : { origin: call.origin, text: node.getText().slice(0, maxText), kind: 'union', of: values } }
  }

  function importFields(callee: ts.Expression): { module?: string; imported?: string } {
    const source = chainImport(callee, 0)
    return source === null ? {} : { module: source.module, imported: source.imported }
  }

  function ofIdentifier(node: ts.Identifier, base: Base, next: Next): Value {
    const target = program.target(node)
    const imported = importsOf(node.getSourceFile()).get(node.text)
    const isLocal = target?.kind === 'declaration' && target.node.getSourceFile() === node.getSourceFile()
    if (imported !== undefined && !isLocal) {
      const reference: ReferenceValue = {
        ...base,
        kind: 'reference',
        path: [node.text],
        root: 'import',
        module: imported.module,
        imported: imported.exported,
      }
      const resolved = target?.kind === 'declaration' ? ofForeign(target.node, next) : null
      return resolved === null ? reference : { ...reference, resolved }
    }
    if (!isLocal) {
      if (node.text === 'undefined') return { ...base, kind: 'literal', value: undefined }
      return ofDeclared(node, base, next) ?? { ...base, kind: 'reference', path: [node.text], root: 'global' }
    }
    return ofDeclaration(target.node, node, base, next)
  }

  /** `target` sees through `const x = require('…')`, which is a variable of this file all the same. */
  function ofDeclared(node: ts.Identifier, base: Base, next: Next): Value | null {
    const declaration = program.declarationOf(node)
    return declaration === null || declaration.getSourceFile() !== node.getSourceFile() || importOfStatement(declaration) ?
        null
      : ofDeclaration(declaration, node, base, next)
  }

  function ofDeclaration(declaration: ts.Node, node: ts.Identifier, base: Base, next: Next): Value {
    if (ts.isVariableDeclaration(declaration) && ts.isCatchClause(declaration.parent)) return { ...base, kind: 'reference', path: [node.text], root: 'caught' }
    if (ts.isVariableDeclaration(declaration) || ts.isParameter(declaration) || ts.isBindingElement(declaration)) {
      const { root, path } = bindingPath(declaration)
      if (ts.isParameter(root)) {
        const entries = path?.join() === '1' ? entriesOf(root, path) : null
        if (entries !== null) return { ...base, kind: 'reference', path: [node.text], root: 'local', resolved: next(entries) }
        const parameter = path === null ? null : ofParameter(root, path, node, base)
        return parameter ?? { ...base, kind: 'reference', path: [node.text], root: 'local' }
      }
      const resolved = path === null ? null : ofVariable(root, path, node, base, next)
      const reference: ReferenceValue = { ...base, kind: 'reference', path: [node.text], root: 'local' }
      return resolved === null ? reference : { ...reference, resolved }
    }
    if (ts.isFunctionLike(declaration) || ts.isClassLike(declaration)) return { ...base, kind: 'unknown', yields: 'function' }
    return { ...base, kind: 'reference', path: [node.text], root: 'local' }
  }

  /** The same as the other extractor's `readEntries`. */
  function entriesOf(root: ts.ParameterDeclaration | ts.VariableDeclaration, path: readonly string[]): ts.Expression | null {
    if (path.join() !== '1') return null
    let list: ts.Expression | null = null
    let body: ts.Node | undefined
    if (ts.isParameter(root)) {
      const { parent: owner } = root
      const { parent: call } = owner
      if (owner.parameters[0] !== root || !ts.isCallExpression(call) || !isMember(call.expression) || memberName(call.expression) !== 'forEach') return null
      list = call.expression.expression
      body = 'body' in owner ? owner.body : undefined
    } else {
      const { parent: loop } = root.parent
      if (!ts.isForOfStatement(loop)) return null
      list = loop.expression
      body = loop.statement
    }
    if (body === undefined || !ts.isCallExpression(list) || isPicking(body.getText())) return null
    const [argument] = list.arguments
    return chainOf(list.expression)?.join('.') !== 'Object.entries' || argument === undefined || ts.isSpreadElement(argument) || ts.isObjectLiteralExpression(plain(argument)) ? null : argument
  }

  function ofParameter(root: ts.ParameterDeclaration, path: readonly string[], node: ts.Identifier, base: Base): Value | null {
    if (root.dotDotDotToken !== undefined) return null
    const name = node.text
    const owner = root.parent
    const ownName = functionName(owner)
    return {
      ...base,
      kind: 'parameter',
      name: path.length === 0 ? name : ts.isIdentifier(root.name) ? root.name.text : '',
      path,
      index: owner.parameters.indexOf(root),
      owner: ownerOf(owner),
      ...(ownName === null ? {} : { function: ownName }),
      ...(isMember(node.parent) && memberName(node.parent) === 'name' && isCalled(root, name) ? { callable: true } : {}),
    }
  }

  /** `fn()`, `fn.call(…)`, `fn.apply(…)` in the function whose parameter it is. */
  function isCalled(root: ts.ParameterDeclaration, name: string): boolean {
    let found = false
    const visit = (at: ts.Node): void => {
      if (found) return
      if (ts.isCallExpression(at)) {
        const { expression } = at
        const method = isMember(expression) ? memberName(expression) : null
        const callee = method === 'call' || method === 'apply' ? (expression as ts.PropertyAccessExpression).expression : expression
        if (ts.isIdentifier(callee) && callee.text === name && program.declarationOf(callee) === root) found = true
      }
      ts.forEachChild(at, visit)
    }
    visit(root.parent)
    return found
  }

  function ofVariable(root: ts.VariableDeclaration, path: readonly string[], node: ts.Identifier, base: Base, next: Next): Value | null {
    if (ts.isForOfStatement(root.parent.parent) || ts.isForInStatement(root.parent.parent)) {
      const entries = entriesOf(root, path)
      return entries === null ? null : next(entries)
    }
    const written = root.initializer === undefined ? [] : [root.initializer]
    const isConstant = (ts.getCombinedNodeFlags(root) & ts.NodeFlags.Const) !== 0
    if (!isConstant) {
      for (const assignment of writesOf(root.getSourceFile()).get(node.text) ?? []) {
        if (program.declarationOf(assignment.left) === root) written.push(assignment.right)
      }
    }
    if (written.length === 0 || written.length > maxWrites) return null
    const values = written.map((each) => followPath(next(each), path))
    return values.length === 1 ? (values[0] ?? null) : types.attach({ ...base, kind: 'union', of: values.filter((value) => value !== null) }, node)
  }

  /** What a declaration of another file is: a constant's value, an enum's members. */
  function ofForeign(declaration: ts.Node, next: Next): Value | null {
    if (ts.isVariableDeclaration(declaration) && declaration.initializer !== undefined) {
      const isConstant = (ts.getCombinedNodeFlags(declaration) & ts.NodeFlags.Const) !== 0
      return isConstant ? next(declaration.initializer) : null
    }
    if (!ts.isEnumDeclaration(declaration)) return null
    const properties = declaration.members.flatMap((member): PropertyValue[] => {
      const name = nameOf(member.name)
      if (name === null || member.initializer === undefined) return []
      const key: Value = { kind: 'literal', origin: rangeOf(member.name), text: name, value: name }
      return [{ key, value: next(member.initializer), origin: rangeOf(member) }]
    })
    return { ...baseOf(declaration), kind: 'object', open: false, properties, spreads: [] }
  }

  function ofMember(node: ts.PropertyAccessExpression | ts.ElementAccessExpression, base: Base, next: Next): Value {
    const name = memberName(node) ?? (ts.isElementAccessExpression(node) ? literalText(next(node.argumentExpression)) : null)
    if (name === 'length' || name === 'size') return { ...base, kind: 'unknown', yields: 'number' }
    const enumerated = name === null ? null : ofEnumMember(node, name, base, next)
    if (enumerated !== null) return enumerated
    const isSuper = node.expression.kind === ts.SyntaxKind.SuperKeyword
    return memberOf(isSuper ? { ...baseOf(node.expression), kind: 'unknown' } : next(node.expression), name, base)
  }

  /** A member of an enum of this very file is its value, at the place where it is used; of another file's it is a reference that resolves to it. */
  function ofEnumMember(node: ts.PropertyAccessExpression | ts.ElementAccessExpression, name: string, base: Base, next: Next): Value | null {
    if (!ts.isIdentifier(node.expression)) return null
    const target = program.target(node.expression)
    if (target?.kind !== 'declaration' || !ts.isEnumDeclaration(target.node)) return null
    if (target.node.getSourceFile() !== node.getSourceFile()) return null
    const member = target.node.members.find((each) => nameOf(each.name) === name)
    if (member === undefined) return null
    if (member.initializer === undefined) return { ...base, kind: 'unknown', yields: 'number' }
    const value = next(member.initializer)
    return value.kind === 'literal' ? { ...base, kind: 'literal', value: value.value } : value
  }

  function chainImport(written: ts.Expression, depth: number): ImportedChain | null {
    if (depth > maxDepth) return null
    const node = plain(written)
    if (ts.isIdentifier(node)) {
      const imported = importsOf(node.getSourceFile()).get(node.text)
      const declaration = program.declarationOf(node)
      if (imported !== undefined && (declaration === null || importOfStatement(declaration))) {
        return { module: imported.module, imported: imported.exported, path: [] }
      }
      if (declaration === null || !(ts.isVariableDeclaration(declaration) || ts.isBindingElement(declaration))) return null
      const { root, path } = bindingPath(declaration)
      if (!ts.isVariableDeclaration(root) || path === null) return null
      const initializer = root.initializer ?? soleWrite(root, node.text)
      const source = initializer === undefined ? null : chainImport(initializer, depth + 1)
      return source === null ? null : addPath(source, path)
    }
    if (isMember(node)) {
      const name = memberName(node)
      const source = name === null ? null : chainImport(node.expression, depth + 1)
      return source === null || name === null ? null : addPath(source, [name])
    }
    if (ts.isAwaitExpression(node)) return chainImport(node.expression, depth + 1)
    if (!ts.isCallExpression(node)) return null
    const [argument] = node.arguments
    const isRequire = ts.isIdentifier(node.expression) && node.expression.text === 'require'
    const isImport = node.expression.kind === ts.SyntaxKind.ImportKeyword
    return (isRequire || isImport) && argument !== undefined && ts.isStringLiteralLike(argument) ?
        { module: argument.text, imported: '*', path: [] }
      : null
  }

  function soleWrite(root: ts.VariableDeclaration, name: string): ts.Expression | undefined {
    const found = (writesOf(root.getSourceFile()).get(name) ?? []).filter(({ left }) => program.declarationOf(left) === root)
    return found.length === 1 ? found[0]?.right : undefined
  }

  function importsOf(file: ts.SourceFile): ReadonlyMap<string, { module: string; exported: string }> {
    const cached = imports.get(file)
    if (cached !== undefined) return cached
    const found = new Map<string, { module: string; exported: string }>()
    const add = (name: ts.Identifier | undefined, node: ts.Node): void => {
      const source = importOf(node)
      if (name !== undefined && source !== null) found.set(name.text, source)
    }
    for (const statement of file.statements) {
      if (ts.isImportEqualsDeclaration(statement)) add(statement.name, statement)
      const clause = ts.isImportDeclaration(statement) ? statement.importClause : undefined
      if (clause === undefined) continue
      add(clause.name, clause)
      const { namedBindings: named } = clause
      if (named !== undefined && ts.isNamespaceImport(named)) add(named.name, named)
      if (named !== undefined && ts.isNamedImports(named)) for (const element of named.elements) add(element.name, element)
    }
    imports.set(file, found)
    return found
  }

  function writesOf(file: ts.SourceFile): ReadonlyMap<string, readonly ts.BinaryExpression[]> {
    const cached = writes.get(file)
    if (cached !== undefined) return cached
    const found = new Map<string, ts.BinaryExpression[]>()
    for (const node of nodesOf(file).assignments) {
      if (!ts.isIdentifier(node.left)) continue
      const group = found.get(node.left.text)
      if (group === undefined) found.set(node.left.text, [node])
      else group.push(node)
    }
    writes.set(file, found)
    return found
  }
}

/** The function of the program that a call runs, where it has a body to read. */
function calledFunction(node: ts.CallExpression, program: Program): ts.FunctionLikeDeclaration | null {
  const callee = plain(node.expression)
  const name = ts.isIdentifier(callee) ? callee : ts.isPropertyAccessExpression(callee) ? callee.name : null
  const target = name === null ? null : program.target(name)
  if (target?.kind !== 'declaration') return null
  const { node: declared } = target
  const initializer = ts.isVariableDeclaration(declared) || ts.isPropertyDeclaration(declared) ? declared.initializer : undefined
  const found = initializer === undefined ? declared : plain(initializer)
  return isFunctionLike(found) && found.asteriskToken === undefined ? found : null
}

function importOfStatement(declaration: ts.Node): boolean {
  return (
    ts.isImportSpecifier(declaration) ||
    ts.isImportClause(declaration) ||
    ts.isNamespaceImport(declaration) ||
    ts.isImportEqualsDeclaration(declaration)
  )
}

function addPath(source: ImportedChain, path: readonly string[]): ImportedChain {
  const [first, ...rest] = path
  if (first === undefined) return source
  if (source.imported === '*' && source.path.length === 0) return { module: source.module, imported: first, path: rest }
  return { ...source, path: [...source.path, ...path] }
}
