import type { Attributes, Span } from '@opentelemetry/api'
import { dispositionAttribute, redeliveryAttributes } from '../messaging/attributes.js'
import type { IncomingHeaders } from '../middleware/attributes.js'

interface ReadableHeaders {
  keys(): Iterable<string>
  get(name: string): string
}

/** What is read of a message of core NATS or of JetStream; structural, so that either client's fit. */
export interface NatsMessage {
  readonly subject: string
  readonly headers?: ReadableHeaders | undefined
}

/** What JetStream's messages have beside. */
interface JetStreamParts {
  readonly redelivered?: boolean
  readonly info?: { readonly deliveryCount?: number; readonly redeliveryCount?: number; readonly consumer?: string }
  nak?: (...args: unknown[]) => unknown
  term?: (...args: unknown[]) => unknown
}

export function headersOf({ headers }: NatsMessage): IncomingHeaders {
  if (headers === undefined) return {}
  const found: Record<string, string> = {}
  for (const name of headers.keys()) found[name] = headers.get(name)
  return found
}

/** The group that shares the messages, and whether this one came before. */
export function deliveryAttributes(message: NatsMessage, group: string | undefined): Attributes {
  const { redelivered, info } = message as JetStreamParts
  const name = group ?? info?.consumer
  return {
    ...(name !== undefined && name !== '' && { 'messaging.consumer.group.name': name }),
    ...redeliveryAttributes(redelivered === true, info?.deliveryCount ?? info?.redeliveryCount),
  }
}

/** Says on the span how its message is settled: put back by `nak`, given up by `term`. */
export function noteSettled(message: NatsMessage, span: Span): void {
  const parts = message as JetStreamParts
  for (const [method, disposition] of [['nak', 'retry'], ['term', 'dead_letter']] as const) {
    const settle = parts[method]
    if (typeof settle !== 'function') continue
    parts[method] = function (...args) {
      if (span.isRecording()) span.setAttributes(dispositionAttribute(disposition))
      return settle.apply(this, args)
    }
  }
}
