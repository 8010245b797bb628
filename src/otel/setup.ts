import { distros } from './setup/distros.js'
import { exporters } from './setup/exporters.js'
import { traceSdk, traceSdkModules } from './setup/trace-sdk.js'
import { registerModules } from './setup/instrumented-modules.js'
import type { SetupExport } from './setup/setup-export.js'

export { instrumentedBy, isInstrumentable, registerModules } from './setup/instrumented-modules.js'
export { type MessagingClient, messagingClients } from './setup/messaging.js'
export type { ProviderExport, SetupExport } from './setup/setup-export.js'
export { removedModules } from './setup/trace-sdk.js'

/** Modules that set tracing up. */
const modules = [...traceSdkModules, ...Object.keys(distros), ...exporters.flatMap((row) => row.modules)]

/** As they are written between quotes, and the names of what they export. */
const setupModules = new RegExp(`['"\`](?:${modules.map(escape).join('|')})['"\`]`)
const setupNames = new RegExp(
  `\\b(?:${[...new Set([traceSdk, ...Object.values(distros), ...exporters.map((row) => row.exports)].flatMap(Object.keys))].map(escape).join('|')})\\b`,
)

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}

/** What the names of such modules, a project's own included, have in them, and the variables that configure exporters. */
const STEMS = /instrument|otel|telemetry|trac(?:er|ing)/i

/** Without one of these in its text no file sets tracing up, or loads what does. In few words: what has one of the stems is found by it. */
export const setupWords = new RegExp([STEMS.source, ...[...modules, ...registerModules].filter((module) => !STEMS.test(module)).map(escape)].join('|'), 'i')

/** Can a file of this text set tracing up, or load what does? */
export function mayConcernSetup(text: string): boolean {
  return setupWords.test(text)
}

/** Can `findSetupExport` find anything in a file of this text? Most files name no module that sets tracing up. */
export function mayHoldSetup(text: string): boolean {
  return setupModules.test(text) && setupNames.test(text)
}

/** Namespaces of `@opentelemetry/sdk-node` (until SDK 3) that hold all of a trace package. */
const NAMESPACES: ReadonlySet<string> = new Set(['node', 'tracing'])

/**
 * What an export of the SDK, of an exporter or of a distribution is when tracing is set up.
 *
 * @param imported the export's name, `default` or `*` for a whole module
 * @param path the members behind it: `sdk.tracing.SimpleSpanProcessor` is `['tracing', 'SimpleSpanProcessor']`
 * @returns null for everything else, types and metrics included
 */
export function findSetupExport(module: string, imported: string, path: readonly string[]): SetupExport | null {
  const [name, ...rest] = imported === '*' || imported === 'default' ? path : [imported, ...path]
  if (name === undefined) return null
  if (module === '@opentelemetry/sdk-node' && NAMESPACES.has(name)) {
    const [member] = rest
    return member === undefined || rest.length > 1 ? null : getRow(traceSdk, member)
  }
  if (rest.length > 0) return null
  if (traceSdkModules.has(module)) return getRow(traceSdk, name)
  if (Object.hasOwn(distros, module)) return getRow(distros[module] ?? {}, name)
  const exporterRows = exporters.find(({ modules }) => modules.includes(module))
  return exporterRows === undefined ? null : getRow(exporterRows.exports, name)
}

function getRow(rows: Readonly<Record<string, SetupExport>>, name: string): SetupExport | null {
  return Object.hasOwn(rows, name) ? (rows[name] ?? null) : null
}
