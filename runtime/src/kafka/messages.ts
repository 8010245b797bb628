import type { Attributes } from '@opentelemetry/api'
import { type Operation, redeliveryAttributes } from '../messaging/attributes.js'
import type { IncomingHeaders } from '../middleware/attributes.js'

type Headers = Readonly<Record<string, unknown>> | undefined

/** What is read of the payload of `eachMessage`; structural, so that kafkajs and Confluent's client fit. */
export interface KafkaMessage {
  readonly topic: string
  readonly partition: number
  readonly message: { readonly headers?: Headers; readonly offset: string }
}

/** What is read of the payload of `eachBatch`. */
export interface KafkaBatch {
  readonly batch: { readonly topic: string; readonly partition: number; readonly messages: readonly { readonly headers?: Headers }[] }
}

/** Kafka's headers are bytes. */
export function textHeaders(headers: Headers): IncomingHeaders {
  const found: Record<string, string> = {}
  for (const name in headers) {
    const value = headers[name]
    const first: unknown = Array.isArray(value) ? value[0] : value
    if (typeof first === 'string') found[name] = first
    else if (first instanceof Uint8Array) found[name] = Buffer.isBuffer(first) ? first.toString() : Buffer.from(first).toString()
  }
  return found
}

export function operationOf(topic: string, partition: number, group: string | undefined, attempt: number): Operation {
  const attributes: Attributes = { 'messaging.destination.partition.id': String(partition) }
  if (group !== undefined) attributes['messaging.consumer.group.name'] = group
  if (attempt > 1) Object.assign(attributes, redeliveryAttributes(true, attempt))
  return { system: 'kafka', name: 'process', destination: { name: topic }, broker: null, attributes }
}

interface Failed {
  readonly offset: string
  readonly attempt: number
}

/** The message that failed last, of each partition: Kafka counts no deliveries, and brings it again before any other. */
const failed = new Map<string, Failed>()

/** 1 for a message that has not failed in this process. */
export function attemptOf({ topic, partition, message }: KafkaMessage): number {
  const last = failed.get(`${topic} ${partition}`)
  if (last === undefined) return 1
  if (last.offset === message.offset) return last.attempt + 1
  failed.delete(`${topic} ${partition}`)
  return 1
}

export function noteAttempt({ topic, partition, message }: KafkaMessage, attempt: number): void {
  failed.set(`${topic} ${partition}`, { offset: message.offset, attempt })
}
