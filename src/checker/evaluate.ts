import * as ts from './ts.js'
import { annotationAt } from './annotations.js'
import { nodesOf } from './nodes.js'
import { parentOf } from './places.js'
import { requiredModule, type Program, type Target } from './program.js'

/** What an expression stands for, as far as the program's text shows it. Values are not computed, only their making. */
export type Entity =
  /** An export of a package outside the program, and the way to a member of it: `['Router']`, `['default', 'static']`. */
  | { readonly kind: 'export'; readonly module: string; readonly path: readonly string[] }
  /** What a call or `new` gives whose callee is no function of the program. */
  | { readonly kind: 'result'; readonly node: ts.CallExpression | ts.NewExpression; readonly callee: Entity }
  | { readonly kind: 'member'; readonly of: Entity; readonly name: string; readonly node: ts.Node }
  | { readonly kind: 'function'; readonly node: ts.FunctionLikeDeclaration }
  | { readonly kind: 'class'; readonly node: ts.ClassLikeDeclaration }
  | { readonly kind: 'instance'; readonly class: ts.ClassLikeDeclaration; readonly node: ts.Node }
  | { readonly kind: 'module'; readonly file: string }
  | { readonly kind: 'parameter'; readonly node: ts.ParameterDeclaration; readonly path: readonly string[] }
  /** One element of a list after the other: the variable of `for (const route of routes)`. */
  | { readonly kind: 'each'; readonly node: ts.VariableDeclaration; readonly list: ts.Expression; readonly path: readonly string[] }
  /** A declaration of which only the annotation says anything. */
  | { readonly kind: 'typed'; readonly module: string; readonly type: string; readonly node: ts.Node }
  | { readonly kind: 'value'; readonly node: ts.Expression }
  | { readonly kind: 'unknown'; readonly node: ts.Node }

/**
 * What a method that is called belongs to, and its name. A parameter's method is a way into the parameter, since nobody knows yet
 * whether what stands there is one.
 */
export function methodOf(callee: Entity): { readonly of: Entity; readonly name: string } | null {
  if (callee.kind === 'member') return callee
  if (callee.kind !== 'parameter' && callee.kind !== 'each') return null
  const name = callee.path.at(-1)
  return name === undefined ? null : { of: { ...callee, path: callee.path.slice(0, -1) }, name }
}

/** Chained registration nests two levels a call; longer chains exist only in generated code. */
const maxDepth = 400

export interface Evaluator {
  evaluate(node: ts.Expression): Entity
  /** What a type annotation names in a package: `app: Express`. */
  typeName(node: ts.TypeNode | undefined): { module: string; type: string } | null
  exported(file: string, name: string): Entity | null
  /** The class's member, through its base classes in the program. */
  member(node: ts.ClassLikeDeclaration, name: string): Entity | null
  /** The class that a class extends, of the program or of a package. */
  baseOf(node: ts.ClassLikeDeclaration): Entity | null
  /** What a property of an entity stands for; of a list by its index. */
  memberOf(of: Entity, name: string, node: ts.Node): Entity
  /** The annotation of what a parameter holds at a way into it: of `app` in `({ app }: Deps)`. */
  annotationAt(parameter: ts.ParameterDeclaration, way: readonly string[]): ts.TypeNode | undefined
}

/** Declarations of the program that the config's rows speak of, by the module and the name that the row gives them. */
export type DeclaredExports = ReadonlyMap<ts.Node, { readonly module: string; readonly exported: string }>

/**
 * Follows expressions to what made them: through variables, imports, re-exports, fields, factories and `await`.
 *
 * @param declared what is taken for an export of a package, though the program declares it: the row says what it is
 */
