import * as ts from './ts.js'
import type { TypeFact } from '@spanguard/policy'
import { compile } from './compile.js'
import type { ModuleResolver } from './project/resolve-module.js'
import { isDeclaredSensitive, mentionsSensitive, typeFactOf } from './type-facts.js'

/** One source file of the program. */
export interface ProgramFile {
  readonly path: string
  readonly root: ts.SourceFile
}

/** What a name stands for: a declaration in the program, or an export of a package outside it. */
export type Target =
  | { readonly kind: 'declaration'; readonly node: ts.Node }
  /** `exported` is `default`, `*` for the namespace (and for what `require` gives), or the export's name. */
  | { readonly kind: 'package'; readonly module: string; readonly exported: string }
  /** A module of the program as a whole: `import * as x`, `require('./x')`. */
  | { readonly kind: 'module'; readonly file: string }

/**
 * The seam between the checks and the compiler. Everything that the checks ask of a program beyond its syntax trees goes
 * through here, so that another compiler can stand behind it.
 */
export interface Program {
  readonly files: readonly ProgramFile[]
  /** Files that do not parse, with the first error of each; they are in `files` all the same. */
  readonly broken: readonly { readonly path: string; readonly line: number; readonly message: string }[]
  file(path: string): ProgramFile | null
  /** The file that an import names, `null` for a package outside the program. */
  resolve(specifier: string, from: string): string | null
  /** What an identifier (or a property's name) stands for, imports and re-exports followed; `null` when unknown. */
  target(name: ts.Node): Target | null
  /** The declaration that a name has where it stands; an import is one. `null` for what no file declares. */
  declarationOf(name: ts.Node): ts.Node | null
  /** The exports of a module of the program, by name. `module.exports = x` is `export=`. */
  exportsOf(file: string): ReadonlyMap<string, ts.Symbol>
  targetOfExport(file: string, name: string): Target | null
  typeOf(expression: ts.Node): TypeFact
  /** Has the expression's type what a span has? */
  isSpan(expression: ts.Node): boolean
}

/** Members that only a span has, all of which its type must have. */
const spanMembers = ['end', 'isRecording', 'recordException', 'setAttribute', 'spanContext']

