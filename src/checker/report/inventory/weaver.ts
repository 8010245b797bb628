import { stringify } from 'yaml'
import type { AttributeEntry, EventEntry, Inventory, InventoryEntry, SpanEntry } from '../../inventory/result.js'
import { shownPath } from '../paths.js'

/** Beside the registry's file Weaver wants a manifest.yaml; keys of the conventions are refs that it resolves through it. */
const header = [
  '# The telemetry of this repository, as a registry of OpenTelemetry Weaver. Put it into a folder beside a manifest.yaml:',
  '#   name: this-repository',
  '#   schema_url: https://example.com/schemas/0.1.0',
  '#   dependencies:',
  '#     - schema_url: https://opentelemetry.io/schemas/1.40.0',
  '#       registry_path: https://github.com/open-telemetry/semantic-conventions@v1.40.0[model]',
  '',
].join('\n')

/**
 * A semantic convention registry. Source: open-telemetry/weaver, schemas/semconv-syntax.md. Keys of the program's own are
 * defined once, grouped by namespace; those of the conventions are refs. Names that are known in no part are left out.
 */
export function inventoryWeaver({ root, entries }: Inventory): string {
  const ids = idMaker()
  const attributes = entries.filter(entry => entry.what === 'attribute').filter(entry => keyOf(entry) !== null && !entry.sink.startsWith('metric') && entry.sink !== 'baggage')
  const own = attributes.filter(entry => !isForeign(entry))
  const defined = new Set(own.map(keyOf))
  const groups: unknown[] = []
  for (const [namespace, list] of groupBy(own, entry => keyOf(entry)?.split('.')[0] ?? '')) {
    groups.push({
      id: ids(`registry.${namespace}`), type: 'attribute_group', brief: `Attributes of the namespace ${namespace}.`,
      attributes: [...groupBy(list, entry => keyOf(entry) ?? '')].map(([key, same]) => definition(key, same, root)),
    })
  }
  const foreign = [...new Set(attributes.filter(isForeign).map(entry => entry.name))].toSorted()
  if (foreign.length > 0) groups.push({ id: ids('attributes.semconv'), type: 'attribute_group', brief: 'Attributes of the semantic conventions that are written here.', attributes: foreign.map(ref => ({ ref })) })
  const known = (key: string): boolean => defined.has(key) || foreign.includes(key)
  const spans = entries.filter(entry => entry.what === 'span').filter(entry => entry.form !== 'unknown')
  for (const [, same] of groupBy(spans, entry => `${entry.name}\0${entry.kind ?? ''}`)) groups.push(spanGroup(same, ids, known, root))
  const events = entries.filter(entry => entry.what === 'event').filter(entry => entry.form === 'fixed')
  for (const [name, same] of groupBy(events, entry => entry.name)) groups.push(eventGroup(name, same, ids, root))
  return header + stringify({ groups }, { lineWidth: 0 })
}

function definition(key: string, same: readonly AttributeEntry[], root: string): unknown {
  const [first] = same
  const type = same.map(entry => entry.type).find(one => one !== null) ?? 'string'
  const examples = [...new Set(same.flatMap(entry => entry.values))].filter(value => value !== '' && fits(value, type)).slice(0, 5)
  const isTemplate = first?.form === 'pattern'
  return {
    id: key,
    type: isTemplate ? `template[${type}]` : type,
    stability: 'development',
    brief: `Written in ${placesText(same, root)}.`,
    ...(examples.length === 0 ? {} : { examples }),
    annotations: annotationsOf(same),
  }
}

function spanGroup(same: readonly SpanEntry[], ids: (id: string) => string, known: (key: string) => boolean, root: string): unknown {
  const name = same[0]?.name ?? ''
  const keys = [...new Set(same.flatMap(entry => entry.attributes))].filter(known).toSorted()
  return {
    id: ids(`span.${name}`),
    type: 'span',
    span_kind: same[0]?.kind ?? 'internal',
    stability: 'development',
    brief: `The span "${name}", started in ${placesText(same, root)}.`,
    attributes: keys.map(ref => ({ ref })),
    annotations: annotationsOf(same),
  }
}

function eventGroup(name: string, same: readonly EventEntry[], ids: (id: string) => string, root: string): unknown {
  return { id: ids(`event.${name}`), type: 'event', name, stability: 'development', brief: `Added in ${placesText(same, root)}.`, annotations: annotationsOf(same) }
}

function annotationsOf(same: readonly InventoryEntry[]): unknown {
  const services = [...new Set(same.flatMap(entry => entry.services))].toSorted()
  return { spanguard: { class: [...new Set(same.map(entry => entry.class))].toSorted().join(', '), ...(services.length === 0 ? {} : { services }) } }
}

/** `order.{name}` is a template of Weaver's; a key with an unknown part anywhere else has no form there. */
function keyOf(entry: AttributeEntry): string | null {
  if (entry.form === 'fixed') return entry.name === '' ? null : entry.name
  return /^([a-z][\w.]*)\.\{[^}]*\}$/u.exec(entry.name)?.[1] ?? null
}

/** Keys that the conventions define, also those that they have replaced. */
function isForeign(entry: AttributeEntry): boolean {
  return entry.class === 'semconv' || entry.class === 'deprecated'
}

function fits(value: string | number | boolean, type: string): boolean {
  return typeof value === (type === 'int' || type === 'double' ? 'number' : type)
}

function placesText(same: readonly InventoryEntry[], root: string): string {
  const places = [...new Set(same.map(entry => `${shownPath(entry.file, root)}:${String(entry.origin.from.line)}`))]
  return places.length > 3 ? `${places.slice(0, 3).join(', ')} and ${String(places.length - 3)} more places` : places.join(', ')
}

/** Ids are lower case and unique in a registry, names of spans are neither. */
function idMaker(): (text: string) => string {
  const taken = new Map<string, number>()
  return text => {
    const id = text.toLowerCase().replaceAll('-', '_').replace(/[^\w.]+/gu, '_').replace(/_+(?=\.|$)|(?<=\.)_+/gu, '').replace(/\.{2,}/gu, '.').replace(/\.$/u, '')
    const count = (taken.get(id) ?? 0) + 1
    taken.set(id, count)
    return count === 1 ? id : `${id}_${String(count)}`
  }
}

function groupBy<T>(items: readonly T[], of: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const item of items) {
    const group = groups.get(of(item))
    if (group) group.push(item)
    else groups.set(of(item), [item])
  }
  return groups
}