export function createEvaluator(program: Program, declared: DeclaredExports = new Map()): Evaluator {
  /** `null` while an entity is being found: whoever comes back to it is on a circle. */
  const known = new Map<ts.Node, Entity | null>()
  const named = new Set<ts.Node>()
  let depth = 0

  return { evaluate, typeName, exported, member: classMember, baseOf, memberOf, annotationAt: (parameter, way) => annotationAt(program, parameter, way) }

  function evaluate(node: ts.Expression): Entity {
    const plain = unwrap(node)
    const cached = known.get(plain)
    if (cached) return cached
    if (cached === null || depth > maxDepth) return { kind: 'unknown', node: plain }
    known.set(plain, null)
    depth += 1
    const entity = compute(plain)
    depth -= 1
    known.set(plain, entity)
    return entity
  }

  function compute(node: ts.Expression): Entity {
    if (ts.isIdentifier(node)) return fromTarget(program.target(node), node)
    if (node.kind === ts.SyntaxKind.ThisKeyword) {
      const owner = enclosingClass(node)
      return owner ? { kind: 'instance', class: owner, node: owner } : { kind: 'unknown', node }
    }
    if (node.kind === ts.SyntaxKind.SuperKeyword) {
      const owner = enclosingClass(node)
      return (owner ? baseOf(owner) : null) ?? { kind: 'unknown', node }
    }
    if (ts.isPropertyAccessExpression(node)) return memberOf(evaluate(node.expression), node.name.text, node)
    if (ts.isElementAccessExpression(node) && ts.isStringLiteralLike(node.argumentExpression)) {
      return memberOf(evaluate(node.expression), node.argumentExpression.text, node)
    }
    if (ts.isCallExpression(node)) return ofCall(node)
    if (ts.isNewExpression(node)) {
      const callee = evaluate(node.expression)
      return callee.kind === 'class' ? { kind: 'instance', class: callee.node, node } : { kind: 'result', node, callee }
    }
    if (isFunctionLike(node)) return { kind: 'function', node }
    if (ts.isClassExpression(node)) return { kind: 'class', node }
    if (ts.isConditionalExpression(node)) return firstKnown([node.whenTrue, node.whenFalse], node)
    if (ts.isBinaryExpression(node)) {
      const operator = node.operatorToken.kind
      if (operator === ts.SyntaxKind.EqualsToken || operator === ts.SyntaxKind.CommaToken) return evaluate(node.right)
      if (operator === ts.SyntaxKind.BarBarToken || operator === ts.SyntaxKind.QuestionQuestionToken || operator === ts.SyntaxKind.QuestionQuestionEqualsToken) return firstKnown([node.left, node.right], node)
      if (operator === ts.SyntaxKind.AmpersandAmpersandToken) return evaluate(node.right)
    }
    return { kind: 'value', node }
  }

  function firstKnown(nodes: readonly ts.Expression[], node: ts.Expression): Entity {
    let fallback: Entity = { kind: 'unknown', node }
    for (const one of nodes) {
      const entity = evaluate(one)
      if (entity.kind !== 'unknown' && entity.kind !== 'value' && entity.kind !== 'member') return entity
      if (fallback.kind === 'unknown') fallback = entity
    }
    return fallback
  }

  function ofCall(node: ts.CallExpression): Entity {
    const module = requiredModule(node)
    if (module !== null) return ofModule(module, node)
    const callee = evaluate(node.expression)
    if (callee.kind === 'function') return returned(callee.node) ?? { kind: 'result', node, callee }
    if (callee.kind === 'member' && (callee.name === 'bind' || callee.name === 'call') && callee.of.kind === 'function') return callee.of
    return { kind: 'result', node, callee }
  }

  function ofModule(module: string, node: ts.Node): Entity {
    const file = program.resolve(module, node.getSourceFile().fileName)
    return file === null ? { kind: 'export', module, path: ['*'] } : ofFile(file)
  }

  /** A module of the program as a whole; one that says `module.exports = x` is x. */
  function ofFile(file: string): Entity {
    const equals = program.targetOfExport(file, 'export=')
    return equals?.kind === 'declaration' ? ofDeclaration(equals.node) : { kind: 'module', file }
  }

  /** What a function of the program returns, where its returns agree on one thing that is known. */
  function returned(node: ts.FunctionLikeDeclaration): Entity | null {
    const type = typeName(node.type)
    // What the config says of a type is believed before what the function's body shows.
    if (type && [...declared.values()].some(row => row.module === type.module && row.exported === type.type)) return { kind: 'typed', ...type, node }
    for (const expression of returnsOf(node)) {
      const entity = evaluate(expression)
      if (entity.kind === 'result' || entity.kind === 'instance' || entity.kind === 'function' || entity.kind === 'member' || entity.kind === 'typed') return entity
      if (entity.kind === 'value' && (ts.isObjectLiteralExpression(entity.node) || ts.isArrayLiteralExpression(entity.node))) return entity
    }
    return type ? { kind: 'typed', ...type, node } : null
  }

  function fromTarget(target: Target | null, node: ts.Node): Entity {
    if (!target) return { kind: 'unknown', node }
    if (target.kind === 'package') return { kind: 'export', module: target.module, path: [target.exported] }
    if (target.kind === 'module') return ofFile(target.file)
    return ofDeclaration(target.node)
  }

  function ofDeclaration(node: ts.Node): Entity {
    const cached = known.get(node)
    if (cached) return cached
    const row = declared.get(node)
    if (row) return { kind: 'export', module: row.module, path: [row.exported] }
    if (cached === null) return { kind: 'unknown', node }
    known.set(node, null)
    const entity = computeDeclaration(node)
    known.set(node, entity)
    return entity
  }

  function computeDeclaration(node: ts.Node): Entity {
    if (ts.isVariableDeclaration(node) && ts.isForOfStatement(node.parent.parent)) return { kind: 'each', node, list: node.parent.parent.expression, path: [] }
    if (ts.isVariableDeclaration(node) || ts.isPropertyDeclaration(node)) return ofInitialised(node)
    if (ts.isBindingElement(node)) return ofBinding(node)
    if (ts.isParameter(node)) return ofParameter(node)
    if (ts.isClassLike(node)) return { kind: 'class', node }
    if (isFunctionLike(node) || ts.isMethodDeclaration(node)) return { kind: 'function', node: node as ts.FunctionLikeDeclaration }
    if (ts.isFunctionDeclaration(node)) return { kind: 'function', node }
    if (ts.isGetAccessorDeclaration(node)) return returned(node) ?? { kind: 'unknown', node }
    if (ts.isExportAssignment(node)) return evaluate(node.expression)
    if (ts.isPropertyAssignment(node)) return evaluate(node.initializer)
    if (ts.isShorthandPropertyAssignment(node)) return evaluate(node.name)
    if (ts.isBinaryExpression(node)) return evaluate(node.right)
    if (ts.isPropertyAccessExpression(node) && ts.isBinaryExpression(node.parent) && node.parent.left === node) return evaluate(node.parent.right)
    if (ts.isIdentifier(node)) return ofDeclaration(node.parent)
    return { kind: 'unknown', node }
  }

  function ofInitialised(node: ts.VariableDeclaration | ts.PropertyDeclaration): Entity {
    const initial = node.initializer ? evaluate(node.initializer) : null
    const made = !initial || (initial.kind === 'value' && isEmptyValue(initial.node)) ? assigned(node) ?? initial : initial
    if (made && made.kind !== 'unknown' && !(made.kind === 'value' && isEmptyValue(made.node))) return made
    const type = typeName(node.type)
    return type ? { kind: 'typed', ...type, node } : (made ?? { kind: 'unknown', node })
  }

  /** `let app` and `private app`: what is assigned to them in their own file, the first that says something. */
  function assigned(node: ts.VariableDeclaration | ts.PropertyDeclaration): Entity | null {
    if (!ts.isIdentifier(node.name) && !ts.isPrivateIdentifier(node.name)) return null
    const name = node.name.text
    let fallback: Entity | null = null
    for (const assignment of assignmentsIn(node.getSourceFile()).get(name) ?? []) {
      const { left } = assignment
      const fits = ts.isIdentifier(left) ? ts.isVariableDeclaration(node) : ts.isPropertyDeclaration(node)
      if (!fits) continue
      const entity = evaluate(assignment.right)
      if (entity.kind !== 'unknown' && entity.kind !== 'value') return entity
      fallback ??= entity
    }
    return fallback
  }

  function ofBinding(node: ts.BindingElement): Entity {
    const key = keyOf(node)
    const owner = node.parent.parent
    if (key === null) return { kind: 'unknown', node }
    if (ts.isParameter(owner)) return { kind: 'parameter', node: owner, path: [key] }
    if (ts.isBindingElement(owner)) return memberOf(ofBinding(owner), key, node)
    if (ts.isForOfStatement(owner.parent.parent)) return { kind: 'each', node: owner, list: owner.parent.parent.expression, path: [key] }
    return owner.initializer ? memberOf(evaluate(owner.initializer), key, node) : { kind: 'unknown', node }
  }

  function ofParameter(node: ts.ParameterDeclaration): Entity {
    return { kind: 'parameter', node, path: [] }
  }

  function memberOf(of: Entity, name: string, node: ts.Node): Entity {
    switch (of.kind) {
      case 'export':
        return { kind: 'export', module: of.module, path: of.path.length === 1 && of.path[0] === '*' ? [name] : [...of.path, name] }
      case 'module':
        return exported(of.file, name) ?? { kind: 'unknown', node }
      case 'instance':
        return classMember(of.class, name) ?? { kind: 'member', of, name, node }
      case 'class':
        return classMember(of.node, name) ?? { kind: 'member', of, name, node }
      case 'value':
        if (ts.isArrayLiteralExpression(of.node)) return elementOf(of.node, name) ?? { kind: 'member', of, name, node }
        return ts.isObjectLiteralExpression(of.node) ? (property(of.node, name) ?? { kind: 'unknown', node }) : { kind: 'member', of, name, node }
      case 'each':
      case 'parameter':
        return { ...of, path: [...of.path, name] }
      default:
        return { kind: 'member', of, name, node }
    }
  }

  function exported(file: string, name: string): Entity | null {
    const target = program.targetOfExport(file, name)
    if (target) return fromTarget(target, program.file(file)?.root as ts.Node)
    // `module.exports = x`: a default import is x, and so is the name of a member of it.
    const equals = program.targetOfExport(file, 'export=')
    if (!equals) return null
    const whole = fromTarget(equals, program.file(file)?.root as ts.Node)
    return name === 'default' ? whole : memberOf(whole, name, program.file(file)?.root as ts.Node)
  }

  function classMember(node: ts.ClassLikeDeclaration, name: string, below: readonly ts.ClassLikeDeclaration[] = []): Entity | null {
    for (const element of node.members) {
      const key = element.name
      if (key && (ts.isIdentifier(key) || ts.isPrivateIdentifier(key) || ts.isStringLiteralLike(key)) && key.text === name) return ofDeclaration(element)
      if (ts.isConstructorDeclaration(element)) {
        const parameter = element.parameters.find(one => ts.isIdentifier(one.name) && one.name.text === name && (one.modifiers?.length ?? 0) > 0)
        if (parameter) return ofParameter(parameter)
      }
    }
    for (const assignment of assignmentsIn(node.getSourceFile()).get(name) ?? []) {
      if (ts.isPropertyAccessExpression(assignment.left) && enclosingClass(assignment) === node) return evaluate(assignment.right)
    }
    // Two files may extend each other's class, by mistake.
    const parent = baseOf(node)
    return parent?.kind === 'class' && parent.node !== node && !below.includes(parent.node) ? classMember(parent.node, name, [...below, node]) : null
  }

  /** The class that a class extends, of the program or of a package. */
  function baseOf(node: ts.ClassLikeDeclaration): Entity | null {
    const base = node.heritageClauses?.find(clause => clause.token === ts.SyntaxKind.ExtendsKeyword)?.types[0]
    return base ? evaluate(base.expression) : null
  }

  function property(node: ts.ObjectLiteralExpression, name: string): Entity | null {
    for (const one of node.properties) {
      if (ts.isSpreadAssignment(one)) continue
      if ((ts.isIdentifier(one.name) || ts.isStringLiteralLike(one.name)) && one.name.text === name) return ofDeclaration(one)
    }
    return null
  }

  /** Of a list that is written out, up to the first spread. */
  function elementOf(node: ts.ArrayLiteralExpression, index: string): Entity | null {
    const before = node.elements.slice(0, Number(index) + 1)
    const element = /^\d+$/u.test(index) && !before.some(ts.isSpreadElement) ? before[Number(index)] : undefined
    return element ? evaluate(element) : null
  }

  function typeName(node: ts.TypeNode | undefined): { module: string; type: string } | null {
    if (!node) return null
    if (ts.isUnionTypeNode(node)) {
      for (const member of node.types) {
        const found = typeName(member)
        if (found) return found
      }
      return null
    }
    if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument) && ts.isStringLiteral(node.argument.literal) && node.qualifier) {
      return { module: node.argument.literal.text, type: node.qualifier.getText() }
    }
    if (!ts.isTypeReferenceNode(node)) return null
    const [inner] = node.typeArguments ?? []
    const { typeName: name } = node
    if (ts.isIdentifier(name)) {
      if (inner && (name.text === 'Promise' || name.text === 'Awaited')) return typeName(inner)
      const target = program.target(name)
      if (target?.kind === 'package') return { module: target.module, type: target.exported }
      if (target?.kind !== 'declaration') return null
      const row = declared.get(target.node)
      if (row) return { module: row.module, type: row.exported }
      // `<T extends Router>(router: T)`
      if (ts.isTypeParameterDeclaration(target.node)) return typeBehind(target.node, target.node.constraint)
      return ts.isTypeAliasDeclaration(target.node) ? typeBehind(target.node, target.node.type) : null
    }
    const root = program.target(name.left)
    return root?.kind === 'package' ? { module: root.module, type: name.right.text } : null
  }

  /** Aliases may name each other in a circle, by mistake. */
  function typeBehind(name: ts.TypeAliasDeclaration | ts.TypeParameterDeclaration, node: ts.TypeNode | undefined): { module: string; type: string } | null {
    if (named.has(name)) return null
    named.add(name)
    const found = typeName(node)
    named.delete(name)
    return found
  }
}

