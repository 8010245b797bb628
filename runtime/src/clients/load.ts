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

/** Files to look from, nearest first. */
function* places(): Generator<string> {
  if (typeof __filename === 'string') yield __filename
  const applications = [process.argv[1], path.join(process.cwd(), 'index.js')].filter(file => file !== undefined)
  for (const application of applications) {
    if (!path.isAbsolute(application)) continue
    const own = resolveOwn(application)
    if (own !== null) yield own
    yield application
  }
}

function resolveOwn(from: string): string | null {
  try {
    return nodeModule.createRequire(from).resolve('@spanguard/runtime/package.json')
  } catch {
    return null
  }
}
