import type { Origin } from '@spanguard/policy'
import { land, leave, leaveOn, take } from './outcomes.js'
import type { Abrupt, Cause, Leaving } from './outcomes.js'
import { emptyStates, entryState, joinStates, mapStates, sameStates, someState, withItem } from './state.js'
import type { Life, PathState, StateSet } from './state.js'
import { findNodes, nothing, someChild, someNode } from './tree.js'
import type { Branch, Chain, FlowNode, Inline, Loop, SpanOperation, Switch, Try } from './tree.js'

/** A way out of the function and the ways that lead to it. */
export interface Exit {
  readonly cause: Cause
  readonly states: StateSet
  /** It is the exit of a callback or of a promise chain that runs on by itself. */
  readonly detached: FlowNode | null
  /** Control leaves by an error. */
  readonly fails: boolean
}

export interface Solution {
  readonly exits: readonly Exit[]
  readonly usesAfterEnd: readonly { readonly origin: Origin; readonly method: string }[]
  /** Promises that were pending when the span ended. */
  readonly unawaited: readonly { readonly origin: Origin; readonly text: string }[]
  /** An OK that a later ERROR can't replace. */
  readonly maskingOk: readonly Origin[]
  /** Where the `try`s start whose `catch` an error reaches before the span is ended. */
  readonly caughtOpen: ReadonlySet<number>
}

interface Run {
  /** Calls that were given the span and after which the function ends it itself: they only borrowed it. */
  readonly borrowing: ReadonlySet<number> | null
  readonly confirmed: Set<number>
  readonly detached: Map<string, Exit>
  readonly writes: Map<number, { origin: Origin; method: string; lives: Set<Life> }>
  readonly promises: Map<string, { origin: Origin; text: string }>
  readonly unawaited: Map<string, { origin: Origin; text: string }>
  readonly maskingOk: Map<number, Origin>
  readonly caughtOpen: Set<number>
}

/** Turns of a loop until the ways at its head must have settled. */
const MAX_TURNS = 40

/**
 * Follows one span over every way through a function.
 *
 * @param tree the function's body
 * @param entry `none` when the span is started inside, `open` when the function is given it
 * @param last the function's end, where control leaves when nothing else makes it leave
 */
export function solve(tree: FlowNode, entry: 'none' | 'open', last: Origin): Solution {
  const run = startRun(findBorrowers(tree, entry))
  const leaving: Leaving = new Map()
  const normal = evaluate(tree, entryState(entry), false, run, leaving)
  return {
    exits: [...boundaryExits(leaving, normal, last), ...run.detached.values()],
    usesAfterEnd: [...run.writes.values()].filter((write) => write.lives.size === 1 && write.lives.has('ended')),
    unawaited: [...run.unawaited.values()],
    maskingOk: [...run.maskingOk.values()],
    caughtOpen: run.caughtOpen,
  }
}

/** The calls that only borrow the span. A first run finds them; most functions give their span to nobody and need none. */
function findBorrowers(tree: FlowNode, entry: 'none' | 'open'): ReadonlySet<number> {
  if (!someNode(tree, (node) => node.do === 'escape' && node.how === 'passed')) return new Set()
  const lending = startRun(null)
  evaluate(tree, entryState(entry), false, lending, new Map())
  for (const call of findBorrowingCallbacks(tree)) lending.confirmed.add(call)
  for (const call of findKeepingCallbacks(tree)) lending.confirmed.delete(call)
  return lending.confirmed
}

/**
 * A callback that is given the span borrows it from a function that looks after it: one that ends the span anywhere, or
 * catches what the callback throws. One that does neither passes the callback's duty on.
 */
function findBorrowingCallbacks(tree: FlowNode): number[] {
  if (!someNode(tree, (node) => node.do === 'end' || node.do === 'dispose' || node.do === 'try')) return []
  return findNodes(tree, (node): node is SpanOperation => node.do === 'escape' && node.toCallback === true).map(
    ({ origin }) => origin.start,
  )
}

/**
 * Where the span is ended in a `catch` only, a callback whose promise nobody awaits keeps it, and so does what is returned with the span
 * in it (`return relay(reply, read(reply, span))`): that it failed at once is all that comes back here.
 */
