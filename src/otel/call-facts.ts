import {
  type ArgumentPlace,
  type AttributeWrite,
  type Certainty,
  type Fact,
  followPath,
  getField,
  literalText,
  type Origin,
  type PropertyValue,
  resolveValue,
  type Sink,
  type SpanKind,
  type Value,
} from '@spanguard/policy'

import type { AlsoRow, CallRow } from './tracing-api.js'

/**
 * A call of a tracing API as an extractor sees it. What it says is read here once, for ESTree and for the compiler's
 * nodes, so that the two cannot drift.
 */
export interface CallSite {
  readonly origin: Origin
  readonly row: CallRow
  readonly method: string
  readonly api: string
  readonly certainty: Certainty
  /** The span it is called on belongs to somebody else. */
  readonly borrowed: boolean
  readonly arguments: readonly Argument[]
  /** Where the variable is declared that is given the span (`result`), or that it is called on (`receiver`): the offset of its name. */
  variable(of: 'receiver' | 'result'): number | null
  /** What is assigned to the fields of a variable, wherever it stands: `ident['user.email'] = email`. */
  assignmentsTo(variable: Value): readonly PropertyValue[]
}

export interface Argument {
  readonly isSpread: boolean
  /** A function written in place, or the name of one of this file. */
  readonly isFunction: boolean
  /** Read when it is asked for. */
  readonly value: () => Value
}

type Base = Pick<Fact, 'origin' | 'certainty' | 'via'>

/** What a call of a tracing API says, as facts in source order. */
export function factsOfCallSite(site: CallSite): Fact[] {
  const { also } = site.row
  const base: Base = { origin: site.origin, certainty: site.certainty, via: { api: site.api, method: site.method } }
  return also === undefined ? readFact(site, base) : [...readFact(site, base), ...readAlso(also, site, base)]
}

function readFact(site: CallSite, base: Base): Fact[] {
  const { row } = site
  switch (row.fact) {
    case 'span-start':
      return readSpanStart(site, base)
    case 'span-rename': {
      const name = argumentValue(site, row.name)
      if (name === null) return []
      const variable = site.variable('receiver')
      return [{ ...base, fact: 'span-rename', name, ...(variable === null ? {} : { variable }) }]
    }
    case 'attribute-write':
      return readAttributeWrites(site, base)
    case 'event-write': {
      const name = argumentValue(site, row.name)
      if (name === null) return []
      return [{ ...base, fact: 'event-write', name }, ...readAttributeWrites(site, base)]
    }
    case 'exception-write': {
      const value = argumentValue(site, row.value)
      return value === null ? [] : [{ ...base, fact: 'exception-write', value }]
    }
    case 'status-write':
      return readStatus(site, base)
    case 'span-end':
      return [{ ...base, fact: 'span-end', borrowed: site.borrowed }]
    case 'baggage-write':
      return readBaggage(site, base)
    case 'metric-write':
      return [{ ...base, fact: 'metric-write' }, ...readAttributeWrites(site, base)]
    case 'propagation':
      return [{ ...base, fact: 'propagation', direction: row.direction ?? 'inject' }]
    default:
      return []
  }
}

/** What a declared helper does besides: the facts that its body would make of these arguments. */
function readAlso(also: AlsoRow, site: CallSite, base: Base): Fact[] {
  const renamed = argumentValue(site, also.rename)
  const event = argumentValue(site, also.event)
  const message = argumentValue(site, also.statusMessage)
  return [
    ...(renamed === null ? [] : [{ ...base, fact: 'span-rename' as const, name: renamed }]),
    ...(event === null ? [] : [{ ...base, fact: 'event-write' as const, name: event }]),
    ...(message === null ? [] : [{ ...base, fact: 'status-write' as const, message }]),
    ...(also.writes ?? []).flatMap(({ key: written, value: place }): Fact[] => {
      const key: Value | null =
        typeof written === 'string' ? { kind: 'literal', origin: site.origin, text: written, value: written } : argumentValue(site, written)
      const value: Value | null = place === undefined ? { kind: 'unknown', origin: site.origin, text: '' } : argumentValue(site, place)
      return key === null || value === null ? [] : [{ ...base, fact: 'attribute-write', sink: 'attribute', key, value, entry: site.origin }]
    }),
  ]
}

