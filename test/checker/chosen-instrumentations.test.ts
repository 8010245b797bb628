import { describe, expect, it } from 'vitest'

import { check } from '../../src/checker/index.js'
import { folder, type Files } from '../cli/project.js'

const app = `const express = require('express')\nconst app = express()\napp.get('/orders', (req, res) => res.json([]))\napp.listen(3000)\n`
const fastify = `const app = require('fastify')()\napp.get('/orders', async () => [])\napp.listen({ port: 3000 })\n`
const grpc = `const grpc = require('@grpc/grpc-js')\nconst server = new grpc.Server()\nserver.addService(service, { charge(call, done) { done(null, {}) } })\nserver.bindAsync('0.0.0.0:1', grpc.ServerCredentials.createInsecure(), () => {})\n`
const pkg = (start?: string): string => JSON.stringify({ name: 'shop', private: true, ...(start === undefined ? {} : { scripts: { start } }) })
const sdk = (list: string, before = ''): string =>
  `const { NodeSDK } = require('@opentelemetry/sdk-node')\nconst { getNodeAutoInstrumentations } = require('@opentelemetry/auto-instrumentations-node')\n${before}new NodeSDK({ instrumentations: ${list} }).start()\n`

/** How many of the handlers are traced, and what is said of the first. */
async function traced(files: Files): Promise<readonly [number, string]> {
  const { services } = await check({ cwd: folder(files) })
  const handlers = services.flatMap((service) => service.handlers)
  expect(handlers).not.toEqual([])
  return [handlers.filter(({ status }) => status === 'traced').length, handlers[0]?.by ?? '']
}

const started = (tracing: string, code = app, start = 'node -r ./tracing.js app.js'): Files => ({ 'package.json': pkg(start), 'tracing.js': tracing, 'app.js': code })

describe('getNodeAutoInstrumentations that leaves some out', () => {
  it.each([
    ['http is off: nothing makes the span of a request', `[getNodeAutoInstrumentations({ '@opentelemetry/instrumentation-http': { enabled: false } })]`, '', 0],
    ['off by options that a constant holds', `getNodeAutoInstrumentations(options)`, `const options = { '@opentelemetry/instrumentation-http': { enabled: false } }\n`, 0],
    ['off under a name that a constant holds', `getNodeAutoInstrumentations({ [http]: { enabled: false } })`, `const http = '@opentelemetry/instrumentation-http'\n`, 0],
    ['http has other options', `getNodeAutoInstrumentations({ '@opentelemetry/instrumentation-http': { ignoreIncomingRequestHook } })`, '', 1],
    ['http is said to be on', `getNodeAutoInstrumentations({ '@opentelemetry/instrumentation-http': { enabled: true } })`, '', 1],
    ['what decides is not known', `getNodeAutoInstrumentations({ '@opentelemetry/instrumentation-http': { enabled: process.env.HTTP === 'on' } })`, '', 1],
    ['something else is off', `getNodeAutoInstrumentations({ '@opentelemetry/instrumentation-fs': { enabled: false } })`, '', 1],
    ['http stands beside it', `[getNodeAutoInstrumentations({ '@opentelemetry/instrumentation-http': { enabled: false } }), new (require('@opentelemetry/instrumentation-http').HttpInstrumentation)()]`, '', 1],
  ])('%s', async (_, list, before, expected) => {
    expect(await traced(started(sdk(list, before)))).toEqual([expected, expected === 1 ? '--require ./tracing.js' : '--require ./tracing.js is set up, but nothing instruments node:http, on which Express stands'])
  })

  const withoutHttp = sdk(`getNodeAutoInstrumentations({ '@opentelemetry/instrumentation-http': { enabled: false } })`)

  it('says the same of Fastify, whose own instrumentation is not among them', async () => {
    expect((await traced(started(withoutHttp, fastify)))[0]).toBe(0)
  })

  it.each([
    ['http is no part of gRPC', withoutHttp, 1],
    ['grpc is off', sdk(`getNodeAutoInstrumentations({ '@opentelemetry/instrumentation-grpc': { enabled: false } })`), 0],
  ])('a server of gRPC: %s', async (_, tracing, expected) => {
    expect((await traced(started(tracing, grpc)))[0]).toBe(expected)
  })
})

