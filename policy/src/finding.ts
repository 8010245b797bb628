import type { Certainty, Origin } from './facts.js'

/** What a judge says of one fact. The rule (or checker, or audit) turns it into a report. */
export interface Finding<Rule extends string = string, MessageId extends string = string> {
  /** The rule's name without its prefix: `no-sensitive-data`. */
  readonly rule: Rule
  readonly messageId: MessageId
  /** The placeholders of the message, already quoted and shortened. */
  readonly data: Readonly<Record<string, string>>
  /** The smallest place that is wrong. */
  readonly origin: Origin
  /** What the finding is about (a key, a name), the same for two findings that must not both be reported. */
  readonly subject: string
  /** A `likely` finding is reported and never mended by itself. */
  readonly certainty: Certainty
}
