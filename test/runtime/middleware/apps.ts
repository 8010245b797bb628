import { context, ROOT_CONTEXT } from '@opentelemetry/api'
import { suppressTracing } from '@opentelemetry/core'
import http from 'node:http'
import path from 'node:path'

/** What an app under test/fixtures/middleware exports. */
export interface App {
  start(options?: AppOptions): Promise<RunningApp>
}
export interface AppOptions {
  readonly serverTiming?: boolean
  /** False for an app without a middleware, which the preloaded runtime traces. */
  readonly traced?: boolean
}
export interface RunningApp {
  readonly port: number
  close(): Promise<void>
}

export const fixtures = path.resolve(import.meta.dirname, '../../fixtures/middleware')

/** The frameworks that have routes; node:http has a test of its own. */
export const frameworks = ['express4', 'express5', 'fastify4', 'fastify5', 'koa', 'hono', 'nest-express', 'nest-fastify'] as const

export async function startApp(name: string, options?: AppOptions): Promise<RunningApp> {
  const app = (await import(path.join(fixtures, `${name}.mjs`))) as App
  return app.start(options)
}

/** The events that listeners of the apps saw, in the order they came. */
export async function seenEvents(): Promise<{ event: string; span: string | null }[]> {
  const shared = (await import(path.join(fixtures, 'shared.mjs'))) as { seen: { event: string; span: string | null }[] }
  return shared.seen
}

export interface Answer {
  readonly status: number
  readonly headers: http.IncomingHttpHeaders
  readonly body: string
}

/** A request of a caller that is not traced. Rejects when the answer breaks off. */
export function request(port: number, target: string, options: RequestOptions = {}): Promise<Answer> {
  return untraced(() => send(port, target, options))
}

interface RequestOptions {
  readonly method?: string
  readonly headers?: http.OutgoingHttpHeaders
  readonly body?: string
  readonly agent?: http.Agent
}

/** The runtime traces the requests of this process, too. */
export function untraced<T>(fn: () => T): T {
  return context.with(suppressTracing(ROOT_CONTEXT), fn)
}

function send(
  port: number,
  target: string,
  { method = 'GET', headers = {}, body, agent }: RequestOptions,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = http.request({ host: '127.0.0.1', port, path: target, method, headers, agent }, response => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => (text += chunk))
      response.on('error', reject)
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text })
      })
    })
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

/** Sends a request and hangs up after `ms`. */
export function abandon(port: number, target: string, ms: number): Promise<void> {
  return new Promise(resolve => {
    const outgoing = untraced(() => http.request({ host: '127.0.0.1', port, path: target, agent: false }))
    outgoing.on('error', () => {})
    outgoing.on('close', resolve)
    outgoing.end()
    setTimeout(() => outgoing.destroy(), ms)
  })
}
