import type { Certainty, Origin, Value } from './facts.js'

/**
 * How spans leave a process, and in which order a process is put together. Like every fact these are plain data; they stand
 * apart from `Fact` because only the setup rules read them.
 */
export type ExportFact = SpanOutput | ExporterEndpoint | SetupOrder | ContextBreak

/** A processor or exporter that sends span by span, or to the console. */
export interface SpanOutput {
  readonly fact: 'span-output'
  /** The class's name at the place where it is made. */
  readonly origin: Origin
  readonly certainty: Certainty
  readonly name: string
  readonly sends: 'each-span' | 'to-console'
  /** It stands under a condition of development or tests, as an opt-in, or as what is left without an endpoint. */
  readonly development: boolean
}

/** Where an exporter sends to, or a secret that it is given. */
export interface ExporterEndpoint {
  readonly fact: 'exporter-endpoint'
  readonly origin: Origin
  readonly certainty: Certainty
  /** The class, function or variable that is told: `OTLPTraceExporter`. */
  readonly name: string
  readonly part:
    | { readonly is: 'url'; readonly value: Value; readonly plain: boolean }
    | { readonly is: 'secret'; readonly key: string; readonly value: Value }
}

/** Setup that runs after a module was loaded that it changes. */
export interface SetupOrder {
  readonly fact: 'setup-order'
  /** The module that came too early. */
  readonly origin: Origin
  readonly certainty: Certainty
  readonly module: string
  /** What should have come first: `'./tracing'`, `NodeSDK`. */
  readonly setup: string
  readonly setupAt: Origin
}

/** A message sent without the trace it belongs to, or received without taking it up. */
export interface ContextBreak {
  readonly fact: 'context-break'
  readonly origin: Origin
  readonly certainty: Certainty
  readonly direction: 'inject' | 'extract'
  /** The call as it is written, shortened: `channel.sendToQueue`. */
  readonly call: string
  /** The option by which the client carries the context itself, as it is written; what has none carries it in the message's headers. */
  readonly option?: string
}
