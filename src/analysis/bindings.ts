import type { TSESTree } from '@typescript-eslint/types'
import type { Scope, SourceCode } from '@typescript-eslint/utils/ts-eslint'

import { perFile } from './per-file.js'

export type FunctionNode =
  | TSESTree.ArrowFunctionExpression
  | TSESTree.FunctionDeclaration
  | TSESTree.FunctionExpression

/** How a name came to be, seen from its definition. */
export type Binding =
  | {
      readonly kind: 'import'
      readonly module: string
      /** `default`, `*` for the namespace, or the export's name. */
      readonly imported: string
      readonly typeOnly: boolean
    }
  | {
      readonly kind: 'variable'
      /** The only expression that is ever assigned; null when there is none or more than one. */
      readonly init: TSESTree.Expression | null
      /** Everything that is ever assigned, in source order. */
      readonly writes: readonly TSESTree.Expression[]
      /** The way from the initialiser to the name when it is destructured. */
      readonly path: readonly string[]
      readonly annotation: TSESTree.TypeNode | null
      readonly constant: boolean
    }
  | {
      readonly kind: 'parameter'
      readonly function: FunctionNode
      readonly index: number
      readonly path: readonly string[]
      readonly annotation: TSESTree.TypeNode | null
      readonly fallback: TSESTree.Expression | null
    }
  | { readonly kind: 'function'; readonly node: FunctionNode }
  | { readonly kind: 'class'; readonly node: TSESTree.ClassDeclaration | TSESTree.ClassExpression }
  | { readonly kind: 'enum'; readonly node: TSESTree.TSEnumDeclaration }
  | { readonly kind: 'catch'; readonly node: TSESTree.CatchClause }
  | { readonly kind: 'other' }

/** A variable of the file, with its binding once somebody has asked for it. */
interface Named {
  readonly variable: Scope.Variable
  binding: Binding | null
}

/**
 * What each name of a file means, from the scopes' own list, and the names that the file declares at all. A name is known by where
 * it starts: nothing else starts there but the other half of a shorthand (`{ span }`), which means the same.
 */
interface Names {
  readonly variables: Map<number, Named | null>
  readonly declared: Set<string>
  isRead: boolean
}

const namesOf = perFile((): Names => ({ variables: new Map(), declared: new Set(), isRead: false }))

/** The variable that an identifier names, or null for a global that the file does not declare. */
export function findVariable(identifier: TSESTree.Identifier | TSESTree.JSXIdentifier, sourceCode: Readonly<SourceCode>): Scope.Variable | null {
  return findNamed(identifier, sourceCode)?.variable ?? null
}

function findNamed(identifier: TSESTree.Identifier | TSESTree.JSXIdentifier, sourceCode: Readonly<SourceCode>): Named | null {
  const names = namesOf(sourceCode)
  if (!names.isRead) readNames(names, sourceCode)
  const [start] = identifier.range
  const known = names.variables.get(start)
  if (known !== undefined) return known
  const found = names.declared.has(identifier.name) ? searchScopes(identifier, sourceCode) : null
  const named = found === null ? null : (findDeclared(found, names) ?? { variable: found, binding: null })
  names.variables.set(start, named)
  return named
}

/** What is kept of a variable where its declaration stands: of a class's two, only of the one inside. */
function findDeclared(variable: Scope.Variable, { variables }: Names): Named | null {
  const [declared] = variable.identifiers
  const named = declared === undefined ? undefined : variables.get(declared.range[0])
  return named?.variable === variable ? named : null
}

function readNames(names: Names, { scopeManager }: Readonly<SourceCode>): void {
  const { declared, variables } = names
  names.isRead = true
  // An inner scope comes behind the one around it: a class's name means, at its declaration, what it means inside.
  for (const scope of scopeManager?.scopes ?? []) {
    for (const variable of scope.variables) {
      if (variable.defs.length === 0) continue
      declared.add(variable.name)
      const named: Named = { variable, binding: null }
      for (const { range } of variable.identifiers) variables.set(range[0], named)
      for (const { identifier } of variable.references) variables.set(identifier.range[0], named)
    }
  }
}

