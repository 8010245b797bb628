import type { ObjectSource } from '@spanguard/policy'

import type { FrameworkDescriptor } from './descriptor.js'

/** A source with the name, in the row's `objects`, of what it gives. */
export interface NamedSource<Source extends ObjectSource = ObjectSource> {
  readonly is: string
  readonly source: Source
}

export type ExportSource = Extract<ObjectSource, { readonly export: string }>
export type MethodSource = Extract<ObjectSource, { readonly method: string }>
type PropertySource = Extract<ObjectSource, { readonly property: string }>
type TypeSource = Extract<ObjectSource, { readonly type: string }>

/** The sources of a framework's objects, by what is asked of them. */
export interface ObjectSources {
  /** All modules that exports or types come from. */
  readonly modules: readonly string[]
  readonly exports: readonly NamedSource<ExportSource>[]
  readonly types: readonly NamedSource<TypeSource>[]
  readonly methods: ReadonlyMap<string, readonly NamedSource<MethodSource>[]>
  readonly properties: ReadonlyMap<string, readonly NamedSource<PropertySource>[]>
  /** What a method, or an export behind a dot, must be called to give an object; null when any name may. */
  readonly called: ReadonlySet<string> | null
}

const byFramework = new WeakMap<FrameworkDescriptor, ObjectSources>()

/** Every call of a file asks: what a row says is sorted once. The order of the row is kept. */
export function sourcesOf(framework: FrameworkDescriptor): ObjectSources {
  const known = byFramework.get(framework) ?? sortSources(framework)
  byFramework.set(framework, known)
  return known
}

function sortSources({ chains = [], objects }: FrameworkDescriptor): ObjectSources {
  const modules = new Set<string>()
  const exports: NamedSource<ExportSource>[] = []
  const types: NamedSource<TypeSource>[] = []
  const methods = new Map<string, NamedSource<MethodSource>[]>()
  const properties = new Map<string, NamedSource<PropertySource>[]>()
  for (const [is, sources] of Object.entries(objects)) {
    for (const source of sources) {
      if ('module' in source) modules.add(source.module)
      if ('export' in source) exports.push({ is, source })
      else if ('type' in source) types.push({ is, source })
      else if ('method' in source) methods.set(source.method, [...(methods.get(source.method) ?? []), { is, source }])
      else properties.set(source.property, [...(properties.get(source.property) ?? []), { is, source }])
    }
  }
  const exported = exports.map(({ source }) => source.export.split('.').at(-1) ?? '')
  const called = exported.includes('*') ? null : new Set([...exported, ...methods.keys(), ...chains])
  return { modules: [...modules], exports, types, methods, properties, called }
}
