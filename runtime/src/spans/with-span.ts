import { types } from 'node:util'
import { SpanKind, trace, type Context, type Span } from '@opentelemetry/api'
import { activeContext, runIn } from '../context/run.js'
import { withSpanIn } from '../context/span-context.js'
import { report } from '../diagnostics.js'
import { runtimeTracer } from '../state.js'
import type { AnyListedAttributes, ListedAttributes, ListedLink, ListedSpan } from './attributes.js'
import { recordFailure } from './capture-error.js'

export interface SpanOptions<A = AnyListedAttributes> {
  /** Keys are typed by the policy; see `PolicyKeys`. */
  attributes?: ListedAttributes<A>
  kind?: 'internal' | 'server' | 'client' | 'producer' | 'consumer'
  links?: ListedLink[]
  /** The context whose span is the parent; the active one when left out. */
  parent?: Context
  /** Starts a new trace. */
  root?: boolean
}

/**
 * Runs `fn` inside a span and ends the span when `fn` is done: when it returns, or when the promise that it returns
 * settles. Returns what `fn` returns (the same promise), and throws what it throws, after recording it: `ERROR` status,
 * `error.type`, and an exception event whose message is redacted at export. Runs `fn` also when nothing is traced.
 *
 * A thenable that is no promise (a query builder) is started here, inside the span: what is returned is a promise of its
 * value.
 */
export function withSpan<T>(name: string, fn: (span: ListedSpan) => T): T
export function withSpan<T, const A>(name: string, options: SpanOptions<A>, fn: (span: ListedSpan) => T): T
export function withSpan<T>(name: string, optionsOrFn: SpanOptions | null | ((span: ListedSpan) => T), maybeFn?: (span: ListedSpan) => T): T {
  const options = typeof optionsOrFn === 'function' ? {} : (optionsOrFn ?? {})
  const fn = typeof optionsOrFn === 'function' ? optionsOrFn : maybeFn
  // From JavaScript, or through a cast: there is no work that could go on without its span.
  if (typeof fn !== 'function') throw new TypeError(`withSpan("${name}") was given no work: write it as the last argument, withSpan(name, () => work()).`)
  const parent = options.parent ?? activeContext()
  const span = startSafely(name, options, parent)
  return runInSpan(span, withSpanIn(options.root === true ? trace.deleteSpan(parent) : parent, span), fn)
}

/** The work is done all the same where what is to be recorded of it can't be read: a getter that throws, a revoked proxy. */
function startSafely(name: string, options: SpanOptions, parent: Context): Span {
  const given = {
    kind: kinds[options.kind ?? 'internal'],
    ...(options.attributes !== undefined && { attributes: options.attributes }),
    ...(options.links !== undefined && { links: options.links }),
    ...(options.root !== undefined && { root: options.root }),
  }
  try {
    return runtimeTracer().startSpan(name, given, parent)
  } catch {
    report('error', 'span.start', 'the attributes or links of a span could not be read; it has none')
    return runtimeTracer().startSpan(name, { kind: given.kind, ...(options.root !== undefined && { root: options.root }) }, parent)
  }
}

/**
 * Runs `fn` with the span active, records what it throws, and ends the span when `fn` is done. `failed` takes the place of
 * recording the error and ending the span, for what is thrown and is no failure.
 */
export function runInSpan<T>(span: Span, inside: Context, fn: (span: Span) => T, failed: (span: Span, error: unknown) => void = fail): T {
  let result: T
  try {
    result = runIn(inside, fn, undefined, span)
  } catch (error) {
    failed(span, error)
    throw error
  }
  // Also a promise of another realm (Jest runs tests in one of its own).
  if (types.isPromise(result)) {
    // A side branch: the caller gets the promise itself. To Node a promise that is listened to is handled, so that a
    // rejection which the caller leaves alone raises no unhandledRejection.
    result.then(
      () => {
        span.end()
      },
      (error: unknown) => {
        failed(span, error)
      },
    )
    return result
  }
  if (isThenable(result)) {
    const promise = runIn(inside, () => Promise.resolve(result), undefined)
    return promise.then(
      value => {
        span.end()
        return value
      },
      (error: unknown) => {
        failed(span, error)
        throw error
      },
    ) as T
  }
  span.end()
  return result
}

function fail(span: Span, error: unknown): void {
  recordFailure(span, error)
  span.end()
}

/** What can't be asked (a getter that throws, a revoked proxy) is a value like others: the caller gets it. */
function isThenable(value: unknown): value is PromiseLike<unknown> {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false
  try {
    return typeof (value as { then?: unknown }).then === 'function'
  } catch {
    return false
  }
}

const kinds = {
  internal: SpanKind.INTERNAL,
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
} as const