/** Where the scopes resolve nothing: a name that is no reference, or one that is only there at run time. */
function searchScopes(identifier: TSESTree.Identifier | TSESTree.JSXIdentifier, sourceCode: Readonly<SourceCode>): Scope.Variable | null {
  let scope: Scope.Scope | null = sourceCode.getScope(identifier)
  while (scope !== null) {
    const variable = scope.set.get(identifier.name)
    if (variable !== undefined) return variable.defs.length > 0 ? variable : null
    scope = scope.upper
  }
  return null
}

/** The binding of an identifier, or null where the file does not declare it. */
export function findBinding(identifier: TSESTree.Identifier, sourceCode: Readonly<SourceCode>): Binding | null {
  const named = findNamed(identifier, sourceCode)
  if (named === null) return null
  named.binding ??= readBinding(named.variable)
  return named.binding
}

/** How a variable came to be. */
function readBinding(variable: Scope.Variable): Binding {
  const definition = variable.defs[0]
  if (definition === undefined) return { kind: 'other' }
  const node = definition.node as TSESTree.Node
  switch (node.type) {
    case 'ImportSpecifier':
    case 'ImportDefaultSpecifier':
    case 'ImportNamespaceSpecifier':
      return readImport(node)
    case 'TSImportEqualsDeclaration':
      return node.moduleReference.type === 'TSExternalModuleReference'
        ? {
            kind: 'import',
            module: node.moduleReference.expression.value,
            imported: '*',
            typeOnly: node.importKind === 'type',
          }
        : { kind: 'other' }
    case 'VariableDeclarator':
      return readVariable(variable, node)
    case 'ArrowFunctionExpression':
    case 'FunctionDeclaration':
    case 'FunctionExpression':
      return (definition.type as string) === 'Parameter' ? readParameter(variable, node) : { kind: 'function', node }
    case 'ClassDeclaration':
    case 'ClassExpression':
      return { kind: 'class', node }
    case 'TSEnumDeclaration':
      return { kind: 'enum', node }
    case 'CatchClause':
      return { kind: 'catch', node }
    default:
      return { kind: 'other' }
  }
}

function readImport(
  node: TSESTree.ImportSpecifier | TSESTree.ImportDefaultSpecifier | TSESTree.ImportNamespaceSpecifier,
): Binding {
  const declaration = node.parent as TSESTree.ImportDeclaration
  const typeOnly =
    declaration.importKind === 'type' || (node.type === 'ImportSpecifier' && node.importKind === 'type')
  const imported =
    node.type === 'ImportDefaultSpecifier' ? 'default'
    : node.type === 'ImportNamespaceSpecifier' ? '*'
    : node.imported.type === 'Identifier' ? node.imported.name
    : node.imported.value
  return { kind: 'import', module: declaration.source.value, imported, typeOnly }
}

function readVariable(variable: Scope.Variable, node: TSESTree.VariableDeclarator): Binding {
  const name = variable.defs[0]?.name as TSESTree.Identifier
  const path = node.id.type === 'Identifier' ? [] : findPatternPath(node.id, name)
  const writes: TSESTree.Expression[] = []
  // `for (const item of items)`: an item is not the list; and what a rest holds is not the whole.
  const loop = node.parent.parent
  const isLoop = (loop.type === 'ForOfStatement' || loop.type === 'ForInStatement') && loop.left === node.parent
  const isKnown = path !== null && !isLoop
  for (const reference of isKnown ? variable.references : []) {
    if (!reference.isWrite()) continue
    const written = reference.writeExpr as TSESTree.Expression | null | undefined
    if (written !== null && written !== undefined) writes.push(written)
  }
  // A pattern's write expression is the whole initialiser, once for each name: the path leads from there.
  const only = writes.length === 1 ? writes[0] : undefined
  const declared = node.id.type === 'Identifier' ? node.id.typeAnnotation?.typeAnnotation : undefined
  return {
    kind: 'variable',
    init: only ?? null,
    writes,
    path: path ?? [],
    annotation: declared ?? null,
    constant: node.parent.kind !== 'let' && node.parent.kind !== 'var',
  }
}

