import { type ChildProcess, spawn } from 'node:child_process'
import { cpSync } from 'node:fs'
import http from 'node:http'
import { createServer, type AddressInfo } from 'node:net'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type DecodedSpan, type Receiver, startReceiver } from '../otlp-receiver.js'
import { installProject, type InstalledProject } from './project.js'

/** A Next.js app as a team has it: installed, built and started, traced by the one line in instrumentation.ts. */
const fixture = path.resolve(import.meta.dirname, '../fixtures/next')

describe.each(['15', '16'])('Next.js %s', version => {
  let project: InstalledProject
  let receiver: Receiver
  let server: ChildProcess | undefined
  let url: string
  let output = ''
  beforeAll(async () => {
    receiver = await startReceiver()
    project = installProject([`next@${version}`, 'react@19', 'react-dom@19', 'typescript@5', '@types/react@19', '@types/node@20'])
    cpSync(fixture, path.join(project.folder, 'shop'), { recursive: true })
    const env = { NEXT_TELEMETRY_DISABLED: '1' }
    const built = await project.run('next', ['build'], { in: 'shop', env, timeoutMs: 600_000 })
    expect(built.exitCode, built.output).toBe(0)
    const port = await freePort()
    url = `http://127.0.0.1:${port}`
    server = spawn(process.execPath, [path.join(project.folder, 'node_modules/next/dist/bin/next'), 'start', '-H', '127.0.0.1', '-p', String(port)], {
      cwd: path.join(project.folder, 'shop'),
      env: { PATH: process.env['PATH'] ?? '', NODE_ENV: 'production', ...env, OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, ENVIRONMENT: 'test' },
    })
    for (const stream of [server.stdout, server.stderr]) stream?.on('data', chunk => (output += String(chunk)))
    await vi.waitFor(async () => { await (await fetch(`${url}/api/users/0`)).text() }, { timeout: 60_000, interval: 300 })
    await vi.waitFor(() => { expect(receiver.spans().length, output).toBeGreaterThan(0) }, { timeout: 10_000 })
  }, 1_200_000)
  afterAll(async () => {
    const ended = new Promise(resolve => (server === undefined ? resolve(undefined) : server.once('exit', resolve)))
    server?.kill('SIGTERM')
    await ended
    await receiver.close()
    project.remove()
  })

  /** What a request gives, once its SERVER span has arrived. */
  async function traced(target: string, options: RequestInit = {}, base = url): Promise<{ readonly status: number; readonly text: string; readonly spans: readonly DecodedSpan[]; readonly server: DecodedSpan }> {
    receiver.clear()
    const answer = await fetch(`${base}${target}`, options)
    const text = await answer.text()
    await vi.waitFor(() => { expect(receiver.spans().some(({ kind }) => kind === 'SERVER')).toBe(true) }, { timeout: 10_000, interval: 50 })
    // One too many would come with the same batch or the next.
    await new Promise(resolve => setTimeout(resolve, 1200))
    const spans = [...receiver.spans()]
    const servers = spans.filter(({ kind }) => kind === 'SERVER')
    expect(servers.map(({ name }) => name)).toHaveLength(1)
    return { status: answer.status, text, spans, server: servers[0] as DecodedSpan }
  }

  it('a route handler: one SERVER span with its route, below the caller, and above what the handler does', async () => {
    const caller = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' }
    const { text, server, spans } = await traced('/orders/7?token=secret-7', { headers: { traceparent: `00-${caller.traceId}-${caller.spanId}-01` } })
    expect(JSON.parse(text)).toEqual({ id: '7' })
    expect(server).toMatchObject({ traceId: caller.traceId, parentSpanId: caller.spanId })
    expect(server.name).toMatch(/^GET \/orders\/\[id\]/)
    expect(server.attributes['http.route']).toMatch(/^\/orders\/\[id\]/)
    expect(server.resource).toMatchObject({ 'service.name': 'next-shop', 'service.version': '1.2.3' })
    const byId = new Map(spans.map(span => [span.spanId, span]))
    let above = spans.find(({ name }) => name === 'order.load')
    while (above !== undefined && above.kind !== 'SERVER') above = byId.get(above.parentSpanId ?? '')
    expect(above).toBe(server)
    expect(JSON.stringify(spans, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value))).not.toContain('secret-7')
  })

  it('a request that goes out has one CLIENT span, which is the parent behind it', async () => {
    const headers: http.IncomingHttpHeaders[] = []
    const other = http.createServer((request, response) => {
      headers.push(request.headers)
      response.end()
    })
    await new Promise<void>(resolve => other.listen(0, '127.0.0.1', resolve))
    const { spans, server } = await traced('/orders/7', { method: 'POST', body: JSON.stringify({ url: `http://127.0.0.1:${(other.address() as AddressInfo).port}/` }) })
    other.close()
    const clients = spans.filter(({ kind }) => kind === 'CLIENT')
    expect(clients).toHaveLength(1)
    expect(headers.map(({ traceparent }) => traceparent)).toEqual([`00-${server.traceId}-${clients[0]?.spanId ?? ''}-01`])
  })

  it('an error of a handler fails the span, and says nothing of its message', async () => {
    const { status, server, spans } = await traced('/fails')
    expect(status).toBe(500)
    expect(server.status.code).toBe('ERROR')
    expect(spans.some(({ attributes }) => attributes['error.type'] === 'RangeError')).toBe(true)
    expect(JSON.stringify(spans, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value))).not.toMatch(/4111111111111111|jane@example/)
  })

  it('pages/api', async () => {
    const { server } = await traced('/api/users/9')
    expect(server).toMatchObject({ name: 'GET /api/users/[id]', attributes: { 'http.route': '/api/users/[id]', 'http.status_code': 200 } })
  })

  it('a server action', async () => {
    const { text } = await traced('/act')
    const id = /\$ACTION_ID_\w+/.exec(text)?.[0] ?? 'none'
    const body = new FormData()
    body.set(id, '')
    body.set('order', '7')
    const { spans, server } = await traced('/act', { method: 'POST', body })
    expect(server).toMatchObject({ name: 'POST /act', attributes: { 'http.route': '/act' } })
    expect(spans.find(({ name }) => name === 'order.act')?.traceId).toBe(server.traceId)
  })

  it('a route on the edge runtime runs untraced code, and instrumentation.ts does nothing there', async () => {
    const { status, text, spans } = await traced('/edge')
    expect([status, JSON.parse(text)]).toEqual([200, { edge: true }])
    expect(spans.map(({ name }) => name)).not.toContain('order.edge')
  })

  it('behind a custom server under the preload: one SERVER span, with Next\'s own below it, and one for what the server answers itself', async () => {
    const port = await freePort()
    const own = spawn(process.execPath, ['--import', '@spanguard/runtime/register', 'server.mjs'], {
      cwd: path.join(project.folder, 'shop'),
      env: { PATH: process.env['PATH'] ?? '', NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1', PORT: String(port), OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, ENVIRONMENT: 'test' },
    })
    let said = ''
    for (const stream of [own.stdout, own.stderr]) stream.on('data', chunk => (said += String(chunk)))
    try {
      await vi.waitFor(() => { expect(said).toContain('listening') }, { timeout: 60_000, interval: 100 })
      const base = `http://127.0.0.1:${port}`
      const { server, spans } = await traced('/orders/7', {}, base)
      expect([server.name, server.scope.name]).toEqual(['GET', '@spanguard/runtime'])
      const inner = spans.find(({ parentSpanId, scope }) => parentSpanId === server.spanId && scope.name === 'next.js')
      expect(inner?.kind).toBe('INTERNAL')
      // Next 16 tells the route when the response is over, on its own span; Next 15 tells it on a root span only, and this is none.
      expect(inner?.attributes['http.route']).toEqual(version === '15' ? undefined : expect.stringMatching(/^\/orders\/\[id\]/))
      const load = spans.find(({ name }) => name === 'order.load')
      expect(load?.traceId).toBe(server.traceId)
      expect((await traced('/plain', {}, base)).server).toMatchObject({ name: 'GET', attributes: { 'url.path': '/plain' } })
      const failed = await traced('/fails', {}, base)
      expect([failed.status, failed.server.status.code]).toEqual([500, 'ERROR'])
    } finally {
      const ended = new Promise(resolve => own.once('exit', resolve))
      own.kill('SIGTERM')
      await ended
    }
    expect(said).not.toContain('spanguard')
  })

  it('the app says nothing about tracing', () => {
    expect(output).not.toContain('spanguard')
  })
})

/** A port that nobody listens on: `next start` prints no port that it chose itself. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => { resolve(port) })
    })
  })
}
