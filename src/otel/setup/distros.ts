import type { SetupExport } from './setup-export.js'

/**
 * Packages that set tracing up in one call or with a class of their own. Read from the published type declarations
 * (November 2026). A vendor's whole agent (dd-trace, newrelic) is no OpenTelemetry setup and does not stand here.
 */
export const distros: Readonly<Record<string, Readonly<Record<string, SetupExport>>>> = {
  '@azure/monitor-opentelemetry': {
    useAzureMonitor: { role: 'distro', ends: 'function', endedBy: 'shutdownAzureMonitor' },
  },
  // `elasticSetupShutdownHandlers` is on by default.
  '@elastic/opentelemetry-node/sdk': { startNodeSDK: { role: 'distro', ends: 'self', samplerOption: 'sampler' } },
  '@honeycombio/opentelemetry-node': {
    HoneycombSDK: { role: 'provider', registeredBy: ['start'], exportsByDefault: true },
  },
  '@hyperdx/node-opentelemetry': {
    init: { role: 'distro', ends: 'self', secretOptions: ['apiKey'] },
    initSDK: { role: 'distro', ends: 'self', secretOptions: ['apiKey'] },
  },
  '@opentelemetry/auto-instrumentations-node': {
    getNodeAutoInstrumentations: { role: 'instrumentations', all: true },
  },
  '@opentelemetry/instrumentation': { registerInstrumentations: { role: 'instrumentations', all: false } },
  '@opentelemetry/sdk-node': {
    NodeSDK: { role: 'provider', registeredBy: ['start'], exportsByDefault: true },
    startNodeSDK: { role: 'distro', ends: 'handle' },
    // Line 3 spells it so; the other one stays as an alias.
    startNodeSdk: { role: 'distro', ends: 'handle' },
  },
  // What it holds goes out with the root span, by Sentry's own client. Source: its `spanExporter.ts`.
  '@sentry/opentelemetry': { SentrySpanProcessor: { role: 'processor', sends: 'nothing' } },
  '@spanguard/runtime': { initTracing: { role: 'distro', ends: 'self' } },
  '@splunk/otel': {
    start: { role: 'distro', ends: 'function', endedBy: 'stop', secretOptions: ['accessToken'], endpointOptions: ['endpoint'] },
  },
  '@vercel/otel': { registerOTel: { role: 'distro', ends: 'self', samplerOption: 'traceSampler' } },
  logfire: { configure: { role: 'distro', ends: 'self', secretOptions: ['token'] } },
}
