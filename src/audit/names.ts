import { maskText } from '@spanguard/policy'

import type { Observation } from './finding.js'
import type { RecordedSpan } from './spans.js'

/** So many names of one pattern, and the pattern is the name that was meant. */
const minNames = 3
/** So many names of spans that one place starts, with hardly a name twice, are made of values. */
const minSpread = 20

/** What a name or key is without its values: numbers, ids in hex, UUIDs, addresses. */
export function patternOf(name: string): string {
  return name
    .replace(/[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}/giu, '{id}')
    .replace(/[\w.+-]+@[\w-]+(?:\.[\w-]+)+/gu, '{address}')
    .replace(/(?<![\w{])(?=[\da-f]*\d)[\da-f]{12,}(?!\w)/giu, '{id}')
    .replace(/(?<![a-z\d{]|\bv)\d+(?![a-z])/giu, '{n}')
}

/** A name or key as reports may show it, wherever it comes from: without addresses, ids and whatever else looks secret. */
export function showable(name: string): string {
  const pattern = patternOf(name)
  return maskText(/\{(?:id|address)\}/u.test(pattern) ? pattern : name)
}

/** Names and keys that vary over the recorded spans, and the names as reports may show them. */
export interface RecordedNames {
  readonly observations: readonly Observation[]
  /** The span's name, or the pattern that it is one of many of. */
  readonly shown: (span: RecordedSpan) => string
}

/** Judges names by how many there are of one pattern, which only recorded traces show. */
export function judgeNames(spans: readonly RecordedSpan[]): RecordedNames {
  const byPattern = new Map<string, Set<string>>()
  const bySource = new Map<string, { readonly names: Set<string>; count: number }>()
  const keysByPattern = new Map<string, { readonly keys: Set<string>; readonly first: RecordedSpan }>()
  for (const span of spans) {
    add(byPattern, `${span.service}\0${patternOf(span.name)}`, span.name)
    const source = sourceOf(span)
    const known = bySource.get(source) ?? { names: new Set(), count: 0 }
    known.names.add(span.name)
    known.count++
    bySource.set(source, known)
    for (const key of span.attributes.keys()) {
      const pattern = patternOf(key)
      if (pattern === key) continue
      const group = keysByPattern.get(`${span.service}\0${pattern}`) ?? { keys: new Set(), first: span }
      group.keys.add(key)
      keysByPattern.set(`${span.service}\0${pattern}`, group)
    }
  }
  const isSpread = (span: RecordedSpan): boolean => {
    const known = bySource.get(sourceOf(span))
    return known !== undefined && known.names.size >= minSpread && known.names.size * 2 > known.count
  }
  const shown = (span: RecordedSpan): string => {
    const pattern = patternOf(span.name)
    if (pattern !== span.name && ((byPattern.get(`${span.service}\0${pattern}`)?.size ?? 0) >= minNames || /\{(?:id|address)\}/u.test(pattern))) return maskText(pattern)
    return isSpread(span) ? `${showable(headOf(span.name))}{…}` : showable(span.name)
  }
  const dynamic = spans.flatMap((span): Observation[] => {
    const name = shown(span)
    // What is masked is a secret in a name, which the judge reports.
    if (name === maskText(span.name)) return []
    const count = name.endsWith('{…}') ? bySource.get(sourceOf(span))?.names.size : byPattern.get(`${span.service}\0${patternOf(span.name)}`)?.size
    return [{
      rule: 'no-dynamic-span-name', service: span.service, span: name, key: null, traceId: span.traceId,
      message: `${String(count ?? 1)} ${count === 1 ? 'name' : 'different names'} of the form "${name}": nobody can search for the operation, and metrics made from spans grow without bound. Keep the name constant and put what varies into an attribute.`,
    }]
  })
  const keys = [...keysByPattern].flatMap(([id, { first, keys: found }]): Observation[] => (found.size < minNames ? [] : [{
    rule: 'no-unbounded-data', service: first.service, span: shown(first), key: maskText(id.slice(id.indexOf('\0') + 1)), traceId: first.traceId,
    message: `${String(found.size)} different keys of this form: the store gets a new column for each. Keep the key constant and put what varies into the value.`,
  }]))
  return { observations: [...dynamic, ...keys], shown }
}

/** Spans that one place of the code starts, as far as a trace tells. */
function sourceOf({ kind, scope, service, attributes }: RecordedSpan): string {
  return [service, scope, kind, [...attributes.keys()].toSorted().join()].join('\0')
}

/** What stands before the part that varies: up to the last separator of words. */
function headOf(name: string): string {
  return /^.*?[\s:/.](?=[^\s:/.]*$)/u.exec(name)?.[0] ?? ''
}

function add(map: Map<string, Set<string>>, key: string, value: string): void {
  const known = map.get(key)
  if (known === undefined) map.set(key, new Set([value]))
  else known.add(value)
}
