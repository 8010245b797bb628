import { describe, expect, it } from 'vitest'
import { endedInFinally, isEndedInFinally } from '../../../src/analysis/lifetimes/ended-in-finally.js'
import { endedByApi, isEndedByApi } from '../../../src/analysis/lifetimes/ended-by-api.js'
import { followPaths, loweringOf, ownedSpansOf } from '../../../src/analysis/lifetimes/index.js'
import type { OwnedSpan } from '../../../src/analysis/lifetimes/spans.js'
import type { FileAnalysis } from '../../../src/analysis/index.js'
import { analyze } from './analyze.js'

const head = `import { SpanStatusCode, trace } from '@opentelemetry/api'
const tracer = trace.getTracer('shop')
async function save(order) { await store.write(order) }
`

/** Whether the shape of the first span tells its life, and what following every path says of it. */
function read(code: string): { told: boolean; followed: unknown } {
  const { analysis, span } = firstSpan(code)
  return { told: isEndedInFinally(span, loweringOf(span, analysis)), followed: followed(span, analysis) }
}

function firstSpan(code: string): { analysis: FileAnalysis; span: OwnedSpan } {
  const analysis = analyze(head + code)
  const [span] = ownedSpansOf(analysis)
  if (span === undefined) throw new Error(`no span in ${code}`)
  return { analysis, span }
}

/** What following tells but where errors are caught, which nobody asks a shape. */
function followed(span: OwnedSpan, analysis: FileAnalysis): unknown {
  return { ...followPaths(span, loweringOf(span, analysis)), caughtOpen: null }
}

const failed = 'span.recordException(error); span.setStatus({ code: SpanStatusCode.ERROR })'

interface Parts {
  readonly work: string
  readonly caught: string
  readonly ended: string
  readonly before: string
}

const plain: Parts = { work: 'return await save(order)', caught: `${failed}; throw error`, ended: 'span.end()', before: '' }

function inCallback(parts: Partial<Parts>): string {
  const { before, caught, ended, work } = { ...plain, ...parts }
  return `class Orders { async place(order) { return tracer.startActiveSpan('order.place', async (span) => { ${before} try { ${work} } catch (error) { ${caught} } finally { ${ended} } }) } }`
}

function inVariable(parts: Partial<Parts>): string {
  const { before, caught, ended, work } = { ...plain, ...parts }
  return `async function place(order) { if (!order) return; const span = tracer.startSpan('order.place'); ${before} try { ${work} } catch (error) { ${caught} } finally { ${ended} } }`
}

const told: readonly [string, Partial<Parts>][] = [
  ['awaited work', {}],
  ['a status and no exception', { caught: 'span.setStatus({ code: SpanStatusCode.ERROR }); return null' }],
  ['a name for the error first', { caught: `const failure = toError(error); ${failed}; throw failure` }],
  ['attributes and events', { work: `span.setAttribute('order.id', order.id); for (const line of order.lines) { span.addEvent('line'); if (line.free) continue; await save(line) }` }],
  ['work that throws', { work: 'if (!order.lines) throw new Error("none"); return order.lines.map((line) => line.price)' }],
  ['OK after the last thing that may fail', { work: 'const done = await save(order); span.setStatus({ code: SpanStatusCode.OK }); return done' }],
]

const notTold: readonly [string, Partial<Parts>][] = [
  ['a promise that is returned', { work: 'return save(order)' }],
  ['a promise that is kept', { work: 'const saved = save(order); return order' }],
  ['OK before something that may fail', { work: 'span.setStatus({ code: SpanStatusCode.OK }); await save(order)' }],
  ['an exception without a status', { caught: 'span.recordException(error); throw error' }],
  ['a status on some ways only', { caught: 'if (error.fatal) span.setStatus({ code: SpanStatusCode.ERROR }); throw error' }],
  ['a status behind the way out', { caught: `if (error.known) throw error; ${failed}` }],
  ['an end in the work too', { work: 'await save(order); span.end()' }],
  ['an end on some ways only', { ended: 'if (order.done) span.end()' }],
  ['something behind the end', { ended: 'span.end(); span.setAttribute("late", true)' }],
  ['something else in front of the try', { before: 'validate(order);' }],
  ['the span given away', { work: 'await save(span)' }],
  ['the span in a callback', { work: 'order.lines.forEach((line) => span.addEvent(line.name))' }],
  ['another name for the span', { work: 'const other = span; other.setAttribute("a", 1); await save(order)' }],
  ['a method that no span has', { work: 'span.wrap(order); await save(order)' }],
  ['the span asked', { work: 'if (span.isRecording()) await save(order)' }],
]

describe.each([
  ['a callback', inCallback],
  ['a variable', inVariable],
])('a span in %s', (_, make) => {
  it.each(told)('is told by its shape: %s', (__, parts) => {
    expect(read(make(parts))).toEqual({ told: true, followed: endedInFinally })
  })

  it.each(notTold)('is followed: %s', (__, parts) => {
    expect(read(make(parts)).told).toBe(false)
  })

  it('never says more than following every path does, for any two parts together', () => {
    const all = [...told, ...notTold].map(([, parts]) => parts)
    let count = 0
    for (const one of all) {
      for (const other of all) {
        const { followed, told: isTold } = read(make({ ...one, ...other }))
        if (!isTold) continue
        count += 1
        expect(followed, make({ ...one, ...other })).toEqual(endedInFinally)
      }
    }
    expect(count).toBeGreaterThan(30)
  })
})

