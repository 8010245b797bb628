import type { Fact } from '@spanguard/policy'
import type { TSESTree } from '@typescript-eslint/types'

import { getMemberName, unwrap } from '../../analysis/bindings.js'
import { findingsOfDraft, type JudgedFact } from '../../analysis/findings.js'
import type { FileAnalysis } from '../../analysis/index.js'
import { outermost } from '../../analysis/lifetimes/context.js'
import { findNode, originOf } from '../../analysis/origins.js'
import type { Mend } from '../../analysis/report.js'
import { valueOf } from '../../analysis/values.js'
import { type AttributeEntry, findEntry, removeCall, removeEntry } from '../attribute-entry.js'
import type { Edit } from '../edit.js'
import { dropParts } from '../names/drop-parts.js'
import { keyFor } from '../names/move-to-attribute.js'
import { removeProperty } from '../remove-property.js'
import { findCallStatement } from '../remove-statement.js'
import { quote } from '../rename-key.js'

type MessageId = 'constantEvent' | 'count' | 'placeholders' | 'recordException' | 'remove' | 'time' | 'withoutQuery'

/** What has no bound, mended: as its number, its time, its text with placeholders, its path without a query; else taken out. */
export function mendUnbounded({ fact, finding }: JudgedFact, analysis: FileAnalysis): Mend<MessageId>[] {
  if (fact.derivedFrom !== undefined) return []
  if (fact.fact === 'event-write') return nameEvent(fact, analysis)
  if (fact.fact === 'attribute-bag') return offer('remove', removeBag(fact, analysis))
  const entry = fact.fact === 'attribute-write' || fact.fact === 'baggage-write' ? findEntry(fact, analysis) : null
  const removed = entry === null || fact.fact !== 'attribute-write' ? [] : offer('remove', removeEntry(entry, analysis))
  const at = findNode(finding.origin)
  if (at === null || at.range[0] < fact.origin.start || at.range[1] > fact.origin.end) return removed
  switch (finding.messageId) {
    case 'array':
      return [...offer('count', countIt(at)), ...removed]
    case 'sql':
      return [...offer('placeholders', usePlaceholders(at, analysis)), ...removed]
    case 'stack':
      return entry === null ? removed : [...recordInstead(at, entry, analysis), ...removed]
    case 'timestamp':
      return [...removed, ...offer('time', writeTime(at, analysis))]
    case 'url':
      return [...offer('withoutQuery', cutQuery(at, analysis)), ...removed]
    default:
      return removed
  }
}

function offer(messageId: MessageId, edits: readonly Edit[] | null): Mend<MessageId>[] {
  return edits === null ? [] : [{ messageId, edits }]
}

/** `addEvent(`retried ${id}`)` as `addEvent('retried', { 'retried.id': id })`, where the call has room for attributes. */
function nameEvent(fact: Extract<Fact, { fact: 'event-write' }>, analysis: FileAnalysis): Mend<MessageId>[] {
  const call = findNode(fact.origin)
  const [name, bag] = call?.type === 'CallExpression' ? call.arguments : []
  if (name === undefined || call?.type !== 'CallExpression') return []
  const isWrong = (part: ReturnType<typeof valueOf>): boolean => part.kind !== 'literal' && part.type?.kind !== 'literals'
  const dropped = dropParts(name, isWrong, analysis)
  if (dropped?.text == null || dropped.text === '') return []
  const domain = dropped.text.toLowerCase().replace(/[^a-z\d]+/g, '_').replace(/^_|_$/g, '')
  const properties = dropped.parts.flatMap((part) => {
    const key = keyFor(part, /^[a-z]/.test(domain) ? domain : null)
    const written = { kind: 'literal', origin: originOf(part), text: key ?? '', value: key ?? '' } as const
    const draft = { ...fact, fact: 'attribute-write', sink: 'event-attribute', key: written, value: valueOf(part, analysis.sourceCode), entry: fact.origin } as const
    return key === null || findingsOfDraft(draft, analysis).length > 0 ? [] : [`${quote(key, analysis)}: String(${analysis.sourceCode.getText(part)})`]
  })
  const attributes = bag === undefined && properties.length > 0 ? `, { ${properties.join(', ')} }` : ''
  return [{ messageId: 'constantEvent', data: { name: `"${dropped.text}"` }, edits: [{ range: name.range, text: quote(dropped.text, analysis) + attributes }] }]
}

