import path from 'node:path'

import * as ts from '../ts.js'

import { type ArgumentPlace, type AttributeWrite, type Config, type Fact, literalText, resolveValue, type Value } from '@spanguard/policy'

import { findDeclaredHelper, readDeclaredHelpers } from '../../otel/declared-helpers.js'
import { isFunctionLike } from '../evaluate.js'
import type { SpanFacts } from '../findings/data-and-names.js'
import type { Program } from '../program.js'
import type { FactReader } from './extract.js'
import type { DerivedFact } from './helper-calls.js'
import { functionName, isMember, memberName, ownerOf, plain } from './syntax.js'
import type { ImportedChain } from './values.js'

/** One row of the config's `helpers`. */
type DeclaredHelper = NonNullable<Config['helpers']>[number]

/**
 * The functions of the program that start, rename or annotate spans by what their callers give, as rows of the config, so that
 * the editor knows what the whole program shows. A row is for what can be imported: by the module that declares it, and by
 * every other name under which a file of the program imports and calls it (a package, a barrel, a member of an object).
 *
 * @param root the folder that the rows' modules are relative to
 * @returns sorted by module and export, each once
 */
export function inferHelpers({ derived, helpers }: Pick<SpanFacts, 'derived' | 'helpers'>, program: Program, reader: FactReader, root: string): readonly DeclaredHelper[] {
  const known = new Map<ts.FunctionLikeDeclaration, readonly DerivedFact[]>()
  for (const { facts, node } of helpers) known.set(node, [...(known.get(node) ?? []), ...facts])
  const helperCalls = new Set<ts.Node>(derived.map(({ call }) => call))
  const roles = new Map([...known].flatMap(([node, facts]): [ts.FunctionLikeDeclaration, Role][] => {
    const role = roleOf(node, facts, program, reader, helperCalls)
    return role === null ? [] : [[node, role]]
  }))
  const rows = new Map<string, DeclaredHelper>()
  const add = (row: DeclaredHelper): unknown => rows.set(`${row.module}\0${row.export}`, row)
  for (const [node, role] of roles) {
    const exported = exportedName(node, program)
    if (exported !== null) add({ module: moduleOf(node.getSourceFile().fileName, root), export: exported, ...role })
  }
  for (const { call, helpers: [called] } of derived) {
    const role = called === undefined ? undefined : roles.get(called)
    const source = role === undefined ? null : reader.values.importOfChain(call.expression)
    if (role === undefined || source === null) continue
    const row = rowAtCall(source, role, call.getSourceFile().fileName, program, root)
    if (findDeclaredHelper(source, readDeclaredHelpers([...rows.values()])) === null) add(row)
  }
  return [...rows].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row)
}

/** What a helper does, without its name. */
type Role = Omit<DeclaredHelper, 'export' | 'module'>

/** The helper under the name by which a file imports it. */
function rowAtCall(source: ImportedChain, role: Role, file: string, program: Program, root: string): DeclaredHelper {
  const resolved = program.resolve(source.module, file)
  const exported = (source.imported === '*' ? source.path : [source.imported, ...source.path]).join('.')
  const row = { module: resolved === null ? source.module : moduleOf(resolved, root), export: exported, ...role }
  // An alias that has nothing in common with the path stands in the row as it is written.
  return findDeclaredHelper(source, readDeclaredHelpers([row])) === null ? { ...row, module: source.module } : row
}

function moduleOf(file: string, root: string): string {
  const module = path.relative(root, file).split(path.sep).join('/').replace(/\.[cm]?[jt]sx?$/u, '').replace(/\/index$/u, '')
  return module.startsWith('../') ? module : `./${module}`
}

