import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll } from 'vitest'

import approvedSetup from '../../../rules/approved-setup.js'
import errorStage from '../../../rules/error-stage.js'
import noContextLoss from '../../../rules/no-context-loss.js'
import noUseAfterEnd from '../../../rules/no-use-after-end.js'
import secureExporter from '../../../rules/secure-exporter.js'
import { runOffers } from './offers.js'

const service = mkdtempSync(path.join(os.tmpdir(), 'spanguard-offers-'))
writeFileSync(path.join(service, 'package.json'), JSON.stringify({ name: 'shop', type: 'module', dependencies: { '@opentelemetry/api': '^1.9.0' } }))
afterAll(() => rmSync(service, { recursive: true }))
const [mjs, ts] = [path.join(service, 'a.mjs'), path.join(service, 'a.ts')]

const api = `import { trace } from '@opentelemetry/api'\nconst tracer = trace.getTracer('shop')\n`

const ended = (body: string): string => `${api}export async function place(order) {\n  const span = tracer.startSpan('order.place')\n${body}\n}\n`
runOffers(
  'no-use-after-end',
  noUseAfterEnd,
  [
    {
      name: 'in front of an end of the same block',
      code: ended(`  span.end()\n  span.setAttribute('order.id', order.id)`),
      finds: 'lost',
      offers: [['move', ended(`  span.setAttribute('order.id', order.id)\n  span.end()`)]],
    },
    {
      name: 'in front of an end in a finally',
      code: ended(`  try {\n    await save(order)\n  } finally {\n    span.end()\n  }\n  span.setAttribute('order.id', order.id)`),
      finds: 'lost',
      offers: [['move', ended(`  try {\n    await save(order)\n  } finally {\n    span.setAttribute('order.id', order.id)\n    span.end()\n  }`)]],
    },
    {
      name: 'on one line',
      code: `${api}export function f(id) { const span = tracer.startSpan('order.f'); span.end(); span.setAttribute('order.id', id) }\n`,
      finds: 'lost',
      offers: [['move', `${api}export function f(id) { const span = tracer.startSpan('order.f'); span.setAttribute('order.id', id); span.end();  }\n`]],
    },
    { name: 'of what is made after the end', code: ended(`  span.end()\n  const total = sum(order)\n  span.setAttribute('order.total', total)`), finds: 'lost', offers: [] },
    { name: 'of what is changed after the end', code: ended(`  let total = 0\n  span.end()\n  total = sum(order)\n  span.setAttribute('order.total', total)`), finds: 'lost', offers: [] },
  ],
  [{ name: 'in front of the end', code: ended(`  span.end()\n  span.setAttribute('order.id', order.id)`), finds: 'lost', output: ended(`  span.setAttribute('order.id', order.id)\n  span.end()`) }],
)

const failing = (work: string, head = ''): string => `import { SpanStatusCode, trace } from '@opentelemetry/api'
const tracer = trace.getTracer('shop')
export const pay = (id) => tracer.startActiveSpan('payment.charge', async (span) => {
  try {
    ${work}
  } catch (error) {${head}
    span.recordException(error)
    span.setStatus({ code: SpanStatusCode.ERROR })
    throw error
  } finally {
    span.end()
  }
})
`
runOffers(
  'error-stage',
  errorStage,
  [
    { name: 'the one step that is waited for', code: failing('return await gateway.chargeCard(parse(id))'), finds: 'missing', offers: [['set', failing('return await gateway.chargeCard(parse(id))', `\n    span.setAttribute('error.stage', 'charge-card')`)]] },
    { name: 'the one call', code: failing('return chargeCard(id)'), finds: 'missing', offers: [['set', failing('return chargeCard(id)', `\n    span.setAttribute('error.stage', 'charge-card')`)]] },
    { name: 'several steps', code: failing('await check(id); await chargeCard(id)'), finds: 'missing', offers: [] },
    { name: 'a callback', code: failing('return await fn(id)'), finds: 'missing', offers: [] },
    { name: 'all of several', code: failing('return await Promise.all(ids)'), finds: 'missing', offers: [] },
  ],
  [{ name: 'the one step', code: failing('await chargeCard(id)'), finds: 'missing', output: failing('await chargeCard(id)', `\n    span.setAttribute('error.stage', 'charge-card')`) }],
)

