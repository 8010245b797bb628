import { describe, expect, it } from 'vitest'

import { check } from '../../src/checker/index.js'
import { folder, type Files } from '../cli/project.js'

/** Wirings as public repositories have them: how many handlers are traced, by what, and what is found. */
async function checked(files: Files) {
  const { services, findings } = await check({ cwd: folder(files) })
  return {
    services: services.map((service) => `${service.name} ${String(service.traced)}/${String(service.total)}${service.tracedBy.length === 0 ? '' : ` by ${service.tracedBy.join(', ')}`}`),
    findings: findings.map(({ rule, origin }) => `${rule}:${String(origin.from.line)}`),
  }
}

const pkg = (fields: Record<string, unknown>): string => JSON.stringify({ name: 'shop', ...fields })
const cjsApp = `const express = require('express')\nconst app = express()\napp.get('/orders', (req, res) => res.json([]))\napp.listen(3000)\n`
const sdk = `import { NodeSDK } from '@opentelemetry/sdk-node'\nimport { getNodeAutoInstrumentations } from '@opentelemetry/auto-instrumentations-node'\n`

describe('setup in a function that a module is', () => {
  const tracer = `const { NodeSDK } = require('@opentelemetry/sdk-node')\nmodule.exports = (name) => {\n  const sdk = new NodeSDK({ serviceName: name, instrumentations: [require('@opentelemetry/auto-instrumentations-node').getNodeAutoInstrumentations()] })\n  sdk.start()\n}\n`

  it.each([
    ['called where it is required', `require('./tracer')('shop')\nrequire('./server')\n`],
    ['called by the name that it is required under', `const trace = require('./tracer')\ntrace('shop')\nrequire('./server')\n`],
  ])('%s traces', async (_, main) => {
    expect((await checked({ 'package.json': pkg({ scripts: { start: 'node main.js' } }), 'main.js': main, 'tracer.js': tracer, 'server.js': cjsApp })).services).toEqual(['shop 1/1 by NodeSDK of @opentelemetry/sdk-node'])
  })

  it('traces nothing when it is only required', async () => {
    expect((await checked({ 'package.json': pkg({ scripts: { start: 'node main.js' } }), 'main.js': `require('./tracer')\nrequire('./server')\n`, 'tracer.js': tracer, 'server.js': cjsApp })).services).toEqual(['shop 0/1'])
  })
})

describe('a distribution that no row names', () => {
  it.each([
    ['the module itself is called', `require('@acme/opentelemetry')({ token: process.env.TOKEN })\n`, 1],
    ['its function for starting is called', `require('@acme/otel').initTracing()\n`, 1],
    ['something else of it is called', `require('@acme/otel').getLogger()\n`, 0],
    ['its name says nothing', `require('@acme/start').init()\n`, 0],
    ['an exporter starts nothing', `require('acme-opentelemetry-exporter').init()\n`, 0],
  ])('%s', async (_, first, traced) => {
    expect((await checked({ 'package.json': pkg({ scripts: { start: 'node app.js' } }), 'app.js': first + cjsApp })).services).toEqual([expect.stringContaining(`shop ${String(traced)}/1`)])
  })
})

describe('a preload that is not in the repository', () => {
  it.each([
    ['built or not committed, by its name', './dist/instrumentation.js', 1],
    ['a package of the house', '@acme/telemetry/register', 1],
    ['something else that is built', './dist/env.js', 0],
    ['a hook alone instruments nothing', '@opentelemetry/instrumentation/hook.mjs', 0],
    ['a name that only begins so', './tracks.js', 0],
  ])('%s', async (_, preload, traced) => {
    expect((await checked({ 'package.json': pkg({ scripts: { start: `node --require ${preload} app.js` } }), 'app.js': cjsApp })).services).toEqual([expect.stringContaining(`shop ${String(traced)}/1`)])
  })
})

