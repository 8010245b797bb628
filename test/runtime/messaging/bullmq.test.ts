import { inspect } from 'node:util'
import { trace } from '@opentelemetry/api'
import { withSpan } from '@spanguard/runtime'
import { bullmqTelemetry, traceProcessor, traceQueue } from '@spanguard/runtime/bullmq'
import { DelayedError, FlowProducer, Queue, UnrecoverableError, Worker, type Job, type Telemetry } from 'bullmq'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { DecodedSpan } from '../../otlp-receiver.js'
import { findService, orNowhere, runId } from '../../services.js'
import { startTracing, type TestTracing } from '../middleware/tracing.js'

const service = findService('redis')
const connection = { ...orNowhere(service), maxRetriesPerRequest: null }
/** Nothing of a job may be in a trace; each is looked for in what arrived. */
const secret = 'pan 4111111111111111'

describe.skipIf(service === null)('BullMQ on Redis', () => {
  let tracing: TestTracing
  const open: { close(): Promise<unknown> }[] = []
  beforeAll(async () => {
    tracing = await startTracing({ databases: false })
  })
  afterAll(() => tracing.stop())
  afterEach(async () => {
    for (const each of open.splice(0).reverse()) await each.close()
  })

  let count = 0
  const nameQueue = (): string => `orders-${runId}-${++count}`
  const openQueue = (name: string, telemetry?: Telemetry): Queue => {
    const queue = new Queue(name, { connection, ...(telemetry !== undefined && { telemetry }) })
    open.push({ close: async () => (await queue.obliterate({ force: true }), queue.close()) })
    return queue
  }
  /** Runs a worker until so many attempts are over. */
  const work = async (name: string, processor: (job: Job) => Promise<unknown>, attempts: number, telemetry?: Telemetry): Promise<void> => {
    const worker = new Worker(name, processor, { connection, ...(telemetry !== undefined && { telemetry }) })
    open.push(worker)
    let left = attempts
    await new Promise<void>((resolve, reject) => {
      const settle = (): void => {
        if (--left === 0) resolve()
      }
      worker.on('completed', settle)
      worker.on('failed', settle)
      worker.on('error', reject)
    })
  }
  const spansOf = async (): Promise<{ producers: DecodedSpan[]; consumers: DecodedSpan[]; all: readonly DecodedSpan[] }> => {
    const all = await tracing.spans()
    expect(inspect(all, { depth: 9 })).not.toContain('41111111')
    return { all, producers: all.filter(({ kind }) => kind === 'PRODUCER'), consumers: all.filter(({ kind }) => kind === 'CONSUMER') }
  }

  const ways: [string, () => Telemetry | undefined, (queue: Queue) => Queue, boolean][] = [
    ['telemetry on both sides', bullmqTelemetry, queue => queue, false],
    ['telemetry on both sides, and a traced processor', bullmqTelemetry, queue => queue, true],
    ['a traced queue and a traced processor', () => undefined, traceQueue, true],
  ]
  describe.each(ways)('%s', (_title, telemetry, wrap, traced) => {
    const wrapProcessor = (processor: (job: Job) => Promise<unknown>): typeof processor => (traced ? traceProcessor(processor) : processor)

    test('a job is a child of what added it, and linked to it', async () => {
      const name = nameQueue()
      const queue = wrap(openQueue(name, telemetry()))
      await withSpan('order.place', () => queue.add('charge', { secret }))
      const seen: (string | undefined)[] = []
      await work(name, wrapProcessor(async () => {
        seen.push(trace.getActiveSpan()?.spanContext().spanId)
        await withSpan('order.charge', async () => {})
        return secret
      }), 1, telemetry())
      const { producers, consumers, all } = await spansOf()
      expect(producers).toHaveLength(1)
      expect(consumers).toHaveLength(1)
      const [producer, consumer] = [producers[0] as DecodedSpan, consumers[0] as DecodedSpan]
      expect(producer.name).toBe(`add ${name}`)
      expect(consumer.name).toBe(`process ${name}`)
      expect(producer.parentSpanId).toBe(all.find(span => span.name === 'order.place')?.spanId)
      expect(consumer.parentSpanId).toBe(producer.spanId)
      expect(consumer.links.map(({ spanId }) => spanId)).toEqual([producer.spanId])
      expect(seen).toEqual([consumer.spanId])
      expect(all.find(span => span.name === 'order.charge')?.parentSpanId).toBe(consumer.spanId)
      expect(all).toHaveLength(4)
      expect(producer.attributes).toMatchObject({
        'messaging.system.name': 'bullmq',
        'messaging.operation.name': 'add',
        'messaging.operation.type': 'send',
        'messaging.destination.name': name,
        'messaging.message.id': '1',
      })
      expect(consumer.attributes).toMatchObject({ 'messaging.operation.name': 'process', 'messaging.operation.type': 'process', 'messaging.message.id': '1' })
      expect(consumer.status.code).toBe('UNSET')
    })

    test('attempts are siblings; a retry and the last failure are told apart', async () => {
      const name = nameQueue()
      const queue = wrap(openQueue(name, telemetry()))
      await queue.add('charge', { secret }, { attempts: 2 })
      await work(name, wrapProcessor(() => Promise.reject(new TypeError(secret))), 2, telemetry())
      const { producers, consumers } = await spansOf()
      expect(consumers.map(({ parentSpanId }) => parentSpanId)).toEqual([producers[0]?.spanId, producers[0]?.spanId])
      const [first, last] = consumers
      expect(first?.attributes).toMatchObject({ 'messaging.message.disposition': 'retry', 'error.type': traced ? 'TypeError' : '_OTHER' })
      expect(first?.attributes).not.toHaveProperty('messaging.message.redelivered')
      expect(last?.attributes).toMatchObject({
        'messaging.message.disposition': 'dead_letter',
        'messaging.message.redelivered': true,
        'messaging.message.delivery_count': 2,
      })
      expect(consumers.map(({ status }) => status.code)).toEqual(['ERROR', 'ERROR'])
    })

    test('jobs of a bulk have one PRODUCER span', async () => {
      const name = nameQueue()
      const queue = wrap(openQueue(name, telemetry()))
      await queue.addBulk([{ name: 'a', data: {} }, { name: 'b', data: {} }])
      await work(name, wrapProcessor(async () => {}), 2, telemetry())
      const { producers, consumers } = await spansOf()
      expect(producers.map(span => [span.name, span.attributes['messaging.batch.message_count']])).toEqual([[`addBulk ${name}`, 2]])
      expect(consumers.map(({ parentSpanId }) => parentSpanId)).toEqual([producers[0]?.spanId, producers[0]?.spanId])
    })
  })

  test('an error that BullMQ does not retry is a dead letter at once; a job that is put off has not failed', async () => {
    const name = nameQueue()
    const queue = traceQueue(openQueue(name))
    await queue.add('refuse', {}, { attempts: 3 })
    await queue.add('later', {})
    let put = false
    const processor = traceProcessor(async (job: Job, token?: string) => {
      if (job.name === 'refuse') throw new UnrecoverableError('no')
      if (put) return
      put = true
      await job.moveToDelayed(Date.now() + 10, token)
      throw new DelayedError()
    })
    await work(name, processor, 2)
    const { consumers } = await spansOf()
    expect(consumers.map(span => [span.status.code, span.attributes['messaging.message.disposition']])).toEqual([
      ['ERROR', 'dead_letter'],
      ['UNSET', undefined],
      ['UNSET', undefined],
    ])
  })

  test('a flow has one PRODUCER span for each job, and each job hangs below its own', async () => {
    const [parent, child] = [nameQueue(), nameQueue()]
    openQueue(parent)
    openQueue(child)
    const flows = new FlowProducer({ connection, telemetry: bullmqTelemetry() })
    open.push(flows)
    await flows.add({ name: 'invoice', queueName: parent, opts: {}, children: [{ name: 'charge', queueName: child, opts: {} }] })
    await work(child, async () => {}, 1, bullmqTelemetry())
    await work(parent, async () => {}, 1, bullmqTelemetry())
    const { producers, consumers } = await spansOf()
    expect(producers.map(({ name }) => name).sort()).toEqual([`add ${child}`, `add ${parent}`].sort())
    for (const consumer of consumers) {
      const producer = producers.find(({ spanId }) => spanId === consumer.parentSpanId)
      expect(producer?.attributes['messaging.destination.name']).toBe(consumer.attributes['messaging.destination.name'])
    }
  })

  test('a repeated job whose scheduler says so starts a trace of its own each time', async () => {
    const name = nameQueue()
    const queue = openQueue(name, bullmqTelemetry())
    await queue.upsertJobScheduler('tick', { every: 50 }, { name: 'tick', opts: { telemetry: { omitContext: true } } })
    await work(name, async () => {}, 3, bullmqTelemetry())
    const { consumers } = await spansOf()
    expect(new Set(consumers.slice(0, 3).map(({ traceId }) => traceId)).size).toBe(3)
  })

  test('a queue that has a telemetry of its own is left as it is', () => {
    const queue = openQueue(nameQueue(), bullmqTelemetry())
    expect(Object.keys(traceQueue(queue))).not.toContain('add')
  })
})
