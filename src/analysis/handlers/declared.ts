import type { Handler } from '@spanguard/policy'
import type { TSESTree } from '@typescript-eslint/types'
import picomatch from 'picomatch'

import { exportName, type ExportedHandlerRow, type FrameworkDescriptor, matchesModule } from '../../frameworks/index.js'
import { isNextFile } from '../../project/next-files.js'
import { findBinding, findVariable, getPropertyName, isFunction, unwrap } from '../bindings.js'
import { resolveReference } from '../imports.js'
import { originOf } from '../origins.js'
import { findFunction, type ReceiverContext } from '../receivers.js'
import { valueOf } from '../values.js'
import { type Call, resolveType } from './objects.js'

/** A function that a file exports to whatever runs it. */
export interface ExportedHandler {
  readonly framework: FrameworkDescriptor
  readonly row: ExportedHandlerRow
  readonly name: string
  /** What is exported: the function, or what stands in its place. */
  readonly value: TSESTree.Node
  /** The smallest node that names it. */
  readonly at: TSESTree.Node
}

/** The handler that a decorator declares, as a fact; null for other calls. */
export function readDecorator(node: Call, frameworks: readonly FrameworkDescriptor[], context: ReceiverContext): Handler | null {
  if (node.parent.type !== 'Decorator') return null
  const reference = resolveReference(node.callee, context.sourceCode)
  if (reference === null) return null
  const name = exportName(reference.imported, reference.path)
  for (const framework of frameworks) {
    for (const row of framework.decorators ?? []) {
      if (!matchesModule(reference.module, row.module) || !row.names.includes(name)) continue
      const path = row.path === undefined ? undefined : node.arguments[row.path]
      return {
        fact: 'handler',
        origin: originOf(node),
        certainty: 'certain',
        via: { api: framework.name, method: name },
        framework: framework.name,
        ...(row.httpMethod === 'name' ? { method: name === 'All' ? '*' : name === 'Sse' ? 'GET' : name.toUpperCase() } : {}),
        ...(path === undefined || path.type === 'SpreadElement' ? {} : { route: valueOf(path, context.sourceCode) }),
      }
    }
  }
  return null
}

/** A row whose functions a file may export. */
export interface ExportCandidate {
  readonly framework: FrameworkDescriptor
  readonly row: ExportedHandlerRow
}

/**
 * The rows whose functions a file of this name may export.
 *
 * @param mentioned the frameworks whose modules the file names: without them and without a declaration only files that stand in
 *   a framework's own place hold any
 * @param declaredNames exports that the project's own files (serverless.yml, a SAM template) name as functions
 */
export function findExportCandidates(
  frameworks: readonly FrameworkDescriptor[],
  mentioned: readonly FrameworkDescriptor[],
  filename: string,
  declaredNames: ReadonlySet<string>,
): readonly ExportCandidate[] {
  const file = filename.includes('\\') ? filename.replaceAll('\\', '/') : filename
  return rowsOf(frameworks).filter(({ files, framework }) =>
    files === null ? declaredNames.size > 0 || mentioned.includes(framework) : isFileOf(files, file) && (framework.name !== 'next' || isNextFile(filename)),
  )
}

/** A row with the files that may export its functions; null for those of any name. */
interface ExportRow extends ExportCandidate {
  readonly files: FilesOfRow | null
}

const exportRows = new WeakMap<readonly FrameworkDescriptor[], readonly ExportRow[]>()

/** Every file of a project is asked about: what the tables say is put together once. */
function rowsOf(frameworks: readonly FrameworkDescriptor[]): readonly ExportRow[] {
  let rows = exportRows.get(frameworks)
  if (rows === undefined) {
    rows = frameworks.flatMap((framework) =>
      (framework.exports ?? []).map((row) => ({ framework, row, files: row.files === undefined ? null : readFiles(row.files) })),
    )
    exportRows.set(frameworks, rows)
  }
  return rows
}

/** The handlers that a file exports. */
export function readExportedHandlers(
  rows: readonly ExportCandidate[],
  declaredNames: ReadonlySet<string>,
  context: ReceiverContext,
): ExportedHandler[] {
  if (rows.length === 0) return []
  const found: ExportedHandler[] = []
  for (const exported of collectExports(context)) {
    for (const { framework, row } of rows) {
      if (!row.names.includes(exported.name) && !row.names.includes('*')) continue
      const declared = row.files !== undefined || declaredNames.has(exported.name) || hasType(exported, row, framework, context)
      if (declared) found.push({ framework, row, ...exported })
    }
  }
  return found
}

