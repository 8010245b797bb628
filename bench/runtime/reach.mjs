/**
 * CPU per call of one way of tracing one client: `node reach.mjs CLIENT VARIANT CALLS`, µs per call of a round each time it is
 * asked. Servers are `SPANGUARD_SERVICES`'; PostgreSQL is `PG_URL`; Kafka's broker `KAFKA`; MongoDB `MONGO_URL`.
 */
import { createRequire } from 'node:module'
import { SpanKind, trace } from '@opentelemetry/api'
import { initTracing } from '@spanguard/runtime'

const [client, variant, calls] = process.argv.slice(2)
const require = createRequire(import.meta.url)
const services = Object.fromEntries((process.env.SPANGUARD_SERVICES ?? '').split(',').map(entry => entry.split('=')))
const at = name => ({ host: services[name].split(':')[0], port: Number(services[name].split(':')[1]) })

const official = {
  pg: ['@opentelemetry/instrumentation-pg', 'PgInstrumentation'],
  mysql2: ['@opentelemetry/instrumentation-mysql2', 'MySQL2Instrumentation'],
  ioredis: ['@opentelemetry/instrumentation-ioredis', 'IORedisInstrumentation'],
  mongodb: ['@opentelemetry/instrumentation-mongodb', 'MongoDBInstrumentation'],
  amqp: ['@opentelemetry/instrumentation-amqplib', 'AmqplibInstrumentation'],
  kafka: ['@opentelemetry/instrumentation-kafkajs', 'KafkaJsInstrumentation'],
}
const isOwn = variant === 'spanguard'
initTracing({ databases: isOwn ? 'auto' : false, sampling: { ratio: variant === 'none' ? 0 : 1 } })
if (variant === 'official') {
  const [name, type] = official[client]
  new (require(name)[type])()
}

const makers = {
  async pg() {
    const pool = new (require('pg').Client)({ connectionString: process.env.PG_URL })
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
    if (isOwn) require('@spanguard/runtime/amqp').traceChannel(channel)
    let done
    await channel.consume(queue, message => {
      channel.ack(message)
      done()
    })
    return () => new Promise(resolve => {
      done = resolve
      channel.sendToQueue(queue, Buffer.from('{}'))
    })
  },
  async kafka() {
    const { Kafka, logLevel } = require('kafkajs')
    const producer = new Kafka({ brokers: [process.env.KAFKA], logLevel: logLevel.NOTHING }).producer()
    if (isOwn) require('@spanguard/runtime/kafka').traceProducer(producer)
    await producer.connect()
    return () => producer.send({ topic: 'bench', messages: [{ value: '{}' }] })
  },
}

const call = await makers[client]()
const tracer = trace.getTracer('bench')
const measure = async count => {
  const before = process.cpuUsage()
  await tracer.startActiveSpan('bench.run', { kind: SpanKind.INTERNAL }, async span => {
    for (let i = 0; i < count; i++) await call()
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
