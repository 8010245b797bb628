import { inspect } from 'node:util'
import { AckPolicy, jetstream, jetstreamManager, type JsMsg } from '@nats-io/jetstream'
import { connect as connect3, type NatsConnection } from '@nats-io/transport-node'
import { connect as connect2, headers } from 'nats'
import { withSpan } from '@spanguard/runtime'
import { traceCallback, traceConnection, traceMessage } from '@spanguard/runtime/nats'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { DecodedSpan } from '../../otlp-receiver.js'
import { findService, orNowhere, runId } from '../../services.js'
import { startTracing, type TestTracing } from '../middleware/tracing.js'

const service = findService('nats')
const { host, port } = orNowhere(service)
const servers = `${host}:${port}`
const secret = 'pan 4111111111111111'

describe.skipIf(service === null)('NATS', () => {
  let tracing: TestTracing
  beforeAll(async () => {
    tracing = await startTracing({ databases: false })
  })
  afterAll(() => tracing.stop())
  const open: { close(): Promise<unknown> }[] = []
  afterEach(async () => {
    for (const each of open.splice(0)) await each.close()
  })

  const spansOf = async (): Promise<{ producers: DecodedSpan[]; consumers: DecodedSpan[]; all: readonly DecodedSpan[] }> => {
    const all = await tracing.spans()
    expect(inspect(all, { depth: 9 })).not.toContain('41111111')
    return { all, producers: all.filter(({ kind }) => kind === 'PRODUCER'), consumers: all.filter(({ kind }) => kind === 'CONSUMER') }
  }
  const clients: [string, () => Promise<NatsConnection>][] = [
    ['@nats-io/transport-node 3', () => connect3({ servers })],
    ['nats 2', async () => (await connect2({ servers })) as unknown as NatsConnection],
  ]

  describe.each(clients)('%s', (_title, connect) => {
    const connected = async (): Promise<NatsConnection> => {
      const connection = traceConnection(await connect())
      open.push(connection)
      return connection
    }

    test('a message is a child of what published it, and linked to it; its callback runs inside', async () => {
      const connection = await connected()
      const received = new Promise<void>(resolve => {
        connection.subscribe('orders.*', {
          queue: 'billing',
          callback: () => {
            void withSpan('order.charge', async () => {}).then(resolve)
          },
        })
      })
      const own = headers()
      own.set('note', secret)
      withSpan('order.place', () => {
        connection.publish('orders.created', secret, { headers: own as never })
      })
      await received
      const { producers, consumers, all } = await spansOf()
      const [producer, consumer] = [producers[0] as DecodedSpan, consumers[0] as DecodedSpan]
      expect([producers.length, consumers.length]).toEqual([1, 1])
      expect([producer.name, consumer.name]).toEqual(['publish orders.created', 'process orders.*'])
      expect(producer.parentSpanId).toBe(all.find(({ name }) => name === 'order.place')?.spanId)
      expect(consumer.parentSpanId).toBe(producer.spanId)
      expect(consumer.links.map(({ spanId }) => spanId)).toEqual([producer.spanId])
      expect(all.find(({ name }) => name === 'order.charge')?.parentSpanId).toBe(consumer.spanId)
      expect(producer.attributes).toMatchObject({ 'messaging.system.name': 'nats', 'messaging.destination.name': 'orders.created', 'server.port': port })
      expect(consumer.attributes).toMatchObject({ 'messaging.destination.template': 'orders.*', 'messaging.consumer.group.name': 'billing' })
    })

    test.each([false, true])('a request has one span, and so has its answer (noMux: %s)', async noMux => {
      const connection = await connected()
      connection.subscribe('price', {
        callback: traceCallback((_error: unknown, message: { subject: string; respond(data: string): boolean }) => {
          message.respond('42')
        }),
      })
      await connection.request('price', secret, { timeout: 2000, noMux })
      const { producers, consumers } = await spansOf()
      expect(producers.map(({ name }) => name)).toEqual(['request price'])
      expect(consumers.map(({ name, parentSpanId }) => [name, parentSpanId])).toEqual([['process price', producers[0]?.spanId]])
    })

    test('ids in a subject stay out of names and attributes', async () => {
      const connection = await connected()
      connection.publish('user.4711.updated', '')
      connection.publish('mail.jane@example.com', '')
      await connection.flush()
      const { producers, all } = await spansOf()
      expect(producers.map(({ name, attributes }) => [name, attributes['messaging.destination.template']])).toEqual([
        ['publish user.*.updated', 'user.*.updated'],
        ['publish mail.*.com', 'mail.*.com'],
      ])
      expect(inspect(all, { depth: 9 })).not.toMatch(/4711|jane/)
    })
  })

  test('an iterated subscription, with a handler that fails', async () => {
    const connection = traceConnection(await connect3({ servers }))
    open.push(connection)
    const subscription = connection.subscribe('refunds', { max: 1 })
    connection.publish('refunds', secret)
    for await (const message of subscription) {
      await traceMessage(message, () => Promise.reject(new RangeError(secret))).catch(() => {})
    }
    const { consumers, producers } = await spansOf()
    expect(consumers[0]).toMatchObject({ name: 'process refunds', parentSpanId: producers[0]?.spanId })
    expect([consumers[0]?.status.code, consumers[0]?.attributes['error.type']]).toEqual(['ERROR', 'RangeError'])
  })

  test('JetStream: what is put back, redelivered and given up says so', async () => {
    const connection = traceConnection(await connect3({ servers }))
    const stream = `ORDERS_${runId}`
    const manager = await jetstreamManager(connection)
    open.push({ close: async () => (await manager.streams.delete(stream), connection.close()) })
    await manager.streams.add({ name: stream, subjects: [`jobs.${stream}`] })
    await manager.consumers.add(stream, { durable_name: 'billing', ack_policy: AckPolicy.Explicit })
    await withSpan('order.place', () => jetstream(connection).publish(`jobs.${stream}`, secret))
    const consumer = await jetstream(connection).consumers.get(stream, 'billing')
    const messages = await consumer.consume()
    let deliveries = 0
    for await (const message of messages) {
      traceMessage(message, (each: JsMsg) => {
        if (++deliveries === 1) each.nak()
        else each.term()
      }, { subject: 'jobs.*' })
      if (deliveries === 2) break
    }
    const { consumers, all } = await spansOf()
    const producer = all.find(({ name }) => name.startsWith('request jobs'))
    expect(all).toHaveLength(4)
    expect(consumers.map(({ name, parentSpanId, attributes }) => [name, parentSpanId, attributes['messaging.message.delivery_count'], attributes['messaging.message.disposition']])).toEqual([
      ['process jobs.*', producer?.spanId, undefined, 'retry'],
      ['process jobs.*', producer?.spanId, 2, 'dead_letter'],
    ])
    expect(consumers[0]?.attributes['messaging.consumer.group.name']).toBe('billing')
  })
})
