import path from 'node:path'

import type { TSESTree } from '@typescript-eslint/types'
import type { Scope, SourceCode } from '@typescript-eslint/utils/ts-eslint'

import { getRequiredModule } from '../analysis/imports.js'
import { getPackage } from '../project/package-json.js'
import { readCodeStyle } from './code-style.js'
import type { Edit } from './edit.js'
import { insertStatement, isDirective } from './insert-statement.js'

/** How a name of a module is reached in the file, and what must be inserted for it. */
export interface EnsuredImport {
  /** What to write: `expressTracing`, an alias, or `runtime.expressTracing`. */
  readonly local: string
  /** Empty where the import is there. */
  readonly edits: readonly Edit[]
}

interface ImportRequest {
  readonly module: string
  readonly name: string
  /** Where the name will be used: a `require` must stand before it. */
  readonly before: number
  /** The module type of the nearest package.json, which decides for a `.js` file that shows neither style; looked up where it is left out. */
  readonly packageType?: 'module' | 'commonjs'
  readonly filename: string
}

/**
 * Makes an export of a module available in a file, in the file's own style: an import that is there is used or extended, else
 * one is added behind the imports of packages, in the file's quotes, below shebang, directives and leading comments.
 *
 * @returns null where the file's style is not understood
 */
export function ensureImport(request: ImportRequest, sourceCode: Readonly<SourceCode>): EnsuredImport | null {
  const { body } = sourceCode.ast
  const existing = findExistingImport(request, sourceCode)
  if (existing !== null) return existing
  const style = readModuleStyle(request, body, sourceCode)
  if (style === null) return null
  const local = freeName(request.name, sourceCode)
  const { quote, semicolon, newline } = readCodeStyle(sourceCode)
  const from = `${quote}${request.module}${quote}`
  const alias = style === 'esm' ? ` as ${local}` : `: ${local}`
  const named = local === request.name ? local : `${request.name}${alias}`
  const statement =
    style === 'esm' ? `import { ${named} } from ${from}`
    : style === 'cjs' ? `const { ${named} } = require(${from})`
    : `import ${local} = require(${from})`
  const written = style === 'import-equals' ? `${local}.${request.name}` : local
  const anchor = findAnchor(style, request.before, body, sourceCode)
  if (anchor !== null) return { local: written, edits: insertStatement(anchor, statement, sourceCode) }
  const first = body.find((node) => !isDirective(node))
  const index = first?.range[0] ?? sourceCode.text.length
  // `(async () => { … })()` at the head of a file would call what is required.
  const isContinued = first !== undefined && /^[([`+\-*/]/.test(sourceCode.getText(first))
  return { local: written, edits: [{ range: [index, index], text: `${statement}${isContinued ? ';' : semicolon}${newline}` }] }
}

type ModuleStyle = 'esm' | 'cjs' | 'import-equals'

function readModuleStyle(request: ImportRequest, body: readonly TSESTree.Node[], sourceCode: Readonly<SourceCode>): ModuleStyle | null {
  let style: ModuleStyle | null = null
  for (const statement of body) {
    if (statement.type === 'ImportDeclaration') {
      if (statement.importKind !== 'type') return 'esm'
      style ??= 'esm'
    }
    const isImportEquals =
      statement.type === 'TSImportEqualsDeclaration' && statement.moduleReference.type === 'TSExternalModuleReference'
    if (isImportEquals) style = 'import-equals'
  }
  if (style === 'import-equals') return style
  const extension = path.extname(request.filename)
  if (extension === '.mjs' || extension === '.mts') return 'esm'
  if (extension === '.cjs' || body.some((statement) => findRequire(statement, sourceCode) !== null)) return 'cjs'
  // In `.cts` a plain `require` is untyped: TypeScript's own form is the only one that keeps types.
  if (extension === '.cts') return 'import-equals'
  if (body.some((statement) => statement.type.startsWith('Export'))) return 'esm'
  if (style !== null) return style
  if (/^\.[cm]?tsx?$/.test(extension)) return 'esm'
  return (request.packageType ?? getPackage(request.filename)?.type) === 'module' ? 'esm' : 'cjs'
}

function findExistingImport(request: ImportRequest, sourceCode: Readonly<SourceCode>): EnsuredImport | null {
  for (const statement of sourceCode.ast.body) {
    const found =
      statement.type === 'ImportDeclaration' ? readImport(statement, request, sourceCode)
      : statement.type === 'VariableDeclaration' && !isWrittenAgain(statement, sourceCode) ? readRequire(statement, request, sourceCode)
      : statement.type === 'TSImportEqualsDeclaration' ? readImportEquals(statement, request)
      : null
    if (found !== null) return found
  }
  return null
}

/** `let runtime = require('…')`, and later `runtime = {}`: what it is where the name will be used, nobody knows. */
function isWrittenAgain(node: TSESTree.VariableDeclaration, sourceCode: Readonly<SourceCode>): boolean {
  return node.kind !== 'const' && sourceCode.getDeclaredVariables(node).some(({ references }) => references.some((reference) => reference.isWrite() && reference.init !== true))
}

function readImport(node: TSESTree.ImportDeclaration, request: ImportRequest, sourceCode: Readonly<SourceCode>): EnsuredImport | null {
  if (node.source.value !== request.module || node.importKind === 'type') return null
  for (const specifier of node.specifiers) {
    if (specifier.type === 'ImportNamespaceSpecifier') return { local: `${specifier.local.name}.${request.name}`, edits: [] }
    if (specifier.type !== 'ImportSpecifier' || specifier.importKind === 'type') continue
    const imported = specifier.imported.type === 'Identifier' ? specifier.imported.name : specifier.imported.value
    if (imported === request.name) return { local: specifier.local.name, edits: [] }
  }
  const last = node.specifiers.at(-1)
  if (last === undefined) return null
  const local = freeName(request.name, sourceCode)
  const named = local === request.name ? local : `${request.name} as ${local}`
  const text = last.type === 'ImportSpecifier' ? `, ${named}` : `, { ${named} }`
  return { local, edits: [{ range: [last.range[1], last.range[1]], text }] }
}

function readRequire(node: TSESTree.VariableDeclaration, request: ImportRequest, sourceCode: Readonly<SourceCode>): EnsuredImport | null {
  for (const { id, init } of node.declarations) {
    if (node.range[1] > request.before) return null
    if (init?.type !== 'CallExpression' || getRequiredModule(init, sourceCode) !== request.module) continue
    if (id.type === 'Identifier') return { local: `${id.name}.${request.name}`, edits: [] }
    if (id.type !== 'ObjectPattern') continue
    for (const property of id.properties) {
      const isSame =
        property.type === 'Property' &&
        property.key.type === 'Identifier' &&
        property.key.name === request.name &&
        property.value.type === 'Identifier'
      if (isSame) return { local: (property.value as TSESTree.Identifier).name, edits: [] }
    }
    const last = id.properties.at(-1)
    if (last?.type !== 'Property') continue
    const local = freeName(request.name, sourceCode)
    const named = local === request.name ? local : `${request.name}: ${local}`
    return { local, edits: [{ range: [last.range[1], last.range[1]], text: `, ${named}` }] }
  }
  return null
}

function readImportEquals(node: TSESTree.TSImportEqualsDeclaration, request: ImportRequest): EnsuredImport | null {
  const { moduleReference } = node
  if (moduleReference.type !== 'TSExternalModuleReference' || node.importKind === 'type') return null
  const isSame = moduleReference.expression.value === request.module
  return isSame ? { local: `${node.id.name}.${request.name}`, edits: [] } : null
}

/** The import behind which a new one goes: the last of a package, else the last one. A `require` must stand before its use. */
function findAnchor(style: ModuleStyle, before: number, body: readonly TSESTree.Node[], sourceCode: Readonly<SourceCode>): TSESTree.Node | null {
  let last: TSESTree.Node | null = null
  let lastOfPackage: TSESTree.Node | null = null
  for (const statement of body) {
    if (style !== 'esm' && statement.range[1] > before) break
    const module =
      style === 'cjs' ? findRequire(statement, sourceCode)
      : statement.type === 'ImportDeclaration' ? statement.source.value
      : style === 'import-equals' ? findImportEquals(statement)
      : null
    if (module === null) continue
    last = statement
    if (!module.startsWith('.')) lastOfPackage = statement
  }
  return lastOfPackage ?? last ?? (style === 'esm' ? null : (body.filter(isDirective).at(-1) ?? null))
}

function findImportEquals(statement: TSESTree.Node): string | null {
  if (statement.type !== 'TSImportEqualsDeclaration' || statement.moduleReference.type !== 'TSExternalModuleReference') return null
  return statement.moduleReference.expression.value
}

/** The module that a statement at the top of the file requires (`const x = require('x')`, `require('x')()`), else null. */
function findRequire(statement: TSESTree.Node, sourceCode: Readonly<SourceCode>): string | null {
  const expressions =
    statement.type === 'VariableDeclaration' ? statement.declarations.map(({ init }) => init)
    : statement.type === 'ExpressionStatement' ? [statement.expression]
    : []
  for (const expression of expressions) {
    const module = expression === null ? null : findRequiredModule(expression, sourceCode)
    if (module !== null) return module
  }
  return null
}

function findRequiredModule(node: TSESTree.Node, sourceCode: Readonly<SourceCode>): string | null {
  if (node.type === 'MemberExpression') return findRequiredModule(node.object, sourceCode)
  if (node.type !== 'CallExpression') return null
  return getRequiredModule(node, sourceCode) ?? findRequiredModule(node.callee, sourceCode)
}

/** The name, or one made of it that nothing in the file has. */
function freeName(name: string, sourceCode: Readonly<SourceCode>): string {
  const taken = (candidate: string): boolean =>
    sourceCode.scopeManager?.scopes.some((scope) => isTaken(scope, candidate)) ?? true
  if (!taken(name)) return name
  const base = `spanguard${name.charAt(0).toUpperCase()}${name.slice(1)}`
  for (let i = 1; ; i++) {
    const candidate = i === 1 ? base : `${base}${String(i)}`
    if (!taken(candidate)) return candidate
  }
}

function isTaken(scope: Scope.Scope, name: string): boolean {
  const variable = scope.set.get(name)
  if (variable !== undefined && variable.defs.length > 0) return true
  return scope.through.some((reference) => reference.identifier.name === name)
}