function findKeepingCallbacks(tree: FlowNode): number[] {
  if (endsOutsideHandlers(tree)) return []
  return findNodes(tree, (node): node is Extract<SpanOperation, { do: 'escape' }> => node.do === 'escape')
    .filter(({ isAwaited, isReturned, toCallback }) => isReturned === true || (toCallback === true && isAwaited === false))
    .map(({ origin }) => origin.start)
}

function endsOutsideHandlers(node: FlowNode): boolean {
  if (node.do === 'end' || node.do === 'dispose' || (node.do === 'escape' && node.how !== 'passed')) return true
  return someChild(node.do === 'try' ? { ...node, handler: nothing } : node, endsOutsideHandlers)
}

function startRun(borrowing: ReadonlySet<number> | null, writes: Run['writes'] = new Map()): Run {
  return {
    borrowing,
    confirmed: new Set(),
    detached: new Map(),
    writes,
    promises: new Map(),
    unawaited: new Map(),
    maskingOk: new Map(),
    caughtOpen: new Set(),
  }
}

function boundaryExits(leaving: Leaving, normal: StateSet, last: Origin): Exit[] {
  const exits: Exit[] = []
  for (const { leaves, cause, states } of leaving.values()) {
    if (leaves === 'return' || leaves === 'throw') exits.push({ cause, states, detached: null, fails: leaves === 'throw' })
  }
  if (normal.size > 0) {
    const cause: Cause = { kind: 'end-of-function', shown: true, origin: last, text: '' }
    exits.push({ cause, states: normal, detached: null, fails: false })
  }
  return exits
}

/**
 * Follows the ways that lead into a node.
 *
 * @param quiet calls do not throw: inside the `catch` and `finally` that look after the span
 * @param leaving where the ways are put that leave it abruptly
 * @returns the ways that leave it normally
 */
function evaluate(node: FlowNode, states: StateSet, quiet: boolean, run: Run, leaving: Leaving): StateSet {
  if (states.size === 0) return emptyStates
  switch (node.do) {
    case 'seq': {
      let normal = states
      for (const child of node.nodes) normal = evaluate(child, normal, quiet, run, leaving)
      return normal
    }
    case 'branch': {
      const then = evaluate(node.then, assume(states, node, true), quiet, run, leaving)
      return joinStates(then, evaluate(node.otherwise, assume(states, node, false), quiet, run, leaving))
    }
    case 'loop':
      return evaluateLoop(node, states, quiet, run, leaving)
    case 'labeled': {
      const normal = evaluate(node.body, states, quiet, run, leaving)
      return land(leaving, (abrupt) => abrupt.leaves === 'break' && abrupt.label === node.label, normal)
    }
    case 'switch':
      return evaluateSwitch(node, states, quiet, run, leaving)
    case 'try':
      return evaluateTry(node, states, quiet, run, leaving)
    case 'return':
    case 'throw':
    case 'break':
    case 'continue': {
      const kind = node.do === 'throw' ? 'throw' : 'return'
      leave(leaving, node.do, { kind, shown: true, origin: node.origin, text: node.text }, node.do === 'throw' ? cutShort(states) : states, node.label)
      return emptyStates
    }
    case 'risk':
      if (!quiet) leave(leaving, 'throw', node, cutShort(states))
      return states
    case 'yield':
      leave(leaving, 'return', { kind: 'yield', shown: true, origin: node.origin, text: node.text }, states)
      return states
    case 'inline':
      return evaluateInline(node, states, quiet, run, leaving)
    case 'chain':
      return evaluateChain(node, states, quiet, run, leaving)
    case 'stop':
      return emptyStates
    case 'promise': {
      const { key, origin, text, settle } = node
      if (!settle) run.promises.set(key, { origin, text })
      return mapStates(states, (state) => ({
        ...state,
        pending: settle ? state.pending.filter((pending) => pending !== key) : withItem(state.pending, key),
      }))
    }
    default:
      return mapStates(states, (state) => operate(node, state, run))
  }
}

/** An error cuts the work short: whoever would have waited for a promise does not come to it. */
function cutShort(states: StateSet): StateSet {
  return mapStates(states, (state) => (state.pending.length === 0 ? state : { ...state, pending: [] }))
}

