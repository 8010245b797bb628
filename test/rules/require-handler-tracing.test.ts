import { describe } from 'vitest'

import rule from '../../rules/require-handler-tracing.js'
import { oneSuggestion as one, ruleTester } from '../rule-tester.js'
import { makeService } from './services.js'

const plain = makeService('plain', { dependencies: ['express'] })
const ready = makeService('ready', { dependencies: ['@spanguard/runtime', 'express'], type: 'module' })
const sdk = makeService('sdk', { dependencies: ['@opentelemetry/sdk-node'] })
const apm = makeService('apm', { dependencies: ['dd-trace'] })
const house = makeService('house', { dependencies: ['@acme/tracing'] })
const apiOnly = makeService('api-only', { dependencies: ['@opentelemetry/api'] })
const preloaded = makeService('preloaded', {
  dependencies: ['@spanguard/runtime'],
  scripts: { start: 'node --import @spanguard/runtime/register src/main.js' },
})

const preloadedByHand = makeService('preloaded-by-hand', { dependencies: ['@acme/tel', 'express'], scripts: { start: 'tsx --import ./instrumentation.ts src/index.ts' } })
const preloadedOther = makeService('preloaded-other', { dependencies: ['express'], scripts: { start: 'node --require dotenv/config src/index.js' } })
const library = makeService('library', { dependencies: ['express'], exports: './index.js', types: './index.d.ts' })
const extension = makeService('extension', { dependencies: ['express'], engines: { vscode: '^1.90.0' } })
const generator = makeService('generator', { dependencies: ['express'] }, { 'templates/shop/package.json': '{ "name": "shop", "dependencies": { "express": "*" } }' })
const workspace = makeService('workspace', { dependencies: ['express'] }, { 'benchmark/package.json': '{ "name": "bench", "dependencies": { "express": "*" } }', 'packages/testing/package.json': '{ "name": "@acme/testing", "dependencies": { "express": "*" } }', 'packages/mock-collector/package.json': '{ "name": "mock-collector", "dependencies": { "express": "*" } }', 'packages/contest/package.json': '{ "name": "contest", "dependencies": { "express": "*" } }' })
const desk = makeService('desk', { dependencies: ['electron', 'express'] })
const command = makeService('command', { dependencies: ['chalk'], bin: 'dist/cli.js' })


const express = `import express from 'express'

const app = express()

app.get('/orders', listOrders)
app.listen(3000)
`

/** A service of Express with nothing of tracing in its package.json. */
const deployed = (name: string, files: Readonly<Record<string, string>>, dependencies = ['express']): string =>
  makeService(name, { dependencies, type: 'module' }, files)('src/server.ts')

