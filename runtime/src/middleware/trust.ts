import { type Context, type Link, propagation, ROOT_CONTEXT, trace, type TextMapGetter } from '@opentelemetry/api'
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
