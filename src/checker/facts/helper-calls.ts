import { ts } from 'ts-morph'

import type { Fact } from '@spanguard/policy'

import { factOfHelperCall, groupByOwner } from '../../otel/helper-facts.js'
import { isFunctionLike } from '../evaluate.js'
import type { Program, ProgramFile } from '../program.js'
import type { FactReader } from './extract.js'
import { functionName, isMember, ownerOf, plain, rangeOf } from './syntax.js'

/** A helper that calls a helper that calls a helper: further than that nobody reads along. */
const maxRounds = 3

/** A fact at the call of a helper, with the way to it. */
export interface DerivedFact {
  readonly fact: Fact
  readonly call: ts.CallExpression
  /** The functions on the way, the called one first. */
  readonly helpers: readonly ts.FunctionLikeDeclaration[]
}

interface Helper {
  readonly node: ts.FunctionLikeDeclaration
  readonly facts: readonly DerivedFact[]
}

/**
 * What the program's own helpers do with their parameters, said at each of their calls, over files and in any argument
 * order: a function that starts a span with its second parameter for a name makes a span start of every call of it.
 */
export function factsOfHelperCalls(
  program: Program,
  files: readonly ProgramFile[],
  reader: FactReader,
  direct: ReadonlyMap<ProgramFile, readonly Fact[]>,
): DerivedFact[] {
  const all: DerivedFact[] = []
  let helpers = findHelpers([...direct].map(([file, facts]) => ({ file, facts: facts.map((fact) => ({ fact })) })))
  for (let round = 0; round < maxRounds && helpers.size > 0; round++) {
    const found = callsOf(program, files, reader, helpers)
    all.push(...found)
    helpers = findHelpers(groupByFile(program, found))
  }
  return all
}

type FactsOfFile = { readonly file: ProgramFile; readonly facts: readonly (Pick<DerivedFact, 'fact'> & Partial<DerivedFact>)[] }

function groupByFile(program: Program, found: readonly DerivedFact[]): FactsOfFile[] {
  const byFile = new Map<ProgramFile, DerivedFact[]>()
  for (const derived of found) {
    const file = program.file(derived.call.getSourceFile().fileName)
    if (file !== null) byFile.set(file, [...(byFile.get(file) ?? []), derived])
  }
  return [...byFile].map(([file, facts]) => ({ file, facts }))
}

/** The functions whose parameters facts speak of, by their declaration. */
function findHelpers(byFile: readonly FactsOfFile[]): Map<ts.Node, Helper> {
  const helpers = new Map<ts.Node, Helper>()
  for (const { file, facts } of byFile) {
    const grouped = groupByOwner(facts.map(({ fact }) => fact))
    if (grouped.size === 0) continue
    const known = new Map(facts.map((each) => [each.fact, each]))
    visitFunctions(file.root, (node) => {
      const own = grouped.get(ownerOf(node))
      if (own === undefined) return
      helpers.set(node, {
        node,
        facts: own.map((fact) => ({ fact, call: known.get(fact)?.call as ts.CallExpression, helpers: known.get(fact)?.helpers ?? [] })),
      })
    })
  }
  return helpers
}

function visitFunctions(root: ts.Node, report: (node: ts.FunctionLikeDeclaration) => void): void {
  const visit = (node: ts.Node): void => {
    if (isFunctionLike(node) || ts.isConstructorDeclaration(node)) report(node)
    ts.forEachChild(node, visit)
  }
  visit(root)
}

function callsOf(
  program: Program,
  files: readonly ProgramFile[],
  reader: FactReader,
  helpers: ReadonlyMap<ts.Node, Helper>,
): DerivedFact[] {
  // Names first: asking the compiler for every call of the program would cost more than all the rest.
  const names = new Set([...helpers.values()].map(({ node }) => functionName(node)))
  return files.flatMap((file) => {
    const renamed = importedUnderAnotherName(file.root, names)
    return reader.callsOf(file).flatMap((call) => {
      if (!ts.isCallExpression(call)) return []
      const name = calleeName(call)
      if (name === null || !(names.has(name.text) || renamed.has(name.text))) return []
      const helper = findHelper(program, name, helpers)
      return helper === null ? [] : factsOfCallOf(helper, call, reader)
    })
  })
}

function calleeName(call: ts.CallExpression): ts.Identifier | ts.PrivateIdentifier | null {
  const callee = plain(call.expression)
  if (ts.isIdentifier(callee)) return callee
  return isMember(callee) && ts.isPropertyAccessExpression(callee) ? callee.name : null
}

/** `import { withSpan as traced }`: the names under which a file knows what others call differently. */
function importedUnderAnotherName(root: ts.SourceFile, names: ReadonlySet<string | null>): ReadonlySet<string> {
  const found = new Set<string>()
  for (const statement of root.statements) {
    const bindings = ts.isImportDeclaration(statement) ? statement.importClause?.namedBindings : undefined
    if (bindings === undefined || !ts.isNamedImports(bindings)) continue
    for (const { name, propertyName } of bindings.elements) {
      if (propertyName !== undefined && names.has(propertyName.text)) found.add(name.text)
    }
  }
  return found
}

function findHelper(program: Program, name: ts.Node, helpers: ReadonlyMap<ts.Node, Helper>): Helper | null {
  const target = program.target(name)
  if (target?.kind !== 'declaration') return null
  const { node } = target
  const initializer =
    ts.isVariableDeclaration(node) || ts.isPropertyDeclaration(node) || ts.isPropertyAssignment(node) ? node.initializer : undefined
  return helpers.get(initializer === undefined ? node : plain(initializer)) ?? null
}

function factsOfCallOf(helper: Helper, call: ts.CallExpression, reader: FactReader): DerivedFact[] {
  if (call.arguments.some((argument) => ts.isSpreadElement(argument)) || isInside(call, helper.node)) return []
  const owner = ownerOf(helper.node)
  const bound = helper.node.parameters.map((_, index) => {
    const argument = call.arguments[index]
    return argument === undefined ? null : reader.values.valueOf(argument)
  })
  return helper.facts.flatMap(({ fact, helpers }): DerivedFact[] => {
    const derived = factOfHelperCall(fact, { owner, arguments: bound, origin: rangeOf(call) })
    return derived === null ? [] : [{ fact: derived, call, helpers: [helper.node, ...helpers] }]
  })
}

function isInside(node: ts.Node, outer: ts.Node): boolean {
  return node.getSourceFile() === outer.getSourceFile() && node.pos >= outer.pos && node.end <= outer.end
}
