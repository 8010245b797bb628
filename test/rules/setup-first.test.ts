import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'

import { afterAll } from 'vitest'

import rule from '../../rules/setup-first.js'
import { ruleTester } from '../rule-tester.js'

const folders: string[] = []
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true })))

/** A file beside a `tracing.ts` of this text. */
function beside(tracing: string, scripts: Record<string, string> = {}): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'spanguard-setup-first-'))
  folders.push(folder)
  writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ name: 'service', type: 'module', scripts }))
  writeFileSync(path.join(folder, 'tracing.ts'), tracing)
  return path.join(folder, 'server.ts')
}
const autoImport = `import { getNodeAutoInstrumentations } from '@opentelemetry/auto-instrumentations-node'\n`
const everything = `${autoImport}export async function startTracing() {
  const sdk = new NodeSDK({
    instrumentations: [getNodeAutoInstrumentations()],
  })

  sdk.start()
}`
const byArrow = `${autoImport}export const startTracing = async (): Promise<void> => {\n  new NodeSDK({ instrumentations: [getNodeAutoInstrumentations()] }).start()\n}`
const atLoad = `${autoImport}export const sdk = new NodeSDK({\n  instrumentations: [\n    getNodeAutoInstrumentations(),\n  ],\n})\n\nexport function startTracing() {\n  sdk.start()\n}`
const atOnce = `${autoImport}export const sdk = (() => {\n  const made = new NodeSDK({ instrumentations: [getNodeAutoInstrumentations()] })\n  return made\n})()`
const instrumentationOf = (name: string, module: string) => `import { ${name} } from '${module}'\nexport function startTracing() {\n  new NodeSDK({ instrumentations: [new ${name}()] }).start()\n}`
const ofExpress = instrumentationOf('ExpressInstrumentation', '@opentelemetry/instrumentation-express')
const ofHttp = instrumentationOf('HttpInstrumentation', '@opentelemetry/instrumentation-http')
const started = `import express from 'express'\nimport { startTracing } from './tracing.js'\n`

const auto = `const { NodeSDK } = require('@opentelemetry/sdk-node')
const { getNodeAutoInstrumentations } = require('@opentelemetry/auto-instrumentations-node')
`

