import { setTimeout as sleep } from 'node:timers/promises'
import { initTracing, type Tracing, withSpan } from '@spanguard/runtime'
import { traceChannel } from '@spanguard/runtime/amqp'
import { bullmqTelemetry, traceProcessor } from '@spanguard/runtime/bullmq'
import { traceBatch, traceMessage as traceKafka, traceProducer } from '@spanguard/runtime/kafka'
import { traceConnection } from '@spanguard/runtime/nats'
import { connect } from '@nats-io/transport-node'
import amqplib from 'amqplib'
import callbackApi, { type Channel as CallbackChannel, type Connection } from 'amqplib/callback_api'
import { type Job, Queue, UnrecoverableError, Worker } from 'bullmq'
import { Cluster, Redis } from 'ioredis'
import kafkajs from 'kafkajs'
import { MongoClient } from 'mongodb'
import mysqlCallbacks from 'mysql2'
import mysql from 'mysql2/promise'
import { headers } from 'nats'
import pg from 'pg'
import QueryStream from 'pg-query-stream'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Receiver, startReceiver } from '../otlp-receiver.js'
import { findService, orNowhere, runId } from '../services.js'
import { startMongoServer } from './databases/mongo-server.js'
import { startPostgres } from './databases/postgres.js'
import { startRedisCluster } from './databases/redis-cluster.js'
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

