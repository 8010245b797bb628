import { createRequire } from 'node:module'
import { inspect } from 'node:util'
import { IORedisInstrumentation } from '@opentelemetry/instrumentation-ioredis'
import { MySQL2Instrumentation } from '@opentelemetry/instrumentation-mysql2'
import { withSpan } from '@spanguard/runtime'
import { afterEach, describe, expect, test } from 'vitest'
import { findService, orNowhere, type Service, runId } from '../../services.js'
import { startTracing, type TestTracing } from '../middleware/tracing.js'

/** mysql2, which is listened to by its channels, and ioredis, beside the official instrumentation of each. */
const secret = '4111111111111111'
const require = createRequire(import.meta.url)

interface Driver {
  readonly name: 'ioredis' | 'mysql2'
  readonly service: Service | null
  readonly instrument: () => { disable(): void }
  readonly call: () => Promise<unknown>
  readonly ownName: string
}
const [redis, mysql] = [findService('redis'), findService('mysql')]
const drivers: readonly Driver[] = [
  {
    name: 'ioredis',
    service: redis,
    instrument: () => new IORedisInstrumentation(),
    async call() {
      const { Redis } = require('ioredis') as typeof import('ioredis')
      const client = new Redis({ ...orNowhere(redis), lazyConnect: true })
      await client.connect()
      await withSpan('cart.keep', () => client.set(`spanguard-${runId}`, secret, 'EX', 10))
      await client.quit()
    },
    ownName: 'SET',
  },
  {
    name: 'mysql2',
    service: mysql,
    instrument: () => new MySQL2Instrumentation(),
    async call() {
      const { createConnection } = require('mysql2/promise') as typeof import('mysql2/promise')
      const connection = await createConnection({ ...orNowhere(mysql), user: 'spanguard', password: 'spanguard', database: 'shop' })
      await withSpan('order.place', () => connection.query(`SELECT '${secret}' FROM information_schema.tables LIMIT 1`))
      await connection.end()
    },
    ownName: 'SELECT information_schema.tables',
  },
]

/** As if the driver had not been loaded yet: instrumentations patch what is loaded after them. */
function unload(name: string): void {
  for (const file of Object.keys(require.cache)) if (file.includes(`/node_modules/${name}/`)) Reflect.deleteProperty(require.cache, file)
}

describe.each(drivers)('$name', ({ name, service, instrument, call, ownName }) => {
  let tracing: TestTracing | undefined
  let instrumentation: { disable(): void } | undefined
  afterEach(async () => {
    instrumentation?.disable()
    await tracing?.stop()
    unload(name)
  })
  const clientSpans = async (): Promise<{ names: string[]; scopes: string[] }> => {
    const all = (await tracing?.spans()) ?? []
    expect(inspect(all, { depth: 9 })).not.toContain('41111111')
    const spans = all.filter(({ kind }) => kind === 'CLIENT')
    return { names: spans.map(span => span.name), scopes: spans.map(({ scope }) => scope.name) }
  }
  const start = async (): Promise<void> => {
    tracing = await startTracing({ databases: [name], environment: 'production', sampling: { ratio: 1 } })
  }

  test.skipIf(service === null)('beside the official instrumentation, registered before, a call has one span, and it is that one\'s', async () => {
    unload(name)
    instrumentation = instrument()
    await start()
    await call()
    expect((await clientSpans()).scopes).toEqual([`@opentelemetry/instrumentation-${name}`])
  })

  // Whose it is depends on whether the instrumentation still sees the driver being loaded.
  test.skipIf(service === null)('beside the official instrumentation, registered after, a call has one span', async () => {
    unload(name)
    await start()
    instrumentation = instrument()
    await call()
    expect((await clientSpans()).scopes).toHaveLength(1)
  })

  test.skipIf(service === null)('once the official instrumentation is disabled, the span is the runtime\'s again', async () => {
    unload(name)
    instrumentation = instrument()
    await start()
    await call()
    await clientSpans()
    instrumentation.disable()
    await call()
    expect((await clientSpans()).names).toEqual([ownName])
  })

  // The official one of mysql2 patches a file that the driver has loaded long ago.
  test.skipIf(service === null || name !== 'mysql2')('an instrumentation that came too late to patch the driver leaves the span to the runtime', async () => {
    unload(name)
    await start()
    await call()
    await clientSpans()
    instrumentation = instrument()
    await call()
    expect((await clientSpans()).names).toEqual([ownName])
  })
})

test.skipIf(redis === null)('ioredis: what an instrumentation puts before the runtime\'s function has the span', async () => {
  const tracing = await startTracing({ databases: ['ioredis'] })
  const { Redis } = require('ioredis') as typeof import('ioredis')
  const prototype = Redis.prototype as { sendCommand: (...args: unknown[]) => unknown }
  const { sendCommand } = prototype
  const set = (): Promise<unknown> | undefined => drivers[0]?.call()
  try {
    await set()
    expect((await tracing.spans()).map(span => span.name)).toContain('SET')
    const theirs = function (this: unknown, ...args: unknown[]): unknown {
      return sendCommand.apply(this, args)
    }
    prototype.sendCommand = Object.assign(theirs, { __wrapped: true })
    await set()
    expect((await tracing.spans()).map(span => span.name)).toEqual(['cart.keep'])
  } finally {
    prototype.sendCommand = sendCommand
    await tracing.stop()
    unload('ioredis')
  }
})
