import type { TSESTree } from '@typescript-eslint/types'

import { isFunction } from '../analysis/bindings.js'
import type { FileAnalysis } from '../analysis/index.js'
import type { Edit } from './edit.js'

/**
 * Wraps callbacks where they stand: `consume(queue, handle)` becomes `consume(queue, traceConsumer(handle))`; a method and a shorthand
 * property become properties that hold the wrapped function.
 *
 * @param wrap the row's text with `{import}` and `{handler}`
 * @returns the code as it reads in a message, and the edits; null where there is no callback
 */
export function wrapEach(callbacks: readonly TSESTree.Node[], wrap: string, local: string, { sourceCode }: FileAnalysis): { readonly code: string; readonly edits: readonly Edit[] } | null {
  const [before = '', after = ''] = wrap.replaceAll('{import}', local).split('{handler}')
  const [first] = callbacks
  if (first === undefined) return null
  const edits = callbacks.flatMap((node): Edit[] => [
    isMethod(node) ? { range: [node.parent.range[0], node.range[0]], text: asProperty(node, before, sourceCode.getText(node.parent.key)) }
    : { range: [node.range[0], node.range[0]], text: isShorthand(node) ? `${sourceCode.getText(node)}: ${before}` : before },
    { range: [node.range[1], node.range[1]], text: after },
  ])
  const text = isFunction(first) ? '…' : sourceCode.getText(first)
  return { code: `${before}${text.length > 40 ? '…' : text}${after}`, edits }
}

type Method = TSESTree.FunctionExpression & { readonly parent: TSESTree.Property }

/** `{ async eachMessage({ message }) { … } }`. */
function isMethod(node: TSESTree.Node): node is Method {
  return node.type === 'FunctionExpression' && node.parent.type === 'Property' && node.parent.method
}

/** `{ eachMessage }`. */
function isShorthand({ parent }: TSESTree.Node): boolean {
  return parent?.type === 'Property' && parent.shorthand
}

function asProperty({ async, generator }: Method, before: string, key: string): string {
  return `${key}: ${before}${async ? 'async ' : ''}function${generator ? '*' : ''} `
}
