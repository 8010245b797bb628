import type { Attributes } from '@opentelemetry/api'
import type { Target } from '../clients/targets.js'

/** Where messages go or come from, in words that are the same for every message of a kind. */
export interface Destination {
  /** A topic, queue or subject. */
  readonly name: string
  /** The pattern that it is one of, where the name itself may hold ids. */
  readonly template?: string | undefined
  /** A name that the broker made up, as those of reply queues. */
  readonly anonymous?: boolean | undefined
}

export type OperationType = 'send' | 'process' | 'receive'

/** What is said of one operation on a broker. */
export interface Operation {
  /** `rabbitmq`, `kafka`, `nats`, `bullmq`. */
  readonly system: string
  /** What the client calls it: `publish`, `send`, `process`. */
  readonly name: string
  readonly destination: Destination
  /** Null where the client does not say what it is connected to. */
  readonly broker: Target | null
  /** How many messages, for an operation on several. */
  readonly count?: number | undefined
  readonly attributes?: Attributes | undefined
}

/**
 * `publish orders`: the messaging conventions' `{operation} {destination}`, with the template where the name would be another
 * one each time.
 */
export function spanName({ name, destination }: Operation): string {
  return `${name} ${destination.anonymous === true ? '(anonymous)' : (destination.template ?? destination.name)}`
}

/**
 * The attributes of the messaging conventions 1.45, which have replaced `messaging.system` by `messaging.system.name`; nothing
 * of headers, keys and bodies.
 */
export function operationAttributes(operation: Operation, type: OperationType): Attributes {
  const { destination, broker } = operation
  const attributes: Attributes = {
    'messaging.system.name': operation.system,
    'messaging.operation.name': operation.name,
    'messaging.operation.type': type,
  }
  if (destination.template === undefined) attributes['messaging.destination.name'] = destination.name
  else attributes['messaging.destination.template'] = destination.template
  if (destination.anonymous === true) attributes['messaging.destination.anonymous'] = true
  if (operation.count !== undefined) attributes['messaging.batch.message_count'] = operation.count
  if (broker !== null) {
    attributes['server.address'] = broker.hostname
    if (broker.port !== null) attributes['server.port'] = broker.port
  }
  return operation.attributes === undefined ? attributes : Object.assign(attributes, operation.attributes)
}

/** What happens to a message whose processing failed, under a key of the runtime's own: the conventions have none. */
export function dispositionAttribute(disposition: 'retry' | 'dead_letter'): Attributes {
  return { 'messaging.message.disposition': disposition }
}

/** What tells a message that came before: `count` deliveries with this one, where the broker counts. */
export function redeliveryAttributes(redelivered: boolean, count: number | undefined): Attributes {
  if (!redelivered) return {}
  return { 'messaging.message.redelivered': true, ...(count !== undefined && { 'messaging.message.delivery_count': count }) }
}
