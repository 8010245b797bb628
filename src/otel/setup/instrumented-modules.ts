/**
 * What each instrumentation changes when it is loaded afterwards. Built-in modules are left out: their exports are changed
 * in place as soon as anybody asks for them again. So are undici and, by `@fastify/otel`, Fastify, which are heard through diagnostics
 * channels or take a plugin, and Prisma's client, which asks a global for its tracer at each query. Read from `InstrumentationNodeModuleDefinition` of the published
 * instrumentations.
 */
export const instrumentedBy: Readonly<Record<string, readonly string[]>> = {
  '@opentelemetry/instrumentation-amqplib': ['amqplib', 'amqplib/callback_api'],
  '@opentelemetry/instrumentation-aws-sdk': ['aws-sdk', '@aws-sdk/client-*'],
  '@opentelemetry/instrumentation-bunyan': ['bunyan'],
  '@opentelemetry/instrumentation-cassandra-driver': ['cassandra-driver'],
  '@opentelemetry/instrumentation-connect': ['connect'],
  '@opentelemetry/instrumentation-dataloader': ['dataloader'],
  '@opentelemetry/instrumentation-express': ['express'],
  '@opentelemetry/instrumentation-fastify': ['fastify'],
  '@opentelemetry/instrumentation-generic-pool': ['generic-pool'],
  '@opentelemetry/instrumentation-graphql': ['graphql'],
  '@opentelemetry/instrumentation-grpc': ['@grpc/grpc-js'],
  '@opentelemetry/instrumentation-hapi': ['@hapi/hapi'],
  '@opentelemetry/instrumentation-ioredis': ['ioredis'],
  '@opentelemetry/instrumentation-kafkajs': ['kafkajs'],
  '@opentelemetry/instrumentation-knex': ['knex'],
  '@opentelemetry/instrumentation-koa': ['koa', '@koa/router', 'koa-router'],
  '@opentelemetry/instrumentation-lru-memoizer': ['lru-memoizer'],
  '@opentelemetry/instrumentation-memcached': ['memcached'],
  '@opentelemetry/instrumentation-mongodb': ['mongodb'],
  '@opentelemetry/instrumentation-mongoose': ['mongoose'],
  '@opentelemetry/instrumentation-mysql': ['mysql'],
  '@opentelemetry/instrumentation-mysql2': ['mysql2', 'mysql2/promise'],
  '@opentelemetry/instrumentation-nestjs-core': ['@nestjs/core'],
  '@opentelemetry/instrumentation-openai': ['openai'],
  '@opentelemetry/instrumentation-oracledb': ['oracledb'],
  '@opentelemetry/instrumentation-pg': ['pg', 'pg-pool'],
  '@opentelemetry/instrumentation-pino': ['pino'],
  '@opentelemetry/instrumentation-redis': ['redis', '@redis/client'],
  '@opentelemetry/instrumentation-redis-4': ['redis', '@redis/client'],
  '@opentelemetry/instrumentation-restify': ['restify'],
  '@opentelemetry/instrumentation-router': ['router'],
  '@opentelemetry/instrumentation-sequelize': ['sequelize'],
  '@opentelemetry/instrumentation-socket.io': ['socket.io'],
  '@opentelemetry/instrumentation-tedious': ['tedious'],
  '@opentelemetry/instrumentation-typeorm': ['typeorm'],
  '@opentelemetry/instrumentation-winston': ['winston'],
  'opentelemetry-instrumentation-kafkajs': ['kafkajs'],
}

const all = [...new Set(Object.values(instrumentedBy).flat())]

/** Is this module changed by some instrumentation? */
export function isInstrumentable(module: string): boolean {
  return all.some((pattern) => (pattern.endsWith('*') ? module.startsWith(pattern.slice(0, -1)) : module === pattern))
}

/** Modules whose loading alone sets tracing up. */
export const registerModules: ReadonlySet<string> = new Set([
  '@azure/monitor-opentelemetry/loader',
  '@elastic/opentelemetry-node',
  '@opentelemetry/auto-instrumentations-node/register',
  '@spanguard/runtime/register',
  '@splunk/otel/instrument',
])