describe('line 0 of the SDK', () => {
  const app = `const { NodeTracerProvider } = require('@opentelemetry/node')\nnew NodeTracerProvider().register()\n${cjsApp}`

  it('loads the plugins that are installed beside it', async () => {
    expect((await checked({ 'package.json': pkg({ scripts: { start: 'node app.js' }, dependencies: { '@opentelemetry/node': '0.11', '@opentelemetry/plugin-http': '0.11' } }), 'app.js': app })).services).toEqual(['shop 1/1 by NodeTracerProvider of @opentelemetry/node'])
  })

  it('instruments nothing without them', async () => {
    expect((await checked({ 'package.json': pkg({ scripts: { start: 'node app.js' }, dependencies: { '@opentelemetry/node': '0.24' } }), 'app.js': app })).services).toEqual(['shop 0/1'])
  })
})

describe('a call of the setup between the imports', () => {
  const files = (fields: Record<string, unknown>): Files => ({
    'package.json': pkg(fields),
    'tsconfig.json': '{ "compilerOptions": { "module": "commonjs" } }',
    'src/main.ts': `import { start } from './tracing'\nstart()\nimport express from 'express'\nconst app = express()\napp.get('/orders', (req, res) => res.json([]))\napp.listen(3000)\n`,
    'src/tracing.ts': `${sdk}export function start() {\n  new NodeSDK({ instrumentations: [getNodeAutoInstrumentations()] }).start()\n}\n`,
  })

  it.each([
    ['is in time where TypeScript writes CommonJS', { scripts: { build: 'tsc', start: 'node dist/main.js' } }, []],
    ['comes too late in an ES module, whose imports are hoisted', { type: 'module', scripts: { build: 'tsc', start: 'node dist/main.js' } }, ['setup-first:4']],
    ['comes too late where a bundler hoists them', { scripts: { build: 'esbuild src/main.ts', start: 'node dist/main.js' }, devDependencies: { esbuild: '1' } }, ['setup-first:4']],
    ['is in time where tsc builds and tsx only watches', { scripts: { build: 'tsc', dev: 'tsx watch src/main.ts', start: 'node dist/main.js' }, devDependencies: { tsx: '4' } }, []],
  ])('%s', async (_, fields, findings) => {
    expect((await checked(files(fields))).findings).toEqual(findings)
  })
})

describe('an SDK that a container makes', () => {
  const nest = (provider: string): Files => ({
    'package.json': pkg({ scripts: { build: 'nest build', start: 'node dist/main' } }),
    'src/main.ts': `import { NestFactory } from '@nestjs/core'\nimport { AppModule } from './app.module'\nasync function bootstrap() {\n  const app = await NestFactory.create(AppModule)\n  await app.listen(3000)\n}\nbootstrap()\n`,
    'src/app.module.ts': `import { Module, Controller, Get } from '@nestjs/common'\nimport { TracingModule } from './tracing.module'\n@Controller('orders')\nclass Orders {\n  @Get()\n  list() { return [] }\n}\n@Module({ imports: [TracingModule], controllers: [Orders] })\nexport class AppModule {}\n`,
    'src/tracing.module.ts': `import { Module, Inject } from '@nestjs/common'\nimport { NodeSDK } from '@opentelemetry/sdk-node'\nimport { provider } from './provider'\n@Module({ providers: [provider] })\nexport class TracingModule {\n  constructor(@Inject('SDK') private readonly sdk: NodeSDK) {}\n  async onModuleInit() { await this.sdk.start() }\n}\n`,
    'src/provider.ts': provider,
  })

  it('traces, though late', async () => {
    const found = await checked(nest(`${sdk}export const provider = {\n  provide: 'SDK',\n  useFactory: () => {\n    return new NodeSDK({ instrumentations: [getNodeAutoInstrumentations()] })\n  },\n}\n`))
    expect(found).toEqual({ services: ['shop 1/1 by NodeSDK of @opentelemetry/sdk-node'], findings: ['setup-first:4'] })
  })

  it('traces nothing when its factory makes something else', async () => {
    expect((await checked(nest(`export const provider = { provide: 'SDK', useFactory: () => ({ start() {} }) }\n`))).services).toEqual(['shop 0/1'])
  })
})