function readParameter(variable: Scope.Variable, node: FunctionNode): Binding {
  const name = variable.defs[0]?.name as TSESTree.Identifier
  for (const [index, parameter] of node.params.entries()) {
    let pattern: TSESTree.Node = parameter.type === 'TSParameterProperty' ? parameter.parameter : parameter
    let fallback: TSESTree.Expression | null = null
    if (pattern.type === 'AssignmentPattern') {
      fallback = pattern.right
      pattern = pattern.left
    }
    if (pattern.type === 'RestElement') {
      if (pattern.argument === name) return { kind: 'other' }
      continue
    }
    const path = pattern === name ? [] : findPatternPath(pattern, name)
    if (path === null) continue
    const annotation =
      pattern.type === 'Identifier' && path.length === 0 ? (pattern.typeAnnotation?.typeAnnotation ?? null) : null
    return { kind: 'parameter', function: node, index, path, annotation, fallback: path.length === 0 ? fallback : null }
  }
  return { kind: 'other' }
}

/** The property names from a pattern's root to a name in it, or null where the name is not in it or is a rest. */
function findPatternPath(pattern: TSESTree.Node, name: TSESTree.Identifier): string[] | null {
  switch (pattern.type) {
    case 'Identifier':
      return pattern === name ? [] : null
    case 'AssignmentPattern':
      return findPatternPath(pattern.left, name)
    case 'ArrayPattern':
      for (const [index, element] of pattern.elements.entries()) {
        const path = element === null ? null : findPatternPath(element, name)
        if (path !== null) return [String(index), ...path]
      }
      return null
    case 'ObjectPattern':
      for (const property of pattern.properties) {
        if (property.type === 'RestElement') continue
        const path = findPatternPath(property.value, name)
        if (path === null) continue
        const key = getPropertyName(property)
        return key === null ? null : [key, ...path]
      }
      return null
    default:
      return null
  }
}

/** A property's name where it is written out, else null. */
export function getPropertyName(property: TSESTree.Property | TSESTree.PropertyDefinition | TSESTree.MethodDefinition): string | null {
  const { key } = property
  if (!property.computed && key.type === 'Identifier') return key.name
  if (key.type === 'PrivateIdentifier') return `#${key.name}`
  return key.type === 'Literal' ? String(key.value) : null
}

/** The name of a member access where it is written out (`a.b`, `a['b']`, `a.#b`), else null. */
export function getMemberName(node: TSESTree.MemberExpression): string | null {
  if (!node.computed) return node.property.type === 'PrivateIdentifier' ? `#${node.property.name}` : node.property.name
  if (node.property.type === 'Literal') return String(node.property.value)
  if (node.property.type === 'TemplateLiteral' && node.property.expressions.length === 0) {
    return node.property.quasis[0]?.value.cooked ?? null
  }
  return null
}

/** The expression without what only the type checker or the parser sees: `as`, `!`, `satisfies`, `?.`'s chain, parentheses. */
export function unwrap(node: TSESTree.Node): TSESTree.Node {
  let current = node
  for (;;) {
    switch (current.type) {
      case 'ChainExpression':
      case 'TSAsExpression':
      case 'TSNonNullExpression':
      case 'TSSatisfiesExpression':
      case 'TSTypeAssertion':
      case 'TSInstantiationExpression':
        current = current.expression
        break
      default:
        return current
    }
  }
}

/** Is it a function written in place? */
export function isFunction(node: TSESTree.Node | null | undefined): node is FunctionNode {
  return (
    node?.type === 'ArrowFunctionExpression' ||
    node?.type === 'FunctionExpression' ||
    node?.type === 'FunctionDeclaration'
  )
}

/** The function that a node stands in, or null at the top of the file. */
export function getEnclosingFunction(node: TSESTree.Node): FunctionNode | null {
  let current = node.parent
  // The parent of the program is null or undefined, depending on the parser.
  while (current != null) {
    if (isFunction(current)) return current
    current = current.parent
  }
  return null
}
