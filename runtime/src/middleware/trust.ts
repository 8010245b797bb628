import { type Context, isSpanContextValid, type Link, propagation, ROOT_CONTEXT, trace, type TextMapGetter } from '@opentelemetry/api'
import { runtimeState } from '../state.js'
import type { IncomingHeaders } from './attributes.js'

const headerGetter: TextMapGetter<IncomingHeaders> = {
  keys: headers => Object.keys(headers),
  get: (headers, name) => headers[name] as string | string[] | undefined,
}

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
  if (isTrusted(headers)) return { parent: propagation.extract(base, carrier, getter), links: [] }
  const stranger = trace.getSpanContext(propagation.extract(ROOT_CONTEXT, carrier, getter))
  return { parent: base, links: stranger === undefined ? [] : [{ context: stranger }] }
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
    const producer = trace.getSpanContext(propagation.extract(ROOT_CONTEXT, each, headerGetter))
    return producer === undefined || !isSpanContextValid(producer) ? [] : [{ context: producer }]
  })
}

/** By `trustIncoming`; a function that throws trusts nobody: a fault in it must not hand the trace to a stranger. */
export function isTrusted(headers: IncomingHeaders | (() => IncomingHeaders)): boolean {
  const trust = runtimeState().active?.options.trustIncoming ?? true
  if (typeof trust === 'boolean') return trust
  try {
    return trust((typeof headers === 'function' ? headers() : headers) as Parameters<typeof trust>[0])
  } catch {
    return false
  }
}
