import type { LifetimeExit, Origin, SpanLifetime } from '@spanguard/policy'
import { failureNames, successEvents, successMethods, successProperties } from './holders.js'
import { solve } from './solve.js'
import type { Cause } from './outcomes.js'
import type { Exit, Solution } from './solve.js'
import { someState } from './state.js'
import { findNodes, nothing, someChild, someNode } from './tree.js'
import type { Chain, FlowNode, Inline, SpanOperation, Try } from './tree.js'

/** What the paths through the function tell of a `SpanLifetime`, and where an error is caught before the span is ended. */
export type Lifetime = Pick<
  SpanLifetime,
  'openExits' | 'usesAfterEnd' | 'unawaited' | 'recordedOnly' | 'maskingOk' | 'failsUnset' | 'ended'
> & { readonly caughtOpen: ReadonlySet<number> | null }

/** What a front end knows of the span besides the tree. */
export interface LifetimeQuestion {
  readonly tree: FlowNode
  /** `open` when the function is given the span. */
  readonly entry: 'none' | 'open'
  /** Where the span is started. */
  readonly start: Origin
  /** Where the function ends. */
  readonly last: Origin
  /** The API ends the span and gives it an ERROR status when its callback fails. */
  readonly ends: boolean
}

/** How one span's life goes over every path of the function that owns it. */
export function readLifetime({ tree, entry, start, last, ends }: LifetimeQuestion): Lifetime {
  const solution = solve(tree, entry, last)
  const ended = someNode(tree, (node) => node.do === 'end' || node.do === 'dispose')
  const handedOver = someNode(tree, (node) => node.do === 'escape' && node.how !== 'passed')
  return {
    ended: ended || handedOver,
    caughtOpen: solution.caughtOpen,
    openExits: ends ? [] : findOpenExits(tree, solution, start),
    usesAfterEnd: ends ? [] : solution.usesAfterEnd,
    unawaited: solution.unawaited,
    recordedOnly: findRecordedOnly(solution, ends),
    maskingOk: solution.maskingOk,
    failsUnset: findUnsetFailures(solution, ends),
  }
}

/** Exits with the span open, the most telling first: statements, then awaits, then calls that the file shows to throw. */
function findOpenExits(tree: FlowNode, solution: Solution, start: Origin): LifetimeExit[] {
  const isLookedAfter = looksAfterSpan(tree)
  const found = new Map<string, { exit: LifetimeExit; rank: number }>()
  for (const exit of solution.exits) {
    const { cause } = exit
    if (!someState(exit.states, (state) => state.life === 'open')) continue
    // Of a call nothing is known. Where the function shows no other care for the span, it counts; beside a `try` that ends
    // the span, or a hand-over, only what the file shows to throw does.
    if (!cause.shown && isLookedAfter) continue
    if (exit.detached?.do === 'chain' && !endsOnlyIn(tree, exit.detached)) continue
    const neverEnded = cause.kind === 'end-of-function' && !endsAnywhere(tree)
    const told = exitOf(exit, neverEnded ? start : cause.origin, neverEnded)
    found.set(`${cause.kind}${String(told.origin.start)}`, { exit: told, rank: rankOf(cause) })
  }
  const ranked = [...found.values(), ...findOneSidedEnds(tree).map((exit) => ({ exit, rank: 2 }))]
  return ranked
    .sort((left, right) => left.rank - right.rank || left.exit.origin.start - right.exit.origin.start)
    .map(({ exit }) => exit)
}

function exitOf({ cause }: Exit, origin: Origin, neverEnded: boolean): LifetimeExit {
  return {
    kind: neverEnded ? 'never' : cause.kind,
    origin,
    text: cause.text,
    certainty: cause.likely === true ? 'likely' : 'certain',
    atStart: neverEnded || cause.likely === true,
    ...(cause.helper === undefined ? {} : { helper: cause.helper }),
  }
}

function rankOf(cause: Cause): number {
  if (cause.likely === true) return 5
  switch (cause.kind) {
    case 'return':
    case 'throw':
    case 'overwrite':
    case 'end-of-function':
      return 0
    case 'await':
    case 'rejection':
    case 'fulfilment':
    case 'yield':
      return cause.shown ? 1 : 4
    case 'call':
      return cause.shown ? 3 : 4
  }
}

