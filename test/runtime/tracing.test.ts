import { context, propagation, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { captureError, initTracing, logFields, stage, withSpan, type Tracing, type TracingOptions } from '@spanguard/runtime'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { startReceiver, type DecodedSpan, type Receiver } from '../otlp-receiver.js'

let receiver: Receiver
let tracing: Tracing

beforeEach(async () => {
  receiver = await startReceiver()
})
afterEach(async () => {
  await tracing.shutdown()
  vi.unstubAllEnvs()
  await receiver.close()
})

function start(options: TracingOptions = {}): void {
  tracing = initTracing({ serviceName: 'shop', environment: 'test', endpoint: receiver.url, signals: false, ...options })
}

async function sent(): Promise<Record<string, DecodedSpan>> {
  expect(await tracing.flush()).toBe(true)
  return Object.fromEntries(receiver.spans().map(span => [span.name, span]))
}

test('withSpan without work says so, from JavaScript', () => {
  start()
  const untyped = withSpan as unknown as (name: string, options?: object) => void
  const sentence = /^withSpan\("payment\.process"\) was given no work: write it as the last argument/
  expect(() => untyped('payment.process')).toThrow(sentence)
  expect(() => untyped('payment.process', { kind: 'internal' })).toThrow(sentence)
})

describe('what arrives', () => {
  test('a span with its resource, scope and ratio', async () => {
    start({ serviceVersion: '1.2.3' })
    expect(withSpan('payment.process', () => 42)).toBe(42)
    const { 'payment.process': span } = await sent()
    expect(span?.resource).toMatchObject({
      'service.name': 'shop',
      'service.version': '1.2.3',
      'deployment.environment.name': 'test',
      'spanguard.policy.hash': tracing.health().policy.hash,
    })
    expect(span?.resource['service.instance.id']).toMatch(/^[0-9a-f-]{36}$/)
    expect(span?.scope).toMatchObject({ name: '@spanguard/runtime', version: '0.1.0' })
    expect(span?.traceState).toBe('ot=th:0')
    expect(receiver.requests()[0]?.headers['content-type']).toBe('application/x-protobuf')
  })

  test('a child within its parent, across awaits', async () => {
    start()
    await withSpan('order.create', async () => {
      await new Promise(resolve => setTimeout(resolve, 5))
      await withSpan('order.save', () => Promise.resolve())
    })
    const { 'order.create': parent, 'order.save': child } = await sent()
    expect(child?.parentSpanId).toBe(parent?.spanId)
    expect(child?.traceId).toBe(parent?.traceId)
  })

  test('custom headers, from a function, with each export', async () => {
    let token = 1
    start({ headers: () => ({ 'X-Scope-OrgID': `tenant-${token++}` }) })
    withSpan('a.b', () => {})
    await tracing.flush()
    withSpan('a.c', () => {})
    await tracing.flush()
    expect(receiver.requests().map(request => request.headers['x-scope-orgid'])).toEqual(['tenant-1', 'tenant-2'])
  })
})

describe('withSpan', () => {
  test('returns the very promise, and ends the span before the caller goes on', async () => {
    start()
    const promise = Promise.resolve('done')
    const returned = withSpan('a.b', () => promise)
    expect(returned).toBe(promise)
    expect(await returned).toBe('done')
    expect(tracing.health().spans.ended).toBe(1)
  })

  test('throws the very error, synchronous and not, with type and status', async () => {
    start()
    const error = new TypeError('card 4111111111111111')
    expect(() =>
      withSpan('a.sync', () => {
        throw error
      }),
    ).toThrow(error)
    await expect(withSpan('a.async', () => Promise.reject(error))).rejects.toBe(error)
    const spans = await sent()
    for (const name of ['a.sync', 'a.async']) {
      const span = spans[name]
      expect(span?.status).toEqual({ code: 'ERROR', message: 'TypeError' })
      expect(span?.attributes['error.type']).toBe('TypeError')
      expect(span?.events).toHaveLength(1)
      expect(span?.events[0]?.attributes['exception.message']).toBe('[REDACTED]')
      expect(span?.events[0]?.attributes['exception.stacktrace']).toMatch(/^ {4}at /)
    }
    expect(JSON.stringify(receiver.requests().map(request => Buffer.from(request.body).toString('latin1')))).not.toContain('41111111')
  })

  test('starts a lazy thenable once and gives its value', async () => {
    start()
    let runs = 0
    const query = {
      then(resolve: (value: string) => void) {
        runs++
        resolve('row')
      },
    }
    expect(await withSpan('a.query', () => query)).toBe('row')
    expect(runs).toBe(1)
  })

  test('kind, attributes and root', async () => {
    start()
    withSpan('outer.work', () => {
      withSpan('inner.work', { kind: 'client', root: true, attributes: { 'server.port': 443 } }, () => {})
    })
    const { 'outer.work': outer, 'inner.work': inner } = await sent()
    expect(inner?.kind).toBe('CLIENT')
    expect(inner?.parentSpanId).toBeUndefined()
    expect(inner?.traceId).not.toBe(outer?.traceId)
    expect(inner?.attributes).toEqual({ 'server.port': 443 })
  })
})

describe('stage and captureError', () => {
  test('the innermost stage stands on the active span and on the topmost one', async () => {
    start()
    await expect(
      withSpan('POST /pay', { kind: 'server' }, () =>
        stage('checkout', () =>
          withSpan('payment.process', () => stage('fraud-check', () => Promise.reject(new RangeError('no')))),
        ),
      ),
    ).rejects.toThrow(RangeError)
    const { 'POST /pay': server, 'payment.process': payment } = await sent()
    expect(payment?.attributes['error.stage']).toBe('fraud-check')
    expect(server?.attributes['error.stage']).toBe('fraud-check')
  })

  test('stage returns the very promise and says nothing when all goes well', async () => {
    start()
    const promise = Promise.resolve(1)
    withSpan('a.b', () => {
      expect(stage('work', () => promise)).toBe(promise)
    })
    expect((await sent())['a.b']?.attributes).toEqual({})
  })

  test('a handled error leaves the status unset', async () => {
    start()
    withSpan('a.handled', () => {
      captureError(new Error('x'), { handled: true, stage: 'cache' })
    })
    withSpan('a.failed', () => {
      captureError(Object.assign(new Error('x'), { code: 'ECONNREFUSED' }))
    })
    const { 'a.handled': handled, 'a.failed': failed } = await sent()
    expect(handled?.status.code).toBe('UNSET')
    expect(handled?.attributes).toEqual({ 'error.stage': 'cache' })
    expect(handled?.events).toHaveLength(1)
    expect(failed?.status).toEqual({ code: 'ERROR', message: 'ECONNREFUSED' })
  })
})

describe('logFields', () => {
  test('the ids of the active span, undefined without one', () => {
    start()
    expect(logFields()).toBeUndefined()
    withSpan('a.b', span => {
      const { traceId, spanId } = span.spanContext()
      expect(tracing.logFields()).toEqual({ trace_id: traceId, span_id: spanId, trace_flags: '01' })
    })
  })
})

describe('one setup per process', () => {
  test('the same options give the same handle, others throw outside production', () => {
    const headers = (): Record<string, string> => ({})
    start({ headers })
    const first = tracing
    start({ headers })
    expect(tracing).toBe(first)
    expect(() => {
      start({ headers, serviceName: 'other' })
    }).toThrow('initTracing was called before with other options')
  })

  test('in production other options are one error line, and the first stay', () => {
    start()
    const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    try {
      expect(initTracing({ serviceName: 'other', environment: 'production' })).toBe(tracing)
      expect(write.mock.calls.map(call => String(call[0])).join('')).toMatch(/^spanguard: initTracing was called before[^\n]*\n$/)
    } finally {
      write.mockRestore()
    }
  })

  test('after shutdown another setup works, and what ends in between is counted', async () => {
    start()
    const span = trace.getTracer('x').startSpan('late.span')
    await tracing.shutdown()
    span.end()
    expect(tracing.health()).toMatchObject({ state: 'shut-down', spans: { ended: 1, dropped: { shutdown: 1 } } })
    start({ serviceName: 'again' })
    withSpan('a.b', () => {})
    expect((await sent())['a.b']?.resource['service.name']).toBe('again')
  })

  test('a foreign provider throws; in production it is told, and redaction is said not to be active', () => {
    const foreign = { getTracer: () => trace.getTracer('none') }
    trace.setGlobalTracerProvider(foreign)
    const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    try {
      expect(() => {
        start()
      }).toThrow(/another tracer provider.*Redaction is NOT active/)
      start({ environment: 'production' })
      expect(tracing.health().state).toBe('foreign-provider')
      expect(write.mock.calls.join('')).toContain('Redaction is NOT active')
    } finally {
      write.mockRestore()
      trace.disable()
    }
  })

  test('a setup that fails is one error line and no tracing, and the service starts', () => {
    vi.stubEnv('OTEL_EXPORTER_OTLP_CERTIFICATE', '/nowhere/ca.pem')
    const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    try {
      start()
      expect(tracing.health().state).toBe('off')
      expect(withSpan('a.b', () => 1)).toBe(1)
      expect(write.mock.calls.map(call => String(call[0]))).toEqual([expect.stringMatching(/^spanguard: tracing is off, its setup failed: the TLS file "[^"\n]*ca\.pem" can't be read \(ENOENT\)\n$/)])
    } finally {
      write.mockRestore()
    }
  })

  test('OTEL_SDK_DISABLED switches all of it off, and code runs on', () => {
    vi.stubEnv('OTEL_SDK_DISABLED', 'true')
    start()
    expect(tracing.health().state).toBe('off')
    expect(withSpan('a.b', span => span.isRecording())).toBe(false)
  })
})

describe('sampling', () => {
  test.each([
    ['production', 0.1],
    ['staging', 0.5],
    ['development', 1],
    [undefined, 1],
  ])('ENVIRONMENT=%s samples %d', (environment, ratio) => {
    vi.stubEnv('ENVIRONMENT', environment)
    tracing = initTracing({ serviceName: 'shop', endpoint: receiver.url, signals: false })
    expect(tracing.sampling.get()).toBe(ratio)
  })

  test('code wins over OTEL_TRACES_SAMPLER, which wins over ENVIRONMENT', async () => {
    vi.stubEnv('ENVIRONMENT', 'production')
    vi.stubEnv('OTEL_TRACES_SAMPLER', 'parentbased_traceidratio')
    vi.stubEnv('OTEL_TRACES_SAMPLER_ARG', '0.25')
    start()
    expect(tracing.sampling.get()).toBe(0.25)
    await tracing.shutdown()
    start({ sampling: { ratio: 0.75 } })
    expect(tracing.sampling.get()).toBe(0.75)
  })

  test('the ratio is kept over many traces, and tracestate says it', () => {
    start({ sampling: { ratio: 0.1 } })
    const tracer = trace.getTracer('x')
    let sampled = 0
    for (let i = 0; i < 20_000; i++) {
      const span = tracer.startSpan('a.b')
      if (span.isRecording()) sampled++
    }
    // Five standard deviations of a binomial: 212.
    expect(Math.abs(sampled - 2000)).toBeLessThan(212)
    tracing.sampling.set(1)
    tracing.sampling.set(0.5)
    let state = ''
    while (state === '') {
      withSpan('c.d', span => {
        state = span.spanContext().traceState?.get('ot') ?? ''
      })
    }
    expect(state).toBe('th:8')
  })

  test('a local child does as its parent, a remote one as the caller decided', () => {
    start({ sampling: { ratio: 0 } })
    withSpan('a.b', span => {
      expect(span.isRecording()).toBe(false)
      tracing.sampling.set(1)
      withSpan('a.c', child => {
        expect(child.isRecording()).toBe(false)
      })
    })
    tracing.sampling.set(0)
    const remote = (flags: string) => propagation.extract(ROOT_CONTEXT, { traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-${flags}` })
    const tracer = trace.getTracer('x')
    expect(tracer.startSpan('x.y', {}, remote('01')).isRecording()).toBe(true)
    tracing.sampling.set(1)
    expect(tracer.startSpan('x.y', {}, remote('00')).isRecording()).toBe(false)
    const stop = tracing.sampling.spike(1, { minutes: 1, scope: 'local' })
    expect(tracer.startSpan('x.y', {}, remote('00')).isRecording()).toBe(true)
    stop()
    expect(tracer.startSpan('x.y', {}, remote('00')).isRecording()).toBe(false)
  })

  test('a spike returns by itself', () => {
    vi.useFakeTimers()
    try {
      start({ sampling: { ratio: 0.1 } })
      tracing.sampling.spike(1, { minutes: 10 })
      expect(tracing.sampling.get()).toBe(1)
      vi.advanceTimersByTime(10 * 60_000 - 1)
      expect(tracing.sampling.get()).toBe(1)
      vi.advanceTimersByTime(1)
      expect(tracing.sampling.get()).toBe(0.1)
    } finally {
      vi.useRealTimers()
    }
  })

  test('ratios and minutes that make no sense are errors of the caller', () => {
    start()
    for (const ratio of [-0.1, 1.1, Number.NaN]) expect(() => { tracing.sampling.set(ratio) }).toThrow(RangeError)
    for (const everyMs of [0, -1, Number.NaN]) expect(() => tracing.sampling.follow(() => 1, { everyMs })).toThrow(RangeError)
    for (const minutes of [0, -1, Infinity]) expect(() => tracing.sampling.spike(1, { minutes })).toThrow(RangeError)
  })

  test('follow takes what the function says and keeps the last on failure', async () => {
    start()
    const answers = [0.3, 7]
    /** What held when it was asked again. */
    const held: number[] = []
    const follow = (): number => {
      held.push(tracing.sampling.get())
      return answers.shift() ?? 0.4
    }
    const stop = tracing.sampling.follow(follow, { everyMs: 20 })
    await vi.waitFor(() => { expect(tracing.sampling.get()).toBe(0.4) }, 60_000)
    stop()
    expect(held.slice(1, 3)).toEqual([0.3, 0.3])
  })

  test('health checks and listed routes are not recorded, and what is called from them learns flag 0', () => {
    start({ sampling: { ignore: ['GET /internal/*'] } })
    const tracer = trace.getTracer('x')
    const server = (method: string, path: string): string => {
      const span = tracer.startSpan('x', { kind: SpanKind.SERVER, attributes: { 'http.request.method': method, 'url.path': path } })
      const carrier: Record<string, string> = {}
      propagation.inject(trace.setSpan(context.active(), span), carrier)
      return carrier['traceparent']?.slice(-2) ?? 'none'
    }
    expect(server('GET', '/healthz')).toBe('00')
    expect(server('GET', '/internal/jobs/1?x=1')).toBe('00')
    expect(server('POST', '/internal/jobs')).toBe('01')
    expect(server('GET', '/healthzy')).toBe('01')
  })
})

describe('keep', () => {
  test('an unsampled fragment that failed leaves after all, marked; one that went well does not', async () => {
    start({ sampling: { ratio: 0, keep: { errors: true } } })
    withSpan('good.work', () => {
      withSpan('good.child', () => {})
    })
    expect(() =>
      withSpan('bad.work', () => {
        withSpan('bad.child', () => {})
        throw new Error('x')
      }),
    ).toThrow()
    const spans = await sent()
    expect(Object.keys(spans).sort()).toEqual(['bad.child', 'bad.work'])
    expect(spans['bad.child']?.attributes['sampling.kept']).toBe(true)
    expect(spans['bad.work']?.traceState).toBe('')
    expect((spans['bad.work']?.flags ?? 0) & 1).toBe(1)
  })

  test('a slow one leaves, and ignored routes never do', async () => {
    start({ sampling: { ratio: 0, keep: { slowerThanMs: 20 } } })
    await withSpan('slow.work', () => new Promise(resolve => setTimeout(resolve, 30)))
    const health = trace.getTracer('x').startSpan('GET /healthz', { kind: SpanKind.SERVER, attributes: { 'url.path': '/healthz' } })
    expect(health.isRecording()).toBe(false)
    expect(Object.keys(await sent())).toEqual(['slow.work'])
  })

  test('memory is bounded: over maxSpans the oldest fragment is forgotten', async () => {
    start({ sampling: { ratio: 0, keep: { errors: true, maxSpans: 10 } } })
    const tracer = trace.getTracer('x')
    const roots = Array.from({ length: 12 }, (_, i) => {
      const root = tracer.startSpan(`root.${'abcdefghijkl'.charAt(i)}`)
      tracer.startSpan('child', {}, trace.setSpan(ROOT_CONTEXT, root)).end()
      return root
    })
    for (const root of roots) root.setStatus({ code: SpanStatusCode.ERROR }).end()
    expect(Object.keys(await sent())).not.toContain('root.a')
    expect(Object.keys(await sent())).toContain('root.l')
  })
})
