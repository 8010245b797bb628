import path from 'node:path'
import { describe, expect, it } from 'vitest'

import { check } from '../../src/checker/index.js'
import { folder, type Files } from '../cli/project.js'

/** Ways of registering handlers that stand between a service and its framework: which handlers are seen, and where. */
async function handlers(files: Files) {
  const { services, root } = await check({ cwd: folder(files) })
  return services.flatMap((service) => service.handlers.map(({ method, route, file, origin, framework }) => `${framework} ${method ?? '-'} ${route ?? '-'} ${path.relative(root, file)}:${String(origin.from.line)}`))
}

const pkg = (fields: Record<string, unknown> = {}): string => JSON.stringify({ name: 'shop', scripts: { start: 'node main.js' }, ...fields })
const main = (imports: string, body: string): string => `import express from 'express'\n${imports}const app = express()\n${body}app.listen(3000)\n`

describe('a function that is given the app', () => {
  it.each([
    ['as a parameter without a type', `export function routes(app) {\n  app.get('/orders', list)\n}\n`, 'routes(app)\n', 2],
    ['in an object that is taken apart', `export function routes({ app, db }) {\n  app.get('/orders', list)\n}\n`, 'routes({ app, db: null })\n', 2],
    ['in an object', `export function routes(deps) {\n  deps.app.get('/orders', list)\n}\n`, 'routes({ app })\n', 2],
    ['as the rest of its parameters', `export function routes(...[app, db]) {\n  app.get('/orders', list)\n}\n`, 'routes(app, null)\n', 2],
    ['as the rest, which it hands on', `export function routes(...args) {\n  orders(...args)\n}\nfunction orders(...[app]) {\n  app.get('/orders', list)\n}\n`, 'routes(app, null)\n', 5],
    ['in its constructor', `export class routes {\n  constructor(server) {\n    this.server = server\n    this.server.get('/orders', list)\n  }\n}\n`, 'new routes(app)\n', 4],
    ['in the constructor of its base class', `class Base {\n  constructor(server) {\n    this.server = server\n  }\n}\nexport class routes extends Base {\n  constructor(app) {\n    super(app)\n    this.server.get('/orders', list)\n  }\n}\n`, 'new routes(app)\n', 9],
  ])('%s', async (_, routes, call, line) => {
    expect(await handlers({ 'package.json': pkg(), 'main.js': main(`import { routes } from './routes.js'\n`, call), 'routes.js': `const list = (req, res) => res.json([])\n${routes}` })).toEqual([`express GET /orders routes.js:${String(line + 1)}`])
  })

  it('by a parameter whose type is a generic tuple of the program', async () => {
    expect(await handlers({
      'package.json': pkg(),
      'main.ts': `import Koa from 'koa'\nimport Router from 'koa-router'\nimport routes from './routes.js'\nconst app = new Koa()\nconst router = new Router()\nroutes(router, {})\nfor (const one of [router]) {\n  app.use(one.routes()).use(one.allowedMethods())\n}\napp.listen(3000)\n`,
      'routes.ts': `import type Router from 'koa-router'\ntype Init<T> = (router: T, tenant: object) => void\nexport default function routes<T extends Router>(...[router, tenant]: Parameters<Init<T>>) {\n  router.get('/orders', (ctx) => { ctx.body = [] })\n}\n`,
    })).toEqual(['koa GET /orders routes.ts:4'])
  })
})

