import type { TSESTree } from '@typescript-eslint/types'
import type { SourceCode } from '@typescript-eslint/utils/ts-eslint'

import type { Edit } from './edit.js'

/**
 * Takes a property out of an object expression together with its comma; a line that held nothing else goes with it.
 *
 * @returns null where a comment stands between property and comma, which nobody can tell the owner of
 */
export function removeProperty(property: TSESTree.Property | TSESTree.SpreadElement, sourceCode: Readonly<SourceCode>): Edit[] | null {
  const { text } = sourceCode
  const before = sourceCode.getTokenBefore(property)
  const after = sourceCode.getTokenAfter(property)
  if (before === null || after === null) return null
  if (after.value === ',') {
    if (sourceCode.getCommentsAfter(property).length > 0) return null
    const [start, end] = [property.range[0], after.range[1]]
    const lineStart = text.lastIndexOf('\n', start - 1) + 1
    const lineEnd = /^[ \t]*(?:\r?\n)/.exec(text.slice(end))?.[0].length
    const isAlone = text.slice(lineStart, start).trim() === '' && lineEnd !== undefined
    if (isAlone) return [{ range: [lineStart, end + lineEnd], text: '' }]
    return [{ range: [start, end + (/^[ \t]*/.exec(text.slice(end))?.[0].length ?? 0)], text: '' }]
  }
  // The last one: the comma before it goes along, unless it is the only one.
  if (sourceCode.getCommentsBefore(property).length > 0 && before.value === ',') return null
  if (before.value === ',') return [{ range: [before.range[0], property.range[1]], text: '' }]
  const space = /^[ \t]*/.exec(text.slice(property.range[1]))?.[0].length ?? 0
  return [{ range: [property.range[0], property.range[1] + space], text: '' }]
}
