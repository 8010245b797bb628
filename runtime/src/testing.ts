import { context, propagation, SpanStatusCode, trace, type Attributes } from '@opentelemetry/api'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { TracerProvider, type ReadableSpan } from '@opentelemetry/sdk-trace'
import { RuntimeContextManager } from './context/manager.js'
import type { PolicyImport, Tracing } from './options.js'
import { createRedactor } from './redaction/redact.js'
import { createSampling } from './sampling/control.js'
import { compileRoutes, healthRoutes } from './sampling/routes.js'
import { createSampler } from './sampling/sampler.js'
import { usePolicy } from './setup/policy.js'
import { createPropagator } from './setup/propagation.js'
import { unregisterGlobals } from './setup/conflicts.js'
import { logFields, rememberLocalRoot, runtimeState, testFingerprint } from './state.js'
import { describeSpans, findLeaks, matchSpan, type ExpectedSpan, type Leak } from './testing/matching.js'
import { scopeName, version } from './version.js'

export type { ExpectedSpan, Leak } from './testing/matching.js'

/** A span as it would have left the process. */
export interface RecordedSpan {
  readonly name: string
  readonly kind: 'internal' | 'server' | 'client' | 'producer' | 'consumer'
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId: string | undefined
  /** The parent's name, where it was recorded too. */
  readonly parent: string | undefined
  readonly attributes: Attributes
  readonly events: readonly { readonly name: string; readonly attributes: Attributes }[]
  readonly links: readonly { readonly traceId: string; readonly spanId: string; readonly attributes: Attributes }[]
  readonly status: { readonly code: 'unset' | 'ok' | 'error'; readonly message: string | undefined }
  readonly durationMs: number
}

export interface TestTracing extends Tracing {
  /** What has ended so far, in the order of ending, redacted as in production. */
  spans(): readonly RecordedSpan[]
  /** What redaction had to take away: what the code under test tried to send. */
  leaks(): readonly Leak[]
  /** Forgets spans and leaks. */
  reset(): void
}

export interface TestTracingOptions {
  policy?: PolicyImport
  serviceName?: string
  /** Routes that are never recorded, beside the usual health checks. */
  ignore?: string[]
  /** 0 to 1; default 1. */
  ratio?: number
}

/**
 * Tracing for tests: the real tracer, sampler and redaction; spans are there as soon as they end, and nothing leaves the
 * process. `withSpan`, `stage` and the middlewares of this package use it until `shutdown()`; an `initTracing` of the
 * application gives the same handle meanwhile.
 *
 * Throws when tracing was set up in this process before.
 */
export function testTracing(options: TestTracingOptions = {}): TestTracing {
  const state = runtimeState()
  if (state.active !== null && state.active.handle.health().state !== 'shut-down') {
    throw new Error(
      state.active.fingerprint === testFingerprint
        ? 'spanguard: testTracing was called while tracing is set up already; await tracing.shutdown() of the test before first'
        : 'spanguard: testTracing was called while tracing is set up already: the application called initTracing before; call testTracing in a module that is imported before the application',
    )
  }
  const policy = usePolicy(options.policy, 'options')
  const sampling = createSampling(options.ratio ?? 1, true)
  const ignoresRoute = compileRoutes([...healthRoutes, ...(options.ignore ?? [])])
  let spans: ReadableSpan[] = []
  let leaks: Leak[] = []
  let ended = 0
  let failed = 0
  let current = ''
  const redactor = createRedactor({
    policy: policy.policy,
    valueLength: 2048,
    onRedacted: (where, key) => {
      // What the runtime itself takes away from every error is no leak of the code under test.
      if (!expected.has(key)) leaks.push({ span: current, where, key })
    },
  })
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': options.serviceName ?? 'test' }),
    sampler: createSampler({ sampling, ignoresRoute, recordAll: false }),
    spanProcessors: [
      {
        onStart(span, parent) {
          rememberLocalRoot(span, trace.getSpan(parent))
        },
        onEnd(span) {
          ended++
          current = span.name
          try {
            spans.push(redactor.redact(span))
          } catch {
            failed++
          }
        },
        forceFlush: () => Promise.resolve(),
        shutdown: () => Promise.resolve(),
      },
    ],
  })
  if (!trace.setGlobalTracerProvider(provider)) {
    throw new Error('spanguard: testTracing was called while another tracer provider is registered; take that one away in tests')
  }
  const contexts = new RuntimeContextManager()
  const hasContexts = context.setGlobalContextManager(contexts)
  const propagator = createPropagator(['tracecontext', 'baggage'], policy.policy)
  if (propagator !== null) propagation.setGlobalPropagator(propagator)

  let closed = false
  const shutdown = (): Promise<boolean> => {
    if (!closed) unregisterGlobals(provider)
    closed = true
    return Promise.resolve(true)
  }
  const handle: TestTracing = {
    sampling: sampling.control,
    spans: () => spans.map(span => recorded(span, spans)),
    leaks: () => leaks,
    reset() {
      spans = []
      leaks = []
    },
    health: () => ({
      state: closed ? 'shut-down' : 'on',
      policy: { source: policy.source, hash: policy.hash },
      spans: {
        ended,
        exported: ended - failed,
        pending: 0,
        dropped: { queue_full: 0, export_failed: 0, rejected: 0, redaction_failed: failed, shutdown: 0 },
      },
      redacted: redactor.counts(),
    }),
    logFields,
    flush: () => Promise.resolve(true),
    shutdown,
    async [Symbol.asyncDispose]() {
      await shutdown()
    },
  }
  state.active = {
    handle,
    fingerprint: testFingerprint,
    options: {},
    provider,
    tracer: provider.getTracer(scopeName, version),
    environment: 'test',
    production: true,
    policy: policy.policy,
    ignoresRoute,
    propagatesTo: () => true,
    contexts: hasContexts ? contexts : null,
    extracts: null,
  }
  return handle
}

