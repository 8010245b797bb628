import type { Origin } from '@spanguard/policy'
import type { ChainLink, FlowNode, Holder } from '../../src/flow/index.js'
import { nothing, readLifetime, sequence } from '../../src/flow/index.js'

/** Trees are written with the line as the whole origin: `end(7)` is `span.end()` on line 7. */
export function at(line: number): Origin {
  const start = line * 100
  return { start, end: start + 10, from: { line, column: 0 }, to: { line, column: 10 } }
}

export const seq = (...nodes: FlowNode[]): FlowNode => sequence(nodes)
export const start = (line: number): FlowNode => ({ do: 'start', origin: at(line) })
export const end = (line: number): FlowNode => ({ do: 'end', origin: at(line) })
export const write = (line: number): FlowNode => ({ do: 'write', method: 'setAttribute', origin: at(line) })
export const record = (line: number): FlowNode => ({ do: 'record', origin: at(line) })
export const status = (line: number, code: 'error' | 'ok' | 'unknown'): FlowNode => ({ do: 'status', code, origin: at(line) })
export const call = (line: number, shown = false): FlowNode => ({ do: 'risk', kind: 'call', shown, origin: at(line), text: `call${String(line)}()` })
export const wait = (line: number): FlowNode => ({ do: 'risk', kind: 'await', shown: true, origin: at(line), text: `await ${String(line)}` })
export const give = (line: number): FlowNode => ({ do: 'yield', origin: at(line), text: `yield ${String(line)}` })
export const ret = (line: number): FlowNode => ({ do: 'return', origin: at(line), text: 'return' })
export const toss = (line: number): FlowNode => ({ do: 'throw', origin: at(line), text: 'throw' })
export const leave = (line: number, label?: string): FlowNode => ({ do: 'break', origin: at(line), text: 'break', ...(label === undefined ? {} : { label }) })
export const skip = (line: number, label?: string): FlowNode => ({ do: 'continue', origin: at(line), text: 'continue', ...(label === undefined ? {} : { label }) })
export const when = (then: FlowNode, otherwise: FlowNode = nothing): FlowNode => ({ do: 'branch', then, otherwise })
export const whenSpan = (then: FlowNode, otherwise: FlowNode = nothing, negated = false): FlowNode => ({ do: 'branch', test: { of: 'span', key: 'span', negated }, then, otherwise })
export const whenKey = (key: string, then: FlowNode, otherwise: FlowNode = nothing, negated = false): FlowNode => ({ do: 'branch', test: { of: 'condition', key, negated }, then, otherwise })
export const loop = (body: FlowNode, options: Partial<Extract<FlowNode, { do: 'loop' }>> = {}): FlowNode => ({ do: 'loop', head: nothing, body, bodyFirst: false, endless: false, labels: [], ...options })
export const attempt = (block: FlowNode, handler?: FlowNode, finalizer?: FlowNode): FlowNode => ({ do: 'try', block, origin: at(0), ...(handler === undefined ? {} : { handler }), ...(finalizer === undefined ? {} : { finalizer }) })
export const passed = (line: number): FlowNode => ({ do: 'escape', how: 'passed', origin: at(line), text: `f${String(line)}(span)` })
export const escape = (line: number, how: 'captured' | 'returned' | 'stored', holder?: Pick<Holder, 'kind' | 'name'>): FlowNode => ({ do: 'escape', how, origin: at(line), text: '', ...(holder === undefined ? {} : { holder: { ...holder, of: 'stream', end: at(line + 1) } }) })
export const inline = (body: FlowNode, detached = false): FlowNode => ({ do: 'inline', body, detached, last: at(99) })
export const chain = (line: number, links: ChainLink[], detached = true): FlowNode => ({ do: 'chain', source: wait(line), links, detached, origin: at(line), text: `work${String(line)}()` })
export const promise = (line: number): FlowNode => ({ do: 'promise', settle: false, key: String(line), origin: at(line), text: `work${String(line)}()` })
export const settle = (line: number): FlowNode => ({ do: 'promise', settle: true, key: String(line), origin: at(line), text: '' })

/** The lifetime of a span that `tree` starts, or is given (`entry: 'open'`). */
export function live(tree: FlowNode, entry: 'none' | 'open' = 'none', ends = false): ReturnType<typeof readLifetime> {
  return readLifetime({ tree, entry, start: at(1), last: at(1000), ends })
}

/** The exits as `kind@line`, the most telling first. */
export function exits(tree: FlowNode, entry: 'none' | 'open' = 'none'): string[] {
  return live(tree, entry).openExits.map(({ kind, origin }) => `${kind}@${String(origin.from.line)}`)
}
