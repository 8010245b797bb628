import type { TSESTree } from '@typescript-eslint/types'
import { nothing, sequence, someNode } from '../../flow/index.js'
import type { ChainLink, FlowNode } from '../../flow/index.js'
import { getMemberName, isFunction, unwrap } from '../bindings.js'
import { originOf } from '../origins.js'
import { isSpan, lastOf, textOf } from './context.js'
import type { Lowering, Use } from './context.js'
import { lowerAwaited, lowerExpression, reachesSpan } from './expressions.js'
import { enter } from './inline.js'
import { lowerBody } from './lower.js'
import { knownFunction } from './throwing.js'

/** `source.then(a, b).catch(c).finally(d)`, taken apart. */
export interface PromiseChain {
  readonly node: TSESTree.CallExpression
  readonly source: TSESTree.Expression
  readonly links: readonly { method: LinkMethod; handlers: readonly TSESTree.Node[] }[]
}

type LinkMethod = 'catch' | 'finally' | 'then'

const linkMethods: ReadonlySet<string | null> = new Set<LinkMethod>(['catch', 'finally', 'then'])

/** A call as a promise chain, or null when it is none. */
export function readChain(written: TSESTree.Node): PromiseChain | null {
  let node = unwrap(written)
  if (node.type !== 'CallExpression') return null
  const chain = node
  const links: PromiseChain['links'][number][] = []
  let source: TSESTree.Expression | null = null
  while (node.type === 'CallExpression') {
    const callee: TSESTree.Node = unwrap(node.callee)
    if (callee.type !== 'MemberExpression') break
    const name = getMemberName(callee)
    if (!linkMethods.has(name)) break
    links.unshift({ method: name as LinkMethod, handlers: node.arguments })
    source = callee.object
    node = unwrap(callee.object)
  }
  return source === null ? null : { node: chain, source, links }
}

/** A promise chain: its handlers run on the ways on which the promises before them settle. */
export function lowerChain(chain: PromiseChain, use: Use, lowering: Lowering): FlowNode[] {
  const { node, source } = chain
  const links = chain.links.map(({ method, handlers }): ChainLink => {
    const [first, second] = handlers.map((handler) => lowerHandler(handler, lowering))
    if (method === 'finally') return first === undefined ? {} : { settled: first }
    if (method === 'catch') return first === undefined ? {} : { rejected: first }
    return { ...(first === undefined ? {} : { fulfilled: first }), ...(second === undefined ? {} : { rejected: second }) }
  })
  const isCare = (flow: FlowNode): boolean => flow.do === 'end' || flow.do === 'escape'
  const touches = links.some((link) =>
    [link.fulfilled, link.rejected, link.settled].some((body) => body !== undefined && someNode(body, isCare)),
  )
  if (!touches && use !== 'awaited') return lowerExpression(source, 'value', lowering)
  return [
    {
      do: 'chain',
      source: sequence(lowerAwaited(source, source, lowering)),
      links,
      detached: use !== 'awaited',
      origin: originOf(node),
      text: textOf(source, lowering),
    },
  ]
}

/** What a handler does; undefined where there is none (`then(undefined, …)`), nothing where it is not known. */
function lowerHandler(handler: TSESTree.Node, lowering: Lowering): FlowNode | undefined {
  const expression = unwrap(handler)
  if (expression.type === 'Identifier' && expression.name === 'undefined') return undefined
  if (expression.type === 'Literal' && expression.value === null) return undefined
  if (isEndReference(expression, lowering)) return { do: 'end', origin: originOf(expression) }
  const known = knownFunction(expression, lowering.analysis)
  if (known === null || known.generator || lowering.inside.includes(known)) return nothing
  if (!isFunction(expression) && !reachesSpan(known, lowering)) return nothing
  const body = lowerBody(known, enter(known, [], 'returned', lowering))
  return { do: 'inline', body, detached: false, last: lastOf(known.body) }
}

/** `span.end`, `span.end.bind(span)`. */
function isEndReference(node: TSESTree.Node, lowering: Lowering): boolean {
  if (node.type === 'CallExpression') {
    const callee = unwrap(node.callee)
    return callee.type === 'MemberExpression' && getMemberName(callee) === 'bind' && isEndReference(callee.object, lowering)
  }
  return node.type === 'MemberExpression' && getMemberName(node) === 'end' && isSpan(node.object, lowering)
}
