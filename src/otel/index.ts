import { openTelemetryApi, openTelemetryResources, openTelemetrySdk } from './opentelemetry.js'
import { spanguardRuntime } from './spanguard-runtime.js'
import type { ExportRow, TracingApi } from './tracing-api.js'

export { domFactories, lookAlikeModules, lookAlikeTypes } from './look-alikes.js'
export { getMethodRow, likelyKind, receiverMethods, spanOnlyMethods, spanTypeMembers, tracerOnlyMethods } from './receivers.js'
export type { CallRow, ExportRow, ReceiverKind, TracingApi } from './tracing-api.js'

/** Every tracing API that Spanguard knows; a new one is a new row here. */
export const tracingApis: readonly TracingApi[] = [
  openTelemetryApi,
  openTelemetrySdk,
  openTelemetryResources,
  spanguardRuntime,
]

/**
 * What `exported` of `module` is in a tracing API.
 *
 * @param exported the export's name, `default`, or `*` for the namespace
 */
export function findTracingExport(module: string, exported: string): { api: TracingApi; row: ExportRow } | null {
  for (const api of tracingApis) {
    if (!matchesModule(module, api.modules)) continue
    const row = Object.hasOwn(api.exports, exported) ? api.exports[exported] : undefined
    return row === undefined ? null : { api, row }
  }
  return null
}

const asked = new WeakMap<readonly string[], Map<string, boolean>>()
const ASKED_LIMIT = 2_000

/**
 * Is `module` one of `patterns`? A pattern's trailing `/*` takes in every subpath. The lists are tables and the modules of a
 * code base are few: an answer is kept.
 */
export function matchesModule(module: string, patterns: readonly string[]): boolean {
  let answers = asked.get(patterns)
  if (answers === undefined) {
    answers = new Map()
    asked.set(patterns, answers)
  }
  const known = answers.get(module)
  if (known !== undefined) return known
  const answer = patterns.some((pattern) => (pattern.endsWith('/*') ? module.startsWith(pattern.slice(0, -1)) : module === pattern))
  if (answers.size >= ASKED_LIMIT) answers.clear()
  answers.set(module, answer)
  return answer
}
