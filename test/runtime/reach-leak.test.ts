import { setTimeout as sleep } from 'node:timers/promises'
import { initTracing, type Tracing, withSpan } from '@spanguard/runtime'
import { traceChannel } from '@spanguard/runtime/amqp'
import { bullmqTelemetry, traceProcessor } from '@spanguard/runtime/bullmq'
import { traceMessage as traceKafka, traceProducer } from '@spanguard/runtime/kafka'
import { traceConnection } from '@spanguard/runtime/nats'
import { connect } from '@nats-io/transport-node'
import amqplib from 'amqplib'
import { Queue, Worker } from 'bullmq'
import { Redis } from 'ioredis'
import kafkajs from 'kafkajs'
import { MongoClient } from 'mongodb'
import mysql from 'mysql2/promise'
import { headers } from 'nats'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Receiver, startReceiver } from '../otlp-receiver.js'
import { findService, orNowhere, runId } from '../services.js'
import { startMongoServer } from './databases/mongo-server.js'
import { startPostgres } from './databases/postgres.js'
import { startKafkaBroker } from './messaging/kafka-broker.js'

/** Planted in message headers and bodies, keys, SQL texts and parameters, Redis' arguments, Mongo's filters and documents, and errors. */
const secrets = {
  bearer: 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U',
  card: '4111111111111111',
  email: 'jane.doe@customer.example',
  password: 'hunter2-hunter2',
  street: '12 Elm Street Springfield',
} as const
const all = Object.values(secrets).join(' ')
const baggage = `user.email=${encodeURIComponent(secrets.email)},password=${secrets.password}`

let receiver: Receiver
let tracing: Tracing
beforeAll(async () => {
  receiver = await startReceiver()
  tracing = initTracing({ serviceName: 'leak-test', endpoint: receiver.url, signals: false, sampling: { ratio: 1 } })
})
afterAll(async () => {
  await tracing.shutdown()
  await receiver.close()
})

/** The bytes that left, searched for each secret as it is, encoded for URLs and as base64. */
async function expectNoLeak(spans: number): Promise<void> {
  await sleep(40)
  await tracing.flush()
  const bytes = receiver.requests().map(({ body }) => Buffer.from(body).toString('latin1')).join('\n')
  expect(receiver.spans().length).toBeGreaterThanOrEqual(spans)
  receiver.clear()
  const forms = (text: string): string[] => [text, encodeURIComponent(text), Buffer.from(text).toString('base64')]
  expect(Object.entries(secrets).filter(([, text]) => forms(text).some(form => bytes.includes(form))).map(([name]) => name)).toEqual([])
}

const failing = new Error(`no stock for ${all}`)

test('PostgreSQL: texts, parameters, identifiers that are data, and errors that repeat them', { timeout: 120_000 }, async () => {
  const server = await startPostgres()
  const client = new pg.Client({ connectionString: server.url })
  await client.connect()
  try {
    await client.query('CREATE TABLE people (email text UNIQUE, note text)')
    await client.query('INSERT INTO people VALUES ($1, $2)', [secrets.email, all])
    await client.query('INSERT INTO people VALUES ($1, $2)', [secrets.email, all]).catch(() => {})
    await client.query(`SELECT /* ${all} */ '${all}' AS "${secrets.street}" FROM people WHERE note = '${all}' -- ${all}`)
    await client.query(`SELECT '${secrets.password}'::int FROM people`).catch(() => {})
    await client.query(`SELECT * FROM "${secrets.street}"`).catch(() => {})
    await client.query(`${secrets.password} ${all}`).catch(() => {})
    await expectNoLeak(6)
  } finally {
    await client.end()
    await server.stop()
  }
})

test('MongoDB: filters, documents, unknown commands, and errors that repeat them', async () => {
  const server = await startMongoServer()
  const client = await new MongoClient(server.url, { serverApi: '1' }).connect()
  try {
    const people = client.db().collection<{ _id: string; note: string }>('people')
    await people.insertOne({ _id: secrets.email, note: all })
    await people.insertOne({ _id: secrets.email, note: all }).catch(() => {})
    await people.find({ note: all }).toArray()
    await client.db().command({ find: 'people', filter: { [secrets.street]: all } })
    await client.db().command({ unknown: all }).catch(() => {})
    await expectNoLeak(5)
  } finally {
    await client.close()
    await server.close()
  }
})