describe('a server that no start command of the service names', () => {
  const service: Files = {
    'package.json': pkg({ scripts: { start: 'node --require ./tracing.js app.js', 'start:db-examples': 'node --require ./tracing.js examples.js', 'acceptance:local': 'node acceptance/run.js' } }),
    'tracing.js': `const { NodeSDK } = require('@opentelemetry/sdk-node')\nnew NodeSDK({ instrumentations: [require('@opentelemetry/auto-instrumentations-node').getNodeAutoInstrumentations()] }).start()\n`,
    'app.js': cjsApp,
  }

  it('is started as its script says, whatever the script is called', async () => {
    expect(await checked({ ...service, 'examples.js': cjsApp })).toEqual({ services: ['shop 2/2 by --require ./tracing.js'], findings: [] })
  })

  it('is no part of the service below a folder of tools', async () => {
    expect(await checked({ ...service, 'acceptance/run.js': cjsApp, 'scripts/mock.js': cjsApp })).toEqual({ services: ['shop 1/1 by --require ./tracing.js'], findings: [] })
  })

  it('counts where it shares code with the service', async () => {
    const shared = `require('../db')\n`
    expect(await checked({ ...service, 'app.js': `require('./db')\n${cjsApp}`, 'db.js': '', 'src/admin.js': shared + cjsApp })).toEqual({ services: ['shop 1/2 by --require ./tracing.js'], findings: [] })
  })

  it('is left over where it shares none', async () => {
    expect(await checked({ ...service, 'src/admin.js': cjsApp })).toEqual({ services: ['shop 1/1 by --require ./tracing.js'], findings: [] })
  })
})

describe('templates of Next.js in another package', () => {
  const route = 'export async function GET() { return Response.json([]) }\n'

  it('are no routes of it', async () => {
    expect((await checked({ 'package.json': pkg({ dependencies: { next: '15' } }), 'src/templates/app/api/orders/route.ts': route })).services).toEqual([])
  })

  it('are routes where Next.js looks for them', async () => {
    expect((await checked({ 'package.json': pkg({ dependencies: { next: '15' } }), 'src/app/api/orders/route.ts': route })).services).toEqual(['shop 0/1'])
    expect((await checked({ 'package.json': pkg({ dependencies: { next: '15' }, scripts: { start: 'next start web' } }), 'web/next.config.mjs': 'export default {}\n', 'web/app/api/orders/route.ts': route })).services).toEqual(['shop 0/1'])
  })
})

describe('a queue that no official instrumentation knows', () => {
  const files = (tracing: string): Files => ({
    'package.json': pkg({ scripts: { start: 'node main.js' } }),
    'main.js': `require('./worker')\nrequire('./tracing')\n`,
    'worker.js': `const { Worker } = require('bullmq')\nnew Worker('orders', async (job) => job.data)\n`,
    'tracing.js': tracing,
  })
  const start = `const { NodeSDK } = require('@opentelemetry/sdk-node')\n`

  it('has no order to keep', async () => {
    expect((await checked(files(`${start}new NodeSDK({ instrumentations: [] }).start()\n`))).findings).toEqual([])
  })

  it('has one where an instrumentation for it is set up', async () => {
    expect((await checked(files(`${start}const { BullMQInstrumentation } = require('@appsignal/opentelemetry-instrumentation-bullmq')\nnew NodeSDK({ instrumentations: [new BullMQInstrumentation()] }).start()\n`))).findings).toEqual(['setup-first:2'])
  })
})

