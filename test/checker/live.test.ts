import { cpSync, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { check, type CheckResult } from '../../src/checker/index.js'
import { findService, type ServiceName } from '../services.js'
import { fixture } from './fixtures.js'
import { type Live, prove } from './live/prove.js'

/** Answers below a mount alone; a request that nobody answers has a span all the same. */
const koa = { targets: ['POST /orders.list', 'POST /orders.create'], status: 404 } as const
/** The root's loader runs for every page; the route and the server's own handler. */
const reactRouter = ['GET /settings', 'GET /settings', 'GET /orders/1', 'POST /orders/1', 'GET /settings'] as const
const trpc = { targets: ['GET /list', 'POST /place', 'GET /list'] } as const

/** What answers requests, by framework and by what traces it. */
const servers: readonly Live[] = [
  // Express: none, the middleware, before some routes, before none, on one of two apps, without a provider, an SDK by preload.
  { name: 'express-untraced' },
  { name: 'express-middleware' },
  { name: 'express-mixed' },
  { name: 'express-late-middleware' },
  { name: 'express-two-apps', servers: 2, targets: ['GET /users#1', 'GET /orders'] },
  { name: 'middleware-without-provider' },
  { name: 'provider-only' },
  { name: 'express-instrumentation-alone' },
  // Fastify, its folders of routes, its plugin.
  { name: 'fastify-autoload' },
  { name: 'fastify-autoload-plugin' },
  { name: 'fastify-plugin' },
  { name: 'fastify-sdk' },
  { name: 'koa-untraced', ...koa },
  { name: 'koa-middleware', ...koa },
  { name: 'koa-sdk' },
  { name: 'hono-untraced' },
  { name: 'hono-middleware' },
  { name: 'hono-esm' },
  { name: 'hono-register' },
  { name: 'http-untraced' },
  { name: 'http-wrapped' },
  { name: 'http-register' },
  // NestJS: modules that import modules, services by constructor, both adapters.
  { name: 'nest-untraced' },
  { name: 'nest-tracing-module' },
  { name: 'nest-sdk' },
  { name: 'nest-fastify' },
  { name: 'nest-fastify-module' },
  // gRPC.
  { name: 'grpc-untraced', targets: ['charge'] },
  { name: 'grpc-interceptor', targets: ['charge', 'refund'] },
  { name: 'grpc-sdk', targets: ['charge'] },
  { name: 'grpc-http-instrumentation', targets: ['charge'] },
  { name: 'grpc-esm', targets: ['charge'] },
  { name: 'grpc-esm-hook', targets: ['charge'] },
  // What answers in the request of another server.
  { name: 'graphql-untraced' },
  { name: 'graphql-wrapped', targets: ['Query order', 'Query order'] },
  { name: 'graphql-register' },
  { name: 'graphql-sdk' },
  { name: 'graphql-esm' },
  { name: 'graphql-behind-express', targets: ['Query order', 'Query order'] },
  { name: 'apollo-standalone', targets: ['Query order /'] },
  { name: 'trpc-untraced', ...trpc },
  { name: 'trpc-wrapped', ...trpc },
  { name: 'trpc-register', ...trpc },
  { name: 'trpc-sdk', ...trpc },
  { name: 'trpc-esm', ...trpc },
  { name: 'trpc-express', targets: ['GET /trpc/list', 'GET /trpc/list', 'POST /trpc/place'] },
  { name: 'trpc-express-middleware', targets: ['GET /trpc/list', 'GET /trpc/list', 'POST /trpc/place'] },
  { name: 'react-router-express', targets: reactRouter },
  { name: 'react-router-express-middleware', targets: reactRouter },
  { name: 'remix-serve', env: { PORT: '3000' } },
  { name: 'remix-serve-preload', env: { PORT: '3000' } },
  // Over the packages of a workspace: a class, chained calls, factories.
  { name: 'workspace', status: 404 },
  { name: 'workspace-routers', targets: ['GET /orders', 'POST /orders', 'GET /stock/1'] },
  // A server of the house, which a row of the config declares.
  { name: 'declared-server' },
  { name: 'declared-server-traced' },
]

/** How a service is started and when its setup runs; the file that says it is the one that the checker reads. */
const wirings: readonly Live[] = [
  { name: 'wiring-npm-script' },
  { name: 'wiring-node-options' },
  // The instrumentation of node:http is left out: by the code, by the environment.
  { name: 'auto-without-http' },
  { name: 'auto-without-http-env' },
  { name: 'wiring-cross-env' },
  { name: 'wiring-dev-only' },
  { name: 'wiring-shell' },
  { name: 'wiring-procfile' },
  { name: 'wiring-dockerfile' },
  { name: 'wiring-distroless' },
  { name: 'wiring-build-stage' },
  { name: 'wiring-compose' },
  { name: 'wiring-pm2' },
  { name: 'wiring-pm2-env' },
  { name: 'wiring-pm2-development' },
  { name: 'wiring-register' },
  { name: 'wiring-register-middleware' },
  // Module systems, and TypeScript compiled or through tsx.
  { name: 'esm-express' },
  { name: 'esm-http' },
  { name: 'esm-http-hook' },
  { name: 'tsx-esm-http' },
  { name: 'compiled-esm-http' },
  { name: 'compiled-cjs-http' },
  { name: 'first-import' },
  // Too late, twice, on a condition.
  { name: 'late-import', late: true },
  { name: 'esm-late', late: true },
  { name: 'setup-twice' },
  { name: 'conditional-setup', env: { TRACING: 'on' } },
  { name: 'conditional-setup', off: true },
  { name: 'conditional-return', env: { TRACING: 'on' } },
  { name: 'conditional-return', off: true },
]

/** Jobs, messages, invocations: the span around each. */
const consumers: readonly Live[] = [
  { name: 'kafka-untraced' },
  { name: 'kafka-wrapped' },
  { name: 'kafka-sdk' },
  { name: 'kafka-esm' },
  { name: 'cron-untraced' },
  { name: 'cron-span' },
  { name: 'cron-sdk' },
  { name: 'declared-queue' },
  { name: 'lambda-declared' },
  { name: 'lambda-span' },
  { name: 'lambda-preload' },
  { name: 'lambda-http-instrumentation' },
]

/** Those that need a broker of the machine: `eval "$(scripts/start-services.sh)"`. */
const brokered: readonly (readonly [ServiceName, readonly Live[]])[] = [
  ['redis', [{ name: 'worker-untraced' }, { name: 'worker-wrapped' }, { name: 'worker-processor' }, { name: 'worker-telemetry', more: true }, { name: 'worker-sdk' }]],
  ['amqp', [{ name: 'amqp-untraced' }, { name: 'amqp-wrapped' }, { name: 'amqp-channel' }, { name: 'amqp-sdk' }, { name: 'amqp-esm' }]],
  ['nats', [{ name: 'nats-untraced' }, { name: 'nats-wrapped' }, { name: 'nats-connection' }, { name: 'nats-sdk' }]],
]

describe('what the checker calls traced sends its span, what it calls untraced does not', () => {
  let home = ''
  let sources = ''
  // One is a workspace when it is checked by itself.
  const isWorkspace = (name: string): boolean => name.startsWith('workspace')
  let result: CheckResult
  beforeAll(async () => {
    home = mkdtempSync(path.join(realpathSync(os.tmpdir()), 'spanguard-live-'))
    // Outside the repository, whose package.json and workspaces are not theirs; all in one run, as many services are checked.
    sources = path.join(home, 'sources')
    const all = [...servers, ...wirings, ...consumers, ...brokered.flatMap(([, rows]) => rows)]
    const names = [...new Set(all.map(({ name }) => name))]
    for (const name of names) cpSync(fixture(name), path.join(sources, name), { recursive: true })
    result = await check({ paths: names.filter(name => !isWorkspace(name)), cwd: sources, allRules: true })
  })
  afterAll(() => {
    rmSync(home, { recursive: true, force: true })
  })

  const rows = (lives: readonly Live[]): void => {
    it.each(lives)('$name', async live => {
      await prove(live, isWorkspace(live.name) ? await check({ paths: [live.name], cwd: sources, allRules: true }) : result, sources, home)
    })
  }
  describe('servers', () => { rows(servers) })
  describe('wirings', () => { rows(wirings) })
  describe('consumers and functions', () => { rows(consumers) })
  describe.each(brokered)('consumers on %s', (broker, lives) => {
    describe.skipIf(findService(broker) === null)('when it is there', () => { rows(lives) })
  })
})
