import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'

import { afterAll } from 'vitest'

import rule from '../../rules/no-context-loss.js'
import { findingsOnly, ruleTester } from '../rule-tester.js'

const folders: string[] = []
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true })))

/** A file of a package with these dependencies. */
function inPackage(...dependencies: string[]): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'spanguard-context-'))
  folders.push(folder)
  const versions = Object.fromEntries(dependencies.map((name) => [name, '*']))
  writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ name: 'service', dependencies: versions }))
  return path.join(folder, 'file.ts')
}

const traced = inPackage('@opentelemetry/api')
const rabbit = `import amqp from 'amqplib'
import { context, propagation, SpanKind, trace } from '@opentelemetry/api'
const channel = await (await amqp.connect(url)).createChannel()
`

ruleTester.run('no-context-loss', findingsOnly(rule), {
  valid: [
    {
      name: 'a producer that injects',
      filename: traced,
      code: `${rabbit}export function send(order) {
  const headers = {}
  propagation.inject(context.active(), headers)
  channel.sendToQueue('orders', Buffer.from(order), { headers })
}`,
    },
    {
      name: 'a producer that is given the headers of the trace by another file',
      filename: traced,
      code: `import { traceHeaders } from './tracing.js'\n${rabbit}export const send = (order) => channel.sendToQueue('orders', Buffer.from(order), { headers: traceHeaders() })`,
    },
    {
      name: 'a producer that injects by a function of this file',
      filename: traced,
      code: `${rabbit}export const send = (order) => channel.sendToQueue('orders', order, { headers: carry() })
function carry() { const headers = {}; propagation.inject(context.active(), headers); return headers }`,
    },
    {
      name: 'a consumer that extracts',
      filename: traced,
      code: `${rabbit}channel.consume('orders', (message) => {
  context.with(propagation.extract(context.active(), message.properties.headers), () => settle(message))
})`,
    },
    {
      name: 'a consumer that hands each message to a function of this file',
      filename: traced,
      code: `${rabbit}channel.consume('orders', receive)
function receive(message) { const parent = propagation.extract(context.active(), message.properties.headers); settle(parent) }`,
    },
    {
      name: 'an instrumentation carries it',
      filename: inPackage('@opentelemetry/api', '@opentelemetry/instrumentation-amqplib'),
      code: `${rabbit}channel.sendToQueue('orders', order)`,
    },
    { name: 'a package that knows no tracing', filename: inPackage('amqplib'), code: `${rabbit}channel.sendToQueue('orders', order)` },
    { name: 'a method of the same name on something else', filename: traced, code: `${rabbit}store.publish('orders', order)\nqueue.consume()` },
    {
      name: 'BullMQ with its telemetry',
      filename: traced,
      code: `import { Queue, Worker } from 'bullmq'
import { BullMQOtel } from 'bullmq-otel'
const queue = new Queue('orders', { telemetry: new BullMQOtel('shop') })
queue.add('settle', order)
new Worker('orders', settle, { telemetry: new BullMQOtel('shop') })`,
    },
    {
      name: 'a span of kind producer around a client of the project’s own, which may inject',
      filename: traced,
      code: `import { SpanKind, trace } from '@opentelemetry/api'
export function trigger(id) {
  return trace.getTracer('jobs').startActiveSpan('job.trigger', { kind: SpanKind.PRODUCER }, () => client.triggerJob(id))
}`,
    },
    {
      name: 'a consumer span with the context of the message',
      filename: traced,
      code: `import { SpanKind, trace } from '@opentelemetry/api'
export function receive(message, parentContext) {
  return trace.getTracer('jobs').startSpan('order.receive', { kind: SpanKind.CONSUMER }, parentContext)
}`,
    },
    {
      name: 'wrappers of the runtime carry it',
      filename: traced,
      code: `import amqp from 'amqplib'
import { Queue, Worker } from 'bullmq'
import { Kafka } from 'kafkajs'
import { connect } from 'nats'
import { traceChannel, traceConsumer } from '@spanguard/runtime/amqp'
import { bullmqTelemetry, traceProcessor, traceQueue } from '@spanguard/runtime/bullmq'
import { traceMessage, traceProducer } from '@spanguard/runtime/kafka'
import { traceConnection, traceMessage as traceOne } from '@spanguard/runtime/nats'
const connection = await amqp.connect(url)
const channel = traceChannel(await connection.createChannel())
channel.publish('orders', '', order)
const plain = await connection.createChannel()
plain.consume('orders', traceConsumer((message) => { settle(message) }))
const queue = traceQueue(new Queue('orders'))
queue.add('settle', order)
new Queue('others', { telemetry: bullmqTelemetry() }).add('settle', order)
new Worker('orders', traceProcessor(async (job) => settle(job.data)))
const kafka = new Kafka({ brokers })
const producer = kafka.producer()
traceProducer(producer)
await producer.send({ topic: 'orders', messages: [{ value: order }] })
await kafka.consumer({ groupId: 'settlement' }).run({ eachMessage: traceMessage(async ({ message }) => settle(message)) })
const nats = await connect()
traceConnection(nats)
nats.publish('orders', order)
for await (const message of nats.subscribe('orders')) await traceOne(message, () => settle(message))`,
    },
  ],
  invalid: [
    {
      name: 'amqplib: sent without the context, once for each function',
      filename: traced,
      code: `${rabbit}export function send(order) {
  channel.sendToQueue('orders', order)
  channel.publish('audit', '', order)
}`,
      errors: [{ messageId: 'inject', line: 5, column: 3, endColumn: 22, data: { call: '"channel.sendToQueue"', advice: 'Put it into the headers: `propagation.inject(context.active(), headers)`.' } }],
    },
    {
      name: 'amqplib: received without it',
      filename: traced,
      code: `${rabbit}channel.consume('orders', (message) => { settle(message) })`,
      errors: [{ messageId: 'extract', line: 4, column: 1 }],
    },
    {
      name: 'kafkajs',
      filename: traced,
      code: `import { Kafka } from 'kafkajs'
const kafka = new Kafka({ brokers })
const producer = kafka.producer()
const consumer = kafka.consumer({ groupId: 'settlement' })
await producer.send({ topic: 'orders', messages: [{ value: order }] })
await consumer.run({ eachMessage: async ({ message }) => settle(message) })`,
      errors: [
        { messageId: 'inject', line: 5 },
        { messageId: 'extract', line: 6 },
      ],
    },
    {
      name: 'BullMQ without its telemetry',
      filename: traced,
      code: `import { Queue, Worker } from 'bullmq'
const queue = new Queue('orders')
export function enqueue(order) { return queue.add('settle', order) }
new Worker('orders', async (job) => settle(job.data))`,
      errors: [
        {
          messageId: 'inject',
          line: 3,
          data: { call: '"queue.add"', advice: 'Give what it is sent by `telemetry: bullmqTelemetry()` of "@spanguard/runtime/bullmq", or that of "bullmq-otel".' },
        },
        {
          messageId: 'extract',
          line: 4,
          column: 5,
          data: { call: '"Worker"', advice: 'Give it `telemetry: bullmqTelemetry()` of "@spanguard/runtime/bullmq", or that of "bullmq-otel".' },
        },
      ],
    },
    {
      name: 'NATS',
      filename: traced,
      code: `import { connect } from 'nats'
const nats = await connect()
export const send = (order) => nats.publish('orders', order)`,
      errors: [{ messageId: 'inject', line: 3 }],
    },
    {
      name: 'spans that say so by their kind, around what sends and takes a message',
      filename: traced,
      code: `import { SpanKind, trace } from '@opentelemetry/api'
const tracer = trace.getTracer('orders')
export function send(order) {
  return tracer.startActiveSpan('order.send', { kind: SpanKind.PRODUCER }, () => broker.publish('orders', order))
}
export function receive(message) {
  return tracer.startActiveSpan('order.receive', { kind: SpanKind.CONSUMER }, () => settle(message))
}`,
      errors: [
        { messageId: 'inject', line: 4, column: 10 },
        { messageId: 'extract', line: 7, column: 10 },
      ],
    },
  ],
})
