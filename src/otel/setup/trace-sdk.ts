import type { SetupExport, Successor } from './setup-export.js'

/**
 * Packages that export the trace SDK. `-base`, `-node` and `-web` end with line 2; `sdk-trace` (since 2.9) takes their
 * place in line 3; the last three are what line 0 called them. Read from the published packages 1.30.1, 2.12 and 3.1.1.
 */
export const traceSdkModules: ReadonlySet<string> = new Set([
  '@opentelemetry/node',
  '@opentelemetry/sdk-trace',
  '@opentelemetry/sdk-trace-base',
  '@opentelemetry/sdk-trace-node',
  '@opentelemetry/sdk-trace-web',
  '@opentelemetry/tracing',
  '@opentelemetry/web',
])

const tracerProvider: Successor = { removedIn: 3, instead: '`TracerProvider` of "@opentelemetry/sdk-trace"' }

/** What they export that sets tracing up. Sources: the packages' index files, doc/upgrade-to-2.x.md, sdk-trace's README. */
export const traceSdk: Readonly<Record<string, SetupExport>> = {
  AlwaysOffSampler: { role: 'sampler', decides: 'never' },
  AlwaysOnSampler: { role: 'sampler', decides: 'always' },
  // `register()` of this class was removed in line 2.
  BasicTracerProvider: {
    role: 'provider',
    registeredBy: ['register'],
    exportsByDefault: false,
    successor: tracerProvider,
  },
  BatchSpanProcessor: { role: 'processor', sends: 'batches' },
  ConsoleSpanExporter: { role: 'exporter', to: 'console' },
  InMemorySpanExporter: { role: 'exporter', to: 'memory' },
  NodeTracerProvider: {
    role: 'provider',
    registeredBy: ['register'],
    exportsByDefault: false,
    successor: tracerProvider,
  },
  NoopSpanProcessor: { role: 'processor', sends: 'nothing' },
  ParentBasedSampler: { role: 'sampler', decides: 'parent' },
  SimpleSpanProcessor: { role: 'processor', sends: 'each' },
  TraceIdRatioBasedSampler: { role: 'sampler', decides: 'ratio' },
  TracerProvider: { role: 'provider', registeredBy: [], exportsByDefault: false },
  WebTracerProvider: {
    role: 'provider',
    registeredBy: ['register'],
    exportsByDefault: false,
    successor: tracerProvider,
  },
}

/** Packages that set tracing up and exist no more, the line in which they were removed, and what took their place. */
export const removedModules: Readonly<Record<string, Successor>> = {
  '@opentelemetry/exporter-collector': { removedIn: 1, instead: '"@opentelemetry/exporter-trace-otlp-http"' },
  '@opentelemetry/exporter-jaeger': { removedIn: 3, instead: '"@opentelemetry/exporter-trace-otlp-http"' },
  '@opentelemetry/exporter-otlp-grpc': { removedIn: 1, instead: '"@opentelemetry/exporter-trace-otlp-grpc"' },
  '@opentelemetry/exporter-otlp-http': { removedIn: 1, instead: '"@opentelemetry/exporter-trace-otlp-http"' },
  '@opentelemetry/exporter-otlp-proto': { removedIn: 1, instead: '"@opentelemetry/exporter-trace-otlp-proto"' },
  '@opentelemetry/node': { removedIn: 1, instead: '"@opentelemetry/sdk-trace"' },
  '@opentelemetry/sdk-trace-base': { removedIn: 3, instead: '"@opentelemetry/sdk-trace"' },
  '@opentelemetry/sdk-trace-node': { removedIn: 3, instead: '"@opentelemetry/sdk-trace"' },
  '@opentelemetry/sdk-trace-web': { removedIn: 3, instead: '"@opentelemetry/sdk-trace"' },
  '@opentelemetry/tracing': { removedIn: 1, instead: '"@opentelemetry/sdk-trace"' },
  '@opentelemetry/web': { removedIn: 1, instead: '"@opentelemetry/sdk-trace"' },
}
