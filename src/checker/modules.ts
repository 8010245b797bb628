import * as ts from './ts.js'
import { nodesOf } from './nodes.js'
import { requiredModule, type Program } from './program.js'

/** One import of a file. */
export interface ModuleImport {
  readonly specifier: string
  /** The file of the program, `null` for a package. */
  readonly file: string | null
  readonly node: ts.Node
  /** `import` is hoisted where the engine or a bundler sees it, `require` runs where it stands, `late` runs in a function or by a dynamic import. */
  readonly how: 'import' | 'require' | 'late'
}

/** When what is loaded, from one entry on. Times only order things. */
export interface LoadOrder {
  /** Every file that the entry loads, now or later, with the import that loads it first. */
  readonly files: ReadonlyMap<string, ModuleImport | null>
  /** The first import of each package, by specifier. */
  readonly packages: ReadonlyMap<string, { readonly time: number; readonly node: ts.Node }>
  /** When the statement at a position of a file runs. `Infinity` for a file that is not loaded. */
  timeAt(file: string, position: number): number
  /** The imports that lead from the entry to a file. */
  chainTo(file: string): readonly ModuleImport[]
}

export interface ModuleGraph {
  importsOf(file: string): readonly ModuleImport[]
  /** The imports of a file of the program, by those who import it. */
  importersOf(file: string): readonly ModuleImport[]
  /** Says that a call loads files by folder (autoload), which no import shows. */
  addLate(node: ts.Node, files: readonly string[]): void
  /**
   * @param entries what runs first, in order: preloads, then the program's file
   * @param later files that a framework loads when the program runs (routes found by folder)
   */
  loadOrder(entries: readonly string[], later?: readonly string[]): LoadOrder
}

/**
 * The imports of every file of the program, and the order in which they load.
 *
 * @param keepsOrder whether a file's imports run where they stand, as TypeScript writes them for CommonJS
 */
export function createModuleGraph(program: Program, keepsOrder: (file: string) => boolean = () => false): ModuleGraph {
  const imports = new Map<string, readonly ModuleImport[]>()
  const inPlaceOf = new Map<string, boolean>()
  let importers: Map<string, ModuleImport[]> | null = null

  return { importsOf, importersOf, addLate, loadOrder }

  function addLate(node: ts.Node, files: readonly string[]): void {
    const from = node.getSourceFile().fileName
    const late = files.map((file): ModuleImport => ({ specifier: file, file, node, how: 'late' }))
    imports.set(from, [...importsOf(from), ...late])
    importers = null
  }

  function importsOf(file: string): readonly ModuleImport[] {
    const cached = imports.get(file)
    if (cached) return cached
    const root = program.file(file)?.root
    const found = root ? readImports(root, program) : []
    imports.set(file, found)
    return found
  }

  function importersOf(file: string): readonly ModuleImport[] {
    if (!importers) {
      importers = new Map()
      for (const one of program.files) {
        for (const imported of importsOf(one.path)) {
          if (imported.file === null) continue
          const group = importers.get(imported.file)
          if (group) group.push(imported)
          else importers.set(imported.file, [imported])
        }
      }
    }
    return importers.get(file) ?? []
  }

  function loadOrder(entries: readonly string[], later: readonly string[] = []): LoadOrder {
    const files = new Map<string, ModuleImport | null>()
    const packages = new Map<string, { time: number; node: ts.Node }>()
    const marks = new Map<string, { position: number; time: number }[]>()
    const postponed: ModuleImport[] = []
    let time = 0
    const load = (imported: ModuleImport): void => {
      if (imported.how === 'late') postponed.push(imported)
      else follow(imported)
    }
    const follow = (imported: ModuleImport): void => {
      time += 1
      if (imported.file !== null) visit(imported.file, imported)
      else if (!packages.has(imported.specifier)) packages.set(imported.specifier, { time, node: imported.node })
    }
    const visit = (file: string, by: ModuleImport | null): void => {
      if (files.has(file)) return
      files.set(file, by)
      const all = importsOf(file)
      const inPlace = inPlaceOf.get(file) ?? keepsOrder(file)
      inPlaceOf.set(file, inPlace)
      if (!inPlace) for (const imported of all) if (imported.how === 'import') load(imported)
      const own: { position: number; time: number }[] = []
      marks.set(file, own)
      own.push({ position: -1, time: (time += 1) })
      for (const imported of all) {
        if (imported.how === 'import' && !inPlace) continue
        load(imported)
        own.push({ position: imported.node.end, time: (time += 1) })
      }
    }
    for (const entry of entries) visit(entry, null)
    const drain = (): void => {
      while (postponed.length > 0) {
        const next = postponed.shift()
        if (next) follow(next)
      }
    }
    drain()
    for (const file of later) {
      visit(file, null)
      drain()
    }
    return {
      files,
      packages,
      timeAt: (file, position) => marks.get(file)?.findLast(mark => mark.position <= position)?.time ?? Infinity,
      chainTo: file => chain(files, file),
    }
  }
}

