import { classifyName, classOfKey, type Fact, type Finding, formatMessage, isVetoedName, judgeFact, literalText, type Policy } from '@spanguard/policy'

import type { Analysis } from '../analyse.js'
import { findDirective, readDirectives } from '../findings/directives.js'
import { judgedNames } from '../findings/data-and-names.js'
import { originOf } from '../places.js'

/** What the judge says of a fact under one rule, and what becomes of it. */
export interface Verdict {
  readonly rule: string
  readonly message: string
  /** Who reports it, or why nobody does. */
  readonly outcome: string
}

/** Everything that the policy finds in a fact, whoever reports it. */
export function verdictsOf(fact: Fact, file: string, analysis: Analysis): readonly Verdict[] {
  return judgeFact(fact, analysis.policyOf(file)).map((finding) => ({ rule: finding.rule, message: formatMessage(finding), outcome: outcomeOf(finding, fact, file, analysis) }))
}

function outcomeOf(finding: Finding, fact: Fact, file: string, analysis: Analysis): string {
  const root = analysis.program.file(file)?.root
  const { line } = finding.origin.from
  const severity = analysis.configOf(file).severity?.[finding.rule]
  if (severity === 'off') return '"severity" of the config switches the rule off'
  const directive = root === undefined ? null : findDirective(readDirectives(root), line, finding.rule)
  if (directive !== null) return `a comment switches it off: ${directive.reason === '' ? 'without a reason' : directive.reason}`
  if (!judgedNames.has(finding.rule)) return 'reported by ESLint where this rule is on (preset strict)'
  const draft = analysis.drafts.find((one) => one.rule === finding.rule && originOf(one.node).file === (finding.origin.file ?? file) && originOf(one.node).from.line === line)
  if (draft === undefined) return fact.derivedFrom === undefined ? 'something graver is said of the same place' : 'said once, where the helper writes it'
  return draft.leftToLint ? 'reported by ESLint, and by spanguard check --all-rules' : 'reported by spanguard check'
}

/** Why a key or a name is not taken for something sensitive, or that it is: for facts of which nothing is said too. */
export function wordsOnKey(fact: Fact, policy: Policy): string | null {
  if (fact.fact !== 'attribute-write' && fact.fact !== 'baggage-write') return null
  const key = literalText(fact.key)
  if (key === null) return null
  const found = classifyName(key, policy)
  const listed = classOfKey(key, policy)
  if (found !== null) return `"${key}" is ${found.class} by its words "${found.term}"${listed === 'listed' ? ', and the config allows it by name' : ''}`
  if (isVetoedName(key, policy)) return `"${key}" speaks of something sensitive and says that it is not the thing itself`
  const class_ = { semconv: 'is a semantic convention', listed: 'is listed in the config', unlisted: 'is neither a semantic convention nor listed in the config', deprecated: 'was replaced by the semantic conventions', denied: 'is denied by the policy' }
  return listed in class_ ? `"${key}" ${class_[listed as keyof typeof class_]}` : null
}
