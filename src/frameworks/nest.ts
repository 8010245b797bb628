import type { FrameworkDescriptor } from './descriptor.js'
import { serverTracers } from './tracing-exports.js'

/** NestJS 10 and 11. Source: docs.nestjs.com (controllers, microservices, queues, task scheduling, graphql, gateways). */
export const nest: FrameworkDescriptor = {
  name: 'nest',
  label: 'NestJS',
  kind: 'app',
  modules: [
    '@nestjs/bull',
    '@nestjs/bullmq',
    '@nestjs/common',
    '@nestjs/core',
    '@nestjs/graphql',
    '@nestjs/microservices',
    '@nestjs/schedule',
    '@nestjs/websockets',
  ],
  objects: {
    app: [{ module: '@nestjs/core', export: 'NestFactory.create', as: 'call' }],
    // Serves no HTTP: no middleware traces it, and no module here can say what does.
    microservice: [{ module: '@nestjs/core', export: 'NestFactory.createMicroservice', as: 'call' }],
  },
  roots: ['app'],
  handlers: [],
  middleware: [{ on: 'app', methods: ['use'] }],
  listens: [
    { on: 'app', methods: ['listen', 'startAllMicroservices'] },
    { on: 'microservice', methods: ['listen'] },
  ],
  chains: ['enableShutdownHooks', 'enableVersioning', 'setGlobalPrefix', 'useBodyParser', 'useGlobalFilters', 'useGlobalGuards', 'useGlobalInterceptors', 'useGlobalPipes', 'useWebSocketAdapter'],
  rootModule: {
    argument: 0,
    decorator: { module: '@nestjs/common', export: 'Module' },
    handlers: ['controllers', 'imports', 'providers'],
    list: 'imports',
  },
  decorators: [
    {
      module: '@nestjs/common',
      names: ['All', 'Delete', 'Get', 'Head', 'Options', 'Patch', 'Post', 'Put', 'Search', 'Sse'],
      on: 'method',
      path: 0,
      httpMethod: 'name',
    },
    { module: '@nestjs/bull', names: ['Process'], on: 'method', path: 0 },
    { module: '@nestjs/bullmq', names: ['Processor'], on: 'class', path: 0 },
    { module: '@nestjs/graphql', names: ['Mutation', 'Query', 'Subscription'], on: 'method' },
    {
      module: '@nestjs/microservices',
      names: ['EventPattern', 'GrpcMethod', 'GrpcStreamMethod', 'MessagePattern'],
      on: 'method',
      path: 0,
    },
    { module: '@nestjs/schedule', names: ['Cron', 'Interval', 'Timeout'], on: 'method', path: 0 },
    { module: '@nestjs/websockets', names: ['SubscribeMessage'], on: 'method', path: 0 },
  ],
  tracedBy: [
    ...serverTracers,
    { module: '@metinseylan/nestjs-opentelemetry', export: '*' },
    { module: '@sentry/nestjs/setup', export: 'SentryModule' },
    { module: '@spanguard/runtime/express', export: 'expressTracing' },
    { module: '@spanguard/runtime/nest', export: 'TracingModule' },
    { module: 'nestjs-otel', export: '*' },
  ],
  insert: {
    module: '@spanguard/runtime/nest',
    export: 'TracingModule',
    element: '{import}',
    as: 'fix',
  },
}
