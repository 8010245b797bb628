import type { Fact, Finding, SpanRename, SpanStart } from '@spanguard/policy'
import type { TSESTree } from '@typescript-eslint/types'

import { findBinding, unwrap } from '../../analysis/bindings.js'
import { findingsOfDraft } from '../../analysis/findings.js'
import type { FileAnalysis } from '../../analysis/index.js'
import { findNode } from '../../analysis/origins.js'
import { isReadBySpansOnly } from '../attribute-entry.js'
import type { Edit } from '../edit.js'
import { quote } from '../rename-key.js'
import { nameOfCodeAround, toDomainAction } from './propose.js'

/** A span's name as it stands in the file: the call, and the argument that is the name. */
export interface NamedCall {
  readonly fact: SpanStart | SpanRename
  readonly call: TSESTree.CallExpression
  /** Null where the call has no name. */
  readonly name: TSESTree.Node | null
}

/** The call that a name stands in; null where a helper is given the name, or the name is put together elsewhere. */
export function findNamedCall(fact: Fact, analysis: FileAnalysis): NamedCall | null {
  if ((fact.fact !== 'span-start' && fact.fact !== 'span-rename') || fact.derivedFrom !== undefined) return null
  const call = findNode(fact.origin)
  const row = call === null ? undefined : analysis.tracingCalls.get(call)?.row
  if (call?.type !== 'CallExpression' || typeof row?.name !== 'number') return null
  const name = call.arguments[row.name] ?? null
  if (name === null) return row.name === call.arguments.length ? { fact, call, name } : null
  return name.type === 'SpreadElement' ? null : { fact, call, name }
}

/** Would the rules that are on be content with this name at this call? */
export function isRightName(named: NamedCall, text: string, analysis: FileAnalysis): boolean {
  return judgeDraft(named, text, analysis).length === 0
}

function judgeDraft({ fact }: NamedCall, text: string, analysis: FileAnalysis): readonly Finding[] {
  const name = { kind: 'literal', origin: fact.name?.origin ?? fact.origin, text, value: text } as const
  return findingsOfDraft({ ...fact, name }, analysis)
}

/** The first name that the rules are content with: a text as it is, in the policy's form, or what the code around it is called. */
export function findRightName(named: NamedCall, texts: readonly (string | null)[], analysis: FileAnalysis): string | null {
  const written = texts.filter((text): text is string => text !== null && text !== '')
  const names = written.flatMap((text) => [text, toDomainAction(text, analysis.policy)]).filter((name): name is string => name !== null)
  return names.find((name) => isRightName(named, name, analysis)) ?? null
}

/** A name about which nothing is wrong but its form, which is one step further on than what it replaces. */
export function isNextStep(named: NamedCall, text: string, analysis: FileAnalysis): boolean {
  return judgeDraft(named, text, analysis).every(({ rule }) => rule === 'span-name-style')
}

/** What the code around a call is called, in the policy's form; null where it has no name, or one of a single word. */
export function nameAfterCode({ call }: NamedCall, analysis: FileAnalysis): string | null {
  const around = nameOfCodeAround(call)
  return around === null ? null : toDomainAction(around, analysis.policy)
}

/** Writes another name: where it stands, in the constant that only spans read, or as the argument that was missing. */
export function replaceName({ call, name }: NamedCall, text: string, analysis: FileAnalysis): Edit[] {
  const written = quote(text, analysis)
  if (name === null) {
    const { text: source } = analysis.sourceCode
    const open = source.lastIndexOf('(', call.range[1] - 1)
    return [{ range: [open + 1, call.range[1] - 1], text: written }]
  }
  const inner = unwrap(name)
  const binding = inner.type === 'Identifier' ? findBinding(inner, analysis.sourceCode) : null
  const init = binding?.kind === 'variable' && binding.path.length === 0 ? binding.init : null
  const isOwn = inner.type === 'Identifier' && init !== null && isReadBySpansOnly(inner, analysis) && unwrap(init).type === 'Literal'
  return [{ range: (isOwn ? init : name).range, text: written }]
}
