/**
 * CPU per call of one way of tracing one client: `node reach.mjs CLIENT VARIANT CALLS`, µs per call of a round each time it is
 * asked. Servers are `SPANGUARD_SERVICES`'; PostgreSQL is `PG_URL`; Kafka's broker `KAFKA`; MongoDB `MONGO_URL`. A broker's call is
 * a message that was sent and has been worked on; gRPC's has its server in the same process.
 */
import { createRequire } from 'node:module'
import { SpanKind, trace } from '@opentelemetry/api'
import { initTracing } from '@spanguard/runtime'

const [client, variant, calls] = process.argv.slice(2)
const require = createRequire(import.meta.url)
const services = Object.fromEntries((process.env.SPANGUARD_SERVICES ?? '').split(',').map(entry => entry.split('=')))
const at = name => ({ host: services[name].split(':')[0], port: Number(services[name].split(':')[1]) })

/** BullMQ's is an option of its classes; the others patch what is required after them. */
const official = {
  pg: ['@opentelemetry/instrumentation-pg', 'PgInstrumentation'],
  mysql2: ['@opentelemetry/instrumentation-mysql2', 'MySQL2Instrumentation'],
  ioredis: ['@opentelemetry/instrumentation-ioredis', 'IORedisInstrumentation'],
  mongodb: ['@opentelemetry/instrumentation-mongodb', 'MongoDBInstrumentation'],
  amqp: ['@opentelemetry/instrumentation-amqplib', 'AmqplibInstrumentation'],
  kafka: ['@opentelemetry/instrumentation-kafkajs', 'KafkaJsInstrumentation'],
  'kafka-consumer': ['@opentelemetry/instrumentation-kafkajs', 'KafkaJsInstrumentation'],
  grpc: ['@opentelemetry/instrumentation-grpc', 'GrpcInstrumentation'],
}
const isOwn = variant === 'spanguard'
const isDatabase = ['pg', 'mysql2', 'ioredis', 'mongodb'].includes(client)
initTracing({ databases: isOwn && isDatabase ? [client] : false, sampling: { ratio: variant === 'none' ? 0 : 1 } })
if (variant === 'official' && client !== 'bullmq') {
  const [name, type] = official[client]
  new (require(name)[type])()
}
const own = isOwn && !isDatabase ? require(`@spanguard/runtime/${client.split('-')[0]}`) : null

/** A call that ends when what it sends has been worked on; `worked` says so. */
function roundTrip(send) {
  let done
  return {
    worked: () => done(),
    call: () =>
      new Promise((resolve, reject) => {
        done = resolve
        Promise.resolve(send()).catch(reject)
      }),
  }
}

function kafkaClient() {
  const { Kafka, logLevel } = require('kafkajs')
  return new Kafka({ brokers: [process.env.KAFKA], logLevel: logLevel.NOTHING })
}

function kafkaProducer() {
  const producer = kafkaClient().producer()
  return own === null ? producer : own.traceProducer(producer)
}

