import * as parser from '@typescript-eslint/parser'
import { Linter } from 'eslint'
import { describe, expect, it } from 'vitest'

import { findHandlers } from '../../../src/analysis/handlers.js'
import { findUntraced } from '../../../src/analysis/handlers/untraced.js'
import { analyzeFile } from '../../../src/analysis/index.js'

/** The handlers of a file as `framework METHOD route`. */
function handlersOf(code: string, filename = '/service/src/app.ts'): string[] {
  const found: string[] = []
  const probe = {
    create(context: Parameters<typeof analyzeFile>[0]) {
      return {
        Program() {
          for (const fact of findHandlers(analyzeFile(context), filename)?.facts ?? []) {
            const route = fact.route?.kind === 'literal' ? String(fact.route.value) : fact.route?.text
            found.push([fact.framework, fact.method, route].filter((part) => part !== undefined).join(' '))
          }
        },
      }
    },
  }
  const messages = new Linter({ cwd: '/' }).verify(
    code,
    [{ files: ['**/*.ts'], languageOptions: { parser }, plugins: { probe: { rules: { probe } } }, rules: { 'probe/probe': 'error' } }] as unknown as Linter.Config[],
    { filename },
  )
  expect(messages.map(({ message }) => message)).toEqual([])
  return found
}

describe('facts about handlers', () => {
  it('express: app, router, route, typed parameters', () => {
    expect(
      handlersOf(`import express, { Router, type Express } from 'express'
const app = express()
app.get('/a', one)
app.get('setting')
app.all(/^\\/b/, one, two)
app.route('/c').get(one).delete(two)
const router = Router()
router.post('/d', one)
export function routes(target: Express) { target.put('/e', one) }`),
    ).toEqual(['express GET /a', 'express * /^\\/b/', 'express GET /c', 'express DELETE /c', 'express POST /d', 'express PUT /e'])
  })

  it('fastify: shorthand, full declaration, plugin instances', () => {
    expect(
      handlersOf(`import fastify, { type FastifyPluginAsync, type FastifyInstance } from 'fastify'
const app = fastify()
app.get('/a', { schema }, one)
app.route({ method: 'POST', url: '/b', handler: two })
app.register(async (child) => { child.put('/c', three) })
export default async function plugin(instance: FastifyInstance) { instance.delete('/d', four) }`),
    ).toEqual(['fastify GET /a', 'fastify POST /b', 'fastify PUT /c', 'fastify DELETE /d'])
  })

  it('koa: routes without a slash, chains, koa-route', () => {
    expect(
      handlersOf(`import Router from '@koa/router'
import route from 'koa-route'
const router = new Router()
router.post('documents.list', auth(), list).get('/b', two)
app.use(route.del('/c', three))`),
    ).toEqual(['koa POST documents.list', 'koa GET /b', 'koa DELETE /c'])
  })

  it('hono: paths left out, several methods', () => {
    expect(
      handlersOf(`import { Hono } from 'hono'
const app = new Hono().get('/a', one).post((c) => c.text('x')).on('PURGE', '/b', two)`),
    ).toEqual(['hono GET /a', 'hono POST', 'hono PURGE /b'])
  })

  it('NestJS: decorators of controllers, queues and schedules', () => {
    expect(
      handlersOf(`import { Controller, Get, Post, All } from '@nestjs/common'
import { EventPattern } from '@nestjs/microservices'
import { Cron } from '@nestjs/schedule'
@Controller('orders')
class Orders {
  @Get(':id') find() {}
  @Post() place() {}
  @All('*') any() {}
  @EventPattern('order.placed') placed() {}
  @Cron('0 * * * *') clean() {}
}`),
    ).toEqual(['nest GET :id', 'nest POST', 'nest * *', 'nest order.placed', 'nest 0 * * * *'])
  })

  it('servers, gRPC without its health service, tRPC procedures', () => {
    expect(
      handlersOf(`import { createServer } from 'node:http'
import grpc from '@grpc/grpc-js'
import health from 'grpc-js-health-check'
import { initTRPC } from '@trpc/server'
createServer((req, res) => res.end())
const server = new grpc.Server()
server.addService(health.service, new health.Implementation({}))
server.addService(payment, { charge, refund })
const t = initTRPC.create()
const { procedure } = t
t.router({ a: t.procedure.input(x).query(one), b: procedure.use(auth).mutation(two) })`),
    ).toEqual(['node-http', 'grpc payment', 'grpc payment', 'trpc', 'trpc'])
  })

  it('consumers', () => {
    expect(
      handlersOf(`import { Worker } from 'bullmq'
import { Kafka } from 'kafkajs'
import type { Channel } from 'amqplib'
new Worker('emails', process)
await new Kafka({}).consumer({}).run({ eachMessage, eachBatch })
export function consume(channel: Channel) { return channel.consume('tasks', work) }`),
    ).toEqual(['bullmq emails', 'kafkajs', 'kafkajs', 'amqplib tasks'])
  })

  it('what Next.js loads by its place', () => {
    const code = `export const GET = wrap(handler)
export async function POST() {}
export const dynamic = 'force-dynamic'
async function PUT() {}
export { PUT }`
    expect(handlersOf(code, '/service/app/api/orders/route.ts')).toEqual(['next GET', 'next POST', 'next PUT'])
    expect(handlersOf('export default function handler(req, res) {}', '/service/pages/api/orders.ts')).toEqual(['next'])
    expect(handlersOf(code, '/service/lib/orders.ts')).toEqual([])
  })

  it('nothing in files of other things', () => {
    expect(handlersOf(`import axios from 'axios'\naxios.get('/a', one)\napp.get('/b', two)`)).toEqual([])
  })

  it("with ESLint's own parser, whose classes have no decorators", () => {
    const found: unknown[] = []
    const probe = {
      create: (context: Parameters<typeof analyzeFile>[0]) => ({
        Program() {
          found.push(findUntraced(analyzeFile(context), '/service/src/main.js')?.found.map(({ framework }) => framework.name))
        },
      }),
    }
    const code = `import { NestFactory } from '@nestjs/core'
import Koa from 'koa'
class AppModule {}
const nest = await NestFactory.create(AppModule)
const app = new Koa()
app.use((ctx) => { ctx.body = 'hello' })
app.listen(3000)`
    const messages = new Linter({ cwd: '/' }).verify(
      code,
      [{ files: ['**/*.js'], plugins: { probe: { rules: { probe } } }, rules: { 'probe/probe': 'error' } }] as unknown as Linter.Config[],
      { filename: '/service/src/main.js' },
    )
    expect(messages).toEqual([])
    expect(found).toEqual([['koa']])
  })
})
