import type { TSESTree } from '@typescript-eslint/types'

import { findBinding, getPropertyName, unwrap } from '../analysis/bindings.js'
import { resolveReference } from '../analysis/imports.js'
import type { FileAnalysis } from '../analysis/index.js'
import { stableKeys } from '../otel/stable-keys.js'
import { type AttributeEntry, isReadBySpansOnly, removeEntry } from './attribute-entry.js'
import { readCodeStyle } from './code-style.js'
import type { Edit } from './edit.js'
import { findSibling } from './sibling-export.js'

/**
 * Gives an attribute another key: where the key stands, in the constant of this file that nothing but spans reads, or by another
 * constant of the conventions' package. Where the object has the new key already, the old one goes.
 *
 * @returns null where the key is put together
 */
export function renameKey(entry: AttributeEntry, key: string, filename: string, analysis: FileAnalysis): Edit[] | null {
  const { whole } = entry
  const text = quote(key, analysis)
  if (whole.type === 'Property' && whole.parent.type === 'ObjectExpression') {
    const isThere = whole.parent.properties.some((other) => other !== whole && other.type === 'Property' && getPropertyName(other) === key)
    if (isThere) return removeEntry(entry, analysis)
    if (entry.shorthand) return [{ range: [whole.range[0], whole.range[0]], text: `${text}: ` }]
    if (!whole.computed) return [{ range: whole.key.range, text }]
  }
  if (whole.type === 'AssignmentExpression' && whole.left.type === 'MemberExpression' && !whole.left.computed) {
    return [{ range: [whole.left.object.range[1], whole.left.range[1]], text: `[${text}]` }]
  }
  const node = unwrap(entry.key)
  if (node.type === 'Literal' || (node.type === 'TemplateLiteral' && node.expressions.length === 0)) return [{ range: node.range, text }]
  if (node.type !== 'Identifier' && node.type !== 'MemberExpression') return null
  const constant = findConstant(node, key, filename, analysis)
  if (constant !== null) return [...constant.edits, { range: node.range, text: constant.local }]
  const literal = node.type === 'Identifier' ? findOwnLiteral(node, analysis) : null
  return [{ range: (literal ?? node).range, text }]
}

/** The literal of a constant that nothing but spans reads. */
function findOwnLiteral(name: TSESTree.Identifier, analysis: FileAnalysis): TSESTree.Node | null {
  const binding = findBinding(name, analysis.sourceCode)
  const init = binding?.kind === 'variable' && binding.path.length === 0 && binding.init !== null ? unwrap(binding.init) : null
  return init?.type === 'Literal' && isReadBySpansOnly(name, analysis) ? init : null
}

const CONVENTIONS = /^@opentelemetry\/semantic-conventions(\/incubating)?$/

/**
 * The constant for a key beside the `ATTR_…` that stands there. The main entry has those of stable keys only; who imports
 * `SEMATTRS_…` may have a version without any `ATTR_…`.
 */
function findConstant(node: TSESTree.Node, key: string, filename: string, { sourceCode }: FileAnalysis): { local: string; edits: readonly Edit[] } | null {
  const reference = resolveReference(node, sourceCode)
  const entry = reference === null ? null : CONVENTIONS.exec(reference.module)
  if (reference === null || entry === null) return null
  const isMember = node.type === 'MemberExpression'
  const name = reference.path.length === 0 ? reference.imported : reference.imported === '*' && reference.path.length === 1 ? reference.path[0] : undefined
  if (name?.startsWith('ATTR_') !== true || (entry[1] === undefined && !stableKeys.has(key))) return null
  return findSibling(isMember ? node.property : node, `ATTR_${key.replace(/[^A-Za-z\d]+/g, '_').toUpperCase()}`, true, filename, sourceCode)
}

/** A text as the file quotes it. */
export function quote(text: string, { sourceCode }: Pick<FileAnalysis, 'sourceCode'>): string {
  const { quote: mark } = readCodeStyle(sourceCode)
  return `${mark}${text.replaceAll('\\', '\\\\').replaceAll(mark, `\\${mark}`)}${mark}`
}
