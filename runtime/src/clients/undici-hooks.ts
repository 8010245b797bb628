import { type Attributes, context } from '@opentelemetry/api'
import { isTracingSuppressed } from '@opentelemetry/core'
import type { UndiciInstrumentationConfig, UndiciRequest } from '@opentelemetry/instrumentation-undici'
import { withoutQuery } from './http-hooks.js'
import { aimAt, isPropagationHeader } from './propagation.js'
import { originOf, toTarget } from './targets.js'
import { isTracedByOther } from './traced.js'

/** What the runtime changes about instrumentation-undici: whom it tells of the trace, and what it says of the URL. */
export const undiciHooks: UndiciInstrumentationConfig = {
  ignoreRequestHook: request =>
    isTracingSuppressed(context.active()) || isTracedByOther(traceparentOf(request), context.active()),
  startSpanHook: startSpan,
}

function startSpan(request: UndiciRequest): Attributes {
  const { protocol, hostname, port } = new URL(request.origin)
  const target = toTarget(protocol, hostname, port)
  dropForwarded(request)
  aimAt(target)
  return {
    'url.full': originOf(target) + withoutQuery(request.path),
    // What is undefined is not set; the instrumentation would set both.
    'url.query': undefined,
    'http.request.method_original': undefined,
  }
}

function traceparentOf({ headers }: UndiciRequest): string | null {
  if (typeof headers === 'string') return /^traceparent: *(.*)$/im.exec(headers)?.[1]?.trim() ?? null
  for (let index = 0; index < headers.length; index += 2) {
    const [name, value] = headers.slice(index, index + 2)
    if (typeof name === 'string' && name.toLowerCase() === 'traceparent' && typeof value === 'string') return value
  }
  return null
}

/**
 * Headers are added, not replaced: beside one that a proxy passed on, the receiver would read two and take neither. What
 * goes to a third party is replaced by nothing.
 */
function dropForwarded({ headers }: UndiciRequest): void {
  if (!Array.isArray(headers)) return
  for (let index = headers.length - 2; index >= 0; index -= 2) {
    const name = headers[index]
    if (typeof name === 'string' && isPropagationHeader(name)) headers.splice(index, 2)
  }
}
