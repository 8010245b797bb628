import { inspect } from 'node:util'
import { withSpan } from '@spanguard/runtime'
import { eq } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/node-postgres'
import { pgTable, serial, text } from 'drizzle-orm/pg-core'
import knexOf from 'knex'
import mongoose from 'mongoose'
import pg from 'pg'
import { DataTypes, Sequelize } from 'sequelize'
import { DataSource, EntitySchema } from 'typeorm'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { DecodedSpan } from '../../otlp-receiver.js'
import { startTracing, type TestTracing } from '../middleware/tracing.js'
import { startMongoServer } from './mongo-server.js'
import { type Postgres, startPostgres } from './postgres.js'

/** An order through each of the libraries that services talk to PostgreSQL with: whatever they write, its spans say the same. */
const secret = '4111111111111111'

interface Shop {
  /** Inserts an order inside a transaction. */
  insert(pan: string): Promise<unknown>
  find(pan: string): Promise<unknown>
  close(): Promise<unknown>
}

const libraries: Readonly<Record<string, (url: string) => Shop | Promise<Shop>>> = {
  Knex(connection) {
    const knex = knexOf({ client: 'pg', connection })
    return {
      insert: pan => knex.transaction(transaction => transaction('orders').insert({ pan })),
      find: pan => knex('orders').select('id').where({ pan }),
      close: () => knex.destroy(),
    }
  },
  Drizzle(connectionString) {
    const pool = new pg.Pool({ connectionString })
    const database = drizzle(pool)
    const orders = pgTable('orders', { id: serial('id').primaryKey(), pan: text('pan') })
    return {
      insert: pan => database.transaction(async transaction => transaction.insert(orders).values({ pan })),
      find: async pan => database.select().from(orders).where(eq(orders.pan, pan)),
      close: () => pool.end(),
    }
  },
  async TypeORM(url) {
    const orders = new EntitySchema<{ id: number; pan: string }>({
      name: 'Order',
      tableName: 'orders',
      columns: { id: { type: 'int', primary: true, generated: true }, pan: { type: 'text' } },
    })
    const source = await new DataSource({ type: 'postgres', url, entities: [orders] }).initialize()
    const repository = source.getRepository(orders)
    return {
      // Of its own accord in a transaction.
      insert: pan => repository.save({ pan }),
      find: pan => repository.findBy({ pan }),
      close: () => source.destroy(),
    }
  },
  async Sequelize(url) {
    const sequelize = new Sequelize(url, { logging: false })
    const orders = sequelize.define('Order', { pan: DataTypes.TEXT }, { tableName: 'orders', timestamps: false })
    await sequelize.authenticate()
    return {
      insert: pan => sequelize.transaction(transaction => orders.create({ pan }, { transaction })),
      find: pan => orders.findAll({ where: { pan } }),
      close: () => sequelize.close(),
    }
  },
}

let tracing: TestTracing
let server: Postgres
beforeAll(async () => {
  server = await startPostgres()
  tracing = await startTracing({ environment: 'production', sampling: { ratio: 1 } })
  const client = new pg.Client({ connectionString: server.url })
  await client.connect()
  await client.query('CREATE TABLE orders (id serial PRIMARY KEY, pan text UNIQUE)')
  await client.end()
}, 120_000)
afterAll(async () => {
  await tracing.stop()
  await server.stop()
})

async function spansOf(): Promise<readonly DecodedSpan[]> {
  const all = await tracing.spans()
  expect(inspect(all, { depth: 9 })).not.toContain('41111111')
  return all
}

describe.each(Object.entries(libraries))('%s', (_name, open) => {
  let shop: Shop
  beforeEach(async () => {
    const client = new pg.Client({ connectionString: server.url })
    await client.connect()
    await client.query('DELETE FROM orders')
    await client.end()
    shop = await open(server.url)
    // What connecting asks.
    await shop.find('none')
    await tracing.spans()
  })
  afterEach(() => shop.close())

  test('an order is an INSERT and a SELECT below what asks for them; the transaction around has no spans', async () => {
    await withSpan('order.place', async () => {
      await shop.insert(secret)
      await shop.find(secret)
    })
    const all = await spansOf()
    const parent = all.find(({ name }) => name === 'order.place')
    const queries = all.filter(({ kind }) => kind === 'CLIENT')
    expect(queries.map(({ name, parentSpanId }) => [name, parentSpanId])).toEqual([
      ['INSERT orders', parent?.spanId],
      ['SELECT orders', parent?.spanId],
    ])
    expect(queries[0]?.attributes).toEqual({
      'db.system.name': 'postgresql',
      'db.operation.name': 'INSERT',
      'db.query.summary': 'INSERT orders',
      'db.collection.name': 'orders',
      'db.namespace': 'shop',
      'server.address': '127.0.0.1',
      'server.port': server.port,
    })
    expect(queries.map(({ status }) => status.code)).toEqual(['UNSET', 'UNSET'])
  })

  test('an order that is there already is an ERROR with its SQLSTATE, and without the value that the message repeats', async () => {
    await shop.insert(secret)
    await tracing.spans()
    await expect(withSpan('order.place', () => shop.insert(secret))).rejects.toThrow()
    const queries = (await spansOf()).filter(({ kind }) => kind === 'CLIENT')
    expect(queries.map(({ name, status, attributes }) => [name, status.code, attributes['db.response.status_code']])).toEqual([['INSERT orders', 'ERROR', '23505']])
  })
})

test('Mongoose, which has a copy of the driver of its own', async () => {
  const mongo = await startMongoServer()
  const connection = await mongoose.createConnection(mongo.url, { autoIndex: false, autoCreate: false, serverApi: '1' }).asPromise()
  try {
    const orders = connection.model('Order', new mongoose.Schema({ _id: String, pan: String }, { versionKey: false }), 'orders')
    await tracing.spans()
    await withSpan('order.place', async () => {
      await orders.create({ _id: 'o-1', pan: secret })
      await orders.find({ pan: secret }).lean()
      await expect(orders.create({ _id: 'o-1', pan: secret })).rejects.toThrow()
    })
    const queries = (await spansOf()).filter(({ kind }) => kind === 'CLIENT')
    expect(queries.map(({ name, status, attributes }) => [name, status.code, attributes['db.response.status_code']])).toEqual([
      ['insert orders', 'UNSET', undefined],
      ['find orders', 'UNSET', undefined],
      ['insert orders', 'ERROR', '11000'],
    ])
    expect(queries[0]?.attributes).toMatchObject({ 'db.system.name': 'mongodb', 'db.collection.name': 'orders', 'db.namespace': 'shop' })
  } finally {
    await connection.close()
    await mongo.close()
  }
})
