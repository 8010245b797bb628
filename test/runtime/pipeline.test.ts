import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { ROOT_CONTEXT, trace } from '@opentelemetry/api'
import { TracerProvider, type ReadableSpan } from '@opentelemetry/sdk-trace'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createPipeline, type Pipeline, type PipelineCounts } from '../../runtime/src/export/pipeline.js'
import { createTransport } from '../../runtime/src/export/transport.js'
import { startReceiver, type Receiver } from '../otlp-receiver.js'

let receiver: Receiver
let pipeline: Pipeline
let provider: TracerProvider

beforeEach(async () => {
  receiver = await startReceiver()
})
afterEach(async () => {
  await pipeline.close(0)
  await receiver.close()
})

function build(options: { maxQueue?: number; maxBatch?: number; delayMs?: number; timeoutMs?: number; gzip?: boolean; redact?: (span: ReadableSpan) => ReadableSpan; url?: string } = {}): void {
  pipeline = createPipeline({
    transport: createTransport({
      url: new URL(`${options.url ?? receiver.url}/v1/traces`),
      headers: () => ({}),
      timeoutMs: options.timeoutMs ?? 1000,
      gzip: options.gzip ?? false,
      tls: {},
    }),
    batch: { delayMs: options.delayMs ?? 60_000, maxQueue: options.maxQueue ?? 2048, maxBatch: options.maxBatch ?? 512 },
    redact: options.redact ?? (span => span),
  })
  provider = new TracerProvider({ spanProcessors: [pipeline] })
}

function end(count: number, name = 'a.b'): void {
  const tracer = provider.getTracer('t')
  for (let i = 0; i < count; i++) tracer.startSpan(name, {}, ROOT_CONTEXT).end()
}

function expectBalanced(counts: PipelineCounts): void {
  const dropped = Object.values(counts.dropped).reduce((sum, n) => sum + n, 0)
  expect(counts.exported + counts.pending + dropped).toBe(counts.ended)
}

describe('batching', () => {
  test('sends a full batch at once', async () => {
    build({ maxBatch: 10, delayMs: 600_000 })
    end(25)
    await receiver.waitForSpans(20)
    expect(receiver.requests().map(request => request.spans.length)).toEqual([10, 10])
  })

  test('sends the rest after the delay', async () => {
    build({ maxBatch: 10, delayMs: 50 })
    end(5)
    await receiver.waitForSpans(5)
    await vi.waitFor(() => {
      expect(pipeline.counts()).toMatchObject({ ended: 5, exported: 5, pending: 0 })
    }, 60_000)
  })

  test('gzip', async () => {
    build({ gzip: true })
    end(3)
    expect(await pipeline.flush(1000)).toBe(true)
    expect(receiver.requests()[0]?.headers['content-encoding']).toBe('gzip')
    expect(receiver.spans()).toHaveLength(3)
  })

  test('a queue that is full drops what comes and counts it', async () => {
    build({ maxQueue: 10, maxBatch: 10 })
    await receiver.setMode('hang')
    end(30)
    expect(pipeline.counts()).toMatchObject({ ended: 30, pending: 10, dropped: { queue_full: 20 } })
    expectBalanced(pipeline.counts())
    await receiver.setMode('ok')
  })

  test('unsampled spans are not spans of the pipeline', () => {
    build()
    const span = trace.wrapSpanContext({ traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 0 })
    pipeline.onEnd(span as unknown as ReadableSpan)
    expect(pipeline.counts().ended).toBe(0)
  })
})

