import { inspect } from 'node:util'
import { withSpan } from '@spanguard/runtime'
import { Redis } from 'ioredis'
import mysqlCallbacks from 'mysql2'
import mysql, { type Connection } from 'mysql2/promise'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { DecodedSpan } from '../../otlp-receiver.js'
import { findService, orNowhere, runId } from '../../services.js'
import { startTracing, type TestTracing } from '../middleware/tracing.js'

const secret = '4111111111111111'
const redisService = findService('redis')
const mysqlService = findService('mysql')
let tracing: TestTracing
beforeAll(async () => {
  tracing = await startTracing({ environment: 'production', sampling: { ratio: 1 } })
})
afterAll(() => tracing.stop())
const clients = async (): Promise<DecodedSpan[]> => {
  const all = await tracing.spans()
  expect(inspect(all, { depth: 9 })).not.toContain('41111111')
  return all.filter(({ kind }) => kind === 'CLIENT')
}

describe.skipIf(redisService === null)('ioredis', () => {
  const { host, port } = orNowhere(redisService)
  let redis: Redis
  beforeAll(async () => {
    redis = new Redis({ host, port, lazyConnect: true })
    await redis.connect()
  })
  afterAll(() => redis.quit())
  const key = `spanguard-${runId}`

  test('a command is a CLIENT span without key and value; a ping and what is outside of a trace have none', async () => {
    await redis.set(key, secret)
    await withSpan('cart.keep', async () => {
      await redis.ping()
      await redis.set(key, secret, 'EX', 10)
      await redis.multi().get(key).del(key).exec()
    })
    const spans = await clients()
    expect(spans.map(({ name }) => name)).toEqual(['SET', 'GET', 'DEL'])
    expect(spans[0]?.attributes).toEqual({
      'db.system.name': 'redis',
      'db.operation.name': 'SET',
      'db.query.summary': 'SET',
      'db.namespace': '0',
      'server.address': host,
      'server.port': port,
    })
  })

  test('a command that waits for the connection has one span, below what sent it', async () => {
    const waiting = new Redis({ host, port, lazyConnect: true })
    await withSpan('cart.keep', () => waiting.get(key))
    await waiting.quit()
    const all = await tracing.spans()
    const gets = all.filter(({ name }) => name === 'GET')
    expect(gets.map(({ parentSpanId }) => parentSpanId)).toEqual([all.find(({ name }) => name === 'cart.keep')?.spanId])
  })

  test('a rejection that nobody handles stays one', async () => {
    await redis.set(key, secret, 'EX', 10)
    const unhandled: unknown[] = []
    const listeners = process.listeners('unhandledRejection')
    process.removeAllListeners('unhandledRejection')
    process.on('unhandledRejection', error => unhandled.push(error))
    try {
      withSpan('cart.keep', () => {
        void redis.lpush(key, secret)
      })
      await redis.ping()
      await new Promise(resolve => setTimeout(resolve, 50))
    } finally {
      process.removeAllListeners('unhandledRejection')
      for (const listener of listeners) process.on('unhandledRejection', listener)
    }
    expect(unhandled).toHaveLength(1)
    expect((await clients()).map(({ name, status }) => [name, status.code])).toEqual([['LPUSH', 'ERROR']])
  })

  test('a command that fails is an ERROR with the code of the answer', async () => {
    await redis.set(key, secret, 'EX', 10)
    await withSpan('cart.keep', () => expect(redis.lpush(key, secret)).rejects.toThrow('WRONGTYPE'))
    const spans = await clients()
    expect(spans.map(({ name, status, attributes }) => [name, status.code, attributes['db.response.status_code'], attributes['error.type']])).toEqual([
      ['LPUSH', 'ERROR', 'WRONGTYPE', 'WRONGTYPE'],
    ])
  })
})

