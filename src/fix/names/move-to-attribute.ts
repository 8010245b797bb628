import { type AttributeWrite, splitName } from '@spanguard/policy'
import type { TSESTree } from '@typescript-eslint/types'

import { findBinding, getPropertyName, isFunction, unwrap } from '../../analysis/bindings.js'
import { findingsOfDraft } from '../../analysis/findings.js'
import type { FileAnalysis } from '../../analysis/index.js'
import { originOf } from '../../analysis/origins.js'
import { getChain, valueOf } from '../../analysis/values.js'
import type { Edit } from '../edit.js'
import { findCallStatement } from '../remove-statement.js'
import { findStatement, insertStatement } from '../insert-statement.js'
import { quote } from '../rename-key.js'
import type { NamedCall } from './replace-name.js'

/** Names that hold anything: what is in them says what it is. */
const holders: ReadonlySet<string> = new Set(['args', 'body', 'ctx', 'data', 'event', 'input', 'job', 'params', 'payload', 'props', 'query', 'req', 'request', 'this'])

/**
 * The key for a value that is taken out of a name: `order.id` for `order.id`, `orderId` and `req.params.orderId`; the domain of
 * the span's name before a word that stands alone. Null for what has no name.
 */
export function keyFor(part: TSESTree.Node, domain: string | null): string | null {
  const names = (getChain(part) ?? []).filter((name) => !holders.has(name) && name !== '[]').slice(-2)
  const words = names.flatMap((name) => splitName(name)).filter((word) => /^[a-z\d]+$/.test(word))
  const last = words.at(-1)
  if (last === undefined) return null
  const before = words.slice(0, -1).join('_')
  if (before !== '') return /^[a-z]/.test(before) ? `${before}.${last}` : null
  return domain === null ? null : `${domain}.${last}`
}

/**
 * Writes what was taken out of a span's name as attributes: in the call that starts it, or behind the call that renames it.
 *
 * @returns what the rules that are on are content with; empty where the call has no place for attributes
 */
export function moveToAttributes(named: NamedCall, parts: readonly TSESTree.Node[], domain: string | null, analysis: FileAnalysis): Edit[] {
  const { call, fact } = named
  if (fact.certainty !== 'certain' || !/^@(?:opentelemetry|spanguard)\//.test(fact.via.api)) return []
  const taken = new Set<string>()
  const written = parts.flatMap((part): { key: string; code: string }[] => {
    const key = keyFor(part, domain)
    if (key === null || taken.has(key) || !isRightAttribute(named, key, part, analysis)) return []
    taken.add(key)
    return [{ key, code: asAttributeValue(part, analysis) }]
  })
  if (written.length === 0) return []
  return fact.fact === 'span-rename' ? writeBehind(call, written, analysis) : writeInOptions(call, written, analysis)
}

interface Written {
  readonly key: string
  readonly code: string
}

function isRightAttribute({ fact }: NamedCall, key: string, part: TSESTree.Node, analysis: FileAnalysis): boolean {
  const { certainty, origin, via } = fact
  const value = valueOf(part, analysis.sourceCode)
  const draft: AttributeWrite = {
    fact: 'attribute-write',
    sink: 'attribute',
    key: { kind: 'literal', origin: originOf(part), text: key, value: key },
    value,
    entry: origin,
    certainty,
    origin,
    via,
  }
  return findingsOfDraft(draft, analysis).length === 0
}

/** In a name anything becomes a text; as an attribute it has to be one, unless it is said to be a text or a number. */
function asAttributeValue(part: TSESTree.Node, { sourceCode }: FileAnalysis): string {
  const text = sourceCode.getText(part)
  const inner = unwrap(part)
  const type = valueOf(part, sourceCode).type?.kind
  if (type === 'string' || type === 'number' || type === 'boolean' || type === 'literals') return text
  const binding = inner.type === 'Identifier' ? findBinding(inner, sourceCode) : null
  const annotation = binding?.kind === 'parameter' || binding?.kind === 'variable' ? binding.annotation?.type : undefined
  return annotation === 'TSStringKeyword' || annotation === 'TSNumberKeyword' ? text : `String(${text})`
}

function writeBehind(call: TSESTree.CallExpression, written: readonly Written[], analysis: FileAnalysis): Edit[] {
  const statement = findCallStatement(call) === null ? null : findStatement(call)
  const callee = call.callee
  if (statement === null || callee.type !== 'MemberExpression' || unwrap(callee.object).type === 'CallExpression') return []
  const span = `${analysis.sourceCode.getText(callee.object)}${callee.optional ? '?' : ''}`
  const code = written.map(({ key, code: value }) => `${span}.setAttribute(${quote(key, analysis)}, ${value})`)
  return code.flatMap((each) => insertStatement(statement, each, analysis.sourceCode))
}

function writeInOptions(call: TSESTree.CallExpression, written: readonly Written[], analysis: FileAnalysis): Edit[] {
  const name = call.arguments[0]
  const second = call.arguments[1]
  if (name === undefined) return []
  const properties = written.map(({ key, code }) => `${quote(key, analysis)}: ${code}`).join(', ')
  const fresh = `{ attributes: { ${properties} } }`
  if (second === undefined) return [{ range: [name.range[1], name.range[1]], text: `, ${fresh}` }]
  if (isFunction(second)) return [{ range: [second.range[0], second.range[0]], text: `${fresh}, ` }]
  if (second.type !== 'ObjectExpression') return []
  const attributes = second.properties.find((property) => property.type === 'Property' && getPropertyName(property) === 'attributes')
  if (attributes === undefined) return addProperty(second, `attributes: { ${properties} }`)
  if (attributes.type !== 'Property' || attributes.value.type !== 'ObjectExpression') return []
  const present = new Set(attributes.value.properties.flatMap((property) => (property.type === 'Property' ? [getPropertyName(property)] : [])))
  const missing = written.filter(({ key }) => !present.has(key))
  return missing.length === 0 ? [] : addProperty(attributes.value, missing.map(({ key, code }) => `${quote(key, analysis)}: ${code}`).join(', '))
}

function addProperty(object: TSESTree.ObjectExpression, text: string): Edit[] {
  const [first] = object.properties
  const at = first?.range[0] ?? object.range[0] + 1
  return [{ range: [at, at], text: first === undefined ? ` ${text} ` : `${text}, ` }]
}
