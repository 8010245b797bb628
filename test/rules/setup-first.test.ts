import rule from '../../rules/setup-first.js'
import { ruleTester } from '../rule-tester.js'

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
