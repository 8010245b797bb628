import * as ts from './ts.js'
import type { Entity, Evaluator } from './evaluate.js'
import type { ModuleGraph } from './modules.js'
import { parentOf } from './places.js'
import type { Program } from './program.js'

/** Where a function or class is used, and whether an entry's files come to use it. */
export interface References {
  /** The expressions that name the declaration in the program: calls, `new`, or the name handed on as a value. */
  to(declaration: Callable): readonly ts.Node[]
  /** The calls of a function, for the arguments that its parameters receive. */
  callsOf(declaration: Callable): readonly (ts.CallExpression | ts.NewExpression)[]
  /**
   * The way in which code at a node comes to run among the given files: the places that call what it stands in, from the
   * node outwards to a module's top level. `null` when nothing there runs it.
   */
  liveness(node: ts.Node, files: Pick<ReadonlySet<string>, 'has'>): readonly ts.Node[] | null
}

export type Callable = ts.FunctionLikeDeclaration | ts.ClassLikeDeclaration

const maxDepth = 8

export function createReferences(program: Program, graph: ModuleGraph, evaluator: Evaluator): References {
  const named = new Map<string, readonly ts.Identifier[]>()
  const known = new Map<Callable, readonly ts.Node[]>()

  return { to, callsOf, liveness: (node, files) => live(node, files, maxDepth, new Set()) }

  function to(declaration: Callable): readonly ts.Node[] {
    const cached = known.get(declaration)
    if (cached) return cached
    known.set(declaration, [])
    const found: ts.Node[] = namesOf(declaration).flatMap(name => identifiers(name).filter(node => isOf(node, declaration)).map(user))
    found.push(...requiredAtOnce(declaration))
    known.set(declaration, found)
    return found
  }

  function callsOf(declaration: Callable, below: readonly Callable[] = []): readonly (ts.CallExpression | ts.NewExpression)[] {
    // Two classes may extend each other, by mistake.
    if (below.includes(declaration)) return []
    return to(declaration).flatMap(node => (ts.isCallExpression(node) || ts.isNewExpression(node) ? [node] : superCalls(node, [...below, declaration])))
  }

  /** A class that extends another calls its constructor: by `super(…)`, or wherever it is made itself. */
  function superCalls(use: ts.Node, below: readonly Callable[]): readonly (ts.CallExpression | ts.NewExpression)[] {
    const extending = extendingClass(use)
    const constructor = extending?.members.find(ts.isConstructorDeclaration)
    if (!extending || !constructor?.body) return extending ? callsOf(extending, below) : []
    const found: ts.CallExpression[] = []
    const visit = (node: ts.Node): void => {
      if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.SuperKeyword) found.push(node)
      ts.forEachChild(node, visit)
    }
    visit(constructor.body)
    return found
  }

  /** `require('./tracing')('orders')`, of a module that is a function. */
  function requiredAtOnce(declaration: Callable): ts.Node[] {
    return graph.importersOf(declaration.getSourceFile().fileName).flatMap(({ node }) => {
      if (!ts.isCallExpression(node) || !(ts.isCallExpression(node.parent) || ts.isNewExpression(node.parent)) || node.parent.expression !== node) return []
      const entity = evaluator.evaluate(node)
      return (entity.kind === 'function' || entity.kind === 'class') && entity.node === declaration ? [node.parent] : []
    })
  }

  function isOf(node: ts.Identifier, declaration: Callable): boolean {
    const expression = ts.isPropertyAccessExpression(node.parent) && node.parent.name === node ? node.parent : node
    const entity: Entity = evaluator.evaluate(expression)
    if (entity.kind === 'function' || entity.kind === 'class') return entity.node === declaration
    // A method called on something of unknown type: its name must be rare to prove anything.
    return entity.kind === 'instance' && entity.class === declaration
  }

  function namesOf(declaration: Callable): string[] {
    const own = nameOf(declaration)
    const names = new Set(own === null ? [] : [own])
    const file = declaration.getSourceFile()
    for (const imported of graph.importersOf(file.fileName)) {
      const clause = ts.isImportDeclaration(imported.node) ? imported.node.importClause : undefined
      if (clause?.name) names.add(clause.name.text)
      const { parent } = imported.node
      if (ts.isCallExpression(imported.node) && ts.isVariableDeclaration(parent) && ts.isIdentifier(parent.name)) names.add(parent.name.text)
      const bindings = clause?.namedBindings
      if (bindings && ts.isNamedImports(bindings)) {
        for (const element of bindings.elements) if (element.propertyName && element.propertyName.text === own) names.add(element.name.text)
      }
    }
    return [...names]
  }

  function identifiers(name: string): readonly ts.Identifier[] {
    const cached = named.get(name)
    if (cached) return cached
    const found: ts.Identifier[] = []
    for (const { root } of program.files) {
      if (!root.text.includes(name)) continue
      const visit = (node: ts.Node): void => {
        if (ts.isIdentifier(node)) {
          if (node.text === name && isUse(node)) found.push(node)
        } else if (!ts.isImportDeclaration(node) && (!ts.isTypeNode(node) || isBaseClass(node))) ts.forEachChild(node, visit)
      }
      visit(root)
    }
    named.set(name, found)
    return found
  }

  function live(node: ts.Node, files: Pick<ReadonlySet<string>, 'has'>, depth: number, seen: Set<ts.Node>): readonly ts.Node[] | null {
    const owner = enclosingCallable(node)
    if (!owner) return [node]
    if (depth === 0 || seen.has(owner)) return null
    seen.add(owner)
    for (const use of usesOf(owner)) {
      if (!files.has(use.getSourceFile().fileName) || isInside(use, owner)) continue
      const rest = live(use, files, depth - 1, seen)
      if (rest) return [node, ...rest]
    }
    // What a container makes a provider with runs when the container is set up.
    if (nameOf(owner) === 'useFactory' && ts.isObjectLiteralExpression(owner.parent.parent)) {
      const rest = live(owner.parent, files, depth - 1, seen)
      if (rest) return [node, ...rest]
    }
    return isEntryPoint(owner) ? [node] : null
  }

  /** A method runs when its class is made; which of its methods then run is not asked. */
  function usesOf(owner: Callable): readonly ts.Node[] {
    const direct = to(owner)
    if (ts.isClassLike(owner.parent)) return [...direct, ...to(owner.parent)]
    return direct
  }
}