describe('express', () => {
  ruleTester.run('require-handler-tracing', rule, {
    valid: [
      { name: 'preloaded by a Dockerfile', filename: deployed('by-docker', { Dockerfile: 'FROM node:22\nCMD ["node", "--import", "./instrumentation.mjs", "dist/server.js"]\n' }), code: express },
      { name: 'preloaded by the environment of a compose file', filename: deployed('by-compose', { 'compose.yaml': 'services:\n  shop:\n    build: .\n    environment:\n      NODE_OPTIONS: --require @opentelemetry/auto-instrumentations-node/register\n' }), code: express },
      { name: 'preloaded by a Procfile', filename: deployed('by-procfile', { Procfile: 'web: node --require ./tracing.js dist/server.js\n' }), code: express },
      { name: 'preloaded by PM2', filename: deployed('by-pm2', { 'ecosystem.config.cjs': "module.exports = { apps: [{ script: 'dist/server.js', node_args: '--import ./otel.mjs' }] }\n" }), code: express },
      { name: "the runtime's register, by a Dockerfile", filename: deployed('by-register', { Dockerfile: 'FROM node:22\nCMD ["node", "--import", "@spanguard/runtime/register", "dist/server.js"]\n' }, ['express', '@spanguard/runtime']), code: express },
      { name: 'in a library: whoever installs it decides what traces it', filename: library('src/server.ts'), code: express },
      { name: 'inside an editor', filename: extension('src/server.ts'), code: express },
      { name: 'in a template that a generator copies', filename: generator('templates/shop/src/server.ts'), code: express },
      { name: 'in a copy that is kept (August9teen)', filename: plain('backups/20250711/server.ts'), code: express },
      { name: 'a command that listens for a while (cacti)', filename: command('src/commands/event/receive.ts'), code: express },
      { name: 'in a benchmark with a package of its own (envelop)', filename: workspace('benchmark/app.ts'), code: express },
      { name: 'an agent that is there to test with (Agents-for-js)', filename: workspace('test-agents/root/src/app.ts'), code: express },
      { name: 'in a package for tests (netlify/build)', filename: workspace('packages/testing/src/server.ts'), code: express },
      { name: 'in a mock (highlight)', filename: workspace('packages/mock-collector/src/index.ts'), code: express },
      { name: 'in a mock whose folder says so in camel case (serieslist)', filename: workspace('packages/tmdbMockServer/src/main.ts'), code: express },
      { name: 'on whatever port is free (phoenix)', filename: plain('src/login.ts'), code: `import express from 'express'
const app = express()
app.get('/callback', finish)
app.listen(0, '127.0.0.1')` },
      { name: 'on a desk', filename: desk('src/main/updates.ts'), code: express },
      { name: 'a setup of the project that is started first (booking-microservices)', filename: plain('src/main.ts'), code: `import express from 'express'
import { OpenTelemetryModule } from 'building-blocks/openTelemetry'
OpenTelemetryModule.start()
const app = express()
app.get('/orders', listOrders)` },
      { name: 'a setup that is awaited in the function that makes the app', filename: plain('src/main.ts'), code: `import express from 'express'
import { initTracing } from '../lib/setup'
async function main() {
  await initTracing()
  const app = express()
  app.get('/orders', listOrders)
}` },
      { name: 'a middleware before the routes', filename: ready('src/app.ts'), code: `import { expressTracing } from '@spanguard/runtime/express'
import express from 'express'
const app = express()
app.use(expressTracing())
app.get('/orders', listOrders)` },
      { name: 'a middleware inside a condition (karakeep)', filename: plain('src/app.ts'), code: `import express from 'express'
import { traceRequests } from './tracing'
const app = express()
if (config.tracing) app.use('*', traceRequests())
app.get('/orders', listOrders)` },
      { name: 'a middleware that a loop uses, from a list of this file', filename: plain('src/app.ts'), code: `import { expressTracing } from '@spanguard/runtime/express'
import express from 'express'
const all = [expressTracing()]
const app = express()
for (const middleware of all) app.use(middleware)
app.get('/orders', listOrders)` },
      { name: 'a middleware that the file replaces under a condition', filename: plain('src/app.cjs'), code: `let { expressTracing } = require('@spanguard/runtime/express')
if (process.env.NO_TRACE) expressTracing = () => (request, response, next) => next()
const express = require('express')
const app = express()
app.use(expressTracing())
app.get('/orders', listOrders)` },
      { name: 'a middleware of this file that starts a span', filename: plain('src/app.js'), code: `const { trace } = require('@opentelemetry/api')
const express = require('express')
const tracer = trace.getTracer('shop')
const app = express()
app.use((req, res, next) => tracer.startActiveSpan('request', (span) => { res.on('finish', () => span.end()); next() }))
app.get('/orders', listOrders)` },
      { name: 'an SDK among the dependencies: the checker judges', filename: sdk('src/app.ts'), code: express },
      { name: 'another APM among the dependencies', filename: apm('src/app.ts'), code: express },
      { name: 'a tracing package of the house', filename: house('src/app.ts'), code: express },
      { name: 'the runtime preloaded by the start script', filename: preloaded('src/app.js'), code: express },
      { name: 'a setup of the project preloaded by the start script (autotel)', filename: preloadedByHand('src/app.ts'), code: express },
      { name: 'preload declared by the config', filename: plain('src/app.ts'), code: express, settings: { spanguard: { setup: { preload: true } } } },
      { name: 'the file is a declared entry', filename: plain('src/main.ts'), code: express, settings: { spanguard: { setup: { entries: ['src/main.ts'] } } } },
      { name: 'the approved setup is the first import', filename: ready('src/app.ts'), code: `import './tracing.js'\n${express}`, settings: { spanguard: { setup: { approved: ['./src/tracing.ts'] } } } },
      { name: 'the register is the first import', filename: ready('src/app.ts'), code: `import '@spanguard/runtime/register'\n${express}` },
      { name: 'a file called tracing is the first import, and nothing here can see into it', filename: plain('src/app.ts'), code: `import './tracing'\n${express}` },
      { name: 'an accepted tracer is imported', filename: plain('src/app.ts'), code: `import 'sentinel'\n${express}`, settings: { spanguard: { setup: { accept: ['sentinel'] } } } },
      { name: 'every route is ignored by the config', filename: plain('src/app.ts'), code: express, settings: { spanguard: { handlers: { ignore: ['GET /orders'] } } } },
      { name: 'health checks only', filename: plain('src/app.ts'), code: `import express from 'express'
const app = express()
app.get('/healthz', (req, res) => res.end())
app.get('/metrics', metrics)` },
      { name: 'a router is mounted elsewhere', filename: plain('src/orders.ts'), code: `import { Router } from 'express'
export const router = Router()
router.get('/orders', listOrders)` },
      { name: 'an app that is a parameter', filename: plain('src/routes.ts'), code: `import type { Express } from 'express'
export function routes(app: Express) { app.get('/orders', listOrders) }` },
      { name: 'an app that is imported', filename: plain('src/routes.ts'), code: `import { app } from './app'
app.get('/orders', listOrders)` },
      { name: 'an app without routes here', filename: plain('src/app.ts'), code: `import express from 'express'
export const app = express()
app.use(express.json())
app.set('trust proxy', true)` },
      { name: 'a setting is read with one argument', filename: plain('src/app.ts'), code: `import express from 'express'
export const app = express()
console.log(app.get('env'))` },
      { name: 'a sub-app is judged with the app that it is mounted on', filename: plain('src/app.ts'), code: `import { expressTracing } from '@spanguard/runtime/express'
import express from 'express'
const app = express()
const admin = express()
admin.get('/users', listUsers)
app.use(expressTracing())
app.use('/admin', admin)` },
      { name: 'a function whose name says so traces the app', filename: plain('src/app.ts'), code: `import express from 'express'
import { setupTracing } from './setup'
const app = express()
setupTracing(app)
app.get('/orders', listOrders)` },
      { name: 'a function of the project may insert the middleware', filename: ready('src/app.ts'), code: `import express from 'express'
import { configure } from './configure.js'
const app = express()
configure(app)
app.get('/orders', listOrders)` },
      { name: 'not the express of npm', filename: plain('src/app.ts'), code: `import express from './fake-express'
const app = express()
app.get('/orders', listOrders)` },
      { name: 'a test', filename: plain('src/app.test.ts'), code: express },
      { name: 'a script of the developers', filename: plain('scripts/preview.js'), code: express },
      { name: 'a type-only import makes nothing', filename: plain('src/app.ts'), code: `import type express from 'express'
declare const make: () => express.Express
const app = make()
app.get('/orders', listOrders)` },
      { name: 'a path prefix for middleware is no route', filename: plain('src/app.ts'), code: `import express from 'express'
export const app = express()
app.use('/assets', express.static('public'))
app.use('/api', (req, res, next) => next())` },
    ],
    invalid: [
      { name: 'a Dockerfile that preloads something else', filename: deployed('other-docker', { Dockerfile: 'FROM node:22\nCMD ["node", "--import", "./polyfills.mjs", "dist/server.js"]\n' }), code: express, errors: [{ messageId: 'app', suggestions: one }] },
      { name: 'a Dockerfile that once preloaded it', filename: deployed('once-docker', { Dockerfile: 'FROM node:22\n# CMD ["node", "--import", "./tracing.mjs", "dist/server.js"]\nCMD ["node", "dist/server.js"]\n' }), code: express, errors: [{ messageId: 'app', suggestions: one }] },
      { name: 'on the port of a service too', filename: plain('src/app.ts'), code: `import express from 'express'
const app = express()
app.get('/orders', listOrders)
app.listen(test ? 0 : 3000)`, errors: [{ messageId: 'app', suggestions: one }] },
      { name: 'a service whose business is to make backups', filename: plain('backup/server.ts'), code: express, errors: [{ messageId: 'app', suggestions: one }] },
      { name: 'a program of a command that is no command', filename: command('src/server.ts'), code: express, errors: [{ messageId: 'app', suggestions: one }] },
      { name: 'a folder whose name only begins with the word', filename: workspace('packages/mockingbird/src/app.ts'), code: express, errors: [{ messageId: 'app', suggestions: one }] },
      { name: 'a folder whose name only holds the word', filename: workspace('packages/contest/src/app.ts'), code: express, errors: [{ messageId: 'app', suggestions: one }] },
      {
        name: 'what is called first has another business',
        filename: plain('src/main.ts'),
        code: `import express from 'express'
import { describeTelemetry } from './describe-telemetry'
describeTelemetry()
const app = express()
app.get('/orders', listOrders)`,
        errors: [{ messageId: 'app', suggestions: one }],
      },
      {
        name: 'a setup that is started after the app is made',
        filename: plain('src/main.ts'),
        code: `import express from 'express'
import { initTracing } from '../lib/setup'
const app = express()
initTracing()
app.get('/orders', listOrders)`,
        errors: [{ messageId: 'app', suggestions: one }],
      },
      {
        name: 'with the runtime its setup leaves handlers to the middleware',
        filename: ready('src/main.ts'),
        code: `import express from 'express'
import { initTracing } from '../lib/setup'
initTracing()
const app = express()
app.get('/orders', listOrders)`,
        errors: [{ messageId: 'app' }],
        output: [`import express from 'express'
import { expressTracing } from '@spanguard/runtime/express'
import { initTracing } from '../lib/setup'
initTracing()
const app = express()
app.use(expressTracing())
app.get('/orders', listOrders)`],
      },
      {
        name: 'two lines are inserted, in the quotes and without semicolons as the file is',
        filename: ready('src/app.ts'),
        code: express,
        errors: [{ messageId: 'app', line: 3, column: 13, endColumn: 20, data: { framework: 'Express', what: '1 route', advice: "Insert 'app.use(expressTracing())' from '@spanguard/runtime/express'." } }],
        output: [`import express from 'express'
import { expressTracing } from '@spanguard/runtime/express'

const app = express()
app.use(expressTracing())

app.get('/orders', listOrders)
app.listen(3000)
`],
      },
      {
        name: 'CommonJS with a directive, a shebang, double quotes, semicolons and comments',
        filename: ready('src/app.cjs'),
        code: `#!/usr/bin/env node
// Copyright of somebody
"use strict";

const express = require("express"); // the framework
const routes = require("./routes");

const app = express(); // the app

/* routes */
app.get("/orders", routes.list);
`,
        errors: [{ messageId: 'app', line: 8 }],
        output: [`#!/usr/bin/env node
// Copyright of somebody
"use strict";

const express = require("express"); // the framework
const { expressTracing } = require("@spanguard/runtime/express");
const routes = require("./routes");

const app = express(); // the app
app.use(expressTracing());

/* routes */
app.get("/orders", routes.list);
`],
      },
      {
        name: 'an import that is there is extended',
        filename: ready('src/app.ts'),
        code: `import { type MiddlewareOptions } from '@spanguard/runtime/express'
import express from 'express'
const app = express()
app.get('/orders', listOrders)
`,
        errors: [{ messageId: 'app' }],
        output: [`import { type MiddlewareOptions, expressTracing } from '@spanguard/runtime/express'
import express from 'express'
const app = express()
app.use(expressTracing())
app.get('/orders', listOrders)
`],
      },
      {
        name: 'a name that is taken is not taken twice',
        filename: ready('src/app.ts'),
        code: `import express from 'express'
const expressTracing = false
const app = express()
app.get('/orders', listOrders)
`,
        errors: [{ messageId: 'app' }],
        output: [`import express from 'express'
import { expressTracing as spanguardExpressTracing } from '@spanguard/runtime/express'
const expressTracing = false
const app = express()
app.use(spanguardExpressTracing())
app.get('/orders', listOrders)
`],
      },
      {
        name: 'import equals',
        filename: ready('src/app.cts'),
        code: `import express = require('express')
const app = express()
app.get('/orders', listOrders)
`,
        errors: [{ messageId: 'app' }],
        output: [`import express = require('express')
import expressTracing = require('@spanguard/runtime/express')
const app = express()
app.use(expressTracing.expressTracing())
app.get('/orders', listOrders)
`],
      },
      {
        name: 'two apps of one file, in passes',
        filename: ready('src/app.ts'),
        code: `import express from 'express'
const shop = express()
shop.get('/orders', listOrders)
const back = express()
back.get('/stock', listStock)
`,
        errors: [{ messageId: 'app', line: 2 }, { messageId: 'app', line: 4 }],
        output: [
          `import express from 'express'
import { expressTracing } from '@spanguard/runtime/express'
const shop = express()
shop.use(expressTracing())
shop.get('/orders', listOrders)
const back = express()
back.get('/stock', listStock)
`,
          `import express from 'express'
import { expressTracing } from '@spanguard/runtime/express'
const shop = express()
shop.use(expressTracing())
shop.get('/orders', listOrders)
const back = express()
back.use(expressTracing())
back.get('/stock', listStock)
`,
        ],
      },
      {
        name: 'in a class: the constructor comes first',
        filename: ready('src/server.ts'),
        code: `import express from 'express'
export class Server {
  private readonly app = express()
  constructor(private readonly port: number) {
    this.routes()
  }
  routes() {
    this.app.get('/orders', listOrders)
    this.app.listen(this.port)
  }
}
`,
        errors: [{ messageId: 'app', line: 3 }],
        output: [`import express from 'express'
import { expressTracing } from '@spanguard/runtime/express'
export class Server {
  private readonly app = express()
  constructor(private readonly port: number) {
    this.app.use(expressTracing())
    this.routes()
  }
  routes() {
    this.app.get('/orders', listOrders)
    this.app.listen(this.port)
  }
}
`],
      },
      {
        name: 'inside a chain',
        filename: ready('src/app.ts'),
        code: `import express from 'express'
express().get('/orders', listOrders).listen(3000)
`,
        errors: [{ messageId: 'app', line: 2 }],
        output: [`import express from 'express'
import { expressTracing } from '@spanguard/runtime/express'
express().use(expressTracing()).get('/orders', listOrders).listen(3000)
`],
      },
      {
        name: 'module.exports and CRLF',
        filename: ready('src/app.cjs'),
        code: "const express = require('express')\r\nconst app = module.exports = express()\r\napp.get('/orders', listOrders)\r\n",
        errors: [{ messageId: 'app', line: 2 }],
        output: ["const express = require('express')\r\nconst { expressTracing } = require('@spanguard/runtime/express')\r\nconst app = module.exports = express()\r\napp.use(expressTracing())\r\napp.get('/orders', listOrders)\r\n"],
      },
      {
        name: 'no place for a statement: a finding without a fix',
        filename: ready('src/app.ts'),
        code: `import express from 'express'
let app
if (process.env.PORT) app = express()
app.get('/orders', listOrders)
`,
        errors: [{ messageId: 'app', line: 3 }],
      },
      {
        name: 'without the runtime installed it is a suggestion (express-realworld)',
        filename: plain('src/main.ts'),
        code: `import express from 'express';
import routes from './app/routes/routes';

const app = express();
app.use(routes);
app.get('/', (req: express.Request, res: express.Response) => { res.json({}); });
`,
        errors: [
          {
            messageId: 'app',
            line: 4,
            data: { framework: 'Express', what: '2 routes', advice: "Insert 'app.use(expressTracing())' from '@spanguard/runtime/express'." },
            suggestions: [
              {
                messageId: 'insert',
                output: `import express from 'express';
import { expressTracing } from '@spanguard/runtime/express';
import routes from './app/routes/routes';

const app = express();
app.use(expressTracing());
app.use(routes);
app.get('/', (req: express.Request, res: express.Response) => { res.json({}); });
`,
              },
            ],
          },
        ],
      },
      {
        name: 'the API alone traces nothing',
        filename: apiOnly('src/app.ts'),
        code: express,
        errors: [{ messageId: 'app', suggestions: one }],
      },
      {
        name: 'initTracing in a first import leaves handlers to the middleware',
        filename: ready('src/app.ts'),
        code: `import './tracing.js'
import express from 'express'
const app = express()
app.post('/orders', (req, res) => withSpan('order.place', () => place(req.body)))
`,
        errors: [{ messageId: 'app' }],
        output: [`import './tracing.js'
import express from 'express'
import { expressTracing } from '@spanguard/runtime/express'
const app = express()
app.use(expressTracing())
app.post('/orders', (req, res) => withSpan('order.place', () => place(req.body)))
`],
      },
      {
        name: 'where the config approves other setup, nothing is inserted',
        filename: ready('src/app.ts'),
        code: express,
        settings: { spanguard: { setup: { approved: ['./src/other.ts'] } } },
        errors: [{ messageId: 'app', data: { framework: 'Express', what: '1 route', advice: "Use 'expressTracing' from '@spanguard/runtime/express', or the setup that the config approves, before the first route." } }],
      },
      {
        name: 'what the config says to insert, and what is inserted counts as tracing',
        filename: ready('src/app.ts'),
        code: express,
        settings: { spanguard: { frameworks: [{ name: 'express', insert: { module: 'express', export: 'guard', statement: '{import}({object})', as: 'fix' } }] } },
        errors: [{ messageId: 'app' }],
        output: [`import express, { guard } from 'express'

const app = express()
guard(app)

app.get('/orders', listOrders)
app.listen(3000)
`],
      },
      {
        name: 'tracing behind the first route',
        filename: ready('src/app.ts'),
        code: `import { expressTracing } from '@spanguard/runtime/express'
import express from 'express'
const app = express()
app.get('/orders', listOrders)
app.use(expressTracing())
app.get('/stock', listStock)
`,
        errors: [{ messageId: 'late', line: 4, column: 5, data: { what: '1 route of the Express app stands', line: '5', them: 'it' } }],
      },
      {
        name: 'namespace, alias, default member, dynamic import, destructured require',
        filename: plain('src/app.ts'),
        code: `import * as namespace from 'express'
import { default as make } from 'express'
const { default: required } = require('express')
const a = namespace.default()
a.get('/a', one)
const b = make()
b.route('/b').get(one).post(two)
const c = (await import('express')).default()
c.get('/c', one)
const d = required()
d.get('/d', one)
`,
        errors: [4, 6, 8, 10].map((line) => ({ messageId: 'app' as const, line, suggestions: one })),
      },
      {
        name: 'a function of this file registers the routes; a router of this file is counted',
        filename: plain('src/app.ts'),
        code: `import express, { Router } from 'express'
const app = express()
const router = Router()
router.get('/a', one)
router.get('/b', two)
function routes(target: express.Express) {
  target.use('/v1', router)
  target.get('/c', three)
}
routes(app)
`,
        errors: [{ messageId: 'app', line: 2, data: { framework: 'Express', what: '3 routes', advice: "Insert 'app.use(expressTracing())' from '@spanguard/runtime/express'." }, suggestions: one }],
      },
    ],
  })
})

