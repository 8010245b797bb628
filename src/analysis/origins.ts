import type { Origin } from '@spanguard/policy'
import type { TSESTree } from '@typescript-eslint/types'

const origins = new WeakMap<TSESTree.Node, Origin>()
const nodes = new WeakMap<Origin, TSESTree.Node>()

/** Where a node stands, as plain data; the same object for the same node. */
export function originOf(node: TSESTree.Node): Origin {
  const known = origins.get(node)
  if (known !== undefined) return known
  const { loc, range } = node
  const origin: Origin = {
    start: range[0],
    end: range[1],
    from: { line: loc.start.line, column: loc.start.column },
    to: { line: loc.end.line, column: loc.end.column },
  }
  origins.set(node, origin)
  nodes.set(origin, node)
  return origin
}

/**
 * The node that an origin was made of.
 *
 * @throws when the origin was not made by `originOf` in this process
 */
export function nodeOf(origin: Origin): TSESTree.Node {
  const node = nodes.get(origin)
  if (node === undefined) throw new Error('The origin was made by another extractor: it has no ESTree node.')
  return node
}