/** Null for a function that does nothing which a row can say. */
function roleOf(node: ts.FunctionLikeDeclaration, derived: readonly DerivedFact[], program: Program, reader: FactReader, helperCalls: ReadonlySet<ts.Node>): Role | null {
  const facts = derived.map(({ fact }) => fact)
  const placeOf = (value: Value | undefined): ArgumentPlace | null => (value === undefined ? null : placeIn(value, node))
  const first = <Kind extends Fact['fact']>(kind: Kind, read: (fact: Extract<Fact, { fact: Kind }>) => ArgumentPlace | null): ArgumentPlace | null =>
    facts.map((fact) => (fact.fact === kind ? read(fact as Extract<Fact, { fact: Kind }>) : null)).find((place) => place !== null) ?? null
  const name = first('span-start', (fact) => placeOf(fact.name))
  const event = first('event-write', (fact) => placeOf(fact.name))
  const bagSink = name === null && event !== null ? 'event-attribute' : 'attribute'
  const given = first('attribute-bag', (fact) => (fact.sink === bagSink ? placeOf(fact.value) : null))
  const role = {
    ...place('name', name),
    // `options.attributes` of what starts a span: the editor looks there by itself.
    ...place('attributes', name !== null && typeof given === 'string' && /^\d+\.attributes$/u.test(given) ? Number.parseInt(given, 10) : given),
    ...(name === null ? {} : startOf(node, derived, program)),
    ...place('rename', first('span-rename', (fact) => placeOf(fact.name))),
    ...place('event', event),
    ...place('statusMessage', first('status-write', (fact) => placeOf(fact.message))),
  }
  // A function of the business that also annotates by what it is given is no helper of tracing.
  const isHelper = Object.keys(role).length > 0 || isAllTracing(node, reader, helperCalls)
  const writes = !isHelper ? [] : facts.flatMap((fact) => (fact.fact === 'attribute-write' && fact.sink === 'attribute' ? (writeOf(fact, node) ?? []) : []))
  const unique = [...new Map(writes.map((write) => [JSON.stringify(write), write])).values()]
  const all: Role = unique.length === 0 ? role : { ...role, writes: unique }
  return Object.keys(all).length === 0 ? null : all
}

/** Are all calls in a function's body calls of tracing APIs, or of functions that do the same? */
function isAllTracing(node: ts.FunctionLikeDeclaration, reader: FactReader, helperCalls: ReadonlySet<ts.Node>): boolean {
  let isAll = true
  const visit = (at: ts.Node): void => {
    if (!isAll) return
    if (ts.isCallExpression(at) && !helperCalls.has(at)) isAll = isOfTracing(at, reader)
    ts.forEachChild(at, visit)
  }
  if (node.body) visit(node.body)
  return isAll
}

/** Conversions of a value (`String(x)`, `JSON.stringify(x)`, `x.toString()`) are no business either. */
const conversions: ReadonlySet<string> = new Set(['Boolean', 'Number', 'String', 'entries', 'fromEntries', 'keys', 'stringify', 'toISOString', 'toString'])

function isOfTracing(call: ts.CallExpression, reader: FactReader): boolean {
  const callee = plain(call.expression)
  const name = ts.isIdentifier(callee) ? callee.text : isMember(callee) ? memberName(callee) : null
  return (name !== null && conversions.has(name)) || reader.isTracingCall(call)
}

function place(key: keyof Role, found: ArgumentPlace | null): Role {
  return found === null ? {} : { [key]: found }
}

/** What only those do that start a span: run a callback in it, end it, record what is thrown. */
function startOf(node: ts.FunctionLikeDeclaration, derived: readonly DerivedFact[], program: Program): Role {
  const started = derived.find(({ fact }) => fact.fact === 'span-start')
  const start = started?.fact.fact === 'span-start' ? started.fact : undefined
  // What a helper calls may end the span for it.
  const bodies = [node, ...(started?.helpers ?? [])]
  const callback = callbackOf(node, program)
  return {
    ...(callback === null ? {} : { callback }),
    ...(start?.ends === true || bodies.some((body) => calls(body, 'end')) ? { ends: true } : {}),
    ...(start?.records === true || bodies.some((body) => calls(body, 'recordException')) ? { records: true } : {}),
  }
}

/** One attribute that a helper sets, where a parameter is its key or its value. */
function writeOf(fact: AttributeWrite, node: ts.FunctionLikeDeclaration): NonNullable<Role['writes']>[number] | null {
  const literal = literalText(fact.key)
  const key = literal ?? placeIn(fact.key, node)
  const value = placeIn(fact.value, node)
  // A field of a parameter has no place for a key, and a fixed key with a fixed value is judged where it stands.
  if (key === null || (literal === null && typeof key === 'string') || (literal !== null && value === null)) return null
  return { key, ...(value === null ? {} : { value }) }
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

/** The parameter that a value is, itself or with a default, or the field of one. */
function placeIn(value: Value, node: ts.FunctionLikeDeclaration): ArgumentPlace | null {
  const known = resolveValue(value)
  if (known.kind === 'union') return known.of.map((member) => placeIn(member, node)).find((found) => found !== null) ?? null
  if (known.kind !== 'parameter' || known.owner !== ownerOf(node) || known.path.some((part) => part === '[]' || /[.\s]/u.test(part))) return null
  return known.path.length === 0 ? known.index : `${known.index}.${known.path.join('.')}`
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
