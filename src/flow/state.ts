import type { Origin } from '@spanguard/policy'

/** Where a span is in its life. `handed`: somebody else ends it. */
export type Life = 'none' | 'open' | 'ended' | 'handed'
export type StatusCode = 'unset' | 'ok' | 'error' | 'unknown'

/** What is known of the span on one way through the function. */
export interface PathState {
  readonly life: Life
  readonly status: StatusCode
  /** The `recordException` that this path has gone through, if any. */
  readonly recorded: Origin | null
  /** Where the status became OK, and what the path has gone through since. */
  readonly ok: Origin | null
  readonly sinceOk: 'straight' | 'possible-throw' | 'shown-throw'
  /** Calls that were given the span, by the offset where they start. */
  readonly lends: readonly number[]
  /** Promises that nobody has waited for, by their keys. */
  readonly pending: readonly string[]
  /** Conditions that hold (`+key`) or do not (`-key`) on this path. */
  readonly assumed: readonly string[]
}

/** The ways that lead to one place, each once. */
export type StateSet = ReadonlyMap<string, PathState>

/** Above this many ways, what only sharpens the answer is forgotten. */
const WIDEN_ABOVE = 48

export const emptyStates: StateSet = new Map()

/** The one way that leads into a function. */
export function entryState(life: Life): StateSet {
  return setOf([
    {
      life,
      status: 'unset',
      recorded: null,
      ok: null,
      sinceOk: 'straight',
      lends: [],
      pending: [],
      assumed: [],
    },
  ])
}

/** Applies `change` to every way; `null` ends a way, and what changes no way gives back the set itself. */
export function mapStates(states: StateSet, change: (state: PathState) => PathState | null): StateSet {
  let changed: Map<string, PathState> | null = null
  for (const [key, state] of states) {
    const next = change(state)
    if (next === state && changed === null) continue
    changed ??= before(states, key)
    if (next !== null) changed.set(next === state ? key : keyOf(next), next)
  }
  return changed ?? states
}

/** The ways of a set up to one of them. */
function before(states: StateSet, last: string): Map<string, PathState> {
  const some = new Map<string, PathState>()
  for (const [key, state] of states) {
    if (key === last) return some
    some.set(key, state)
  }
  return some
}

/** The ways of two sets; what adds nothing gives back the other set itself. */
export function joinStates(one: StateSet, other: StateSet): StateSet {
  if (one === other || other.size === 0) return one
  if (one.size === 0) return other
  let joined: Map<string, PathState> | null = null
  for (const [key, state] of other) {
    if (one.has(key)) continue
    joined ??= new Map(one)
    joined.set(key, state)
  }
  if (joined === null) return one
  return joined.size > WIDEN_ABOVE ? widen(joined) : joined
}

export function sameStates(left: StateSet, right: StateSet): boolean {
  if (left === right) return true
  if (left.size !== right.size) return false
  for (const key of left.keys()) if (!right.has(key)) return false
  return true
}

/** Does any way reach here with a span in this state? */
export function someState(states: StateSet, test: (state: PathState) => boolean): boolean {
  for (const state of states.values()) if (test(state)) return true
  return false
}

/** `list` with `item`, sorted, each once; `list` itself when nothing changes. */
export function withItem<Item extends string | number>(list: readonly Item[], item: Item): readonly Item[] {
  if (list.includes(item)) return list
  return [...list, item].sort((left, right) => (left < right ? -1 : 1))
}

function setOf(states: readonly PathState[]): StateSet {
  return new Map(states.map((state) => [keyOf(state), state]))
}

function keyOf({ assumed, lends, life, ok, pending, recorded, sinceOk, status }: PathState): string {
  const lists = lends.length + pending.length + assumed.length === 0 ? '' : `${lends.join()}|${pending.join()}|${assumed.join()}`
  return `${life}|${status}|${String(recorded?.start)}|${String(ok?.start)}|${sinceOk}|${lists}`
}

function widen(states: StateSet): StateSet {
  return mapStates(states, (state) => ({ ...state, lends: [], pending: [], assumed: [] }))
}