describe('fastify', () => {
  ruleTester.run('require-handler-tracing', rule, {
    valid: [
      { name: 'the plugin', filename: ready('src/app.ts'), code: `import { fastifyTracing } from '@spanguard/runtime/fastify'
import Fastify from 'fastify'
const app = Fastify()
app.register(fastifyTracing)
app.get('/orders', listOrders)` },
      { name: 'a hook that starts a span of what was sent along', filename: ready('src/app.ts'), code: `import { context, propagation, SpanKind, trace } from '@opentelemetry/api'
import Fastify from 'fastify'
const app = Fastify()
app.addHook('onRequest', (request, reply, done) => {
  const parent = propagation.extract(context.active(), request.headers)
  request.span = trace.getTracer('shop').startSpan(request.method, { kind: SpanKind.SERVER }, parent)
  context.with(trace.setSpan(parent, request.span), done)
})
app.get('/orders', listOrders)
app.listen({ port: 3000 })` },
      { name: 'the plugin behind a route: hooks reach all routes of an instance', filename: ready('src/app.ts'), code: `import { fastifyTracing } from '@spanguard/runtime/fastify'
import Fastify from 'fastify'
const app = Fastify()
app.get('/orders', listOrders)
await app.register(fastifyTracing)` },
      { name: 'routes only in plugins of other files (fastify-demo)', filename: plain('src/server.ts'), code: `import Fastify from 'fastify'
import fp from 'fastify-plugin'
import serviceApp from './app.js'
const app = Fastify({ logger: true })
app.register(fp(serviceApp))
await app.listen({ port: 3000 })` },
      { name: 'a plugin is given its app', filename: plain('src/routes/home.ts'), code: `import type { FastifyInstance } from 'fastify'
export default async function (fastify: FastifyInstance) { fastify.get('/', home) }` },
      { name: "another package's fastify plugin that traces", filename: plain('src/app.ts'), code: `import Fastify from 'fastify'
import { FastifyOtelInstrumentation } from '@fastify/otel'
const otel = new FastifyOtelInstrumentation()
const app = Fastify()
await app.register(otel.plugin())
app.get('/', home)` },
    ],
    invalid: [
      {
        name: 'shorthand, full declaration and a plugin in place',
        filename: ready('src/app.ts'),
        code: `import Fastify from 'fastify'

export async function build() {
  const app = Fastify({ logger: true })
  app.get('/orders', { schema }, listOrders)
  app.route({ method: 'POST', url: '/orders', handler: placeOrder })
  app.register(async (child) => {
    child.get('/stock', listStock)
  })
  return app
}
`,
        errors: [{ messageId: 'app', line: 4, data: { framework: 'Fastify', what: '3 routes', advice: "Insert 'app.register(fastifyTracing)' from '@spanguard/runtime/fastify'." } }],
        output: [`import Fastify from 'fastify'
import { fastifyTracing } from '@spanguard/runtime/fastify'

export async function build() {
  const app = Fastify({ logger: true })
  app.register(fastifyTracing)
  app.get('/orders', { schema }, listOrders)
  app.route({ method: 'POST', url: '/orders', handler: placeOrder })
  app.register(async (child) => {
    child.get('/stock', listStock)
  })
  return app
}
`],
      },
      {
        name: 'require called at once',
        filename: ready('src/app.cjs'),
        code: `const fastify = require('fastify')({ logger: true })
fastify.get('/', async () => ({ hello: 'world' }))
fastify.listen({ port: 3000 })
`,
        errors: [{ messageId: 'app', line: 1 }],
        output: [`const { fastifyTracing } = require('@spanguard/runtime/fastify')
const fastify = require('fastify')({ logger: true })
fastify.register(fastifyTracing)
fastify.get('/', async () => ({ hello: 'world' }))
fastify.listen({ port: 3000 })
`],
      },
    ],
  })
})

