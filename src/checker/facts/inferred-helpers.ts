import path from 'node:path'

import { ts } from 'ts-morph'

import { type Config, resolveValue } from '@spanguard/policy'

import { isFunctionLike } from '../evaluate.js'
import type { Program } from '../program.js'
import type { DerivedFact, Helper } from './helper-calls.js'
import { functionName, isMember, memberName, ownerOf, plain } from './syntax.js'

/** One row of the config's `helpers`. */
type DeclaredHelper = NonNullable<Config['helpers']>[number]

/** A helper of the program in the config's form, and where it stands. */
export interface InferredHelper {
  readonly helper: DeclaredHelper
  readonly node: ts.FunctionLikeDeclaration
}

/**
 * The helpers that start a span under a name that their callers give, as rows of the config, so that the editor knows what the
 * whole program shows. Only what a module exports can be imported and has a row.
 *
 * @param root the folder that the rows' modules are relative to
 */
export function inferHelpers(helpers: readonly Helper[], program: Program, root: string): readonly InferredHelper[] {
  const known = new Map<ts.FunctionLikeDeclaration, readonly DerivedFact[]>()
  for (const { facts, node } of helpers) known.set(node, [...(known.get(node) ?? []), ...facts])
  const rows = [...known].flatMap(([node, facts]) => rowOf(node, facts, program, root) ?? [])
  return rows.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
}

function keyOf({ helper }: InferredHelper): string {
  return `${helper.module}\0${helper.export}`
}

function rowOf(node: ts.FunctionLikeDeclaration, derived: readonly DerivedFact[], program: Program, root: string): InferredHelper | null {
  const exported = exportedName(node, program)
  if (exported === null) return null
  const facts = derived.map(({ fact }) => fact)
  const started = derived.find(({ fact }) => fact.fact === 'span-start')
  const start = started?.fact.fact === 'span-start' ? started.fact : undefined
  // What a helper calls may end the span for it.
  const bodies = [node, ...(started?.helpers ?? [])]
  const name = start?.name === undefined ? null : parameterIn(start.name, node)
  if (start === undefined || name === null) return null
  const attributes = facts.map((fact) => (fact.fact === 'attribute-bag' ? parameterIn(fact.value, node) : null)).find((index) => index !== null)
  const callback = callbackOf(node, program)
  const module = path.relative(root, node.getSourceFile().fileName).split(path.sep).join('/').replace(/\.[cm]?[jt]sx?$/u, '').replace(/\/index$/u, '')
  return {
    node,
    helper: {
      module: `./${module}`,
      export: exported,
      name,
      ...(attributes === undefined ? {} : { attributes }),
      ...(callback === null ? {} : { callback }),
      ...(start.ends || bodies.some((body) => calls(body, 'end')) ? { ends: true } : {}),
      ...(start.records || bodies.some((body) => calls(body, 'recordException')) ? { records: true } : {}),
    },
  }
}

/** The name under which a module exports the function itself; a method of a class cannot be imported. */
function exportedName(node: ts.FunctionLikeDeclaration, program: Program): string | null {
  const own = functionName(node)
  for (const [name] of program.exportsOf(node.getSourceFile().fileName)) {
    if (name !== own && name !== 'default') continue
    const target = program.targetOfExport(node.getSourceFile().fileName, name)
    if (target?.kind !== 'declaration') continue
    const declared = ts.isVariableDeclaration(target.node) && target.node.initializer !== undefined ? plain(target.node.initializer) : target.node
    if (declared === node) return name
  }
  return null
}

/** The index of the parameter that a value is, itself or with a default; `null` for one that is only a part of it. */
function parameterIn(value: Parameters<typeof resolveValue>[0], node: ts.FunctionLikeDeclaration): number | null {
  const known = resolveValue(value)
  if (known.kind === 'union') return known.of.map((member) => parameterIn(member, node)).find((index) => index !== null) ?? null
  if (known.kind !== 'parameter' || known.owner !== ownerOf(node)) return null
  return known.path.length === 0 || (known.path.length === 1 && known.path[0] === 'attributes') ? known.index : null
}

/** The parameter that the function calls, or hands to a call as it is: the work that runs inside the span. */
function callbackOf(node: ts.FunctionLikeDeclaration, program: Program): number | null {
  let found: number | null = null
  const indexOf = (expression: ts.Expression): number | null => {
    const inner = plain(expression)
    if (!ts.isIdentifier(inner)) return null
    const declaration = program.declarationOf(inner)
    const index = node.parameters.findIndex((parameter) => parameter === declaration)
    return index === -1 ? null : index
  }
  const visit = (at: ts.Node): void => {
    if (ts.isCallExpression(at)) {
      const callee = plain(at.expression)
      found ??= indexOf(isMember(callee) && /^(?:apply|bind|call)$/u.test(memberName(callee) ?? '') ? callee.expression : callee)
      for (const argument of at.arguments) if (found === null && isFunctionTyped(argument, node, program)) found = indexOf(argument)
    }
    ts.forEachChild(at, visit)
  }
  if (node.body) visit(node.body)
  return found
}

function isFunctionTyped(argument: ts.Expression, node: ts.FunctionLikeDeclaration, program: Program): boolean {
  const inner = plain(argument)
  if (!ts.isIdentifier(inner) || !node.parameters.some((parameter) => parameter.name === inner || program.declarationOf(inner) === parameter)) return false
  return isFunctionLike(inner) || program.typeOf(inner).kind === 'function'
}

/** Does the function call a method of this name, in itself or in a function in it? */
function calls(node: ts.FunctionLikeDeclaration, method: string): boolean {
  let found = false as boolean
  const visit = (at: ts.Node): void => {
    if (found) return
    if (ts.isCallExpression(at)) {
      const callee = plain(at.expression)
      if (isMember(callee)) found = memberName(callee) === method
    }
    ts.forEachChild(at, visit)
  }
  if (node.body) visit(node.body)
  return found
}