/** What fails inside of a span of the application, which records the error: its message, and whatever the driver put beside it. */
async function failIn(name: string, fails: () => Promise<unknown>): Promise<void> {
  await expect(withSpan(name, fails)).rejects.toThrow()
}

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
    // Prepared, by callback, by a cursor, several at once, what the server says itself, and what spans above record of the error.
    await client.query({ name: secrets.password, text: 'SELECT note FROM people WHERE email = $1', values: [secrets.email] })
    await new Promise(resolve => { client.query('SELECT note FROM people WHERE note = $1', [all], resolve) })
    for await (const row of client.query(new QueryStream('SELECT note FROM people WHERE note = $1', [all], { batchSize: 1 }))) expect(row).toEqual({ note: all })
    await client.query(`SELECT '${all}'; SELECT note FROM people WHERE note = '${all}'`)
    await client.query(`DO $$ BEGIN RAISE EXCEPTION '${all}' USING ERRCODE = 'P0001', DETAIL = '${all}', HINT = '${all}'; END $$`).catch(() => {})
    await client.query(`SET app.person = '${secrets.password}'`)
    await failIn('person.keep', () => client.query('INSERT INTO people VALUES ($1, $2)', [secrets.email, all]))
    await expectNoLeak(7)
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
    await people.insertMany([{ _id: 'a', note: all }, { _id: 'b', note: all }])
    await people.find({ note: all }, { batchSize: 1, comment: all }).toArray()
    await people.aggregate([{ $match: { note: all } }, { $group: { _id: `$${secrets.street}` } }], { comment: all }).toArray()
    await people.updateMany({ note: all }, { $set: { note: `${all}!` } }, { arrayFilters: [{ note: all }] })
    await people.bulkWrite([{ deleteOne: { filter: { note: all } } }, { updateOne: { filter: { note: all }, update: { $set: { note: all } } } }])
    await people.findOneAndUpdate({ note: all }, { $set: { note: all } })
    await people.distinct('note', { note: all })
    await failIn('person.keep', () => people.insertOne({ _id: secrets.email, note: all }))
    await expectNoLeak(10)
    const stream = people.watch([{ $match: { 'fullDocument.note': all } }], { maxAwaitTimeMS: 20, comment: all })
    const change = new Promise<unknown>((resolve, reject) => {
      stream.on('error', reject)
      stream.on('change', resolve)
    })
    await new Promise(resolve => setTimeout(resolve, 60))
    await failIn('person.keep', () =>
      client.withSession(session =>
        session.withTransaction(async () => {
          await people.insertOne({ _id: secrets.card, note: all }, { session })
          await people.updateOne({ _id: secrets.email }, { $set: { note: all } }, { session })
          throw failing
        }),
      ),
    )
    await change
    await stream.close()
    await expectNoLeak(4)
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
  await expectNoLeak(3)
  await producer.sendBatch({ topicMessages: [{ topic: 'notes', messages: [{ key: all, value: all, headers: { note: [all, all], baggage } }, { value: all }] }] })
  await failIn('person.keep', () => producer.send({ topic: 'people', messages: [{ value: undefined as never, headers: { note: all } }] }))
  const batches = kafka.consumer({ groupId: 'leak-batches' })
  await batches.connect()
  await batches.subscribe({ topic: 'notes', fromBeginning: true })
  await new Promise<void>(resolve => {
    void batches.run({
      eachBatch: traceBatch(({ batch }) => {
        expect(batch.messages).toHaveLength(2)
        resolve()
        return Promise.resolve()
      }),
    })
  })
  await batches.disconnect()
  await consumer.disconnect()
  await producer.disconnect()
  await expectNoLeak(4)
  const transactional = traceProducer(kafka.producer({ transactionalId: secrets.password, idempotent: true, maxInFlightRequests: 1 }))
  await transactional.connect()
  const transaction = await transactional.transaction()
  await transaction.send({ topic: 'people', messages: [{ key: secrets.email, value: all, headers: { note: all, baggage } }] })
  await failIn('person.keep', () => transaction.send({ topic: 'people', messages: [{ value: undefined as never, headers: { note: all } }] }))
  await transaction.sendOffsets({ consumerGroupId: 'leak', topics: [{ topic: 'people', partitions: [{ partition: 0, offset: '1' }] }] })
  await transaction.abort()
  await transactional.disconnect()
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
    await expectNoLeak(3)
    await queue.addBulk([{ name: all, data: { note: all }, opts: { jobId: secrets.email.replace(':', '') } }])
    await queue.upsertJobScheduler('tick', { every: 60_000 }, { name: secrets.street, data: { note: all } })
    const logging = new Worker(name, traceProcessor(async (job: Job) => {
      await job.log(all)
      await job.updateProgress({ note: all })
      await job.updateData({ note: `${all}!` })
      throw new UnrecoverableError(all)
    }), { connection, telemetry: bullmqTelemetry() })
    await new Promise<void>(resolve => logging.on('failed', () => { resolve() }))
    await logging.close()
    await queue.obliterate({ force: true })
    await queue.close()
    await expectNoLeak(2)
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
    await expectNoLeak(4)
    client.defineCommand('keepNote', { numberOfKeys: 1, lua: `return redis.call('SET', KEYS[1], ARGV[1]) -- ${all}` })
    await withSpan('cart.keep', async () => {
      await client.pipeline().set(secrets.email, all).lpush(secrets.email, all).exec()
      await client.multi().set(secrets.email, all).get(secrets.email).exec()
      await (client as unknown as { keepNote(key: string, note: string): Promise<unknown> }).keepNote(secrets.email, all)
      await client.mset({ [secrets.street]: all, [secrets.email]: all })
      await client.hset('people', { [secrets.email]: all })
      await client.blpop(secrets.card, 0.01)
      await client.publish(secrets.password, all)
      for await (const found of client.scanStream({ match: secrets.email })) expect(Array.isArray(found)).toBe(true)
    })
    await failIn('cart.keep', () => client.lpush(secrets.email, all))
    await client.quit()
    await expectNoLeak(10)
  })

  test("ioredis' Cluster: keys, values, and errors that repeat them", { timeout: 120_000 }, async () => {
    const servers = await startRedisCluster()
    const cluster = new Cluster(servers.ports.map(port => ({ host: '127.0.0.1', port })), { lazyConnect: true })
    try {
      await cluster.connect()
      await withSpan('cart.keep', async () => {
        await cluster.set(secrets.email, all)
        await cluster.pipeline().set(secrets.email, all).lpush(secrets.email, all).exec()
        await cluster.mget(secrets.card, secrets.email, secrets.password).catch(() => {})
      })
      await failIn('cart.keep', () => cluster.lpush(secrets.email, all))
      await expectNoLeak(6)
    } finally {
      await cluster.quit()
      await servers.stop()
    }
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
  await expectNoLeak(2)
  const confirming = traceChannel(await connection.createConfirmChannel())
  const own = await confirming.assertQueue('', { exclusive: true })
  confirming.sendToQueue(own.queue, Buffer.from(all), { headers: { note: all }, correlationId: all, replyTo: secrets.email, type: all, appId: secrets.street })
  await confirming.waitForConfirms()
  await new Promise<void>(resolve => {
    void confirming.consume(own.queue, async message => {
      if (message !== null) confirming.reject(message, false)
      await failIn('person.keep', () => Promise.reject(failing))
      resolve()
    })
  })
  await channel.close()
  await connection.close()
  await expectNoLeak(3)
  const called = await new Promise<Connection>((resolve, reject) => {
    callbackApi.connect(`amqp://guest:guest@${host}:${port}`, (error: Error | null, made) => { if (error === null) resolve(made); else reject(error) })
  })
  const other = await new Promise<CallbackChannel>(resolve => called.createChannel((_error, made) => { resolve(traceChannel(made)) }))
  const asked = await new Promise<string>(resolve => other.assertQueue('', { exclusive: true }, (_error, { queue: name }) => { resolve(name) }))
  await new Promise<void>(resolve => {
    other.consume(asked, message => {
      if (message !== null) other.nack(message, false, false)
      resolve()
    })
    other.sendToQueue(asked, Buffer.from(all), { headers: { note: all, baggage }, correlationId: all })
  })
  await new Promise(resolve => called.close(resolve))
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
  await expectNoLeak(2)
  connection.subscribe('answers', { callback: (_error, message) => { message.respond(all, { headers: own as never }) } })
  await connection.request('answers', all, { timeout: 2000, headers: own as never })
  await failIn('person.keep', () => connection.request(`nobody.${secrets.password}`, all, { timeout: 100 }))
  await connection.close()
  await expectNoLeak(3)
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
  await connection.query('INSERT INTO people (email, note) VALUES ?', [[[secrets.card, all], [secrets.password, all]]])
  await connection.execute({ sql: 'SELECT note FROM people WHERE note = ?', values: [all] })
  const prepared = await connection.prepare('SELECT note FROM people WHERE note = ?')
  await prepared.execute([all])
  await prepared.close()
  await connection.query(`SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = '${secrets.password}'`).catch(() => {})
  await failIn('person.keep', () => connection.execute('INSERT INTO people VALUES (?, ?)', [secrets.email, all]))
  const plain = mysqlCallbacks.createConnection({ ...orNowhere(maria), user: 'spanguard', password: 'spanguard', database: 'shop' })
  await new Promise(resolve => { plain.execute('INSERT INTO people VALUES (?, ?)', [secrets.email, all], resolve) })
  await new Promise(resolve => { plain.query(`SELECT '${all}' FROM people WHERE note = '${secrets.password}'`, resolve) })
  await new Promise(resolve => { plain.query(`SELECT ${secrets.password} FROM people`).on('error', resolve) })
  plain.destroy()
  await connection.query('DROP TABLE people')
  await connection.end()
  await expectNoLeak(15)
})
