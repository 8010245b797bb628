import type { AttributeWrite, BaggageWrite, Fact } from '@spanguard/policy'
import type { TSESTree } from '@typescript-eslint/types'

import { findVariable, unwrap } from '../analysis/bindings.js'
import type { FileAnalysis } from '../analysis/index.js'
import { childrenOf } from '../analysis/lifetimes/context.js'
import { findNode } from '../analysis/origins.js'
import type { Edit } from './edit.js'
import { removeProperty } from './remove-property.js'
import { findCallStatement, removeStatement } from './remove-statement.js'

/** One attribute as it stands in the file. */
export interface AttributeEntry {
  /** `whole` is a property of an object, an assignment to a field of one, or a call with a key and a value. */
  readonly whole: TSESTree.Property | TSESTree.AssignmentExpression | TSESTree.CallExpression
  readonly key: TSESTree.Node
  readonly value: TSESTree.Node
  /** `{ email }`: key and value are one word. */
  readonly shorthand: boolean
}

/**
 * The nodes of an attribute.
 *
 * @returns null where it is written by a helper that this call is only one caller of, and where its object is used for more
 *   than spans: a change there would reach whoever else reads it
 */
export function findEntry(fact: AttributeWrite | BaggageWrite, analysis: FileAnalysis): AttributeEntry | null {
  if (fact.derivedFrom !== undefined) return null
  const written = findNode(fact.fact === 'attribute-write' ? fact.entry : fact.key.origin)
  const node = fact.fact === 'baggage-write' && written?.parent?.type === 'Property' && written.parent.key === written ? written.parent : written
  const entry = node === null ? null : readEntry(node, analysis)
  return entry !== null && isOfSpan(entry.whole, fact, analysis) ? entry : null
}

function readEntry(node: TSESTree.Node, analysis: FileAnalysis): AttributeEntry | null {
  if (node.type === 'Property') {
    // A method or an accessor is no value in place.
    if (node.method || node.kind !== 'init') return null
    return { whole: node, key: node.key, value: node.value, shorthand: node.shorthand }
  }
  if (node.type === 'AssignmentExpression') {
    if (node.left.type !== 'MemberExpression' || node.operator !== '=') return null
    return { whole: node, key: node.left.property, value: node.right, shorthand: false }
  }
  const row = node.type === 'CallExpression' ? analysis.tracingCalls.get(node)?.row : undefined
  if (node.type !== 'CallExpression' || row?.key === undefined || row.value === undefined) return null
  const [key, value] = [node.arguments[row.key], node.arguments[row.value]]
  if (key === undefined || value === undefined || key.type === 'SpreadElement' || value.type === 'SpreadElement') return null
  return { whole: node, key, value, shorthand: false }
}

/** It stands in the call itself, or in an object that nothing but spans is given. */
function isOfSpan(whole: TSESTree.Node, { origin }: Fact, analysis: FileAnalysis): boolean {
  if (whole.range[0] >= origin.start && whole.range[1] <= origin.end) return true
  const name: TSESTree.Node | null =
    whole.type === 'AssignmentExpression' && whole.left.type === 'MemberExpression' ? unwrap(whole.left.object)
    : whole.type === 'Property' && whole.parent.parent.type === 'VariableDeclarator' ? whole.parent.parent.id
    : null
  return name?.type === 'Identifier' && isReadBySpansOnly(name, analysis)
}

/** Is everything that reads a variable a call of a tracing API, or an assignment to one of its fields? */
export function isReadBySpansOnly(name: TSESTree.Identifier, { sourceCode, tracingCalls }: FileAnalysis): boolean {
  const variable = findVariable(name, sourceCode)
  if (variable === null || variable.defs.length !== 1) return false
  const isExported = (variable.defs[0]?.node as TSESTree.Node | undefined)?.parent?.parent?.type === 'ExportNamedDeclaration'
  return !isExported && variable.references.every((reference) => {
    if (!reference.isRead()) return true
    const identifier = reference.identifier as TSESTree.Node
    const parent: TSESTree.Node | undefined = identifier.parent
    if (parent?.type === 'MemberExpression') return parent.object === identifier && parent.parent.type === 'AssignmentExpression' && parent.parent.left === (parent as TSESTree.Node)
    // Through `{ ...attributes }`, `{ attributes }` and `[KEY]: value` to the call.
    for (let current: TSESTree.Node | undefined = parent; current !== undefined; current = current.parent) {
      if (tracingCalls.has(current)) return true
      if (current.type !== 'ObjectExpression' && current.type !== 'Property' && current.type !== 'SpreadElement') return false
    }
    return false
  })
}

/**
 * Takes an attribute away: its property, its statement, or its link of a chain of calls.
 *
 * @returns null where its value does something that would be lost with it
 */
export function removeEntry({ value, whole }: AttributeEntry, analysis: FileAnalysis): Edit[] | null {
  const { sourceCode } = analysis
  if (hasEffect(value, analysis)) return null
  if (whole.type === 'AssignmentExpression') {
    return whole.parent.type === 'ExpressionStatement' ? removeStatement(whole.parent, sourceCode) : null
  }
  if (whole.type === 'CallExpression') return removeCall(whole, analysis)
  const object = whole.parent
  const call = object.parent
  // `span.setAttributes({ email })`: without its only property the call says nothing.
  const isOnly = object.type === 'ObjectExpression' && object.properties.length === 1 && call.type === 'CallExpression' && call.arguments[0] === object
  const method = isOnly ? analysis.tracingCalls.get(call)?.method : undefined
  if (isOnly && method === 'setAttributes') return removeCall(call, analysis)
  return removeProperty(whole, sourceCode)
}

/** Takes away a call that returns what it is called on: its statement, its link of a chain, or all but its object. */
export function removeCall(call: TSESTree.CallExpression, { sourceCode }: FileAnalysis): Edit[] | null {
  const { callee } = call
  if (callee.type !== 'MemberExpression') return null
  const isChained = unwrap(callee.object).type === 'CallExpression' && findCallStatement(call) !== null && /^set|^add|^record|^update/.test(nameOf(unwrap(callee.object)))
  const statement = isChained ? null : findCallStatement(call)
  if (statement !== null) return removeStatement(statement, sourceCode)
  // `if (x) span.setAttribute(…)`: an expression of its own stays, and says nothing.
  return [{ range: [callee.object.range[1], call.range[1]], text: '' }]
}

function nameOf(node: TSESTree.Node): string {
  if (node.type !== 'CallExpression' || node.callee.type !== 'MemberExpression') return ''
  const { property } = node.callee
  return property.type === 'Identifier' ? property.name : ''
}

const effects: ReadonlySet<string> = new Set(['AssignmentExpression', 'AwaitExpression', 'ImportExpression', 'UpdateExpression', 'YieldExpression'])

function hasEffect(node: TSESTree.Node, analysis: FileAnalysis): boolean {
  if (effects.has(node.type) || (node.type === 'UnaryExpression' && node.operator === 'delete')) return true
  if (node.type === 'ArrowFunctionExpression' || node.type === 'FunctionExpression') return false
  return childrenOf(node, analysis.sourceCode).some((child) => hasEffect(child, analysis))
}
