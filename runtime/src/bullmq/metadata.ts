import { type Context, propagation } from '@opentelemetry/api'
import type { Target } from '../clients/targets.js'
import { toTarget } from '../clients/targets.js'
import type { Operation } from '../messaging/attributes.js'
import { textSetter } from '../messaging/publish.js'
import type { IncomingHeaders } from '../middleware/attributes.js'

/** The trace context as BullMQ stores it with a job: a text, in the form that bullmq-otel gave it. */
export function packMetadata(active: Context): string {
  const carrier: Record<string, unknown> = {}
  propagation.inject(active, carrier, textSetter)
  return JSON.stringify(carrier)
}

/** The headers in a job's metadata; none where it is something else. */
export function unpackMetadata(metadata: unknown): IncomingHeaders {
  if (typeof metadata !== 'string') return {}
  try {
    const carrier: unknown = JSON.parse(metadata)
    if (typeof carrier !== 'object' || carrier === null) return {}
    const headers: Record<string, string> = {}
    for (const [name, value] of Object.entries(carrier)) if (typeof value === 'string') headers[name] = value
    return headers
  } catch {
    return {}
  }
}

/** An operation on a BullMQ queue. */
export function operationOf(name: string, queue: unknown, broker: Target | null, count?: number): Operation {
  return { system: 'bullmq', name, destination: { name: typeof queue === 'string' ? queue : '' }, broker, count }
}

/** Where a queue's Redis is, of the options of its connection or of the client that was given instead. */
export function brokerOf(connection: unknown): Target | null {
  if (typeof connection !== 'object' || connection === null) return null
  const options = 'options' in connection ? (connection as { readonly options: unknown }).options : connection
  const { host, port } = (options ?? {}) as { readonly host?: unknown; readonly port?: unknown }
  return typeof host === 'string' ? toTarget('redis:', host, typeof port === 'number' ? port : 6379) : null
}
