import type { Value } from '@spanguard/policy'
import type { TSESTree } from '@typescript-eslint/types'

import { unwrap } from '../../analysis/bindings.js'
import type { FileAnalysis } from '../../analysis/index.js'
import { valueOf } from '../../analysis/values.js'

/** A name without its parts that vary: what is left as text, and what was taken out, in order. */
export interface Dropped {
  /** The text that is left; null where a part stays that is no literal. */
  readonly text: string | null
  /** The name as source text, where a part stays. */
  readonly code: string
  readonly parts: readonly TSESTree.Node[]
}

type Piece = { readonly text: string } | { readonly node: TSESTree.Node }

/**
 * Takes parts out of a name that is put together, with the punctuation that led to them: `order ${id} place` becomes
 * `order place`, `charge(${id})` becomes `charge`.
 *
 * @param isWrong is this part one to take out?
 * @returns null where the name is not put together, or no part of it is wrong
 */
export function dropParts(name: TSESTree.Node, isWrong: (part: Value) => boolean, { sourceCode }: FileAnalysis): Dropped | null {
  const pieces = readPieces(unwrap(name))
  if (pieces === null) return null
  const parts: TSESTree.Node[] = []
  const left: Piece[] = []
  let cut = false
  for (const piece of pieces) {
    if ('node' in piece && isWrong(valueOf(piece.node, sourceCode))) {
      parts.push(piece.node)
      const last = left.at(-1)
      if (last !== undefined && 'text' in last) left[left.length - 1] = { text: last.text.replace(/[\s.:/_\-#=@([{<"'|,]+$/, '') }
      cut = true
      continue
    }
    const begin = left.length === 0 || left.every((each) => 'text' in each && each.text === '')
    left.push(cut && 'text' in piece ? { text: piece.text.replace(begin ? /^[\s.:/_\-#=@)\]}>"'|,]+/ : /^[)\]}>"']+/, '') } : piece)
    if ('node' in piece || piece.text !== '') cut = false
  }
  if (parts.length === 0) return null
  const isText = left.every((piece) => 'text' in piece)
  const text = isText ? left.map((piece) => piece.text).join('').trim() : null
  const code = left.map((piece) => ('text' in piece ? piece.text.replace(/[`\\$]/g, '\\$&') : `\${${sourceCode.getText(piece.node)}}`)).join('')
  return { text, code: `\`${code.trim()}\``, parts }
}

function readPieces(node: TSESTree.Node): readonly Piece[] | null {
  if (node.type === 'TemplateLiteral') {
    return node.quasis.flatMap((quasi, index): Piece[] => {
      const expression = node.expressions[index]
      return [{ text: quasi.value.cooked ?? quasi.value.raw }, ...(expression === undefined ? [] : [{ node: expression }])]
    })
  }
  if (node.type !== 'BinaryExpression' || node.operator !== '+') return null
  return [node.left, node.right].flatMap((side): readonly Piece[] => {
    const inner = unwrap(side)
    if (inner.type === 'Literal') return [{ text: String(inner.value) }]
    return readPieces(inner) ?? [{ node: inner }]
  })
}