/** The facts of what a file exports. */
export function factOfExport({ at, framework, name, row }: ExportedHandler): Handler {
  return {
    fact: 'handler',
    origin: originOf(at),
    certainty: 'certain',
    via: { api: framework.name, method: name },
    framework: framework.name,
    ...(row.httpMethod === 'name' ? { method: name } : {}),
  }
}

interface FilesOfRow {
  readonly matches: (file: string) => boolean
  /** By pattern the folders that it names in full (`/pages/`, `/api/`), all of which stand in a path that it matches. */
  readonly folders: readonly (readonly string[])[]
}

function readFiles(patterns: readonly string[]): FilesOfRow {
  return { matches: picomatch([...patterns], { dot: true }), folders: patterns.map(readFolders) }
}

/** Few files stand in such folders: the glob is left to those. */
function isFileOf({ folders, matches }: FilesOfRow, file: string): boolean {
  return folders.some((each) => each.every((folder) => file.includes(folder))) && matches(file)
}

function readFolders(pattern: string): string[] {
  return pattern.split('/').slice(0, -1).filter((part) => /^[\w.-]+$/.test(part)).map((part) => `/${part}/`)
}

interface Exported {
  readonly name: string
  readonly value: TSESTree.Node
  readonly at: TSESTree.Node
}

function collectExports(context: ReceiverContext): Exported[] {
  return context.sourceCode.ast.body.flatMap((statement) => {
    switch (statement.type) {
      case 'ExportNamedDeclaration':
        return statement.exportKind === 'type' ? [] : readNamed(statement, context)
      case 'ExportDefaultDeclaration':
        return [{ name: 'default', value: resolveValue(statement.declaration, context), at: nameOf(statement.declaration) }]
      case 'ExpressionStatement':
        return readCommonJs(statement.expression, context)
      default:
        return []
    }
  })
}

function readNamed(node: TSESTree.ExportNamedDeclaration, context: ReceiverContext): Exported[] {
  const { declaration } = node
  if (declaration?.type === 'FunctionDeclaration' && declaration.id !== null) {
    return [{ name: declaration.id.name, value: declaration, at: declaration.id }]
  }
  if (declaration?.type === 'VariableDeclaration') {
    return declaration.declarations.flatMap(({ id, init }) =>
      id.type === 'Identifier' && init !== null ? [{ name: id.name, value: resolveValue(init, context), at: id }] : [],
    )
  }
  if (node.source !== null) return []
  return node.specifiers.flatMap((specifier) => {
    const { exported } = specifier
    const name = exported.type === 'Identifier' ? exported.name : exported.value
    return [{ name, value: resolveValue(specifier.local, context), at: specifier.local }]
  })
}

/** `exports.handler = …`, `module.exports.handler = …`, `module.exports = { handler }`, `export = handler`'s older forms. */
function readCommonJs(expression: TSESTree.Expression, context: ReceiverContext): Exported[] {
  if (expression.type !== 'AssignmentExpression' || expression.left.type !== 'MemberExpression') return []
  const { left, right } = expression
  if (isExportsObject(left.object, context)) {
    const name = left.computed || left.property.type !== 'Identifier' ? null : left.property.name
    if (name !== null) return [{ name, value: resolveValue(right, context), at: left.property }]
  }
  const isWhole = isExportsObject(left, context)
  const object = isWhole ? unwrap(right) : null
  if (object?.type !== 'ObjectExpression') return isWhole ? [{ name: 'default', value: resolveValue(right, context), at: left }] : []
  return object.properties.flatMap((property) => {
    const name = property.type === 'Property' ? getPropertyName(property) : null
    return property.type === 'Property' && name !== null
      ? [{ name, value: resolveValue(property.value, context), at: property.key }]
      : []
  })
}

