import { matchesModule } from './modules.js'
import { openTelemetryApi, openTelemetryResources, openTelemetrySdk } from './opentelemetry.js'
import { spanguardRuntime } from './spanguard-runtime.js'
import type { ExportRow, TracingApi } from './tracing-api.js'

export { domFactories, lookAlikeModules, lookAlikeTypes, tracesWithAnother } from './look-alikes.js'
export { matchesModule } from './modules.js'
export { getMethodRow, KEY_OF_TABLE, likelyReceiver, receiverMethods, spanOnlyMethods, spanTypeMembers, tracerOnlyMethods } from './receivers.js'
export type { CallRow, ExportRow, TracingApi } from './tracing-api.js'

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