/** Loads the files into one program. Files are parsed once, whatever number of packages they belong to. */
export function createProgram(files: readonly string[], resolve: ModuleResolver): Program {
  const compiler = compile(files, resolve)
  const checker = compiler.getTypeChecker()
  const byPath = new Map<string, ProgramFile>()
  for (const file of files) {
    const root = compiler.getSourceFile(file)
    if (root) byPath.set(file, { path: file, root })
  }
  const all = [...byPath.values()]
  const exported = new Map<string, ReadonlyMap<string, ts.Symbol>>()
  // The same names are asked about by one check after the other, and the compiler looks each of them up anew.
  const symbols = new Map<ts.Node, ts.Symbol | undefined>()
  const targets = new Map<ts.Symbol, Target | null>()
  const spans = new Map<ts.Type, boolean>()
  const facts = new Map<ts.Type, TypeFact>()
  const mayDeclare = compiler.getSourceFiles().some(mentionsSensitive)

  return {
    files: all,
    broken: all.flatMap(file => firstSyntaxError(file)),
    file: file => byPath.get(file) ?? null,
    resolve,
    target,
    declarationOf: name => shallow(null, () => {
      const symbol = symbolOf(name)
      return symbol?.valueDeclaration ?? symbol?.declarations?.[0] ?? null
    }),
    exportsOf,
    targetOfExport: (file, name) => {
      const symbol = exportsOf(file).get(name)
      return symbol ? follow(symbol) : reexported(file, name)
    },
    typeOf: expression => shallow({ kind: 'unknown' }, () => typeOf(expression)),
    isSpan: expression => shallow(false, () => {
      const type = checker.getTypeAtLocation(expression)
      const known = spans.get(type)
      if (known !== undefined) return known
      const found = isSpanType(checker.getNonNullableType(type))
      spans.set(type, found)
      return found
    }),
  }

  function target(name: ts.Node): Target | null {
    return shallow(null, () => {
      const symbol = symbolOf(name)
      if (!symbol) return null
      const known = targets.get(symbol)
      if (known !== undefined) return known
      const found = follow(symbol)
      targets.set(symbol, found)
      return found
    })
  }

  function typeOf(expression: ts.Node): TypeFact {
    const type = checker.getTypeAtLocation(expression)
    const fact = facts.get(type) ?? typeFactOf(type, checker)
    facts.set(type, fact)
    if (fact.sensitive === true || !mayDeclare) return fact
    const name = ts.isPropertyAccessExpression(expression) ? expression.name : expression
    const symbol = ts.isIdentifier(name) ? symbolOf(name) : undefined
    // A union keeps its alias, and an alias of a plain type keeps no trace but in its declaration.
    return isDeclaredSensitive(symbol) || isDeclaredSensitive(type.aliasSymbol) || isAnnotatedSensitive(symbol) ? { ...fact, sensitive: true } : fact
  }

  /** `note: Note`, where `type Note = string` is declared sensitive: to the compiler the alias is gone. */
  function isAnnotatedSensitive(symbol: ts.Symbol | undefined): boolean {
    return symbol?.declarations?.some(declaration => {
      const annotation = ts.isVariableDeclaration(declaration) || ts.isParameter(declaration) || ts.isPropertySignature(declaration) || ts.isPropertyDeclaration(declaration) ? declaration.type : undefined
      return annotation !== undefined && ts.isTypeReferenceNode(annotation) && isDeclaredSensitive(aliasOf(annotation.typeName))
    }) === true
  }

  function aliasOf(name: ts.EntityName): ts.Symbol | undefined {
    const symbol = checker.getSymbolAtLocation(name)
    return symbol && (symbol.flags & ts.SymbolFlags.Alias) !== 0 ? checker.getAliasedSymbol(symbol) : symbol
  }

  function symbolOf(name: ts.Node): ts.Symbol | undefined {
    const known = symbols.get(name)
    if (known !== undefined || symbols.has(name)) return known
    const found = lookUp(name)
    symbols.set(name, found)
    return found
  }

  function lookUp(name: ts.Node): ts.Symbol | undefined {
    return ts.isIdentifier(name) && ts.isShorthandPropertyAssignment(name.parent) && name.parent.name === name
      ? checker.getShorthandAssignmentValueSymbol(name.parent)
      : checker.getSymbolAtLocation(name)
  }

  function follow(symbol: ts.Symbol): Target | null {
    let at: ts.Symbol | undefined = symbol
    for (let steps = 0; steps < 30; steps += 1) {
      const declaration: ts.Declaration | undefined = at.valueDeclaration ?? at.declarations?.[0]
      if (!declaration) return null
      if ((at.flags & ts.SymbolFlags.Alias) === 0) return fromDeclaration(declaration)
      const imported = importOf(at.declarations?.find(isImportLike) ?? declaration)
      if (imported) {
        const file = resolve(imported.module, declaration.getSourceFile().fileName)
        // Declaration files are read for their types; what they declare is a package's all the same.
        if (file === null || !byPath.has(file)) return { kind: 'package', ...imported }
        if (imported.exported === '*') return { kind: 'module', file }
      }
      const next = nextAlias(at)
      if (!next || next === at) return imported ? reexported(resolve(imported.module, declaration.getSourceFile().fileName) ?? '', imported.exported) : null
      if (!next.declarations) return imported ? reexported(resolve(imported.module, declaration.getSourceFile().fileName) ?? '', imported.exported) : null
      at = next
    }
    return null
  }

  /** `export * from 'express'`: a name that is exported by no declaration comes from the one package that is starred. */
  function reexported(file: string, name: string): Target | null {
    const root = byPath.get(file)?.root
    if (!root) return null
    for (const statement of root.statements) {
      if (!ts.isExportDeclaration(statement) || statement.exportClause || !statement.moduleSpecifier) continue
      const module = (statement.moduleSpecifier as ts.StringLiteral).text
      const next = resolve(module, file)
      if (next === null) return { kind: 'package', module, exported: name }
    }
    return null
  }

  function nextAlias(symbol: ts.Symbol): ts.Symbol | undefined {
    try {
      return checker.getImmediateAliasedSymbol(symbol) ?? checker.getAliasedSymbol(symbol)
    } catch {
      return undefined
    }
  }

  function exportsOf(file: string): ReadonlyMap<string, ts.Symbol> {
    const known = exported.get(file)
    if (known) return known
    const found = readExports(file)
    exported.set(file, found)
    return found
  }

  function readExports(file: string): ReadonlyMap<string, ts.Symbol> {
    const root = byPath.get(file)?.root
    // The checker knows a CommonJS file's symbol only by the node itself.
    const symbol = root && (checker.getSymbolAtLocation(root) ?? (root as ts.SourceFile & { symbol?: ts.Symbol }).symbol)
    if (!symbol) return new Map()
    const found = new Map<string, ts.Symbol>()
    const equals = symbol.exports?.get(ts.InternalSymbolName.ExportEquals)
    if (equals) found.set('export=', equals)
    for (const one of checker.getExportsOfModule(symbol)) found.set(one.name, one)
    return found
  }

  function fromDeclaration(node: ts.Declaration): Target {
    if (ts.isSourceFile(node)) return { kind: 'module', file: node.fileName }
    return { kind: 'declaration', node }
  }
}