describe('koa', () => {
  ruleTester.run('require-handler-tracing', rule, {
    valid: [
      { name: 'the middleware', filename: ready('src/app.ts'), code: `import { koaTracing } from '@spanguard/runtime/koa'
import Koa from 'koa'
const app = new Koa()
app.use(koaTracing())
app.use(async (ctx) => { ctx.body = 'hello' })
app.listen(3000)` },
      { name: 'exported and not served here: it may be mounted', filename: plain('apps/koa.js'), code: `const Koa = require('koa')
const app = new Koa()
app.use(async (ctx) => { ctx.body = 'hello' })
module.exports = app` },
      { name: 'mounted in this file', filename: plain('src/app.ts'), code: `import Koa from 'koa'
import mount from 'koa-mount'
import { koaTracing } from '@spanguard/runtime/koa'
const admin = new Koa()
admin.use(async (ctx) => { ctx.body = 'admin' })
const app = new Koa()
app.use(koaTracing())
app.use(mount('/admin', admin))
app.listen(3000)` },
      { name: 'a router of a file is mounted elsewhere (outline)', filename: plain('src/routes.ts'), code: `import Router from '@koa/router'
const router = new Router()
router.post('documents.list', auth(), listDocuments)
export default router` },
      { name: 'middleware of other files only', filename: plain('src/app.ts'), code: `import Koa from 'koa'
import compress from 'koa-compress'
const app = new Koa()
app.use(compress())
app.listen(3000)` },
    ],
    invalid: [
      {
        name: 'a router of this file, chained (koa-examples blog)',
        filename: ready('app.cjs'),
        code: `const router = require('@koa/router')();
const Koa = require('koa');
const app = module.exports = new Koa();
router.get('/', list)
  .get('/post/:id', show)
  .post('/post', create);
app.use(router.routes());
if (!module.parent) app.listen(3000);
`,
        errors: [{ messageId: 'app', line: 3, column: 34, data: { framework: 'Koa', what: '3 routes', advice: "Insert 'app.use(koaTracing())' from '@spanguard/runtime/koa'." } }],
        output: [`const router = require('@koa/router')();
const Koa = require('koa');
const { koaTracing } = require('@spanguard/runtime/koa');
const app = module.exports = new Koa();
app.use(koaTracing());
router.get('/', list)
  .get('/post/:id', show)
  .post('/post', create);
app.use(router.routes());
if (!module.parent) app.listen(3000);
`],
      },
      {
        name: 'a function is the handler, koa-route, compose',
        filename: plain('src/app.ts'),
        code: `import Koa from 'koa'
import compose from 'koa-compose'
import route from 'koa-route'
const app = new Koa()
const all = compose([first, second])
app.use(async (ctx) => { ctx.body = 'hello' })
app.use(route.get('/', list))
app.use(all)
function first(ctx) {}
function second(ctx) {}
app.listen(3000)
`,
        errors: [{ messageId: 'app', line: 4, suggestions: one }],
      },
    ],
  })
})

describe('hono', () => {
  ruleTester.run('require-handler-tracing', rule, {
    valid: [
      { name: 'the middleware', filename: ready('src/app.ts'), code: `import { honoTracing } from '@spanguard/runtime/hono'
import { serve } from '@hono/node-server'
import { Hono } from 'hono'
const app = new Hono().use(honoTracing()).get('/orders', listOrders)
serve(app)` },
      { name: 'a part of an app that is exported (karakeep)', filename: plain('routes/users.ts'), code: `import { Hono } from 'hono'
const app = new Hono().use(auth).get('/me', me).get('/stats', stats)
export default app` },
      { name: 'exported under another name (CoreFlow360)', filename: plain('src/routes/orders.ts'), code: `import { Hono } from 'hono'
const app = new Hono()
app.get('/orders', listOrders)
export const orderRoutes = app` },
      { name: 'a field that a method gives away (CoreFlow360)', filename: plain('src/orders.ts'), code: `import { Hono } from 'hono'
export class Orders {
  constructor() { this.app = new Hono(); this.app.get('/orders', listOrders) }
  router() { return this.app }
}` },
      { name: 'returned with a cast', filename: plain('src/router.ts'), code: `import { Hono } from 'hono'
export function wellKnown() {
  const router = new Hono()
  router.get('/x', x)
  return router as Hono
}` },
      { name: 'a route without a handler is a request of a test client', filename: plain('src/app.ts'), code: `import { Hono } from 'hono'
import { serve } from '@hono/node-server'
const app = new Hono()
serve({ fetch: app.fetch })` },
    ],
    invalid: [
      { name: 'a field that no method gives away', filename: plain('src/orders.ts'), code: `import { Hono } from 'hono'
export class Orders {
  constructor() { this.app = new Hono(); this.app.get('/orders', listOrders) }
  total() { return this.sum }
}`, errors: [{ messageId: 'app', suggestions: one }] },
      {
        name: 'served here, in a chain',
        filename: ready('src/server.ts'),
        code: `import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import users from './users.js'

const app = new Hono<{ Variables: { user: string } }>()
  .basePath('/api')
  .route('/users', users)
  .on(['GET', 'POST'], '/inngest', handle)
serve({ fetch: app.fetch, port: 3000 })
`,
        errors: [{ messageId: 'app', line: 5, column: 17, endColumn: 21, data: { framework: 'Hono', what: '2 routes', advice: "Insert '.use(honoTracing())' from '@spanguard/runtime/hono'." } }],
        output: [`import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { honoTracing } from '@spanguard/runtime/hono'
import users from './users.js'

const app = new Hono<{ Variables: { user: string } }>().use(honoTracing())
  .basePath('/api')
  .route('/users', users)
  .on(['GET', 'POST'], '/inngest', handle)
serve({ fetch: app.fetch, port: 3000 })
`],
      },
    ],
  })
})

describe('middleware of the project that is called tracing', () => {
  const service = makeService('named', { dependencies: ['express'] }, {
    'src/tracing.ts': "import { randomUUID } from 'node:crypto'\nexport const tracing = (req, res, next) => { req.id = randomUUID(); next() }\nexport const start = () => {}\n",
    'src/telemetry/routes.ts': "import { Router } from 'express'\nexport const telemetryRoutes = Router()\n",
    'src/observability/index.ts': "export { observe } from './observe'\n",
    'src/observability/observe.ts': "import { trace } from '@opentelemetry/api'\nexport const observe = (req, res, next) => trace.getTracer('shop').startActiveSpan('GET', next)\n",
    'src/own/tracing.ts': "export const tracing = (req, res, next) => { note(req.headers.traceparent); next() }\n",
  })
  const app = (imported: string, use: string): string => `import express from 'express'\n${imported}\nconst app = express()\n${use}\napp.get('/orders', list)\napp.listen(3000)`
  ruleTester.run('require-handler-tracing', rule, {
    valid: [
      { name: 'starts a span in a file that its own imports', filename: service('src/main.ts'), code: app("import { observe } from './observability'", 'app.use(observe)') },
      { name: 'hears of the trace of who asks', filename: service('src/main.ts'), code: app("import { tracing } from './own/tracing'", 'app.use(tracing)') },
      { name: 'of a file that cannot be found', filename: service('src/main.ts'), code: app("import { tracing } from '@/http/tracing'", 'app.use(tracing)') },
      { name: 'of a package', filename: service('src/main.ts'), code: app("import { tracing } from '@acme/http'", 'app.use(tracing)') },
    ],
    invalid: [
      { name: 'and gives ids to requests', filename: service('src/main.ts'), code: app("import { tracing } from './tracing'", 'app.use(tracing)'), errors: [{ messageId: 'app', line: 3, suggestions: one }] },
      { name: 'the same as a member of its module', filename: service('src/main.ts'), code: app("import * as http from './tracing'", 'app.use(http.tracing)'), errors: [{ messageId: 'app', line: 3, suggestions: one }] },
      { name: 'routes that are about telemetry', filename: service('src/main.ts'), code: app("import { telemetryRoutes } from './telemetry/routes'", "app.use('/telemetry', telemetryRoutes)"), errors: [{ messageId: 'app', line: 3, suggestions: one }] },
      { name: 'a start that starts nothing', filename: service('src/main.ts'), code: app("import { start as startTracing } from './tracing'", 'void 0').replace('const app', 'startTracing()\nconst app'), errors: [{ messageId: 'app', line: 4, suggestions: one }] },
    ],
  })
})

describe('NestJS', () => {
  const modules = { 'src/app.module.ts': `import { Module } from '@nestjs/common'\nimport { OrdersModule } from './orders/orders.module'\n@Module({ imports: [OrdersModule] })\nexport class AppModule {}`, 'src/orders/orders.module.ts': 'export class OrdersModule {}' }
  const nest = makeService('nest', { dependencies: ['@nestjs/core', '@spanguard/runtime'] }, modules)
  const traced = makeService('nest-traced', { dependencies: ['@nestjs/core', '@spanguard/runtime'] }, {
    ...modules,
    'src/orders/orders.module.ts': "import { TracingModule } from '@spanguard/runtime/nest'",
  })
  const named = (name: string, text: string): ((file: string) => string) =>
    makeService(name, { dependencies: ['@nestjs/core'] }, { ...modules, 'src/orders/orders.module.ts': text })
  const main = `import { NestFactory } from '@nestjs/core'
import { AppModule } from './app.module'

async function bootstrap() {
  const app = await NestFactory.create(AppModule, { bufferLogs: true })
  app.useLogger(app.get(Logger))
  await app.listen(3000)
}
void bootstrap()
`
  ruleTester.run('require-handler-tracing', rule, {
    valid: [
      { name: 'a module that the root module reaches traces', filename: traced('src/main.ts'), code: main },
      { name: 'a module that the root module reaches reports to Sentry', filename: named('nest-sentry', "import { SentryModule } from '@acme/sentry'")('src/main.ts'), code: main },
      { name: 'the DI container is asked (inngest-js)', filename: plain('src/main.ts'), code: `import { app } from './app'
const logger = app.get(Logger)` },
      { name: 'a context without handlers', filename: plain('src/cli.ts'), code: `import { NestFactory } from '@nestjs/core'
import { AppModule } from './app.module'
const app = await NestFactory.createApplicationContext(AppModule)` },
      { name: 'the tracing module in the list', filename: ready('src/main.ts'), code: `import { Module } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { TracingModule } from '@spanguard/runtime/nest'
@Module({ imports: [TracingModule.forRoot({})], controllers: [Orders] })
class AppModule {}
const app = await NestFactory.create(AppModule)` },
      { name: 'controllers are parts', filename: plain('src/orders.ts'), code: `import { Controller, Get } from '@nestjs/common'
@Controller('orders')
export class Orders { @Get(':id') find() {} }` },
    ],
    invalid: [
      {
        name: 'a root module of another file, from which nothing reaches tracing',
        filename: nest('src/main.ts'),
        code: main,
        errors: [{ messageId: 'app', line: 5, column: 21 }],
        output: [main.replace("'@nestjs/core'\n", "'@nestjs/core'\nimport { TracingModule } from '@spanguard/runtime/nest'\n").replace('create(AppModule,', 'create({ module: AppModule, imports: [TracingModule] },')],
      },
      {
        name: 'a root module whose settings have an address of Sentry, which nothing loads ',
        filename: named('nest-dsn', 'export default () => ({ SENTRY_DSN: process.env.SENTRY_DSN, sentryDsn: url })')('src/main.ts'),
        code: main,
        errors: [{ messageId: 'app', line: 5, column: 21, suggestions: one }],
      },
      {
        name: 'a root module of this file',
        filename: ready('src/main.ts'),
        code: `import { Module } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
@Module({ controllers: [Orders], imports: [Config] })
class AppModule {}
const app = await NestFactory.create(AppModule)
`,
        errors: [{ messageId: 'app', line: 5 }],
        output: [`import { Module } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { TracingModule } from '@spanguard/runtime/nest'
@Module({ controllers: [Orders], imports: [TracingModule, Config] })
class AppModule {}
const app = await NestFactory.create(AppModule)
`],
      },
      {
        name: 'a root module without a list',
        filename: ready('src/main.ts'),
        code: `import { Module } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
@Module({ controllers: [Orders] })
class AppModule {}
const app = await NestFactory.create(AppModule)
`,
        errors: [{ messageId: 'app', line: 5 }],
        output: [`import { Module } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { TracingModule } from '@spanguard/runtime/nest'
@Module({ imports: [TracingModule], controllers: [Orders] })
class AppModule {}
const app = await NestFactory.create(AppModule)
`],
      },
    ],
  })
})