/** A `try` or a promise chain that ends the span when things fail, or a hand-over of any kind. */
function looksAfterSpan(tree: FlowNode): boolean {
  const isCare = (node: FlowNode): boolean =>
    node.do === 'end' || node.do === 'dispose' || (node.do === 'escape' && node.how !== 'passed')
  return (
    findNodes(tree, (node): node is Try => node.do === 'try').some(({ handler, finalizer }) =>
      [handler, finalizer].some((part) => part !== undefined && someNode(part, isCare)),
    ) ||
    findNodes(tree, (node): node is Chain => node.do === 'chain').some(({ links }) =>
      links.some(({ rejected, settled }) => [rejected, settled].some((part) => part !== undefined && someNode(part, isCare))),
    ) ||
    someNode(tree, (node) => node.do === 'escape')
  )
}

function endsAnywhere(tree: FlowNode): boolean {
  return someNode(tree, (node) => node.do === 'end' || node.do === 'dispose' || node.do === 'escape')
}

/** Nothing outside the chain ends the span or takes it over, but for a `catch`, which a promise does not lead to. */
function endsOnlyIn(tree: FlowNode, chain: Chain): boolean {
  const endsOutside = (node: FlowNode): boolean => {
    if (node === chain) return false
    if (node.do === 'end' || node.do === 'dispose' || node.do === 'escape') return true
    return someChild(node.do === 'try' ? { ...node, handler: nothing } : node, endsOutside)
  }
  return !endsOutside(tree)
}

function findOneSidedEnds(tree: FlowNode): LifetimeExit[] {
  const helpers = findNodes(tree, (node): node is Inline => node.do === 'inline' && node.helper !== undefined)
  return [
    ...findOneSidedEnd(tree),
    ...helpers.flatMap(({ body, helper = 0 }) => findOneSidedEnd(body).map((exit) => ({ ...exit, helper }))),
  ]
}

/**
 * A span that is ended only where the operation goes well: in the listener of `'end'`, in a stream's `flush`, in a patched
 * `res.send`. When it fails, nothing ends the span.
 */
function findOneSidedEnd(tree: FlowNode): LifetimeExit[] {
  if (someNode(tree, (node) => node.do === 'end' || node.do === 'dispose')) return []
  const escapes = findNodes(tree, (node): node is Extract<SpanOperation, { do: 'escape' }> => node.do === 'escape')
  const holders = escapes.map(({ holder }) => holder)
  const [first] = holders
  if (first === undefined) return []
  for (const holder of holders) {
    const isOneSided =
      holder !== undefined &&
      ((holder.kind === 'listener' && successEvents.has(holder.name)) ||
        (holder.kind === 'callback' && successProperties.has(holder.name)) ||
        (holder.kind === 'patch' && successMethods.has(holder.name)))
    if (!isOneSided) return []
  }
  const failures = findNodes(tree, (node): node is Extract<SpanOperation, { do: 'failure' }> => node.do === 'failure')
  const settled = failures.find(({ settles, holder }) => settles && failureNames.has(holder.name))
  if (settled !== undefined) {
    return [{ kind: 'failure-callback', origin: settled.origin, text: settled.text, certainty: 'likely', atStart: false }]
  }
  const atStart = first.kind === 'callback'
  return [{ kind: 'one-sided', origin: first.end, text: first.name, certainty: 'likely', atStart }]
}

/** `recordException` on ways that leave the status unset. */
function findRecordedOnly(solution: Solution, ends: boolean): Origin[] {
  const found = new Map<number, Origin>()
  const told = new Set<number>()
  for (const exit of solution.exits) {
    // `record(e); if (refused(e)) return; setStatus(ERROR)`: a way that tells beside one that does not is a choice.
    for (const { recorded, status } of exit.states.values()) if (recorded !== null && status === 'error') told.add(recorded.start)
    if (ends && exit.fails) continue
    for (const { life, recorded, status } of exit.states.values()) {
      if (recorded === null || status !== 'unset' || !(life === 'ended' || (ends && life === 'open'))) continue
      found.set(recorded.start, recorded)
    }
  }
  return [...found.values()].filter(({ start }) => !told.has(start))
}

/** Errors that leave the function while the span says nothing of them. */
function findUnsetFailures(solution: Solution, ends: boolean): LifetimeExit[] {
  if (ends) return []
  return solution.exits
    .filter(
      ({ fails, cause, states }) =>
        fails &&
        cause.shown &&
        // A path that tells beside one that does not is a choice: some errors are no failures.
        states.size > 0 &&
        !someState(states, (state) => state.life !== 'ended' || state.status !== 'unset' || state.recorded !== null),
    )
    .map((exit) => exitOf(exit, exit.cause.origin, false))
}