/** What a span operation makes of one way. */
function operate(node: SpanOperation, state: PathState, run: Run): PathState {
  switch (node.do) {
    case 'start':
      if (state.life === 'open') reportOverwrite(node.origin, '', state, run)
      return { ...state, life: 'open', status: 'unset', recorded: null, ok: null, sinceOk: 'straight', lends: [] }
    case 'end':
    case 'dispose':
      if (state.life === 'none') return state
      for (const lend of state.lends) run.confirmed.add(lend)
      if (state.life === 'open') {
        for (const key of state.pending) {
          const promise = run.promises.get(key)
          if (promise !== undefined) run.unawaited.set(key, promise)
        }
      }
      return { ...state, life: 'ended' }
    case 'write': {
      noteWrite(node.origin, node.method, state, run)
      return state
    }
    case 'record':
      noteWrite(node.origin, 'recordException', state, run)
      return state.recorded === null ? { ...state, recorded: node.origin } : state
    case 'status': {
      if (node.code !== 'unknown') noteWrite(node.origin, 'setStatus', state, run)
      if (node.code === 'error' && state.ok !== null && state.sinceOk !== 'possible-throw' && state.life === 'open') {
        run.maskingOk.set(state.ok.start, state.ok)
      }
      if (node.code === 'ok') return { ...state, status: 'ok', ok: node.origin, sinceOk: 'straight' }
      return node.code === 'unset' || node.code === state.status ? state : { ...state, status: node.code }
    }
    case 'escape': {
      if (state.life === 'none') return state
      if (node.how !== 'passed') return { ...state, life: state.life === 'open' ? 'handed' : state.life }
      if (run.borrowing === null) return { ...state, lends: withItem(state.lends, node.origin.start) }
      if (run.borrowing.has(node.origin.start) || state.life !== 'open') return state
      return { ...state, life: 'handed' }
    }
    case 'overwrite':
      if (state.life === 'open') reportOverwrite(node.origin, node.text, state, run)
      return { ...state, life: 'none' }
    case 'failure':
      return state
  }
}

function noteWrite(origin: Origin, method: string, state: PathState, run: Run): void {
  if (state.life === 'none') return
  const write = run.writes.get(origin.start) ?? { origin, method, lives: new Set<Life>() }
  write.lives.add(state.life)
  run.writes.set(origin.start, write)
}

function reportOverwrite(origin: Origin, text: string, state: PathState, run: Run): void {
  const cause: Cause = { kind: 'overwrite', shown: true, origin, text }
  run.detached.set(`overwrite|${String(origin.start)}`, {
    cause,
    states: mapStates(entryState('open'), () => state),
    detached: null,
    fails: false,
  })
}

/** The ways that take an arm. */
function assume(states: StateSet, { test }: Branch, taken: boolean): StateSet {
  if (test === undefined || (test.partial === true && !taken)) return states
  const holds = taken !== test.negated
  return mapStates(states, (state) => {
    if (test.of === 'span') return (state.life !== 'none') === holds ? state : null
    if (test.of === 'end') return holds && state.life === 'open' ? null : state
    if (state.assumed.includes(`${holds ? '-' : '+'}${test.key}`)) return null
    return { ...state, assumed: withItem(state.assumed, `${holds ? '+' : '-'}${test.key}`) }
  })
}

function evaluateLoop(node: Loop, states: StateSet, quiet: boolean, run: Run, leaving: Leaving): StateSet {
  const breaks = ({ leaves, label }: Abrupt) =>
    leaves === 'break' && (label === undefined || node.labels.includes(label))
  const continues = ({ leaves, label }: Abrupt) =>
    leaves === 'continue' && (label === undefined || node.labels.includes(label))
  const inside: Leaving = new Map()
  let entry = states
  let left = emptyStates
  for (let turn = 0; turn < MAX_TURNS; turn += 1) {
    const head = node.bodyFirst ? entry : evaluate(node.head, entry, quiet, run, inside)
    const body = land(inside, continues, evaluate(node.body, head, quiet, run, inside))
    const after = node.update === undefined ? body : evaluate(node.update, body, quiet, run, inside)
    const tail = node.bodyFirst ? evaluate(node.head, after, quiet, run, inside) : after
    if (!node.endless) left = joinStates(left, node.bodyFirst ? tail : head)
    const next = joinStates(entry, forgetAssumptions(tail))
    if (sameStates(next, entry)) break
    entry = next
  }
  const normal = land(inside, breaks, emptyStates)
  leaveOn(leaving, inside)
  return joinStates(normal, left)
}