/** `setAttributes(body)` goes as a whole; a spread goes out of its object. */
function removeBag(fact: Extract<Fact, { fact: 'attribute-bag' }>, analysis: FileAnalysis): readonly Edit[] | null {
  const call = findNode(fact.origin)
  const written = findNode(fact.value.origin)
  const node = written === null ? null : outermost(written)
  if (node === null || call?.type !== 'CallExpression' || node.range[0] < call.range[0] || node.range[1] > call.range[1]) return null
  if (node.parent?.type === 'SpreadElement' && node.parent.parent.type === 'ObjectExpression') return removeProperty(node.parent, analysis.sourceCode)
  return node.parent === call && analysis.tracingCalls.get(call)?.method === 'setAttributes' ? removeCall(call, analysis) : null
}

/** `items.map(…)` and `Object.keys(x)` as `items.length` and `Object.keys(x).length`. */
function countIt(node: TSESTree.Node): readonly Edit[] | null {
  if (node.type !== 'CallExpression' || node.callee.type !== 'MemberExpression') return null
  const { callee } = node
  const name = getMemberName(callee)
  if (name === 'keys' || name === 'values') return [{ range: [node.range[1], node.range[1]], text: '.length' }]
  if (name === 'map') return [{ range: [callee.object.range[1], node.range[1]], text: `${callee.optional ? '?' : ''}.length` }]
  if (name === 'flatMap') return [{ range: [node.range[1], node.range[1]], text: '.length' }]
  const inner = unwrap(callee.object)
  // `items.map(…).join(',')`
  return name === 'join' && inner.type === 'CallExpression' ? [...(countIt(inner) ?? []), { range: [callee.object.range[1], node.range[1]], text: '' }] : null
}

/** The text of a query, with a `?` for each value that was written into it, quotes around it included. */
function usePlaceholders(node: TSESTree.Node, analysis: FileAnalysis): readonly Edit[] | null {
  if (node.type !== 'TemplateLiteral') return null
  const text = node.quasis.map(({ value }) => value.cooked ?? value.raw).join('\u0000').replace(/'\u0000'|"\u0000"|\u0000/g, '?')
  return [{ range: node.range, text: /\n/.test(text) ? `\`${text.replace(/[`\\$]/g, '\\$&')}\`` : quote(text, analysis) }]
}

/** `span.setAttribute('error.stack', error.stack)` as `span.recordException(error)`; nothing where something records it already. */
function recordInstead(node: TSESTree.Node, { whole }: AttributeEntry, { sourceCode }: FileAnalysis): Mend<MessageId>[] {
  const stack = unwrap(node)
  if (stack.type !== 'MemberExpression' || whole.type !== 'CallExpression' || whole.callee.type !== 'MemberExpression') return []
  const block = findCallStatement(whole)?.parent
  if (block === undefined || whole.callee.property.type !== 'Identifier' || whole.callee.property.name !== 'setAttribute') return []
  const around = sourceCode.getText(block)
  // Beside a record it goes; without a status beside it, a record would be only half of what is needed.
  if (/recordException|captureError/.test(around) || !/setStatus/.test(around)) return []
  return offer('recordException', [{ range: [whole.callee.property.range[0], whole.range[1]], text: `recordException(${sourceCode.getText(stack.object)})` }])
}

/** `date.toISOString()` as `date.getTime()`, and that of a new date as `Date.now()`. */
function writeTime(node: TSESTree.Node, { sourceCode }: FileAnalysis): readonly Edit[] | null {
  if (node.type !== 'CallExpression' || node.callee.type !== 'MemberExpression') return null
  const object = unwrap(node.callee.object)
  const isNow = object.type === 'NewExpression' && object.arguments.length === 0 && sourceCode.getText(object.callee) === 'Date'
  return [{ range: isNow ? node.range : [node.callee.property.range[0], node.range[1]], text: isNow ? 'Date.now()' : 'getTime()' }]
}

/** What a client sent behind `?` and `#` goes. A query as such has nothing left. */
function cutQuery(node: TSESTree.Node, { sourceCode }: FileAnalysis): readonly Edit[] | null {
  const inner = unwrap(node)
  const name = inner.type === 'MemberExpression' ? getMemberName(inner) : inner.type === 'Identifier' ? inner.name : inner.type === 'CallExpression' ? 'url' : null
  if (name === null || /query|search/i.test(name)) return null
  const whole = outermost(node)
  // `request?.url`: what may be missing stays so.
  const mayBeMissing = inner.type === 'MemberExpression' && /\?\./.test(sourceCode.getText(inner))
  return [{ range: [whole.range[1], whole.range[1]], text: `${mayBeMissing ? '?' : ''}.replace(/[?#].*$/, '')`.replaceAll("''", quote('', { sourceCode })) }]
}
