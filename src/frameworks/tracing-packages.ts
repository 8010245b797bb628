/**
 * Packages that trace a service when they are among its dependencies: OpenTelemetry SDKs and instrumentations, distributions
 * of vendors, other APMs. Which of them starts, and when, only the whole program can tell. Sorted. A trailing `*` stands for
 * any rest of the name. `@opentelemetry/api` alone is not one: it does nothing without an SDK. Source: the OpenTelemetry
 * registry (opentelemetry.io/ecosystem/registry, language js) and the vendors' install pages.
 */
export const tracingPackages: readonly string[] = [
  '@appsignal/nodejs',
  '@appsignal/opentelemetry-*',
  '@autotelic/fastify-opentelemetry',
  '@aws-lambda-powertools/tracer',
  '@aws/aws-distro-opentelemetry-node-autoinstrumentation',
  '@azure/monitor-opentelemetry',
  '@azure/monitor-opentelemetry-exporter',
  '@baselime/*',
  '@dynatrace/oneagent',
  '@dynatrace/opentelemetry-*',
  '@elastic/opentelemetry-node',
  '@fastify/otel',
  '@google-cloud/opentelemetry-cloud-trace-exporter',
  '@google-cloud/trace-agent',
  '@honeycombio/opentelemetry-node',
  '@hono/otel',
  '@hyperdx/node-opentelemetry',
  '@instana/*',
  '@logfire/node',
  '@metinseylan/nestjs-opentelemetry',
  '@microlabs/otel-cf-workers',
  '@middleware.io/node-apm',
  '@newrelic/*',
  '@opentelemetry/auto-instrumentations-*',
  '@opentelemetry/exporter-*',
  '@opentelemetry/instrumentation',
  '@opentelemetry/instrumentation-*',
  '@opentelemetry/node',
  '@opentelemetry/plugin-*',
  '@opentelemetry/sdk-*',
  '@opentelemetry/tracing',
  '@sentry/aws-serverless',
  '@sentry/bun',
  '@sentry/cloudflare',
  '@sentry/google-cloud-serverless',
  '@sentry/nestjs',
  '@sentry/nextjs',
  '@sentry/node',
  '@sentry/node-core',
  '@sentry/opentelemetry',
  '@sentry/remix',
  '@sentry/serverless',
  '@sentry/tracing',
  '@signalfx/splunk-otel',
  '@splunk/otel',
  '@traceloop/node-server-sdk',
  '@uptrace/node',
  '@vercel/otel',
  'appdynamics',
  'applicationinsights',
  'aws-xray-sdk',
  'aws-xray-sdk-*',
  'bullmq-otel',
  'datadog-lambda-js',
  'dd-trace',
  'elastic-apm-node',
  'fastify-opentelemetry',
  'jaeger-client',
  'lightstep-tracer',
  'nestjs-otel',
  'newrelic',
  'opentelemetry-instrumentation-*',
  'scout-apm',
  'skywalking-backend-js',
  'zipkin',
  'zipkin-*',
]

const prefixes = tracingPackages.filter((name) => name.endsWith('*')).map((name) => name.slice(0, -1))
const names = new Set(tracingPackages)

/** Does a package of this name trace the service that depends on it? `@spanguard/runtime` is not meant: its middleware is expected. */
export function isTracingPackage(name: string): boolean {
  return names.has(name) || prefixes.some((prefix) => name.startsWith(prefix))
}