describe('instrumentations that the environment chooses', () => {
  const register = 'node --require @opentelemetry/auto-instrumentations-node/register app.js'
  const off = 'OTEL_NODE_DISABLED_INSTRUMENTATIONS'
  const on = 'OTEL_NODE_ENABLED_INSTRUMENTATIONS'

  it.each([
    ['http is disabled', `${off}=fs,http ${register}`, 0],
    ['something else is', `${off}=fs,dns ${register}`, 1],
    ['by cross-env', `cross-env ${off}=http ${register}`, 0],
    ['only others are enabled', `${on}=express,pg ${register}`, 0],
    ['http is among them', `${on}="express, http" ${register}`, 1],
    ['both name it', `${on}=http ${off}=http ${register}`, 0],
    ['another variable says it', `${off}=$DISABLED ${register}`, 1],
    ['it is empty', `${on}= ${register}`, 1],
  ])('a script: %s', async (_, start, expected) => {
    expect((await traced({ 'package.json': pkg(start), 'app.js': app }))[0]).toBe(expected)
  })

  const command = `CMD ["node", "--require", "@opentelemetry/auto-instrumentations-node/register", "app.js"]\n`
  const compose = (environment: string): string => `services:\n  shop:\n    build: .\n    environment:\n${environment}`
  it.each([
    ['a Dockerfile', { Dockerfile: `FROM node:22\nWORKDIR /app\nCOPY . .\nENV ${off}=http\n${command}` }, 0],
    ['a Dockerfile of another stage', { Dockerfile: `FROM node:22 AS build\nENV ${off}=http\nFROM node:22\nWORKDIR /app\nCOPY . .\n${command}` }, 1],
    ['compose, whose image alone leaves it on', { Dockerfile: `FROM node:22\nWORKDIR /app\nCOPY . .\n${command}`, 'compose.yaml': compose(`      - ${off}=http\n`) }, 1],
    ['compose, with its own command', { 'compose.yaml': `services:\n  shop:\n    image: node:22\n    volumes: ["./:/app"]\n    working_dir: /app\n    command: ${register}\n    environment:\n      ${off}: http\n` }, 0],
    ['a PM2 file', { 'ecosystem.config.js': `module.exports = { apps: [{ script: 'app.js', node_args: '--require @opentelemetry/auto-instrumentations-node/register', env: { ${off}: 'http' } }] }\n` }, 0],
    ['a Procfile', { Procfile: `web: ${off}=http ${register}\n` }, 0],
  ] as const)('%s', async (_, files, expected) => {
    expect((await traced({ 'package.json': pkg(), 'app.js': app, ...files }))[0]).toBe(expected)
  })

  it.each([
    ['the code switches it on', `getNodeAutoInstrumentations({ '@opentelemetry/instrumentation-http': { enabled: true } })`, 1],
    ['the code says nothing', `getNodeAutoInstrumentations()`, 0],
    ['it is no part of what lists its own', `[new (require('@opentelemetry/instrumentation-http').HttpInstrumentation)()]`, 1],
  ])('code comes before it: %s', async (_, list, expected) => {
    expect((await traced(started(sdk(list), app, `${off}=http node -r ./tracing.js app.js`)))[0]).toBe(expected)
  })

  it('one start of several that leaves it on is enough', async () => {
    const scripts = { start: register, 'start:small': `${off}=http ${register}` }
    expect((await traced({ 'package.json': JSON.stringify({ name: 'shop', scripts }), 'app.js': app }))[0]).toBe(1)
  })
})

describe('registerOTel of @vercel/otel, which instruments fetch', () => {
  const tracing = (options: string): string => `const { registerOTel } = require('@vercel/otel')\nregisterOTel(${options})\n`

  it.each([
    ['a name', `'shop'`, 0],
    ['its own instrumentations', `{ serviceName: 'shop', instrumentations: ['auto', 'fetch'] }`, 0],
    ['one of node:http', `{ serviceName: 'shop', instrumentations: ['fetch', new (require('@opentelemetry/instrumentation-http').HttpInstrumentation)()] }`, 1],
    ['a list that is not known', `{ serviceName: 'shop', instrumentations }`, 1],
  ])('Express: %s', async (_, options, expected) => {
    expect((await traced(started(tracing(options))))[0]).toBe(expected)
  })

  it.each([`'shop'`, `{ serviceName: 'shop', instrumentations: ['auto'] }`])('Next.js makes the spans itself: %s', async (options) => {
    const files = { 'package.json': JSON.stringify({ name: 'web', scripts: { start: 'next start' }, dependencies: { next: '15' } }), 'app/orders/route.ts': 'export async function GET() { return Response.json([]) }\n', 'instrumentation.ts': `import { registerOTel } from '@vercel/otel'\nexport function register() { registerOTel(${options}) }\n` }
    expect((await traced(files))[0]).toBe(1)
  })
})
