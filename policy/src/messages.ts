import type { Finding } from './finding.js'
import { valueMessages } from './judges/attribute.js'
import { lifetimeMessages } from './judges/lifetime.js'
import { keyMessages } from './judges/key.js'
import { sensitiveMessages } from './judges/sensitive.js'
import { setupMessages } from './judges/setup.js'
import { spanNameMessages } from './judges/span-name.js'
import { unboundedMessages } from './judges/unbounded.js'

/** Every message of the policy's rules by rule and id, with ESLint's placeholders. Rules and reports take theirs from here. */
export const messages = {
  ...lifetimeMessages,
  ...keyMessages,
  ...sensitiveMessages,
  ...setupMessages,
  ...spanNameMessages,
  ...unboundedMessages,
  ...valueMessages,
} as const

/**
 * The sentence of a finding.
 *
 * @throws when no such message exists, which is a defect of the judge
 */
export function formatMessage(finding: Finding): string {
  const byId = (messages as Readonly<Record<string, Readonly<Record<string, string>>>>)[finding.rule]
  const message = byId?.[finding.messageId]
  if (message === undefined) throw new Error(`The rule "${finding.rule}" has no message "${finding.messageId}".`)
  return message.replace(/\{\{\s*(\w+)\s*\}\}/g, (placeholder, name: string) => finding.data[name] ?? placeholder)
}
