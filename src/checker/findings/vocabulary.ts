import type { ts } from 'ts-morph'

import { type AttributeWrite, type Fact, literalText, type SpanStart, type TypeFact, type Value } from '@spanguard/policy'

import { getPackage } from '../../project/package-json.js'
import { originOfRange, step, type Step } from '../places.js'
import type { Program } from '../program.js'
import type { Service } from '../services.js'
import { nodeAt, type SpanFacts } from './data-and-names.js'
import type { Draft } from './draft.js'

/** What the SDK keeps of a value. */
type Kind = 'text' | 'number' | 'boolean' | 'list'

/**
 * Where the program's own words for things disagree: a key that holds texts here and numbers there, a span name that two
 * different operations share.
 */
export function vocabularyFindings(program: Program, facts: SpanFacts, services: readonly Service[]): Draft[] {
  const all = [...[...facts.direct.values()].flat(), ...facts.derived.map(({ fact }) => fact)]
  const loaded = services.flatMap(service => service.entries.map(entry => entry.order.files))
  return [...keysOfTwoKinds(all, program, loaded), ...sharedNames(all, program, loaded)]
}

type Loaded = readonly { has(file: string): boolean }[]

/**
 * Splits facts into those that belong together: of one package, of one that depends on the other, or of files that one process
 * loads. Two examples of a repository that use one word have nothing to say to each other.
 */
function byProgram<F extends Fact>(facts: readonly F[], loaded: Loaded): F[][] {
  let groups: F[][] = []
  for (const fact of facts) {
    const own = groups.filter(group => group.some(one => belongTogether(one.origin.file ?? '', fact.origin.file ?? '', loaded)))
    groups = [...groups.filter(group => !own.includes(group)), [...own.flat(), fact]]
  }
  return groups
}

function belongTogether(one: string, other: string, loaded: Loaded): boolean {
  const [a, b] = [getPackage(one), getPackage(other)]
  return a?.dir === b?.dir || (a && b && (a.dependencies.has(b.name) || b.dependencies.has(a.name))) === true || loaded.some(files => files.has(one) && files.has(other))
}

/** The store makes two columns of such a key, or refuses one of the kinds: a search by it finds half. */
function keysOfTwoKinds(facts: readonly Fact[], program: Program, loaded: Loaded): Draft[] {
  const byKey = new Map<string, AttributeWrite[]>()
  for (const fact of facts) {
    if (fact.fact !== 'attribute-write' || fact.sink !== 'attribute' || fact.certainty !== 'certain') continue
    const key = literalText(fact.key)
    if (key === null || kindOf(fact.value) === null) continue
    byKey.set(key, [...(byKey.get(key) ?? []), fact])
  }
  return [...byKey].flatMap(([key, all]) => (kindsOf(all).size < 2 ? [] : byProgram(all, loaded).flatMap(related => {
    // A convention has its type; the rare one is taken for the mistake.
    const [usual, ...rare] = [...kindsOf(related)].toSorted(([, a], [, b]) => b.length - a.length)
    const [first] = usual?.[1] ?? []
    if (usual === undefined || first === undefined) return []
    return rare.flatMap(([kind, writes]) => writes.flatMap((write) => {
      const node = nodeAt(program, write.key.origin) ?? nodeAt(program, write.origin)
      if (node === null) return []
      return [draftAt(node, 'attribute-type', key, [stepAtFact(first, program, `holds a ${usual[0]} here`)], `The key "${key}" holds a ${kind} here and a ${usual[0]} elsewhere: the store keeps them apart, and a search by it finds half. Write the same kind everywhere, or use two keys.`)]
    }))
  })))
}

function kindsOf(writes: readonly AttributeWrite[]): ReadonlyMap<Kind, readonly AttributeWrite[]> {
  const kinds = new Map<Kind, AttributeWrite[]>()
  for (const write of writes) {
    const kind = kindOf(write.value)
    if (kind !== null) kinds.set(kind, [...(kinds.get(kind) ?? []), write])
  }
  return kinds
}

/** The kind of a value that is known for sure; what may be absent counts as what it is otherwise. */
function kindOf(value: Value): Kind | null {
  if (value.kind === 'literal') return kindOfLiteral(value.value)
  if (value.kind === 'template' || value.kind === 'concat') return 'text'
  if (value.kind === 'array') return 'list'
  if (value.kind === 'union') {
    const kinds = new Set(value.of.map(kindOf))
    const [only] = kinds
    return kinds.size === 1 ? (only ?? null) : null
  }
  const byType = value.type === undefined ? null : kindOfType(value.type)
  if (byType !== null) return byType
  return value.kind === 'reference' && value.resolved !== undefined ? kindOf(value.resolved) : null
}

function kindOfLiteral(value: unknown): Kind | null {
  return typeof value === 'string' ? 'text' : typeof value === 'number' ? 'number' : typeof value === 'boolean' ? 'boolean' : null
}

function kindOfType(type: TypeFact): Kind | null {
  switch (type.kind) {
    case 'string':
      return 'text'
    case 'number':
      return 'number'
    case 'boolean':
      return 'boolean'
    case 'array':
      return 'list'
    case 'literals': {
      const kinds = new Set((type.literals ?? []).map(kindOfLiteral))
      const [only] = kinds
      return kinds.size === 1 ? (only ?? null) : null
    }
    default:
      return null
  }
}

/** A name stands for one operation when all of its spans are of one kind, or when they share what they say. */
function sharedNames(facts: readonly Fact[], program: Program, loaded: Loaded): Draft[] {
  const byName = new Map<string, SpanStart[]>()
  for (const fact of facts) {
    if (fact.fact !== 'span-start' || fact.name === undefined || fact.certainty !== 'certain') continue
    const name = literalText(fact.name)
    if (name !== null && name !== '') byName.set(name, [...(byName.get(name) ?? []), fact])
  }
  return [...byName].flatMap(([name, all]) => (all.length < 2 ? [] : byProgram(all, loaded).flatMap(starts => {
    const [first] = starts
    const other = first === undefined ? undefined : starts.find((start) => isOtherOperation(first, start))
    if (first === undefined || other === undefined) return []
    const node = nodeAt(program, other.name?.origin ?? other.origin)
    if (node === null) return []
    return [draftAt(node, 'span-name-shared', name, [stepAtFact(first, program, `starts "${name}" as well`)], `The span name "${name}" stands for two operations, here and in another file, which write different attributes: a search for it finds both, and its durations are a mixture. Name them apart.`)]
  })))
}

/** In two files, with attributes of their own at each start and none in common. Two starts in one file are variants of one thing. */
function isOtherOperation(first: SpanStart, other: SpanStart): boolean {
  if (first.origin.file === other.origin.file) return false
  const keys = new Set(first.attributeKeys)
  return keys.size > 0 && other.attributeKeys.length > 0 && !other.attributeKeys.some((key) => keys.has(key))
}

function draftAt(node: ts.Node, rule: string, subject: string, steps: readonly Step[], message: string): Draft {
  return { rule, message, node, service: null, steps, certainty: 'certain', subject, leftToLint: false, severity: 'warn' }
}

function stepAtFact(fact: Fact, program: Program, text: string): Step {
  const node = nodeAt(program, fact.origin)
  if (node !== null) return step(node, text)
  const root = program.file(fact.origin.file ?? '')?.root
  return { file: fact.origin.file ?? '', origin: root === undefined ? fact.origin : originOfRange(root, fact.origin.start, fact.origin.end), text }
}
