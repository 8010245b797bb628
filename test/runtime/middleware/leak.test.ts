import { context, propagation, trace } from '@opentelemetry/api'
import { initTracing, type Tracing } from '@spanguard/runtime'
import http from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startReceiver, type Receiver } from '../../otlp-receiver.js'
import { frameworks, request, type RunningApp, startApp } from './apps.js'

/** Planted wherever a caller or a handler can put something; none of it may be in the bytes that leave. */
const secrets = {
  bearer: 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U',
  card: '4111111111111111',
  cookie: 'sid=s3ss10n-c00k1e-value',
  email: 'jane.doe@customer.example',
  password: 'hunter2-hunter2',
  query: 'reset_token=q7w8e9r0t1y2',
} as const

let receiver: Receiver
let tracing: Tracing
beforeAll(async () => {
  receiver = await startReceiver()
  tracing = initTracing({ serviceName: 'leak-test', endpoint: receiver.url, signals: false, sampling: { ratio: 1 }, propagateTo: [/./] })
})
afterAll(async () => {
  await tracing.shutdown()
  await receiver.close()
})

const headers = {
  authorization: `Bearer ${secrets.bearer}`,
  baggage: `user.email=${encodeURIComponent(secrets.email)}`,
  cookie: secrets.cookie,
  'user-agent': `shop ${secrets.email}`,
  'x-forwarded-for': '203.0.113.77',
  tracestate: `vendor=${secrets.password}`,
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
}
const paths = [
  `/orders/${secrets.card}?${secrets.query}`,
  `/tenants/${secrets.email}/users/${secrets.bearer}`,
  `/orders/1;password=${secrets.password}?${secrets.query}#${secrets.cookie}`,
  `/nowhere/${secrets.card}?password=${secrets.password}`,
  `/throws?${secrets.query}`,
  `/rejects?${secrets.query}`,
]

async function sent(): Promise<string> {
  await new Promise(resolve => setTimeout(resolve, 40))
  await tracing.flush()
  const bytes = receiver.requests().map(({ body }) => Buffer.from(body).toString('latin1')).join('\n')
  expect(receiver.spans().length).toBeGreaterThan(0)
  receiver.clear()
  return bytes
}

function leaksOf(bytes: string): string[] {
  const texts = { ...secrets, ip: '203.0.113.77', error: 'jane@example.com' }
  return Object.entries(texts).filter(([, text]) => bytes.includes(text) || bytes.includes(encodeURIComponent(text))).map(([name]) => name)
}

describe.each([...frameworks, 'http'])('%s', framework => {
  let app: RunningApp
  beforeAll(async () => {
    app = await startApp(framework, { serverTiming: true })
  })
  afterAll(() => app.close())

  it.each(paths)('%s', async path => {
    await request(app.port, path, { headers })
    expect(leaksOf(await sent())).toEqual([])
  })
})

describe('clients', () => {
  let app: RunningApp
  /** A port that nobody listens on. */
  let closed: number
  beforeAll(async () => {
    app = await startApp('http')
    const gone = await startApp('http')
    closed = gone.port
    await gone.close()
  })
  afterAll(() => app.close())

  const send = (path: string): Record<string, () => Promise<unknown>> => ({
    fetch: () => fetch(`http://127.0.0.1:${app.port}${path}`, { headers }),
    http: () =>
      new Promise((resolve, reject) => {
        const options = { host: '127.0.0.1', port: app.port, path, headers, auth: `jane:${secrets.password}` }
        http.get(options, response => { response.resume().on('end', resolve) }).on('error', reject)
      }),
    'a refused fetch': () => fetch(`http://127.0.0.1:${closed}${path}`, { headers }).catch(() => undefined),
    'a refused http': () =>
      new Promise(resolve => {
        http.get({ host: '127.0.0.1', port: closed, path, headers, auth: `jane:${secrets.password}` }).on('error', resolve)
      }),
  })

  it.each(Object.keys(send('/')).flatMap(client => paths.slice(0, 4).map(path => [client, path] as const)))('%s: %s', async (client, path) => {
    await send(path)[client]?.()
    const bytes = await sent()
    expect(leaksOf(bytes)).toEqual([])
  })

  it('baggage that is not listed stays here', async () => {
    const baggage = propagation.createBaggage({ 'user.email': { value: secrets.email }, 'tenant.id': { value: 'acme' } })
    const server = http.createServer((incoming, response) => response.end(JSON.stringify(incoming.headers)))
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const body = await context.with(propagation.setBaggage(context.active(), baggage), async () => (await fetch(`http://127.0.0.1:${port}/`)).text())
    server.close()
    expect(body).not.toContain('jane.doe')
  })
})

it('the test would see a leak', async () => {
  const span = trace.getTracer('test').startSpan('probe')
  span.setAttribute('url.path', '/visible-path')
  span.end()
  expect(await sent()).toContain('visible-path')
})