ruleTester.run('setup-first', rule, {
  valid: [
    { name: 'the setup first', code: `import './tracing.js'\nimport express from 'express'\nexpress()` },
    { name: 'behind modules that nothing instruments', code: `import 'dotenv/config'\nimport path from 'node:path'\nimport './tracing.js'\npath.join()` },
    { name: 'behind built-in modules, which are changed in place', code: `import http from 'node:http'\nimport './tracing.js'\nhttp.createServer()` },
    { name: 'behind types', code: `import type { Express } from 'express'\nimport { type Router } from 'express'\nimport './tracing.js'` },
    { name: 'behind an import that is used as a type only', code: `import { Express } from 'express'\nimport './tracing.js'\nlet app: Express` },
    { name: 'behind modules of the project, which only the whole program knows', code: `import { app } from './app.js'\nimport './tracing.js'\napp.listen()` },
    { name: 'what is imported of a tracing module is used later: it has been loaded before', code: `import express from 'express'\nimport { tracer } from './tracing.js'\nexpress(tracer)` },
    { name: 'a module whose name only resembles it', code: `import express from 'express'\nimport './ray-tracing-scene.js'\nexpress()` },
    { name: 'instrumentations first', code: `${auto}new NodeSDK({ instrumentations: [getNodeAutoInstrumentations()] }).start()\nconst express = require('express')` },
    {
      name: 'instrumentations of another module',
      code: `import { PgInstrumentation } from '@opentelemetry/instrumentation-pg'\nimport express from 'express'\nuse(new PgInstrumentation(), express)`,
    },
    {
      name: 'instrumentations made in a function that others call',
      code: `import { ExpressInstrumentation } from '@opentelemetry/instrumentation-express'\nimport express from 'express'\nexport function setup() { return [new ExpressInstrumentation(), express] }`,
    },
    {
      name: 'the gRPC exporter wants its credentials',
      code: `const grpc = require('@grpc/grpc-js')
const { OTLPTraceExporter } = require('@opentelemetry/exporter-trace-otlp-grpc')
${auto}new NodeSDK({ traceExporter: new OTLPTraceExporter({ credentials: grpc.credentials.createSsl() }), instrumentations: [getNodeAutoInstrumentations()] }).start()`,
    },
    {
      name: 'a loader hook reaches what was imported before',
      code: `import { register } from 'node:module'
import express from 'express'
import { ExpressInstrumentation } from '@opentelemetry/instrumentation-express'
register('@opentelemetry/instrumentation/hook.mjs', import.meta.url)
use(new ExpressInstrumentation(), express)`,
    },
    { name: 'a require before the imports, which TypeScript leaves where it stands (fastify-graphql-nexus-prisma)', filename: 'server.ts', code: `require('./opentelemetry')\nimport fastify from 'fastify'\nfastify()` },
    { name: 'the setup is called before the module is loaded', filename: beside(everything), code: `import { startTracing } from './tracing.js'\nstartTracing()\nconst { app } = await import('./app.js')\napp.listen()` },
    { name: 'a called setup of the project that instruments only what is changed in place', filename: beside(ofHttp), code: `${started}startTracing()\nexpress()` },
    { name: 'a called setup of the project that made its instrumentations when it was loaded', filename: beside(atLoad), code: `import { startTracing } from './tracing.js'\nimport express from 'express'\nstartTracing()\nexpress()` },
    { name: 'what is imported of a module that makes its instrumentations in a function', filename: beside(everything), code: `${started}export { express, startTracing }` },
    { name: 'a module that made its instrumentations as it was loaded, for a constant of it: the entry may have loaded it before', filename: beside(atLoad), code: `import express from 'express'\nimport { attributes } from './tracing.js'\nexpress(attributes)` },
    { name: 'one that made them in a function that ran at once', filename: beside(atOnce), code: `import { sdk } from './tracing.js'\nimport express from 'express'\nsdk.start()\nexpress()` },
    { name: 'a called setup of the project that nobody can read', code: `${started}startTracing()\nexpress()` },
    { name: 'a setup of the project that others call', filename: beside(everything), code: `${started}export function main() { startTracing(); express() }` },
    { name: 'a function of the tracing module that starts nothing', filename: beside(everything), code: `import express from 'express'\nimport { tracerOf } from './tracing.js'\nexpress(tracerOf('orders'))` },
    { name: 'a called setup under a loader hook', filename: beside(everything, { start: 'node --import @opentelemetry/instrumentation/hook.mjs server.js' }), code: `${started}startTracing()\nexpress()` },
    {
      name: 'Fastify behind its own plugin, which changes no module: it hears of each server by a diagnostics channel',
      code: `import fastify from 'fastify'
import { FastifyOtelInstrumentation } from '@fastify/otel'
const otel = new FastifyOtelInstrumentation({ servername: 'catalog' })
const app = fastify()
await app.register(otel.plugin())`,
    },
    { name: 'in a test', filename: 'app.test.ts', code: `import express from 'express'\nimport './tracing.js'\nexpress()` },
  ],
  invalid: [
    {
      name: 'an entry that loads Express first',
      code: `import express from 'express'
import path from 'node:path'
import './tracing.js'

express(path)`,
      errors: [
        {
          messageId: 'late',
          line: 3,
          column: 8,
          endColumn: 22,
          data: { module: '"express"', setup: '"./tracing.js"' },
          suggestions: [
            {
              messageId: 'moveFirst',
              data: { setup: '"./tracing.js"' },
              output: `import './tracing.js'
import express from 'express'
import path from 'node:path'

express(path)`,
            },
          ],
        },
      ],
    },
    {
      name: 'CommonJS, with --fix',
      options: [{ fix: true }],
      code: `'use strict'
require('dotenv').config()
const { Pool } = require('pg')
require('./otel')
new Pool()`,
      output: `'use strict'
require('dotenv').config()
require('./otel')
const { Pool } = require('pg')
new Pool()`,
      errors: [{ messageId: 'late', line: 4 }],
    },
    {
      name: 'a function that is called as it is loaded; an import cannot be preceded by a require',
      code: `import express from 'express'
const tracer = require('./tracer')('checkout')
express(tracer)`,
      errors: [{ messageId: 'late', line: 2 }],
    },
    { name: 'a require before the imports of a file of JavaScript, which are hoisted', filename: 'server.js', code: `require('./opentelemetry')\nimport fastify from 'fastify'\nfastify()`, errors: [{ messageId: 'late', line: 1 }] },
    { name: 'a require behind the imports of a file of TypeScript', filename: 'server.ts', code: `import fastify from 'fastify'\nrequire('./opentelemetry')\nfastify()`, errors: [{ messageId: 'late', line: 2 }] },
    {
      name: 'a register module of a package',
      code: `const koa = require('koa')\nrequire('@opentelemetry/auto-instrumentations-node/register')\nnew koa()`,
      errors: [
        {
          messageId: 'late',
          line: 2,
          suggestions: [
            {
              messageId: 'moveFirst',
              output: `require('@opentelemetry/auto-instrumentations-node/register')\nconst koa = require('koa')\nnew koa()`,
            },
          ],
        },
      ],
    },
    {
      name: 'a module of the config’s list',
      settings: { spanguard: { setup: { approved: ['./src/boot/observability.ts'] } } },
      code: `import fastify from 'fastify'\nimport './boot/observability.js'\nfastify()`,
      errors: [
        {
          messageId: 'late',
          line: 2,
          suggestions: [{ messageId: 'moveFirst', output: `import './boot/observability.js'\nimport fastify from 'fastify'\nfastify()` }],
        },
      ],
    },
    {
      name: 'instrumentations of its own, made behind a require',
      code: `const express = require('express')\n${auto}new NodeSDK({ instrumentations: [getNodeAutoInstrumentations()] }).start()`,
      errors: [{ messageId: 'late', line: 4, data: { module: '"express"', setup: '"getNodeAutoInstrumentations"' } }],
    },
    {
      name: 'imports are hoisted, wherever they stand',
      code: `import { ExpressInstrumentation } from '@opentelemetry/instrumentation-express'
const instrumentations = [new ExpressInstrumentation()]
import express from 'express'
express(instrumentations)`,
      errors: [{ messageId: 'late', line: 2, column: 31 }],
    },
    {
      name: 'a setup of the project that is called behind the imports',
      filename: beside(everything),
      code: `${started}startTracing()\nexpress()`,
      errors: [{ messageId: 'late', line: 3, column: 1, endColumn: 13, data: { module: '"express"', setup: '"startTracing"' } }],
    },
    {
      name: 'a module that makes its instrumentations as it is loaded, which is too late, and that is told to start',
      filename: beside(atLoad),
      code: `${started}startTracing()\nexpress()`,
      errors: [
        {
          messageId: 'late',
          line: 2,
          data: { module: '"express"', setup: '"./tracing.js"' },
          suggestions: [{ messageId: 'moveFirst', output: `import { startTracing } from './tracing.js'\nimport express from 'express'\nstartTracing()\nexpress()` }],
        },
      ],
    },
    { name: 'a setup that is an arrow function', filename: beside(byArrow), code: `${started}startTracing()\nexpress()`, errors: [{ messageId: 'late', line: 3 }] },
    { name: 'one that instruments the very module', filename: beside(ofExpress), code: `${started}await startTracing()\nexpress()`, errors: [{ messageId: 'late', line: 3 }] },
    {
      name: 'a method of what the project’s module exports',
      filename: beside(everything),
      code: `import express from 'express'\nimport * as tracing from './tracing.js'\ntracing.startTracing()\nexpress()`,
      errors: [{ messageId: 'late', line: 3, data: { module: '"express"', setup: '"tracing.startTracing"' } }],
    },
    ...['main()', 'await main()', 'void main()', 'main().catch(console.error)'].map((call) => ({
      name: `in a function that the top of the file runs: ${call}`,
      filename: beside(everything),
      code: `${started}${call}\nasync function main() { startTracing(); express() }`,
      errors: [{ messageId: 'late', line: 4 } as const],
    })),
    {
      name: 'in a function that the top of the file calls',
      code: `import { PgInstrumentation } from '@opentelemetry/instrumentation-pg'
import { Pool } from 'pg'
setup()
function setup() { use(new PgInstrumentation()) }
new Pool()`,
      errors: [{ messageId: 'late', line: 4 }],
    },
  ],
})