describe('what an SDK instruments', () => {
  const sdkWith = (instrumentations: string): string => `const { NodeSDK } = require('@opentelemetry/sdk-node')\n${instrumentations}\nnew NodeSDK({ instrumentations }).start()\n`
  const http = `const { HttpInstrumentation } = require('@opentelemetry/instrumentation-http')\n`
  const auto = `const { getNodeAutoInstrumentations } = require('@opentelemetry/auto-instrumentations-node')\n`
  const grpc = `const { Server } = require('@grpc/grpc-js')\nconst server = new Server()\nserver.addService(orders, { charge })\nserver.bindAsync('0.0.0.0:1', credentials, () => {})\nfunction charge() {}\n`
  const bull = `const { Worker } = require('bullmq')\nnew Worker('orders', async (job) => job.data)\n`
  const files = (app: string, tracing: string): Files => ({ 'package.json': pkg({ scripts: { start: 'node --require ./tracing.js app.js' }, dependencies: { '@opentelemetry/sdk-node': '*' } }), 'app.js': app, 'tracing.js': sdkWith(tracing) })

  it.each([
    ['requests by the instrumentation of http', cjsApp, `${http}const instrumentations = [new HttpInstrumentation()]`, 1],
    ['requests by none of express alone', cjsApp, `const { ExpressInstrumentation } = require('@opentelemetry/instrumentation-express')\nconst instrumentations = [new ExpressInstrumentation()]`, 0],
    ['requests by none of a database', cjsApp, `const { PgInstrumentation } = require('@opentelemetry/instrumentation-pg')\nconst instrumentations = [new PgInstrumentation()]`, 0],
    ['nothing by an empty list', cjsApp, 'const instrumentations = []', 0],
    ['perhaps all by a list that is filled later', cjsApp, 'const instrumentations = []\ninstrumentations.push(ours())', 1],
    ['perhaps all by a list of the house', cjsApp, `const { instrumentations } = require('@acme/instrumentations')`, 1],
    ['requests by all that OpenTelemetry has, in a list of lists', cjsApp, `${auto}const instrumentations = [[getNodeAutoInstrumentations()]]`, 1],
    ['gRPC by all that OpenTelemetry has', grpc, `${auto}const instrumentations = [...getNodeAutoInstrumentations()]`, 1],
    ['gRPC by none of http', grpc, `${http}const instrumentations = [new HttpInstrumentation()]`, 0],
    ['no jobs of BullMQ by all that OpenTelemetry has', bull, `${auto}const instrumentations = [getNodeAutoInstrumentations()]`, 0],
    ['jobs of BullMQ by an instrumentation for them', bull, `const { BullMQInstrumentation } = require('@appsignal/opentelemetry-instrumentation-bullmq')\nconst instrumentations = [new BullMQInstrumentation()]`, 1],
  ])('is %s', async (_, app, tracing, traced) => {
    expect((await checked(files(app, tracing))).services).toEqual([expect.stringContaining(`shop ${String(traced)}/1`)])
  })

  it('is said, with what would trace it', async () => {
    const { findings } = await check({ cwd: folder(files(cjsApp, `const { ExpressInstrumentation } = require('@opentelemetry/instrumentation-express')\nconst instrumentations = [new ExpressInstrumentation()]`)) })
    expect(findings.map(({ message }) => message)).toEqual([expect.stringContaining('--require ./tracing.js is set up, but nothing instruments node:http, on which Express stands, so that nothing traces 1 handler of Express')])
  })
})

describe('a PM2 file', () => {
  it.each([
    ['env', 1],
    ['env_production', 1],
    ['env_development', 0],
  ])('that preloads in %s', async (block, traced) => {
    expect((await checked({
      'package.json': pkg({}),
      'ecosystem.config.js': `module.exports = { apps: [{ name: 'shop', script: './app.js', ${block}: { NODE_OPTIONS: '--require ./tracing.js' } }] }\n`,
      'app.js': cjsApp,
      'tracing.js': `const { NodeSDK } = require('@opentelemetry/sdk-node')\nnew NodeSDK({ instrumentations: ours }).start()\n`,
    })).services).toEqual([expect.stringContaining(`shop ${String(traced)}/1`)])
  })
})

