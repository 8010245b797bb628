import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { inspect } from 'node:util'
import { withSpan } from '@spanguard/runtime'
import { bullmqTelemetry } from '@spanguard/runtime/bullmq'
import { Queue, Worker } from 'bullmq'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { DecodedSpan } from '../../otlp-receiver.js'
import { findService, orNowhere, runId } from '../../services.js'
import { startTracing, type TestTracing } from '../middleware/tracing.js'
import { fixtures } from '../processes.js'

const service = findService('redis')
const connection = { ...orNowhere(service), maxRetriesPerRequest: null }
const secret = 'pan 4111111111111111'
const processor = pathToFileURL(path.join(fixtures, 'sandboxed.mjs'))

describe.skipIf(service === null)("BullMQ's sandboxed processors on Redis", () => {
  let tracing: TestTracing
  beforeAll(async () => {
    tracing = await startTracing({ databases: false })
  })
  afterAll(() => tracing.stop())

  test.each(['a process', 'a thread'])('in %s of its own: its span hangs below what added the job, and tells a retry from the last failure', { timeout: 60_000 }, async place => {
    const name = `sandbox-${runId}-${place.slice(2)}`
    const queue = new Queue(name, { connection, telemetry: bullmqTelemetry() })
    const env = { PATH: process.env['PATH'], OTEL_EXPORTER_OTLP_ENDPOINT: tracing.url, OTEL_BSP_SCHEDULE_DELAY: '50', ENVIRONMENT: 'test' }
    const worker = new Worker(name, processor, {
      connection,
      useWorkerThreads: place === 'a thread',
      // Without what started this process, which is no module that a child could load.
      workerForkOptions: { env, execArgv: [] },
      workerThreadsOptions: { env, execArgv: [] },
    })
    try {
      await withSpan('order.place', async () => {
        await queue.add('charge', { secret })
        await queue.add('charge', { secret, fails: true }, { attempts: 2 })
      })
      let left = 3
      await new Promise<void>((resolve, reject) => {
        const settle = (): void => {
          if (--left === 0) resolve()
        }
        worker.on('completed', settle)
        worker.on('failed', settle)
        worker.on('error', reject)
      })
      const all: DecodedSpan[] = []
      // The child exports by itself, and its last words when BullMQ ends it.
      await worker.close()
      await vi.waitFor(async () => {
        all.push(...(await tracing.spans()))
        expect(all.filter(({ name: each }) => each === 'order.charge')).toHaveLength(3)
        expect(all.filter(({ kind }) => kind === 'CONSUMER')).toHaveLength(3)
      }, { timeout: 20_000 })
      expect(inspect(all, { depth: 9 })).not.toContain('41111111')
      const producers = all.filter(({ kind }) => kind === 'PRODUCER').map(({ spanId }) => spanId)
      const consumers = all.filter(({ kind }) => kind === 'CONSUMER')
      expect(consumers.map(({ name: each, resource, parentSpanId, links }) => [each, resource['service.name'], parentSpanId, links.map(({ spanId }) => spanId)])).toEqual(
        [0, 1, 1].map(job => [`process ${name}`, 'sandbox', producers[job], [producers[job]]]),
      )
      expect(consumers.map(({ status, attributes }) => [status.code, attributes['error.type'], attributes['messaging.message.disposition'], attributes['messaging.message.delivery_count']])).toEqual([
        ['UNSET', undefined, undefined, undefined],
        ['ERROR', 'RangeError', 'retry', undefined],
        ['ERROR', 'RangeError', 'dead_letter', 2],
      ])
      expect(all.filter(({ name: each }) => each === 'order.charge').map(({ parentSpanId }) => parentSpanId)).toEqual(consumers.map(({ spanId }) => spanId))
    } finally {
      await worker.close()
      await queue.obliterate({ force: true })
      await queue.close()
    }
  })
})
