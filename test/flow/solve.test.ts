import { describe, expect, it } from 'vitest'
import type { FlowNode } from '../../src/flow/index.js'
import { nothing } from '../../src/flow/index.js'
import { at, attempt, call, chain, end, escape, exits, give, inline, leave, live, loop, passed, promise, record, ret, seq, settle, skip, start, status, toss, wait, when, whenKey, whenSpan, write } from './trees.js'

const never: string[] = []

describe('exits on which the span is open', () => {
  it.each<[string, FlowNode, string[]]>([
    ['a straight line that only writes', seq(start(1), write(2), end(3)), never],
    ['no end at all is reported where the span starts', seq(start(1), write(2)), ['never@1']],
    ['a call between start and end', seq(start(1), call(2), end(3)), ['call@2']],
    ['an await between start and end', seq(start(1), wait(2), end(3)), ['await@2']],
    ['a call before the start and one behind the end', seq(call(1), start(2), end(3), call(4)), never],
    ['a return before the end', seq(start(1), when(ret(2)), end(3)), ['return@2']],
    ['a return before the end, beside a call: the statement is more telling', seq(start(1), call(2), when(ret(3)), end(4)), ['return@3', 'call@2']],
    ['a throw before the end', seq(start(1), when(toss(2)), end(3)), ['throw@2']],
    ['a yield: the reader may never come back', seq(start(1), give(2), end(3)), ['yield@2']],
    ['a yield inside a try that ends it', seq(start(1), attempt(give(2), undefined, end(3))), never],
    ['one arm forgets', seq(start(1), when(end(2), write(3))), ['end-of-function@1000']],
    ['both arms end', seq(start(1), when(end(2), end(3))), never],
    ['process.exit', seq(start(1), when({ do: 'stop' }), end(2)), never],
  ])('%s', (_, tree, expected) => {
    expect(exits(tree)).toEqual(expected)
  })
})

describe('try', () => {
  it.each<[string, FlowNode, string[]]>([
    ['finally ends it on every way', seq(start(1), attempt(seq(wait(2), when(ret(3)), when(toss(4))), undefined, end(5))), never],
    ['catch and the normal way end it', seq(start(1), attempt(seq(wait(2), end(3)), seq(end(4), toss(5)))), never],
    ['catch forgets', seq(start(1), attempt(seq(wait(2), end(3)), toss(4))), ['throw@4']],
    ['catch forgets and completes', seq(start(1), attempt(seq(wait(2), end(3)), write(4))), ['end-of-function@1000']],
    ['a throw inside the try goes to its catch', seq(start(1), attempt(toss(2), nothing), end(3)), never],
    ['a return inside the try does not', seq(start(1), attempt(seq(ret(2)), end(3)), end(4)), ['return@2']],
    ['calls in the catch do not throw', seq(start(1), attempt(wait(2), call(3)), end(4)), never],
    ['calls in the finally do not throw', seq(start(1), attempt(wait(2), undefined, seq(wait(3), end(4)))), never],
    ['a span that is started in a catch is not looked after by it', attempt(wait(1), seq(start(2), wait(3), end(4))), ['await@3']],
    ['a return in finally overrides the error', seq(start(1), attempt(toss(2), undefined, ret(3))), ['return@3']],
    ['finally runs for a break', seq(start(1), loop(attempt(leave(2), undefined, end(3))), when(end(4))), ['end-of-function@1000']],
    ['a call in front of the try of which nothing is known is trusted', seq(start(1), call(2), attempt(wait(3), undefined, end(4))), never],
    ['a call in front of the try that the file shows to throw is not', seq(start(1), call(2, true), attempt(wait(3), undefined, end(4))), ['call@2']],
    ['an await in front of the try', seq(start(1), wait(2), attempt(wait(3), undefined, end(4))), ['await@2']],
    ['an inner try that swallows', seq(start(1), attempt(wait(2), nothing), end(3)), never],
  ])('%s', (_, tree, expected) => {
    expect(exits(tree)).toEqual(expected)
  })
})

describe('loops and switches', () => {
  it.each<[string, FlowNode, string[]]>([
    ['a loop may run no turn', seq(start(1), loop(end(2))), ['end-of-function@1000']],
    ['a do-while runs once', seq(start(1), loop(end(2), { bodyFirst: true })), never],
    ['an endless loop is left by break only', seq(start(1), loop(when(seq(end(2), leave(3))), { endless: true })), never],
    ['a break before the end', seq(start(1), loop(seq(when(leave(2)), end(3), leave(4)), { endless: true })), ['end-of-function@1000']],
    ['a span of each turn', loop(seq(start(1), write(2), end(3))), never],
    ['continue forgets the span of the turn', loop(seq(start(1), when(skip(2)), end(3))), ['overwrite@1', 'end-of-function@1000']],
    ['a labelled continue leaves the inner loop', loop(seq(start(1), loop(skip(2, 'outer')), end(3)), { labels: ['outer'] }), ['overwrite@1', 'end-of-function@1000']],
    ['a labelled block', seq(start(1), { do: 'labeled', label: 'block', body: seq(when(leave(2, 'block')), end(3)) }), ['end-of-function@1000']],
    ['a switch of which every arm ends it', seq(start(1), { do: 'switch', arms: [{ body: seq(end(2), leave(3)) }, { body: end(4) }], exhaustive: true }), never],
    ['a switch without default', seq(start(1), { do: 'switch', arms: [{ body: seq(end(2), leave(3)) }], exhaustive: false }), ['end-of-function@1000']],
    ['an arm that falls into one that ends', seq(start(1), { do: 'switch', arms: [{ body: write(2) }, { body: seq(end(3), leave(4)) }], exhaustive: true }), never],
    ['an arm that forgets', seq(start(1), { do: 'switch', arms: [{ body: leave(2) }, { body: end(3) }], exhaustive: true }), ['end-of-function@1000']],
  ])('%s', (_, tree, expected) => {
    expect(exits(tree)).toEqual(expected)
  })
})

