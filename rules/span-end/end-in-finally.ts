import type { SpanLifetime } from '@spanguard/policy'
import type { TSESTree } from '@typescript-eslint/types'
import { getEnclosingFunction, isFunction } from '../../src/analysis/bindings.js'
import type { FileAnalysis } from '../../src/analysis/index.js'
import { childrenOf, parentOf } from '../../src/analysis/lifetimes/context.js'
import type { OwnedSpan } from '../../src/analysis/lifetimes/spans.js'
import { mayThrow } from '../../src/analysis/lifetimes/throwing.js'
import { findStatement, readCodeStyle } from '../../src/fix/index.js'
import type { Edit } from '../../src/fix/index.js'
import { accessSpan } from '../../src/fix/span-access.js'

/**
 * Wraps what follows the start of a span in `try { … } finally { span.end() }` and takes away the ends that stand in it.
 *
 * @returns null where that could change what the code does: the span is handed on, ended in a callback, or the function
 *   returns something that may be a promise which the `finally` would not wait for
 */
export function endInFinally(span: OwnedSpan, fact: SpanLifetime, analysis: FileAnalysis): Edit[] | null {
  const { owner } = span
  if (span.variables.size !== 1 || owner.type === 'Program' || owner.body.type !== 'BlockStatement' || owner.generator) return null
  if (fact.openExits.some(({ kind, helper }) => helper !== undefined || !mendable.has(kind))) return null
  const ends = findEnds(span)
  if (ends === null) return null
  const wrapped = findWrapped(span, owner.body)
  const [first] = wrapped ?? []
  const last = wrapped?.at(-1)
  if (wrapped === null || first === undefined || last === undefined) return null
  if (ends.some((end) => end.range[0] < first.range[0] || end.range[1] > last.range[1])) return null
  if (wrapped.some((statement) => returnsPending(statement, analysis))) return null
  const access = accessSpan(span)
  return access === null ? null : wrap(wrapped, ends, access, analysis)
}

const mendable: ReadonlySet<string> = new Set(['await', 'call', 'end-of-function', 'never', 'return', 'throw'])

/** The statements `span.end()`, or null when the span goes anywhere else than to its own methods. */
function findEnds({ owner, variables }: OwnedSpan): TSESTree.ExpressionStatement[] | null {
  const ends: TSESTree.ExpressionStatement[] = []
  for (const variable of variables) {
    for (const { identifier, init } of variable.references) {
      if (init === true) continue
      const end = readUse(identifier as TSESTree.Identifier, owner)
      if (end === null) return null
      if (end !== 'harmless') ends.push(end)
    }
  }
  return ends
}

function readUse(node: TSESTree.Identifier, owner: TSESTree.Node): TSESTree.ExpressionStatement | 'harmless' | null {
  const member = node.parent
  if (member.type !== 'MemberExpression' || member.object !== node || member.property.type !== 'Identifier') return null
  const call = member.parent
  if (call.type !== 'CallExpression' || call.callee !== member) return null
  if (member.property.name !== 'end') return 'harmless'
  const statement = call.parent.type === 'ChainExpression' ? call.parent.parent : call.parent
  if (statement.type !== 'ExpressionStatement' || call.arguments.length > 0) return null
  if (statement.parent.type !== 'BlockStatement') return null
  let inner: TSESTree.Node = statement
  let outer: TSESTree.Node | null = statement.parent
  while (outer !== null && outer !== owner) {
    // An end in a callback or in a `finally` is somebody's plan.
    if (isFunction(outer) || (outer.type === 'TryStatement' && outer.finalizer === inner)) return null
    inner = outer
    outer = parentOf(outer)
  }
  return statement
}

function findWrapped(span: OwnedSpan, body: TSESTree.BlockStatement): readonly TSESTree.Statement[] | null {
  if (span.entry === 'open') return body.body
  const statement = findStatement(span.call)
  if (statement?.type !== 'VariableDeclaration' || statement.declarations.length !== 1) return null
  if (statement.parent.type !== 'BlockStatement') return null
  const following = statement.parent.body.slice(statement.parent.body.indexOf(statement) + 1)
  // Functions are seen in the whole block; inside the `try` they would not be.
  return following.some(({ type }) => type === 'FunctionDeclaration') ? null : following
}

/** Is something returned that may be a promise nobody awaits? */
function returnsPending(node: TSESTree.Node, analysis: FileAnalysis): boolean {
  if (isFunction(node)) return false
  if (node.type === 'ReturnStatement' && node.argument !== null) {
    const { argument } = node
    if (argument.type === 'CallExpression' || argument.type === 'NewExpression') {
      const isFetch = argument.callee.type === 'Identifier' && argument.callee.name === 'fetch'
      return isFetch || mayThrow(argument, analysis) !== 'never'
    }
    return argument.type === 'ConditionalExpression' || argument.type === 'LogicalExpression' || argument.type === 'Identifier'
      ? !isAsync(node)
      : false
  }
  return childrenOf(node, analysis.sourceCode).some((child) => returnsPending(child, analysis))
}

function isAsync(node: TSESTree.Node): boolean {
  return getEnclosingFunction(node)?.async === true
}

function wrap(
  wrapped: readonly TSESTree.Statement[],
  ends: readonly TSESTree.ExpressionStatement[],
  access: string,
  { sourceCode }: FileAnalysis,
): Edit[] | null {
  const { newline, semicolon } = readCodeStyle(sourceCode)
  const { text } = sourceCode
  const kept = wrapped.filter((statement) => !(ends as readonly TSESTree.Statement[]).includes(statement))
  const [first] = kept
  const last = kept.at(-1)
  if (first === undefined || last === undefined) return null
  const lineStart = text.lastIndexOf('\n', first.range[0] - 1) + 1
  const indentation = /^[ \t]*/.exec(text.slice(lineStart, first.range[0]))?.[0] ?? ''
  const step = indentation.startsWith('\t') ? '\t' : '  '
  return [
    { range: [first.range[0], first.range[0]], text: `try {${newline}${indentation}${step}` },
    ...ends.map((end): Edit => ({ range: removalOf(end, text), text: '' })),
    {
      range: [last.range[1], last.range[1]],
      text: `${newline}${indentation}} finally {${newline}${indentation}${step}${access}.end()${semicolon}${newline}${indentation}}`,
    },
  ]
}

/** A statement, with the line break and the indentation in front of it, or the space behind it. */
function removalOf(statement: TSESTree.Node, text: string): [number, number] {
  const [start, end] = statement.range
  const before = /\r?\n[ \t]*$/.exec(text.slice(0, start))?.[0].length
  if (before !== undefined) return [start - before, end]
  return [start, end + (/^[ \t]*/.exec(text.slice(end))?.[0].length ?? 0)]
}