function isSpanType(type: ts.Type): boolean {
  return (type.flags & ts.TypeFlags.Any) === 0 && spanMembers.every(member => type.getProperty(member) !== undefined)
}

/**
 * What the compiler answers, `none` where its stack runs out: a variable made of a variable made of a variable, a thousand
 * times, costs no more than its own type.
 */
function shallow<Answer>(none: Answer, ask: () => Answer): Answer {
  try {
    return ask()
  } catch (error) {
    if (error instanceof RangeError) return none
    throw error
  }
}

function isImportLike(node: ts.Declaration): boolean {
  return importOf(node) !== null
}

/** The module and the name that a declaration imports (or re-exports), `null` when it is none. */
export function importOf(node: ts.Node): { module: string; exported: string } | null {
  if (ts.isImportSpecifier(node)) return named(node.parent.parent.parent.moduleSpecifier, (node.propertyName ?? node.name).text)
  if (ts.isImportClause(node)) return named(node.parent.moduleSpecifier, 'default')
  if (ts.isNamespaceImport(node)) return named(node.parent.parent.moduleSpecifier, '*')
  if (ts.isNamespaceExport(node)) return named(node.parent.moduleSpecifier, '*')
  if (ts.isExportSpecifier(node)) return named(node.parent.parent.moduleSpecifier, (node.propertyName ?? node.name).text)
  if (ts.isImportEqualsDeclaration(node)) {
    return ts.isExternalModuleReference(node.moduleReference) ? named(node.moduleReference.expression, '*') : null
  }
  if (ts.isVariableDeclaration(node) && node.initializer) {
    const module = requiredModule(node.initializer)
    return module === null ? null : { module, exported: '*' }
  }
  if (ts.isBindingElement(node) && ts.isVariableDeclaration(node.parent.parent) && node.parent.parent.initializer) {
    const module = requiredModule(node.parent.parent.initializer)
    const name = node.propertyName ?? node.name
    return module !== null && ts.isIdentifier(name) ? { module, exported: name.text } : null
  }
  return null
}

/** The module of `require('x')`, `await import('x')`, `import('x')`, cast or not; `null` for anything else. */
export function requiredModule(node: ts.Expression): string | null {
  const call = withoutCasts(node)
  if (!ts.isCallExpression(call)) return null
  const [argument] = call.arguments
  if (!argument || !ts.isStringLiteralLike(argument)) return null
  const isImport = call.expression.kind === ts.SyntaxKind.ImportKeyword
  const isRequire = ts.isIdentifier(call.expression) && call.expression.text === 'require'
  return isImport || isRequire ? argument.text : null
}

/** `require('dd-trace') as { default?: Tracer }` is what it is without the cast. */
function withoutCasts(node: ts.Expression): ts.Expression {
  let at = node
  while (ts.isAwaitExpression(at) || ts.isParenthesizedExpression(at) || ts.isAsExpression(at) || ts.isSatisfiesExpression(at) || ts.isNonNullExpression(at)) at = at.expression
  return at
}

function named(module: ts.Expression | undefined, exported: string): { module: string; exported: string } | null {
  return module && ts.isStringLiteralLike(module) ? { module: module.text, exported } : null
}

function firstSyntaxError(file: ProgramFile): { path: string; line: number; message: string }[] {
  const [error] = (file.root as ts.SourceFile & { parseDiagnostics?: readonly ts.DiagnosticWithLocation[] }).parseDiagnostics ?? []
  if (!error) return []
  const { line } = file.root.getLineAndCharacterOfPosition(error.start)
  return [{ path: file.path, line: line + 1, message: ts.flattenDiagnosticMessageText(error.messageText, ' ') }]
}