describe('conditions', () => {
  it.each<[string, FlowNode, string[]]>([
    ['if (span) after a conditional start', seq(when(start(1)), whenSpan(end(2))), never],
    ['if (!span) return', seq(when(start(1)), whenSpan(ret(2), nothing, true), end(3)), never],
    ['the same condition twice', seq(whenKey('traced', start(1)), write(2), whenKey('traced', end(3))), never],
    ['the same condition, negated', seq(whenKey('traced', start(1)), whenKey('traced', nothing, end(3), true)), never],
    ['another condition', seq(whenKey('traced', start(1)), whenKey('other', end(3))), ['end-of-function@1000']],
  ])('%s', (_, tree, expected) => {
    expect(exits(tree)).toEqual(expected)
  })
})

describe('hand-over', () => {
  it.each<[string, FlowNode, string[]]>([
    ['returned', seq(start(1), escape(2, 'returned'), ret(2)), never],
    ['stored', seq(start(1), escape(2, 'stored'), wait(3)), never],
    ['open before it is stored', seq(start(1), wait(2), escape(3, 'stored')), ['await@2']],
    ['passed on and never ended here', seq(start(1), passed(2), wait(3)), never],
    ['passed on, and ended here: it was only lent', seq(start(1), passed(2), wait(3), end(4)), ['await@3']],
    ['passed on in the catch, and not ended there', seq(start(1), attempt(seq(wait(2), end(3)), seq(passed(4), toss(5)))), never],
    ['passed to the recorder, then ended in finally', seq(start(1), attempt(wait(2), seq(passed(3), toss(4)), end(5))), never],
    ['captured by a closure that ends it', seq(start(1), escape(2, 'captured'), ret(3)), never],
    ['overwritten while open', seq(start(1), { do: 'overwrite', origin: at(2), text: 'span = null' }, end(3)), ['overwrite@2']],
  ])('%s', (_, tree, expected) => {
    expect(exits(tree)).toEqual(expected)
  })
})

describe('promise chains', () => {
  it.each<[string, FlowNode, string[]]>([
    ['.finally ends it', seq(start(1), chain(2, [{ settled: end(3) }]), ret(4)), never],
    ['.then(a, b) both end it', seq(start(1), chain(2, [{ fulfilled: end(3), rejected: end(4) }]), ret(5)), never],
    ['.then ends it, nobody ends it on rejection', seq(start(1), chain(2, [{ fulfilled: end(3) }]), ret(5)), ['rejection@2']],
    ['.then().catch() both end it', seq(start(1), chain(2, [{ fulfilled: end(3) }, { rejected: end(4) }])), never],
    ['.then(a, b): b does not see what a throws', seq(start(1), chain(2, [{ fulfilled: inline(seq(toss(3), end(4))), rejected: end(5) }])), ['throw@3']],
    ['.catch before .then: both ways run it', seq(start(1), chain(2, [{ rejected: nothing }, { fulfilled: end(3) }])), never],
    ['awaited, and ended after', seq(start(1), chain(2, [{ fulfilled: write(3) }], false), end(4)), ['rejection@2']],
    ['awaited with a catch, and ended after', seq(start(1), chain(2, [{ rejected: record(3) }], false), end(4)), never],
    ['another closure ends it when it fails', seq(start(1), chain(2, [{ fulfilled: end(3) }]), escape(4, 'captured')), never],
  ])('%s', (_, tree, expected) => {
    expect(exits(tree)).toEqual(expected)
  })
})

describe('functions that run in place', () => {
  it.each<[string, FlowNode, string[]]>([
    ['a helper that ends it', seq(start(1), inline(seq(write(2), end(3), ret(4))), ret(5)), never],
    ['a helper whose own path forgets', seq(start(1), inline(seq(wait(2), end(3))), ret(4)), ['await@2']],
    ['an asynchronous helper that nobody waits for', seq(start(1), inline(seq(wait(2), end(3)), true), ret(4)), ['await@2']],
    ['an asynchronous helper that only writes leaves it with us', seq(start(1), inline(seq(wait(2), write(3)), true), end(4)), never],
    ['what a helper throws is caught here', seq(start(1), attempt(inline(toss(2)), end(3))), never],
  ])('%s', (_, tree, expected) => {
    expect(exits(tree)).toEqual(expected)
  })
})