describe('a method of an app that a function is given', () => {
  const plugin = (body: string): Files => ({
    'package.json': pkg(),
    'main.js': `import fastify from 'fastify'\nimport { routes } from './routes.js'\nconst server = fastify()\nserver.register(routes, { prefix: '/api' })\nserver.listen({ port: 3000 })\n`,
    'routes.ts': `import type { FastifyInstance } from 'fastify'\nexport async function routes(server: FastifyInstance) {\n  ${body}\n}\n`,
  })

  it.each([
    ['gives the app itself', `server.withTypeProvider<object>().post('/orders', async () => 'x')`, ['POST /api/orders']],
    ['gives it to a constant', `const typed = server.withTypeProvider<object>()\n  typed.get('/orders', async () => 'x')`, ['GET /api/orders']],
    ['is one of a chain', `server.get('/orders', async () => 'x').get('/refunds', async () => 'y')`, ['GET /api/orders', 'GET /api/refunds']],
    ['gives something else', `server.getSchemas().get('/orders', async () => 'x')`, []],
    ['hands it to a function in place, under a path', `server.register(async (orders) => { orders.get('/all', async () => 'x') }, { prefix: '/orders' })`, ['GET /api/orders/all']],
    [
      'hands it on twice',
      `server.register(async (orders) => { orders.register(async (open) => { open.get('/all', async () => 'x') }, { prefix: '/open' }) }, { prefix: '/orders' })`,
      ['GET /api/orders/open/all'],
    ],
  ])('%s', async (_, body, expected) => {
    const found = await handlers(plugin(body))
    expect(found.map((one) => one.split(' ').slice(1, 3).join(' ')).sort()).toEqual(expected)
  })

  it('hands it to a function in place of the file that makes the app', async () => {
    const found = await handlers({
      'package.json': pkg(),
      'main.js': `import fastify from 'fastify'\nconst server = fastify()\nserver.register(async (orders) => { orders.get('/all', async () => 'x') }, { prefix: '/orders' })\nserver.listen({ port: 3000 })\n`,
    })
    expect(found).toEqual(['fastify GET /orders/all main.js:3'])
  })
})

describe('a function that registers what it is given', () => {
  const controller = `import { Router } from 'express'\nexport class Controller {\n  constructor() {\n    this.app = Router()\n  }\n  route(options) {\n    this.app[options.method](options.path, wrap(options.handler.bind(this)))\n  }\n  get(path, handler) {\n    this.route({ method: 'get', path, handler })\n  }\n  get router() {\n    return this.app\n  }\n}\nconst wrap = (handler) => (req, res, next) => handler(req, res).catch(next)\n`

  it('counts once for each call, by the method, the route and the place of the call', async () => {
    expect(await handlers({
      'package.json': pkg(),
      'main.js': main(`import { Orders } from './orders.js'\n`, `app.use('/api', new Orders().router)\n`),
      'controller.js': controller,
      'orders.js': `import { Controller } from './controller.js'\nexport class Orders extends Controller {\n  constructor() {\n    super()\n    this.route({ method: 'post', path: '/orders', handler: this.create })\n    this.get('/orders', this.list)\n  }\n  async create(req, res) {}\n  async list(req, res) {}\n}\n`,
    })).toEqual(['express GET /api/orders orders.js:6', 'express POST /api/orders orders.js:5'])
  })

  it('stays one handler where nobody calls it', async () => {
    expect(await handlers({ 'package.json': pkg(), 'main.js': main('', `export const add = (path, handler) => app.get(path, handler)\n`) })).toEqual(['express GET - main.js:3'])
  })

  it('is asked for its prefix, and the routes stay where they are written', async () => {
    expect(await handlers({
      'package.json': pkg(),
      'main.js': main(`import { orders } from './orders.js'\n`, `orders(app, '/v1')\norders(app, '/v2')\n`),
      'orders.js': `export function orders(app, prefix) {\n  app.get(\`\${prefix}/orders\`, (req, res) => res.json([]))\n}\n`,
    })).toEqual(['express GET /v1/orders orders.js:2', 'express GET /v2/orders orders.js:2'])
  })

  it('leaves a controller that is injected where its routes are', async () => {
    expect(await handlers({
      'package.json': pkg(),
      'main.js': main(`import { router } from './router.js'\n`, `app.use(router({ list: (req, res) => res.json([]) }))\n`),
      'router.js': `import { Router } from 'express'\nexport function router(controller) {\n  const routes = Router()\n  routes.get('/orders', controller.list)\n  return routes\n}\n`,
    })).toEqual(['express GET /orders router.js:4'])
  })

  it('counts the workers that a factory makes, and not the app that a server is given', async () => {
    expect(await handlers({
      'package.json': pkg(),
      'main.js': main(`import http from 'node:http'\nimport { worker } from './worker.js'\nconst serve = (handler) => http.createServer(handler)\n`, `app.get('/orders', (req, res) => res.json([]))\nserve(app).listen(3000)\nworker('mails', async (job) => job.data)\nworker('bills', async (job) => job.data)\n`),
      'worker.js': `import { Worker } from 'bullmq'\nexport const worker = (name, run) => new Worker(name, run, { connection: {} })\n`,
    })).toEqual(['express GET /orders main.js:6', 'bullmq - mails main.js:8', 'bullmq - bills main.js:9'])
  })
})

