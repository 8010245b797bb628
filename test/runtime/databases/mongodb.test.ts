import { createRequire } from 'node:module'
import { inspect } from 'node:util'
import { withSpan } from '@spanguard/runtime'
import { MongoClient } from 'mongodb'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTracing, type TestTracing } from '../middleware/tracing.js'
import { type MongoServer, startMongoServer } from './mongo-server.js'

const secret = '4111111111111111'
let tracing: TestTracing
let server: MongoServer
let client: MongoClient
beforeAll(async () => {
  server = await startMongoServer()
  tracing = await startTracing({ databases: ['mongodb'] })
  client = await new MongoClient(server.url, { serverApi: '1', monitorCommands: false }).connect()
})
afterAll(async () => {
  await client.close()
  await tracing.stop()
  await server.close()
})

test('a command is a CLIENT span with its collection, and without filter and documents', async () => {
  const orders = client.db().collection<{ _id: number; pan: string }>('orders')
  await withSpan('order.place', async () => {
    await orders.insertMany([{ _id: 1, pan: secret }, { _id: 2, pan: secret }])
    await orders.find({ pan: secret }).toArray()
    await client.db().command({ ping: 1 })
  })
  const spans = await tracing.spans()
  expect(inspect(spans, { depth: 9 })).not.toContain('41111111')
  const parent = spans.find(({ name }) => name === 'order.place')
  const commands = spans.filter(({ kind }) => kind === 'CLIENT')
  expect(commands.map(({ name, parentSpanId }) => [name, parentSpanId])).toEqual([
    ['insert orders', parent?.spanId],
    ['find orders', parent?.spanId],
  ])
  expect(commands[0]?.attributes).toEqual({
    'db.system.name': 'mongodb',
    'db.operation.name': 'insert',
    'db.query.summary': 'insert orders',
    'db.collection.name': 'orders',
    'db.namespace': 'shop',
    'db.operation.batch.size': 2,
    'server.address': '127.0.0.1',
    'server.port': server.port,
  })
})

test('a command that fails, and a document that cannot be written, are ERROR with their codes', async () => {
  const orders = client.db().collection<{ _id: number; pan: string }>('refunds')
  await orders.insertOne({ _id: 1, pan: secret })
  await tracing.spans()
  await expect(orders.insertOne({ _id: 1, pan: secret })).rejects.toMatchObject({ code: 11_000 })
  await expect(client.db().command({ explode: secret })).rejects.toMatchObject({ code: 59 })
  const spans = await tracing.spans()
  expect(inspect(spans, { depth: 9 })).not.toContain('41111111')
  expect(spans.map(({ name, status, attributes }) => [name, status.code, attributes['db.response.status_code']])).toEqual([
    ['insert refunds', 'ERROR', '11000'],
    ['explode', 'ERROR', '59'],
  ])
})

test('a session and a transaction: their commands have spans, and what controls them has none', async () => {
  const orders = client.db().collection<{ _id: string; pan: string }>('transfers')
  const session = client.startSession()
  const place = (id: string): Promise<unknown> =>
    withSpan('order.place', () =>
      session.withTransaction(async () => {
        await orders.insertOne({ _id: id, pan: secret }, { session })
        await orders.updateOne({ pan: secret }, { $set: { pan: secret } }, { session })
        if (id === 'b') throw new RangeError(secret)
      }),
    )
  await place('a')
  await expect(place('b')).rejects.toThrow(RangeError)
  await session.endSession()
  await client.withSession(own => orders.findOne({ pan: secret }, { session: own }))
  const spans = await tracing.spans()
  expect(inspect(spans, { depth: 9 })).not.toContain('41111111')
  const places = spans.filter(({ name }) => name === 'order.place')
  expect(places.map(({ status }) => status.code)).toEqual(['UNSET', 'ERROR'])
  expect(spans.filter(({ kind }) => kind === 'CLIENT').map(({ name, parentSpanId }) => [name, parentSpanId ?? ''])).toEqual([
    ...places.flatMap(({ spanId }) => [['insert transfers', spanId], ['update transfers', spanId]]),
    ['find transfers', ''],
  ])
})

test('a change stream has a span when it is opened inside of one, and none for each time that it asks again', async () => {
  const orders = client.db().collection<{ _id: string; pan: string }>('stock')
  const stream = withSpan('stock.watch', () => orders.watch([], { maxAwaitTimeMS: 20 }))
  const seen: unknown[] = []
  const both = new Promise<void>((resolve, reject) => {
    stream.on('error', reject)
    stream.on('change', change => {
      seen.push(change.operationType)
      if (seen.length === 2) resolve()
    })
  })
  // Asked again some times before something happens.
  await new Promise(resolve => setTimeout(resolve, 100))
  await withSpan('stock.fill', () => orders.insertOne({ _id: 'a', pan: secret }))
  await withSpan('stock.fill', () => orders.insertOne({ _id: 'b', pan: secret }))
  await both
  await stream.close()
  const spans = await tracing.spans()
  expect(inspect(spans, { depth: 9 })).not.toContain('41111111')
  expect(spans.filter(({ kind }) => kind === 'CLIENT').map(({ name }) => name)).toEqual(['aggregate stock', 'insert stock', 'insert stock'])
})

test('a cursor that is read in several parts inside of a span has one for each', async () => {
  const orders = client.db().collection<{ _id: string; pan: string }>('invoices')
  await orders.insertMany([{ _id: 'a', pan: secret }, { _id: 'b', pan: secret }])
  await tracing.spans()
  await withSpan('invoice.list', () => orders.find({}, { batchSize: 1 }).toArray())
  const spans = await tracing.spans()
  expect(spans.filter(({ kind }) => kind === 'CLIENT').map(({ name }) => name)).toEqual(['find invoices', 'getMore invoices'])
})

test('after shutdown the driver is as it was', async () => {
  await tracing.stop()
  const { Connection } = createRequire(import.meta.url)('mongodb/lib/cmap/connection.js') as { Connection: { prototype: { command: () => void } } }
  expect(Object.getOwnPropertySymbols(Connection.prototype.command)).toEqual([])
})