/** The index of the function that runs inside the span that a call starts, or null. */
export function findCallback(site: Pick<CallSite, 'arguments' | 'row'>): number | null {
  const { row } = site
  if (row.callback === undefined) return null
  if (typeof row.callback === 'number') return hasArgument(site, row.callback) ? row.callback : null
  const from = indexOf(row.name ?? -1) + 1
  for (let index = site.arguments.length - 1; index >= from; index--) {
    if (hasArgument(site, index) && site.arguments[index]?.isFunction === true) return index
  }
  const last = site.arguments.length - 1
  return last >= from && hasArgument(site, last) ? last : null
}

/** Behind a spread nobody knows which argument stands where. */
function hasArgument(site: Pick<CallSite, 'arguments'>, index: number): boolean {
  return index < site.arguments.length && !site.arguments.slice(0, index + 1).some(({ isSpread }) => isSpread)
}

function argumentValue(site: CallSite, place: ArgumentPlace | undefined): Value | null {
  if (place === undefined) return null
  const index = indexOf(place)
  const value = hasArgument(site, index) ? (site.arguments[index]?.value() ?? null) : null
  return value === null || typeof place === 'number' ? value : followPath(value, place.split('.').slice(1))
}

function indexOf(place: ArgumentPlace): number {
  return typeof place === 'number' ? place : Number.parseInt(place, 10)
}

function readSpanStart(site: CallSite, base: Base): Fact[] {
  const { row } = site
  const name = argumentValue(site, row.name)
  const callback = findCallback(site)
  const options = findOptions(site, callback)
  const attributes = options === null ? null : (getField(options, 'attributes') ?? (isBag(site, options) ? options : attributesGiven(options)))
  const written = attributes === null ? [] : expandBag(attributes, 'attribute', base, site)
  const links = options === null ? null : getField(options, 'links')
  const spanKind = options === null ? null : readSpanKind(getField(options, 'kind'))
  const variable = row.active === true ? null : site.variable('result')
  // The API takes its callback last. A class that takes anything behind it is somebody's wrapper, which ends what it starts.
  const isWrapper = site.certainty === 'likely' && callback !== null && callback < site.arguments.length - 1
  return [
    {
      ...base,
      fact: 'span-start',
      ...(name === null ? {} : { name }),
      ...(spanKind === null ? {} : { spanKind }),
      active: row.active === true,
      ends: row.ends === true || isWrapper,
      records: row.records === true || isWrapper,
      attributeKeys: written.flatMap((fact) => (fact.fact === 'attribute-write' ? keysOf(fact) : [])),
      ...(variable === null ? {} : { variable }),
    },
    ...written,
    ...(links === null ? [] : readLinks(links, base, site)),
  ]
}

/** `tracer.startSpan(name, options)` of a helper: the attributes are what its callers give. */
function attributesGiven(options: Value): Value | null {
  const known = resolveValue(options)
  if (known.kind === 'parameter') return followPath(known, ['attributes'])
  if (known.kind === 'union') return firstGiven(known.of)
  return known.kind === 'object' ? firstGiven(known.spreads) : null
}

function firstGiven(values: readonly Value[]): Value | null {
  for (const value of values) {
    const given = attributesGiven(value)
    if (given !== null) return given
  }
  return null
}

function keysOf(fact: AttributeWrite): readonly string[] {
  const key = literalText(fact.key)
  return key === null ? [] : [key]
}

/** A declared helper may take the attributes themselves where the API takes options. */
function isBag({ row }: CallSite, options: Value): boolean {
  const known = resolveValue(options)
  if (row.bare !== true || known.kind !== 'object') return false
  return !known.properties.some(({ key }) => optionNames.has(literalText(key) ?? ''))
}

/** Fields of the API's `SpanOptions`. */
const optionNames: ReadonlySet<string> = new Set(['attributes', 'kind', 'links', 'root', 'startTime'])

function findOptions(site: CallSite, callback: number | null): Value | null {
  const { row } = site
  if (row.options === undefined) return null
  if (row.options !== 'any') return argumentValue(site, row.options)
  for (let index = indexOf(row.name ?? -1) + 1; index < site.arguments.length; index++) {
    if (index === callback) continue
    const value = argumentValue(site, index)
    if (value !== null && resolveValue(value).kind === 'object') return value
  }
  return null
}

const spanKinds: readonly SpanKind[] = ['internal', 'server', 'client', 'producer', 'consumer']

function readSpanKind(value: Value | null): SpanKind | null {
  if (value === null) return null
  if (value.kind === 'literal' && typeof value.value === 'number') return spanKinds[value.value] ?? null
  if (value.kind !== 'reference') return null
  const name = value.path.at(-1)?.toLowerCase()
  return spanKinds.find((kind) => kind === name) ?? null
}