describe('answers', () => {
  test('a partial success counts what was rejected', async () => {
    build()
    await receiver.setMode({ rejectedSpans: 4, errorMessage: 'too old' })
    end(10)
    expect(await pipeline.flush(1000)).toBe(false)
    expect(pipeline.counts()).toMatchObject({ exported: 6, pending: 0, dropped: { rejected: 4 } })
  })

  test('a collector that rejects more than it got is not believed', async () => {
    build()
    await receiver.setMode({ rejectedSpans: 400 })
    end(10)
    await pipeline.flush(1000)
    expect(pipeline.counts()).toMatchObject({ exported: 0, dropped: { rejected: 10 } })
  })

  test('a status that no retry mends drops the batch', async () => {
    build()
    await receiver.setMode({ status: 401 })
    end(10)
    expect(await pipeline.flush(1000)).toBe(false)
    expect(pipeline.counts()).toMatchObject({ pending: 0, dropped: { export_failed: 10 } })
  })

  test.each([{ status: 503 }, { status: 429 }, 'reset', 'corrupt', 'refuse', 'hang'] as const)(
    '%j keeps the batch and sends it again when the collector is back',
    async mode => {
      build({ timeoutMs: 200 })
      await receiver.setMode(mode)
      end(10)
      expect(await pipeline.flush(1000)).toBe(false)
      expect(pipeline.counts()).toMatchObject({ ended: 10, exported: 0, pending: 10 })
      await receiver.setMode('ok')
      // By itself, after its rest.
      await receiver.waitForSpans(10)
      await vi.waitFor(() => {
        expect(pipeline.counts()).toMatchObject({ exported: 10, pending: 0 })
      }, 60_000)
    },
  )

  test.each<[string, string | null]>([
    ['101 Switching Protocols', 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n'],
    ['the end of the connection, without a word', null],
    ['an answer that is cut off in its head', 'HTTP/1.1 200 O'],
  ])('%s for an answer keeps the batch and sends it again', async (_, answer) => {
    let connections = 0
    const server = createServer(socket => {
      socket.on('error', () => {})
      socket.once('data', () => {
        if (connections++ > 0) socket.end('HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n')
        else if (answer === null) socket.end()
        else socket.write(answer, () => socket.end())
      })
    })
    await once(server.listen(0, '127.0.0.1'), 'listening')
    try {
      build({ url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}` })
      end(10)
      expect(await pipeline.flush(5000)).toBe(false)
      expect(pipeline.counts()).toMatchObject({ exported: 0, pending: 10 })
      await vi.waitFor(() => {
        expect(pipeline.counts()).toMatchObject({ exported: 10, pending: 0 })
      }, 60_000)
    } finally {
      server.close()
    }
  })

  test('a clock that is set back meanwhile delays no other try', async () => {
    build({ maxBatch: 5 })
    await receiver.setMode({ status: 503 })
    end(5)
    await vi.waitFor(() => {
      expect(receiver.requests()).toHaveLength(1)
    }, 60_000)
    const now = Date.now()
    const clock = vi.spyOn(Date, 'now').mockReturnValue(now - 3_600_000)
    try {
      await receiver.setMode('ok')
      end(5)
      await receiver.waitForSpans(10)
    } finally {
      clock.mockRestore()
    }
  })

  test('Retry-After is respected: no request comes before it', async () => {
    build({ maxBatch: 5 })
    await receiver.setMode({ status: 503, retryAfter: 3 })
    end(5)
    await vi.waitFor(() => {
      expect(receiver.requests()).toHaveLength(1)
    }, 60_000)
    await receiver.setMode('ok')
    end(20)
    await receiver.waitForSpans(25)
    const [first, second] = receiver.requests()
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(2950)
  })

  test('while the collector is down it is asked ever more rarely', async () => {
    build({ maxBatch: 5 })
    await receiver.setMode({ status: 503 })
    end(5)
    const timer = setInterval(() => { end(5) }, 10)
    await new Promise(resolve => setTimeout(resolve, 2500))
    clearInterval(timer)
    // At 0, about 1 and about 3 seconds.
    expect(receiver.requests().length).toBeLessThanOrEqual(3)
    expectBalanced(pipeline.counts())
  })
})

describe('failing closed', () => {
  test('a span that cannot be redacted is dropped, the others leave', async () => {
    build({
      redact: span => {
        if (span.name === 'bad') throw new Error('cannot')
        return span
      },
    })
    end(2)
    end(3, 'bad')
    expect(await pipeline.flush(1000)).toBe(false)
    expect(pipeline.counts()).toMatchObject({ exported: 2, pending: 0, dropped: { redaction_failed: 3 } })
    expect(receiver.spans().map(span => span.name)).toEqual(['a.b', 'a.b'])
  })
})

describe('closing', () => {
  test('flushes, then takes nothing more', async () => {
    build()
    end(5)
    expect(await pipeline.close(1000)).toBe(true)
    end(2)
    expect(pipeline.counts()).toMatchObject({ ended: 7, exported: 5, pending: 0, dropped: { shutdown: 2 } })
  })

  test('is bounded when the collector hangs, and counts what was lost', async () => {
    // A request of its own would be waited for until long after this test has been given up.
    build({ timeoutMs: 600_000 })
    await receiver.setMode('hang')
    end(5)
    expect(await pipeline.close(200)).toBe(false)
    expect(pipeline.counts()).toMatchObject({ pending: 0, dropped: { shutdown: 5 } })
    expectBalanced(pipeline.counts())
  })

  test('a child process sends what is left', () => {
    build({ maxBatch: 10 })
    end(25)
    // The receiver lives in this process, whose loop stands still meanwhile: nobody answers, and it is over all the same.
    expect(pipeline.sendRestNow(500)).toBe(false)
    expectBalanced(pipeline.counts())
  })
})
