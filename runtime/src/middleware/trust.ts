import { type Context, createContextKey, isSpanContextValid, type Link, propagation, ROOT_CONTEXT, type SpanContext, trace, type TextMapGetter, type TextMapPropagator } from '@opentelemetry/api'
import type { TracingOptions } from '../options.js'
import { runtimeState } from '../state.js'
import type { IncomingHeaders } from './attributes.js'

const headerGetter: TextMapGetter<IncomingHeaders> = {
  keys: headers => Object.keys(headers),
  get: (headers, name) => headers[name] as string | string[] | undefined,
}

/** In a context that headers are extracted into: the trust in them has been asked for, also when it was refused. */
const judged = createContextKey('spanguard trust is judged')
const strangers = ROOT_CONTEXT.setValue(judged, true)

/**
 * Where a SERVER span hangs: below the caller's span when the caller is trusted, else a root that links to it.
 * A span that happens to be active (at `listen()`, in a wrapper) is never the parent; baggage of a stranger is dropped.
 */
export function incomingParent(active: Context, headers: IncomingHeaders): IncomingParent {
  return parentOf(active, headers, headerGetter, headers)
}

export interface IncomingParent {
  readonly parent: Context
  readonly links: Link[]
}

/**
 * As {@link incomingParent}, for what is no HTTP request.
 * @param headers what `trustIncoming` is asked about, or a function that makes it, called only when it is asked
 */
export function parentOf<Carrier>(
  active: Context,
  carrier: Carrier,
  getter: TextMapGetter<Carrier>,
  headers: IncomingHeaders | (() => IncomingHeaders),
): IncomingParent {
  const base = trace.getSpan(active) === undefined ? active : trace.deleteSpan(active)
  // Everybody: the propagator does not ask, and need not be told that this has.
  if (trustOption() === true) return { parent: isSilent(carrier, getter) ? base : propagation.extract(base, carrier, getter), links: [] }
  if (isTrusted(headers)) return { parent: propagation.extract(base.setValue(judged, true), carrier, getter).deleteValue(judged), links: [] }
  const stranger = trace.getSpanContext(propagation.extract(strangers, carrier, getter))
  return { parent: base, links: stranger === undefined ? [] : [{ context: stranger }] }
}

/** Whether a carrier has nothing that our propagator would look at. Somebody else's is asked. */
function isSilent<Carrier>(carrier: Carrier, getter: TextMapGetter<Carrier>): boolean {
  const names = runtimeState().active?.extracts
  if (names === null || names === undefined) return false
  for (const name of names) if (getter.get(carrier, name) !== undefined) return false
  return true
}

/**
 * Where the CONSUMER span of one message hangs: as {@link incomingParent} has it, and with a link to the producer's span in
 * either case, since a queue is read in its own time.
 */
export function messageParent(active: Context, headers: IncomingHeaders): IncomingParent {
  const { parent, links } = incomingParent(active, headers)
  const producer = trace.getSpanContext(parent)
  return producer === undefined || !isSpanContextValid(producer) ? { parent, links } : { parent, links: [{ context: producer }] }
}

/** The links of a batch: one to each producer, whom none of them can be the parent of all. */
export function messageLinks(headers: readonly IncomingHeaders[]): Link[] {
  return headers.flatMap(each => {
    const producer = trace.getSpanContext(propagation.extract(strangers, each, headerGetter))
    return producer === undefined || !isSpanContextValid(producer) ? [] : [{ context: producer }]
  })
}

/** The caller of a request whose span somebody else started, when it is not trusted: what that span should link to. */
export function findStranger(headers: IncomingHeaders): SpanContext | null {
  return isTrusted(headers) ? null : (trace.getSpanContext(propagation.extract(strangers, headers, headerGetter)) ?? null)
}

/**
 * A propagator that takes nothing from the HTTP requests of strangers, so that `trustIncoming` also holds for spans that
 * another instrumentation starts. Messages and RPC metadata have no `host`: their own consumers and servers ask.
 */
export function trustPropagation(inner: TextMapPropagator): TextMapPropagator {
  return {
    inject(context, carrier, setter) {
      inner.inject(context, carrier, setter)
    },
    extract(context, carrier, getter) {
      if (trustOption() === true || context.getValue(judged) === true || !isHttp(carrier, getter)) return inner.extract(context, carrier, getter)
      return isTrusted(() => headersOf(carrier, getter)) ? inner.extract(context, carrier, getter) : context
    },
    fields: () => inner.fields(),
  }
}

/** RFC 9112 asks every request for a Host header, HTTP/2 for an authority. */
function isHttp(carrier: unknown, getter: TextMapGetter): boolean {
  return [getter.get(carrier, 'host'), getter.get(carrier, ':authority')].some(value => typeof value === 'string' && value !== '')
}

function headersOf(carrier: unknown, getter: TextMapGetter): IncomingHeaders {
  return Object.fromEntries(getter.keys(carrier).map(name => [name.toLowerCase(), getter.get(carrier, name)]))
}

function trustOption(): NonNullable<TracingOptions['trustIncoming']> {
  return runtimeState().active?.options.trustIncoming ?? true
}

/** By `trustIncoming`; a function that throws trusts nobody: a fault in it must not hand the trace to a stranger. */
export function isTrusted(headers: IncomingHeaders | (() => IncomingHeaders)): boolean {
  const trust = trustOption()
  if (typeof trust === 'boolean') return trust
  try {
    // Whatever else it returns (a promise, in JavaScript) is no yes.
    return (trust((typeof headers === 'function' ? headers() : headers) as Parameters<typeof trust>[0]) as unknown) === true
  } catch {
    return false
  }
}