describe('what has the shape and is no span of its own function', () => {
  it.each([
    ['a generator', `function* place(order) { const span = tracer.startSpan('a'); try { yield order } catch (error) { ${failed}; throw error } finally { span.end() } }`],
    ['a span of the file', `const span = tracer.startSpan('a'); try { await save(1) } catch (error) { ${failed} } finally { span.end() }`],
    ['an end of another one', `async function place(other) { const span = tracer.startSpan('a'); try { await save(1) } catch (error) { ${failed} } finally { other.end() } }`],
    ['work behind the try', `async function place() { const span = tracer.startSpan('a'); try { await save(1) } catch (error) { ${failed} } finally { span.end() } await save(2) }`],
  ])('%s', (_, code) => {
    expect(read(code).told).toBe(false)
  })
})

describe('a span without a catch', () => {
  const make = (work: string, before = ''): string => `async function place(orders) { const span = tracer.startSpan('order.place'); ${before} try { ${work} } finally { span.end() } }`

  it.each([
    ['work that is caught item by item', 'for (const order of orders) { try { await save(order) } catch (error) { failed += 1 } }', 'let failed = 0;'],
    ['work that waits for nothing', 'for (const order of orders) span.addEvent(order.name); return total(orders)', ''],
    ['a throw that is caught', 'try { if (!orders) throw new Error("none") } catch { return 0 }', 'const started = Date.now();'],
    ['OK at the end', 'try { await save(orders) } catch { failed = true } span.setStatus({ code: SpanStatusCode.OK })', 'let failed = false;'],
  ])('is told by its shape: %s', (_, work, before) => {
    expect(read(make(work, before))).toEqual({ told: true, followed: endedInFinally })
  })

  it.each([
    ['work that fails', 'await save(orders)', ''],
    ['a throw', 'if (!orders) throw new Error("none")', ''],
    ['a call that the file shows to throw', 'parse(orders)', 'const parse = (value) => { if (!value) throw new Error("none") };'],
    ['JSON that may be none', 'JSON.parse(orders)', ''],
    ['the first of what may be nothing', 'return orders.find((order) => order.open).name', ''],
    ['a handler that throws again', 'try { await save(orders) } catch (error) { throw error }', ''],
    ['a handler that waits', 'try { await save(orders) } catch (error) { await report(error) }', ''],
    ['a finalizer that waits', 'try { await save(orders) } catch {} finally { await close() }', ''],
    ['a try without a catch', 'try { await save(orders) } finally { close() }', ''],
    ['an exception', 'try { await save(orders) } catch (error) { span.recordException(error) }', ''],
    ['a status', 'try { await save(orders) } catch (error) { span.setStatus({ code: SpanStatusCode.ERROR }) }', ''],
    ['something before the try that may throw', 'try { await save(orders) } catch {}', 'const first = load(orders);'],
    ['something before the try that waits', 'try { await save(orders) } catch {}', 'const first = await load(orders);'],
  ])('is followed: %s', (_, work, before) => {
    expect(read(make(work, before)).told).toBe(false)
  })
})

describe('a span that its API ends', () => {
  const make = (callback: string): string => `import { withSpan } from '@spanguard/runtime'\nexport const place = (order) => withSpan('order.place', ${callback})`
  const readApi = (callback: string): { told: boolean; followed: unknown } => {
    const { analysis, span } = firstSpan(make(callback))
    return { told: isEndedByApi(span), followed: followed(span, analysis) }
  }

  it.each([
    ['that nobody takes', 'async () => save(order)'],
    ['that gets attributes and events', `async (span) => { if (order.late) span.addEvent('late'); span.setAttribute('order.late', order.late); await save(order) }`],
    ['whose work throws', `(span) => { span.updateName('order.move'); throw new Error('none') }`],
    ['whose promise is returned', '(span) => { span.setAttributes({ a: 1 }); return save(order) }'],
    ['beside a catch', `async (span) => { try { await save(order) } catch { span.addEvent('failed') } }`],
  ])('is told by its shape: one %s', (_, callback) => {
    expect(readApi(callback)).toEqual({ told: true, followed: endedByApi })
  })

  it.each([
    ['that is ended', 'async (span) => { await save(order); span.end() }'],
    ['with a status', 'async (span) => { span.setStatus({ code: SpanStatusCode.OK }); await save(order) }'],
    ['with an exception', 'async (span) => { try { await save(order) } catch (error) { span.recordException(error) } }'],
    ['that is given on', 'async (span) => save(order, span)'],
    ['that a closure writes to', `async (span) => { order.lines.forEach((line) => span.addEvent(line.name)) }`],
    ['that is asked', 'async (span) => { if (span.isRecording()) await save(order) }'],
    ['by another name', `async (span) => { const other = span; other.end() }`],
  ])('is followed: one %s', (_, callback) => {
    expect(readApi(callback).told).toBe(false)
  })
})