const makers = {
  async pg() {
    const pool = new (require('pg').Client)({ connectionString: process.env.PG_URL })
    // The server may be stopped before this process is.
    pool.on('error', () => {})
    await pool.connect()
    return () => pool.query('SELECT * FROM generate_series(1, 2) AS orders WHERE orders = $1', [1])
  },
  async mysql2() {
    const connection = await require('mysql2/promise').createConnection({ ...at('mysql'), user: 'spanguard', password: 'spanguard', database: 'shop' })
    await connection.query('CREATE TABLE IF NOT EXISTS bench (id int)')
    return () => connection.query('SELECT * FROM bench WHERE id = ?', [1])
  },
  async ioredis() {
    const { Redis } = require('ioredis')
    const redis = new Redis({ ...at('redis'), lazyConnect: true })
    await redis.connect()
    return () => redis.set('bench', 'value')
  },
  async mongodb() {
    const { MongoClient } = require('mongodb')
    const mongo = await new MongoClient(process.env.MONGO_URL, { serverApi: '1' }).connect()
    return () => mongo.db().collection('bench').findOne({ id: 1 })
  },
  async amqp() {
    const { host, port } = at('amqp')
    // Without it each call waits 40 ms for the acknowledgement of the packet before.
    const connection = await require('amqplib').connect(`amqp://guest:guest@${host}:${port}`, { noDelay: true })
    const channel = await connection.createChannel()
    // Each variant is a process of its own, and this queue is one's alone.
    const queue = `bench-${process.pid}`
    await channel.assertQueue(queue, { exclusive: true })
    own?.traceChannel(channel)
    const { call, worked } = roundTrip(() => channel.sendToQueue(queue, Buffer.from('{}')))
    await channel.consume(queue, message => {
      channel.ack(message)
      worked()
    })
    return call
  },
  async kafka() {
    const producer = kafkaProducer()
    await producer.connect()
    return () => producer.send({ topic: 'bench', messages: [{ value: '{}' }] })
  },
  /** Messages that lie in the topic when the round begins, one call each. */
  async 'kafka-consumer'() {
    const topic = `bench-${process.pid}`
    const producer = kafkaProducer()
    await producer.connect()
    const consumer = kafkaClient().consumer({ groupId: topic })
    await consumer.connect()
    await consumer.subscribe({ topic, fromBeginning: true })
    let left = 0
    let done
    const eachMessage = async () => {
      if (--left === 0) done()
    }
    await consumer.run({ eachMessage: own === null ? eachMessage : own.traceMessage(eachMessage) })
    const all = () => new Promise(resolve => (done = resolve))
    return {
      async prepare(count) {
        consumer.pause([{ topic }])
        left = count
        await Promise.all(Array.from({ length: count }, () => producer.send({ topic, messages: [{ value: '{}' }] })))
      },
      async run() {
        const worked = all()
        consumer.resume([{ topic }])
        await worked
      },
    }
  },
  async bullmq() {
    const { Queue, Worker } = require('bullmq')
    const telemetry = own?.bullmqTelemetry() ?? (variant === 'official' ? new (require('bullmq-otel').BullMQOtel)('bench') : undefined)
    const options = { connection: { ...at('redis'), maxRetriesPerRequest: null }, ...(telemetry !== undefined && { telemetry }) }
    const name = `bench-${process.pid}`
    const queue = new Queue(name, options)
    const { call, worked } = roundTrip(() => queue.add('bench', {}, { removeOnComplete: true }))
    const worker = new Worker(name, async () => {}, options)
    worker.on('completed', worked)
    return call
  },
  async nats() {
    const plain = await require('@nats-io/transport-node').connect({ servers: services.nats })
    const connection = own === null ? plain : own.traceConnection(plain)
    // Heard by this process alone.
    const subject = `bench.${process.pid}`
    const { call, worked } = roundTrip(() => connection.publish(subject, '{}'))
    connection.subscribe(subject, { callback: () => worked() })
    await connection.flush()
    return call
  },
  async grpc() {
    // Required, so that the instrumentation sees it.
    const grpc = require('@grpc/grpc-js')
    const identity = bytes => bytes
    const Get = { path: '/bench.v1.Orders/Get', requestStream: false, responseStream: false, requestSerialize: identity, requestDeserialize: identity, responseSerialize: identity, responseDeserialize: identity }
    const server = new grpc.Server({ interceptors: own === null ? [] : [own.tracingServerInterceptor()] })
    server.addService({ Get }, { Get: (call, callback) => callback(null, call.request) })
    const port = await new Promise(resolve => server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (_, bound) => resolve(bound)))
    const Client = grpc.makeGenericClientConstructor({ Get }, 'Orders')
    const orders = new Client(`127.0.0.1:${port}`, grpc.credentials.createInsecure(), { interceptors: own === null ? [] : [own.tracingClientInterceptor()] })
    const message = Buffer.from('{"id":42}')
    return () => new Promise((resolve, reject) => orders.Get(message, error => (error ? reject(error) : resolve())))
  },
}

const made = await makers[client]()
const { prepare, run } =
  typeof made === 'function'
    ? {
        prepare() {},
        async run(count) {
          for (let i = 0; i < count; i++) await made()
        },
      }
    : made
const tracer = trace.getTracer('bench')
const measure = async count => {
  await prepare(count)
  const before = process.cpuUsage()
  await tracer.startActiveSpan('bench.run', { kind: SpanKind.INTERNAL }, async span => {
    await run(count)
    span.end()
  })
  const { user, system } = process.cpuUsage(before)
  return (user + system) / count
}
await measure(Number(calls))
process.send('warm')
// One round each time it is asked, so that the variants take turns on the same machine.
process.on('message', async () => {
  process.send(await measure(Number(calls)))
})
process.on('disconnect', () => process.exit(0))
