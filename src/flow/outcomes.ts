import type { Origin } from '@spanguard/policy'
import { joinStates } from './state.js'
import type { StateSet } from './state.js'

/** What makes control leave: a statement, or something inside an expression. */
export interface Cause {
  readonly kind: 'return' | 'throw' | 'end-of-function' | 'await' | 'yield' | 'call' | 'overwrite' | 'rejection' | 'fulfilment'
  /** The file shows that it happens; else it is a call of which nothing is known. */
  readonly shown: boolean
  readonly likely?: boolean
  readonly relays?: boolean
  readonly origin: Origin
  readonly text: string
  /** The helper in which it stands, if it is not the function itself. */
  readonly helper?: number
}

/** A way on which control leaves a piece of code by something that makes it leave. */
export interface Abrupt {
  readonly leaves: 'return' | 'throw' | 'break' | 'continue'
  readonly label: string | undefined
  readonly cause: Cause
  states: StateSet
}

/**
 * The abrupt ways out of what encloses the code being followed: its function, or the `try`, the loop or the chain that takes some of
 * them up again. All that is followed adds to one collection, since most code leaves abruptly at every call.
 */
export type Leaving = Map<number | string, Abrupt>

const leaveCodes: Readonly<Record<Abrupt['leaves'], number>> = { return: 0, throw: 1, break: 2, continue: 3 }
const kindCodes: Readonly<Record<Cause['kind'], number>> = {
  return: 0,
  throw: 1,
  'end-of-function': 2,
  await: 3,
  yield: 4,
  call: 5,
  overwrite: 6,
  rejection: 7,
  fulfilment: 8,
}

/** One number says it all but for labels: two bits of how it leaves, four of why, and the place. */
function keyOfAbrupt(leaves: Abrupt['leaves'], cause: Cause, label: string | undefined): number | string {
  const key = cause.origin.start * 64 + leaveCodes[leaves] * 16 + kindCodes[cause.kind]
  return label === undefined ? key : `${String(key)}|${label}`
}

/** Adds a way out, or the ways that lead to one that is known. */
export function leave(leaving: Leaving, leaves: Abrupt['leaves'], cause: Cause, states: StateSet, label?: string): void {
  const key = keyOfAbrupt(leaves, cause, label)
  const known = leaving.get(key)
  if (known === undefined) leaving.set(key, { leaves, label, cause, states })
  else known.states = joinStates(known.states, states)
}

/** Adds what leaves an inner piece of code, and is taken up nowhere in it, to what leaves the code around it. */
export function leaveOn(leaving: Leaving, inner: Leaving): void {
  for (const [key, abrupt] of inner) {
    const known = leaving.get(key)
    if (known === undefined) leaving.set(key, abrupt)
    else known.states = joinStates(known.states, abrupt.states)
  }
}

/** Removes the ways out for which `test` holds and gives them back. */
export function take(leaving: Leaving, test: (abrupt: Abrupt) => boolean): Abrupt[] {
  const taken: Abrupt[] = []
  for (const [key, abrupt] of leaving) {
    if (!test(abrupt)) continue
    leaving.delete(key)
    taken.push(abrupt)
  }
  return taken
}

/** Those ways out lead to here, where `normal` leads too. */
export function land(leaving: Leaving, test: (abrupt: Abrupt) => boolean, normal: StateSet): StateSet {
  let landed = normal
  for (const { states } of take(leaving, test)) landed = joinStates(landed, states)
  return landed
}
