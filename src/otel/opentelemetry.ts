import type { TracingApi } from './tracing-api.js'

/** `@opentelemetry/api` 1.9 and 1.10, and what the SDK packages export of the same shapes. */
export const openTelemetryApi: TracingApi = {
  name: '@opentelemetry/api',
  modules: ['@opentelemetry/api', '@opentelemetry/api/*'],
  exports: {
    '*': { is: 'api' },
    Baggage: { type: 'baggage' },
    Context: { type: 'context' },
    Counter: { type: 'instrument' },
    Gauge: { type: 'instrument' },
    Histogram: { type: 'instrument' },
    Meter: { type: 'meter' },
    MeterProvider: { type: 'meter-provider' },
    ProxyTracerProvider: { type: 'tracer-provider' },
    ROOT_CONTEXT: { is: 'context' },
    Span: { type: 'span' },
    Tracer: { type: 'tracer' },
    TracerProvider: { type: 'tracer-provider' },
    UpDownCounter: { type: 'instrument' },
    context: { is: 'context-api' },
    createContextKey: {},
    default: { is: 'api' },
    metrics: { is: 'metrics-api' },
    propagation: { is: 'propagation-api' },
    trace: { is: 'trace-api' },
  },
}

/** The SDK's own classes: `ReadableSpan` is no span to write to. Lines 2 and 3. */
export const openTelemetrySdk: TracingApi = {
  name: '@opentelemetry/sdk-trace',
  modules: [
    '@opentelemetry/sdk-trace',
    '@opentelemetry/sdk-trace-base',
    '@opentelemetry/sdk-trace-node',
    '@opentelemetry/sdk-trace-web',
    '@opentelemetry/tracing',
  ],
  exports: {
    BasicTracerProvider: { type: 'tracer-provider', construct: { returns: 'tracer-provider' } },
    NodeTracerProvider: { type: 'tracer-provider', construct: { returns: 'tracer-provider' } },
    Span: { type: 'span' },
    Tracer: { type: 'tracer' },
    TracerProvider: { type: 'tracer-provider', construct: { returns: 'tracer-provider' } },
    WebTracerProvider: { type: 'tracer-provider', construct: { returns: 'tracer-provider' } },
  },
}

/** `@opentelemetry/resources`: attributes of the resource. */
export const openTelemetryResources: TracingApi = {
  name: '@opentelemetry/resources',
  modules: ['@opentelemetry/resources'],
  exports: {
    Resource: {
      type: 'resource',
      construct: { fact: 'attribute-write', bag: 0, sink: 'resource', returns: 'resource' },
    },
    resourceFromAttributes: {
      call: { fact: 'attribute-write', bag: 0, sink: 'resource', returns: 'resource' },
    },
  },
}
