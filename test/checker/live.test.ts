import { spawn } from 'node:child_process'
import path from 'node:path'
import { pathToFileURL } from 'node:url'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { check } from '../../src/checker/index.js'
import { startReceiver, type Receiver } from '../otlp-receiver.js'
import { fixture, services } from './fixtures.js'

/** How a fixture service is started and asked: Node's arguments as its start command has them, a request that one of its handlers answers. */
interface Live {
  readonly name: string
  readonly arguments: readonly string[]
  readonly request: readonly [method: string, path: string]
  readonly env?: Readonly<Record<string, string>>
  /** What it answers; 200. */
  readonly status?: number
}

const preload = ['--import', pathToFileURL(fixture('../live/listen.mjs')).href]
const tsx = ['--import', 'tsx']
const orders = ['GET', '/orders'] as const

const running: readonly Live[] = [
  // Untraced.
  { name: 'express-untraced', arguments: ['src/app.js'], request: orders },
  { name: 'express-late-middleware', arguments: ['src/app.js'], request: orders },
  { name: 'middleware-without-provider', arguments: ['src/app.js'], request: orders },
  { name: 'provider-only', arguments: ['src/app.js'], request: orders },
  { name: 'fastify-autoload', arguments: ['src/server.js'], request: orders },
  { name: 'hono-untraced', arguments: ['src/server.js'], request: orders },
  // Routes without a leading slash answer only below a mount; a request that none answers has a span all the same.
  { name: 'koa-untraced', arguments: ['app.js'], request: ['POST', '/orders.list'], status: 404 },
  { name: 'http-untraced', arguments: ['server.mjs'], request: ['GET', '/'] },
  { name: 'nest-untraced', arguments: [...tsx, 'src/main.ts'], request: orders },
  { name: 'esm-http', arguments: ['server.js'], request: ['GET', '/'] },
  { name: 'wiring-dev-only', arguments: ['src/app.js'], request: orders },
  // Traced by a middleware, a plugin, a wrapper, a module.
  { name: 'express-middleware', arguments: ['src/app.js'], request: orders },
  { name: 'fastify-plugin', arguments: ['src/server.js'], request: orders },
  { name: 'hono-middleware', arguments: ['src/server.js'], request: orders },
  { name: 'koa-middleware', arguments: ['app.js'], request: ['POST', '/orders.list'], status: 404 },
  { name: 'http-wrapped', arguments: ['server.mjs'], request: ['GET', '/'] },
  { name: 'nest-tracing-module', arguments: [...tsx, 'src/main.ts'], request: orders },
  // Traced by how they are started.
  { name: 'wiring-npm-script', arguments: ['--require', './tracing.js', 'src/app.js'], request: orders },
  { name: 'wiring-compose', arguments: ['src/app.js'], request: orders, env: { NODE_OPTIONS: '--require ./tracing.js' } },
  { name: 'wiring-register', arguments: ['--import', '@spanguard/runtime/register', 'src/app.js'], request: orders },
  { name: 'wiring-register-middleware', arguments: ['--import', '@spanguard/runtime/register', 'src/app.js'], request: orders },
  // Traced by their own code.
  { name: 'first-import', arguments: [...tsx, 'src/main.ts'], request: orders },
  { name: 'conditional-return', arguments: ['src/main.js'], request: ['GET', '/'], env: { TRACING: 'on' } },
  { name: 'esm-express', arguments: ['server.js'], request: ['GET', '/'] },
  { name: 'esm-http-hook', arguments: ['--import', './tracing.js', 'server.js'], request: ['GET', '/'] },
]

describe('what the checker calls traced sends a SERVER span, what it calls untraced does not', () => {
  let receiver: Receiver
  beforeAll(async () => {
    receiver = await startReceiver()
  })
  afterAll(async () => {
    await receiver.close()
  })

  it.each(running)('$name', async live => {
    const result = await check({ paths: [live.name], cwd: services })
    const handlers = result.services.flatMap(service => service.handlers)
    expect(handlers.length).toBeGreaterThan(0)
    const traced = handlers.filter(handler => handler.status === 'traced').length
    expect([0, handlers.length]).toContain(traced)

    receiver.clear()
    const { status, output } = await runOnce(live, receiver)
    expect(status, output).toBe(live.status ?? 200)
    expect(receiver.spans().filter(span => span.kind === 'SERVER').map(span => span.name)).toHaveLength(traced > 0 ? 1 : 0)
  }, 60_000)
})

/** Starts the service, asks once, ends it by SIGTERM. */
async function runOnce(live: Live, receiver: Receiver): Promise<{ status: number; output: string }> {
  const { NODE_OPTIONS: own = '', ...env } = live.env ?? {}
  const child = spawn(process.execPath, live.arguments, {
    cwd: fixture(live.name),
    env: {
      PATH: process.env['PATH'] ?? '',
      NODE_OPTIONS: [...preload, own].join(' ').trim(),
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
      OTEL_BSP_SCHEDULE_DELAY: '50',
      OTEL_METRICS_EXPORTER: 'none',
      OTEL_LOGS_EXPORTER: 'none',
      OTEL_NODE_RESOURCE_DETECTORS: 'none',
      ...env,
    },
  })
  let output = ''
  const ended = new Promise<void>(resolve => {
    child.on('close', () => {
      resolve()
    })
  })
  const port = await new Promise<string>((resolve, reject) => {
    const read = (chunk: Buffer): void => {
      output += chunk.toString()
      const found = /listening on (\d+)/u.exec(output)?.[1]
      if (found !== undefined) resolve(found)
    }
    child.stdout.on('data', read)
    child.stderr.on('data', read)
    child.on('close', code => {
      reject(new Error(`${path.basename(fixture(live.name))} ended (${String(code)}) before it listened: ${output}`))
    })
  })
  const [method, url] = live.request
  const response = await fetch(`http://127.0.0.1:${port}${url}`, { method })
  await response.arrayBuffer()
  // A batch leaves after 50 ms; a service without a handler for SIGTERM would take it along.
  await new Promise(resolve => setTimeout(resolve, 400))
  child.kill('SIGTERM')
  const forced = setTimeout(() => child.kill('SIGKILL'), 5_000)
  await ended
  clearTimeout(forced)
  return { status: response.status, output }
}
