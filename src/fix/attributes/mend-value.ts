import { splitName } from '@spanguard/policy'
import type { TSESTree } from '@typescript-eslint/types'

import { findBinding, getPropertyName, isFunction, unwrap } from '../../analysis/bindings.js'
import { findingsOfDraft, type JudgedFact } from '../../analysis/findings.js'
import type { FileAnalysis } from '../../analysis/index.js'
import { originOf } from '../../analysis/origins.js'
import type { Mend } from '../../analysis/report.js'
import { valueOf } from '../../analysis/values.js'
import { type AttributeEntry, findEntry, removeEntry } from '../attribute-entry.js'
import type { Edit } from '../edit.js'
import { quote } from '../rename-key.js'

type MessageId = 'asTexts' | 'call' | 'flatten' | 'remove'

/** A value that the SDK drops, mended: an object as one attribute for each field, a mixed list as texts, a function called, the rest taken out. */
export function mendValue({ fact, finding }: JudgedFact, analysis: FileAnalysis): Mend<MessageId>[] {
  const entry = fact.fact === 'attribute-write' ? findEntry(fact, analysis) : null
  if (fact.fact !== 'attribute-write' || entry === null) return []
  const removal = removeEntry(entry, analysis)
  const removed: Mend<MessageId>[] = removal === null ? [] : [{ messageId: 'remove', edits: removal }]
  const value = unwrap(entry.value)
  switch (finding.messageId) {
    case 'mixed': {
      const edits = value.type === 'ArrayExpression' ? makeTexts(value, analysis) : null
      return edits === null ? removed : [{ messageId: 'asTexts', edits }, ...removed]
    }
    case 'function': {
      const edits = callIt(value, analysis)
      return edits === null ? removed : [{ messageId: 'call', edits, onlyOffered: true }, ...removed]
    }
    case 'object': {
      const fields = value.type === 'ObjectExpression' ? readFields(value, typeof finding.data['key'] === 'string' ? '' : keyText(entry), analysis) : null
      const edits = fields === null || fields.length === 0 ? null : flatten(entry, fields, fact, analysis)
      return edits === null ? removed : [{ messageId: 'flatten', edits }, ...removed]
    }
    default:
      return removed
  }
}

/** `[1, 'b', null]` as `['1', 'b', null]`: the SDK lets a null stand in a list. */
function makeTexts({ elements }: TSESTree.ArrayExpression, analysis: FileAnalysis): Edit[] | null {
  if (elements.some((element) => element?.type === 'SpreadElement')) return null
  return elements.flatMap((element): Edit[] => {
    if (element === null) return []
    const inner = unwrap(element)
    if (inner.type !== 'Literal') {
      return inner.type === 'TemplateLiteral' ? [] : [{ range: element.range, text: `String(${analysis.sourceCode.getText(element)})` }]
    }
    return inner.value === null || typeof inner.value === 'string' ? [] : [{ range: element.range, text: quote(String(inner.value), analysis) }]
  })
}

/** A function of this file that wants nothing. */
function callIt(value: TSESTree.Node, { sourceCode }: FileAnalysis): Edit[] | null {
  const binding = value.type === 'Identifier' ? findBinding(value, sourceCode) : null
  const fn = binding?.kind === 'function' ? binding.node : binding?.kind === 'variable' ? binding.init : null
  if (!isFunction(fn) || fn.params.length > 0 || fn.async || fn.generator) return null
  return [{ range: [value.range[1], value.range[1]], text: '()' }]
}

interface Field {
  readonly key: string
  readonly value: TSESTree.Node
}

function keyText({ key, whole }: AttributeEntry): string {
  if (whole.type === 'Property' && !whole.computed) return getPropertyName(whole) ?? ''
  const inner = unwrap(key)
  return inner.type === 'Literal' ? String(inner.value) : ''
}

/** The fields of an object with the keys that they get: `order` and `{ itemCount }` give `order.item_count`. */
function readFields(object: TSESTree.ObjectExpression, prefix: string, analysis: FileAnalysis): Field[] | null {
  const fields: Field[] = []
  for (const property of object.properties) {
    if (property.type !== 'Property' || property.method || property.kind !== 'init' || prefix === '') return null
    const name = getPropertyName(property)
    if (name === null) return null
    const key = `${prefix}.${splitName(name).join('_')}`
    const value = unwrap(property.value)
    const inner = value.type === 'ObjectExpression' ? readFields(value, key, analysis) : [{ key, value: property.value }]
    if (inner === null) return null
    fields.push(...inner)
  }
  return fields
}

function flatten(entry: AttributeEntry, fields: readonly Field[], fact: JudgedFact['fact'], analysis: FileAnalysis): Edit[] | null {
  if (fact.fact !== 'attribute-write') return null
  const { sourceCode } = analysis
  // One key that is on no list is as wrong as the several that would come in its place.
  const before = findingsOfDraft({ ...fact, value: { kind: 'unknown', origin: fact.value.origin, text: '' } }, analysis).map(({ rule }) => rule)
  const isRight = fields.every(({ key, value }) =>
    findingsOfDraft({ ...fact, key: { kind: 'literal', origin: originOf(value), text: key, value: key }, value: valueOf(value, sourceCode) }, analysis).length === 0,
  )
  if (!isRight || before.length > 0) return null
  const written = fields.map(({ key, value }) => `${quote(key, analysis)}: ${sourceCode.getText(value)}`).join(', ')
  const { whole } = entry
  if (whole.type === 'Property') return [{ range: whole.range, text: written }]
  if (whole.type !== 'CallExpression' || whole.callee.type !== 'MemberExpression' || whole.arguments.length !== 2) return null
  const { property } = whole.callee
  if (property.type !== 'Identifier' || property.name !== 'setAttribute') return null
  const [first, last] = whole.arguments
  if (first === undefined || last === undefined) return null
  return [
    { range: property.range, text: 'setAttributes' },
    { range: [first.range[0], last.range[1]], text: `{ ${written} }` },
  ]
}