/** `exports` or `module.exports`, the module's own. */
function isExportsObject(node: TSESTree.Node, context: ReceiverContext): boolean {
  if (node.type === 'Identifier') return node.name === 'exports' && findBinding(node, context.sourceCode) === null
  return (
    node.type === 'MemberExpression' &&
    node.object.type === 'Identifier' &&
    node.object.name === 'module' &&
    node.property.type === 'Identifier' &&
    node.property.name === 'exports'
  )
}

function resolveValue(node: TSESTree.Node, context: ReceiverContext): TSESTree.Node {
  const expression = unwrap(node)
  if (expression.type !== 'Identifier') return expression
  const local = findFunction(expression, context)
  if (local !== null) return local
  const binding = findBinding(expression, context.sourceCode)
  return binding?.kind === 'variable' && binding.init !== null && binding.path.length === 0 ? unwrap(binding.init) : expression
}

function nameOf(node: TSESTree.Node): TSESTree.Node {
  return (node.type === 'FunctionDeclaration' || node.type === 'ClassDeclaration') && node.id !== null ? node.id : node
}

/** `event: unknown`, `event: Record<string, unknown>`, `event` */
function isOfAnyKind(event: TSESTree.Parameter | undefined, row: ExportedHandlerRow): boolean {
  if (event?.type !== 'Identifier' || row.parameters?.includes(event.name) !== true) return false
  const type = event.typeAnnotation?.typeAnnotation
  return type === undefined || type.type === 'TSUnknownKeyword' || type.type === 'TSAnyKeyword' || (type.type === 'TSTypeReference' && type.typeName.type === 'Identifier' && type.typeName.name === 'Record')
}

/** Is it annotated with one of the row's types: the constant, or the function's first parameter, or by its conventional name the second? */
function hasType(exported: Exported, row: ExportedHandlerRow, framework: FrameworkDescriptor, context: ReceiverContext): boolean {
  if (row.types === undefined) return false
  const isOf = (node: TSESTree.TypeNode | undefined, names: readonly string[] | null): boolean => {
    const reference = node === undefined ? null : resolveType(node, context.sourceCode)
    if (reference === null || !framework.modules.some((module) => matchesModule(reference.module, module))) return false
    return names === null || names.includes(reference.name)
  }
  if (exported.at.type === 'Identifier' && isOf(typeOfName(exported.at, context), row.types)) return true
  const handler = exported.value.type === 'CallExpression' ? givenToEngine(exported.value, row.engines ?? [], context) : exported.value
  // An event, a context and a callback are all that a platform gives: who asks for more is called by a handler.
  if (handler === null || !isFunction(handler) || handler.params.length > 3) return false
  const [first, second] = handler.params
  // An event of any kind: the conventional name and the platform's context say whose function it is. One of the project's own may be given by another handler.
  if (second?.type === 'Identifier' && isOfAnyKind(first, row) && row.called?.includes(exported.name) === true && isOf(second.typeAnnotation?.typeAnnotation, row.contexts ?? [])) return true
  return first?.type === 'Identifier' && isOf(first.typeAnnotation?.typeAnnotation, null) && row.parameters?.includes(first.name) === true
}

/** `handler` of `middy(handler).use(cors())` and of `middy().use(cors()).handler(handler)`. */
function givenToEngine(node: TSESTree.CallExpression, engines: readonly string[], context: ReceiverContext): TSESTree.Node | null {
  let call = node
  let given: TSESTree.Node | undefined
  for (;;) {
    const callee = unwrap(call.callee)
    const [first] = call.arguments
    if (callee.type !== 'MemberExpression') {
      if (!engines.includes(resolveReference(callee, context.sourceCode)?.module ?? '')) return null
      given ??= first
      return given === undefined ? null : resolveValue(given, context)
    }
    if (callee.property.type === 'Identifier' && callee.property.name === 'handler') given ??= first
    const object = unwrap(callee.object)
    if (object.type !== 'CallExpression') return null
    call = object
  }
}

/** The type that is written beside a name: where it is exported as it is declared, or by a statement of its own behind that. */
function typeOfName(name: TSESTree.Identifier, context: ReceiverContext): TSESTree.TypeNode | undefined {
  const declared = name.typeAnnotation === undefined ? findVariable(name, context.sourceCode)?.identifiers[0] : name
  return declared?.type === 'Identifier' ? declared.typeAnnotation?.typeAnnotation : undefined
}