describe('an ES module that imports its server', () => {
  const files = (imports: string, options = ''): Files => ({
    'package.json': pkg({ type: 'module', scripts: { start: 'node server.js' } }),
    'server.js': `import './tracing.js'\nimport { createServer } from 'node:http'\n${imports}createServer((req, res) => res.end()).listen(3000)\n`,
    'tracing.js': `${sdk}new NodeSDK({ instrumentations: [getNodeAutoInstrumentations()]${options} }).start()\n`,
  })

  it.each([
    ['stays as it is beside packages that require no http', `import pg from 'pg'\n`, '', 0],
    ['is patched when a package requires http later', `import { MongoClient } from 'mongodb'\n`, '', 1],
    ['is patched when the exporter of metrics requires it', '', ', metricReader: reader', 1],
  ])('%s', async (_, imports, options, traced) => {
    expect((await checked(files(imports, options))).services).toEqual([expect.stringContaining(`shop ${String(traced)}/1`)])
  })
})

describe('tools of an MCP server', () => {
  const files = (transport: string, middleware: string): Files => ({
    'package.json': pkg({ type: 'module', scripts: { start: 'node app.js' } }),
    'app.js': `import express from 'express'\nimport { ${transport} } from '@modelcontextprotocol/sdk/server/${transport === 'StdioServerTransport' ? 'stdio' : 'streamableHttp'}.js'\nimport { createServer } from './mcp.js'\n${middleware}const app = express()\n${middleware === '' ? '' : 'app.use(expressTracing())\n'}app.post('/mcp', async (req, res) => {\n  const transport = new ${transport}()\n  await createServer().connect(transport)\n})\napp.listen(3000)\n`,
    'mcp.js': `import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'\nexport function createServer() {\n  const server = new McpServer({ name: 'orders', version: '1' })\n  server.registerTool('list', {}, async () => ({ content: [] }))\n  return server\n}\n`,
  })
  const middleware = `import { initTracing } from '@spanguard/runtime'\nimport { expressTracing } from '@spanguard/runtime/express'\ninitTracing({ serviceName: 'orders' })\n`

  it('run within a traced request over HTTP', async () => {
    expect(await checked(files('StreamableHTTPServerTransport', middleware))).toEqual({ services: ['shop 2/2 by expressTracing'], findings: [] })
  })

  it('have no request over standard input', async () => {
    expect((await checked(files('StdioServerTransport', middleware))).services).toEqual(['shop 1/2 by expressTracing'])
  })
})

describe('a vendor\'s module in the vendor\'s own repository', () => {
  it('sets up tracing as it does elsewhere', async () => {
    const found = await checked({
      'package.json': JSON.stringify({ name: '@splunk/otel', workspaces: ['examples/*'], exports: { './instrument': './instrument.js' } }),
      'instrument.js': 'module.exports = {}\n',
      'examples/basic/package.json': pkg({ scripts: { start: 'node app.js' } }),
      'examples/basic/app.js': `require('@splunk/otel/instrument')\n${cjsApp}`,
    })
    expect(found.services).toEqual(['shop 1/1 by @splunk/otel/instrument'])
  })
})

