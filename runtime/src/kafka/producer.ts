import type { Span } from '@opentelemetry/api'
import { isTracingSuppressed } from '@opentelemetry/core'
import { type Target, toTarget } from '../clients/targets.js'
import { activeContext } from '../context/run.js'
import { withSpanIn } from '../context/span-context.js'
import type { Operation } from '../messaging/attributes.js'
import { carryFor, startProducer } from '../messaging/publish.js'
import { recordFailure } from '../spans/capture-error.js'

interface Message {
  readonly headers?: Readonly<Record<string, unknown>> | undefined
}

export interface TopicMessages {
  readonly topic: string
  readonly messages: readonly Message[]
}

export type SendRequest = TopicMessages

interface BatchRequest {
  readonly topicMessages?: readonly TopicMessages[]
}

/** What is used of a producer, or of a transaction. */
export interface TracedProducer {
  send: (request: SendRequest) => Promise<unknown>
  sendBatch: (request: BatchRequest) => Promise<unknown>
  transaction?: (...args: unknown[]) => Promise<TracedProducer>
  readonly events?: { readonly REQUEST?: string }
  on?: (event: string, listener: (event: RequestEvent) => void) => () => void
}

interface RequestEvent {
  readonly payload: { readonly broker: string }
}

/** Sends to topics, each inside a PRODUCER span of its own: one that was for several would be the parent of strangers. */
export function sendTraced(
  producer: TracedProducer,
  name: string,
  topics: readonly TopicMessages[],
  send: (topics: TopicMessages[]) => Promise<unknown>,
): Promise<unknown> {
  const active = activeContext()
  // What is no list of messages kafkajs refuses itself.
  if (isTracingSuppressed(active) || !topics.every(({ messages }) => Array.isArray(messages))) return send([...topics])
  const broker = brokerOf(producer)
  const spans: Span[] = []
  const traceable = topics.map(each => {
    const { length } = each.messages
    const operation: Operation = { system: 'kafka', name, destination: { name: each.topic }, broker, count: length === 1 ? undefined : length }
    const span = startProducer(operation, active)
    spans.push(span)
    const carry = carryFor(operation, withSpanIn(active, span))
    return { ...each, messages: each.messages.map(message => ({ ...message, headers: carry(message.headers) })) }
  })
  const end = (): void => {
    for (const span of spans) span.end()
  }
  const fail = (error: unknown): never => {
    for (const span of spans) recordFailure(span, error)
    end()
    throw error
  }
  try {
    return send(traceable).then(sent => {
      end()
      return sent
    }, fail)
  } catch (error) {
    return fail(error)
  }
}

const brokers = new WeakMap<object, { broker: Target | null }>()

/** A broker that the producer talks to, which kafkajs tells with each request: listened to until it is known. */
function brokerOf(producer: TracedProducer): Target | null {
  let known = brokers.get(producer)
  if (known === undefined) {
    brokers.set(producer, (known = { broker: null }))
    listen(producer, known)
  }
  return known.broker
}

function listen(producer: TracedProducer, known: { broker: Target | null }): void {
  const event = producer.events?.REQUEST
  if (event === undefined || producer.on === undefined) return
  const stop = producer.on(event, ({ payload }) => {
    const [, host, port] = /^(.*):(\d+)$/.exec(payload.broker) ?? []
    if (host === undefined) return
    known.broker = toTarget('kafka:', host, port)
    stop()
  })
}

/** A transaction talks to the broker of its producer, and has no events of its own. */
export function inheritBroker(transaction: TracedProducer, producer: TracedProducer): void {
  brokerOf(producer)
  const known = brokers.get(producer)
  if (known !== undefined) brokers.set(transaction, known)
}

/** Starts to listen before the producer connects, so that the first message knows its broker. */
export function watchBroker(producer: TracedProducer): void {
  brokerOf(producer)
}
