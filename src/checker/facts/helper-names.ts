import * as ts from '../ts.js'

import { isFunctionLike } from '../evaluate.js'
import type { ProgramFile } from '../program.js'
import type { FactReader } from './extract.js'
import { functionName, isMember, memberName, plain } from './syntax.js'

/** The names by which a program's files may know helpers: a cheap look before the compiler is asked. */
export interface HelperNames {
  in(file: ProgramFile): ReadonlySet<string>
}

/**
 * @param helpers the functions; one without a name is known by what its factory's result is given to
 */
export function namesOfHelpers(helpers: readonly ts.FunctionLikeDeclaration[], files: readonly ProgramFile[], reader: FactReader): HelperNames {
  const names = new Set<string>()
  const factories = new Set<string>()
  for (const helper of helpers) {
    const own = functionName(helper)
    if (own !== null) names.add(own)
    const factory = factoryOf(helper)
    if (factory !== null) factories.add(factory)
  }
  if (factories.size > 0) for (const file of files) for (const name of namesGiven(file, factories, reader)) names.add(name)
  for (const file of files) for (const name of exportedUnderAnotherName(file.root, names)) names.add(name)
  const isDefault = helpers.some((helper) => (ts.getCombinedModifierFlags(helper) & ts.ModifierFlags.Default) !== 0 || ts.isExportAssignment(helper.parent))
  const known = new Map<ProgramFile, ReadonlySet<string>>()
  return {
    in: (file) => {
      const cached = known.get(file)
      if (cached !== undefined) return cached
      const renamed = importedUnderAnotherName(file.root, names, isDefault)
      const found = renamed.length === 0 ? names : new Set([...names, ...renamed])
      known.set(file, found)
      return found
    },
  }
}

/** The named function that returns a function, itself or in an object. */
function factoryOf(helper: ts.FunctionLikeDeclaration): string | null {
  for (let at: ts.Node = helper.parent; !ts.isSourceFile(at); at = at.parent) {
    if (isFunctionLike(at)) return functionName(at)
    if (ts.isClassLike(at)) return null
  }
  return null
}

/** `const traced = makeTraced(tracer)`, `const { withSpan } = createHelpers()`, `{ traced: makeTraced() }`. */
function namesGiven(file: ProgramFile, factories: ReadonlySet<string>, reader: FactReader): string[] {
  return reader.callsOf(file).flatMap((call) => {
    const callee = plain(call.expression)
    const name = ts.isIdentifier(callee) ? callee.text : isMember(callee) ? memberName(callee) : null
    if (name === null || !factories.has(name)) return []
    let at: ts.Node = call.parent
    while (ts.isAwaitExpression(at) || ts.isParenthesizedExpression(at) || ts.isAsExpression(at)) at = at.parent
    if (!ts.isVariableDeclaration(at) && !ts.isPropertyAssignment(at) && !ts.isPropertyDeclaration(at)) return []
    const { name: given } = at
    if (ts.isIdentifier(given) || ts.isPrivateIdentifier(given)) return [given.text]
    return ts.isObjectBindingPattern(given) ? given.elements.flatMap(({ name: bound }) => (ts.isIdentifier(bound) ? [bound.text] : [])) : []
  })
}

/** `export { withSpan as traced } from './spans.js'` */
function exportedUnderAnotherName(root: ts.SourceFile, names: ReadonlySet<string>): string[] {
  return root.statements.flatMap((statement) => {
    const clause = ts.isExportDeclaration(statement) ? statement.exportClause : undefined
    if (clause === undefined || !ts.isNamedExports(clause)) return []
    return clause.elements.flatMap(({ name, propertyName }) => (propertyName !== undefined && names.has(propertyName.text) ? [name.text] : []))
  })
}

/** `import { withSpan as traced }`: the names under which a file knows what others call differently. */
function importedUnderAnotherName(root: ts.SourceFile, names: ReadonlySet<string>, isDefault: boolean): string[] {
  return root.statements.flatMap((statement) => {
    const clause = ts.isImportDeclaration(statement) ? statement.importClause : undefined
    const bindings = clause?.namedBindings
    const own = isDefault && clause?.name !== undefined ? [clause.name.text] : []
    if (bindings === undefined || !ts.isNamedImports(bindings)) return own
    return [...own, ...bindings.elements.flatMap(({ name, propertyName }) => (propertyName !== undefined && names.has(propertyName.text) ? [name.text] : []))]
  })
}