function chain(files: ReadonlyMap<string, ModuleImport | null>, file: string): ModuleImport[] {
  const found: ModuleImport[] = []
  let at = file
  while (found.length < 100) {
    const by: ModuleImport | null = files.get(at) ?? null
    if (!by) break
    found.unshift(by)
    at = by.node.getSourceFile().fileName
  }
  return found
}

function readImports(root: ts.SourceFile, program: Program): ModuleImport[] {
  const found: ModuleImport[] = []
  const add = (specifier: string, node: ts.Node, how: ModuleImport['how']): void => {
    found.push({ specifier, file: program.resolve(specifier, root.fileName), node, how })
  }
  for (const node of nodesOf(root).imports) {
    if (ts.isImportDeclaration(node)) {
      if (!isTypeOnly(node) && ts.isStringLiteralLike(node.moduleSpecifier)) add(node.moduleSpecifier.text, node, 'import')
    } else if (ts.isExportDeclaration(node)) {
      if (!node.isTypeOnly && node.moduleSpecifier && ts.isStringLiteralLike(node.moduleSpecifier)) add(node.moduleSpecifier.text, node, 'import')
    } else if (ts.isImportEqualsDeclaration(node)) {
      const { moduleReference } = node
      if (!node.isTypeOnly && ts.isExternalModuleReference(moduleReference) && ts.isStringLiteralLike(moduleReference.expression)) add(moduleReference.expression.text, node, 'require')
    } else {
      const isDynamic = node.expression.kind === ts.SyntaxKind.ImportKeyword
      // `await import('./x')` at the top level runs where it stands.
      add(requiredModule(node) ?? '', node, isInFunction(node) || (isDynamic && !ts.isAwaitExpression(node.parent)) ? 'late' : 'require')
    }
  }
  return found
}

function isInFunction(node: ts.Node): boolean {
  for (let at = node.parent; !ts.isSourceFile(at); at = at.parent) if (ts.isFunctionLike(at) && !isCalledAtOnce(at)) return true
  return false
}

function isTypeOnly(node: ts.ImportDeclaration): boolean {
  const clause = node.importClause
  if (!clause) return false
  if (clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return true
  const { namedBindings } = clause
  return clause.name === undefined && namedBindings !== undefined && ts.isNamedImports(namedBindings)
    && namedBindings.elements.length > 0 && namedBindings.elements.every(element => element.isTypeOnly)
}

/** `(async () => { … })()` runs at once. */
function isCalledAtOnce(node: ts.Node): boolean {
  let at = node.parent
  while (ts.isParenthesizedExpression(at)) at = at.parent
  return ts.isCallExpression(at) && (ts.isArrowFunction(node) || ts.isFunctionExpression(node)) && !at.arguments.some(argument => argument === node)
}
