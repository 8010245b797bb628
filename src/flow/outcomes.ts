import type { Origin } from '@spanguard/policy'
import { emptyStates, joinStates } from './state.js'
import type { StateSet } from './state.js'

/** What makes control leave: a statement, or something inside an expression. */
export interface Cause {
  readonly kind: 'return' | 'throw' | 'end-of-function' | 'await' | 'yield' | 'call' | 'overwrite' | 'rejection' | 'fulfilment'
  /** The file shows that it happens; else it is a call of which nothing is known. */
  readonly shown: boolean
  readonly likely?: boolean
  readonly origin: Origin
  readonly text: string
  /** The helper in which it stands, if it is not the function itself. */
  readonly helper?: number
}

/** How a piece of code can be left: normally, or by something that makes control leave. */
export interface Outcomes {
  normal: StateSet
  readonly abrupt: Map<string, Abrupt>
}
export interface Abrupt {
  readonly leaves: 'return' | 'throw' | 'break' | 'continue'
  readonly label: string | undefined
  readonly cause: Cause
  states: StateSet
}
export function finished(normal: StateSet): Outcomes {
  return { normal, abrupt: new Map() }
}

export function leaving(leaves: Abrupt['leaves'], cause: Cause, states: StateSet, label?: string): Outcomes {
  const outcomes = finished(emptyStates)
  outcomes.abrupt.set(keyOfAbrupt(leaves, cause, label), { leaves, label, cause, states })
  return outcomes
}

function keyOfAbrupt(leaves: string, cause: Cause, label: string | undefined): string {
  return `${leaves}|${label ?? ''}|${cause.kind}|${String(cause.origin.start)}`
}

/** Adds the abrupt outcomes of `from` to those of `to`. */
export function addAbrupt(to: Outcomes, from: Outcomes): void {
  for (const [key, abrupt] of from.abrupt) {
    const before = to.abrupt.get(key)
    to.abrupt.set(key, before === undefined ? { ...abrupt } : { ...before, states: joinStates(before.states, abrupt.states) })
  }
}

export function joinOutcomes(all: readonly Outcomes[]): Outcomes {
  const joined = finished(joinStates(...all.map((outcomes) => outcomes.normal)))
  for (const outcomes of all) addAbrupt(joined, outcomes)
  return joined
}

/** Removes the abrupt outcomes for which `test` holds and gives them back. */
export function takeAbrupt(outcomes: Outcomes, test: (abrupt: Abrupt) => boolean): Abrupt[] {
  const taken: Abrupt[] = []
  for (const [key, abrupt] of outcomes.abrupt) {
    if (!test(abrupt)) continue
    outcomes.abrupt.delete(key)
    taken.push(abrupt)
  }
  return taken
}

/** Those abrupt outcomes go on normally from here. */
export function landing(outcomes: Outcomes, test: (abrupt: Abrupt) => boolean): Outcomes {
  const landed = takeAbrupt(outcomes, test)
  outcomes.normal = joinStates(outcomes.normal, ...landed.map((abrupt) => abrupt.states))
  return outcomes
}
