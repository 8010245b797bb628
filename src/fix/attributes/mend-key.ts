import { type AttributeWrite, type Finding, isListedKey, knownKey, literalText, nearestListedKey, replacementFor, shorten, splitName, toKeyForm, type Value } from '@spanguard/policy'

import { getEnclosingFunction } from '../../analysis/bindings.js'
import { findingsOfDraft, type JudgedFact } from '../../analysis/findings.js'
import type { FileAnalysis } from '../../analysis/index.js'
import { findNode } from '../../analysis/origins.js'
import type { Mend } from '../../analysis/report.js'
import { changedValues } from '../../otel/changed-values.js'
import { type AttributeEntry, findEntry, removeEntry } from '../attribute-entry.js'
import { renameKey } from '../rename-key.js'

/** What is wrong with a key, mended: by the key that replaced it, the listed key that was meant, or its lowercase dotted form. */
export function mendKey({ fact, finding }: JudgedFact, filename: string, analysis: FileAnalysis): Mend<'remove' | 'rename'>[] {
  const entry = fact.fact === 'attribute-write' ? findEntry(fact, analysis) : null
  const key = fact.fact === 'attribute-write' ? knownKey(fact.key) : null
  if (fact.fact !== 'attribute-write' || entry === null || key === null) return []
  const rename = (instead: string | null, onlyOffered = false): Mend<'rename'>[] => {
    if (instead === null || !isBetter(instead, finding, fact, analysis)) return []
    const edits = renameKey(entry, instead, filename, analysis)
    return edits === null ? [] : [{ messageId: 'rename', data: { instead: shorten(instead) }, edits, onlyOffered }]
  }
  switch (finding.messageId) {
    case 'replaced':
      return rename(successorOf(key, fact.value))
    case 'nearest': {
      const nearest = nearestListedKey(key, analysis.policy)
      const isSame = nearest !== null && splitName(nearest).join() === splitName(key).join()
      return [...rename(nearest, !isSame), ...remove(entry, true, analysis)]
    }
    case 'denied':
      return remove(entry, false, analysis)
    case 'unlisted':
      return remove(entry, true, analysis)
    case 'form':
    case 'namespace':
    case 'reserved': {
      const form = toKeyForm(key).replace(/^otel\./, '')
      const domain = form.includes('.') ? null : domainAround(fact, analysis)
      // What the policy lists by its bad name leaves the service by that name only.
      const isListed = isListedKey(key, analysis.policy) && !isListedKey(form, analysis.policy)
      return isListed ? [] : rename(domain === null ? form : `${domain}.${form}`, domain !== null)
    }
    default:
      return []
  }
}

/** The key that replaced another, where there is one and it takes the same values. */
function successorOf(key: string, value: Value): string | null {
  const text = literalText(value)
  // `'db.system': 'mssql'` is `'db.system.name': 'microsoft.sql_server'`: renamed alone, it would be a value that nobody asks for.
  if (text !== null && changedValues[key]?.includes(text) === true) return null
  const replacement = replacementFor(key, value)
  if (replacement === null) return null
  return replacement.key ?? /^"([\w.]+)"$/.exec(replacement.text)?.[1] ?? null
}

function remove(entry: AttributeEntry, onlyOffered: boolean, analysis: FileAnalysis): Mend<'remove'>[] {
  const edits = removeEntry(entry, analysis)
  return edits === null ? [] : [{ messageId: 'remove', edits, onlyOffered }]
}

/** Under the new key no rule that is on says more than it did, and this one says less. */
function isBetter(key: string, finding: Finding, fact: AttributeWrite, analysis: FileAnalysis): boolean {
  const before = findingsOfDraft(fact, analysis).map(({ rule }) => rule)
  const draft = { ...fact, key: { kind: 'literal', origin: fact.key.origin, text: key, value: key } as const }
  return findingsOfDraft(draft, analysis).every(({ rule }) => rule !== finding.rule && before.includes(rule))
}

/** The domain of the spans that the function around an attribute starts, where it is one; else the policy's only one. */
function domainAround(fact: AttributeWrite, analysis: FileAnalysis): string | null {
  const node = findNode(fact.origin)
  const domains = new Set<string>()
  for (const start of node === null ? [] : analysis.factsOf('span-start')) {
    const call = findNode(start.origin)
    const home = call === null ? null : getEnclosingFunction(call)
    const isAround = call !== null && (call === node || (node !== null && isInside(node.range, (home ?? analysis.sourceCode.ast).range)))
    const domain = start.name?.kind === 'literal' ? /^([a-z][a-z\d_]*)\./.exec(String(start.name.value))?.[1] : undefined
    if (isAround && domain !== undefined) domains.add(domain)
  }
  const [only, ...others] = domains.size > 0 ? domains : analysis.policy.spanNames.domains
  return only === undefined || others.length > 0 ? null : only
}

function isInside(inner: readonly [number, number], outer: readonly [number, number]): boolean {
  return inner[0] >= outer[0] && inner[1] <= outer[1]
}
