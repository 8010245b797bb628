import type { TSESTree } from '@typescript-eslint/types'
import type { FileAnalysis } from '../analysis/index.js'
import { readCodeStyle } from './code-style.js'
import type { Edit } from './edit.js'
import { ensureImport } from './ensure-import.js'
import { getPackage } from '../project/package-json.js'

/**
 * Puts at the head of a `catch` what tells the span of the error: `recordException` where nothing records it, and the
 * status ERROR.
 *
 * @param span what stands before the dot: `span`, or `span?`
 * @returns null where the file's module style is not understood
 */
export function recordError(
  handler: TSESTree.CatchClause,
  { span, record }: { readonly span: string; readonly record: boolean },
  filename: string,
  { sourceCode }: FileAnalysis,
): Edit[] | null {
  if (span === '' || (record && handler.param !== null && handler.param.type !== 'Identifier')) return null
  const packageType = getPackage(filename)?.type ?? 'commonjs'
  const ensured = ensureImport(
    { module: '@opentelemetry/api', name: 'SpanStatusCode', before: handler.range[0], packageType, filename },
    sourceCode,
  )
  if (ensured === null) return null
  const { newline, semicolon } = readCodeStyle(sourceCode)
  const { body, param } = handler
  const error = param?.type === 'Identifier' ? param.name : freeName(sourceCode.getText(body))
  const [first] = body.body
  const indentation = first === undefined ? indentOf(handler, sourceCode.text) + '  ' : indentOf(first, sourceCode.text)
  const lines = [
    // What is caught may be anything: this is right for all of it, with types and without.
    ...(record ? [`${span}.recordException(${error} instanceof Error ? ${error} : String(${error}))${semicolon}`] : []),
    `${span}.setStatus({ code: ${ensured.local}.ERROR })${semicolon}`,
  ]
  const at = body.range[0] + 1
  const isOneLine = first !== undefined && first.loc.start.line === body.loc.start.line
  const written =
    isOneLine ? lines.map((line) => ` ${line.replace(/;$/, '')};`).join('')
    : lines.map((line) => `${newline}${indentation}${line}`).join('')
  const tail = first === undefined && body.loc.start.line === body.loc.end.line ? `${newline}${indentOf(handler, sourceCode.text)}` : ''
  const keyword = handler.range[0] + 'catch'.length
  return [
    ...ensured.edits,
    ...(record && param === null ? [{ range: [keyword, keyword] as const, text: ` (${error})` }] : []),
    { range: [at, at], text: written + tail },
  ]
}

/** A name for what is caught that hides nothing that the block speaks of. */
function freeName(block: string): string {
  const isFree = (name: string): boolean => !new RegExp(`\\b${name}\\b`).test(block)
  return ['error', 'caught', 'failure'].find(isFree) ?? 'caughtError'
}

function indentOf(node: TSESTree.Node, text: string): string {
  const lineStart = text.lastIndexOf('\n', node.range[0] - 1) + 1
  return /^[ \t]*/.exec(text.slice(lineStart, node.range[0]))?.[0] ?? ''
}
