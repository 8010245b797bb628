import type { ExportRef } from '../../frameworks/index.js'

/**
 * What a call, `new` or import does for a process:
 * `instruments` traces its servers by itself; `provider` makes spans possible but instruments nothing, so that a server needs a
 * middleware; `apm` is another vendor's tracing, which counts only where the config accepts it.
 */
export type SetupEffect = 'instruments' | 'provider' | 'apm'

export interface SetupRow extends ExportRef {
  readonly effect: SetupEffect
  /** The row is a method of what the export makes: `new NodeTracerProvider().register()`. */
  readonly method?: string
  /** False for what makes spans and exports none: without a provider beside it they go nowhere. */
  readonly provides?: false
  /** It traces only when one of these options is given: Sentry without a sample rate reports errors and makes no spans. */
  readonly needs?: readonly string[]
  /** Packages that it loads and that instrument, when they are installed beside it. */
  readonly plugins?: RegExp
  /** The shutdown that ends it belongs to what it returns. */
  readonly shutdown?: readonly string[]
}

/** Calls that set up tracing. Sorted by module. Source: each package's README. */
export const setupRows: readonly SetupRow[] = [
  { module: '@appsignal/nodejs', export: 'Appsignal', as: 'new', effect: 'instruments' },
  { module: '@aws/aws-distro-opentelemetry-node-autoinstrumentation/*', export: '*', as: 'call', effect: 'instruments' },
  { module: '@azure/monitor-opentelemetry', export: 'useAzureMonitor', as: 'call', effect: 'instruments' },
  { module: '@baselime/node-opentelemetry', export: 'BaselimeSDK', as: 'new', effect: 'instruments' },
  { module: '@elastic/opentelemetry-node/sdk', export: 'startNodeSDK', as: 'call', effect: 'instruments' },
  { module: '@fastify/otel', export: 'FastifyOtelInstrumentation', as: 'new', effect: 'instruments', provides: false },
  { module: '@fastify/otel', export: 'default', as: 'new', effect: 'instruments', provides: false },
  { module: '@google-cloud/trace-agent', export: 'start', as: 'call', effect: 'apm' },
  { module: '@honeycombio/opentelemetry-node', export: 'HoneycombSDK', as: 'new', effect: 'instruments', shutdown: ['shutdown'] },
  { module: '@hyperdx/node-opentelemetry', export: 'init', as: 'call', effect: 'instruments' },
  { module: '@hyperdx/node-opentelemetry', export: 'initSDK', as: 'call', effect: 'instruments' },
  { module: '@instana/collector', export: 'default', as: 'call', effect: 'apm' },
  { module: '@logfire/node', export: 'configure', as: 'call', effect: 'instruments' },
  { module: '@microlabs/otel-cf-workers', export: 'instrument', as: 'call', effect: 'instruments' },
  { module: '@opentelemetry/auto-instrumentations-node', export: 'getNodeAutoInstrumentations', as: 'call', effect: 'instruments', provides: false },
  { module: '@opentelemetry/instrumentation', export: 'registerInstrumentations', as: 'call', effect: 'instruments', provides: false },
  { module: '@opentelemetry/node', export: 'NodeTracerProvider', as: 'new', effect: 'provider', plugins: /^@opentelemetry\/plugin-/u, shutdown: ['forceFlush', 'shutdown'] },
  { module: '@opentelemetry/sdk-node', export: 'NodeSDK', as: 'new', effect: 'provider', shutdown: ['shutdown'] },
  { module: '@opentelemetry/sdk-node', export: 'startNodeSDK', as: 'call', effect: 'provider', shutdown: ['shutdown'] },
  { module: '@opentelemetry/sdk-trace', export: 'TracerProvider', as: 'new', effect: 'provider', shutdown: ['forceFlush', 'shutdown'] },
  { module: '@opentelemetry/sdk-trace-base', export: 'BasicTracerProvider', as: 'new', effect: 'provider', shutdown: ['forceFlush', 'shutdown'] },
  { module: '@opentelemetry/sdk-trace-node', export: 'NodeTracerProvider', as: 'new', effect: 'provider', shutdown: ['forceFlush', 'shutdown'] },
  { module: '@sentry/*', export: 'init', as: 'call', effect: 'apm', needs: ['enableTracing', 'tracesSampleRate', 'tracesSampler'] },
  { module: '@spanguard/runtime', export: 'initTracing', as: 'call', effect: 'provider' },
  { module: '@spanguard/runtime/next', export: 'register', as: 'call', effect: 'instruments' },
  { module: '@splunk/otel', export: 'start', as: 'call', effect: 'instruments' },
  { module: '@traceloop/node-server-sdk', export: 'initialize', as: 'call', effect: 'instruments' },
  { module: '@uptrace/node', export: 'configureOpentelemetry', as: 'call', effect: 'instruments' },
  // Instruments `fetch` alone, unless it is given others: a server is traced where its framework makes the spans.
  { module: '@vercel/otel', export: 'registerOTel', as: 'call', effect: 'provider' },
  { module: 'applicationinsights', export: 'ApplicationInsightsClient', as: 'new', effect: 'apm' },
  { module: 'applicationinsights', export: 'setup', as: 'call', effect: 'apm' },
  { module: 'dd-trace', export: 'init', as: 'call', effect: 'apm' },
  { module: 'elastic-apm-node', export: 'start', as: 'call', effect: 'apm' },
]

