import * as ts from '../ts.js'

import type { Fact } from '@spanguard/policy'

import { factsOfHelperCall, groupByOwner } from '../../otel/helper-facts.js'
import type { Evaluator } from '../evaluate.js'
import { nodesOf } from '../nodes.js'
import type { Program, ProgramFile } from '../program.js'
import { type FactReader, readElementAssignments } from './extract.js'
import { namesOfHelpers } from './helper-names.js'
import { isMember, ownerOf, plain, rangeOf } from './syntax.js'

/** A helper that calls a helper that calls a helper: further than that nobody reads along. */
const maxRounds = 3

/** A fact at the call of a helper, with the way to it. */
export interface DerivedFact {
  readonly fact: Fact
  readonly call: ts.CallExpression
  /** The functions on the way, the called one first. */
  readonly helpers: readonly ts.FunctionLikeDeclaration[]
}

/** A function of the program that does something to a span by its parameters. */
export interface Helper {
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
  evaluator: Evaluator,
  direct: ReadonlyMap<ProgramFile, readonly Fact[]>,
): { readonly derived: readonly DerivedFact[]; readonly helpers: readonly Helper[] } {
  const derived: DerivedFact[] = []
  const all: Helper[] = []
  let helpers = findHelpers([...direct].map(([file, facts]) => ({ file, facts: facts.map((fact) => ({ fact })) })))
  for (let round = 0; round < maxRounds && helpers.size > 0; round++) {
    all.push(...helpers.values())
    const found = callsOf(program, files, reader, evaluator, helpers)
    derived.push(...found)
    helpers = findHelpers(groupByFile(program, found))
  }
  return { derived, helpers: all }
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
    for (const node of nodesOf(file.root).functions) {
      const own = grouped.get(ownerOf(node))
      if (own === undefined) continue
      helpers.set(node, {
        node,
        facts: own.map((fact) => ({ fact, call: known.get(fact)?.call as ts.CallExpression, helpers: known.get(fact)?.helpers ?? [] })),
      })
    }
  }
  return helpers
}

function callsOf(
  program: Program,
  files: readonly ProgramFile[],
  reader: FactReader,
  evaluator: Evaluator,
  helpers: ReadonlyMap<ts.Node, Helper>,
): DerivedFact[] {
  // Names first: asking the compiler for every call of the program would cost more than all the rest.
  const names = namesOfHelpers([...helpers.keys()] as ts.FunctionLikeDeclaration[], files, reader)
  return files.flatMap((file) =>
    reader.callsOf(file).flatMap((call) => {
      if (!ts.isCallExpression(call)) return []
      const name = calleeName(call)
      if (name === null || !names.in(file).has(name.text)) return []
      const helper = findHelper(call, name, program, evaluator, helpers)
      return helper === null ? [] : factsOfCallOf(helper, call, program, reader)
    }),
  )
}

function calleeName(call: ts.CallExpression): ts.Identifier | ts.PrivateIdentifier | null {
  const callee = plain(call.expression)
  if (ts.isIdentifier(callee)) return callee
  return isMember(callee) && ts.isPropertyAccessExpression(callee) ? callee.name : null
}

function findHelper(
  call: ts.CallExpression,
  name: ts.Node,
  program: Program,
  evaluator: Evaluator,
  helpers: ReadonlyMap<ts.Node, Helper>,
): Helper | null {
  const target = program.target(name)
  if (target?.kind === 'declaration') {
    const { node } = target
    const initializer =
      ts.isVariableDeclaration(node) || ts.isPropertyDeclaration(node) || ts.isPropertyAssignment(node) ? node.initializer : undefined
    const found = helpers.get(initializer === undefined ? node : plain(initializer)) ?? implementationOf(node, program, helpers)
    if (found !== null) return found
  }
  // `const traced = makeTraced(tracer)`, `createHelpers().withSpan`: what the factory returns.
  const entity = evaluator.evaluate(call.expression)
  return entity.kind === 'function' ? (helpers.get(entity.node) ?? null) : null
}

/** The method of the one class that implements an interface's method: what is injected is known by its interface alone. */
function implementationOf(node: ts.Node, program: Program, helpers: ReadonlyMap<ts.Node, Helper>): Helper | null {
  if (!ts.isMethodSignature(node) && !ts.isPropertySignature(node)) return null
  const name = node.name.getText()
  const found = [...helpers.values()].filter((helper) => {
    const owner = helper.node.parent
    return helper.node.name?.getText() === name && ts.isClassLike(owner) && implementsOf(owner).some((type) => declarationOf(type, program) === node.parent)
  })
  return found.length === 1 ? (found[0] ?? null) : null
}

function implementsOf(node: ts.ClassLikeDeclaration): readonly ts.Expression[] {
  return (node.heritageClauses ?? []).flatMap((clause) =>
    clause.token === ts.SyntaxKind.ImplementsKeyword ? clause.types.map((type) => type.expression) : [],
  )
}

function declarationOf(name: ts.Expression, program: Program): ts.Node | null {
  const target = program.target(name)
  return target?.kind === 'declaration' ? target.node : null
}

function factsOfCallOf(helper: Helper, call: ts.CallExpression, program: Program, reader: FactReader): DerivedFact[] {
  if (call.arguments.some((argument) => ts.isSpreadElement(argument)) || isInside(call, helper.node)) return []
  const owner = ownerOf(helper.node)
  const bound = helper.node.parameters.map((_, index) => {
    const argument = call.arguments[index]
    return argument === undefined ? null : reader.values.valueOf(argument)
  })
  return helper.facts.flatMap(({ fact, helpers }): DerivedFact[] => {
    const derived = factsOfHelperCall(fact, {
      owner,
      arguments: bound,
      origin: rangeOf(call),
      assignmentsTo: (variable) => readElementAssignments(variable, call, program, reader.values),
    })
    return derived.map((each) => ({ fact: each, call, helpers: [helper.node, ...helpers] }))
  })
}

function isInside(node: ts.Node, outer: ts.Node): boolean {
  return node.getSourceFile() === outer.getSourceFile() && node.pos >= outer.pos && node.end <= outer.end
}
