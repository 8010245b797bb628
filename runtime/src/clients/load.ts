import type { HttpInstrumentation } from '@opentelemetry/instrumentation-http'
import type { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici'
// A namespace, since bundles for ESM commonly declare a `createRequire` of their own in a banner.
import * as nodeModule from 'node:module'
import path from 'node:path'

/** The official instrumentations, null where a package is not installed. */
export interface Instrumentations {
  readonly Http: typeof HttpInstrumentation | null
  readonly Undici: typeof UndiciInstrumentation | null
}

const key = Symbol.for('@spanguard/runtime/clients')
const holder = globalThis as { [key]?: Instrumentations | undefined }

/** What `@spanguard/runtime/clients` imported statically, for bundles, where nothing can be found at run time. */
export function provideInstrumentations(instrumentations: Instrumentations): void {
  holder[key] = instrumentations
}

/**
 * Finds the instrumentations from where this package lies, or else from where the application does. They are optional, so
 * they cannot be imported statically; and this file is built as an ES module too, where `require` has to be made.
 */
export function loadInstrumentations(): Instrumentations {
  const provided = holder[key]
  if (provided !== undefined) return provided
  return {
    Http: (load('@opentelemetry/instrumentation-http')?.['HttpInstrumentation'] ?? null) as Instrumentations['Http'],
    Undici: (load('@opentelemetry/instrumentation-undici')?.['UndiciInstrumentation'] ?? null) as Instrumentations['Undici'],
  }
}

function load(name: string): Readonly<Record<string, unknown>> | null {
  for (const from of places()) {
    try {
      return nodeModule.createRequire(from)(name) as Readonly<Record<string, unknown>>
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'MODULE_NOT_FOUND') throw error
    }
  }
  return null
}

/**
 * Every copy of a module that the application can find, from its own files or from packages of `owners` that bring one. As
 * CommonJS, which is also what an `import` of it gives.
 */
export function loadEach(name: string, owners: readonly string[]): Readonly<Record<string, never>>[] {
  const found = new Set<Readonly<Record<string, never>>>()
  for (const way of ways(owners)) {
    if (resolveFrom(way, name) !== null) found.add(nodeModule.createRequire(way)(name) as Readonly<Record<string, never>>)
  }
  return [...found]
}

/** The files of every copy of a module, found as by {@link loadEach}, without loading one. */
export function resolveEach(name: string, owners: readonly string[]): string[] {
  return [...new Set([...ways(owners)].flatMap(way => resolveFrom(way, name) ?? []))]
}

/** Files to look for a copy from: of the application, and of packages that may bring one of their own. */
function* ways(owners: readonly string[]): Generator<string> {
  for (const from of places()) {
    yield from
    yield* owners.flatMap(owner => resolveFrom(from, `${owner}/package.json`) ?? [])
  }
}

/** The version of the package that the application finds, or null. */
export function versionOf(name: string): string | null {
  for (const from of places()) {
    const file = resolveFrom(from, `${name}/package.json`)
    if (file !== null) return (nodeModule.createRequire(from)(file) as { readonly version?: string }).version ?? null
  }
  return null
}

/** Files to look from, nearest first. */
function* places(): Generator<string> {
  const own = ownFile()
  if (own !== null) yield own
  const applications = [process.argv[1], path.join(process.cwd(), 'index.js')].filter(file => file !== undefined)
  for (const application of applications) {
    if (!path.isAbsolute(application)) continue
    const installed = resolveFrom(application, '@spanguard/runtime/package.json')
    if (installed !== null) yield installed
    yield application
  }
}

/** This file, where that is known. webpack takes the question for answered in ES modules too, where the name then throws. */
function ownFile(): string | null {
  try {
    return typeof __filename === 'string' ? __filename : null
  } catch {
    return null
  }
}

function resolveFrom(from: string, name: string): string | null {
  try {
    return nodeModule.createRequire(from).resolve(name)
  } catch {
    return null
  }
}
