import type { FrameworkDescriptor, HandlerRow } from './descriptor.js'

/** Processors of Bull and BullMQ are given the same jobs. */
const traceProcessor: FrameworkDescriptor['insert'] = { module: '@spanguard/runtime/bullmq', export: 'traceProcessor', wrap: '{import}({handler})', as: 'suggestion' }

/** BullMQ 4 and 5. Source: docs.bullmq.io/guide/workers. */
export const bullmq: FrameworkDescriptor = {
  name: 'bullmq',
  label: 'BullMQ',
  kind: 'consumer',
  modules: ['bullmq'],
  objects: { worker: [{ module: 'bullmq', export: 'Worker', as: 'new' }] },
  roots: ['worker'],
  handlers: [{ call: { module: 'bullmq', export: 'Worker', as: 'new' }, path: 0, handler: 1 }],
  tracedBy: [
    { module: '@spanguard/runtime', export: 'withSpan' },
    { module: '@spanguard/runtime/bullmq', export: '*' },
    { module: 'bullmq-otel', export: '*' },
  ],
  insert: traceProcessor,
}

/** Bull 4, whose jobs look to a processor as those of BullMQ. Source: the README of bull. */
export const bull: FrameworkDescriptor = {
  name: 'bull',
  label: 'Bull',
  kind: 'consumer',
  modules: ['bull'],
  objects: {
    queue: [
      { module: 'bull', export: 'default', as: 'either' },
      { module: 'bull', type: 'Queue' },
    ],
  },
  roots: ['queue'],
  handlers: [{ on: 'queue', methods: ['process'], handler: 'last' }],
  tracedBy: [
    { module: '@spanguard/runtime', export: 'withSpan' },
    { module: '@spanguard/runtime/bullmq', export: '*' },
  ],
  insert: traceProcessor,
}

/** kafkajs 2. Source: kafka.js.org/docs/consuming. */
export const kafkajs: FrameworkDescriptor = {
  name: 'kafkajs',
  label: 'kafkajs',
  kind: 'consumer',
  modules: ['@confluentinc/kafka-javascript', 'kafkajs'],
  objects: {
    client: [
      { module: 'kafkajs', export: 'Kafka', as: 'new' },
      { module: 'kafkajs', type: 'Kafka' },
      { module: '@confluentinc/kafka-javascript', export: 'KafkaJS.Kafka', as: 'new' },
    ],
    consumer: [
      { of: 'client', method: 'consumer' },
      { module: 'kafkajs', type: 'Consumer' },
    ],
  },
  roots: ['consumer'],
  handlers: [{ on: 'consumer', methods: ['run'], handler: 0, handlerProperties: ['eachBatch', 'eachMessage'] }],
  tracedBy: [
    { module: '@spanguard/runtime', export: 'withSpan' },
    { module: '@spanguard/runtime/kafka', export: '*' },
  ],
  insert: { module: '@spanguard/runtime/kafka', export: 'traceMessage', wrap: '{import}({handler})', as: 'suggestion' },
}

const amqpModules = ['amqplib', 'amqplib/callback_api.js', 'amqplib/callback_api']

/** amqplib, with promises and with callbacks. Source: amqp-node.github.io/amqplib/channel_api.html. */
export const amqplib: FrameworkDescriptor = {
  name: 'amqplib',
  label: 'amqplib',
  kind: 'consumer',
  modules: ['amqp-connection-manager', ...amqpModules],
  objects: {
    connection: [
      ...amqpModules.flatMap((module) => [
        { module, export: 'connect', as: 'call' as const },
        { module, export: 'connect', as: 'call' as const, callback: 1 },
        { module, type: 'Connection' },
        { module, type: 'ChannelModel' },
      ]),
      { module: 'amqp-connection-manager', export: 'connect', as: 'call' },
    ],
    channel: [
      ...['createChannel', 'createConfirmChannel'].flatMap((method) => [
        { of: 'connection', method },
        { of: 'connection', method, callback: 1 },
      ]),
      ...amqpModules.flatMap((module) => [
        { module, type: 'Channel' },
        { module, type: 'ConfirmChannel' },
      ]),
    ],
  },
  roots: ['channel'],
  handlers: [{ on: 'channel', methods: ['consume'], path: 0, handler: 1 }],
  tracedBy: [
    { module: '@spanguard/runtime', export: 'withSpan' },
    { module: '@spanguard/runtime/amqp', export: '*' },
  ],
  insert: { module: '@spanguard/runtime/amqp', export: 'traceConsumer', wrap: '{import}({handler})', as: 'suggestion' },
}

const natsModules = ['@nats-io/nats-core', '@nats-io/transport-node', 'nats']

/** NATS clients 2 and 3. Source: the README of nats.js, "Subscriptions" and "Services". A subscription read by `for await` has no callback and is not seen. */
export const nats: FrameworkDescriptor = {
  name: 'nats',
  label: 'NATS',
  kind: 'consumer',
  modules: natsModules,
  objects: {
    connection: natsModules.flatMap((module) => [
      { module, export: 'connect', as: 'call' as const },
      { module, type: 'NatsConnection' },
    ]),
  },
  roots: ['connection'],
  handlers: [{ on: 'connection', methods: ['subscribe'], path: 0, handler: 1, handlerProperties: ['callback'] }],
  tracedBy: [
    { module: '@spanguard/runtime', export: 'withSpan' },
    { module: '@spanguard/runtime/nats', export: '*' },
  ],
  insert: { module: '@spanguard/runtime/nats', export: 'traceCallback', wrap: '{import}({handler})', as: 'suggestion' },
}

const cronCalls: readonly { module: string; export: string; as: 'call' | 'new' | 'either'; handler: number }[] = [
  { module: 'cron', export: 'CronJob', as: 'new', handler: 1 },
  { module: 'croner', export: 'Cron', as: 'either', handler: 1 },
  { module: 'croner', export: 'default', as: 'either', handler: 1 },
  { module: 'node-cron', export: 'schedule', as: 'call', handler: 1 },
  { module: 'node-schedule', export: 'scheduleJob', as: 'call', handler: 1 },
]

/** Jobs of node-cron, cron, croner and node-schedule. Source: each package's README. */
export const cron: FrameworkDescriptor = {
  name: 'cron',
  label: 'Cron',
  kind: 'consumer',
  scheduled: true,
  modules: ['cron', 'croner', 'node-cron', 'node-schedule'],
  objects: {
    job: cronCalls.map(({ module, export: name, as }) => ({ module, export: name, as })),
    cronJob: [{ module: 'cron', export: 'CronJob.from', as: 'call' }],
  },
  roots: ['job', 'cronJob'],
  handlers: [
    ...cronCalls.map(({ module, export: name, as, handler }): HandlerRow => ({ call: { module, export: name, as }, handler })),
    { call: { module: 'cron', export: 'CronJob.from', as: 'call' }, handler: 0, handlerProperties: ['onTick'] },
  ],
  tracedBy: [
    { module: '@spanguard/runtime', export: 'withSpan' },
    { module: '@sentry/node', export: 'cron.*' },
  ],
  insert: { module: '@spanguard/runtime', export: 'withSpan', spanAction: 'run', as: 'suggestion' },
}
