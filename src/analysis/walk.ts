import type { TSESTree } from '@typescript-eslint/types'
import type { SourceCode } from '@typescript-eslint/utils/ts-eslint'

/** Parts of the tree that hold types only. */
const TYPE_KEYS: ReadonlySet<string> = new Set([
  'implements',
  'returnType',
  'superTypeArguments',
  'typeAnnotation',
  'typeArguments',
  'typeParameters',
])

/** Every call and `new` below a node, in source order. Types are not walked. */
export function collectCalls(
  root: TSESTree.Node,
  sourceCode: Readonly<SourceCode>,
): (TSESTree.CallExpression | TSESTree.NewExpression)[] {
  const calls: (TSESTree.CallExpression | TSESTree.NewExpression)[] = []
  const { visitorKeys } = sourceCode
  const visit = (node: TSESTree.Node): void => {
    if (node.type === 'CallExpression' || node.type === 'NewExpression') calls.push(node)
    for (const key of visitorKeys[node.type] ?? []) {
      if (TYPE_KEYS.has(key)) continue
      const child = (node as unknown as Readonly<Record<string, unknown>>)[key]
      if (Array.isArray(child)) {
        for (const each of child) if (isNode(each)) visit(each)
      } else if (isNode(child)) visit(child)
    }
  }
  visit(root)
  return calls
}

function isNode(value: unknown): value is TSESTree.Node {
  return typeof value === 'object' && value !== null && 'type' in value
}
