import { describe, expect, it } from 'vitest'
import { errorPathsOf, lifetimesOf } from '../../../src/analysis/lifetimes/index.js'
import { analyze } from './analyze.js'

const head = `import { trace } from '@opentelemetry/api'
const tracer = trace.getTracer('shop')
`

const spans = (code: string): string[] =>
  lifetimesOf(analyze(head + code)).map(({ fact, span }) => `${fact.variable}@${String(fact.start.from.line)} ${span.entry} ${fact.certainty}`)

describe('the spans that a file owns', () => {
  it.each<[string, string, string[]]>([
    ['a variable', `function f() { const span = tracer.startSpan('a'); span.end() }`, ['span@3 none certain']],
    ['a variable that is declared first', `function f() { let span; span = tracer.startSpan('a'); span.end() }`, ['span@3 none certain']],
    ['through a chain', `function f() { const span = tracer.startSpan('a').setAttribute('b', 1); span.end() }`, ['span@3 none certain']],
    ['through a condition and a cast', `function f(x) { const span = (x ? tracer.startSpan('a') : undefined) as any; span?.end() }`, ['span@3 none certain']],
    ['a callback', `tracer.startActiveSpan('a', (active) => { active.end() })`, ['active@3 open certain']],
    ['a callback by its name', `tracer.startActiveSpan('a', handle)\nfunction handle(active) { active.end() }`, ['active@3 open certain']],
    ['nothing keeps it', `function f() { tracer.startSpan('a') }`, ['@3 none certain']],
    ['returned at once', `function f() { return tracer.startSpan('a') }`, []],
    ['stored at once', `function f(x) { x.span = tracer.startSpan('a') }`, []],
    ['an outer variable', `let span\nfunction f() { span = tracer.startSpan('a') }`, []],
    ['ended at once', `function f() { tracer.startSpan('a').end() }`, []],
    ['a callback that nobody sees', `import { handle } from './x.js'\ntracer.startActiveSpan('a', handle)`, []],
    ['by a name and a method that only spans have', `function f(logger) { const span = logger.startSpan('a'); span.end() }`, ['span@3 none likely']],
    ['a wrapper that is given the work', `function f(logger) { const span = logger.startSpan('a', () => work()); span.end() }`, []],
  ])('%s', (_, code, expected) => {
    expect(spans(code)).toEqual(expected)
  })

  it('gives facts that can be written to a file', () => {
    const facts = lifetimesOf(analyze(`${head}async function f() { const span = tracer.startSpan('a'); await g(); span.end() }`)).map(({ fact }) => fact)
    const written = JSON.parse(JSON.stringify(facts)) as typeof facts
    expect(written).toMatchObject(facts)
    // Lines are counted when somebody asks, and written all the same.
    expect(written[0]?.origin).toMatchObject({ from: facts[0]?.origin.from, to: facts[0]?.origin.to })
    expect(facts[0]?.openExits.map(({ kind, text }) => [kind, text])).toEqual([['await', 'await g()']])
  })
})

describe('error paths', () => {
  const paths = (handler: string, work = 'await work()'): string[] =>
    errorPathsOf(
      analyze(`${head}export const run = (reply) => tracer.startActiveSpan('a', async (span) => { try { ${work} } catch (error) { ${handler} } finally { span.end() } })`),
    ).map(({ fact }) => `${fact.main ? 'main' : 'aside'} ${fact.ends}${fact.touches.span ? ' span' : ''}${fact.touches.exception ? ' exception' : ''} ${fact.touches.status}`)

  it.each<[string, string, string]>([
    ['logs', 'logger.error(error)', 'main completes none'],
    ['throws', 'throw error', 'main throws none'],
    ['answers', 'reply.status(500).send()', 'main fails none'],
    ['returns false', 'return false', 'main fails none'],
    ['returns what was there', 'return cached', 'main completes none'],
    ['records', 'span.recordException(error)', 'main completes span exception none'],
    ['records and sets ERROR', 'span.recordException(error); span.setStatus({ code: 2 }); throw error', 'main throws span exception error'],
  ])('a catch that %s', (_, handler, expected) => {
    expect(paths(handler)).toEqual([expected])
  })

  it('is beside the main work in a loop', () => {
    expect(paths('throw error', 'for (const x of await list()) { try { await f(x) } catch { log(x) } }')).toEqual(['main throws none', 'aside completes none'])
  })

  it('is beside the main work where no error comes to it', () => {
    expect(paths('throw error', 'for (const x of xs) { try { await f(x) } catch { log(x) } }')).toEqual(['aside throws none', 'aside completes none'])
  })
})
