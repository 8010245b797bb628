import { Metadata } from '@grpc/grpc-js'
import { initTracing, type Tracing, type TracingOptions, withSpan } from '@spanguard/runtime'
import { tracingClientInterceptor, tracingServerInterceptor } from '@spanguard/runtime/grpc'
import { propagation, context } from '@opentelemetry/api'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { type DecodedSpan, type Receiver, startReceiver } from '../../otlp-receiver.js'
import { orders, type OrdersClient, type OrdersServer } from './orders.js'

const caller = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' }

interface Setup {
  readonly client: OrdersClient
  /** What reached the server as metadata. */
  readonly metadata: () => Record<string, unknown>
  readonly spans: () => Promise<readonly DecodedSpan[]>
}

let stop: () => Promise<void>
afterEach(() => stop())

async function start(options: TracingOptions, clientOptions: object = {}): Promise<Setup> {
  const receiver: Receiver = await startReceiver()
  const tracing: Tracing = initTracing({ serviceName: 'trust-test', endpoint: receiver.url, signals: false, sampling: { ratio: 1 }, ...options })
  const server: OrdersServer = await orders.startOrders([tracingServerInterceptor()])
  const client = orders.connect(`127.0.0.1:${server.port}`, [tracingClientInterceptor()], clientOptions)
  orders.seen.metadata.length = 0
  stop = async () => {
    client.close()
    server.close()
    await tracing.shutdown()
    await receiver.close()
  }
  return {
    client,
    metadata: () => orders.seen.metadata[0] ?? {},
    spans: async () => {
      await sleep(40)
      await tracing.flush()
      return receiver.spans()
    },
  }
}

function targetOf({ client }: OrdersClient): string {
  return (client as unknown as { getChannel(): { getTarget(): string } }).getChannel().getTarget()
}

/** A call of somebody who traces with something else. */
async function callFromOutside(port: string, sampled = true): Promise<void> {
  const metadata = new Metadata()
  metadata.set('traceparent', `00-${caller.traceId}-${caller.spanId}-0${sampled ? 1 : 0}`)
  metadata.set('baggage', 'tenant.id=acme')
  metadata.set('x-caller', 'partner')
  const bare = orders.connect(port)
  await bare.get({}, { metadata })
  bare.close()
}

describe('trustIncoming', () => {
  const serve = async (options: TracingOptions, sampled = true): Promise<DecodedSpan | undefined> => {
    const { client, spans } = await start(options)
    await callFromOutside(targetOf(client), sampled)
    return (await spans()).find(({ kind }) => kind === 'SERVER')
  }

  it('is everybody\'s by default', async () => {
    expect(await serve({})).toMatchObject({ traceId: caller.traceId, parentSpanId: caller.spanId, links: [] })
  })

  it('does as a caller that did not sample', async () => {
    expect(await serve({}, false)).toBeUndefined()
  })

  it('false: a stranger\'s context is a link', async () => {
    const span = await serve({ trustIncoming: false })
    expect(span?.traceId).not.toBe(caller.traceId)
    expect(span).toMatchObject({ parentSpanId: undefined, links: [caller] })
  })

  it('a function is asked about the metadata', async () => {
    const asked: unknown[] = []
    const span = await serve({
      trustIncoming: headers => {
        asked.push(headers['x-caller'])
        return headers['x-caller'] === 'partner'
      },
    })
    expect(asked).toEqual(['partner'])
    expect(span?.traceId).toBe(caller.traceId)
  })

  it('a function that throws trusts nobody', async () => {
    const span = await serve({
      trustIncoming: () => {
        throw new Error('a fault')
      },
    })
    expect(span?.links).toHaveLength(1)
  })
})

describe('propagateTo', () => {
  it('a local server gets context and listed baggage', async () => {
    const { client, metadata, spans } = await start({})
    const baggage = propagation.createBaggage({ 'user.email': { value: 'jane@example.com' }, 'tenant.id': { value: 'acme' } })
    await context.with(propagation.setBaggage(context.active(), baggage), () => client.get({}))
    const [span] = (await spans()).filter(({ kind }) => kind === 'CLIENT')
    expect(metadata()['traceparent']).toBe(`00-${span?.traceId ?? ''}-${span?.spanId ?? ''}-01`)
    expect(JSON.stringify(metadata())).not.toContain('jane')
  })

  /** A call that is said to go to a public host; it goes to the server here. */
  const asPublic = async (options: TracingOptions): Promise<{ readonly sent: Record<string, unknown>; readonly span: DecodedSpan | undefined }> => {
    const started = await start(options)
    const outward = orders.connect(targetOf(started.client), [tracingClientInterceptor(), pretendPublic])
    await withSpan('order.forward', () => outward.get({}))
    outward.close()
    return { sent: started.metadata(), span: (await started.spans()).find(({ kind }) => kind === 'CLIENT') }
  }
  /** The interceptor behind: it says what grpc-js would say of a channel to that host. */
  const pretendPublic = (options: unknown, next: (options: unknown) => { getPeer: () => string }): unknown => {
    const call = next(options)
    const { getPeer } = call
    let isStarted = false
    call.getPeer = () => (isStarted ? getPeer.call(call) : ((isStarted = true), 'dns:payments.example.com:8443'))
    return call
  }

  it('a third party gets neither, and the span says who it is', async () => {
    const { sent, span } = await asPublic({})
    expect(Object.keys(sent).filter(key => /traceparent|tracestate|baggage/.test(key))).toEqual([])
    expect(span?.attributes).toMatchObject({ 'server.address': 'payments.example.com', 'server.port': 8443 })
  })

  it.each([['payments.example.com'], ['.example.com'], ['https://payments.example.com:8443'], [/^https:\/\/payments\./]])('%s gets it', async entry => {
    const { sent, span } = await asPublic({ propagateTo: [entry] })
    expect(sent['traceparent']).toContain(span?.spanId)
  })

  it('another port or host does not', async () => {
    const { sent } = await asPublic({ propagateTo: ['payments.example.com:443', 'example.org'] })
    expect(sent['traceparent']).toBeUndefined()
  })
})