/** Constructors of instrumentations: `new HttpInstrumentation()` patches the module that is loaded after it. */
export const instrumentationModule = /^(?:@opentelemetry\/instrumentation-(?:amqplib|aws-lambda|aws-sdk|bull.*|connect|express|fastify|graphql|grpc|hapi|http|kafkajs|koa|nestjs-core|restify|router|socket\.io|undici)$|opentelemetry-instrumentation-)/u

/** Instrumentations that make server or consumer spans: one of them traces handlers, `undici` or `pg` alone do not. */
export const serverInstrumentation = /(?:amqplib|aws-lambda|connect|express|fastify|graphql|grpc|hapi|http|kafkajs|koa|nestjs|restify|router|bull)/u

/** Calls and modules of OpenTelemetry's own that switch on what the package `auto-instrumentations-node` holds. */
export const autoInstrumentations = '@opentelemetry/auto-instrumentations-node'

/** What makes the span of a framework's handlers. */
export interface ServerInstrumentation {
  readonly by: RegExp
  /** It is part of `auto-instrumentations-node`. */
  readonly auto: boolean
  /** What of `auto-instrumentations-node` must not be left out; `by` where it does not say. */
  readonly needs?: RegExp
}

const overHttp = { by: /instrumentation-http(?:$|\/)/u, auto: true }
/**
 * The instrumentations that make the span of a framework's handlers, by their packages' names. Those of express, koa, Nest and
 * GraphQL only add to the span of a request, which the one of node:http makes. `auto`: it is part of `auto-instrumentations-node`.
 * Proved by test/checker/live.test.ts; source of `auto`: the README of that package.
 */
export const instrumentedBy: Readonly<Record<string, ServerInstrumentation>> = {
  amqplib: { by: /amqp|rabbit/u, auto: true },
  'aws-lambda': { by: /lambda/u, auto: true },
  bull: { by: /bull/u, auto: false },
  bullmq: { by: /bull/u, auto: false },
  cron: { by: /cron|schedule/u, auto: false },
  express: overHttp,
  fastify: { by: /instrumentation-http(?:$|\/)|^@fastify\/otel$/u, auto: true, needs: overHttp.by },
  graphql: overHttp,
  grpc: { by: /grpc/u, auto: true },
  'grpc-core': { by: /grpc/u, auto: true },
  hono: overHttp,
  'inversify-express': overHttp,
  kafkajs: { by: /kafka/u, auto: true },
  koa: overHttp,
  mcp: { by: /mcp/u, auto: false },
  nats: { by: /nats/u, auto: false },
  // Controllers over HTTP, and those of its transports.
  nest: { by: /amqp|bull|cron|grpc|http|kafka|mqtt|nats|redis|schedule|socket/u, auto: true, needs: overHttp.by },
  'node-http': overHttp,
  remix: overHttp,
  'routing-controllers': overHttp,
  trpc: overHttp,
  tsoa: overHttp,
}

export interface SetupModule {
  readonly module: string
  readonly effect: SetupEffect
  /** Of a `provider`: the frameworks whose requests it traces all the same, by the servers of Node that they stand on. */
  readonly serves?: readonly string[]
}

/** What answers over node:http. Next.js makes its spans itself; an MCP server may speak over pipes. */
const onNodeServers = ['express', 'fastify', 'graphql', 'hono', 'inversify-express', 'koa', 'nest', 'node-http', 'remix', 'routing-controllers', 'trpc', 'tsoa']

/** Modules whose import alone sets up tracing. A trailing `/*` takes in every subpath. */
export const setupModules: readonly SetupModule[] = [
  { module: '@appsignal/nodejs/*', effect: 'instruments' },
  { module: '@aws/aws-distro-opentelemetry-node-autoinstrumentation/register', effect: 'instruments' },
  { module: '@elastic/opentelemetry-node', effect: 'instruments' },
  { module: '@hyperdx/node-opentelemetry/build/src/tracing', effect: 'instruments' },
  { module: '@instana/collector/*', effect: 'apm' },
  { module: '@newrelic/*', effect: 'apm' },
  { module: '@opentelemetry/auto-instrumentations-node/register', effect: 'instruments' },
  { module: '@sentry/node/preload', effect: 'apm' },
  // Queues, gRPC and functions are traced by what wraps them.
  { module: '@spanguard/runtime/register', effect: 'provider', serves: onNodeServers },
  { module: '@splunk/otel/instrument', effect: 'instruments' },
  { module: 'dd-trace/*', effect: 'apm' },
  { module: 'elastic-apm-node/*', effect: 'apm' },
  { module: 'newrelic', effect: 'apm' },
  { module: 'skywalking-backend-js', effect: 'apm' },
]

/** Packages whose spans go to the process's provider of OpenTelemetry; other vendors' middleware exports by itself. */
export const needsProvider = /otel|opentelemetry|@spanguard\/runtime/iu

/** What sets up tracing once a file of the framework's exports it again: `export { register } from '@spanguard/runtime/next'`. */
export const reexportedSetups: readonly ExportRef[] = [{ module: '@spanguard/runtime/next', export: 'register' }]

/** Frameworks that make server spans themselves once a provider is registered. Source: nextjs.org/docs/app/guides/open-telemetry. */
export const nativelyTraced: ReadonlySet<string> = new Set(['next'])
