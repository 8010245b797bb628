import { describe } from 'vitest'

import rule from '../../rules/require-handler-tracing.js'
import { oneSuggestion as one, ruleTester } from '../rule-tester.js'
import { makeService } from './services.js'

const shop = makeService('nobody-shop', { dependencies: ['express', 'fastify', 'hono', '@types/aws-lambda'], scripts: { start: 'node dist/main.js' } })
const worker = makeService('nobody-worker', { dependencies: ['hono', 'wrangler'] })
const workspace = makeService('nobody-workspace', { dependencies: ['@sentry/node', 'bullmq'] }, {
  'packages/jobs/package.json': '{ "name": "@acme/jobs", "private": true, "dependencies": { "@acme/logger": "*" } }',
  'packages/mailer/package.json': '{ "name": "@acme/mailer", "private": true, "dependencies": { "bullmq": "*" } }',
})
const replaced = makeService('nobody-replaced', { dependencies: ['express'], scripts: { start: 'node dist/server.js' } }, { 'src/server.ts': '', 'src/main.ts': '' })
const compiled = makeService('nobody-compiled', { dependencies: ['express'] }, { 'src/main.ts': '' })
const kafka = makeService('nobody-kafka', { dependencies: ['kafkajs'] })
const nx = makeService('nobody-nx', { dependencies: ['@opentelemetry/sdk-node', 'express', 'lodash'] }, {
  'apps/orders/package.json': '{ "name": "orders", "private": true, "dependencies": { "zod": "*" } }',
  'apps/mails/package.json': '{ "name": "mails", "private": true, "dependencies": { "express": "*" } }',
})
const main = makeService('nobody-main', { dependencies: ['express'], main: './dist/worker.js', private: true }, { 'src/worker.ts': '' })
const image = makeService('nobody-image', { dependencies: ['express'] }, { 'server.js': '', 'src/server.ts': '', Dockerfile: 'FROM node:22\nWORKDIR /app\nCOPY . .\nCMD ["node", "server.js"]\n' })
const started = makeService('nobody-started', { dependencies: ['express'], scripts: { start: 'node server.js' } }, { 'src/server.ts': '' })
const bun = makeService('nobody-bun', { dependencies: ['hono'], module: 'src/index.ts' })
const runtime = makeService('nobody-runtime', { dependencies: ['express', '@spanguard/runtime'] })
const deployed = makeService('nobody-deployed', { dependencies: ['aws-lambda'], main: 'dist/index.js', types: 'dist/index.d.ts', scripts: { deploy: 'npm run zip && aws lambda update-function-code --function-name pay' } })
const uncalled = makeService('nobody-uncalled', { dependencies: ['bullmq', 'express'] }, {
  ...Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`src/others/file-${index}.ts`, ''])),
  'src/light.ts': '', 'src/app.ts': '', 'src/main.ts': "import { createOrderApp } from './app.js'\ncreateOrderApp()\n",
})
const library = makeService('nobody-library', { dependencies: ['hono'], module: 'dist/index.js' })

const express = `import express from 'express'
const app = express()
app.get('/orders', (req, res) => res.json(orders(req.query)))
app.listen(3000)
`
const status = (answer: string, path = '/'): string => `import express from 'express'
const app = express()
app.use(express.json())
app.get('${path}', ${answer})
app.listen(3000)
`
const hono = (rest: string): string => `import { Hono } from 'hono'
const app = new Hono()
app.get('/orders', (c) => c.json(list()))
${rest}
`
const consumer = `import { Worker } from 'bullmq'
new Worker('mails', async (job) => { await send(job.data) })
`
const consuming = (rest: string): string => `import { Kafka } from 'kafkajs'
const kafka = new Kafka({ brokers })
export async function consume() {
  const consumer = kafka.consumer({ groupId: 'orders' })
  ${rest.replace('each)', '{ eachMessage: async ({ message }) => { await pay(JSON.parse(message.value)) } })')}
}`
const errors = [{ messageId: 'app' as const, suggestions: one }]

