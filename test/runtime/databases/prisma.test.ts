import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { inspect } from 'node:util'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { installTools } from '../../../scripts/other-node.js'
import { type Receiver, startReceiver } from '../../otlp-receiver.js'
import { startNode } from '../processes.js'
import { type Postgres, startPostgres } from './postgres.js'

const secret = '4111111111111111'
const repository = path.resolve(import.meta.dirname, '../../..')
const schema = `generator client {
  provider = "prisma-client"
  output   = "../generated"
}
datasource db {
  provider = "postgresql"
}
model Order {
  id  Int     @id @default(autoincrement())
  pan String? @unique
  @@map("orders")
}
`

/** Prisma is 300 MB, so it is no dependency: the test installs it when it is asked to. */
const isAsked = process.env['SPANGUARD_PRISMA'] !== undefined
if (!isAsked) process.stderr.write('SKIPPED: Prisma, which is 300 MB and no dependency. To run its test: SPANGUARD_PRISMA=1 npx vitest run test/runtime/databases/prisma.test.ts\n')
describe.skipIf(!isAsked)('Prisma 7 with its adapter', () => {
  let receiver: Receiver
  let postgres: Postgres
  let folder: string
  beforeAll(async () => {
    receiver = await startReceiver()
    postgres = await startPostgres()
    const client = new pg.Client({ connectionString: postgres.url })
    await client.connect()
    await client.query('CREATE TABLE orders (id serial PRIMARY KEY, pan text UNIQUE)')
    await client.end()
    // Its install scripts would download an engine.
    folder = installTools('spanguard-prisma-7', ['--ignore-scripts', 'prisma@7.10.1', '@prisma/client@7.10.1', '@prisma/adapter-pg@7.10.1'], 'node_modules/@prisma/adapter-pg/package.json')
    mkdirSync(path.join(folder, 'prisma'), { recursive: true })
    writeFileSync(path.join(folder, 'package.json'), '{ "private": true, "type": "module" }')
    writeFileSync(path.join(folder, 'prisma/schema.prisma'), schema)
    writeFileSync(path.join(folder, 'prisma.config.ts'), "export default { schema: 'prisma/schema.prisma', datasource: { url: 'postgres://127.0.0.1/shop' } }\n")
    copyFileSync(path.join(repository, 'test/fixtures/databases/prisma.ts'), path.join(folder, 'order.ts'))
    // It generates without an engine, and would download one all the same.
    const env = { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, CHECKPOINT_DISABLE: '1' }
    const generated = spawnSync(process.execPath, [path.join(folder, 'node_modules/prisma/build/index.js'), 'generate'], { cwd: folder, env, encoding: 'utf8' })
    expect(generated.stderr + generated.stdout).toContain('Generated Prisma Client')
  }, 600_000)
  afterAll(async () => {
    await receiver.close()
    await postgres.stop()
  })

  test('an order is an INSERT and a SELECT below what asks for them, and one that is there already is an ERROR', { timeout: 120_000 }, async () => {
    const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href
    const env = {
      DATABASE: postgres.url,
      ENVIRONMENT: 'production',
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      RUNTIME: pathToFileURL(path.join(repository, 'runtime/dist/esm/index.js')).href,
    }
    const { code, stdout, stderr } = await startNode(['--import', tsx, 'order.ts', secret], env, folder).ended
    expect([code, stdout.trim()], stderr).toEqual([0, 'P2002'])
    const all = receiver.spans()
    expect(inspect(all, { depth: 9 })).not.toContain('41111111')
    const idOf = (name: string): string | undefined => all.find(span => span.name === name)?.spanId
    const queries = all.filter(({ kind }) => kind === 'CLIENT')
    expect(queries.map(({ name, parentSpanId, status, attributes }) => [name, parentSpanId, status.code, attributes['db.response.status_code']])).toEqual([
      ['INSERT public.orders', idOf('order.place'), 'UNSET', undefined],
      ['SELECT public.orders', idOf('order.place'), 'UNSET', undefined],
      ['INSERT public.orders', idOf('order.again'), 'ERROR', '23505'],
    ])
  })
})
