import { createRequire } from 'node:module'
import { inspect } from 'node:util'
import { KafkaJsInstrumentation } from '@opentelemetry/instrumentation-kafkajs'
import { withSpan } from '@spanguard/runtime'
import { traceBatch, traceMessage, traceProducer } from '@spanguard/runtime/kafka'
import kafkajs, { type ConsumerRunConfig, type Kafka, logLevel, type Producer } from 'kafkajs'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import type { DecodedSpan } from '../../otlp-receiver.js'
import { startTracing, type TestTracing } from '../middleware/tracing.js'
import { type KafkaBroker, startKafkaBroker } from './kafka-broker.js'

const secret = 'pan 4111111111111111'
const topic = 'orders'
/** kafkajs does not try again after a RangeError and its like. */
class OutOfStock extends Error {
  override name = 'OutOfStock'
}
let tracing: TestTracing
let broker: KafkaBroker
beforeAll(async () => {
  tracing = await startTracing({ databases: false })
})
afterAll(() => tracing.stop())
const open: { disconnect(): Promise<unknown> }[] = []
beforeEach(async () => {
  broker = await startKafkaBroker()
})
afterEach(async () => {
  for (const each of open.splice(0)) await each.disconnect()
  await broker.close()
})

const client = (from = kafkajs): Kafka =>
  new from.Kafka({ clientId: 'test', brokers: [broker.address], logLevel: logLevel.NOTHING, retry: { initialRetryTime: 10, maxRetryTime: 20 } })
const produce = async (kafka = client()): Promise<Producer> => {
  const producer = traceProducer(kafka.producer())
  open.push(producer)
  await producer.connect()
  return producer
}
/** Runs a consumer until `done` says so. */
const consume = async (make: (done: () => void) => ConsumerRunConfig, kafka = client()): Promise<void> => {
  const consumer = kafka.consumer({ groupId: 'billing', sessionTimeout: 6000 })
  open.push(consumer)
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: true })
  await new Promise<void>((resolve, reject) => {
    consumer.run(make(resolve)).catch(reject)
  })
}
const spansOf = async (): Promise<{ producers: DecodedSpan[]; consumers: DecodedSpan[]; all: readonly DecodedSpan[] }> => {
  const all = await tracing.spans()
  expect(inspect(all, { depth: 9 })).not.toContain('41111111')
  return { all, producers: all.filter(({ kind }) => kind === 'PRODUCER'), consumers: all.filter(({ kind }) => kind === 'CONSUMER') }
}

test('a message is a child of what sent it, and linked to it', async () => {
  const producer = await produce()
  await withSpan('order.place', () => producer.send({ topic, messages: [{ key: secret, value: secret, headers: { note: secret } }] }))
  await consume(done => ({
    eachMessage: traceMessage(async () => {
      await withSpan('order.charge', async () => {})
      done()
    }, { group: 'billing' }),
  }))
  const { producers, consumers, all } = await spansOf()
  const [sent, received] = [producers[0] as DecodedSpan, consumers[0] as DecodedSpan]
  expect([producers.length, consumers.length]).toEqual([1, 1])
  expect([sent.name, received.name]).toEqual(['send orders', 'process orders'])
  expect(sent.parentSpanId).toBe(all.find(({ name }) => name === 'order.place')?.spanId)
  expect(received.parentSpanId).toBe(sent.spanId)
  expect(received.links.map(({ spanId }) => spanId)).toEqual([sent.spanId])
  expect(all.find(({ name }) => name === 'order.charge')?.parentSpanId).toBe(received.spanId)
  expect(sent.attributes).toMatchObject({ 'messaging.system.name': 'kafka', 'messaging.operation.name': 'send', 'server.port': Number(broker.address.split(':')[1]) })
  expect(received.attributes).toMatchObject({ 'messaging.destination.partition.id': '0', 'messaging.consumer.group.name': 'billing' })
})

test('a batch has links to all producers, and no parent', async () => {
  const producer = await produce()
  await producer.send({ topic, messages: [{ value: secret }, { value: secret }] })
  await producer.sendBatch({ topicMessages: [{ topic, messages: [{ value: secret }] }, { topic: 'audits', messages: [{ value: secret }] }] })
  let read = 0
  await consume(done => ({
    eachBatch: traceBatch(({ batch }) => {
      read += batch.messages.length
      if (read === 3) done()
      return Promise.resolve()
    }),
  }))
  const { producers, consumers } = await spansOf()
  expect(producers.map(({ name, attributes }) => [name, attributes['messaging.batch.message_count']])).toEqual([
    ['send orders', 2],
    ['sendBatch orders', undefined],
    ['sendBatch audits', undefined],
  ])
  expect(consumers.every(({ parentSpanId }) => !parentSpanId)).toBe(true)
  const linked = consumers.flatMap(({ links }) => links.map(({ spanId }) => spanId))
  expect(linked).toEqual([producers[0]?.spanId, producers[0]?.spanId, producers[1]?.spanId])
  expect(consumers.reduce((sum, { attributes }) => sum + Number(attributes['messaging.batch.message_count']), 0)).toBe(3)
})

test('a handler that fails is an ERROR; the message that comes again says so', async () => {
  const producer = await produce()
  await producer.send({ topic, messages: [{ value: '1' }, { value: '2' }] })
  const seen: string[] = []
  await consume(done => ({
    eachMessage: traceMessage(({ message }) => {
      seen.push(String(message.value))
      if (seen.length === 3) done()
      return seen.length === 1 ? Promise.reject(new OutOfStock(secret)) : Promise.resolve()
    }),
  }))
  const { consumers } = await spansOf()
  expect(seen).toEqual(['1', '1', '2'])
  expect(consumers.map(({ status, attributes }) => [status.code, attributes['error.type'], attributes['messaging.message.delivery_count'], attributes['messaging.message.disposition']])).toEqual([
    ['ERROR', 'OutOfStock', undefined, 'retry'],
    ['UNSET', undefined, 2, undefined],
    ['UNSET', undefined, undefined, undefined],
  ])
})

