import { inspect } from 'node:util'
import { withSpan } from '@spanguard/runtime'
import { Cluster } from 'ioredis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { DecodedSpan } from '../../otlp-receiver.js'
import { findService } from '../../services.js'
import { startTracing, type TestTracing } from '../middleware/tracing.js'
import { type RedisCluster, startRedisCluster } from './redis-cluster.js'

const secret = '4111111111111111'

/** `redis-server` is there where the tests' Redis is. */
describe.skipIf(findService('redis') === null)("ioredis' Cluster", () => {
  let tracing: TestTracing
  let servers: RedisCluster
  let cluster: Cluster
  beforeAll(async () => {
    servers = await startRedisCluster()
    tracing = await startTracing({ environment: 'production', sampling: { ratio: 1 }, databases: ['ioredis'] })
    cluster = new Cluster(servers.ports.map(port => ({ host: '127.0.0.1', port })), { lazyConnect: true })
    await cluster.connect()
    await cluster.ping()
  }, 120_000)
  afterAll(async () => {
    await cluster.quit()
    await tracing.stop()
    await servers.stop()
  })

  const inside = async (work: () => Promise<unknown>): Promise<{ parent: DecodedSpan | undefined; commands: DecodedSpan[] }> => {
    await tracing.spans()
    await withSpan('cart.keep', work)
    const all = await tracing.spans()
    expect(inspect(all, { depth: 9 })).not.toContain('41111111')
    return { parent: all.find(({ name }) => name === 'cart.keep'), commands: all.filter(({ kind }) => kind === 'CLIENT') }
  }
  /** Keys of each third of the slots. */
  const keys = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']

  test('a command has one span, with the node that it went to', async () => {
    const { parent, commands } = await inside(async () => {
      for (const key of keys) await cluster.set(key, secret)
    })
    expect(commands.map(({ name, parentSpanId }) => [name, parentSpanId])).toEqual(keys.map(() => ['SET', parent?.spanId]))
    expect(new Set(commands.map(({ attributes }) => attributes['server.port']))).toEqual(new Set(servers.ports))
    expect(commands[0]?.attributes).toMatchObject({ 'db.system.name': 'redis', 'server.address': '127.0.0.1' })
  })

  test('a command that a node sends elsewhere has one span, and no error', async () => {
    // What the client knows of the slots, which its types keep private, is wrong: the first node has them all.
    const all = cluster as unknown as { slots: string[][] }
    const first = [`127.0.0.1:${servers.ports[0]}`]
    const { commands } = await inside(async () => {
      for (const key of keys) {
        all.slots.fill(first)
        await cluster.get(key)
      }
    })
    expect(commands.map(({ name, status }) => [name, status.code])).toEqual(keys.map(() => ['GET', 'UNSET']))
  })

  test('a pipeline has a span for each of its commands; one that fails is an ERROR with its code', async () => {
    const { commands } = await inside(() => cluster.pipeline().set('{x}a', secret).lpush('{x}a', secret).exec())
    expect(commands.map(({ name, status, attributes }) => [name, status.code, attributes['db.response.status_code']])).toEqual([
      ['SET', 'UNSET', undefined],
      ['LPUSH', 'ERROR', 'WRONGTYPE'],
    ])
    const { commands: failed } = await inside(() => cluster.mget('a', 'b', 'c').catch(() => {}))
    expect(failed.map(({ name, status, attributes }) => [name, status.code, attributes['db.response.status_code']])).toEqual([['MGET', 'ERROR', 'CROSSSLOT']])
  })
})