describe('apps that serve nobody', () => {
  ruleTester.run('require-handler-tracing', rule, {
    valid: [
      { name: 'one route says that the process runs', filename: shop('src/status.ts'), code: status("(req, res) => res.json({ status: 'ok', uptime: process.uptime(), at: new Date().toISOString() })") },
      { name: 'one route says OK', filename: shop('src/status.ts'), code: status("(_req, res) => { res.status(200).send('OK') }") },
      { name: 'the same in Fastify, which sends what is returned', filename: shop('src/status.ts'), code: `import Fastify from 'fastify'
const app = Fastify()
app.get('/', async () => ({ service: 'scheduler', status: 'running' }))
await app.listen({ port: 3000 })` },
      { name: 'tried out by the file itself', filename: shop('src/session.ts'), code: hono("const answer = await app.request('/orders')\nconsole.log(answer.status)") },
      { name: 'on the edge, where the platform traces', filename: worker('src/index.ts'), code: hono('export default { fetch: app.fetch, scheduled }') },
      { name: 'what a source has replaced', filename: replaced('server.js'), code: express },
      { name: 'a package that takes its modules from the workspace, which has a tracer', filename: workspace('packages/jobs/src/worker.ts'), code: consumer },
      { name: 'a file whose name says that it stands in for another', filename: shop('src/mock-bank-server.ts'), code: express },
      { name: 'a file to try something out', filename: shop('orders-repro.ts'), code: express },
      { name: 'a file that starts an SDK itself, on a condition', filename: shop('src/app.js'), code: `const express = require('express')
if (process.env.TRACES) {
  const { NodeSDK } = require('@opentelemetry/sdk-node')
  new NodeSDK({ instrumentations: [http] }).start()
}
const app = express()
app.get('/orders', (req, res) => res.json(orders(req.query)))
app.listen(3000)` },
      { name: 'what a compiler left beside its source', filename: compiled('src/main.js'), code: express },
      { name: 'a server for whoever gives a handler', filename: shop('src/serve.ts'), code: `import { createServer } from 'node:http'
export function serve(port: number, handler: Handler) {
  const server = createServer(async (req, res) => { await send(res, await handler(toRequest(req))) })
  server.listen(port)
}` },
      { name: 'a server of Next.js, which its own hook traces', filename: shop('server.ts'), code: `import { createServer } from 'node:http'
import next from 'next'
const app = next({ dev })
const handle = app.getRequestHandler()
app.prepare().then(() => createServer((req, res) => { handle(req, res) }).listen(3000))` },
      { name: 'an app and a server that the function which makes them closes again, as a check of its own does', filename: shop('src/verification/verify-orders.ts'), code: `import Fastify from 'fastify'
import { createServer } from 'node:http'
import { orderRoutes } from '../routes/orders.js'
export async function verify() {
  const bank = createServer((req, res) => { res.end(req.url === '/v1/charges' ? charge(req) : '') })
  await new Promise((resolve) => bank.listen(3311, resolve))
  const app = Fastify()
  await app.register(orderRoutes)
  app.get('/orders', listOrders)
  try {
    check(await app.inject({ url: '/orders', signal: new AbortController().signal, headers: sign() }))
  } finally {
    await app.close()
    await new Promise((resolve) => bank.close(resolve))
  }
}` },
      { name: 'the callback of a login, closed by a function that is called with what came', filename: shop('src/login.ts'), code: `import { createServer } from 'node:http'
export const login = (state) => new Promise((resolve) => {
  const server = createServer((req, res) => {
    const url = new URL(req.url, base)
    if (url.pathname !== expected) { res.end('not found'); return }
    res.end('you may close this window')
    finish(url.searchParams.get('code'))
  })
  const finish = (code) => { server.close(); resolve(code) }
  server.listen(8085)
})` },
      { name: 'a listener that answers no request, beside the app that does', filename: shop('src/server.ts'), code: `import http from 'node:http'
export class OrderServer {
  server = http.createServer()
  start(app) { this.server = http.createServer(app); this.server.listen(3000) }
  stop() {
    this.server.on('request', (_req, res) => { if (!res.headersSent) res.setHeader('connection', 'close') })
    this.server.close()
  }
}` },
      { name: 'a consumer that reads what is there, and goes', filename: kafka('src/replay.ts'), code: `import { Kafka } from 'kafkajs'
const kafka = new Kafka({ brokers })
export async function replay(topic: string) {
  const consumer = kafka.consumer({ groupId: 'replay' })
  try {
    await consumer.run({ eachMessage: async ({ message }) => { keep(JSON.parse(message.value)) } })
    await done
  } finally {
    await consumer.disconnect()
  }
}` },
      { name: 'a consumer that goes in the straight line, when it has seen all', filename: kafka('src/replay.ts'), code: consuming("await consumer.run(each)\n  await done\n  await consumer.disconnect()") },
      { name: 'one route beside a body parser, which says in a condition that it runs', filename: shop('src/status.ts'), code: status("(req, res) => { res.setHeader('cache-control', 'no-store'); res.status(200).json({ state: stopping ? 'ok' : 'leaving', up: true }) }").replace('express.json()', 'express.urlencoded({ extended: true })') },
      { name: 'a package that takes its framework from the workspace, which has a tracer', filename: nx('apps/orders/src/main.ts'), code: express },
      { name: 'what a source has replaced that is the main file', filename: main('worker.js'), code: express },
      { name: 'a worker in a function that nobody calls', filename: uncalled('src/light.ts'), code: `import { Worker } from 'bullmq'\nexport function createLightWorker() {\n  return new Worker('mails', async (job) => { await send(job.data) })\n}` },
      { name: 'a library for bundlers', filename: library('src/index.ts'), code: hono('export default { port: 3000, fetch: app.fetch }') },
    ],
    invalid: [
      { name: 'an app in a function that the main file calls', filename: uncalled('src/app.ts'), code: `export const createOrderApp = () => {\n${express}}`.replace('export const', "import express from 'express'\nexport const").replace("{\nimport express from 'express'\n", '{\n'), errors },
      { name: 'a worker beside a function that nobody calls', filename: uncalled('src/light.ts'), code: `import { Worker } from 'bullmq'\nnew Worker('mails', async (job) => { await send(job.data) })\nexport function createLightWorker() {}`, errors: [{ messageId: 'consumer', suggestions: one }] },
      { name: 'an app that waits for a signal before it is closed', filename: shop('src/main.ts'), code: `import Fastify from 'fastify'
export async function main() {
  const app = Fastify()
  app.get('/orders', listOrders)
  try { await app.listen({ port: 3000 }); await once(process, 'SIGTERM') } finally { await app.close() }
}`, errors },
      { name: 'an app that another function closes', filename: shop('src/main.ts'), code: `import Fastify from 'fastify'
const app = Fastify()
app.get('/orders', listOrders)
app.listen({ port: 3000 })
export async function stop() { try { await drain() } finally { await app.close() } }`, errors },
      { name: 'a server of more paths, which one of them ends', filename: shop('src/server.ts'), code: `import { createServer } from 'node:http'
const server = createServer((req, res) => {
  if (req.url === '/orders') return res.end(orders())
  if (req.url === '/quit') stop()
  res.end()
})
function stop() { server.close() }
server.listen(3000)`, errors: [{ messageId: 'server', suggestions: one }] },
      { name: 'a server that hands its answers on', filename: shop('src/server.ts'), code: `import { createServer } from 'node:http'
createServer((req, res) => { res.setHeader('x-served-by', 'orders'); answer(req, res) }).listen(3000)`, errors: [{ messageId: 'server', suggestions: one }] },
      { name: 'a server that calls a function of its own file', filename: shop('src/serve.ts'), code: `import { createServer } from 'node:http'
const handler = (req, res) => res.end(orders(req.url))
createServer((req, res) => { handler(req, res) }).listen(3000)`, errors: [{ messageId: 'server', suggestions: one }] },
      { name: 'a consumer that is disconnected when the process ends', filename: kafka('src/consume.ts'), code: `import { Kafka } from 'kafkajs'
const kafka = new Kafka({ brokers })
export async function consume() {
  const consumer = kafka.consumer({ groupId: 'orders' })
  await consumer.run({ eachMessage: async ({ message }) => { await pay(JSON.parse(message.value)) } })
  process.once('SIGTERM', () => consumer.disconnect())
}`, errors: [{ messageId: 'consumer', suggestions: one }] },
      { name: 'a status that is asked of a database', filename: shop('src/app.ts'), code: status("async (req, res) => res.json({ status: await database.state() })"), errors },
      { name: 'a status that the caller gives', filename: shop('src/app.ts'), code: status("(req, res) => res.json({ status: req.get('x-status') })"), errors },
      { name: 'a status beside what a tagged template reads', filename: shop('src/app.ts'), code: status("(req, res) => { const rows = sql`SELECT * FROM orders`; res.json({ status: 'ok', rows }) }"), errors },
      { name: 'a status after something that is waited for', filename: shop('src/app.ts'), code: status("async (req, res) => { await req.ready; res.json({ status: 'ok' }) }"), errors },
      { name: 'a status behind a handler that works', filename: shop('src/app.ts'), code: status("express.json(), chargeCard, (req, res) => res.json({ status: 'ok' })"), errors },
      { name: 'a status behind a middleware that works', filename: shop('src/app.ts'), code: status("(req, res) => res.json({ status: 'ok' })").replace('express.json()', 'async (req, res, next) => { await stripe.charges.create(req.body); next() }'), errors },
      { name: 'a status beside a middleware that answers itself', filename: shop('src/app.ts'), code: `import { apolloMiddleware } from 'apollo'\n${status("(req, res) => res.json({ status: 'ok' })").replace('express.json()', 'apolloMiddleware()')}`, errors },
      { name: 'a status beside routes of a table', filename: shop('src/app.ts'), code: status("(req, res) => res.json({ status: 'ok' })").replace('app.listen', 'for (const route of routes) app[route.method](route.path, route.handler)\napp.listen'), errors },
      { name: "a database that hangs at Hono's context", filename: shop('src/app.ts'), code: `import { Hono } from 'hono'
import { serve } from '@hono/node-server'
const app = new Hono()
app.get('/', (c) => c.get('db').query('SELECT 1').then(() => c.json({ status: 'ok' })))
serve(app)`, errors },
      { name: 'a database that hangs at the answer', filename: shop('src/app.ts'), code: status("(req, res) => { res.locals.db.query('UPDATE orders'); res.json({ status: 'ok' }) }"), errors },
      { name: 'the status of an order', filename: shop('src/app.ts'), code: status("(req, res) => { const o = orders[req.params.id]; res.json({ status: o.status, total: o.total }) }", '/orders/:id'), errors },
      { name: 'a consumer that goes because it failed', filename: kafka('src/consume.ts'), code: consuming("try {\n    await consumer.connect()\n    await consumer.run(each)\n  } catch (error) {\n    console.error(error)\n    await consumer.disconnect()\n    process.exit(1)\n  }"), errors: [{ messageId: 'consumer', suggestions: one }] },
      { name: 'a consumer that waits for a signal', filename: kafka('src/consume.ts'), code: consuming("await consumer.run(each)\n  await once(process, 'SIGTERM')\n  await consumer.disconnect()"), errors: [{ messageId: 'consumer', suggestions: one }] },
      { name: 'a package with a framework of its own and a tool of the workspace', filename: nx('apps/mails/src/main.ts'), code: `import get from 'lodash'\n${express}`, errors },
      { name: 'what an image starts, whatever else src has', filename: image('server.js'), code: express, errors },
      { name: 'an answer of another kind', filename: shop('src/app.ts'), code: status("(req, res) => res.json({ price: 3 })"), errors },
      { name: 'routes that a module brings beside it', filename: shop('src/app.ts'), code: `import Fastify from 'fastify'
import orders from './orders.js'
const app = Fastify()
app.get('/', async () => ({ status: 'running' }))
await app.register(orders)
await app.listen({ port: 3000 })`, errors },
      { name: 'an app that goes out is asked by others, too', filename: shop('src/app.ts'), code: hono("await app.request('/orders')\nexport default { fetch: app.fetch }"), errors },
      { name: 'served by Node in a package of the edge', filename: worker('src/local.ts'), code: `import { serve } from '@hono/node-server'\n${hono('serve(app)')}`, errors },
      { name: 'another name than the source has', filename: replaced('worker.js'), code: express, errors },
      { name: 'what a script starts', filename: started('server.js'), code: express, errors },
      { name: 'a package of the workspace with modules of its own', filename: workspace('packages/mailer/src/worker.ts'), code: consumer, errors: [{ messageId: 'consumer', suggestions: one }] },
      { name: 'a file that is called after a mocking bird', filename: shop('src/mockingbird.ts'), code: express, errors },
      { name: 'a program of Bun, which names its source', filename: bun('src/index.ts'), code: hono('export default { port: 3000, fetch: app.fetch }'), errors },
    ],
  })
})

