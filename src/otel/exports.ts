import type { Certainty } from '@spanguard/policy'
import { findTracingExport } from './index.js'
import { lookAlikeModules, lookAlikeTypes } from './look-alikes.js'
import { matchesModule } from './modules.js'
import type { ReceiverKind } from './tracing-api.js'

/** What an expression is in a tracing API, and how that is known. */
export interface Receiver {
  readonly kind: ReceiverKind
  readonly certainty: Certainty
  /** The span belongs to somebody else (`getActiveSpan()`). */
  readonly borrowed: boolean
  /** The API's name as its table has it, or the declared helper's module. */
  readonly api: string
}

/** `other`: it is shown to be something else; null: what it is is not shown. */
export type ReceiverAnswer = Receiver | 'other' | null

/** An export of a module, and members behind it. */
export interface ExportChain {
  readonly module: string
  /** The export's name, `default`, or `*` for the whole module. */
  readonly imported: string
  readonly path: readonly string[]
}

export const openTelemetryApiName = '@opentelemetry/api'

export function certain(kind: ReceiverKind, api: string, borrowed = false): Receiver {
  return { kind, certainty: 'certain', borrowed, api }
}

/** What an export of a module is, its members followed through the API's namespaces. */
export function receiverOfExport({ module, imported, path }: ExportChain): ReceiverAnswer {
  if (matchesModule(module, lookAlikeModules)) return 'other'
  const found = findTracingExport(module, imported)
  if (found === null) return null
  let receiver = found.row.is === undefined ? null : certain(found.row.is, found.api.name)
  for (const name of path) {
    if (receiver === null) return null
    receiver = receiverOfMember(receiver, name)
  }
  return receiver
}

/** What a member of the API's own object is; null for members of anything else. */
export function receiverOfMember(object: Receiver, name: string): Receiver | null {
  if (object.kind !== 'api') return null
  const row = findTracingExport(openTelemetryApiName, name)?.row
  return row?.is === undefined ? null : { ...object, kind: row.is }
}

/** What a value is that a type of a module annotates. */
export function receiverOfType(module: string, imported: string): ReceiverAnswer {
  if (matchesModule(module, lookAlikeModules)) return 'other'
  const found = findTracingExport(module, imported)
  if (found?.row.type !== undefined) return certain(found.row.type, found.api.name)
  return lookAlikeTypes.has(imported) ? 'other' : null
}
