import { type Context, type Link, propagation, ROOT_CONTEXT, trace, type TextMapGetter } from '@opentelemetry/api'
import { runtimeState } from '../state.js'
import type { IncomingHeaders } from './attributes.js'

const getter: TextMapGetter<IncomingHeaders> = {
  keys: headers => Object.keys(headers),
  get: (headers, name) => headers[name] as string | string[] | undefined,
}

/**
 * Where a SERVER span hangs: below the caller's span when the caller is trusted, else a root that links to it.
 * A span that happens to be active (at `listen()`, in a wrapper) is never the parent; baggage of a stranger is dropped.
 */
export function incomingParent(active: Context, headers: IncomingHeaders): { parent: Context; links: Link[] } {
  const base = trace.getSpan(active) === undefined ? active : trace.deleteSpan(active)
  if (isTrusted(headers)) return { parent: propagation.extract(base, headers, getter), links: [] }
  const stranger = trace.getSpanContext(propagation.extract(ROOT_CONTEXT, headers, getter))
  return { parent: base, links: stranger === undefined ? [] : [{ context: stranger }] }
}

/** By `trustIncoming`; a function that throws trusts nobody: a fault in it must not hand the trace to a stranger. */
function isTrusted(headers: IncomingHeaders): boolean {
  const trust = runtimeState().active?.options.trustIncoming ?? true
  if (typeof trust === 'boolean') return trust
  try {
    return trust(headers as Parameters<typeof trust>[0])
  } catch {
    return false
  }
}
