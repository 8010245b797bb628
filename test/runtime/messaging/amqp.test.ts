import { createRequire } from 'node:module'
import type { LookupFunction } from 'node:net'
import { inspect } from 'node:util'
import { AmqplibInstrumentation } from '@opentelemetry/instrumentation-amqplib'
import { withSpan } from '@spanguard/runtime'
import { traceChannel, traceConsumer } from '@spanguard/runtime/amqp'
import amqplib, { type Channel, type ChannelModel, type ConsumeMessage } from 'amqplib'
import callbackApi, { type Channel as CallbackChannel, type Connection } from 'amqplib/callback_api'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import type { DecodedSpan } from '../../otlp-receiver.js'
import { findService, orNowhere, runId } from '../../services.js'
import { startTracing, type TestTracing } from '../middleware/tracing.js'

const service = findService('amqp')
const { host, port } = orNowhere(service)
const url = `amqp://guest:guest@${host}:${port}`
const secret = 'pan 4111111111111111'

describe.skipIf(service === null)('amqplib on RabbitMQ', () => {
  let tracing: TestTracing
  let connection: ChannelModel
  let trusts = true
  beforeAll(async () => {
    tracing = await startTracing({ databases: false, trustIncoming: () => trusts, propagateTo: ['listed.example.com'] })
    connection = await amqplib.connect(url)
  })
  afterAll(async () => {
    await connection.close()
    await tracing.stop()
  })
  const channels: Channel[] = []
  afterEach(async () => {
    trusts = true
    for (const channel of channels.splice(0)) await channel.close()
  })

  let count = 0
  const open = async (from: ChannelModel = connection): Promise<{ channel: Channel; queue: string }> => {
    const channel = await from.createChannel()
    channels.push(channel)
    const queue = `orders-${runId}-${++count}`
    await channel.assertQueue(queue, { exclusive: true, autoDelete: true })
    return { channel, queue }
  }
  /** Consumes so many deliveries. */
  const receive = async (channel: Channel, queue: string, wanted: number, handler: (message: ConsumeMessage) => unknown): Promise<void> => {
    let left = wanted
    await new Promise<void>((resolve, reject) => {
      channel.consume(queue, message => {
        if (message === null) return
        const result = handler(message)
        void Promise.resolve(result).catch(() => {}).then(() => {
          if (--left === 0) resolve()
        })
        return result
      }).catch(reject)
    })
  }
  const spansOf = async (): Promise<{ producers: DecodedSpan[]; consumers: DecodedSpan[]; all: readonly DecodedSpan[] }> => {
    const all = await tracing.spans()
    expect(inspect(all, { depth: 9 })).not.toContain('41111111')
    return { all, producers: all.filter(({ kind }) => kind === 'PRODUCER'), consumers: all.filter(({ kind }) => kind === 'CONSUMER') }
  }

  test('a message is a child of what published it, and linked to it', async () => {
    const { channel, queue } = await open()
    traceChannel(channel)
    withSpan('order.place', () => channel.sendToQueue(queue, Buffer.from(secret), { headers: { note: secret }, messageId: 'm-1' }))
    let carried: unknown
    await receive(channel, queue, 1, async message => {
      carried = message.properties.headers?.['traceparent']
      await withSpan('order.charge', async () => {})
      channel.ack(message)
    })
    const { producers, consumers, all } = await spansOf()
    const [producer, consumer] = [producers[0] as DecodedSpan, consumers[0] as DecodedSpan]
    expect([producers.length, consumers.length]).toEqual([1, 1])
    expect(producer.name).toBe(`publish ${queue}`)
    expect(producer.parentSpanId).toBe(all.find(({ name }) => name === 'order.place')?.spanId)
    expect(producer.attributes).toMatchObject({
      'messaging.system.name': 'rabbitmq',
      'messaging.operation.name': 'publish',
      'messaging.operation.type': 'send',
      'messaging.destination.name': queue,
      'server.address': host,
      'server.port': port,
    })
    expect(consumer.name).toBe(`process ${queue}`)
    expect(consumer.parentSpanId).toBe(producer.spanId)
    expect(consumer.links.map(({ spanId }) => spanId)).toEqual([producer.spanId])
    expect(consumer.attributes).toMatchObject({ 'messaging.message.id': 'm-1', 'messaging.operation.type': 'process' })
    expect(all.find(({ name }) => name === 'order.charge')?.parentSpanId).toBe(consumer.spanId)
    expect(String(carried)).toContain(producer.spanId)
  })

  test('a stranger\'s message is the root of a trace that links to him', async () => {
    const { channel, queue } = await open()
    traceChannel(channel)
    channel.sendToQueue(queue, Buffer.from('{}'))
    trusts = false
    await receive(channel, queue, 1, message => {
      channel.ack(message)
    })
    const { producers, consumers } = await spansOf()
    expect(consumers[0]?.parentSpanId).toBeFalsy()
    expect(consumers[0]?.traceId).not.toBe(producers[0]?.traceId)
    expect(consumers[0]?.links.map(({ spanId }) => spanId)).toEqual([producers[0]?.spanId])
  })

  test('what is put back and what is redelivered say so; so does what is rejected, and its dead letter', async () => {
    const { channel, queue } = await open()
    const dead = await open()
    const exchange = `dlx-${runId}`
    await channel.assertExchange(exchange, 'fanout', { autoDelete: true })
    await channel.bindQueue(dead.queue, exchange, '')
    const main = `${queue}-main`
    await channel.assertQueue(main, { exclusive: true, deadLetterExchange: exchange })
    traceChannel(channel)
    traceChannel(dead.channel)
    channel.sendToQueue(main, Buffer.from(secret))
    let deliveries = 0
    await receive(channel, main, 2, message => {
      channel.nack(message, false, ++deliveries === 1)
    })
    await receive(dead.channel, dead.queue, 1, message => {
      dead.channel.ack(message)
    })
    const { consumers, producers } = await spansOf()
    expect(consumers.map(({ attributes, parentSpanId }) => [parentSpanId, attributes['messaging.message.redelivered'], attributes['messaging.message.disposition'], attributes['messaging.message.dead_letter.reason']])).toEqual([
      [producers[0]?.spanId, undefined, 'retry', undefined],
      [producers[0]?.spanId, true, 'dead_letter', undefined],
      [producers[0]?.spanId, undefined, undefined, 'rejected'],
    ])
    expect(consumers[2]?.attributes['messaging.message.dead_letter.source']).toBe(main)
    expect(consumers[2]?.name).toBe(`process ${dead.queue}`)
  })

  test('a handler that fails is an ERROR with its type; the exchange names a span without its queue', async () => {
    const { channel, queue } = await open()
    const exchange = `events-${runId}`
    await channel.assertExchange(exchange, 'topic', { autoDelete: true })
    await channel.bindQueue(queue, exchange, 'user.#')
    traceChannel(channel).publish(exchange, 'user.jane.doe', Buffer.from('{}'))
    const plain = await connection.createChannel()
    channels.push(plain)
    const failing = traceConsumer((_message: ConsumeMessage) => Promise.reject(new RangeError(secret)))
    await receive(plain, queue, 1, failing)
    const { consumers, producers, all } = await spansOf()
    expect([producers[0]?.name, consumers[0]?.name]).toEqual([`publish ${exchange}`, `process ${exchange}`])
    expect(inspect(all, { depth: 9 })).not.toContain('jane')
    expect(consumers[0]?.status.code).toBe('ERROR')
    expect(consumers[0]?.attributes['error.type']).toBe('RangeError')
  })

  test('a confirm channel calls back; a consumer that is wrapped twice has one span', async () => {
    const { channel, queue } = await open()
    const confirming = traceChannel(await connection.createConfirmChannel())
    channels.push(confirming)
    const error = await new Promise<unknown>(resolve => {
      confirming.publish('', queue, Buffer.from('{}'), {}, resolve)
    })
    expect(error).toBeNull()
    traceChannel(traceChannel(channel))
    await receive(channel, queue, 1, traceConsumer((message: ConsumeMessage) => {
      channel.ack(message)
    }))
    const { consumers, producers } = await spansOf()
    expect([producers.length, consumers.length]).toEqual([1, 1])
  })

  test.each(['the channel', 'the callback'])('amqplib/callback_api: %s is wrapped', async wrapped => {
    const other = await called<Connection>(done => { callbackApi.connect(url, done) })
    try {
      const channel = await called<CallbackChannel>(done => { other.createChannel(done) })
      const queue = `orders-${runId}-${++count}`
      await called(done => { channel.assertQueue(queue, { exclusive: true }, done) })
      if (wrapped === 'the channel') traceChannel(channel)
      withSpan('order.place', () => (wrapped === 'the channel' ? channel : traceChannel(channel)).sendToQueue(queue, Buffer.from(secret)))
      const own = wrapped === 'the channel' ? channel : await called<CallbackChannel>(done => { other.createChannel(done) })
      await new Promise<void>((resolve, reject) => {
        const onMessage = async (message: ConsumeMessage | null): Promise<void> => {
          await withSpan('order.charge', async () => {})
          if (message !== null) own.nack(message, false, false)
          resolve()
        }
        const consumer = wrapped === 'the channel' ? onMessage : traceConsumer(onMessage, { queue })
        called(done => { own.consume(queue, consumer, {}, done) }).catch(reject)
      })
      const { producers, consumers, all } = await spansOf()
      const [producer, consumer] = [producers[0] as DecodedSpan, consumers[0] as DecodedSpan]
      expect([producers.length, consumers.length]).toEqual([1, 1])
      expect([producer.name, consumer.name]).toEqual([`publish ${queue}`, `process ${queue}`])
      expect(producer.attributes).toMatchObject({ 'server.address': host, 'server.port': port })
      expect(producer.parentSpanId).toBe(all.find(({ name }) => name === 'order.place')?.spanId)
      expect(consumer.parentSpanId).toBe(producer.spanId)
      expect(consumer.links.map(({ spanId }) => spanId)).toEqual([producer.spanId])
      expect(all.find(({ name }) => name === 'order.charge')?.parentSpanId).toBe(consumer.spanId)
      // What became of a message is said by the channel alone.
      expect(consumer.attributes['messaging.message.disposition']).toBe(wrapped === 'the channel' ? 'dead_letter' : undefined)
    } finally {
      await called(done => { other.close(done) })
    }
  })

  test('a confirm channel ends the span when the broker has answered, calls back in the caller\'s context, and tells what is refused', async () => {
    const own = await amqplib.connect(url)
    try {
      const channel = traceChannel(await own.createConfirmChannel())
      const queue = `orders-${process.pid}-${++count}`
      // A queue of one message that refuses what comes after it.
      await channel.assertQueue(queue, { exclusive: true, arguments: { 'x-max-length': 1, 'x-overflow': 'reject-publish' } })
      const answers = await withSpan('order.place', () =>
        Promise.all([1, 2].map(() => new Promise(resolve => {
          channel.sendToQueue(queue, Buffer.from(secret), {}, error => {
            withSpan('order.confirmed', () => { resolve(error === null ? 'taken' : 'refused') })
          })
        }))),
      )
      channel.sendToQueue(queue, Buffer.from(secret))
      await expect(channel.waitForConfirms()).rejects.toThrow()
      const { producers, all } = await spansOf()
      expect(answers).toEqual(['taken', 'refused'])
      expect(producers.map(({ status }) => status.code)).toEqual(['UNSET', 'ERROR', 'ERROR'])
      const place = all.find(({ name }) => name === 'order.place')
      expect(all.filter(({ name }) => name === 'order.confirmed').map(({ parentSpanId }) => parentSpanId)).toEqual([place?.spanId, place?.spanId])
      expect(() => channel.sendToQueue(queue, 'no buffer' as never)).toThrow(TypeError)
      expect((await spansOf()).producers.map(({ status }) => status.code)).toEqual(['ERROR'])
    } finally {
      await own.close()
    }
  })

  test('a message that is passed on with its headers carries the context of its own span, and the options stay as they were', async () => {
    const { channel, queue } = await open()
    traceChannel(channel)
    const options = { headers: { traceparent: `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01`, tracestate: 'vendor=1', baggage: `user.email=${secret}`, note: 'kept' } }
    const before = structuredClone(options)
    channel.sendToQueue(queue, Buffer.from('{}'), options)
    let carried: Record<string, unknown> = {}
    await receive(channel, queue, 1, message => {
      carried = { ...message.properties.headers }
      channel.ack(message)
    })
    const { producers } = await spansOf()
    expect(options).toEqual(before)
    expect(carried).toEqual({ note: 'kept', traceparent: expect.stringContaining(producers[0]?.spanId ?? 'no span') as string, tracestate: 'ot=th:0' })
  })

  test('what is fetched by get has no span of its own, and its handler may be given one', async () => {
    const { channel, queue } = await open()
    traceChannel(channel)
    channel.sendToQueue(queue, Buffer.from('{}'))
    const message = await vi.waitFor(async () => {
      const got = await channel.get(queue)
      if (got === false) throw new Error('not there yet')
      return got
    })
    traceConsumer(() => { channel.nack(message, false, false) }, { queue })(message)
    // Settled a second time by mistake, after its span is over: the broker's to complain about, and nothing of the span's.
    const { producers, consumers } = await spansOf()
    expect(consumers).toMatchObject([{ name: `process ${queue}`, parentSpanId: producers[0]?.spanId, attributes: { 'messaging.message.disposition': 'dead_letter' } }])
  })

  test('a broker at a public address gets no trace context unless propagateTo lists it, and a warning says so', async () => {
    const lines: string[] = []
    const written = vi.spyOn(process.stderr, 'write').mockImplementation(line => lines.push(String(line)) > 0)
    try {
      const traceparents: unknown[] = []
      for (const name of ['broker.example.com', 'listed.example.com']) {
        const other = await amqplib.connect(url.replace(host, name), { lookup: lookUpHere })
        const { channel, queue } = await open(other)
        traceChannel(channel)
        withSpan('order.place', () => channel.sendToQueue(queue, Buffer.from('{}')))
        await receive(channel, queue, 1, message => {
          traceparents.push(message.properties.headers?.['traceparent'])
          channel.ack(message)
        })
        await channels.pop()?.close()
        await other.close()
      }
      const { producers, consumers } = await spansOf()
      expect(producers.map(({ attributes }) => attributes['server.address'])).toEqual(['broker.example.com', 'listed.example.com'])
      expect(traceparents).toEqual([undefined, expect.stringContaining(producers[1]?.spanId ?? 'no span')])
      expect(consumers.map(({ parentSpanId }) => parentSpanId ?? '')).toEqual(['', producers[1]?.spanId])
      expect(lines.filter(line => line.includes('propagateTo'))).toEqual([
        'spanguard: messages to rabbitmq at broker.example.com carry no trace context, so their consumers start new traces: add the host to propagateTo\n',
      ])
    } finally {
      written.mockRestore()
    }
  })

  test.each([['sampled', 1], ['not sampled', 0]])('beside the official instrumentation there is one span a side: %s', async (_title, expected) => {
    const instrumentation = new AmqplibInstrumentation()
    const require = createRequire(import.meta.url)
    for (const name of Object.keys(require.cache)) if (name.includes('/amqplib/')) Reflect.deleteProperty(require.cache, name)
    const patched = require('amqplib') as typeof amqplib
    const other = await patched.connect(url)
    try {
      const { channel, queue } = await open(other)
      traceChannel(channel)
      const send = (): unknown => channel.sendToQueue(queue, Buffer.from('{}'))
      if (expected === 1) send()
      else await withUnsampled(send)
      await receive(channel, queue, 1, traceConsumer((message: ConsumeMessage) => {
        channel.ack(message)
      }))
      const { consumers, producers } = await spansOf()
      expect([producers.length, consumers.length]).toEqual([expected, expected])
      if (expected === 1) expect(consumers[0]?.parentSpanId).toBe(producers[0]?.spanId)
      await channels.pop()?.close()
    } finally {
      await other.close()
      instrumentation.disable()
    }
  })
})

/** What a function of amqplib/callback_api gives to its callback. */
function called<Result = unknown>(start: (done: (error: Error | null | undefined, result?: Result) => void) => void): Promise<Result> {
  return new Promise((resolve, reject) => {
    start((error, result) => {
      if (error === null || error === undefined) resolve(result as Result)
      else reject(error)
    })
  })
}

/** As DNS would answer if the tests' broker had a public name. */
const lookUpHere: LookupFunction = (_name, options, answer) => {
  if (options.all === true) answer(null, [{ address: host, family: 4 }])
  else answer(null, host, 4)
}

/** Runs `fn` below a caller that did not sample. */
async function withUnsampled(fn: () => unknown): Promise<void> {
  const { context, trace } = await import('@opentelemetry/api')
  const remote = { traceId: '1'.repeat(32), spanId: '2'.repeat(16), traceFlags: 0, isRemote: true }
  context.with(trace.setSpanContext(context.active(), remote), fn)
}