test('a message that its handler gives up goes to a topic of dead letters, below the attempt that gave it up', async () => {
  const producer = await produce()
  await producer.send({ topic, messages: [{ value: secret, headers: { note: secret } }] })
  await consume(done => ({
    eachMessage: traceMessage(async ({ message }) => {
      // With the headers that it came with, as dead letters are sent.
      await producer.send({ topic: 'orders.dead', messages: [{ value: message.value, headers: { ...message.headers, reason: 'out of stock' } }] })
      done()
    }),
  }))
  const { producers, consumers } = await spansOf()
  const [sent, dead] = producers
  expect(consumers.map(({ status, attributes }) => [status.code, attributes['messaging.message.disposition']])).toEqual([['UNSET', undefined]])
  expect([dead?.name, dead?.parentSpanId, dead?.traceId]).toEqual(['send orders.dead', consumers[0]?.spanId, sent?.traceId])
})

test('a batch whose handler resolves by itself is given what is left again, as a batch of its own', async () => {
  const producer = await produce()
  await producer.send({ topic, messages: [{ value: '1' }, { value: '2' }, { value: '3' }] })
  const seen: string[][] = []
  await consume(done => ({
    autoCommit: false,
    eachBatchAutoResolve: false,
    eachBatch: traceBatch(async payload => {
      const { batch } = payload
      seen.push(batch.messages.map(({ value }) => String(value)))
      for (const message of batch.messages) {
        if (!payload.isRunning()) return
        if (seen.length === 1 && String(message.value) === '2') throw new OutOfStock(secret)
        payload.resolveOffset(message.offset)
        await payload.heartbeat()
      }
      await payload.commitOffsetsIfNecessary()
      done()
    }, { group: 'billing' }),
  }))
  const { producers, consumers } = await spansOf()
  expect(seen).toEqual([['1', '2', '3'], ['2', '3']])
  expect(consumers.map(({ status, attributes, links }) => [status.code, attributes['messaging.batch.message_count'], attributes['messaging.message.disposition'], links.length])).toEqual([
    ['ERROR', 3, 'retry', 3],
    ['UNSET', 2, undefined, 2],
  ])
  expect(new Set(consumers.flatMap(({ links }) => links.map(({ spanId }) => spanId)))).toEqual(new Set([producers[0]?.spanId]))
})

test('a transaction: what it sends has spans below what is active, arrives when it is committed, and never when it is aborted', async () => {
  const producer = traceProducer(client().producer({ transactionalId: 'billing', idempotent: true, maxInFlightRequests: 1 }))
  open.push(producer)
  await producer.connect()
  const transact = (end: 'commit' | 'abort', value: string): Promise<void> =>
    withSpan('order.place', async () => {
      const transaction = await producer.transaction()
      await transaction.send({ topic, messages: [{ value, headers: { note: secret } }] })
      await transaction.sendBatch({ topicMessages: [{ topic: 'audits', messages: [{ value: secret }] }] })
      await transaction.sendOffsets({ consumerGroupId: 'stock', topics: [{ topic: 'stock', partitions: [{ partition: 0, offset: '7' }] }] })
      await transaction[end]()
    })
  await transact('abort', '1')
  await transact('commit', '2')
  const values: string[] = []
  await consume(done => ({
    eachMessage: traceMessage(({ message }) => {
      values.push(String(message.value))
      done()
      return Promise.resolve()
    }),
  }))
  const { producers, consumers, all } = await spansOf()
  const places = all.filter(({ name }) => name === 'order.place').map(({ spanId }) => spanId)
  expect(values).toEqual(['2'])
  expect(producers.map(({ name, parentSpanId }) => [name, parentSpanId])).toEqual(places.flatMap(place => [['send orders', place], ['sendBatch audits', place]]))
  expect(new Set(producers.map(({ attributes }) => attributes['server.port']))).toEqual(new Set([Number(broker.address.split(':')[1])]))
  expect(consumers.map(({ parentSpanId }) => parentSpanId)).toEqual([producers[2]?.spanId])
})

test('sending that fails is an ERROR, and what was given is as it was', async () => {
  const producer = await produce()
  const message = { value: '1', headers: { note: 'x' } }
  await producer.send({ topic, messages: [message] })
  expect(message).toEqual({ value: '1', headers: { note: 'x' } })
  await producer.disconnect()
  await expect(producer.send({ topic, messages: [message] })).rejects.toThrow()
  const { producers } = await spansOf()
  expect(producers.map(({ status }) => status.code)).toEqual(['UNSET', 'ERROR'])
})

test('beside the official instrumentation there is one span a side', async () => {
  const instrumentation = new KafkaJsInstrumentation()
  const require = createRequire(import.meta.url)
  for (const name of Object.keys(require.cache)) if (name.includes('/kafkajs/')) Reflect.deleteProperty(require.cache, name)
  const patched = require('kafkajs') as typeof kafkajs
  try {
    const producer = await produce(client(patched))
    await producer.send({ topic, messages: [{ value: '1' }] })
    await consume(done => ({
      eachMessage: traceMessage(() => {
        done()
        return Promise.resolve()
      }),
    }), client(patched))
    const { producers, consumers } = await spansOf()
    expect([producers.length, consumers.length]).toEqual([1, 1])
    expect(consumers[0]?.parentSpanId).toBe(producers[0]?.spanId)
  } finally {
    instrumentation.disable()
  }
})
