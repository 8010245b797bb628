import { createRequire } from 'node:module'
import { inspect } from 'node:util'
import { PgInstrumentation } from '@opentelemetry/instrumentation-pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTracing, type TestTracing } from '../middleware/tracing.js'
import { type Postgres, startPostgres } from './postgres.js'

const secret = '4111111111111111'
let server: Postgres
beforeAll(async () => {
  server = await startPostgres()
}, 120_000)
afterAll(() => server.stop())

/** The official instrumentation patches what is loaded after it, by `require`. */
async function query(text: string): Promise<void> {
  const require = createRequire(import.meta.url)
  const { Client } = require('pg') as typeof import('pg')
  const client = new Client({ connectionString: server.url })
  await client.connect()
  await client.query(text)
  await client.end()
}

test.each(['before', 'after'])('beside the official instrumentation of pg, registered %s, a query has one span; its text leaves a summary', async when => {
  const make = (): PgInstrumentation => new PgInstrumentation({ ignoreConnectSpans: true })
  let instrumentation = when === 'before' ? make() : null
  const require = createRequire(import.meta.url)
  if (when === 'before') {
    for (const name of Object.keys(require.cache)) if (/\/pg\/|\/pg-pool\//.test(name)) Reflect.deleteProperty(require.cache, name)
  }
  const tracing: TestTracing = await startTracing({ databases: ['pg'] })
  instrumentation ??= make()
  try {
    await query(`SELECT '${secret}' FROM pg_tables`)
    const spans = (await tracing.spans()).filter(({ kind }) => kind === 'CLIENT')
    expect(spans).toHaveLength(1)
    expect(inspect(spans, { depth: 9 })).not.toContain('41111111')
    expect(spans[0]?.attributes).toMatchObject({ 'db.query.summary': 'SELECT pg_tables', 'db.collection.name': 'pg_tables' })
  } finally {
    instrumentation.disable()
    await tracing.stop()
  }
})