/** The named function, method or class that a node stands in; callbacks in place belong to what is around them. */
export function enclosingCallable(node: ts.Node): Callable | null {
  for (let at = parentOf(node); at; at = parentOf(at)) {
    if (ts.isConstructorDeclaration(at) || ts.isPropertyDeclaration(at)) continue
    if (ts.isFunctionDeclaration(at) || ts.isMethodDeclaration(at) || ts.isGetAccessorDeclaration(at)) return at
    if ((ts.isArrowFunction(at) || ts.isFunctionExpression(at)) && nameOf(at) !== null) return at
    if (ts.isClassLike(at)) return at
  }
  return null
}

/** The name under which a function or class is known in its file. */
export function nameOf(node: Callable): string | null {
  if (node.name && (ts.isIdentifier(node.name) || ts.isPrivateIdentifier(node.name) || ts.isStringLiteralLike(node.name))) return node.name.text
  const { parent } = node
  if ((ts.isVariableDeclaration(parent) || ts.isPropertyAssignment(parent) || ts.isPropertyDeclaration(parent)) && ts.isIdentifier(parent.name)) return parent.name.text
  if (ts.isBinaryExpression(parent) && parent.right === node) {
    if (ts.isPropertyAccessExpression(parent.left)) return parent.left.name.text
    if (ts.isIdentifier(parent.left)) return parent.left.text
  }
  return null
}

/** A name in an expression, not where it is declared, imported, exported or a property's key. */
function isUse(node: ts.Identifier): boolean {
  const { parent } = node
  if (ts.isPropertyAccessExpression(parent)) return true
  if (ts.isPropertyAssignment(parent)) return parent.initializer === node
  if (ts.isVariableDeclaration(parent) || ts.isBindingElement(parent) || ts.isParameter(parent)) return parent.initializer === node
  if (ts.isImportSpecifier(parent) || ts.isExportSpecifier(parent) || ts.isImportClause(parent)) return false
  if (ts.isFunctionLike(parent) || ts.isClassLike(parent)) return parent.name !== node
  return (!ts.isTypeNode(parent) || isBaseClass(parent)) && !ts.isQualifiedName(parent)
}

/** `Base` of `class Orders extends Base`, which the compiler counts among the types. */
function isBaseClass(node: ts.Node): boolean {
  return ts.isExpressionWithTypeArguments(node) && ts.isHeritageClause(node.parent) && node.parent.token === ts.SyntaxKind.ExtendsKeyword && ts.isClassLike(node.parent.parent)
}

/** The class that a name is the base of. */
function extendingClass(use: ts.Node): ts.ClassLikeDeclaration | null {
  const { parent } = use
  return isBaseClass(parent) && ts.isClassLike(parent.parent.parent) ? parent.parent.parent : null
}

/** What uses a name: the call or `new` of it, else the expression itself. */
function user(node: ts.Identifier): ts.Node {
  let at: ts.Node = node
  while (ts.isPropertyAccessExpression(at.parent) && at.parent.name === at) at = at.parent
  return (ts.isCallExpression(at.parent) || ts.isNewExpression(at.parent)) && at.parent.expression === at ? at.parent : at
}

function isInside(node: ts.Node, owner: ts.Node): boolean {
  return node.getSourceFile() === owner.getSourceFile() && node.pos >= owner.pos && node.end <= owner.end
}

/** Functions that a framework calls by their name or decorator. */
function isEntryPoint(node: Callable): boolean {
  if (ts.isClassLike(node)) return (ts.canHaveDecorators(node) ? ts.getDecorators(node)?.length ?? 0 : 0) > 0
  const name = nameOf(node)
  return ts.isFunctionDeclaration(node) && (name === 'register' || name === 'handler') && (ts.getCombinedModifierFlags(node) & ts.ModifierFlags.Export) !== 0
}
