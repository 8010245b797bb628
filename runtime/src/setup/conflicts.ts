import { readFileSync } from 'node:fs'
import { Module } from 'node:module'
import path from 'node:path'
import { context, propagation, trace, type ContextManager, type TextMapPropagator, type TracerProvider } from '@opentelemetry/api'

/** What of the API's globals is ours. */
export interface Registered {
  readonly contexts: boolean
  readonly propagator: boolean
}

/**
 * Registers the three globals. Returns what was taken, or the sentence that says why spans of this process do not come to us.
 * The API never throws and tells only by what it returns.
 */
export function registerGlobals(
  provider: TracerProvider,
  contextManager: ContextManager,
  propagator: TextMapPropagator | null,
  warn: (message: string) => void,
): Registered | string {
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
  tellOtherCopies(provider)
  const contexts = context.setGlobalContextManager(contextManager)
  // Somebody's manager works as well as ours, and taking it away would break contexts that are alive.
  if (!contexts) warn('a context manager was registered before; it is used')
  const isOurs = propagator !== null && propagation.setGlobalPropagator(propagator)
  if (propagator !== null && !isOurs) warn('a propagator was registered before; it is used, and trace context may go out in a form of its own')
  return { contexts, propagator: isOurs }
}

/**
 * Since 1.10 the API has a copy for ES modules and one for CommonJS, which share what is registered. But a tracer that was taken
 * before (as instrumentations that are preloaded take theirs) waits for a provider to be registered by its own copy. So each
 * copy of the registered version is told by registering in its turn; whose turn is last makes no difference.
 */
function tellOtherCopies(provider: TracerProvider): void {
  const version = registeredApi()?.['version']
  for (const copy of loadedApiCopies()) {
    if (copy.version !== version || copy.trace === undefined || copy.trace === trace) continue
    trace.disable()
    copy.trace.setGlobalTracerProvider(provider)
    copy.trace.disable()
    trace.setGlobalTracerProvider(provider)
  }
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
  /** Of its main file, where that is loaded. */
  readonly trace: typeof trace | undefined
}

function loadedApiCopies(): ApiCopy[] {
  const cache = (Module as unknown as { _cache?: Record<string, { readonly exports?: { readonly trace?: typeof trace } } | undefined> })._cache ?? {}
  const folders = new Map<string, typeof trace | undefined>()
  for (const file of Object.keys(cache)) {
    // Line 1.9 is in build/src, 1.10 in dist.
    const match = /^(.*[\\/]@opentelemetry[\\/]api)[\\/](?:build|dist)[\\/](.*)/.exec(file)
    const [, folder, inner = ''] = match ?? []
    if (folder === undefined) continue
    const own = /^(?:src[\\/])?index\.c?js$/.test(inner) ? cache[file]?.exports?.trace : undefined
    if (own !== undefined || !folders.has(folder)) folders.set(folder, own)
  }
  return [...folders].flatMap(([folder, own]) => {
    try {
      const { version } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as { version?: unknown }
      return typeof version === 'string' ? [{ folder, version, trace: own }] : []
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