const exporter = (options: string, kind = 'http'): string => `import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-${kind}'\nexport const exporter = new OTLPTraceExporter(${options})\n`
runOffers(
  'secure-exporter',
  secureExporter,
  [
    { name: 'https', code: exporter(`{ url: 'http://ingest.vendor.example/v1/traces' }`), finds: 'plain', offers: [['https', exporter(`{ url: 'https://ingest.vendor.example/v1/traces' }`)]] },
    {
      name: 'https in a fallback',
      code: exporter(`{ url: process.env.URL ?? 'http://ingest.vendor.example/v1/traces' }`),
      finds: 'plain',
      offers: [['https', exporter(`{ url: process.env.URL ?? 'https://ingest.vendor.example/v1/traces' }`)]],
    },
    {
      name: 'gRPC: the credentials with it',
      code: exporter(`{ url: 'collector.vendor.example:4317', credentials: grpc.credentials.createInsecure() }`, 'grpc'),
      finds: 'plain',
      offers: [['https', exporter(`{ url: 'collector.vendor.example:4317', credentials: grpc.credentials.createSsl() }`, 'grpc')]],
    },
    {
      name: 'a key from the environment',
      code: exporter(`{ headers: { 'x-honeycomb-team': 'hc4f83b1c09d7' } }`),
      finds: 'credentials',
      offers: [['environment', exporter(`{ headers: { 'x-honeycomb-team': process.env.X_HONEYCOMB_TEAM ?? '' } }`)]],
    },
    { name: 'the password of a URL', code: exporter(`{ url: 'https://shop:hc4f83b1c09d7@tempo.example/v1/traces' }`), finds: 'credentials', offers: [] },
  ],
  [
    { name: 'https', code: exporter(`{ url: 'http://ingest.vendor.example/v1/traces' }`), finds: 'plain', output: exporter(`{ url: 'https://ingest.vendor.example/v1/traces' }`) },
    {
      name: 'somebody has to set the variable',
      code: exporter(`{ headers: { 'x-honeycomb-team': 'hc4f83b1c09d7' } }`),
      finds: 'credentials',
      output: null,
      offers: [['environment', exporter(`{ headers: { 'x-honeycomb-team': process.env.X_HONEYCOMB_TEAM ?? '' } }`)]],
    },
  ],
)

const setup = (end: string): string => `import { NodeSDK } from '@opentelemetry/sdk-node'
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node'
const provider = new NodeTracerProvider({ spanProcessors: [processor] })
provider.register()
${end}
`
runOffers(
  'approved-setup',
  approvedSetup,
  [
    { name: 'the second start goes', code: setup('const sdk = new NodeSDK({})\nsdk.start()\nwork()'), finds: 'second', offers: [['remove', setup('const sdk = new NodeSDK({})\nwork()')]] },
    { name: 'made and started in one', code: setup('new NodeSDK({}).start()\nwork()'), finds: 'second', offers: [['remove', setup('work()')]] },
    { name: 'started as a part of something else', code: setup('export const started = new NodeSDK({}).start()'), finds: 'second', offers: [] },
    { name: 'a setup outside the approved one', settings: { setup: { approved: ['@spanguard/runtime'] } }, code: `import { registerOTel } from '@vercel/otel'\nregisterOTel('web')\n`, finds: 'unapproved', offers: [] },
  ],
  [{ name: 'the second start', code: setup('new NodeSDK({}).start()\nwork()'), finds: 'second', output: setup('work()') }],
)

