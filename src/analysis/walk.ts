import type { TSESTree } from '@typescript-eslint/types'
import type { SourceCode } from '@typescript-eslint/utils/ts-eslint'

import { perFile } from './per-file.js'

export type Call = TSESTree.CallExpression | TSESTree.NewExpression

/** What the analysis looks for all over a file, each in source order. */
export interface FileNodes {
  readonly calls: readonly Call[]
  readonly awaits: readonly TSESTree.AwaitExpression[]
  /** Calls and awaits together. */
  readonly work: readonly (Call | TSESTree.AwaitExpression)[]
  readonly tries: readonly TSESTree.TryStatement[]
  readonly returns: readonly TSESTree.ReturnStatement[]
  readonly conditions: readonly (TSESTree.IfStatement | TSESTree.ConditionalExpression)[]
  /** What makes control leave by itself: `throw`, and loops that await. */
  readonly throws: readonly (TSESTree.ThrowStatement | TSESTree.ForOfStatement)[]
}

/** Parts of the tree that hold types only. */
const typeKeys: ReadonlySet<string> = new Set([
  'implements',
  'returnType',
  'superTypeArguments',
  'typeAnnotation',
  'typeArguments',
  'typeParameters',
])

/** Nodes below which there is nothing but types. More than half of a tree is of these and of names. */
const leaves: ReadonlySet<string> = new Set([
  'ImportDeclaration',
  'Literal',
  'PrivateIdentifier',
  'Super',
  'TemplateElement',
  'ThisExpression',
  'TSInterfaceDeclaration',
  'TSTypeAliasDeclaration',
])

type Keys = Readonly<Record<string, readonly string[] | undefined>>

const walkedKeys = new WeakMap<object, Map<string, readonly string[]>>()

/** The keys of a node's children that are no types. */
function keysOf(type: string, visitorKeys: Keys): readonly string[] {
  let byType = walkedKeys.get(visitorKeys)
  if (byType === undefined) {
    byType = new Map()
    walkedKeys.set(visitorKeys, byType)
  }
  let keys = byType.get(type)
  if (keys === undefined) {
    keys = (visitorKeys[type] ?? []).filter((key) => !typeKeys.has(key))
    byType.set(type, keys)
  }
  return keys
}

const found = perFile((): { nodes: FileNodes | null } => ({ nodes: null }))

/** The nodes that the analysis asks for, collected in one walk that all rules share. */
export function nodesOf(sourceCode: Readonly<SourceCode>): FileNodes {
  const kept = found(sourceCode)
  kept.nodes ??= collectNodes(sourceCode)
  return kept.nodes
}

/** A step of ESLint's own way through a tree: it enters a node (phase 1), leaves it (2), or calls a method (kind 2). */
interface Step {
  readonly kind: number
  readonly phase?: number
  readonly target: unknown
}

/**
 * The nodes in the order of ESLint's traversal, which is made before the rules run and kept with the source code: to go through a
 * list costs a fifth of another walk over the tree. oxlint makes none, and its trees are walked.
 */
function stepsOf(sourceCode: Readonly<SourceCode>): Iterable<Step> | null {
  const { traverse } = sourceCode as Readonly<SourceCode> & { traverse?: () => Iterable<Step> }
  return traverse === undefined ? null : traverse.call(sourceCode)
}

function collectNodes(sourceCode: Readonly<SourceCode>): FileNodes {
  const { ast, visitorKeys } = sourceCode
  const calls: Call[] = []
  const awaits: TSESTree.AwaitExpression[] = []
  const work: (Call | TSESTree.AwaitExpression)[] = []
  const tries: TSESTree.TryStatement[] = []
  const returns: TSESTree.ReturnStatement[] = []
  const conditions: (TSESTree.IfStatement | TSESTree.ConditionalExpression)[] = []
  const throws: (TSESTree.ThrowStatement | TSESTree.ForOfStatement)[] = []
  const add = (node: TSESTree.Node): void => {
    switch (node.type) {
      case 'CallExpression':
      case 'NewExpression':
        calls.push(node)
        work.push(node)
        break
      case 'AwaitExpression':
        awaits.push(node)
        work.push(node)
        break
      case 'TryStatement':
        tries.push(node)
        break
      case 'ReturnStatement':
        returns.push(node)
        break
      case 'ConditionalExpression':
      case 'IfStatement':
        conditions.push(node)
        break
      case 'ThrowStatement':
        throws.push(node)
        break
      case 'ForOfStatement':
        if (node.await) throws.push(node)
        break
      default:
    }
  }
  const steps = stepsOf(sourceCode)
  if (steps === null) walk(ast, visitorKeys, add)
  else for (const { kind, phase, target } of steps) if (kind === 1 && phase === 1) add(target as TSESTree.Node)
  return { calls, awaits, work, tries, returns, conditions, throws }
}

function walk(node: TSESTree.Node, visitorKeys: Keys, add: (node: TSESTree.Node) => void): void {
  const visit = (child: TSESTree.Node): void => {
    // A parameter's decorators are all that stands below a name.
    if (child.type === 'Identifier' ? (child.decorators as TSESTree.Decorator[] | undefined)?.length === 0 : leaves.has(child.type)) return
    add(child)
    eachChild(child, visitorKeys, visit)
  }
  visit(node)
}

/** Calls `visit` with every node directly below `node`, without types, in source order. */
export function eachChild(node: TSESTree.Node, visitorKeys: Keys, visit: (child: TSESTree.Node) => void): void {
  eachChildOf(node, keysOf(node.type, visitorKeys), visit)
}

/** The same with the types. */
export function eachChildWithTypes(node: TSESTree.Node, visitorKeys: Keys, visit: (child: TSESTree.Node) => void): void {
  eachChildOf(node, visitorKeys[node.type] ?? [], visit)
}

function eachChildOf(node: TSESTree.Node, keys: readonly string[], visit: (child: TSESTree.Node) => void): void {
  for (const key of keys) {
    const child = (node as unknown as Readonly<Record<string, unknown>>)[key]
    if (typeof child !== 'object' || child === null) continue
    if (Array.isArray(child)) {
      for (const each of child as readonly unknown[]) if (isNode(each)) visit(each)
    } else if (isNode(child)) visit(child)
  }
}

function isNode(value: unknown): value is TSESTree.Node {
  return typeof value === 'object' && value !== null && 'type' in value
}

interface Placed {
  readonly range: readonly [start: number, end: number]
}

/** Of nodes in source order those at or below `within`. */
export function nodesWithin<Found extends Placed>(nodes: readonly Found[], within: Placed): readonly Found[] {
  const [, end] = within.range
  const first = firstWithin(nodes, within)
  let last = first
  while (last < nodes.length && (nodes[last]?.range[0] ?? end) < end) last++
  return first === 0 && last === nodes.length ? nodes : nodes.slice(first, last)
}

/** Is one of the nodes, which are in source order, at or below `within`? */
export function hasWithin(nodes: readonly Placed[], within: Placed): boolean {
  const first = nodes[firstWithin(nodes, within)]
  return first !== undefined && first.range[0] < within.range[1]
}

/** The index of the first node that is at or below `within`, or stands behind it. */
function firstWithin(nodes: readonly Placed[], { range: [offset, end] }: Placed): number {
  let low = 0
  let high = nodes.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((nodes[middle]?.range[0] ?? 0) < offset) low = middle + 1
    else high = middle
  }
  // `load` of `load(x)` starts where the call does that it is a part of.
  while (nodes[low]?.range[0] === offset && (nodes[low]?.range[1] ?? 0) > end) low++
  return low
}