function readLinks(links: Value, base: Base, site: CallSite): Fact[] {
  const list = resolveValue(links)
  if (list.kind !== 'array') return []
  return list.elements.flatMap((link) => {
    const attributes = getField(link, 'attributes')
    return attributes === null ? [] : expandBag(attributes, 'link-attribute', base, site)
  })
}

function readAttributeWrites(site: CallSite, base: Base): Fact[] {
  const { row } = site
  const sink = row.sink ?? 'attribute'
  if (row.key !== undefined) {
    const key = argumentValue(site, row.key)
    const value = argumentValue(site, row.value)
    if (key === null || value === null) return []
    return [{ ...base, fact: 'attribute-write', sink, key, value, entry: site.origin }]
  }
  if (row.bag !== undefined) {
    const bag = argumentValue(site, row.bag)
    return bag === null || isTime(bag) ? [] : expandBag(bag, sink, base, site)
  }
  if (row.options !== undefined && row.options !== 'any') {
    const options = argumentValue(site, row.options)
    const attributes = options === null ? null : getField(options, 'attributes')
    return attributes === null ? [] : expandBag(attributes, sink, base, site)
  }
  return []
}

/** `addEvent(name, time)`: the second argument may be a time. */
function isTime(value: Value): boolean {
  const { kind } = resolveValue(value)
  return kind === 'literal' || kind === 'array' || (value.kind === 'unknown' && value.yields !== undefined)
}

/** An object of attributes taken apart, as far as it is known; what is not known stays a bag. */
export function expandBag(value: Value, sink: Sink, base: Base, site: Pick<CallSite, 'assignmentsTo'>): Fact[] {
  const write = ({ key, origin, value: written }: PropertyValue): Fact => ({
    ...base,
    fact: 'attribute-write',
    sink,
    key,
    value: written,
    entry: origin,
  })
  switch (value.kind) {
    case 'object':
      return [...value.properties.map(write), ...value.spreads.flatMap((spread) => expandBag(spread, sink, base, site))]
    case 'union':
      return value.of.flatMap((member) => expandBag(member, sink, base, site))
    case 'reference': {
      const assigned = site.assignmentsTo(value).map(write)
      if (value.resolved !== undefined && isExpandable(value.resolved)) {
        return [...expandBag(value.resolved, sink, base, site), ...assigned]
      }
      return assigned.length > 0 ? assigned : [{ ...base, fact: 'attribute-bag', sink, value }]
    }
    case 'literal':
      return []
    case 'call':
      // `attributes: describe(order)`: the object that the function writes out.
      if (value.returns !== undefined && isExpandable(value.returns)) return expandBag(value.returns, sink, base, site)
      return [{ ...base, fact: 'attribute-bag', sink, value }]
    default:
      return value.kind === 'unknown' && value.yields !== undefined ? [] : [{ ...base, fact: 'attribute-bag', sink, value }]
  }
}

function isExpandable(value: Value): boolean {
  if (value.kind === 'union') return value.of.every(isExpandable)
  if (value.kind === 'reference') return value.resolved !== undefined && isExpandable(value.resolved)
  return value.kind === 'object'
}

const statusCodes = ['unset', 'ok', 'error'] as const

function readStatus(site: CallSite, base: Base): Fact[] {
  const status = argumentValue(site, site.row.value)
  if (status === null) return []
  const code = readStatusCode(getField(status, 'code'))
  const message = getField(status, 'message')
  return [
    {
      ...base,
      fact: 'status-write',
      ...(code === null ? {} : { code }),
      ...(message === null ? {} : { message }),
    },
  ]
}

function readStatusCode(value: Value | null): (typeof statusCodes)[number] | null {
  if (value === null) return null
  if (value.kind === 'literal' && typeof value.value === 'number') return statusCodes[value.value] ?? null
  if (value.kind !== 'reference') return null
  const name = value.path.at(-1)?.toLowerCase()
  return statusCodes.find((code) => code === name) ?? null
}

function readBaggage(site: CallSite, base: Base): Fact[] {
  const { row } = site
  const entryValue = (entry: Value): Value => getField(entry, 'value') ?? entry
  if (row.key !== undefined) {
    const key = argumentValue(site, row.key)
    const value = argumentValue(site, row.value)
    return key === null || value === null ? [] : [{ ...base, fact: 'baggage-write', key, value: entryValue(value) }]
  }
  const bag = argumentValue(site, row.bag)
  const object = bag === null ? null : resolveValue(bag)
  if (object?.kind !== 'object') return []
  return object.properties.map(({ key, value }) => ({ ...base, fact: 'baggage-write', key, value: entryValue(value) }))
}
