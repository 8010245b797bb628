import path from 'node:path'
import { classOfKey, collectOwners, judgeAttributeWrite, judgeSpanName, type AttributeWrite, type EventWrite, type Fact, type Origin, type Policy, type SpanStart, type Value } from '@spanguard/policy'
import type { Analysis } from '../analyse.js'
import { functionName } from '../facts/syntax.js'
import type { HandlerSite } from '../handlers/collect.js'
import { createSpanFinder, type SpanPlace } from '../handlers/spans.js'
import { originOf } from '../places.js'
import { namesOf, type Named } from './names.js'
import type { AttributeEntry, AttributeType, EventEntry, HandlerEntry, Inventory, InventoryEntry, SpanEntry } from './result.js'

type Base = Pick<InventoryEntry, 'file' | 'origin' | 'services' | 'via'>

/** Every span, attribute, event and handler of an analysed program, with its place, its services and what the policy calls it. */
export function collectInventory(analysis: Analysis): Inventory {
  const { root, facts, verdicts, program, policyOf } = analysis
  const servicesOf = serviceFinder(analysis)
  const isOwn = (file: string): boolean => analysis.own(path.dirname(file))
  const entries: InventoryEntry[] = []
  // What a helper makes of its parameters is listed at its calls, where it is known.
  const called = new Set(facts.derived.flatMap(({ fact }) => (fact.derivedFrom ? [keyOf(fact.derivedFrom)] : [])))
  const open = new Set([...facts.direct.values()].flat().filter(fact => isOpen(fact) && called.has(keyOf(fact.origin))).map(fact => keyOf(fact.origin)))
  for (const [file, list] of facts.direct) {
    if (!isOwn(file.path)) continue
    for (const fact of list) {
      if (open.has(keyOf(fact.origin)) && isOpen(fact)) continue
      entries.push(...entriesOf(fact, { file: file.path, origin: fact.origin, services: servicesOf(file.path), via: fact.via.method }, policyOf(file.path)))
    }
  }
  for (const { fact, call, helpers } of facts.derived) {
    const file = call.getSourceFile().fileName
    if (!isOwn(file) || !program.file(file) || isOpen(fact) || !fact.derivedFrom || !open.has(keyOf(fact.derivedFrom))) continue
    const [helper] = helpers
    entries.push(...entriesOf(fact, { file, origin: originOf(call), services: servicesOf(file), via: (helper && functionName(helper)) ?? fact.via.method }, policyOf(file)))
  }
  entries.push(...verdicts.map((verdict): HandlerEntry => ({
    what: 'handler',
    name: [verdict.site.method, verdict.route ?? (verdict.site.method === null ? verdict.site.descriptor.label : null)].filter(Boolean).join(' '),
    file: verdict.site.file,
    origin: originOf(verdict.site.node),
    services: [verdict.service.name],
    via: verdict.by,
    framework: verdict.site.descriptor.name,
    class: verdict.status,
  })))
  return { root, entries: uniquePlaces(entries).toSorted(byServiceAndName), problems: analysis.problems }
}

/** Tells the spans of a handler by the names that the inventory gives them. */
export function spanFinderOf(analysis: Analysis): (site: HandlerSite) => readonly string[] {
  const places = new Map<string, SpanPlace[]>()
  for (const { fact, file } of spanStarts(analysis)) {
    const names = fact.name === undefined ? [unnamed] : namesOf(fact.name)
    const group = places.get(file) ?? []
    group.push(...names.map(name => ({ name: name.text, start: fact.origin.start, end: fact.origin.end })))
    places.set(file, group)
  }
  return createSpanFinder(analysis.evaluator, file => places.get(file) ?? [])
}

/** Every start of a span: those of helpers at the calls that name them. */
function spanStarts({ facts }: Analysis): { readonly fact: SpanStart; readonly file: string }[] {
  const derived = facts.derived.flatMap(({ fact, call }) => (fact.fact === 'span-start' && !isOpen(fact) ? [{ fact, file: call.getSourceFile().fileName }] : []))
  const called = new Set(derived.flatMap(({ fact }) => (fact.derivedFrom ? [keyOf(fact.derivedFrom)] : [])))
  const direct = [...facts.direct].flatMap(([file, list]) => list.flatMap(fact => (fact.fact === 'span-start' && !(isOpen(fact) && called.has(keyOf(fact.origin))) ? [{ fact, file: file.path }] : [])))
  return [...direct, ...derived]
}

function entriesOf(fact: Fact, base: Base, policy: Policy): InventoryEntry[] {
  switch (fact.fact) {
    case 'span-start':
      return spansOf(fact, base, policy)
    case 'attribute-write':
      return attributesOf(fact, base, policy)
    case 'event-write':
      return eventsOf(fact, base, policy)
    default:
      return []
  }
}

function spansOf(fact: SpanStart, base: Base, policy: Policy): SpanEntry[] {
  const names = fact.name === undefined ? [unnamed] : namesOf(fact.name)
  const rules = new Set(judgeSpanName(fact, policy).map(({ rule }) => rule))
  const verdict = rules.has('span-name-present') ? 'unnamed'
    : rules.has('no-sensitive-data') ? 'sensitive'
      : rules.has('no-dynamic-span-name') ? 'dynamic'
        : rules.has('no-technical-span-name') ? 'technical' : 'named'
  return names.map(name => ({ ...base, what: 'span', name: name.text, form: name.form, kind: fact.spanKind ?? null, class: verdict, attributes: [...fact.attributeKeys].toSorted() }))
}

