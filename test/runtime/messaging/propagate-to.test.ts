import net from 'node:net'
import { withSpan } from '@spanguard/runtime'
import { traceQueue } from '@spanguard/runtime/bullmq'
import { traceProducer } from '@spanguard/runtime/kafka'
import { traceConnection } from '@spanguard/runtime/nats'
import { connect } from '@nats-io/transport-node'
import { Queue } from 'bullmq'
import { type EachMessagePayload, Kafka, logLevel } from 'kafkajs'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { findService, orNowhere, type Service } from '../../services.js'
import { startTracing, type TestTracing } from '../middleware/tracing.js'
import { startKafkaBroker } from './kafka-broker.js'

/**
 * Brokers at public addresses, as messages to them carry it: the tests' brokers under names that only the client believes in.
 * RabbitMQ's is in amqp.test.ts.
 */
interface Broker {
  readonly service: Service | null | undefined
  /** Sends one message to the broker under a name and gives what it carried. */
  readonly send: (name: string) => Promise<string | undefined>
}

const [redis, nats] = [findService('redis'), findService('nats')]
const system: Readonly<Record<string, Broker>> = {
  kafka: {
    service: undefined,
    async send(name) {
      const broker = await startKafkaBroker(name)
      const kafka = new Kafka({
        brokers: [broker.address],
        logLevel: logLevel.NOTHING,
        socketFactory: ({ port, onConnect }) => net.connect({ host: '127.0.0.1', port }, onConnect),
      })
      const producer = traceProducer(kafka.producer())
      await producer.connect()
      await withSpan('order.place', () => producer.send({ topic: 'orders', messages: [{ value: '42' }] }))
      await producer.disconnect()
      const consumer = kafka.consumer({ groupId: 'billing' })
      await consumer.connect()
      await consumer.subscribe({ topic: 'orders', fromBeginning: true })
      const carried = await new Promise<string | undefined>((resolve, reject) => {
        const eachMessage = ({ message }: EachMessagePayload): Promise<void> => {
          resolve(message.headers?.['traceparent']?.toString())
          return Promise.resolve()
        }
        consumer.run({ eachMessage }).catch(reject)
      })
      await consumer.disconnect()
      await broker.close()
      return carried
    },
  },
  nats: {
    service: nats,
    async send(name) {
      const { host, port } = orNowhere(nats)
      const connection = await connect({ servers: `${host}:${port}` })
      const received = new Promise<string | undefined>(resolve => {
        connection.subscribe('orders.created', { callback: (_error, { headers }) => { resolve(headers?.get('traceparent') || undefined) } })
      })
      connection.getServer = () => `${name}:4222`
      traceConnection(connection)
      withSpan('order.place', () => { connection.publish('orders.created', '42') })
      const carried = await received
      await connection.close()
      return carried
    },
  },
  bullmq: {
    service: redis,
    async send(name) {
      const queue = new Queue(`orders-${process.pid}-${name}`, { connection: { ...orNowhere(redis), maxRetriesPerRequest: null } })
      await queue.waitUntilReady()
      Object.assign(queue.opts, { connection: { host: name, port: 6379 } })
      const { opts } = await withSpan('order.place', () => traceQueue(queue).add('charge', {}))
      await queue.obliterate({ force: true })
      await queue.close()
      const metadata = (opts as { readonly telemetry?: { readonly metadata?: string } }).telemetry?.metadata
      return metadata === undefined ? undefined : (JSON.parse(metadata) as { readonly traceparent: string }).traceparent
    },
  },
}

let tracing: TestTracing
beforeAll(async () => {
  tracing = await startTracing({ databases: false, propagateTo: ['listed.example.com'] })
})
afterAll(() => tracing.stop())

describe.each(Object.entries(system))('%s', (name, { service, send }) => {
  test.skipIf(service === null)('a broker at a public address gets no trace context unless propagateTo lists it, and a warning says so', async () => {
    const lines: string[] = []
    const written = vi.spyOn(process.stderr, 'write').mockImplementation(line => lines.push(String(line)) > 0)
    try {
      const refused = `${name}.example.com`
      const carried = [await send(refused), await send('listed.example.com')]
      const producers = (await tracing.spans()).filter(({ kind }) => kind === 'PRODUCER')
      expect(producers.map(({ attributes }) => attributes['server.address'])).toEqual([refused, 'listed.example.com'])
      expect(carried).toEqual([undefined, expect.stringContaining(producers[1]?.spanId ?? 'no span')])
      expect(lines.filter(line => line.includes('propagateTo'))).toEqual([
        `spanguard: messages to ${name} at ${refused} carry no trace context, so their consumers start new traces: add the host to propagateTo\n`,
      ])
    } finally {
      written.mockRestore()
    }
  })
})
