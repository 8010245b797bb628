import { describe, expect, it } from 'vitest'
import { endedInFinally, isEndedInFinally } from '../../../src/analysis/lifetimes/ended-in-finally.js'
import { followPaths, loweringOf, ownedSpansOf } from '../../../src/analysis/lifetimes/index.js'
import { analyze } from './analyze.js'

const head = `import { SpanStatusCode, trace } from '@opentelemetry/api'
const tracer = trace.getTracer('shop')
async function save(order) { await store.write(order) }
`

/** Whether the shape of the first span tells its life, and what following every path says of it. */
function read(code: string): { told: boolean; followed: unknown } {
  const analysis = analyze(head + code)
  const [span] = ownedSpansOf(analysis)
  if (span === undefined) throw new Error(`no span in ${code}`)
  return { told: isEndedInFinally(span, loweringOf(span, analysis)), followed: followPaths(span, loweringOf(span, analysis)) }
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
    ['no catch', `async function place() { const span = tracer.startSpan('a'); try { await save(1) } finally { span.end() } }`],
    ['work behind the try', `async function place() { const span = tracer.startSpan('a'); try { await save(1) } catch (error) { ${failed} } finally { span.end() } await save(2) }`],
  ])('%s', (_, code) => {
    expect(read(code).told).toBe(false)
  })
})
