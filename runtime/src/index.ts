export { initTracing } from './setup/init-tracing.js'
export { logFields } from './state.js'
export type {
  DatabaseName,
  DropReason,
  ExportProtocol,
  Health,
  KeepOptions,
  LogFields,
  PolicyImport,
  SamplingControl,
  SamplingOptions,
  TlsFiles,
  Tracing,
  TracingOptions,
} from './options.js'
export type { AnyListedAttributes, AttributeKey, DeniedKeys, ListedAttributes, ListedKey, ListedLink, ListedSpan, PolicyKeys } from './spans/attributes.js'
export { captureError, type CaptureOptions } from './spans/capture-error.js'
export { pseudonym, redacted, type PseudonymOptions, type RedactedOptions } from './spans/redacted.js'
export { stage } from './spans/stage.js'
export { Traced, type TracedDecorator } from './spans/traced.js'
export { withSpan, type SpanOptions } from './spans/with-span.js'