describe('node:http', () => {
  ruleTester.run('require-handler-tracing', rule, {
    valid: [
      { name: 'wrapped', filename: ready('src/server.ts'), code: `import { traceHandler } from '@spanguard/runtime/http'
import { createServer } from 'node:http'
createServer(traceHandler((req, res) => res.end())).listen(3000)` },
      { name: 'the handler continues the trace by hand', filename: plain('src/server.ts'), code: `import { createServer } from 'node:http'
import { context, propagation, trace } from '@opentelemetry/api'
const tracer = trace.getTracer('shop')
createServer((req, res) => {
  const parent = propagation.extract(context.active(), req.headers)
  tracer.startActiveSpan('GET', {}, parent, (span) => { res.end(); span.end() })
})` },
      { name: 'an app of another file', filename: plain('src/server.ts'), code: `import http from 'node:http'
import app from './app'
http.createServer(app).listen(3000)` },
      { name: "an app's callback", filename: plain('src/server.ts'), code: `import http from 'node:http'
export const start = (app) => http.createServer(app.callback()).listen(3000)` },
      { name: 'a traced app of this file behind a function', filename: ready('src/server.ts'), code: `import http from 'node:http'
import express from 'express'
import { expressTracing } from '@spanguard/runtime/express'
const app = express()
app.use(expressTracing())
app.get('/', home)
http.createServer((req, res) => app(req, res)).listen(3000)` },
      { name: 'clients and other servers', filename: plain('src/client.ts'), code: `import http from 'node:http'
import net from 'node:net'
http.get('http://orders', (res) => res.resume())
net.createServer((socket) => socket.end())` },
      { name: 'msw, k6, axios, nock, supertest', filename: plain('src/mocks.ts'), code: `import { http } from 'msw'
import axios from 'axios'
import nock from 'nock'
import request from 'supertest'
http.get('/orders', () => {})
axios.get('/orders', () => {})
nock('http://x').get('/orders', () => {})
request(app).get('/orders', () => {})
this.http.post('/orders', () => {})` },
    ],
    invalid: [
      {
        name: 'a handler in place',
        filename: ready('src/server.ts'),
        code: `import { createServer } from 'node:http'
export const server = createServer((request, response) => {
  response.end()
})
`,
        errors: [{ messageId: 'server', line: 2, column: 23, endColumn: 35 }],
        output: [`import { createServer } from 'node:http'
import { traceHandler } from '@spanguard/runtime/http'
export const server = createServer(traceHandler((request, response) => {
  response.end()
}))
`],
      },
      {
        name: 'options before the handler, a method of the class, a listener',
        filename: ready('src/server.cjs'),
        code: `const https = require('https')
class Server {
  start() {
    this.server = https.createServer({ key }, this.handle.bind(this))
    this.other = https.createServer({ key })
    this.other.on('request', handle)
    this.other.on('close', handle)
  }
  handle(req, res) {}
}
function handle(req, res) {}
`,
        errors: [{ messageId: 'server', line: 4 }, { messageId: 'server', line: 5 }],
        output: [
          `const https = require('https')
const { traceHandler } = require('@spanguard/runtime/http')
class Server {
  start() {
    this.server = https.createServer({ key }, traceHandler(this.handle.bind(this)))
    this.other = https.createServer({ key })
    this.other.on('request', handle)
    this.other.on('close', handle)
  }
  handle(req, res) {}
}
function handle(req, res) {}
`,
          `const https = require('https')
const { traceHandler } = require('@spanguard/runtime/http')
class Server {
  start() {
    this.server = https.createServer({ key }, traceHandler(this.handle.bind(this)))
    this.other = https.createServer({ key })
    this.other.on('request', traceHandler(handle))
    this.other.on('close', handle)
  }
  handle(req, res) {}
}
function handle(req, res) {}
`,
        ],
      },
    ],
  })
})