const amqp = (imports: string, body: string): string => `import amqp from 'amqplib'\n${imports}const channel = await (await amqp.connect('amqp://broker')).createChannel()\nexport function place(order) {\n${body}\n}\n`
const kafka = (imports: string, body: string): string => `import { Kafka } from 'kafkajs'\n${imports}const producer = new Kafka({ brokers: [] }).producer()\nexport async function place(order) {\n${body}\n}\n`
const both = `import { context, propagation } from '@opentelemetry/api'\n`
const inject = `  const headers = {}\n  propagation.inject(context.active(), headers)\n`
runOffers(
  'no-context-loss',
  noContextLoss,
  [
    { name: 'amqplib without options', filename: mjs, code: amqp('', `  channel.sendToQueue('orders', order)`), finds: 'inject', offers: [['addHeaders', amqp(both, `${inject}  channel.sendToQueue('orders', order, { headers })`)]] },
    { name: 'amqplib with options', filename: mjs, code: amqp('', `  channel.publish('shop', 'orders', order, { persistent: true })`), finds: 'inject', offers: [['addHeaders', amqp(both, `${inject}  channel.publish('shop', 'orders', order, { headers, persistent: true })`)]] },
    { name: 'amqplib in TypeScript', filename: ts, code: amqp('', `  channel.sendToQueue('orders', order)`), finds: 'inject', offers: [['addHeaders', amqp(both, `${inject.replace('headers =', 'headers: Record<string, string> =')}  channel.sendToQueue('orders', order, { headers })`)]] },
    { name: 'beside an import of the API', filename: mjs, code: amqp(`import { trace } from '@opentelemetry/api'\n`, `  channel.sendToQueue('orders', order)`), finds: 'inject', offers: [['addHeaders', amqp(`import { trace, propagation, context } from '@opentelemetry/api'\n`, `${inject}  channel.sendToQueue('orders', order, { headers })`)]] },
    { name: 'amqplib with options from elsewhere', filename: mjs, code: amqp('', `  channel.sendToQueue('orders', order, options)`), finds: 'inject', offers: [] },
    { name: 'amqplib with headers of its own', filename: mjs, code: amqp('', `  channel.sendToQueue('orders', order, { headers: { a: 1 } })`), finds: 'inject', offers: [] },
    {
      name: 'each message of kafkajs',
      filename: mjs,
      code: kafka('', `  await producer.send({ topic: 'orders', messages: [{ value: order }, {}] })`),
      finds: 'inject',
      offers: [['addHeaders', kafka(both, `${inject}  await producer.send({ topic: 'orders', messages: [{ headers, value: order }, { headers }] })`)]],
    },
    { name: 'messages from elsewhere', filename: mjs, code: kafka('', `  await producer.send({ topic: 'orders', messages: order.lines })`), finds: 'inject', offers: [] },
    {
      name: 'a consumer: the wrapper that takes the context up',
      filename: mjs,
      code: `import amqp from 'amqplib'\nconst channel = await (await amqp.connect('amqp://broker')).createChannel()\nchannel.consume('orders', (message) => { place(message) })\n`,
      finds: 'extract',
      offers: [['wrap', `import amqp from 'amqplib'\nimport { traceConsumer } from '@spanguard/runtime/amqp'\nconst channel = await (await amqp.connect('amqp://broker')).createChannel()\nchannel.consume('orders', traceConsumer((message) => { place(message) }))\n`]],
    },
    { name: 'where headers are something else', filename: mjs, code: amqp('', `  const headers = 1\n  channel.sendToQueue('orders', order)`), finds: 'inject', offers: [] },
    { name: 'no place for a statement', filename: mjs, code: `import amqp from 'amqplib'\nconst channel = await (await amqp.connect('amqp://broker')).createChannel()\nexport const place = (order) => channel.sendToQueue('orders', order)\n`, finds: 'inject', offers: [] },
  ],
  [{ name: 'amqplib', filename: mjs, code: amqp('', `  channel.sendToQueue('orders', order)`), finds: 'inject', output: amqp(both, `${inject}  channel.sendToQueue('orders', order, { headers })`) }],
)