/** The property or the index that a destructured name takes; `null` for what takes the rest. */
export function keyOf(node: ts.BindingElement): string | null {
  if (node.dotDotDotToken) return null
  if (ts.isArrayBindingPattern(node.parent)) return String(node.parent.elements.indexOf(node))
  const name = node.propertyName ?? node.name
  return ts.isIdentifier(name) || ts.isStringLiteralLike(name) ? name.text : null
}

/** Takes off what changes nothing about a value: parentheses, `await`, `as`, `satisfies`, `!`. */
export function unwrap(node: ts.Expression): ts.Expression {
  let at = node
  while (ts.isParenthesizedExpression(at) || ts.isAwaitExpression(at) || ts.isAsExpression(at) || ts.isSatisfiesExpression(at) || ts.isNonNullExpression(at) || ts.isTypeAssertionExpression(at)) at = at.expression
  return at
}

/** The expressions that a function returns itself, not those of functions in it. */
export function returnsOf(node: ts.FunctionLikeDeclaration): ts.Expression[] {
  if (!node.body) return []
  if (!ts.isBlock(node.body)) return [node.body]
  const found: ts.Expression[] = []
  const visit = (at: ts.Node): void => {
    if (ts.isReturnStatement(at)) {
      if (at.expression) found.push(at.expression)
    } else if (!ts.isFunctionLike(at) && !ts.isClassLike(at)) ts.forEachChild(at, visit)
  }
  ts.forEachChild(node.body, visit)
  return found
}

