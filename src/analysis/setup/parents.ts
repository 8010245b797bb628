import type { TSESTree } from '@typescript-eslint/types'

/** The node around a node, null for the program: ESLint sets it to null there, and other parsers leave it out. */
export function getParent(node: TSESTree.Node): TSESTree.Node | null {
  return (node.parent as TSESTree.Node | null | undefined) ?? null
}