describe('consumers', () => {
  ruleTester.run('require-handler-tracing', rule, {
    valid: [
      { name: 'amqplib: the work runs in a span', filename: plain('src/worker.js'), code: `const amqp = require('amqplib')
const { withSpan } = require('@spanguard/runtime')
async function main() {
  const channel = await (await amqp.connect(url)).createChannel()
  channel.consume('tasks', (msg) => withSpan('tasks.process', () => work(msg)))
}` },
      { name: 'amqplib: the runtime wraps the callback, or the channel before or when it is made', filename: plain('src/worker.js'), code: `const amqp = require('amqplib')
const { traceChannel, traceConsumer } = require('@spanguard/runtime/amqp')
async function main() {
  const connection = await amqp.connect(url)
  const first = await connection.createChannel()
  first.consume('tasks', traceConsumer((msg) => first.ack(msg)))
  const second = await connection.createChannel()
  traceChannel(second)
  second.consume('tasks', (msg) => second.ack(msg))
  const third = traceChannel(await connection.createChannel())
  third.consume('tasks', (msg) => third.ack(msg))
}` },
      { name: 'amqplib: an imported callback may be wrapped where it stands', filename: plain('src/worker.js'), code: `const amqp = require('amqplib')
const { handle } = require('./handle')
amqp.connect(url).then(() => {})
async function main() {
  const channel = await (await amqp.connect(url)).createChannel()
  channel.consume('tasks', handle)
  channel.consume('tasks', (msg) => handle(msg, channel))
}` },
      { name: 'a parser has a method called consume (trigger.dev)', filename: plain('src/parser.ts'), code: `class Parser { parse() { this.consume((token) => token) } }
limiter.consume('key', () => {})` },
      { name: 'BullMQ: its own telemetry', filename: plain('src/worker.ts'), code: `import { Worker } from 'bullmq'
import { BullMQOtel } from 'bullmq-otel'
new Worker('emails', async (job) => send(job.data), { connection, telemetry: new BullMQOtel('emails') })` },
      { name: 'BullMQ: a processor of another file', filename: plain('src/worker.ts'), code: `import { Worker } from 'bullmq'
new Worker('emails', new URL('./processor.js', import.meta.url))` },
      { name: 'a worker thread is no consumer', filename: plain('src/worker.ts'), code: `import { Worker } from 'node:worker_threads'
new Worker('./x.js', () => {})` },
      { name: 'kafkajs: a wrapper whose name says so (karakeep)', filename: plain('src/consumer.ts'), code: `import { Kafka } from 'kafkajs'
import { withWorkerTracing } from './worker'
const consumer = new Kafka({ brokers }).consumer({ groupId: 'shop' })
await consumer.run({ eachMessage: withWorkerTracing('orders', async ({ message }) => handle(message)) })` },
      { name: 'gRPC: health and reflection are no handlers', filename: plain('src/server.js'), code: `const grpc = require('@grpc/grpc-js')
const health = require('grpc-js-health-check')
const server = new grpc.Server()
server.addService(health.service, new health.Implementation({}))` },
      { name: 'gRPC: an interceptor', filename: plain('src/server.ts'), code: `import { Server } from '@grpc/grpc-js'
import { tracingServerInterceptor } from '@spanguard/runtime/grpc'
const server = new Server({ interceptors: [tracingServerInterceptor()] })
server.addService(service, { charge })` },
      { name: 'tRPC: procedures are served by somebody else', filename: plain('src/trpc.ts'), code: `import { initTRPC } from '@trpc/server'
const t = initTRPC.context().create()
export const router = t.router({ orders: t.procedure.input(schema).query(({ input }) => find(input)) })` },
      { name: 'cron: what is put off to a date', filename: plain('src/jobs.ts'), code: `import schedule from 'node-schedule'
schedule.scheduleJob(new Date(Date.now() + 60000), () => { resume() })
schedule.scheduleJob(resumeDate, () => { resume() })` },
      { name: 'cron: the job runs in a span', filename: plain('src/jobs.ts'), code: `import cron from 'node-cron'
import { withSpan } from '@spanguard/runtime'
cron.schedule('0 * * * *', () => withSpan('report.send', send))` },
    ],
    invalid: [
      {
        name: 'amqplib (rabbitmq-tutorials worker)',
        filename: plain('src/worker.js'),
        code: `#!/usr/bin/env node

const amqp = require('amqplib');

async function main() {
    const connection = await amqp.connect('amqp://localhost');
    const channel = await connection.createChannel();
    const queue = 'task_queue';
    channel.consume(queue, function(msg) {
        channel.ack(msg);
    }, { noAck: false });
}
`,
        errors: [{ messageId: 'consumer', line: 9, column: 13, endColumn: 20, suggestions: [{ messageId: 'insert', output: `#!/usr/bin/env node

const amqp = require('amqplib');
const { traceConsumer } = require('@spanguard/runtime/amqp');

async function main() {
    const connection = await amqp.connect('amqp://localhost');
    const channel = await connection.createChannel();
    const queue = 'task_queue';
    channel.consume(queue, traceConsumer(function(msg) {
        channel.ack(msg);
    }), { noAck: false });
}
` }] }],
      },
      {
        name: 'amqplib with callbacks',
        filename: plain('src/worker.js'),
        code: `const amqp = require('amqplib/callback_api')
amqp.connect(url, function (error, connection) {
  connection.createChannel((error, channel) => {
    channel.consume('tasks', (msg) => channel.ack(msg))
  })
})
`,
        errors: [{ messageId: 'consumer', line: 4, suggestions: one }],
      },
      {
        name: 'Bull, by its own name',
        filename: ready('src/mails.js'),
        code: `const Queue = require('bull')\nconst mails = new Queue('mails')\nmails.process(async (job) => { await send(job.data) })\n`,
        errors: [{ messageId: 'consumer', line: 3, data: { framework: 'Bull', advice: `Insert 'traceProcessor(…)' from '@spanguard/runtime/bullmq'.` }, suggestions: one }],
      },
      {
        name: 'BullMQ, in a class',
        filename: ready('src/emails.ts'),
        code: `import { Worker, type Job } from 'bullmq'
export class Emails {
  worker = new Worker('send-emails', async (job: Job) => ({ sent: await send(job.data) }))
}
declare function send(data: unknown): Promise<boolean>
`,
        errors: [{ messageId: 'consumer', line: 3, suggestions: [{ messageId: 'insert', output: `import { Worker, type Job } from 'bullmq'
import { traceProcessor } from '@spanguard/runtime/bullmq'
export class Emails {
  worker = new Worker('send-emails', traceProcessor(async (job: Job) => ({ sent: await send(job.data) })))
}
declare function send(data: unknown): Promise<boolean>
` }] }],
      },
      {
        name: 'kafkajs, both callbacks',
        filename: plain('src/consumer.ts'),
        code: `import { Kafka } from 'kafkajs'
const kafka = new Kafka({ brokers })
const consumer = kafka.consumer({ groupId: 'shop' })
await consumer.run({ autoCommit: false, eachMessage: async ({ message }) => { console.log(message) }, eachBatch: handleBatch })
async function handleBatch() {}
`,
        errors: [{ messageId: 'consumer', line: 4, column: 16, suggestions: [{ messageId: 'insert', output: `import { Kafka } from 'kafkajs'
import { traceMessage } from '@spanguard/runtime/kafka'
const kafka = new Kafka({ brokers })
const consumer = kafka.consumer({ groupId: 'shop' })
await consumer.run({ autoCommit: false, eachMessage: traceMessage(async ({ message }) => { console.log(message) }), eachBatch: traceMessage(handleBatch) })
async function handleBatch() {}
` }] }],
      },
      {
        name: 'kafkajs, a method',
        filename: plain('src/consumer.ts'),
        code: `import { Kafka } from 'kafkajs'
const consumer = new Kafka({ brokers }).consumer({ groupId: 'shop' })
await consumer.run({ async eachMessage({ message }) { console.log(message) } })
`,
        errors: [{ messageId: 'consumer', line: 3, suggestions: [{ messageId: 'insert', output: `import { Kafka } from 'kafkajs'
import { traceMessage } from '@spanguard/runtime/kafka'
const consumer = new Kafka({ brokers }).consumer({ groupId: 'shop' })
await consumer.run({ eachMessage: traceMessage(async function ({ message }) { console.log(message) }) })
` }] }],
      },
      {
        name: 'NATS with a callback',
        filename: plain('src/consumer.ts'),
        code: `import { connect } from 'nats'
const nc = await connect()
nc.subscribe('orders.placed', { callback: (error, message) => { console.log(message) } })
`,
        errors: [{ messageId: 'consumer', line: 3, suggestions: one }],
      },
      {
        name: 'cron jobs of four packages',
        filename: plain('src/jobs.ts'),
        code: `import cron from 'node-cron'
import { CronJob } from 'cron'
import { Cron } from 'croner'
import * as schedule from 'node-schedule'
cron.schedule('0 * * * *', sendReports)
new CronJob('0 * * * *', () => { clean() })
new Cron('0 * * * *', { protect: true }, () => { clean() })
schedule.scheduleJob('0 * * * *', () => { clean() })
function sendReports() {}
function clean() {}
`,
        errors: [
          { messageId: 'job', line: 5, suggestions: [{ messageId: 'insert', output: `import cron from 'node-cron'
import { CronJob } from 'cron'
import { Cron } from 'croner'
import * as schedule from 'node-schedule'
import { withSpan } from '@spanguard/runtime'
cron.schedule('0 * * * *', (...args) => withSpan('send_reports.run', () => sendReports(...args)))
new CronJob('0 * * * *', () => { clean() })
new Cron('0 * * * *', { protect: true }, () => { clean() })
schedule.scheduleJob('0 * * * *', () => { clean() })
function sendReports() {}
function clean() {}
` }] },
          { messageId: 'job', line: 6, suggestions: one },
          { messageId: 'job', line: 7, suggestions: one },
          { messageId: 'job', line: 8, suggestions: one },
        ],
      },
      ...[
        ['a method', '{ async eachMessage({ message }) { await place(message) } }', '{ eachMessage: traceMessage(async function ({ message }) { await place(message) }) }'],
        ['a name of this file', '{ eachMessage }', '{ eachMessage: traceMessage(eachMessage) }'],
      ].map(([what, before, after]) => ({
        name: `kafkajs: ${what}`,
        filename: plain('src/consumer.ts'),
        code: `import { Kafka } from 'kafkajs'
const consumer = new Kafka({ brokers: [] }).consumer({ groupId: 'shop' })
await consumer.run(${before})
async function eachMessage() { await place() }
`,
        errors: [{ messageId: 'consumer' as const, line: 3, suggestions: [{ messageId: 'insert' as const, output: `import { Kafka } from 'kafkajs'
import { traceMessage } from '@spanguard/runtime/kafka'
const consumer = new Kafka({ brokers: [] }).consumer({ groupId: 'shop' })
await consumer.run(${after})
async function eachMessage() { await place() }
` }] }],
      })),
      {
        name: 'NATS',
        filename: plain('src/consumer.ts'),
        code: `import { connect } from 'nats'
const nc = await connect()
nc.subscribe('orders', { callback: (error, message) => { place(message) } })
`,
        errors: [{ messageId: 'consumer', line: 3, suggestions: [{ messageId: 'insert', output: `import { connect } from 'nats'
import { traceCallback } from '@spanguard/runtime/nats'
const nc = await connect()
nc.subscribe('orders', { callback: traceCallback((error, message) => { place(message) }) })
` }] }],
      },
      {
        name: 'gRPC: the interceptor is put in',
        filename: ready('src/server.js'),
        code: `import grpc from '@grpc/grpc-js'
const server = new grpc.Server()
server.addService(service, { charge, refund() {} })
function charge() {}
`,
        output: `import grpc from '@grpc/grpc-js'
import { tracingServerInterceptor } from '@spanguard/runtime/grpc'
const server = new grpc.Server({ interceptors: [tracingServerInterceptor()] })
server.addService(service, { charge, refund() {} })
function charge() {}
`,
        errors: [{ messageId: 'server', line: 2, data: { framework: 'gRPC', what: '2 handlers', advice: "Insert 'interceptors: [tracingServerInterceptor()]' from '@spanguard/runtime/grpc'." } }],
      },
      {
        name: 'gRPC: beside other options',
        filename: ready('src/server.js'),
        code: `import grpc from '@grpc/grpc-js'
const server = new grpc.Server({ 'grpc.max_receive_message_length': 1024 })
server.addService(service, { charge, refund() {} })
function charge() {}
`,
        output: `import grpc from '@grpc/grpc-js'
import { tracingServerInterceptor } from '@spanguard/runtime/grpc'
const server = new grpc.Server({ interceptors: [tracingServerInterceptor()], 'grpc.max_receive_message_length': 1024 })
server.addService(service, { charge, refund() {} })
function charge() {}
`,
        errors: [{ messageId: 'server', line: 2, data: { framework: 'gRPC', what: '2 handlers', advice: "Insert 'interceptors: [tracingServerInterceptor()]' from '@spanguard/runtime/grpc'." } }],
      },
      {
        name: 'gRPC: first among the interceptors that are there',
        filename: ready('src/server.js'),
        code: `import grpc from '@grpc/grpc-js'
const server = new grpc.Server({ interceptors: [checkToken] })
server.addService(service, { charge, refund() {} })
function charge() {}
`,
        output: `import grpc from '@grpc/grpc-js'
import { tracingServerInterceptor } from '@spanguard/runtime/grpc'
const server = new grpc.Server({ interceptors: [tracingServerInterceptor(), checkToken] })
server.addService(service, { charge, refund() {} })
function charge() {}
`,
        errors: [{ messageId: 'server', line: 2, data: { framework: 'gRPC', what: '2 handlers', advice: "Insert 'interceptors: [tracingServerInterceptor()]' from '@spanguard/runtime/grpc'." } }],
      },
      {
        name: 'gRPC: into an empty list',
        filename: ready('src/server.js'),
        code: `import grpc from '@grpc/grpc-js'
const server = new grpc.Server({ interceptors: [] })
server.addService(service, { charge, refund() {} })
function charge() {}
`,
        output: `import grpc from '@grpc/grpc-js'
import { tracingServerInterceptor } from '@spanguard/runtime/grpc'
const server = new grpc.Server({ interceptors: [tracingServerInterceptor()] })
server.addService(service, { charge, refund() {} })
function charge() {}
`,
        errors: [{ messageId: 'server', line: 2, data: { framework: 'gRPC', what: '2 handlers', advice: "Insert 'interceptors: [tracingServerInterceptor()]' from '@spanguard/runtime/grpc'." } }],
      },
      {
        name: 'gRPC: into empty options',
        filename: ready('src/server.js'),
        code: `import grpc from '@grpc/grpc-js'
const server = new grpc.Server({})
server.addService(service, { charge, refund() {} })
function charge() {}
`,
        output: `import grpc from '@grpc/grpc-js'
import { tracingServerInterceptor } from '@spanguard/runtime/grpc'
const server = new grpc.Server({ interceptors: [tracingServerInterceptor()] })
server.addService(service, { charge, refund() {} })
function charge() {}
`,
        errors: [{ messageId: 'server', line: 2, data: { framework: 'gRPC', what: '2 handlers', advice: "Insert 'interceptors: [tracingServerInterceptor()]' from '@spanguard/runtime/grpc'." } }],
      },
      {
        name: 'gRPC: into new without parentheses',
        filename: ready('src/server.js'),
        code: `import grpc from '@grpc/grpc-js'
const server = new grpc.Server
server.addService(service, { charge, refund() {} })
function charge() {}
`,
        output: `import grpc from '@grpc/grpc-js'
import { tracingServerInterceptor } from '@spanguard/runtime/grpc'
const server = new grpc.Server({ interceptors: [tracingServerInterceptor()] })
server.addService(service, { charge, refund() {} })
function charge() {}
`,
        errors: [{ messageId: 'server', line: 2, data: { framework: 'gRPC', what: '2 handlers', advice: "Insert 'interceptors: [tracingServerInterceptor()]' from '@spanguard/runtime/grpc'." } }],
      },
      {
        name: 'gRPC: a server of the old package takes no interceptors, and is offered none',
        filename: ready('src/server.js'),
        code: `const grpc = require('grpc')
const server = new grpc.Server()
server.addService(service, { charge })
`,
        errors: [{ messageId: 'server', line: 2, suggestions: [], data: { framework: 'gRPC', what: '1 handler', advice: 'Start the service with approved setup, or run its work inside a span.' } }],
      },
      {
        name: 'gRPC: options that are made elsewhere are left to a human',
        filename: ready('src/server.js'),
        code: `import grpc from '@grpc/grpc-js'
const server = new grpc.Server(options)
server.addService(service, { charge })
`,
        errors: [{ messageId: 'server', line: 2, suggestions: [], data: { framework: 'gRPC', what: '1 handler', advice: "Use 'tracingServerInterceptor' from '@spanguard/runtime/grpc', or the setup that the config approves, before the first route." } }],
      },
      {
        name: 'gRPC: what is spread may hold interceptors',
        filename: ready('src/server.js'),
        code: `import grpc from '@grpc/grpc-js'
const server = new grpc.Server({ ...options })
server.addService(service, { charge })
`,
        errors: [{ messageId: 'server', line: 2, suggestions: [], data: { framework: 'gRPC', what: '1 handler', advice: "Use 'tracingServerInterceptor' from '@spanguard/runtime/grpc', or the setup that the config approves, before the first route." } }],
      },
      {
        name: 'gRPC: interceptors that are made elsewhere',
        filename: ready('src/server.js'),
        code: `import grpc from '@grpc/grpc-js'
const server = new grpc.Server({ interceptors })
server.addService(service, { charge })
`,
        errors: [{ messageId: 'server', line: 2, suggestions: [], data: { framework: 'gRPC', what: '1 handler', advice: "Use 'tracingServerInterceptor' from '@spanguard/runtime/grpc', or the setup that the config approves, before the first route." } }],
      },
      {
        name: "tRPC's own server",
        filename: plain('src/server.ts'),
        code: `import { createHTTPServer } from '@trpc/server/adapters/standalone'
createHTTPServer({ router: appRouter }).listen(3000)
`,
        errors: [{ messageId: 'server', line: 2, suggestions: [{ messageId: 'insert', output: `import { createHTTPServer, createHTTPHandler } from '@trpc/server/adapters/standalone'
import { traceHandler } from '@spanguard/runtime/http'
import { createServer } from 'node:http'
createServer(traceHandler(createHTTPHandler({ router: appRouter }))).listen(3000)
` }] }],
      },
    ],
  })
})