export function isFunctionLike(node: ts.Node): node is ts.ArrowFunction | ts.FunctionExpression | ts.FunctionDeclaration | ts.MethodDeclaration {
  return ts.isArrowFunction(node) || ts.isFunctionExpression(node) || ts.isFunctionDeclaration(node) || ts.isMethodDeclaration(node)
}

/** The class whose instance `this` is at a node. */
export function enclosingClass(node: ts.Node): ts.ClassLikeDeclaration | null {
  for (let at = parentOf(node); at; at = parentOf(at)) {
    if (ts.isClassLike(at)) return at
    if (ts.isFunctionDeclaration(at) || ts.isFunctionExpression(at)) return null
  }
  return null
}

const assignments = new WeakMap<ts.SourceFile, ReadonlyMap<string, readonly ts.BinaryExpression[]>>()

/** Every `name = value` and `this.name = value` of a file, by name. */
function assignmentsIn(file: ts.SourceFile): ReadonlyMap<string, readonly ts.BinaryExpression[]> {
  const cached = assignments.get(file)
  if (cached) return cached
  const found = new Map<string, ts.BinaryExpression[]>()
  for (const node of nodesOf(file).assignments) {
    if (node.operatorToken.kind !== ts.SyntaxKind.EqualsToken) continue
    const { left } = node
    const name = ts.isIdentifier(left) ? left.text
      : ts.isPropertyAccessExpression(left) && left.expression.kind === ts.SyntaxKind.ThisKeyword ? left.name.text : null
    if (name === null) continue
    const group = found.get(name)
    if (group) group.push(node)
    else found.set(name, [node])
  }
  assignments.set(file, found)
  return found
}

function isEmptyValue(node: ts.Expression): boolean {
  return node.kind === ts.SyntaxKind.NullKeyword || (ts.isIdentifier(node) && node.text === 'undefined')
}
