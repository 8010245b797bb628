import type { Origin } from '@spanguard/policy'
import type { TSESTree } from '@typescript-eslint/types'

/** A place that remembers its node, out of sight of whoever compares or prints facts. */
class NodeOrigin implements Origin {
  readonly start: number
  readonly end: number
  readonly #node: TSESTree.Node

  constructor(node: TSESTree.Node) {
    const { range } = node
    this.start = range[0]
    this.end = range[1]
    this.#node = node
  }

  // Lines are for who reads a finding; oxlint counts them anew for every node that is asked.
  get from(): Origin['from'] {
    return this.#node.loc.start
  }

  get to(): Origin['to'] {
    return this.#node.loc.end
  }

  toJSON(): Origin {
    const { end, from, start, to } = this
    return { start, end, from, to }
  }

  static nodeOf(origin: Origin): TSESTree.Node | null {
    return #node in origin ? origin.#node : null
  }
}

/** Where a node stands, as plain data. Two origins of one node are equal, not the same: compare them by `isSamePlace`. */
export function originOf(node: TSESTree.Node): Origin {
  return new NodeOrigin(node)
}

/** Do two origins mean the same place of one file? */
export function isSamePlace(one: Origin, other: Origin): boolean {
  return one.start === other.start && one.end === other.end
}

/** The node that an origin was made of; null where another extractor made it. */
export function findNode(origin: Origin): TSESTree.Node | null {
  return NodeOrigin.nodeOf(origin)
}

/**
 * The node that an origin was made of.
 *
 * @throws when the origin was not made by `originOf` in this process
 */
export function nodeOf(origin: Origin): TSESTree.Node {
  const node = findNode(origin)
  if (node === null) throw new Error('The origin was made by another extractor: it has no ESTree node.')
  return node
}
