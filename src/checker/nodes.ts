import * as ts from './ts.js'
import { requiredModule } from './program.js'

export type Call = ts.CallExpression | ts.NewExpression
export type Assignment = ts.AssignmentExpression<ts.AssignmentOperatorToken>

/** The nodes of a file that the checks look through, each list in source order. */
export interface FileNodes {
  /** Calls and `new`, without those in types. */
  readonly calls: readonly Call[]
  /** What registers handlers: the calls, and the methods and classes that have decorators. */
  readonly registering: readonly (Call | ts.MethodDeclaration | ts.ClassLikeDeclaration)[]
  /** `=`, `+=`, `??=` and the like. */
  readonly assignments: readonly Assignment[]
  /** Functions, methods and constructors. */
  readonly functions: readonly ts.FunctionLikeDeclaration[]
  /** Imports and exports of other modules as declarations, `require('x')` and `import('x')`. */
  readonly imports: readonly (ts.ImportDeclaration | ts.ExportDeclaration | ts.ImportEqualsDeclaration | ts.CallExpression)[]
}

const known = new WeakMap<ts.SourceFile, FileNodes>()

/** Goes through a file once, whoever asks first: a walk of a whole program costs as much as binding it. */
export function nodesOf(file: ts.SourceFile): FileNodes {
  const cached = known.get(file)
  if (cached) return cached
  const found = collect(file)
  known.set(file, found)
  return found
}

function collect(file: ts.SourceFile): FileNodes {
  const calls: Call[] = []
  const registering: FileNodes['registering'][number][] = []
  const assignments: Assignment[] = []
  const functions: ts.FunctionLikeDeclaration[] = []
  const imports: FileNodes['imports'][number][] = []
  const visit = (node: ts.Node): void => {
    switch (node.kind) {
      case ts.SyntaxKind.Identifier:
      case ts.SyntaxKind.StringLiteral:
      case ts.SyntaxKind.InterfaceDeclaration:
      case ts.SyntaxKind.TypeAliasDeclaration:
        return
      case ts.SyntaxKind.ImportDeclaration:
      case ts.SyntaxKind.ExportDeclaration:
      case ts.SyntaxKind.ImportEqualsDeclaration:
        imports.push(node as ts.ImportDeclaration)
        return
      case ts.SyntaxKind.CallExpression:
      case ts.SyntaxKind.NewExpression:
        calls.push(node as Call)
        registering.push(node as Call)
        if (ts.isCallExpression(node) && requiredModule(node) !== null) imports.push(node)
        break
      default:
        if (readOther(node)) break
        // The base of a class is an expression, which the compiler calls a type; other types hold none.
        if (ts.isExpressionWithTypeArguments(node)) visitBase(node)
        if (ts.isTypeNode(node)) return
    }
    ts.forEachChild(node, visit)
  }
  const visitBase = (node: ts.Node): void => {
    readOther(node)
    ts.forEachChild(node, visitBase)
  }
  const readOther = (node: ts.Node): boolean => {
    if (isAssignment(node)) assignments.push(node)
    else if (isFunction(node)) {
      functions.push(node)
      if (ts.isMethodDeclaration(node) && isDecorated(node)) registering.push(node)
    } else if (ts.isClassLike(node)) {
      if (isDecorated(node)) registering.push(node)
    } else return false
    return true
  }
  ts.forEachChild(file, visit)
  return { calls, registering, assignments, functions, imports }
}

/** `=`, `+=`, `??=` and the like. */
export function isAssignment(node: ts.Node): node is Assignment {
  if (!ts.isBinaryExpression(node)) return false
  const { kind } = node.operatorToken
  return kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment
}

function isFunction(node: ts.Node): node is ts.ArrowFunction | ts.FunctionExpression | ts.FunctionDeclaration | ts.MethodDeclaration | ts.ConstructorDeclaration {
  return ts.isArrowFunction(node) || ts.isFunctionExpression(node) || ts.isFunctionDeclaration(node) || ts.isMethodDeclaration(node) || ts.isConstructorDeclaration(node)
}

function isDecorated(node: ts.MethodDeclaration | ts.ClassLikeDeclaration): boolean {
  return node.modifiers?.some(ts.isDecorator) === true
}
