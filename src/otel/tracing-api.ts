import type { ArgumentPlace, Sink } from '@spanguard/policy'

/** What an object of a tracing API is. `borrowed` spans are `span` with a mark of their own on the call that gave them. */
export type ReceiverKind =
  | 'api'
  | 'trace-api'
  | 'tracer-provider'
  | 'tracer'
  | 'span'
  | 'context-api'
  | 'context'
  | 'propagation-api'
  | 'baggage'
  | 'metrics-api'
  | 'meter-provider'
  | 'meter'
  | 'instrument'
  | 'resource'

/** What a call says about a trace: which argument is what, and what the call gives back. Arguments count from 0. */
export interface CallRow {
  readonly fact?:
    | 'span-start'
    | 'span-rename'
    | 'attribute-write'
    | 'event-write'
    | 'exception-write'
    | 'status-write'
    | 'span-end'
    | 'baggage-write'
    | 'metric-write'
    | 'propagation'
  /** The name of a span or event. */
  readonly name?: ArgumentPlace
  /** Span options: an object with `attributes`, `kind`, `links`. `'any'`: the object among the arguments behind the name. */
  readonly options?: ArgumentPlace | 'any'
  /** What stands at `options` may be the attributes themselves. */
  readonly bare?: boolean
  /** The function that runs inside the span. `'function'`: the function among the arguments behind the name. */
  readonly callback?: number | 'function'
  readonly active?: boolean
  readonly ends?: boolean
  readonly records?: boolean
  readonly key?: number
  readonly value?: number
  /** An object whose properties are attributes. */
  readonly bag?: ArgumentPlace
  readonly sink?: Sink
  /** What a declared helper does besides, by its arguments. */
  readonly also?: AlsoRow
  readonly direction?: 'inject' | 'extract'
  readonly returns?: ReceiverKind
  /** What the callback's first parameter is. */
  readonly callbackReceives?: ReceiverKind
  /** What is returned belongs to somebody else. */
  readonly borrowed?: boolean
}

/** What a declared helper does to a span besides its row's one fact. */
export interface AlsoRow {
  readonly rename?: ArgumentPlace
  readonly event?: ArgumentPlace
  readonly statusMessage?: ArgumentPlace
  /** Single attributes; a key that is a text is the key itself. */
  readonly writes?: readonly { readonly key: number | string; readonly value?: ArgumentPlace }[]
}

/** What a module exports under a name: an object, a function, a class or a type of the API. */
export interface ExportRow {
  readonly is?: ReceiverKind
  readonly call?: CallRow
  readonly construct?: CallRow
  /** As a type annotation: what a value of the type is. */
  readonly type?: ReceiverKind
}

/** One tracing API: how a tracer, a span and an attribute write look in it. */
export interface TracingApi {
  readonly name: string
  /** Module names; a trailing `/*` takes in every subpath. */
  readonly modules: readonly string[]
  readonly exports: Readonly<Record<string, ExportRow>>
}