/**
 * Matchers for vitest and jest: `expect.extend(spanMatchers)`.
 *
 * ```ts
 * expect(tracing).toHaveSpan('payment.process', { parent: 'POST /pay', status: 'error', attributes: { 'error.stage': 'fraud' } })
 * expect(tracing).toLeakNothing()
 * ```
 *
 * TypeScript knows them by a declaration; see {@link SpanMatchers}.
 */
export const spanMatchers = {
  toHaveSpan(received: unknown, name: string, expectedSpan: ExpectedSpan = {}): MatcherResult {
    const recordedSpans = asTestTracing(received, 'toHaveSpan').spans()
    const { pass, problem } = matchSpan(recordedSpans, name, expectedSpan)
    return {
      pass,
      message: () =>
        pass
          ? `expected no span ${JSON.stringify(name)} like this\n\n${describeSpans(recordedSpans)}`
          : `${problem}\n\n${describeSpans(recordedSpans)}`,
    }
  },
  toLeakNothing(received: unknown): MatcherResult {
    const found = findLeaks(asTestTracing(received, 'toLeakNothing').leaks())
    return {
      pass: found.length === 0,
      message: () =>
        found.length === 0
          ? 'expected something to be redacted, and nothing was'
          : `redaction had to take away what the code tried to send:\n${found.map(line => `  ${line}`).join('\n')}\nList the key in the policy where it is safe, else do not write it`,
    }
  },
}

interface MatcherResult {
  readonly pass: boolean
  readonly message: () => string
}

/**
 * What the matchers add, for TypeScript. Of vitest: `declare module 'vitest' { interface Matchers<T> extends SpanMatchers<T> {} }`;
 * of jest: `declare global { namespace jest { interface Matchers<R, T> extends SpanMatchers<R> {} } }`.
 */
export interface SpanMatchers<R = unknown> {
  /** A recorded span of this name exists, with at least these attributes, this parent, kind and status. */
  toHaveSpan(name: string, expected?: ExpectedSpan): R
  /** Redaction had nothing to take away. */
  toLeakNothing(): R
}

/** Every error's message is redacted by design, and code can't help recording it. */
const expected: ReadonlySet<string> = new Set(['exception.message', 'exception.stacktrace', 'status.message'])

function asTestTracing(received: unknown, matcher: string): TestTracing {
  if (typeof received === 'object' && received !== null && 'spans' in received && 'leaks' in received) return received as TestTracing
  throw new TypeError(`${matcher} wants what testTracing() returned`)
}

const kinds = ['internal', 'server', 'client', 'producer', 'consumer'] as const

function recorded(span: ReadableSpan, all: readonly ReadableSpan[]): RecordedSpan {
  const parentSpanId = span.parentSpanContext?.spanId
  const { code, message } = span.status
  return {
    name: span.name,
    kind: kinds[span.kind],
    traceId: span.spanContext().traceId,
    spanId: span.spanContext().spanId,
    parentSpanId,
    parent: parentSpanId === undefined ? undefined : all.find(other => other.spanContext().spanId === parentSpanId)?.name,
    attributes: span.attributes,
    events: span.events.map(event => ({ name: event.name, attributes: event.attributes ?? {} })),
    links: span.links.map(link => ({ traceId: link.context.traceId, spanId: link.context.spanId, attributes: link.attributes ?? {} })),
    status: { code: code === SpanStatusCode.ERROR ? 'error' : code === SpanStatusCode.OK ? 'ok' : 'unset', message },
    durationMs: span.duration[0] * 1000 + span.duration[1] / 1e6,
  }
}
