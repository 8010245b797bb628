import type { Snippet } from './fixing.js'

const api = `import { trace } from '@opentelemetry/api'\nconst tracer = trace.getTracer('shop')\n`

function file(name: string, extension: string, text: string): Snippet {
  return { name, file: `src/written.${extension}`, text }
}

/** Files in which fixes meet: in one line, around each other, at the same import, in every style of module and of writing. */
export const written: readonly Snippet[] = [
  file('a swallowed error in a span without an end', 'ts', `${api}
export async function place(id: string): Promise<void> {
  const span = tracer.startSpan('order.place')
  try {
    await save(id)
  } catch (error) {
    console.error(error)
  }
  await notify(id)
  span.end()
}
declare function save(id: string): Promise<void>
declare function notify(id: string): Promise<void>
`),
  file('two swallowed errors that want the same import', 'ts', `${api}
export const a = () => tracer.startActiveSpan('order.a', async (span) => { try { await work() } catch (error) { console.log(error) } finally { span.end() } })
export const b = () => tracer.startActiveSpan('order.b', async (span) => { try { await work() } catch { console.log('b') } finally { span.end() } })
declare function work(): Promise<void>
`),
  file('recorded only, in one and in two ways', 'mts', `${api}
export async function run(fn: () => Promise<string>): Promise<string> {
  return tracer.startActiveSpan('order.run', async (span) => {
    try {
      return fn()
    } catch (error) {
      if (error instanceof Error) span.recordException(error)
      throw error
    } finally {
      span.end()
    }
  })
}
`),
  file('a span inside a span, both forgotten', 'ts', `${api}
export async function outer(id: string): Promise<string> {
  const span = tracer.startSpan('order.outer')
  const first = await load(id)
  const inner = tracer.startSpan('order.inner')
  const second = await load(first)
  inner.end()
  span.end()
  return second
}
declare function load(id: string): Promise<string>
`),
  file('ends on every branch but one', 'js', `import { trace } from '@opentelemetry/api';
const tracer = trace.getTracer('shop');
export async function place(order) {
  const span = tracer.startSpan('order.place');
  if (!order) { span.end(); return null; }
  const placed = await save(order);
  if (placed.late) {
    span.end();
    return 'late';
  }
  span.end();
  return placed;
}
`),
  file('an end of one line', 'js', `${api}export const f = async (id) => { const span = tracer.startSpan('order.f'); await g(id); span.end() }
export async function h(id) { const span = tracer.startSpan('order.h'); await g(id); span.end(); return id }
`),
  file('tabs, double quotes and semicolons', 'ts', `import { trace } from "@opentelemetry/api";
import express from "express";

const tracer = trace.getTracer("shop");
const app = express();
app.get("/orders", async (request, response) => {
\tconst span = tracer.startSpan("order.list");
\ttry {
\t\tresponse.json(await list());
\t} catch (error) {
\t\tconsole.error(error);
\t}
\tspan.end();
});
app.listen(3000);
declare function list(): Promise<string[]>;
`),
  file('Windows line ends', 'ts', `${api}export async function place(id: string): Promise<string> {
  const span = tracer.startSpan('order.place')
  const placed = await save(id)
  span.end()
  return placed
}
declare function save(id: string): Promise<string>
`.replaceAll('\n', '\r\n')),
  file('an app, a consumer and a span in CommonJS', 'cjs', `'use strict'
// The shop.
const express = require('express')
const { Worker } = require('bullmq')
const { trace } = require('@opentelemetry/api')
const tracer = trace.getTracer('shop')
const app = express()
app.get('/orders', (req, res) => { res.json([]) })
new Worker('orders', async (job) => { await place(job.data) })
async function place(order) {
  const span = tracer.startSpan('order.place')
  try { await order.save() } catch (e) { console.warn(e) }
  span.end()
}
app.listen(3000)
`),
  file('import equals', 'cts', `import api = require('@opentelemetry/api')
import Koa = require('koa')
const tracer = api.trace.getTracer('shop')
const app = new Koa()
app.use(async (ctx) => { ctx.body = await list() })
app.listen(3000)
async function list(): Promise<string[]> {
  const span = tracer.startSpan('order.list')
  try {
    return await load()
  } catch {
    return []
  } finally {
    span.end()
  }
}
declare function load(): Promise<string[]>
export = app
`),
  file('three apps in one file', 'ts', `import express from 'express'
import Fastify from 'fastify'
import { Hono } from 'hono'
import { createServer } from 'node:http'
const app = express(), port = 3000
app.get('/a', (_request, response) => { response.end() })
const fastify = Fastify()
fastify.get('/b', async () => 'b')
export const hono = new Hono().get('/c', (c) => c.text('c'))
createServer((_request, response) => { response.end() }).listen(port)
`),
  file('a middleware at a statement that goes on', 'js', `import express from 'express'
const app = express()
;[1, 2].forEach((n) => app.get('/' + n, (req, res) => res.end()))
app.listen(3000)
`),
  file('a class with an app', 'ts', `import express, { type Express } from 'express'
export class Server {
  private readonly app: Express = express()
  constructor(readonly port: number) {
    this.app.get('/orders', (_request, response) => { response.end() })
    this.app.listen(port)
  }
}
`),
  file('Nest without its module', 'ts', `import { Controller, Get, Module } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
@Controller('orders')
class Orders { @Get() list(): string[] { return [] } }
@Module({ controllers: [Orders] })
class AppModule {}
const app = await NestFactory.create(AppModule)
await app.listen(3000)
`),
  file('the name that an import wants is taken', 'ts', `${api}
const SpanStatusCode = 'mine'
export const a = () => tracer.startActiveSpan('order.a', async (span) => {
  try { await work(SpanStatusCode) } catch (error) { console.log(error) } finally { span.end() }
})
declare function work(text: string): Promise<void>
`),
  file('only a type is imported', 'ts', `import type { Tracer } from '@opentelemetry/api'
export async function place(tracer: Tracer, id: string): Promise<void> {
  await tracer.startActiveSpan('order.place', async (span) => {
    try {
      await save(id)
    } catch (error) {
      console.error(error)
    } finally {
      span.end()
    }
  })
}
declare function save(id: string): Promise<void>
`),
  file('a namespace', 'ts', `import * as otel from '@opentelemetry/api'
const tracer = otel.trace.getTracer('shop')
export async function place(id: string): Promise<void> {
  const span = tracer.startSpan('order.place')
  try {
    await save(id)
  } catch (failure) {
    span.recordException(failure as Error)
  } finally {
    span.end()
  }
}
declare function save(id: string): Promise<void>
`),
  file('a borrowed span in a finally, with a swallowed error', 'ts', `import { trace } from '@opentelemetry/api'
export async function note(id: string): Promise<void> {
  const span = trace.getActiveSpan()
  try {
    await save(id)
  } catch (error) {
    span?.recordException(error as Error)
    throw error
  } finally {
    span?.end()
  }
}
export function stop(): void { trace.getActiveSpan()?.end() }
declare function save(id: string): Promise<void>
`),
  file('setup that wants everything', 'ts', `import express from 'express'
import { NodeSDK } from '@opentelemetry/sdk-node'
import { ConsoleSpanExporter, SimpleSpanProcessor, TraceIdRatioBasedSampler } from '@opentelemetry/sdk-trace-base'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto'
const sdk = new NodeSDK({
  sampler: new TraceIdRatioBasedSampler(0.5),
  spanProcessors: [new SimpleSpanProcessor(new OTLPTraceExporter()), new SimpleSpanProcessor(new ConsoleSpanExporter())],
})
sdk.start()
express().get('/orders', (_request, response) => { response.end() }).listen(3000)
`),
  file('setup in CommonJS', 'cjs', `const express = require('express')
require('./tracing.cjs')
const { NodeTracerProvider, SimpleSpanProcessor, TraceIdRatioBasedSampler } = require('@opentelemetry/sdk-trace-node')
const { OTLPTraceExporter } = require('@opentelemetry/exporter-trace-otlp-proto')
const provider = new NodeTracerProvider({ sampler: new TraceIdRatioBasedSampler(0.1), spanProcessors: [new SimpleSpanProcessor(new OTLPTraceExporter())] })
provider.register()
const app = express()
app.get('/', (req, res) => res.end())
`),
  file('comments wherever one may stand', 'ts', `${api}
export async function place(id: string): Promise<string> { // places
  // starts
  const span = tracer.startSpan('order.place') /* now */ // here
  // works
  const placed = await save(id) // saves
  /* ends */ span.end() // done
  // returns
  return placed
  // behind
}
declare function save(id: string): Promise<string>
`),
  file('a string over two lines, which no indentation may touch', 'ts', `${api}
export async function place(id: string): Promise<string> {
  const span = tracer.startSpan('order.place')
  const placed = await save(\`
    \${id}
  \`)
  span.end()
  return placed
}
declare function save(id: string): Promise<string>
`),
  file('a switch, a loop and a label', 'js', `${api}
export async function run(orders, kind) {
  const span = tracer.startSpan('order.run')
  outer: for (const order of orders) {
    switch (kind) {
      case 'a': await order.a(); break
      case 'b': continue outer
      default: throw new Error(kind)
    }
  }
  span.end()
}
`),
  file('a constant used behind what is wrapped', 'ts', `${api}
export async function run(id: string): Promise<number> {
  const span = tracer.startSpan('order.run')
  const rows: readonly string[] = await read(id)
  class Row { constructor(readonly text: string) {} }
  type Rows = readonly Row[]
  const made: Rows = rows.map((text) => new Row(text))
  span.setAttribute('order.rows', made.length)
  span.end()
  return made.length
}
declare function read(id: string): Promise<readonly string[]>
`),
  file('await of what a wrapper returns', 'ts', `${api}
export const traced = <T>(name: string, work: () => Promise<T>): Promise<T> =>
  tracer.startActiveSpan(name, async (span): Promise<T> => {
    try {
      const result = work()
      return result
    } finally {
      span.end()
    }
  })
export const other = (work: () => Promise<number>) => tracer.startActiveSpan('order.other', async (span) => {
  const pending = work(); span.end(); return pending
})
`),
  file('consumers of every form', 'js', `import { Worker } from 'bullmq'
import { Kafka } from 'kafkajs'
import { place } from './place.js'
export default new Worker('orders', place)
export const other = new Worker('mails', async function ({ data }) { this.log(data); return arguments.length })
const consumer = new Kafka({ brokers: [] }).consumer({ groupId: 'x' })
await consumer.run({ eachMessage: async ({ message }) => ({ id: message.key }), })
`),
  file('a handler that is a function by its type', 'ts', `import type { SQSHandler } from 'aws-lambda'
export const handler: SQSHandler = async (event) => {
  for (const record of event.Records) await pay(record.body)
}
declare function pay(body: string): Promise<void>
`),
  file('JSX', 'tsx', `import { Hono } from 'hono'
import { serve } from '@hono/node-server'
import { trace } from '@opentelemetry/api'
const tracer = trace.getTracer('shop')
const app = new Hono()
app.get('/', async (c) => {
  const span = tracer.startSpan('page.show')
  const title = await load()
  span.end()
  return c.html(<p>{title}</p>)
})
serve(app)
declare function load(): Promise<string>
`),
  file('a span that may be missing, with swallowed errors', 'ts', `import { type Span, trace, type Tracer } from '@opentelemetry/api'
export async function a(id: string): Promise<void> {
  let span: Span | undefined
  try {
    span = trace.getTracer('shop').startSpan('order.a')
    await save(id)
  } catch (error) {
    console.error(error)
  } finally {
    span?.end()
  }
}
export async function b(id: string, tracer?: Tracer): Promise<void> {
  const span = tracer?.startSpan('order.b')
  try { await save(id) } catch { console.error('b') }
  if (span !== undefined) span.end()
}
export async function c(id: string, tracer: Tracer | null): Promise<void> {
  const span = tracer === null ? null : tracer.startSpan('order.c')
  await save(id)
  if (span) span.end()
}
declare function save(id: string): Promise<void>
`),
  file('a catch without a name beside a variable of that name', 'ts', `${api}
export async function run(error: string): Promise<void> {
  await tracer.startActiveSpan('order.run', async (span) => {
    try {
      await save(error)
    } catch {
      console.log(error)
    } finally {
      span.end()
    }
  })
}
declare function save(id: string): Promise<void>
`),
  file('catches that are empty, commented and destructured', 'ts', `${api}
export const a = () => tracer.startActiveSpan('order.a', async (span) => { try { await work() } catch {} span.end() })
export const b = () => tracer.startActiveSpan('order.b', async (span) => {
  try { await work() } catch (e) { /* best effort */ }
  span.end()
})
export const c = () => tracer.startActiveSpan('order.c', async (span) => {
  try {
    await work()
  } catch (e) { // never mind
  }
  span.end()
})
export const d = () => tracer.startActiveSpan('order.d', async (span) => {
  try { await work() } catch ({ message }: any) { console.log(message) } finally { span.end() }
})
declare function work(): Promise<void>
`),
  file('promises in every place that awaits', 'ts', `${api}
export const a = (flag: boolean) => tracer.startActiveSpan('order.a', async (span) => {
  try { return flag ? work() : other() } finally { span.end() }
})
export const b = () => tracer.startActiveSpan('order.b', async (span) => {
  try { return work() as Promise<number> } finally { span.end() }
})
export const c = () => tracer.startActiveSpan('order.c', async (span) => {
  try { return work().then((n) => n + 1) } finally { span.end() }
})
export const d = () => tracer.startActiveSpan('order.d', async (span) => {
  try { return (work(), other()) } finally { span.end() }
})
export const e = () => tracer.startActiveSpan('order.e', async (span) => {
  const pending = fetch('http://orders')
  span.end()
  return pending
})
export const f = () => tracer.startActiveSpan('order.f', async (span) => {
  try { return fetch('http://orders') ?? null } finally { span.end() }
})
export const g = () => tracer.startActiveSpan('order.g', (span) => {
  try { return fetch('http://orders') } finally { span.end() }
})
async function work(): Promise<number> { return 1 }
async function other(): Promise<number> { return 2 }
`),
  file('borrowed ends in every place', 'ts', `import { trace } from '@opentelemetry/api'
export const a = () => trace.getActiveSpan()?.end()
export function b(flag: boolean): void {
  const span = trace.getActiveSpan()
  if (flag) span?.end()
  else { span?.end() }
  try { console.log(flag) } finally { span?.end() }
  flag && span?.end(); span?.end()
}
`),
  file('aliases of what is replaced', 'ts', `import { NodeTracerProvider, SimpleSpanProcessor as Simple, TraceIdRatioBasedSampler as Ratio, BatchSpanProcessor } from '@opentelemetry/sdk-trace-node'
import * as otlp from '@opentelemetry/exporter-trace-otlp-proto'
const exporter = new otlp.OTLPTraceExporter()
export const processors = [new Simple(exporter), new BatchSpanProcessor(exporter)]
const provider = new NodeTracerProvider({ spanProcessors: [new Simple(exporter)], sampler: new Ratio(Number(process.env['RATIO'] ?? 1)) })
provider.register()
`),
  file('an app that is assigned in a branch, exported and awaited', 'ts', `import express from 'express'
import Fastify, { type FastifyInstance } from 'fastify'
let app: express.Express | undefined
if (process.env['HTTP'] === '1') { app = express() } else app = express()
app.get('/orders', (_request, response) => { response.end() })
export default express().get('/a', (_request, response) => { response.end() }).listen(1)
export async function build(): Promise<FastifyInstance> {
  const server = await Fastify()
  server.get('/b', async () => 'b')
  return server
}
`),
  file('a shebang, directives and a licence', 'js', `#!/usr/bin/env node
'use strict'
/* (c) the shop */

const app = require('express')()
app.get('/orders', (req, res) => res.json([]))
app.listen(3000)
`),
]
