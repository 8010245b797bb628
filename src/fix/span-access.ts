import type { TSESTree } from '@typescript-eslint/types'

import { unwrap } from '../analysis/bindings.js'
import type { OwnedSpan } from '../analysis/lifetimes/spans.js'

/**
 * What stands before the dot where a method of the span is called: its name, or `span?` where there may be no span.
 *
 * @returns null where nothing holds the span, or where the compiler would say that it is used before it is assigned
 */
export function accessSpan({ name, variables }: Pick<OwnedSpan, 'name' | 'variables'>): string | null {
  const variable = [...variables].find((each) => each.name === name)
  if (variable === undefined || name === '') return null
  const uses = variable.references.map(({ identifier }) => (identifier as TSESTree.Identifier).parent)
  if (uses.some((use) => use.type === 'MemberExpression' && use.optional)) return `${name}?`
  const declarator = variable.defs[0]?.node as TSESTree.Node | undefined
  if (declarator?.type !== 'VariableDeclarator') return name
  const { typeAnnotation } = declarator.id
  const types = typeAnnotation?.typeAnnotation.type === 'TSUnionType' ? typeAnnotation.typeAnnotation.types : []
  const mayBeNothing = types.some(({ type }) => type === 'TSUndefinedKeyword' || type === 'TSNullKeyword')
  if (declarator.init === null) return typeAnnotation === undefined || mayBeNothing ? `${name}?` : null
  return mayBeNothing || isChoice(declarator.init) ? `${name}?` : name
}

/** `traced ? tracer.startSpan('x') : undefined`, `tracer?.startSpan('x')`, and a variable that first holds nothing. */
function isChoice(init: TSESTree.Expression): boolean {
  const inner = unwrap(init)
  if (inner.type === 'AwaitExpression') return isChoice(inner.argument)
  if (inner.type === 'CallExpression') return init.type === 'ChainExpression'
  return inner.type === 'ConditionalExpression' || inner.type === 'LogicalExpression' || inner.type === 'Literal' || inner.type === 'Identifier'
}
