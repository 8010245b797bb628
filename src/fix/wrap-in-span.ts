import type { TSESTree } from '@typescript-eslint/types'
import type { SourceCode } from '@typescript-eslint/utils/ts-eslint'

import { isFunction } from '../analysis/bindings.js'
import { readCodeStyle } from './code-style.js'
import type { Edit } from './edit.js'

/**
 * Runs the work of a callback inside a span of its own: the body of a function written in place, or a call of a function that
 * is named there. `this` and `arguments` stay what they are, since the inner function is an arrow.
 *
 * @param wrapper what `withSpan` is called in the file
 * @param span the span's name
 * @returns null for generators and for what need not be a function
 */
export function wrapInSpan(handler: TSESTree.Node, wrapper: string, span: string, sourceCode: Readonly<SourceCode>): Edit[] | null {
  const { quote, semicolon } = readCodeStyle(sourceCode)
  const name = `${quote}${span}${quote}`
  const [start, end] = handler.range
  if (!isFunction(handler)) {
    if (!isCallable(handler)) return null
    return [
      { range: [start, start], text: `(...args) => ${wrapper}(${name}, () => ` },
      { range: [end, end], text: '(...args))' },
    ]
  }
  if (handler.generator) return null
  const body = handler.body
  const arrow = handler.async ? 'async () =>' : '() =>'
  const opening = `${wrapper}(${name}, ${arrow} `
  if (handler.type !== 'ArrowFunctionExpression') {
    return [
      { range: [body.range[0], body.range[0]], text: `{ return ${opening}` },
      { range: [body.range[1], body.range[1]], text: `)${semicolon} }` },
    ]
  }
  const isObject = body.type === 'ObjectExpression' || body.type === 'SequenceExpression'
  return [
    { range: [body.range[0], body.range[0]], text: isObject ? `${opening}(` : opening },
    { range: [body.range[1], body.range[1]], text: isObject ? '))' : ')' },
  ]
}

function isCallable(node: TSESTree.Node): boolean {
  return node.type === 'Identifier' || node.type === 'MemberExpression' || node.type === 'CallExpression'
}