describe('a table of routes', () => {
  const table = `const routes = [\n  { method: 'get', path: '/orders', handler: list },\n  { method: 'post', path: '/orders', handler: create },\n]\nfunction list() {}\nfunction create() {}\n`

  it.each([
    ['for … of', `for (const { method, path, handler } of routes) app[method](path, handler)\n`],
    ['forEach', `routes.forEach((route) => { app[route.method](route.path, route.handler) })\n`],
    ['a function that is given it', `const register = (rows) => rows.forEach((row) => app[row.method](row.path, row.handler))\nregister(routes)\n`],
  ])('%s', async (_, loop) => {
    expect(await handlers({ 'package.json': pkg(), 'main.js': main('', table + loop) })).toEqual(['express GET /orders main.js:4', 'express POST /orders main.js:5'])
  })

  it('Object.entries of an object', async () => {
    expect(await handlers({ 'package.json': pkg(), 'main.js': main('', `const routes = { '/orders': () => {}, '/bills': () => {} }\nfor (const [path, handler] of Object.entries(routes)) app.get(path, handler)\n`) })).toEqual(['express GET /orders main.js:3', 'express GET /bills main.js:3'])
  })

  it('of Fastify, whose rows are its options', async () => {
    expect(await handlers({ 'package.json': pkg(), 'main.js': `import fastify from 'fastify'\nconst app = fastify()\nconst routes = [{ method: 'GET', url: '/orders', handler: async () => [] }]\nroutes.forEach((route) => app.route(route))\napp.listen({ port: 3000 })\n` })).toEqual(['fastify GET /orders main.js:3'])
  })
})

describe('routers of packages that no row names', () => {
  it('count where they are mounted as one', async () => {
    expect(await handlers({
      'package.json': pkg(),
      'main.js': `import Koa from 'koa'\nimport { SwaggerRouter } from 'koa-swagger'\nconst app = new Koa()\nconst router = new SwaggerRouter()\nrouter.get('/orders', (ctx) => { ctx.body = [] })\napp.use(router.routes())\napp.listen(3000)\n`,
    })).toEqual(['koa GET /orders main.js:5'])
    expect(await handlers({ 'package.json': pkg(), 'main.js': main(`import asyncRouter from 'async-router'\n`, `const router = asyncRouter()\nrouter.get('/orders', async () => [])\napp.use('/api', router)\n`) })).toEqual(['express GET /api/orders main.js:5'])
  })

  it('count for nothing elsewhere', async () => {
    expect(await handlers({ 'package.json': pkg(), 'main.js': main(`import cache from 'some-cache'\n`, `const store = cache()\nstore.get('/orders', () => [])\napp.use(store)\n`) })).toEqual([])
  })
})

