import type { Origin } from '@spanguard/policy'
import { addAbrupt, finished, joinOutcomes, landing, leaving, takeAbrupt } from './outcomes.js'
import type { Abrupt, Cause, Outcomes } from './outcomes.js'
import { emptyStates, entryState, joinStates, mapStates, sameStates, someState, withItem } from './state.js'
import type { Life, PathState, StateSet } from './state.js'
import { findNodes, someNode } from './tree.js'
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
  const outcomes = evaluate(tree, entryState(entry), false, run)
  return {
    exits: [...boundaryExits(outcomes, last), ...run.detached.values()],
    usesAfterEnd: [...run.writes.values()].filter((write) => write.lives.size === 1 && write.lives.has('ended')),
    unawaited: [...run.unawaited.values()],
    maskingOk: [...run.maskingOk.values()],
  }
}

/** The calls that only borrow the span. A first run finds them; most functions give their span to nobody and need none. */
function findBorrowers(tree: FlowNode, entry: 'none' | 'open'): ReadonlySet<number> {
  if (!someNode(tree, (node) => node.do === 'escape' && node.how === 'passed')) return new Set()
  const lending = startRun(null)
  evaluate(tree, entryState(entry), false, lending)
  for (const call of findBorrowingCallbacks(tree)) lending.confirmed.add(call)
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

function startRun(borrowing: ReadonlySet<number> | null): Run {
  return {
    borrowing,
    confirmed: new Set(),
    detached: new Map(),
    writes: new Map(),
    promises: new Map(),
    unawaited: new Map(),
    maskingOk: new Map(),
  }
}

function boundaryExits(outcomes: Outcomes, last: Origin): Exit[] {
  const exits: Exit[] = []
  for (const { leaves, cause, states } of outcomes.abrupt.values()) {
    if (leaves === 'return' || leaves === 'throw') exits.push({ cause, states, detached: null, fails: leaves === 'throw' })
  }
  if (outcomes.normal.size > 0) {
    const cause: Cause = { kind: 'end-of-function', shown: true, origin: last, text: '' }
    exits.push({ cause, states: outcomes.normal, detached: null, fails: false })
  }
  return exits
}

/** @param quiet calls do not throw: inside the `catch` and `finally` that look after the span */
function evaluate(node: FlowNode, states: StateSet, quiet: boolean, run: Run): Outcomes {
  if (states.size === 0) return finished(emptyStates)
  switch (node.do) {
    case 'seq': {
      const outcomes = finished(states)
      for (const child of node.nodes) {
        const next = evaluate(child, outcomes.normal, quiet, run)
        outcomes.normal = next.normal
        if (next.abrupt.size > 0) addAbrupt(outcomes, next)
      }
      return outcomes
    }
    case 'branch':
      return evaluateBranch(node, states, quiet, run)
    case 'loop':
      return evaluateLoop(node, states, quiet, run)
    case 'labeled': {
      const outcomes = evaluate(node.body, states, quiet, run)
      return landing(outcomes, (abrupt) => abrupt.leaves === 'break' && abrupt.label === node.label)
    }
    case 'switch':
      return evaluateSwitch(node, states, quiet, run)
    case 'try':
      return evaluateTry(node, states, quiet, run)
    case 'return':
    case 'throw':
    case 'break':
    case 'continue': {
      const kind = node.do === 'throw' ? 'throw' : 'return'
      return leaving(node.do, { kind, shown: true, origin: node.origin, text: node.text }, states, node.label)
    }
    case 'risk': {
      if (quiet) return finished(states)
      const { kind, shown, likely = false, origin, text } = node
      const thrown = leaving('throw', { kind, shown, likely, origin, text }, states)
      return { normal: states, abrupt: thrown.abrupt }
    }
    case 'yield': {
      const left = leaving('return', { kind: 'yield', shown: true, origin: node.origin, text: node.text }, states)
      return { normal: states, abrupt: left.abrupt }
    }
    case 'inline':
      return evaluateInline(node, states, quiet, run)
    case 'chain':
      return evaluateChain(node, states, quiet, run)
    case 'stop':
      return finished(emptyStates)
    case 'promise': {
      const { key, origin, text, settle } = node
      if (!settle) run.promises.set(key, { origin, text })
      return finished(
        mapStates(states, (state) => ({
          ...state,
          pending: settle ? state.pending.filter((pending) => pending !== key) : withItem(state.pending, key),
        })),
      )
    }
    default:
      return finished(mapStates(states, (state) => operate(node, state, run)))
  }
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
      return { ...state, recorded: state.recorded ?? node.origin }
    case 'status': {
      if (node.code !== 'unknown') noteWrite(node.origin, 'setStatus', state, run)
      if (node.code === 'error' && state.ok !== null && state.sinceOk !== 'possible-throw' && state.life === 'open') {
        run.maskingOk.set(state.ok.start, state.ok)
      }
      if (node.code === 'ok') return { ...state, status: 'ok', ok: node.origin, sinceOk: 'straight' }
      return { ...state, status: node.code === 'unset' ? state.status : node.code }
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

function evaluateBranch(node: Branch, states: StateSet, quiet: boolean, run: Run): Outcomes {
  const then = evaluate(node.then, assume(states, node, true), quiet, run)
  const otherwise = evaluate(node.otherwise, assume(states, node, false), quiet, run)
  return joinOutcomes([then, otherwise])
}

/** The ways that take an arm. */
function assume(states: StateSet, { test }: Branch, taken: boolean): StateSet {
  if (test === undefined) return states
  const holds = taken !== test.negated
  return mapStates(states, (state) => {
    if (test.of === 'span') return (state.life !== 'none') === holds ? state : null
    if (test.of === 'end') return holds && state.life === 'open' ? null : state
    if (state.assumed.includes(`${holds ? '-' : '+'}${test.key}`)) return null
    return { ...state, assumed: withItem(state.assumed, `${holds ? '+' : '-'}${test.key}`) }
  })
}

function evaluateLoop(node: Loop, states: StateSet, quiet: boolean, run: Run): Outcomes {
  const breaks = ({ leaves, label }: Abrupt) =>
    leaves === 'break' && (label === undefined || node.labels.includes(label))
  const continues = ({ leaves, label }: Abrupt) =>
    leaves === 'continue' && (label === undefined || node.labels.includes(label))
  const abrupt: Outcomes = finished(emptyStates)
  let entry = states
  let left = emptyStates
  for (let turn = 0; turn < MAX_TURNS; turn += 1) {
    const head = node.bodyFirst ? finished(entry) : evaluate(node.head, entry, quiet, run)
    const body = landing(evaluate(node.body, head.normal, quiet, run), continues)
    const after = node.update === undefined ? finished(body.normal) : evaluate(node.update, body.normal, quiet, run)
    const tail = node.bodyFirst ? evaluate(node.head, after.normal, quiet, run) : after
    for (const outcomes of [head, body, after, tail]) addAbrupt(abrupt, outcomes)
    if (!node.endless) left = joinStates(left, node.bodyFirst ? tail.normal : head.normal)
    const next = joinStates(entry, forgetAssumptions(tail.normal))
    if (sameStates(next, entry)) break
    entry = next
  }
  const outcomes = landing(abrupt, breaks)
  outcomes.normal = joinStates(outcomes.normal, left)
  return outcomes
}

/** A condition may hold in one turn of a loop and not in the next. */
function forgetAssumptions(states: StateSet): StateSet {
  return mapStates(states, (state) => ({ ...state, assumed: [] }))
}

function evaluateSwitch(node: Switch, states: StateSet, quiet: boolean, run: Run): Outcomes {
  const all = finished(emptyStates)
  let into = states
  const entries: StateSet[] = []
  for (const arm of node.arms) {
    if (arm.test !== undefined) {
      const tested = evaluate(arm.test, into, quiet, run)
      addAbrupt(all, tested)
      into = tested.normal
    }
    entries.push(into)
  }
  let falling = emptyStates
  for (const [index, arm] of node.arms.entries()) {
    const outcomes = evaluate(arm.body, joinStates(entries[index] ?? into, falling), quiet, run)
    addAbrupt(all, outcomes)
    falling = outcomes.normal
  }
  all.normal = node.exhaustive ? falling : joinStates(falling, into)
  return landing(all, (abrupt) => abrupt.leaves === 'break' && abrupt.label === undefined)
}

function evaluateTry(node: Try, states: StateSet, quiet: boolean, run: Run): Outcomes {
  let outcomes = evaluate(node.block, states, quiet, run)
  if (node.handler !== undefined) {
    const thrown = takeAbrupt(outcomes, (abrupt) => abrupt.leaves === 'throw')
    const caught = joinStates(...thrown.map(afterThrow))
    const handled = evaluate(node.handler, caught, quiet || looksAfter(caught), run)
    outcomes = joinOutcomes([outcomes, handled])
  }
  if (node.finalizer === undefined) return outcomes
  const finalizer = node.finalizer
  const all = evaluate(finalizer, outcomes.normal, quiet || looksAfter(outcomes.normal), run)
  for (const abrupt of outcomes.abrupt.values()) {
    const last = evaluate(finalizer, abrupt.states, quiet || looksAfter(abrupt.states), run)
    addAbrupt(all, last)
    if (last.normal.size > 0) addAbrupt(all, leaving(abrupt.leaves, abrupt.cause, last.normal, abrupt.label))
  }
  return all
}

function looksAfter(states: StateSet): boolean {
  return someState(states, (state) => state.life !== 'none')
}

function afterThrow({ cause, states }: Abrupt): StateSet {
  return mapStates(states, (state) =>
    state.ok === null || state.sinceOk === 'shown-throw'
      ? state
      : { ...state, sinceOk: cause.shown ? 'shown-throw' : 'possible-throw' },
  )
}

function evaluateInline(node: Inline, states: StateSet, quiet: boolean, run: Run): Outcomes {
  const inner = evaluate(node.body, states, quiet || node.quiet === true, run)
  if (node.helper !== undefined) nameHelper(inner, node.helper)
  const returned = takeAbrupt(inner, (abrupt) => abrupt.leaves === 'return' && abrupt.cause.kind !== 'yield')
  if (!node.detached) {
    inner.normal = joinStates(inner.normal, ...returned.map((abrupt) => abrupt.states))
    return inner
  }
  if (!endsOrEscapes(node.body)) return finished(states)
  for (const { leaves, cause, states: leftStates } of inner.abrupt.values()) {
    if (leaves === 'throw' && node.explicitOnly !== true) detach(node, cause, leftStates, true, run)
  }
  for (const { cause, states: leftStates } of returned) detach(node, cause, leftStates, false, run)
  if (inner.normal.size > 0) {
    const helper = node.helper === undefined ? {} : { helper: node.helper }
    const cause: Cause = { kind: 'end-of-function', shown: true, origin: node.last, text: '', ...helper }
    detach(node, cause, inner.normal, false, run)
  }
  return finished(handOver(states))
}

function nameHelper(outcomes: Outcomes, helper: number): void {
  for (const [key, abrupt] of outcomes.abrupt) {
    if (abrupt.cause.helper === undefined) outcomes.abrupt.set(key, { ...abrupt, cause: { ...abrupt.cause, helper } })
  }
}

function evaluateChain(node: Chain, states: StateSet, quiet: boolean, run: Run): Outcomes {
  const source = evaluate(node.source, states, false, run)
  let rejected = takeAbrupt(source, (abrupt) => abrupt.leaves === 'throw')
  let fulfilled = source.normal
  for (const link of node.links) {
    const next: Outcomes[] = []
    const onFulfilled = link.fulfilled ?? link.settled
    const onRejected = link.rejected ?? link.settled
    let passing: Abrupt[] = rejected
    if (onRejected !== undefined) {
      passing = []
      for (const abrupt of rejected) {
        const outcomes = evaluate(onRejected, afterThrow(abrupt), true, run)
        returnNormally(outcomes)
        passing.push(...takeAbrupt(outcomes, ({ leaves }) => leaves === 'throw'))
        if (link.settled === undefined) next.push(outcomes)
        else if (outcomes.normal.size > 0) passing.push({ ...abrupt, states: outcomes.normal })
      }
    }
    if (onFulfilled === undefined) {
      next.push(finished(fulfilled))
    } else {
      const outcomes = evaluate(onFulfilled, fulfilled, link.settled !== undefined, run)
      returnNormally(outcomes)
      const failed = takeAbrupt(outcomes, ({ leaves }) => leaves === 'throw')
      passing.push(...failed.map((abrupt) => ({ ...abrupt, states: withoutLends(abrupt.states) })))
      next.push(outcomes)
    }
    fulfilled = joinOutcomes(next).normal
    rejected = passing
  }
  if (!node.detached) {
    const outcomes = finished(fulfilled)
    if (!quiet) {
      for (const abrupt of rejected) addAbrupt(outcomes, leaving('throw', rejectionOf(node, abrupt.cause), abrupt.states))
    }
    return outcomes
  }
  if (!node.links.some((link) => [link.fulfilled, link.rejected, link.settled].some((body) => body && endsOrEscapes(body)))) {
    return finished(states)
  }
  for (const abrupt of rejected) detach(node, rejectionOf(node, abrupt.cause), abrupt.states, true, run)
  const { origin, text } = node
  if (fulfilled.size > 0) detach(node, { kind: 'fulfilment', shown: true, origin, text }, fulfilled, false, run)
  return finished(handOver(states))
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

function returnNormally(outcomes: Outcomes): void {
  const returned = takeAbrupt(outcomes, ({ leaves }) => leaves === 'return')
  outcomes.normal = joinStates(outcomes.normal, ...returned.map((abrupt) => abrupt.states))
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