/** A condition may hold in one turn of a loop and not in the next. */
function forgetAssumptions(states: StateSet): StateSet {
  return mapStates(states, (state) => (state.assumed.length === 0 ? state : { ...state, assumed: [] }))
}

function evaluateSwitch(node: Switch, states: StateSet, quiet: boolean, run: Run, leaving: Leaving): StateSet {
  const inside: Leaving = new Map()
  let into = states
  const entries: StateSet[] = []
  for (const arm of node.arms) {
    if (arm.test !== undefined) into = evaluate(arm.test, into, quiet, run, inside)
    entries.push(into)
  }
  let falling = emptyStates
  for (const [index, arm] of node.arms.entries()) {
    falling = evaluate(arm.body, joinStates(entries[index] ?? into, falling), quiet, run, inside)
  }
  const normal = node.exhaustive ? falling : joinStates(falling, into)
  const landed = land(inside, (abrupt) => abrupt.leaves === 'break' && abrupt.label === undefined, normal)
  leaveOn(leaving, inside)
  return landed
}

function evaluateTry(node: Try, states: StateSet, quiet: boolean, run: Run, leaving: Leaving): StateSet {
  const inside: Leaving = new Map()
  let normal = evaluate(node.block, states, quiet || node.quiet === true, run, inside)
  if (node.handler !== undefined) {
    let caught = emptyStates
    for (const abrupt of take(inside, ({ leaves }) => leaves === 'throw')) caught = joinStates(caught, afterThrow(abrupt))
    if (someState(caught, ({ life }) => life === 'open' || life === 'handed')) run.caughtOpen.add(node.origin.start)
    else if (node.presumed === true) noteOpenWrites(node.handler, states, run)
    normal = joinStates(normal, evaluate(node.handler, caught, quiet || looksAfter(caught), run, inside))
  }
  if (node.finalizer === undefined) {
    leaveOn(leaving, inside)
    return normal
  }
  const { finalizer } = node
  // Between two changes of the span every call leaves with the same ways: what the `finally` makes of them is asked once.
  const finalized = new Map<StateSet, StateSet>()
  const finish = (reaching: StateSet): StateSet => {
    let left = finalized.get(reaching)
    if (left === undefined) {
      left = evaluate(finalizer, reaching, quiet || looksAfter(reaching), run, leaving)
      finalized.set(reaching, left)
    }
    return left
  }
  const finished = finish(normal)
  for (const { leaves, cause, states: reaching, label } of inside.values()) {
    const left = finish(reaching)
    if (left.size > 0) leave(leaving, leaves, cause, left, label)
  }
  return finished
}

/** What a `catch` writes is no write after the end where an error that nobody expects leads there before it. */
function noteOpenWrites(handler: FlowNode, states: StateSet, run: Run): void {
  const open = mapStates(states, (state) => (state.life === 'ended' ? null : { ...state, life: 'open' }))
  evaluate(handler, open, true, startRun(run.borrowing, run.writes), new Map())
}

function looksAfter(states: StateSet): boolean {
  return someState(states, (state) => state.life !== 'none')
}

function afterThrow({ cause, states }: Abrupt): StateSet {
  return mapStates(states, (state) =>
    state.ok === null || state.sinceOk === 'shown-throw'
      ? state
      : { ...state, sinceOk: cause.shown && cause.relays !== true ? 'shown-throw' : 'possible-throw' },
  )
}

function evaluateInline(node: Inline, states: StateSet, quiet: boolean, run: Run, leaving: Leaving): StateSet {
  const inside: Leaving = new Map()
  const inner = evaluate(node.body, states, quiet || node.quiet === true, run, inside)
  if (node.helper !== undefined) nameHelper(inside, node.helper)
  const returns = ({ leaves, cause }: Abrupt): boolean => leaves === 'return' && cause.kind !== 'yield'
  if (!node.detached) {
    const normal = land(inside, returns, inner)
    leaveOn(leaving, inside)
    return normal
  }
  if (!endsOrEscapes(node.body)) return states
  const returned = take(inside, returns)
  for (const { leaves, cause, states: leftStates } of inside.values()) {
    if (leaves === 'throw' && node.explicitOnly !== true) detach(node, cause, leftStates, true, run)
  }
  for (const { cause, states: leftStates } of returned) detach(node, cause, leftStates, false, run)
  if (inner.size > 0) {
    const helper = node.helper === undefined ? {} : { helper: node.helper }
    const cause: Cause = { kind: 'end-of-function', shown: true, origin: node.last, text: '', ...helper }
    detach(node, cause, inner, false, run)
  }
  return handOver(states)
}