describe('handlers of one framework behind a server of another', () => {
  const router = `import { initTRPC } from '@trpc/server'\nconst t = initTRPC.context().create()\nexport const appRouter = t.router({\n  list: t.procedure.query(() => []),\n  add: t.procedure.input((value) => value).mutation(() => null),\n})\n`

  it('are judged with it, in one finding', async () => {
    const { services, findings } = await check({ cwd: folder({
      'package.json': pkg({ dependencies: { 'dd-trace': '5' } }),
      'main.js': main(`import { createExpressMiddleware } from '@trpc/server/adapters/express'\nimport { appRouter } from './router.js'\n`, `app.get('/orders', (req, res) => res.json([]))\napp.use('/trpc', createExpressMiddleware({ router: appRouter }))\n`),
      'router.js': router,
    }) })
    expect(services.map(({ traced, total }) => [traced, total])).toEqual([[0, 4]])
    expect(findings.map(({ rule, message }) => `${rule} ${message.slice(0, 54)}`)).toEqual(['require-handler-tracing Nothing traces 4 handlers of Express in service "shop"'])
  })

  it('are nobody\'s where nothing carries them', async () => {
    expect(await handlers({ 'package.json': pkg(), 'main.js': main(`import './router.js'\n`, `app.get('/orders', (req, res) => res.json([]))\n`), 'router.js': router })).toEqual(['express GET /orders main.js:4'])
  })

  it('of GraphQL are fields of a plugin\'s options', async () => {
    expect(await handlers({ 'package.json': pkg(), 'main.js': `import fastify from 'fastify'\nimport mercurius from 'mercurius'\nconst app = fastify()\napp.register(mercurius, { schema: '', resolvers: { Query: { orders: () => [] } } })\napp.listen({ port: 3000 })\n` })).toEqual(['graphql Query orders main.js:4'])
  })
})

describe('NestJS', () => {
  const app = `import { NestFactory } from '@nestjs/core'\nimport { AppModule } from './module'\nasync function bootstrap() {\n  const app = await NestFactory.create(AppModule)\n  await app.setGlobalPrefix('api').listen(3000)\n}\nbootstrap()\n`
  const module = `import { Controller, Module } from '@nestjs/common'\nimport { Query } from './query'\n@Controller('orders')\nclass Orders {\n  @Query('find')\n  find() {}\n}\n@Module({ controllers: [Orders] })\nexport class AppModule {}\n`
  const query = `import { applyDecorators, Get, UseGuards } from '@nestjs/common'\nexport function Query(path: string) {\n  return applyDecorators(Get(path), UseGuards())\n}\n`

  it('reads decorators that the program puts together', async () => {
    expect(await handlers({ 'package.json': pkg({ scripts: { start: 'node dist/main' } }), 'src/main.ts': app, 'src/module.ts': module, 'src/query.ts': query })).toEqual(['nest GET /orders/find src/module.ts:5'])
  })

  it('has a service for each application of a workspace, with the starts of the whole', async () => {
    const { services } = await check({ cwd: folder({
      'package.json': pkg({ scripts: { start: 'node --require ./tracing.js dist/apps/api/main' } }),
      'tracing.js': `const { NodeSDK } = require('@opentelemetry/sdk-node')\nnew NodeSDK({ instrumentations: [require('@opentelemetry/auto-instrumentations-node').getNodeAutoInstrumentations()] }).start()\n`,
      'nest-cli.json': JSON.stringify({ monorepo: true, projects: { api: { type: 'application', root: 'apps/api' }, jobs: { root: 'apps/jobs' }, lib: { type: 'library', root: 'libs/lib' } } }),
      'apps/api/src/main.ts': app, 'apps/api/src/module.ts': module, 'apps/api/src/query.ts': query,
      'apps/jobs/src/main.ts': app, 'apps/jobs/src/module.ts': module, 'apps/jobs/src/query.ts': query,
    }) })
    expect(services.map(({ name, traced, total }) => `${name} ${String(traced)}/${String(total)}`)).toEqual(['api 1/1', 'jobs 0/1'])
  })
})

describe('a service of gRPC', () => {
  it('has the methods of the class of which an instance is given', async () => {
    expect(await handlers({ 'package.json': pkg(), 'main.ts': `import { Server } from '@grpc/grpc-js'\nclass Orders {\n  find(call, callback) {}\n  private load() {}\n  list = (call, callback) => {}\n}\nconst server = new Server()\nserver.addService({}, new Orders())\nserver.bindAsync('0.0.0.0:1', null, () => {})\n` })).toEqual(['grpc - - main.ts:3', 'grpc - - main.ts:5'])
  })
})