describe('an Nx workspace, whose applications share one package.json', () => {
  const app = (name: string, first: string): Files => ({
    [`apps/${name}/project.json`]: JSON.stringify({ name, projectType: 'application' }),
    [`apps/${name}/src/main.ts`]: `${first}import express from 'express'\nconst app = express()\napp.get('/orders', (req, res) => res.json([]))\napp.listen(3000)\n`,
  })

  it('has as many services, each with its own setup, which a base class of a package does', async () => {
    const found = await checked({
      'package.json': pkg({ scripts: { start: 'nx serve' } }),
      'nx.json': '{}',
      'tsconfig.base.json': JSON.stringify({ compilerOptions: { paths: { '@shop/tracing': ['libs/tracing/src/index.ts'] } } }),
      'tsconfig.json': JSON.stringify({ extends: './tsconfig.base.json' }),
      ...app('orders', `import { Tracing } from '@shop/tracing'\nTracing.init({ serviceName: 'orders' })\n`),
      ...app('stock', ''),
      'libs/tracing/project.json': JSON.stringify({ projectType: 'library' }),
      'libs/tracing/src/index.ts': `import { Tracing as Base } from '@acme/opentelemetry-nestjs'\nexport class Tracing extends Base {\n  static init(options: object) {\n    super.init({ ...options })\n  }\n}\n`,
    })
    expect(found.services).toEqual(['orders 1/1 by init of @acme/opentelemetry-nestjs', 'stock 0/1'])
  })
})

describe('a package manager that runs what is installed under its own name', () => {
  it.each(['yarn node', 'pnpm node', 'npx node', 'pnpm exec node'])('%s', async (runner) => {
    expect((await checked({
      'package.json': pkg({ scripts: { start: `${runner} --require ./tracing.js app.js` } }),
      'tracing.js': `const { NodeSDK } = require('@opentelemetry/sdk-node')\nnew NodeSDK({ instrumentations: [require('@opentelemetry/auto-instrumentations-node').getNodeAutoInstrumentations()] }).start()\n`,
      'app.js': cjsApp,
    })).services).toEqual(['shop 1/1 by --require ./tracing.js'])
  })
})

describe('controllers by decorators of InversifyJS', () => {
  it('are handlers of the server that is built', async () => {
    expect(await checked({
      'package.json': pkg({ scripts: { start: 'yarn node dist/bin/server.js' } }),
      'bin/server.ts': `import '../src/orders'\nimport { InversifyExpressServer } from 'inversify-express-utils'\nconst server = new InversifyExpressServer(container)\nserver.build().listen(3000)\n`,
      'src/orders.ts': `import { controller, httpGet } from 'inversify-express-utils'\n@controller('/orders')\nexport class Orders {\n  @httpGet('/:id')\n  find() {}\n}\n`,
    })).toEqual({ services: ['shop 0/1'], findings: ['require-handler-tracing:3'] })
  })
})

describe('node .', () => {
  it('runs the package\'s main file', async () => {
    expect((await checked({
      'package.json': pkg({ main: 'build/index.js', scripts: { start: 'node --require ./tracing.js .' } }),
      'tracing.js': `const { NodeSDK } = require('@opentelemetry/sdk-node')\nnew NodeSDK({ instrumentations: [require('@opentelemetry/auto-instrumentations-node').getNodeAutoInstrumentations()] }).start()\n`,
      'src/index.ts': `import express from 'express'\nconst app = express()\napp.get('/orders', (req, res) => res.json([]))\napp.listen(3000)\n`,
    })).services).toEqual(['shop 1/1 by --require ./tracing.js'])
  })
})

describe('a handler that another package of the repository makes', () => {
  const files = (mount: string): Files => ({
    'package.json': JSON.stringify({ workspaces: ['app', 'sdk'] }),
    'app/package.json': pkg({ scripts: { start: 'node app.js' } }),
    'app/app.js': `const express = require('express')\nconst { serve } = require('sdk')\nconst app = express()\n${mount}\napp.listen(3000)\n`,
    'sdk/package.json': JSON.stringify({ name: 'sdk', main: 'index.js' }),
    'sdk/index.js': 'exports.serve = (options) => {\n  const handler = new Handler(options)\n  return handler.create()\n}\n',
  })

  it('answers below its path', async () => {
    expect((await checked(files(`app.use('/api/jobs', serve({}))`))).services).toEqual(['shop 0/1'])
  })

  it('is a middleware without one', async () => {
    expect((await checked(files('app.use(serve({}))'))).services).toEqual([])
  })
})
