import { diag } from '@opentelemetry/api'

/**
 * What the runtime has to say about itself. It never throws, never repeats itself more than once a minute, and goes to
 * the application's diagnostics logger (`diag.setLogger`) where there is one, else to stderr as one line.
 * `OTEL_LOG_LEVEL` decides what is heard (default: errors and warnings).
 */
export function report(level: 'error' | 'warn' | 'info', key: string, message: string): void {
  try {
    const now = performance.now()
    const last = heard.get(key)
    if (last !== undefined && now - last.at < quietMs) {
      last.unheard++
      return
    }
    const more = last !== undefined && last.unheard > 0 ? ` (${last.unheard} more like this)` : ''
    if (heard.size >= maxKeys) heard.clear()
    heard.set(key, { at: now, unheard: 0 })
    const line = `spanguard: ${message}${more}`
    if (hasDiagLogger()) diag[level](line)
    else if (levels[level] <= currentLevel()) process.stderr.write(`${line}\n`)
  } catch {
    // The runtime's own complaints must never reach the application.
  }
}

/** Forgets what was said, for tests. */
export function resetDiagnostics(): void {
  heard.clear()
}

/** True when somebody called `diag.setLogger`; the API has no question for it. */
export function hasDiagLogger(): boolean {
  const api = (globalThis as { [key: symbol]: unknown })[Symbol.for('opentelemetry.js.api.1')]
  return typeof api === 'object' && api !== null && 'diag' in api
}

const quietMs = 60_000
const heardKey = Symbol.for('@spanguard/runtime/diagnostics')
const maxKeys = 200
interface Heard {
  at: number
  unheard: number
}
/** Of the process: the package may be loaded in both module systems, and each copy has the same to say. */
const scope = globalThis as { [key: symbol]: Map<string, Heard> | undefined }
const heard = (scope[heardKey] ??= new Map<string, Heard>())
const levels = { error: 1, warn: 2, info: 3 } as const
/** https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/ `OTEL_LOG_LEVEL`. */
const levelNames: { readonly [name: string]: number } = {
  none: 0,
  error: 1,
  warn: 2,
  info: 3,
  debug: 4,
  verbose: 5,
  all: 6,
}

function currentLevel(): number {
  return levelNames[(process.env['OTEL_LOG_LEVEL'] ?? 'warn').trim().toLowerCase()] ?? levels.warn
}