function nameHelper(leaving: Leaving, helper: number): void {
  for (const [key, abrupt] of leaving) {
    if (abrupt.cause.helper === undefined) leaving.set(key, { ...abrupt, cause: { ...abrupt.cause, helper } })
  }
}

function evaluateChain(node: Chain, states: StateSet, quiet: boolean, run: Run, leaving: Leaving): StateSet {
  const source: Leaving = new Map()
  let fulfilled = evaluate(node.source, states, false, run, source)
  let rejected = take(source, throws)
  for (const link of node.links) {
    let next = emptyStates
    const onFulfilled = link.fulfilled ?? link.settled
    const onRejected = link.rejected ?? link.settled
    let passing: Abrupt[] = rejected
    if (onRejected !== undefined) {
      passing = []
      for (const abrupt of rejected) {
        const inside: Leaving = new Map()
        const handled = land(inside, returns, evaluate(onRejected, afterThrow(abrupt), true, run, inside))
        passing.push(...take(inside, throws))
        if (link.settled === undefined) next = joinStates(next, handled)
        else if (handled.size > 0) passing.push({ ...abrupt, states: handled })
      }
    }
    if (onFulfilled === undefined) {
      next = joinStates(next, fulfilled)
    } else {
      const inside: Leaving = new Map()
      next = joinStates(next, land(inside, returns, evaluate(onFulfilled, fulfilled, link.settled !== undefined, run, inside)))
      passing.push(...take(inside, throws).map((abrupt) => ({ ...abrupt, states: withoutLends(abrupt.states) })))
    }
    fulfilled = next
    rejected = passing
  }
  if (!node.detached) {
    if (!quiet) {
      for (const abrupt of rejected) leave(leaving, 'throw', rejectionOf(node, abrupt.cause), abrupt.states)
    }
    return fulfilled
  }
  if (!node.links.some((link) => [link.fulfilled, link.rejected, link.settled].some((body) => body && endsOrEscapes(body)))) {
    return states
  }
  for (const abrupt of rejected) detach(node, rejectionOf(node, abrupt.cause), abrupt.states, true, run)
  const { origin, text } = node
  if (fulfilled.size > 0) detach(node, { kind: 'fulfilment', shown: true, origin, text }, fulfilled, false, run)
  return handOver(states)
}

function returns({ leaves }: Abrupt): boolean {
  return leaves === 'return'
}

function throws({ leaves }: Abrupt): boolean {
  return leaves === 'throw'
}

/**
 * `.then((value) => finish(span, value)).catch(() => span.end())`: that the `catch` ends the span does not make of `finish` one
 * that only borrows it, since the two never both have it to end.
 */
function withoutLends(states: StateSet): StateSet {
  return mapStates(states, (state) => (state.lends.length === 0 ? state : { ...state, lends: [] }))
}

/** What the source of a chain throws is a rejection to who reads the chain. */
function rejectionOf(node: Chain, cause: Cause): Cause {
  const within = cause.origin.start >= node.origin.start && cause.origin.end <= node.origin.end
  return within && cause.kind !== 'throw' ? { ...cause, kind: 'rejection' } : cause
}

function detach(node: FlowNode, cause: Cause, states: StateSet, fails: boolean, run: Run): void {
  const key = `${cause.kind}|${String(cause.origin.start)}`
  const before = run.detached.get(key)
  run.detached.set(key, {
    cause,
    states: before === undefined ? states : joinStates(before.states, states),
    detached: node,
    fails,
  })
}

function handOver(states: StateSet): StateSet {
  return mapStates(states, (state) => (state.life === 'open' ? { ...state, life: 'handed' } : state))
}

/** Does the tree say anywhere that the span ends or leaves the function's care? */
function endsOrEscapes(tree: FlowNode): boolean {
  return someNode(
    tree,
    (node) => node.do === 'end' || node.do === 'dispose' || (node.do === 'escape' && node.how !== 'passed'),
  )
}
