import type { TSESTree } from '@typescript-eslint/types'

import { findBinding, getMemberName, unwrap } from '../../analysis/bindings.js'
import type { FileAnalysis } from '../../analysis/index.js'
import { getFunctionName } from '../../analysis/values.js'
import { classAround } from './propose.js'

/** What `fn.name` or `this.constructor.name` is today: the function's or the class's name as it is written. Null where the file does not say. */
export function receiverOfName(reference: TSESTree.MemberExpression, { sourceCode }: FileAnalysis): string | null {
  const object = unwrap(reference.object)
  if (object.type === 'MemberExpression') {
    return getMemberName(object) === 'constructor' && unwrap(object.object).type === 'ThisExpression' ? classAround(reference) : null
  }
  if (object.type !== 'Identifier') return null
  const binding = findBinding(object, sourceCode)
  if (binding?.kind === 'function') return getFunctionName(binding.node)
  return binding?.kind === 'class' ? (binding.node.id?.name ?? null) : null
}
