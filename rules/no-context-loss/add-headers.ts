import type { ContextBreak } from '@spanguard/policy'
import type { TSESTree } from '@typescript-eslint/types'

import { getMemberName, getPropertyName, unwrap } from '../../src/analysis/bindings.js'
import type { FileAnalysis } from '../../src/analysis/index.js'
import { findNode } from '../../src/analysis/origins.js'
import type { Mend } from '../../src/analysis/report.js'
import { indentationAt } from '../../src/fix/code-style.js'
import { type Edit, ensureImport, findStatement, readCodeStyle } from '../../src/fix/index.js'

const API = '@opentelemetry/api'

/**
 * Makes headers with the trace context in them before a message is sent, and gives them to it: to the options of amqplib, to
 * each message of kafkajs.
 *
 * @returns null for other clients, for receivers (their context is around the whole of their work), and where messages or options are made elsewhere
 */
export function addHeaders({ direction, origin }: ContextBreak, filename: string, { sourceCode }: FileAnalysis): Mend | null {
  const callee = direction === 'inject' ? findNode(origin) : null
  const call = callee?.parent
  if (callee?.type !== 'MemberExpression' || call?.type !== 'CallExpression' || call.callee !== callee) return null
  const statement = findStatement(call)
  // In an arrow function without a block there is no place for a statement.
  if (statement === null || statement.range[0] > call.range[0]) return null
  const objects = objectsOf(getMemberName(callee) ?? '', call)
  if (objects === null || isTaken(call, sourceCode)) return null
  const edits: Edit[] = []
  const names: string[] = []
  for (const name of ['propagation', 'context']) {
    const ensured = ensureImport({ module: API, name, before: statement.range[0], filename }, sourceCode)
    if (ensured === null) return null
    names.push(ensured.local)
    edits.push(...ensured.edits)
  }
  const [propagation = '', context = ''] = names
  const { newline, semicolon } = readCodeStyle(sourceCode)
  const gap = `${semicolon}${newline}${indentationAt(sourceCode.text, statement.range[0])}`
  const type = /\.[cm]?tsx?$/.test(filename) ? ': Record<string, string>' : ''
  const code = `const headers${type} = {}${gap}${propagation}.inject(${context}.active(), headers)${gap}`
  return { messageId: 'addHeaders', edits: [...mergeInsertions(edits), { range: [statement.range[0], statement.range[0]], text: code }, ...objects] }
}

/** Two names that are added to one import, or by two imports, at the same place. */
function mergeInsertions(edits: readonly Edit[]): Edit[] {
  const [first, second] = edits
  if (first === undefined || second === undefined || first.range[0] !== second.range[0]) return [...edits]
  // `import { propagation } from …` and `import { context } from …` become one.
  const text = first.text.replace(/\bpropagation\b(?=\s*\})/, 'context, propagation')
  return text === first.text ? [{ range: first.range, text: first.text + second.text }] : [{ range: first.range, text }]
}

function objectsOf(method: string, { arguments: given }: TSESTree.CallExpression): Edit[] | null {
  if (given.some(({ type }) => type === 'SpreadElement')) return null
  if (method === 'publish' || method === 'sendToQueue') {
    const at = method === 'publish' ? 3 : 2
    const options = given[at]
    const last = given[at - 1]
    if (options !== undefined) return options.type === 'ObjectExpression' ? addTo(options) : null
    return last === undefined ? null : [{ range: [last.range[1], last.range[1]], text: ', { headers }' }]
  }
  const [batch] = given
  if (method !== 'send' || batch?.type !== 'ObjectExpression') return null
  const messages = batch.properties.find((property) => property.type === 'Property' && getPropertyName(property) === 'messages')
  const list = messages?.type === 'Property' ? unwrap(messages.value) : null
  if (list?.type !== 'ArrayExpression' || list.elements.length === 0) return null
  const edits = list.elements.map((element) => (element?.type === 'ObjectExpression' ? addTo(element) : null))
  return edits.some((edit) => edit === null) ? null : edits.flatMap((edit) => edit ?? [])
}

/** Headers that are there already are somebody's own: the context goes into them by hand. */
function addTo(object: TSESTree.ObjectExpression): Edit[] | null {
  if (object.properties.some((property) => property.type !== 'Property' || getPropertyName(property) === 'headers')) return null
  const [first] = object.properties
  const at = first?.range[0] ?? object.range[0] + 1
  return [{ range: [at, at], text: first === undefined ? ' headers ' : 'headers, ' }]
}

/** Is `headers` the name of something else where the message is sent? */
function isTaken(call: TSESTree.Node, sourceCode: FileAnalysis['sourceCode']): boolean {
  for (let scope: ReturnType<typeof sourceCode.getScope> | null = sourceCode.getScope(call); scope !== null; scope = scope.upper) {
    if (scope.set.has('headers')) return true
  }
  return false
}
