import { readFileSync } from 'node:fs'
import { Module } from 'node:module'
import path from 'node:path'
import { context, propagation, trace, type ContextManager, type TextMapPropagator, type TracerProvider } from '@opentelemetry/api'

/**
 * Registers the three globals. Returns null, or the sentence that says why spans of this process do not come to us.
 * The API never throws and tells only by what it returns.
 */
export function registerGlobals(
  provider: TracerProvider,
  contextManager: ContextManager,
  propagator: TextMapPropagator | null,
  warn: (message: string) => void,
): string | null {
  const before = registeredApi()
  const foreign = before?.['trace'] !== undefined
  if (!trace.setGlobalTracerProvider(provider)) {
    if (foreign) return 'another tracer provider is registered already'
    const version = typeof before?.['version'] === 'string' ? before['version'] : 'unknown'
    return `another copy of @opentelemetry/api (${version}) was used first`
  }
  const copy = newerApiCopy()
  if (copy !== null) {
    trace.disable()
    return copy
  }
  if (!context.setGlobalContextManager(contextManager)) {
    // Somebody's manager works as well as ours, and taking it away would break contexts that are alive.
    warn('a context manager was registered before; it is used')
  }
  if (propagator !== null && !propagation.setGlobalPropagator(propagator)) {
    warn('a propagator was registered before; it is used, and trace context may go out in a form of its own')
  }
  return null
}

/** Gives back what `registerGlobals` took, so that another setup can follow (tests, hot reload). */
export function unregisterGlobals(provider: TracerProvider): void {
  const current = trace.getTracerProvider() as { getDelegate?: () => TracerProvider }
  if ((current.getDelegate?.() ?? current) !== provider) return
  trace.disable()
  context.disable()
  propagation.disable()
}

/**
 * A copy of the API that is newer than the registered one sees nothing of it: an older minor version may not stand in for
 * a newer one. Looks at the copies that are loaded so far.
 */
export function newerApiCopy(): string | null {
  const copies = loadedApiCopies()
  if (copies.length < 2) return null
  const registered = registeredApi()?.['version']
  if (typeof registered !== 'string') return null
  const newer = copies.find(copy => minor(copy.version) > minor(registered))
  if (newer === undefined) return null
  return `a second copy of @opentelemetry/api (${newer.version}, in ${newer.folder}) is loaded; its spans are not seen`
}

interface ApiCopy {
  readonly folder: string
  readonly version: string
}

function loadedApiCopies(): ApiCopy[] {
  const cache = (Module as unknown as { _cache?: Record<string, unknown> })._cache ?? {}
  const folders = new Set<string>()
  for (const file of Object.keys(cache)) {
    const match = /^(.*[\\/]@opentelemetry[\\/]api)[\\/]build[\\/]/.exec(file)
    if (match?.[1] !== undefined) folders.add(match[1])
  }
  return [...folders].flatMap(folder => {
    try {
      const { version } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as { version?: unknown }
      return typeof version === 'string' ? [{ folder, version }] : []
    } catch {
      return []
    }
  })
}

function minor(version: string): number {
  return Number(version.split('.')[1] ?? 0)
}

function registeredApi(): Record<string, unknown> | undefined {
  const api = (globalThis as { [key: symbol]: unknown })[Symbol.for('opentelemetry.js.api.1')]
  return typeof api === 'object' && api !== null ? (api as Record<string, unknown>) : undefined
}
