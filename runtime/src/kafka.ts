import type { Span } from '@opentelemetry/api'
import { dispositionAttribute } from './messaging/attributes.js'
import { isPatched } from './messaging/official.js'
import { processBatch, processMessage } from './messaging/process.js'
import { attemptOf, type KafkaBatch, type KafkaMessage, noteAttempt, operationOf, textHeaders } from './kafka/messages.js'
import { inheritBroker, type SendRequest, type TopicMessages, sendTraced, type TracedProducer, watchBroker } from './kafka/producer.js'
import { recordFailure } from './spans/capture-error.js'

export type { KafkaBatch, KafkaMessage } from './kafka/messages.js'

/** What a consumer may say of itself. */
export interface ConsumerOptions {
  /** The consumer group, which a message does not name. */
  readonly group?: string
}

/**
 * An `eachMessage` inside the CONSUMER span of its message: a child of the producer's span, and linked to it. The span ends when
 * the handler is done; an error is recorded and thrown on, and the message, when kafkajs brings it again, says that it was
 * here before. An `eachBatch` is traced as by {@link traceBatch}.
 */
export function traceMessage<Payload extends KafkaMessage | KafkaBatch, Result>(
  handler: (payload: Payload) => Promise<Result>,
  options: ConsumerOptions = {},
): (payload: Payload) => Promise<Result> {
  return payload => ('batch' in payload ? processOneBatch(payload, () => handler(payload), options) : processOne(payload, () => handler(payload), options))
}

/** An `eachBatch` inside one CONSUMER span, linked to the producers of all its messages and a child of none. */
export function traceBatch<Payload extends KafkaBatch, Result>(
  eachBatch: (payload: Payload) => Promise<Result>,
  options: ConsumerOptions = {},
): (payload: Payload) => Promise<Result> {
  return payload => processOneBatch(payload, () => eachBatch(payload), options)
}

function processOne<Result>(payload: KafkaMessage, handler: () => Promise<Result>, { group }: ConsumerOptions): Promise<Result> {
  const { topic, partition, message } = payload
  const attempt = attemptOf(payload)
  const run = async (): Promise<Result> => {
    try {
      return await handler()
    } catch (error) {
      noteAttempt(payload, attempt)
      throw error
    }
  }
  return processMessage(message, textHeaders(message.headers), operationOf(topic, partition, group, attempt), run, endForRetry)
}

function processOneBatch<Result>({ batch }: KafkaBatch, handler: () => Promise<Result>, { group }: ConsumerOptions): Promise<Result> {
  const operation = { ...operationOf(batch.topic, batch.partition, group, 1), count: batch.messages.length }
  return processBatch(batch, batch.messages.map(({ headers }) => textHeaders(headers)), operation, handler, endForRetry)
}

/** Kafka has no dead letters: what is not committed comes again, until a handler of the application's gives it up. */
function endForRetry(span: Span, error: unknown): void {
  span.setAttributes(dispositionAttribute('retry'))
  recordFailure(span, error)
  span.end()
}

const traced = Symbol.for('@spanguard/runtime/kafka-producer')

/**
 * Makes a producer trace, and returns it: what it sends, also in transactions, goes out inside a PRODUCER span for each topic,
 * told to the consumers by the messages' headers.
 */
export function traceProducer<Producer extends object>(producer: Producer): Producer {
  const target = producer as unknown as TracedProducer & { [traced]?: true }
  // The official instrumentation wraps each producer, and does all of this.
  if (target[traced] === true || isPatched(target.send)) return producer
  target[traced] = true
  watchBroker(target)
  const { send, sendBatch, transaction } = target
  target.send = (request: SendRequest) =>
    sendTraced(target, 'send', [request], ([traceable]) => send({ ...request, ...traceable }))
  target.sendBatch = request =>
    sendTraced(target, 'sendBatch', request.topicMessages ?? [], (topicMessages: TopicMessages[]) => sendBatch({ ...request, topicMessages }))
  if (transaction !== undefined) {
    target.transaction = async (...args) => {
      const inside = await transaction(...args)
      inheritBroker(inside, target)
      return traceProducer(inside)
    }
  }
  return producer
}