describe('ended on one side only', () => {
  it.each<[string, FlowNode, string[]]>([
    ["only on 'end'", seq(start(1), escape(5, 'captured', { kind: 'listener', name: 'end' })), ['one-sided@6']],
    ["on 'end' and on 'error'", seq(start(1), escape(5, 'captured', { kind: 'listener', name: 'end' }), escape(7, 'captured', { kind: 'listener', name: 'error' })), never],
    ["on 'close', which comes in every case", seq(start(1), escape(5, 'captured', { kind: 'listener', name: 'close' })), never],
    ['only in flush', seq(start(1), escape(5, 'captured', { kind: 'callback', name: 'flush' })), ['one-sided@6']],
    ['in flush and in cancel', seq(start(1), escape(5, 'captured', { kind: 'callback', name: 'flush' }), escape(7, 'captured', { kind: 'callback', name: 'cancel' })), never],
    ['only by a patched res.send', seq(start(1), escape(5, 'captured', { kind: 'patch', name: 'send' })), ['one-sided@6']],
    ['by a patched res.end', seq(start(1), escape(5, 'captured', { kind: 'patch', name: 'end' })), never],
    ['given to a function', seq(start(1), escape(5, 'captured', { kind: 'other', name: '' })), never],
    ["on 'end', beside an end of our own", seq(start(1), escape(5, 'captured', { kind: 'listener', name: 'end' }), when(end(7))), never],
  ])('%s', (_, tree, expected) => {
    expect(exits(tree)).toEqual(expected)
  })

  it('points at the failure listener that settles without ending', () => {
    const holder = { kind: 'listener', name: 'error', of: 'request', end: { start: 700, end: 710, from: { line: 7, column: 0 }, to: { line: 7, column: 9 } } } as const
    const failure: FlowNode = { do: 'failure', holder, settles: true, origin: holder.end, text: "request.on('error', reject)" }
    expect(exits(seq(start(1), escape(5, 'captured', { kind: 'listener', name: 'end' }), failure))).toEqual(['failure-callback@7'])
  })
})

describe('what else a life tells', () => {
  const lines = (found: readonly { origin: { from: { line: number } } }[]): number[] => found.map(({ origin }) => origin.from.line)

  it('finds writes behind the end on every path', () => {
    expect(lines(live(seq(start(1), end(2), write(3))).usesAfterEnd)).toEqual([3])
  })
  it('says nothing of a write that one open path reaches', () => {
    expect(lines(live(seq(start(1), when(end(2)), write(3), when(end(4)))).usesAfterEnd)).toEqual([])
  })
  it('sees a write in the next turn of a loop', () => {
    expect(lines(live(seq(start(1), end(2), loop(write(3)))).usesAfterEnd)).toEqual([3])
  })
  it('finds a promise that is returned through the finally that ends', () => {
    expect(lines(live(seq(start(1), attempt(seq(promise(2), ret(3)), undefined, end(4)))).unawaited)).toEqual([2])
  })
  it('says nothing of a promise that was waited for, or is made after the end', () => {
    expect(live(seq(start(1), promise(2), settle(2), end(3))).unawaited).toEqual([])
    expect(live(seq(start(1), end(2), promise(3), ret(4))).unawaited).toEqual([])
  })
  it('finds a recorded exception without a status', () => {
    expect(live(seq(start(1), attempt(wait(2), seq(record(3), toss(4)), end(5)))).recordedOnly.map(({ from }) => from.line)).toEqual([3])
  })
  it.each<[string, FlowNode]>([
    ['set before', seq(status(3, 'error'), record(4))],
    ['set after', seq(record(3), status(4, 'error'))],
    ['set by who it was given to', seq(record(3), status(4, 'unknown'))],
  ])('says nothing of a status that was %s', (_, handler) => {
    expect(live(seq(start(1), attempt(wait(2), seq(handler, toss(5)), end(6)))).recordedOnly).toEqual([])
  })
  it('finds an OK that a later ERROR cannot replace', () => {
    expect(live(seq(start(1), status(2, 'ok'), attempt(wait(3), status(4, 'error')), end(5))).maskingOk.map(({ from }) => from.line)).toEqual([2])
  })
  it('trusts an OK behind the work', () => {
    expect(live(seq(start(1), attempt(seq(wait(2), status(3, 'ok'), call(4)), status(5, 'error')), end(6))).maskingOk).toEqual([])
  })
  it('finds an error that leaves without a status', () => {
    expect(lines(live(seq(start(1), attempt(wait(2), undefined, end(3)))).failsUnset)).toEqual([2])
  })
  it('knows that an API with `ends` does both', () => {
    const life = live(wait(1), 'open', true)
    expect([life.openExits, life.failsUnset]).toEqual([[], []])
  })
})
