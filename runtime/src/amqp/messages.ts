import type { Attributes } from '@opentelemetry/api'
import { type Destination, redeliveryAttributes } from '../messaging/attributes.js'
import type { IncomingHeaders } from '../middleware/attributes.js'

/** What is read of amqplib's messages; structural, so that its types need not be installed. */
export interface AmqpMessage {
  readonly fields: { readonly exchange: string; readonly routingKey: string; readonly redelivered?: boolean | undefined }
  readonly properties: { readonly headers?: Readonly<Record<string, unknown>> | undefined; readonly messageId?: unknown }
}

/** The trace context among a message's headers; other headers are asked for by `trustIncoming` alone. */
export function headersOf({ properties }: AmqpMessage): IncomingHeaders {
  return (properties.headers ?? {}) as IncomingHeaders
}

/**
 * Where a message is published to: the exchange, and with the default exchange the queue, which the routing key names there.
 * Other routing keys may hold ids and are left out.
 */
export function publishedTo(exchange: string, routingKey: string): Destination {
  return exchange === '' ? named(routingKey) : { name: exchange }
}

/** Where a message came from: its queue, else as {@link publishedTo}. */
export function receivedFrom({ fields }: AmqpMessage, queue: string | undefined): Destination {
  return queue === undefined ? publishedTo(fields.exchange, fields.routingKey) : named(queue)
}

/** RabbitMQ makes up names for queues without one, and for direct replies. */
function named(queue: string): Destination {
  return { name: queue, ...(/^amq\.(?:gen-|rabbitmq\.reply-to)/.test(queue) && { anonymous: true }) }
}

/** What the broker says of a message's way: its id, and whether it came before. */
export function deliveryAttributes({ fields, properties }: AmqpMessage): Attributes {
  const { headers, messageId } = properties
  // Quorum queues count; others say only that it was delivered before.
  const earlier = headers?.['x-delivery-count']
  const count = typeof earlier === 'number' && earlier > 0 ? earlier + 1 : undefined
  const attributes: Attributes = {}
  if (typeof messageId === 'string') attributes['messaging.message.id'] = messageId
  if (fields.redelivered === true || count !== undefined) Object.assign(attributes, redeliveryAttributes(true, count))
  if (headers?.['x-death'] !== undefined) Object.assign(attributes, deadLetterAttributes(headers['x-death']))
  return attributes
}

/** Why and from which queue a message was dead-lettered last. https://www.rabbitmq.com/docs/dlx#effects */
function deadLetterAttributes(deaths: unknown): Attributes {
  const last: unknown = Array.isArray(deaths) ? deaths[0] : undefined
  if (typeof last !== 'object' || last === null) return {}
  const { reason, queue } = last as { readonly reason?: unknown; readonly queue?: unknown }
  return {
    ...(typeof reason === 'string' && { 'messaging.message.dead_letter.reason': reason }),
    ...(typeof queue === 'string' && { 'messaging.message.dead_letter.source': queue }),
  }
}
