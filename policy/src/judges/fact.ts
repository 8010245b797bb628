import type { Policy } from '../config.js'
import type { Fact } from '../facts.js'
import type { Finding } from '../finding.js'
import { judgeAttributeWrite } from './attribute.js'
import { judgeSpanName } from './span-name.js'

/**
 * What the policy finds in one fact about a name or about data, whoever extracted it; nothing in facts of other kinds. Findings of one
 * `subject` are about one thing: `selectFindings` keeps the first whose rule is on.
 *
 * @param isOn what is dear to judge is left out for rules that nobody asked for
 */
export function judgeFact(fact: Fact, policy: Policy, isOn?: (rule: string) => boolean): readonly Finding[] {
  switch (fact.fact) {
    case 'span-start':
    case 'span-rename':
      return judgeSpanName(fact, policy)
    case 'attribute-bag':
    case 'attribute-write':
    case 'baggage-write':
    case 'event-write':
    case 'exception-write':
    case 'status-write':
      return judgeAttributeWrite(fact, policy, isOn)
    default:
      return []
  }
}
