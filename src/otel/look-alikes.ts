/**
 * Modules whose spans, tracers and `setAttribute` look like OpenTelemetry's and are something else. What is imported from
 * them, made by them or annotated with their types is no span. A trailing `/*` takes in every subpath.
 */
export const lookAlikeModules: readonly string[] = [
  '@datadog/*',
  '@elastic/apm-rum',
  '@sentry/*',
  'applicationinsights',
  'aws-xray-sdk',
  'aws-xray-sdk-core',
  'dd-trace',
  'dd-trace/*',
  'elastic-apm-node',
  'jsdom',
  'k6',
  'k6/*',
  'newrelic',
  'opentracing',
  'sequelize',
  'sequelize-typescript',
  '@opentelemetry/api-logs',
  '@opentelemetry/sdk-logs',
]

/** Types of the DOM, of log records and of ORMs that have `setAttribute(s)` too. */
export const lookAlikeTypes: ReadonlySet<string> = new Set([
  'BufferAttribute',
  'Document',
  'Element',
  'HTMLAnchorElement',
  'HTMLElement',
  'HTMLSpanElement',
  'LogRecord',
  'Model',
  'SVGElement',
  'SdkLogRecord',
])

/** Calls that give a DOM node. */
export const domFactories: ReadonlySet<string> = new Set([
  'closest',
  'cloneNode',
  'createElement',
  'createElementNS',
  'getElementById',
  'querySelector',
])
