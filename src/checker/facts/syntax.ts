import * as ts from '../ts.js'

import type { Origin } from '@spanguard/policy'

import { isFunctionLike } from '../evaluate.js'

/** A node's whole range, as ESTree has it: without leading comments, parentheses taken off by the caller. */
export function rangeOf(node: ts.Node): Origin {
  const file = node.getSourceFile()
  const start = node.getStart(file)
  const { end } = node
  const from = file.getLineAndCharacterOfPosition(start)
  const to = file.getLineAndCharacterOfPosition(end)
  return {
    file: file.fileName,
    start,
    end,
    from: { line: from.line + 1, column: from.character },
    to: { line: to.line + 1, column: to.character },
  }
}

/** The expression without what only the type checker or the parser sees. `await` stays: it tells something. */
export function plain(node: ts.Expression): ts.Expression {
  let at = node
  while (
    ts.isParenthesizedExpression(at) ||
    ts.isAsExpression(at) ||
    ts.isSatisfiesExpression(at) ||
    ts.isNonNullExpression(at) ||
    ts.isTypeAssertionExpression(at) ||
    ts.isExpressionWithTypeArguments(at)
  ) {
    at = at.expression
  }
  return at
}

/** A property's name where it is written out, else null. */
export function nameOf(name: ts.PropertyName | ts.BindingName | undefined): string | null {
  if (name === undefined) return null
  if (ts.isIdentifier(name) || ts.isStringLiteralLike(name) || ts.isNumericLiteral(name)) return name.text
  if (ts.isPrivateIdentifier(name)) return name.text
  return ts.isComputedPropertyName(name) && ts.isStringLiteralLike(name.expression) ? name.expression.text : null
}

/** The name of a member access where it is written out, else null. */
export function memberName(node: ts.PropertyAccessExpression | ts.ElementAccessExpression): string | null {
  if (ts.isPropertyAccessExpression(node)) return node.name.text
  const { argumentExpression: argument } = node
  return ts.isStringLiteralLike(argument) || ts.isNumericLiteral(argument) ? argument.text : null
}

export function isMember(node: ts.Node): node is ts.PropertyAccessExpression | ts.ElementAccessExpression {
  return ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node)
}

/** The member chain of an expression (`JSON.stringify` is `['JSON', 'stringify']`); null where it holds anything else. */
export function chainOf(written: ts.Expression): string[] | null {
  const node = plain(written)
  if (ts.isIdentifier(node)) return [node.text]
  if (node.kind === ts.SyntaxKind.ThisKeyword) return ['this']
  if (node.kind === ts.SyntaxKind.SuperKeyword) return ['super']
  if (!isMember(node)) return null
  const name = memberName(node) ?? '[]'
  const object = chainOf(node.expression)
  return object === null ? ['[]', name] : [...object, name]
}

/** Where a function starts as ESTree has it: behind `export`, and for a method at its parameters. */
export function ownerOf(node: ts.SignatureDeclaration): number {
  if (ts.isMethodDeclaration(node) || ts.isAccessor(node) || ts.isConstructorDeclaration(node)) {
    return (node.typeParameters?.pos ?? node.parameters.pos) - 1
  }
  if (!isFunctionLike(node)) return node.getStart()
  const exports = (ts.getModifiers(node) ?? []).filter(
    ({ kind }) => kind === ts.SyntaxKind.ExportKeyword || kind === ts.SyntaxKind.DefaultKeyword,
  )
  const last = exports.at(-1)
  if (last === undefined) return node.getStart()
  const rest = node.getSourceFile().text.slice(last.end)
  return last.end + (/^(?:\s|\/\*[^]*?\*\/|\/\/[^\n]*\n)*/.exec(rest)?.[0].length ?? 0)
}

/** A function's own name, or the name of what it is assigned to, or null. */
export function functionName(node: ts.SignatureDeclaration): string | null {
  if (ts.isConstructorDeclaration(node)) return 'constructor'
  const own = nameOf(node.name)
  if (own !== null) return own.replace(/^#/, '')
  const { parent } = node
  if (ts.isVariableDeclaration(parent)) return ts.isIdentifier(parent.name) ? parent.name.text : null
  if (ts.isPropertyDeclaration(parent) || ts.isPropertyAssignment(parent)) {
    return ts.isIdentifier(parent.name) || ts.isPrivateIdentifier(parent.name) ? parent.name.text.replace(/^#/, '') : null
  }
  return ts.isBinaryExpression(parent) ? (chainOf(parent.left)?.at(-1) ?? null) : null
}

/** The property names from a pattern's root to a name in it. */
export interface BindingPath {
  readonly root: ts.VariableDeclaration | ts.ParameterDeclaration
  /** Null where a rest or a computed name stands on the way. */
  readonly path: readonly string[] | null
}

/** How a name is bound: directly, or by destructuring. */
export function bindingPath(node: ts.VariableDeclaration | ts.ParameterDeclaration | ts.BindingElement): BindingPath {
  const path: string[] = []
  let isKnown = true
  let at: ts.VariableDeclaration | ts.ParameterDeclaration | ts.BindingElement = node
  while (ts.isBindingElement(at)) {
    const pattern: ts.BindingPattern = at.parent
    const name: string | null =
      ts.isArrayBindingPattern(pattern) ?
        String(pattern.elements.indexOf(at))
      : nameOf(at.propertyName ?? (ts.isIdentifier(at.name) ? at.name : undefined))
    if (at.dotDotDotToken !== undefined || name === null) isKnown = false
    path.unshift(name ?? '[]')
    at = pattern.parent
  }
  return { root: at, path: isKnown ? path : null }
}