describe('functions', () => {
  const functions = makeService('greetings', { dependencies: ['aws-sdk'] }, {
    'serverless.yml': `service: shop
provider:
  name: aws
functions:
  create:
    handler: todos/create.create
  hello:
    handler: handler.hello
`,
  })
  const azure = makeService('azure', {}, { 'serverless.yml': 'provider:\n  name: azure\nfunctions:\n  hello:\n    handler: handler.hello\n' })
  const layered = makeService('layered', {}, {
    'serverless.yml': 'provider:\n  name: aws\n  environment:\n    AWS_LAMBDA_EXEC_WRAPPER: /opt/otel-handler\nfunctions:\n  hello:\n    handler: handler.hello\n',
  })
  const sam = makeService('sam', {}, { 'template.yaml': 'Resources:\n  Hello:\n    Properties:\n      CodeUri: hello/\n      Handler: app.lambdaHandler\n' })
  const samActive = makeService('sam-active', {}, {
    'template.yaml': 'Globals:\n  Function:\n    Tracing: Active\nResources:\n  Hello:\n    Properties:\n      CodeUri: src/\n      Handler: app.lambdaHandler\n',
    'src/package.json': '{ "name": "hello", "dependencies": { "axios": "*" } }',
  })
  const hello = "module.exports.hello = async (event) => ({ statusCode: 200, body: JSON.stringify(event) })\n"
  ruleTester.run('require-handler-tracing', rule, {
    valid: [
      { name: 'an export that nothing declares', filename: functions('other.js'), code: hello },
      { name: 'another export of the file', filename: functions('handler.js'), code: 'module.exports.helper = async (event) => event' },
      { name: 'another cloud', filename: azure('handler.js'), code: hello },
      { name: 'what a function calls, with more than a platform gives (dotcom-rendering)', filename: plain('src/reply.ts'), code: `import type { CloudFormationCustomResourceEvent, Context } from 'aws-lambda'
export const send = async (event: CloudFormationCustomResourceEvent, context: Context, status: string, data?: unknown) => { await reply(event.ResponseURL, status, data) }` },
      { name: 'active tracing of a SAM template above the package of its functions (aws-samples)', filename: samActive('src/app.mjs'), code: 'export const lambdaHandler = async (event) => event\n' },
      { name: 'a layer traces', filename: layered('handler.js'), code: hello },
      { name: 'the work runs in a span', filename: functions('handler.js'), code: `const { withSpan } = require('@spanguard/runtime')
module.exports.hello = async (event) => withSpan('greeting.send', () => greet(event))` },
      { name: 'a middleware that traces', filename: functions('handler.js'), code: `import middy from '@middy/core'
import { captureLambdaHandler } from '@aws-lambda-powertools/tracer/middleware'
export const hello = middy(async (event) => event).use(captureLambdaHandler(tracer))` },
      { name: 'a middleware of an engine traces, told by the types', filename: plain('src/place.ts'), code: `import middy from '@middy/core'
import { captureLambdaHandler } from '@aws-lambda-powertools/tracer/middleware'
import type { SQSEvent } from 'aws-lambda'
export const handler = middy().use(captureLambdaHandler(tracer)).handler(async (event: SQSEvent) => { await place(event) })` },
      { name: 'another wrapper, which may trace', filename: plain('src/place.ts'), code: `import { wrap } from './wrap'
import type { SQSEvent } from 'aws-lambda'
export const handler = wrap(async (event: SQSEvent) => { await place(event) })` },
      { name: 'a Next.js route is loaded by the framework', filename: plain('src/app/api/orders/route.ts'), code: `import { NextResponse } from 'next/server'
export async function GET() { return NextResponse.json([]) }` },
      { name: 'the work is handed to a function of another file', filename: functions('handler.js'), code: `const { greet } = require('./greet')
module.exports.hello = async (event) => greet(event, 'hello')` },
      { name: 'another Handler', filename: plain('src/handler.ts'), code: `import type { Handler } from './types'
export const handler: Handler = async (event) => event` },
    ],
    invalid: [
      ...['middy(lambdaHandler).use(cors())', 'middy().use(cors()).handler(lambdaHandler)', 'middy(lambdaHandler)'].map((written) => ({ name: `by its type, given to an engine of middleware: ${written}`, filename: plain('src/place.ts'), code: `import middy from '@middy/core'
import cors from '@middy/http-cors'
import type { SQSEvent } from 'aws-lambda'
const lambdaHandler = async (event: SQSEvent) => { await place(event); return 'placed' }
export const handler = ${written}`, errors: [{ messageId: 'function' as const, line: 5, column: 14, suggestions: one }] })),
      { name: 'by its type, with a callback', filename: plain('src/deploy.ts'), code: `import type { CloudFormationCustomResourceEvent, Context, Callback } from 'aws-lambda'
export const deploy = (event: CloudFormationCustomResourceEvent, context: Context, done: Callback) => { fetchAll().then(done) }`, errors: [{ messageId: 'function', suggestions: one }] },
      {
        name: 'declared in serverless.yml',
        filename: functions('todos/create.js'),
        code: `'use strict';

const db = require('./db');

module.exports.create = (event, context, callback) => {
  db.put(event, callback);
};
`,
        errors: [{ messageId: 'function', line: 5, column: 16, endColumn: 22, suggestions: [{ messageId: 'insert', output: `'use strict';

const db = require('./db');
const { withSpan } = require('@spanguard/runtime');

module.exports.create = (event, context, callback) => withSpan('todos.create', () => {
  db.put(event, callback);
});
` }] }],
      },
      {
        name: 'a list of exports, and a function by its name',
        filename: functions('handler.js'),
        code: `async function hello(event) {
  return event
}
module.exports = { hello }
`,
        errors: [{ messageId: 'function', line: 4, suggestions: [{ messageId: 'insert', output: `const { withSpan } = require('@spanguard/runtime')
async function hello(event) { return withSpan('greetings.hello', async () => {
  return event
}) }
module.exports = { hello }
` }] }],
      },
      {
        name: 'a SAM template, whose path has a folder of its own',
        filename: sam('hello/app.mjs'),
        code: 'export const lambdaHandler = async (event) => event\n',
        errors: [{ messageId: 'function', suggestions: [{ messageId: 'insert', output: `import { withSpan } from '@spanguard/runtime'
export const lambdaHandler = async (event) => withSpan('hello.lambda_handler', async () => event)
` }] }],
      },
      {
        name: 'a type of aws-lambda, on the constant and on the parameter',
        filename: plain('src/orders.ts'),
        code: `import type { APIGatewayProxyHandler, SQSEvent } from 'aws-lambda'
export const list: APIGatewayProxyHandler = async () => ({ statusCode: 200, body: '' })
export async function consume(event: SQSEvent) { console.log(event) }
export const helper = (order: SQSEvent) => order
`,
        errors: [{ messageId: 'function', line: 2, suggestions: one }, { messageId: 'function', line: 3, suggestions: one }],
      },
      {
        name: 'a type of aws-lambda on a constant that is exported behind it, as default and by its name',
        filename: plain('src/queue.ts'),
        code: `import type { PreSignUpTriggerHandler, SQSHandler } from 'aws-lambda'
const receiver: SQSHandler = async ({ Records }) => { console.log(Records.length) }
const signUp: PreSignUpTriggerHandler = async (given) => given
const helper = async (given: string) => given
export default receiver
export { helper, signUp }
`,
        errors: [{ messageId: 'function', line: 5, suggestions: one }, { messageId: 'function', line: 6, suggestions: one }],
      },
    ],
  })
})

