import { matchesModule } from './modules.js'

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

/**
 * Tracers of other vendors. A file that imports one of them, and nothing of OpenTelemetry, means that one's by `tracer` and `span`.
 * Sentry and New Relic are not among them: their packages stand beside OpenTelemetry's spans, which other files hand over.
 */
const otherTracers: readonly string[] = [
  '@datadog/*',
  '@elastic/apm-rum',
  '@google-cloud/trace-agent',
  'applicationinsights',
  'aws-xray-sdk',
  'aws-xray-sdk-core',
  'dd-trace',
  'dd-trace/*',
  'elastic-apm-node',
  'jaeger-client',
  'k6',
  'k6/*',
  'lightstep-tracer',
  'opentracing',
  'skywalking-backend-js',
  'zipkin',
]

const LOADED = /\b(?:from|import|require)\s*\(?\s*(['"])([^'"\n]+)\1/g

/** `kind: 'SERVER'`: kinds of OpenTelemetry are numbers. `tracer.endSpan('load')`: its spans are no texts, and are not found by their names. A project's own tracer. */
const OWN_FORM = /\bkind:\s*['"](?:CLIENT|CONSUMER|INTERNAL|PRODUCER|SERVER)['"]|[tT]racer\.(?:end|finish|stop)Span\(\s*['"]/

/** Do the modules that a file's text loads, or the form of its calls, say that its spans are another vendor's, or its own? */
export function tracesWithAnother(text: string): boolean {
  if (OWN_FORM.test(text)) return true
  const modules = [...text.matchAll(LOADED)].map((match) => match[2] ?? '')
  const isOpenTelemetry = modules.some((module) => module.startsWith('@opentelemetry/') || module.startsWith('@spanguard/'))
  return !isOpenTelemetry && modules.some((module) => matchesModule(module, otherTracers))
}
