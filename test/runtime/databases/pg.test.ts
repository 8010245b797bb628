import { inspect } from 'node:util'
import { withSpan } from '@spanguard/runtime'
import pg from 'pg'
import Cursor from 'pg-cursor'
import QueryStream from 'pg-query-stream'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { DecodedSpan } from '../../otlp-receiver.js'
import { startTracing, type TestTracing } from '../middleware/tracing.js'
import { type Postgres, startPostgres } from './postgres.js'

const secret = '4111111111111111'
let tracing: TestTracing
let server: Postgres
let pool: pg.Pool
beforeAll(async () => {
  server = await startPostgres()
  pool = new pg.Pool({ connectionString: server.url, max: 2 })
  await pool.query('CREATE TABLE orders (id serial PRIMARY KEY, pan text UNIQUE)')
  tracing = await startTracing({ environment: 'production', sampling: { ratio: 1 } })
}, 120_000)
afterAll(async () => {
  await pool.end()
  await tracing.stop()
  await server.stop()
})
beforeEach(async () => {
  await pool.query('DELETE FROM orders')
  await tracing.spans()
})

const clients = async (): Promise<DecodedSpan[]> => {
  const all = await tracing.spans()
  expect(inspect(all, { depth: 9 })).not.toContain('41111111')
  return all.filter(({ kind }) => kind === 'CLIENT')
}

test('a query is a CLIENT span below what is active, with its table and without its text', async () => {
  await withSpan('order.place', () => pool.query(`INSERT INTO orders (pan) VALUES ($1) -- ${secret}`, [secret]))
  const spans = await tracing.spans()
  const [query, parent] = [spans.find(({ kind }) => kind === 'CLIENT'), spans.find(({ name }) => name === 'order.place')]
  expect(spans).toHaveLength(2)
  expect(inspect(spans, { depth: 9 })).not.toContain('41111111')
  expect(query?.name).toBe('INSERT orders')
  expect(query?.parentSpanId).toBe(parent?.spanId)
  expect(query?.attributes).toEqual({
    'db.system.name': 'postgresql',
    'db.operation.name': 'INSERT',
    'db.query.summary': 'INSERT orders',
    'db.collection.name': 'orders',
    'db.namespace': 'shop',
    'server.address': '127.0.0.1',
    'server.port': server.port,
  })
  expect(query?.status.code).toBe('UNSET')
})

test('a query that fails is an ERROR with its SQLSTATE, and throws what it threw', async () => {
  await pool.query('INSERT INTO orders (pan) VALUES ($1)', [secret])
  await clients()
  await expect(pool.query('INSERT INTO orders (pan) VALUES ($1)', [secret])).rejects.toMatchObject({ code: '23505' })
  const client = await pool.connect()
  await expect(client.query(`SELECT nothing FROM orders WHERE pan = '${secret}'`)).rejects.toMatchObject({ code: '42703' })
  client.release()
  const spans = await clients()
  expect(spans.map(({ name, status, attributes, events }) => [name, status.code, attributes['db.response.status_code'], attributes['error.type'], events.length])).toEqual([
    ['INSERT orders', 'ERROR', '23505', '23505', 0],
    ['SELECT orders', 'ERROR', '42703', '42703', 0],
  ])
})

test('health checks and the control of transactions have no span; a callback, a configured and a prepared query have one', async () => {
  const client = await pool.connect()
  try {
    await client.query('BEGIN')
    await client.query('SELECT 1')
    await client.query({ text: 'SELECT id FROM orders WHERE pan = $1', values: [secret], name: 'by-pan' })
    await client.query('COMMIT')
    await withSpan('order.count', () =>
      new Promise<void>((resolve, reject) => {
        client.query('SELECT count(*) FROM orders', (error: Error | null | undefined) => {
          // The callback is in the context of its caller.
          withSpan('order.counted', () => {})
          if (error) reject(error)
          else resolve()
        })
      }),
    )
  } finally {
    client.release()
  }
  const all = await tracing.spans()
  expect(all.filter(({ kind }) => kind === 'CLIENT').map(({ name }) => name)).toEqual(['SELECT orders', 'SELECT orders'])
  const id = (name: string): string | undefined => all.find(span => span.name === name)?.spanId
  expect(all.find(({ name }) => name === 'order.counted')?.parentSpanId).toBe(id('order.count'))
})

test('streams that are read to their end, given up, or fail have one span each; so has a cursor', async () => {
  const client = await pool.connect()
  const text = 'SELECT relname FROM pg_class LIMIT 300'
  for await (const row of client.query(new QueryStream(text, [], { batchSize: 100 }))) expect(row).toHaveProperty('relname')
  for await (const row of client.query(new QueryStream(text, [], { batchSize: 2 }))) {
    expect(row).toHaveProperty('relname')
    break
  }
  await expect((async () => { for await (const row of client.query(new QueryStream('SELECT broken FROM pg_class'))) expect(row).toBeUndefined() })()).rejects.toThrow('broken')
  const cursor = client.query(new Cursor(text))
  await cursor.read(3)
  await cursor.close()
  await client.query('SELECT 1')
  client.release()
  const spans = await clients()
  expect(spans.map(({ name, status }) => [name, status.code])).toEqual([
    ['SELECT pg_class', 'UNSET'],
    ['SELECT pg_class', 'UNSET'],
    ['SELECT pg_class', 'ERROR'],
    ['SELECT pg_class', 'UNSET'],
  ])
})

test('a query object tells its end by events', async () => {
  const client = await pool.connect()
  const query = client.query(new pg.Query('SELECT * FROM orders'))
  await new Promise<void>(resolve => query.on('end', () => { resolve() }))
  client.query(new pg.Query('SELECT broken FROM orders')).on('error', () => {})
  await client.query('SELECT 1')
  client.release()
  const spans = await clients()
  expect(spans.map(({ name, status }) => [name, status.code])).toEqual([['SELECT orders', 'UNSET'], ['SELECT orders', 'ERROR']])
})
