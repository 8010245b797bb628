import type { KeyClass, Origin, Sink, SpanKind } from '@spanguard/policy'
import type { Problem } from '../problem.js'
import type { HandlerResult } from '../result.js'

interface Entry {
  /** Parts that only the running program knows stand in braces: `GET {route}`. */
  readonly name: string
  /** Absolute path. */
  readonly file: string
  readonly origin: Origin
  /** The services that load the file. */
  readonly services: readonly string[]
  /** The call that makes it: `tracer.startSpan`, or the program's own helper. */
  readonly via: string
}

export interface SpanEntry extends Entry {
  readonly what: 'span'
  readonly form: 'fixed' | 'pattern' | 'unknown'
  /** Absent where the call does not say it. */
  readonly kind: SpanKind | null
  /** `named`; or what the policy finds wrong: no name, one of technical words only, one made anew for every value. */
  readonly class: 'named' | 'unnamed' | 'technical' | 'dynamic' | 'sensitive'
  /** The keys that the call itself writes. */
  readonly attributes: readonly string[]
}

export interface AttributeEntry extends Entry {
  readonly what: 'attribute'
  readonly form: 'fixed' | 'pattern' | 'unknown'
  /** What it is written to. */
  readonly sink: Sink
  /** By its key; `sensitive` and `unbounded` where the value says so, `dynamic` where the key is not known. */
  readonly class: KeyClass | 'sensitive' | 'unbounded' | 'dynamic'
  /** As OpenTelemetry names types; null where the program does not show it. */
  readonly type: AttributeType | null
  /** Values that are written out in the program; none of what is sensitive. */
  readonly values: readonly (string | number | boolean)[]
}

export type AttributeType = 'string' | 'int' | 'double' | 'boolean' | 'string[]' | 'double[]' | 'boolean[]'

export interface EventEntry extends Entry {
  readonly what: 'event'
  readonly form: 'fixed' | 'pattern' | 'unknown'
  readonly class: 'named' | 'dynamic' | 'sensitive'
}

export interface HandlerEntry extends Entry {
  readonly what: 'handler'
  readonly framework: string
  readonly class: HandlerResult['status']
}

export type InventoryEntry = SpanEntry | AttributeEntry | EventEntry | HandlerEntry

/** Everything that a program writes into traces, and where. */
export interface Inventory {
  /** Absolute; reports write paths relative to it. */
  readonly root: string
  /** By service (those of the packages that are no service first), then kind, then name. */
  readonly entries: readonly InventoryEntry[]
  readonly problems: readonly Problem[]
}

/** What stands in one inventory and not in the other. Places that moved change nothing. */
export interface InventoryDiff {
  readonly root: string
  /** What it is compared with, as it was given: `origin/main`. */
  readonly against: string
  readonly added: readonly InventoryEntry[]
  readonly removed: readonly InventoryEntry[]
  readonly problems: readonly Problem[]
}