describe('frameworks of the house', () => {
  const settings = {
    spanguard: {
      frameworks: [
        {
          name: 'trigger-http',
          label: 'Supervisor',
          kind: 'app',
          objects: { app: [{ module: '@trigger.dev/core/v3/serverOnly', export: 'HttpServer', as: 'new' }] },
          handlers: [{ on: 'app', methods: ['route'], path: 0, handler: 2, handlerProperties: ['handler'], httpMethod: { argument: 1 } }],
          chains: ['route'],
        },
      ],
    },
  }
  ruleTester.run('require-handler-tracing', rule, {
    valid: [{ name: 'not declared', filename: plain('src/server.ts'), code: `import { HttpServer } from '@trigger.dev/core/v3/serverOnly'
new HttpServer({ port }).route('/start', 'POST', { handler: async () => {} })` }],
    invalid: [
      {
        name: 'a row of the same shape as the built-in ones; health checks do not count',
        filename: plain('src/server.ts'),
        settings,
        code: `import { HttpServer } from '@trigger.dev/core/v3/serverOnly'
const server = new HttpServer({ port })
  .route('/health', 'GET', { handler: async () => {} })
  .route('/start', 'POST', { handler: async () => {} })
`,
        errors: [{ messageId: 'app', line: 2, data: { framework: 'Supervisor', what: '1 route', advice: 'Start the service with approved setup, or run its work inside a span.' } }],
      },
    ],
  })
})

describe('what serves nobody', () => {
  const http = `import http from 'node:http'\n`
  const nest = `import { NestFactory } from '@nestjs/core'\nimport { SeedModule } from './seed.module'\nimport { UserSeed } from './user-seed'\n`
  const errors = [{ messageId: 'server' as const, suggestions: one }]
  ruleTester.run('require-handler-tracing', rule, {
    valid: [
      { name: 'a program that borrows the services of an app and closes it (nestjs-boilerplate)', filename: plain('src/seed.ts'), code: `${nest}const app = await NestFactory.create(SeedModule)
await app.get(UserSeed).run()
await app.close()` },
      { name: 'an app that is only built, to write its schema (hoppscotch)', filename: plain('src/schema.ts'), code: `${nest}export async function writeSchema() {
  const app = await NestFactory.create(SeedModule, { logger: false })
  await app.init()
  write(printSchema(await app.get(UserSeed).create()))
}` },
      { name: 'a door that says that the process lives (copilotkit)', filename: plain('src/liveness.ts'), code: `${http}http.createServer((req, res) => { if (req.url === '/ok') { res.end('{}'); return } res.writeHead(404); res.end() }).listen(8124)` },
      { name: 'numbers for whoever watches the process', filename: plain('src/metrics.ts'), code: `${http}http.createServer(async (req, res) => {
  if (req.url === '/metrics') { res.end(await register.metrics()); return }
  if ('/healthz' === req.url) { res.end('ok'); return }
  res.writeHead(404).end()
}).listen(9464)` },
      { name: 'numbers, by switch', filename: plain('src/metrics.ts'), code: `${http}http.createServer((req, res) => { switch (req.url) { case '/metrics': writeMetrics(res); break; case '/ready': res.end(); break } }).listen(9464)` },
      { name: 'the door of a WebSocket', filename: plain('src/socket.ts'), code: `${http}import { WebSocketServer } from 'ws'
const server = http.createServer((req, res) => { res.writeHead(426); res.end('Upgrade Required') })
const sockets = new WebSocketServer({ server })
server.listen(8080)` },
      { name: 'a login that waits for one callback', filename: plain('src/login.ts'), code: `${http}const server = http.createServer((req, res) => { const code = new URL(req.url, 'http://localhost').searchParams.get('code'); res.end('You may close this page'); server.close(); resolve(code) })
server.listen(0, '127.0.0.1')` },
      { name: 'a receiver of spans', filename: plain('src/receiver.ts'), code: `${http}http.createServer((req, res) => { if (req.url === '/v1/traces') store(req); res.end() }).listen(4318)` },
      { name: 'a command that somebody runs on their own machine', filename: command('src/tunnel.ts'), code: `${http}http.createServer((req, res) => { forward(req, res) }).listen(9000)` },
    ],
    invalid: [
      { name: 'an app that is closed when the process is told to end', filename: plain('src/main.ts'), code: `${nest}const app = await NestFactory.create(SeedModule)
await app.listen(3000)
process.on('SIGTERM', () => app.close())`, errors: [{ messageId: 'app', suggestions: one }] },
      { name: 'an app that is built and given to whoever serves it', filename: plain('src/lambda.ts'), code: `${nest}export async function bootstrap() {
  const app = await NestFactory.create(SeedModule)
  await app.init()
  return serverless(app.getHttpAdapter().getInstance())
}`, errors: [{ messageId: 'app', suggestions: one }] },
      { name: 'an app that is built around an adapter which others hold', filename: plain('src/lambda.ts'), code: `${nest}import { ExpressAdapter } from '@nestjs/platform-express'
export async function bootstrap(server) {
  const app = await NestFactory.create(SeedModule, new ExpressAdapter(server))
  await app.init()
}`, errors: [{ messageId: 'app', suggestions: one }] },
      { name: 'an app that is built and returned', filename: plain('src/app.ts'), code: `${nest}export async function build() {
  const app = await NestFactory.create(SeedModule)
  await app.init()
  return app
}`, errors: [{ messageId: 'app', suggestions: one }] },
      { name: 'a path that only begins like a health check', filename: plain('src/server.ts'), code: `${http}http.createServer((req, res) => { if (req.url === '/upload') { store(req); return } res.writeHead(404); res.end() }).listen(8124)`, errors },
      { name: 'numbers beside orders', filename: plain('src/server.ts'), code: `${http}http.createServer((req, res) => { if (req.url === '/metrics') return writeMetrics(res); if (req.url === '/orders') return listOrders(res); res.end() }).listen(3000)`, errors },
      { name: 'a WebSocket beside orders', filename: plain('src/server.ts'), code: `${http}import { WebSocketServer } from 'ws'
const server = http.createServer((req, res) => { listOrders(req, res) })
new WebSocketServer({ server })
server.listen(3000)`, errors },
      { name: 'a server that is closed by a signal', filename: plain('src/server.ts'), code: `${http}const server = http.createServer((req, res) => { listOrders(req, res) }).listen(3000)
process.on('SIGTERM', () => server.close())`, errors },
      { name: 'a preload that traces nothing', filename: preloadedOther('src/app.js'), code: express, errors: [{ messageId: 'app', suggestions: one }] },
      { name: 'an Express app of a package that is a command too', filename: command('src/server.ts'), code: express, errors: [{ messageId: 'app', suggestions: one }] },
    ],
  })
})