const unnamed: Named = { text: '{no name}', form: 'unknown' }

function attributesOf(fact: AttributeWrite, base: Base, policy: Policy): AttributeEntry[] {
  const rules = new Set(judgeAttributeWrite(fact, policy, rule => rule === 'no-sensitive-data' || rule === 'no-unbounded-data').map(({ rule }) => rule))
  return namesOf(fact.key).map(name => ({
    ...base,
    what: 'attribute',
    values: rules.has('no-sensitive-data') ? [] : valuesOf(fact.value),
    name: name.text,
    form: name.form,
    origin: fact.derivedFrom === undefined ? fact.entry : base.origin,
    sink: fact.sink,
    class: rules.has('no-sensitive-data') ? 'sensitive' : rules.has('no-unbounded-data') ? 'unbounded' : name.form === 'fixed' ? classOfKey(name.text, policy) : 'dynamic',
    type: typeOf(fact.value),
  }))
}

function eventsOf(fact: EventWrite, base: Base, policy: Policy): EventEntry[] {
  const rules = new Set(judgeAttributeWrite(fact, policy).map(({ rule }) => rule))
  return namesOf(fact.name).map(name => ({
    ...base, what: 'event', name: name.text, form: name.form,
    class: rules.has('no-sensitive-data') ? 'sensitive' : rules.size > 0 ? 'dynamic' : 'named',
  }))
}

/** Does the name depend on a parameter of a function around it? Whoever calls the function knows more. */
function isOpen(fact: Fact): boolean {
  const value = fact.fact === 'span-start' || fact.fact === 'event-write' ? fact.name : fact.fact === 'attribute-write' ? fact.key : undefined
  return value !== undefined && collectOwners(value).size > 0
}

function typeOf(value: Value): AttributeType | null {
  switch (value.kind) {
    case 'literal':
      return typeof value.value === 'string' ? 'string' : typeof value.value === 'boolean' ? 'boolean' : typeof value.value === 'number' ? (Number.isInteger(value.value) ? 'int' : 'double') : null
    case 'template':
    case 'concat':
      return 'string'
    case 'unknown':
      return value.yields === 'string' ? 'string' : value.yields === 'boolean' ? 'boolean' : value.yields === 'number' ? 'double' : ofType(value)
    case 'array': {
      const [first] = value.elements
      const element = first && typeOf(first)
      return element === 'string' ? 'string[]' : element === 'boolean' ? 'boolean[]' : element === 'int' || element === 'double' ? 'double[]' : null
    }
    case 'reference':
      return ofType(value) ?? (value.resolved === undefined ? null : typeOf(value.resolved))
    default:
      return ofType(value)
  }
}

/** What a value can be, as far as it is written out. */
function valuesOf(value: Value): (string | number | boolean)[] {
  if (value.kind === 'literal') return value.value === null || value.value === undefined ? [] : [value.value]
  if (value.kind === 'union') return value.of.flatMap(valuesOf)
  if (value.kind === 'reference' && value.resolved !== undefined) return valuesOf(value.resolved)
  return [...(value.type?.literals ?? [])]
}

function ofType({ type }: Value): AttributeType | null {
  if (type?.kind === 'string') return 'string'
  if (type?.kind === 'boolean') return 'boolean'
  if (type?.kind === 'number') return 'double'
  if (type?.kind === 'literals') return type.literals?.every(one => typeof one === 'string') === true ? 'string' : type.literals?.every(one => typeof one === 'number') === true ? 'int' : null
  if (type?.kind === 'array') return type.element?.kind === 'string' ? 'string[]' : type.element?.kind === 'number' ? 'double[]' : type.element?.kind === 'boolean' ? 'boolean[]' : null
  return null
}

/** The services that load a file; of a file that none is seen to load, the one in whose folder it stands. */
export function serviceFinder({ services }: Analysis): (file: string) => readonly string[] {
  const loading = new Map<string, Set<string>>()
  for (const service of services) for (const entry of service.entries) for (const file of entry.order.files.keys()) loading.set(file, (loading.get(file) ?? new Set()).add(service.name))
  const nearest = services.toSorted((a, b) => b.dir.length - a.dir.length)
  return file => {
    const names = loading.get(file)
    if (names) return [...names].toSorted()
    const around = nearest.find(service => file.startsWith(service.dir + path.sep))
    return around ? [around.name] : []
  }
}

function keyOf(origin: Origin): string {
  return `${origin.file ?? ''}:${String(origin.start)}`
}

/** A choice between helpers and a loop over rows may say the same thing of one place twice. */
function uniquePlaces(entries: readonly InventoryEntry[]): InventoryEntry[] {
  return [...new Map(entries.map(entry => [`${entry.what}\0${entry.name}\0${keyOf(entry.origin)}\0${entry.services.join()}`, entry])).values()]
}

const rank = { handler: 0, span: 1, attribute: 2, event: 3 }

function byServiceAndName(a: InventoryEntry, b: InventoryEntry): number {
  return compare(a.services.join(), b.services.join()) || rank[a.what] - rank[b.what] || compare(a.name, b.name) || compare(a.file, b.file) || a.origin.start - b.origin.start
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
