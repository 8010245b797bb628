import type { Value } from '@spanguard/policy'

import { getMemberName, unwrap } from '../../analysis/bindings.js'
import { findingsOfDraft, type JudgedFact } from '../../analysis/findings.js'
import type { FileAnalysis } from '../../analysis/index.js'
import { findNode } from '../../analysis/origins.js'
import type { Mend } from '../../analysis/report.js'
import { receiverOfName } from './compiler-name.js'
import { dropParts } from './drop-parts.js'
import { moveToAttributes } from './move-to-attribute.js'
import { findNamedCall, findRightName, isNextStep, isRightName, nameAfterCode, replaceName } from './replace-name.js'

/** A name that is put together from what varies: the constant of it, and what varies as attributes where the call takes them. */
export function makeConstant({ fact }: JudgedFact, messageId: string, analysis: FileAnalysis): Mend[] {
  const named = findNamedCall(fact, analysis)
  if (named?.name == null) return []
  const isWrong = (part: Value): boolean => {
    // A parameter that is the whole name is judged where the function is called; a part of one is judged here.
    const name = { kind: 'template', origin: part.origin, text: part.text, quasis: ['', ''], parts: [part] } as const
    return findingsOfDraft({ ...named.fact, name }, analysis).some(({ rule }) => rule === 'no-dynamic-span-name' || rule === 'no-sensitive-data')
  }
  const dropped = dropParts(named.name, isWrong, analysis)
  if (dropped !== null && dropped.text === null) {
    const attributes = moveToAttributes(named, dropped.parts, null, analysis)
    return [{ messageId, data: { name: dropped.code }, edits: [{ range: named.name.range, text: dropped.code }, ...attributes] }]
  }
  const left = dropped?.text ?? ''
  const name = findRightName(named, [left, nameAfterCode(named, analysis)], analysis) ?? (left !== '' && isNextStep(named, left, analysis) ? left : null)
  if (name === null) return []
  const domain = /^([a-z][a-z\d_]*)\./.exec(name)?.[1] ?? null
  const attributes = moveToAttributes(named, dropped?.parts ?? [unwrap(named.name)], domain, analysis)
  return [{ messageId, data: { name: `"${name}"` }, edits: [...replaceName(named, name, analysis), ...attributes], onlyOffered: dropped?.text !== name }]
}

/** A name that says nothing, or a missing one: what the code around it is called. A guess, so never applied by itself. */
export function nameAfterFunction({ fact }: JudgedFact, messageId: string, analysis: FileAnalysis): Mend[] {
  const named = findNamedCall(fact, analysis)
  const name = named === null ? null : findRightName(named, [nameAfterCode(named, analysis)], analysis)
  return named === null || name === null ? [] : [{ messageId, data: { name: `"${name}"` }, edits: replaceName(named, name, analysis), onlyOffered: true }]
}

/** `fn.name` and `this.constructor.name`, written out. */
export function writeOut({ fact, finding }: JudgedFact, messageId: string, analysis: FileAnalysis): Mend[] {
  const named = findNamedCall(fact, analysis)
  const reference = findNode(finding.origin)
  if (named?.name == null || reference?.type !== 'MemberExpression' || getMemberName(reference) !== 'name') return []
  const known = receiverOfName(reference, analysis)
  if (known === null) return nameAfterFunction({ fact, finding }, messageId, analysis)
  if (unwrap(named.name) !== reference) return []
  const name = findRightName(named, [known], analysis)
  return name === null ? [] : [{ messageId, data: { name: `"${name}"` }, edits: replaceName(named, name, analysis), onlyOffered: true }]
}

/** A name in another form: the policy's own, or one for each domain that it may begin with, three at most. */
export function restyle({ fact, finding }: JudgedFact, messageId: string, analysis: FileAnalysis): Mend[] {
  const named = findNamedCall(fact, analysis)
  const value = fact.fact === 'span-start' || fact.fact === 'span-rename' ? fact.name : undefined
  const known = value?.kind === 'reference' ? value.resolved : value
  if (named === null || known?.kind !== 'literal' || typeof known.value !== 'string') return []
  const text = known.value
  const offer = (name: string, onlyOffered: boolean): Mend => ({
    messageId,
    data: { name: `"${name}"` },
    edits: replaceName(named, name, analysis),
    onlyOffered,
  })
  const formed = findRightName(named, [text], analysis)
  if (formed !== null) return [offer(formed, false)]
  if (finding.messageId !== 'domain') return []
  const domains = analysis.policy.spanNames.domains.map((domain) => `${domain}.${text.replaceAll('.', '_')}`)
  return domains.filter((name) => isRightName(named, name, analysis)).slice(0, MAX_DOMAINS).map((name) => offer(name, true))
}

const MAX_DOMAINS = 3