test('Kafka: keys, headers, values and errors of handlers', async () => {
  const broker = await startKafkaBroker()
  const kafka = new kafkajs.Kafka({ brokers: [broker.address], logLevel: kafkajs.logLevel.NOTHING, retry: { initialRetryTime: 10, retries: 1 } })
  const producer = traceProducer(kafka.producer())
  const consumer = kafka.consumer({ groupId: 'leak' })
  await producer.connect()
  await producer.send({ topic: 'people', messages: [{ key: secrets.email, value: all, headers: { authorization: `Bearer ${secrets.bearer}`, baggage } }] })
  await consumer.connect()
  await consumer.subscribe({ topic: 'people', fromBeginning: true })
  let seen = 0
  await new Promise<void>(resolve => {
    void consumer.run({
      eachMessage: traceKafka(() => {
        if (++seen === 2) resolve()
        return seen === 1 ? Promise.reject(failing) : Promise.resolve()
      }),
    })
  })
  await consumer.disconnect()
  await producer.disconnect()
  await broker.close()
  await expectNoLeak(3)
})

const redis = findService('redis')
describe.skipIf(redis === null)('on Redis', () => {
  const connection = { ...orNowhere(redis), maxRetriesPerRequest: null }
  test('BullMQ: data, results, names that are data, and errors', async () => {
    const name = `leak-${runId}`
    const queue = new Queue(name, { connection, telemetry: bullmqTelemetry() })
    await queue.add(secrets.email, { note: all }, { attempts: 2 })
    let attempts = 0
    const worker = new Worker(name, traceProcessor(() => (++attempts === 1 ? Promise.reject(failing) : Promise.resolve(all))), { connection, telemetry: bullmqTelemetry() })
    await new Promise<void>(resolve => worker.on('completed', () => { resolve() }))
    await worker.close()
    await queue.obliterate({ force: true })
    await queue.close()
    await expectNoLeak(3)
  })

  test('ioredis: keys, values, commands that are data, and errors', async () => {
    const client = new Redis({ ...connection, lazyConnect: true })
    await client.connect()
    await withSpan('cart.keep', async () => {
      await client.set(secrets.email, all, 'EX', 5)
      await client.lpush(secrets.email, all).catch(() => {})
      await client.call(secrets.password, all).catch(() => {})
      await client.eval('return redis.error_reply(ARGV[1])', 0, `NOPE ${all}`).catch(() => {})
    })
    await client.quit()
    await expectNoLeak(4)
  })
})

const rabbit = findService('amqp')
test.skipIf(rabbit === null)('RabbitMQ: routing keys, headers, bodies and errors', async () => {
  const { host, port } = orNowhere(rabbit)
  const connection = await amqplib.connect(`amqp://guest:guest@${host}:${port}`)
  const channel = traceChannel(await connection.createChannel())
  const exchange = `leak-${runId}`
  await channel.assertExchange(exchange, 'topic', { autoDelete: true })
  const { queue } = await channel.assertQueue('', { exclusive: true })
  await channel.bindQueue(queue, exchange, '#')
  const seen = new Promise<void>(resolve => {
    void channel.consume(queue, message => {
      if (message !== null) channel.nack(message, false, false)
      resolve()
    })
  })
  channel.publish(exchange, secrets.email, Buffer.from(all), { headers: { authorization: secrets.bearer, note: all, baggage }, userId: 'guest' })
  await seen
  await channel.close()
  await connection.close()
  await expectNoLeak(2)
})

const nats = findService('nats')
test.skipIf(nats === null)('NATS: subjects, headers and bodies', async () => {
  const { host, port } = orNowhere(nats)
  const connection = traceConnection(await connect({ servers: `${host}:${port}` }))
  const seen = new Promise<void>(resolve => {
    connection.subscribe('people.>', { callback: () => { resolve() } })
  })
  const own = headers()
  own.set('authorization', secrets.bearer)
  own.set('note', all)
  own.set('baggage', baggage)
  connection.publish(`people.${secrets.password}.x.${secrets.card}`, all, { headers: own as never })
  await seen
  await connection.close()
  await expectNoLeak(2)
})

const maria = findService('mysql')
test.skipIf(maria === null)('MySQL: texts with values in them, prepared ones, and errors that repeat them', async () => {
  const connection = await mysql.createConnection({ ...orNowhere(maria), user: 'spanguard', password: 'spanguard', database: 'shop' })
  await connection.query('CREATE TABLE IF NOT EXISTS people (email varchar(60) UNIQUE, note text)')
  await connection.query('DELETE FROM people')
  await connection.execute('INSERT INTO people VALUES (?, ?)', [secrets.email, all])
  await connection.query('INSERT INTO people VALUES (?, ?)', [secrets.email, all]).catch(() => {})
  await connection.query(`SELECT "${all}" FROM people WHERE note = "${all}" # ${all}`)
  await connection.query(`SELECT * FROM \`${secrets.street}\``).catch(() => {})
  await connection.query('DROP TABLE people')
  await connection.end()
  await expectNoLeak(6)
})
