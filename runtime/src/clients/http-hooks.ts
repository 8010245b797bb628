import { type Attributes, context } from '@opentelemetry/api'
import { isTracingSuppressed } from '@opentelemetry/core'
import type { HttpInstrumentationConfig } from '@opentelemetry/instrumentation-http'
import type { RequestOptions } from 'node:http'
import { aimAt, isPropagationHeader } from './propagation.js'
import { isTracedByOther } from './traced.js'
import { originOf, type Target, toTarget } from './targets.js'

/** What the runtime changes about instrumentation-http's client: whom it tells of the trace, and what it says of the URL. */
export const httpHooks: HttpInstrumentationConfig = {
  ignoreOutgoingRequestHook: ({ headers }) =>
    isTracingSuppressed(context.active()) ||
    // The instrumentation would turn an array of headers into an object with the indices as names.
    Array.isArray(headers) ||
    isTracedByOther(traceparentOf(headers), context.active()),
  startOutgoingSpanHook: startSpan,
  // The conventions ask for it with every failed status; instrumentation-undici does so by itself.
  applyCustomAttributesOnSpan: (span, _request, { statusCode }) => {
    if (statusCode !== undefined && statusCode >= 400) span.setAttribute('error.type', String(statusCode))
  },
}

function startSpan(options: RequestOptions): Attributes {
  const { target, path } = destinationOf(options)
  dropForwarded(options)
  aimAt(target)
  return { 'url.full': originOf(target) + path }
}

function destinationOf(options: RequestOptions): { target: Target; path: string } {
  const path = withoutQuery(options.path ?? '/')
  // Through a forward proxy the path is the URL, and the host the proxy's.
  if (/^https?:\/\//i.test(path) && URL.canParse(path)) {
    const url = new URL(path)
    return { target: toTarget(url.protocol, url.hostname, url.port), path: url.pathname }
  }
  const host = options.hostname ?? options.host ?? 'localhost'
  return { target: toTarget(options.protocol ?? 'http:', host, options.port ?? options.defaultPort), path }
}

/** Query and fragment may hold secrets, and make every request another one. */
export function withoutQuery(path: string): string {
  const end = path.search(/[?#]/)
  return end === -1 ? path : path.slice(0, end)
}

/** Injecting replaces only what is written alike, and injects nothing for a third party. */
function dropForwarded(options: RequestOptions): void {
  const { headers } = options
  if (headers === undefined || Array.isArray(headers)) return
  const names = Object.keys(headers).filter(isPropagationHeader)
  // The options are the instrumentation's copy; the headers in it are still the caller's.
  if (names.length > 0) options.headers = Object.fromEntries(Object.entries(headers).filter(([name]) => !names.includes(name)))
}

function traceparentOf(headers: RequestOptions['headers']): string | null {
  if (headers === undefined || Array.isArray(headers)) return null
  for (const [name, value] of Object.entries(headers)) {
    if (name.toLowerCase() === 'traceparent' && typeof value === 'string') return value
  }
  return null
}