describe.skipIf(mysqlService === null)('mysql2', () => {
  const { host, port } = orNowhere(mysqlService)
  let connection: Connection
  beforeAll(async () => {
    connection = await mysql.createConnection({ host, port, user: 'spanguard', password: 'spanguard', database: 'shop' })
    await connection.query('CREATE TABLE IF NOT EXISTS orders (id int AUTO_INCREMENT PRIMARY KEY, pan varchar(40) UNIQUE)')
    await connection.query('DELETE FROM orders')
    await tracing.spans()
  })
  afterAll(() => connection.end())

  test('a query and a prepared one are CLIENT spans without their values; health checks have none', async () => {
    await withSpan('order.place', async () => {
      await connection.query('SELECT 1')
      await connection.beginTransaction()
      await connection.execute('INSERT INTO orders (pan) VALUES (?)', [secret])
      await connection.query('SELECT * FROM `orders` WHERE pan = ?', [secret])
      await connection.commit()
    })
    const spans = await clients()
    expect(spans.map(({ name }) => name)).toEqual(['INSERT orders', 'SELECT orders'])
    expect(spans[1]?.attributes).toEqual({
      'db.system.name': 'mysql',
      'db.operation.name': 'SELECT',
      'db.query.summary': 'SELECT orders',
      'db.collection.name': 'orders',
      'db.namespace': 'shop',
      'server.address': host,
      'server.port': port,
    })
  })

  test('a query that fails is an ERROR with its number', async () => {
    await expect(connection.query('INSERT INTO orders (pan) VALUES (?), (?)', [secret, secret])).rejects.toMatchObject({ errno: 1062 })
    await expect(connection.execute('SELECT nothing FROM orders')).rejects.toMatchObject({ errno: 1054 })
    const spans = await clients()
    expect(spans.map(({ name, status, attributes }) => [name, status.code, attributes['db.response.status_code']])).toEqual([
      ['INSERT orders', 'ERROR', '1062'],
      ['SELECT orders', 'ERROR', '1054'],
    ])
  })

  test('the callback API: a query, a prepared one, one that fails and one of a pool, their callbacks in the context of their callers', async () => {
    const plain = mysqlCallbacks.createConnection({ host, port, user: 'spanguard', password: 'spanguard', database: 'shop' })
    const pool = mysqlCallbacks.createPool({ host, port, user: 'spanguard', password: 'spanguard', database: 'shop', connectionLimit: 1 })
    const called = (step: string, start: (done: (error: unknown) => void) => void): Promise<unknown> =>
      withSpan(`order.${step}`, () => new Promise(resolve => {
        start(error => {
          withSpan(`order.${step}ed`, () => {})
          resolve(error)
        })
      }))
    try {
      await called('insert', done => { plain.query('INSERT INTO orders (pan) VALUES (?)', ['callback'], done) })
      await called('execut', done => { plain.execute('SELECT * FROM orders WHERE pan = ?', [secret], done) })
      expect(await called('fail', done => { plain.query(`SELECT nothing FROM orders WHERE pan = '${secret}'`, done) })).toMatchObject({ errno: 1054 })
      await called('pool', done => { pool.query('SELECT * FROM orders WHERE pan = ?', [secret], done) })
      // A health check has no span, and its callback is where it was all the same.
      await called('check', done => { plain.query('SELECT 1', done) })
    } finally {
      plain.destroy()
      await pool.promise().end()
    }
    const all = await tracing.spans()
    expect(inspect(all, { depth: 9 })).not.toContain('41111111')
    const idOf = (name: string): string | undefined => all.find(span => span.name === name)?.spanId
    const queries = all.filter(({ kind }) => kind === 'CLIENT')
    expect(queries.map(({ name, parentSpanId, status, attributes }) => [name, parentSpanId, status.code, attributes['db.response.status_code']])).toEqual([
      ['INSERT orders', idOf('order.insert'), 'UNSET', undefined],
      ['SELECT orders', idOf('order.execut'), 'UNSET', undefined],
      ['SELECT orders', idOf('order.fail'), 'ERROR', '1054'],
      ['SELECT orders', idOf('order.pool'), 'UNSET', undefined],
    ])
    for (const step of ['insert', 'execut', 'fail', 'pool', 'check']) {
      expect(all.find(({ name }) => name === `order.${step}ed`)?.parentSpanId, step).toBe(idOf(`order.${step}`))
    }
  })

  test('rows that are read as a stream are one query', async () => {
    const plain = mysqlCallbacks.createConnection({ host, port, user: 'spanguard', password: 'spanguard', database: 'shop' })
    try {
      for await (const row of plain.query('SELECT table_name AS name FROM information_schema.tables LIMIT 30').stream()) expect(row).toHaveProperty('name')
      await new Promise(resolve => {
        plain.query('SELECT nothing FROM orders').on('error', () => {}).on('close', resolve).on('end', resolve)
      })
    } finally {
      plain.destroy()
    }
    expect((await clients()).map(({ name, status }) => [name, status.code])).toEqual([['SELECT information_schema.tables', 'UNSET'], ['SELECT orders', 'ERROR']])
  })
})
