/** How messages leave and enter a process through a client: what makes the object, and what it is asked to do. */
export interface MessagingClient {
  readonly name: string
  /** Packages that hold the client. A trailing `/*` takes in every subpath or package of a scope. */
  readonly modules: readonly string[]
  /** Methods that give the object which sends or receives (`createChannel`), awaited or not. */
  readonly madeBy: readonly string[]
  /** Classes whose instances send or receive. */
  readonly classes: readonly string[]
  readonly sends: readonly string[]
  readonly receives: readonly string[]
  /** Classes that receive by being made with a handler. */
  readonly receivers: readonly string[]
  /** An option of the class that carries the context by itself, and how it is given, for messages. */
  readonly option?: { readonly name: string; readonly written: string }
  /** The runtime's module whose wrappers carry the context. */
  readonly wrappers: string
  /** Instrumentations that carry the context by themselves. */
  readonly instrumentations: readonly string[]
}

const AUTO = '@opentelemetry/auto-instrumentations-node'

/** Message clients of Node.js, by their own documentation. */
export const messagingClients: readonly MessagingClient[] = [
  {
    name: 'amqplib',
    modules: ['amqplib', 'amqplib/callback_api'],
    madeBy: ['createChannel', 'createConfirmChannel'],
    classes: [],
    sends: ['publish', 'sendToQueue'],
    receives: ['consume'],
    receivers: [],
    wrappers: '@spanguard/runtime/amqp',
    instrumentations: [AUTO, '@opentelemetry/instrumentation-amqplib'],
  },
  {
    name: 'bullmq',
    modules: ['bullmq'],
    madeBy: [],
    classes: ['Queue'],
    sends: ['add', 'addBulk'],
    receives: [],
    receivers: ['Worker'],
    option: { name: 'telemetry', written: '`telemetry: bullmqTelemetry()` of "@spanguard/runtime/bullmq", or that of "bullmq-otel"' },
    wrappers: '@spanguard/runtime/bullmq',
    instrumentations: ['@appsignal/opentelemetry-instrumentation-bullmq', 'bullmq-otel'],
  },
  {
    name: 'kafkajs',
    modules: ['kafkajs'],
    madeBy: ['consumer', 'producer'],
    classes: [],
    sends: ['send', 'sendBatch'],
    receives: ['run'],
    receivers: [],
    wrappers: '@spanguard/runtime/kafka',
    instrumentations: [AUTO, '@opentelemetry/instrumentation-kafkajs', 'opentelemetry-instrumentation-kafkajs'],
  },
  {
    name: 'nats',
    modules: ['@nats-io/*', 'nats'],
    madeBy: ['connect'],
    classes: [],
    sends: ['publish', 'request'],
    receives: ['subscribe'],
    receivers: [],
    wrappers: '@spanguard/runtime/nats',
    instrumentations: [],
  },
]