describe('routes that modules of the project bring', () => {
  const app = (rest: string, imports = ''): string => `import express from 'express'
${imports}
const app = express()
${rest}
app.listen(3000)
`
  const server = (rest: string, imports: string): string => `import Fastify from 'fastify'
import cors from '@fastify/cors'
${imports}
const app = Fastify()
await app.register(cors)
${rest}
await app.listen({ port: 3000 })
`
  ruleTester.run('require-handler-tracing', rule, {
    valid: [
      { name: 'a function that says nothing of routes', filename: shop('src/main.ts'), code: app('configure(app)', "import { configure } from './configure'") },
      { name: 'a function that is given the app before the routes and may trace it', filename: shop('src/main.ts'), code: app('applyMiddleware(app)\nregisterRoutes(app)', "import { applyMiddleware } from './middleware'\nimport { registerRoutes } from './routes'") },
      { name: 'the same by another name', filename: shop('src/main.ts'), code: app('configureApp(app)\nroutes(app)', "import { configureApp } from './configure'\nimport routes from './routes'") },
      { name: 'a function that says that it traces', filename: shop('src/main.ts'), code: app('traceRoutes(app)', "import { traceRoutes } from './trace-routes'") },
      { name: 'another package, which is given the app', filename: shop('src/main.ts'), code: app('registerRoutes(app)', "import { registerRoutes } from 'express-routes'") },
      { name: 'an app that others start', filename: shop('src/main.ts'), code: app('registerRoutes(app)', "import { registerRoutes } from './routes'").replace('app.listen(3000)', 'export default app') },
      { name: 'a plugin that says nothing of routes', filename: shop('src/main.ts'), code: server('await app.register(orders)', "import orders from './orders.js'") },
      { name: 'where the runtime is at hand, the function may use it', filename: runtime('src/main.ts'), code: app('registerRoutes(app)', "import { registerRoutes } from './routes'") },
    ],
    invalid: [
      { name: 'a function that says so', filename: shop('src/main.ts'), code: app('registerRoutes(app)', "import { registerRoutes } from './setup'"), errors: [{ messageId: 'app', data: { framework: 'Express', what: 'its handlers in modules', advice: "Insert 'app.use(expressTracing())' from '@spanguard/runtime/express'." }, suggestions: one }] },
      { name: 'another function behind the routes', filename: shop('src/main.ts'), code: app('registerRoutes(app)\nhandleErrors(app)', "import { registerRoutes } from './routes'\nimport { handleErrors } from './errors'"), errors: [{ messageId: 'app', suggestions: one }] },
      { name: 'a module that is called so', filename: shop('src/main.js'), code: app("require('./routes')(app)"), errors: [{ messageId: 'app', suggestions: one }] },
      { name: 'a plugin of Fastify that says so', filename: shop('src/main.ts'), code: server("await app.register(orderRoutes, { prefix: '/orders' })", "import { orderRoutes } from './orders.js'"), errors: [{ messageId: 'app', data: { framework: 'Fastify', what: '1 route', advice: "Insert 'app.register(fastifyTracing)' from '@spanguard/runtime/fastify'." }, suggestions: one }] },
    ],
  })
})

describe('functions by their conventional name', () => {
  const lambda = (name: string, context: string, event = 'Record<string, unknown>'): string => `import type { Context } from 'aws-lambda'
import type { OrderEvent, Scope } from './types'
export async function ${name}(event: ${event}, context: ${context}): Promise<void> { await pay(event.order); await close(context) }
`
  ruleTester.run('require-handler-tracing', rule, {
    valid: [
      { name: 'what a handler calls', filename: shop('src/pay.ts'), code: lambda('payOrder', 'Context') },
      { name: "an event of the project's own, which another handler may give", filename: shop('src/pay.ts'), code: lambda('handler', 'Context', 'OrderEvent') },
      { name: "a context of the project's own", filename: shop('src/pay.ts'), code: lambda('handler', 'Scope') },
    ],
    invalid: [{ name: 'a package that is brought to Lambda, for all its types', filename: deployed('src/pay.ts'), code: lambda('handler', 'Context'), errors: [{ messageId: 'function', suggestions: one }] }, { name: "an event of any kind and the platform's context", filename: shop('src/pay.ts'), code: lambda('handler', 'Context'), errors: [{ messageId: 'function', suggestions: one }] }],
  })
})
