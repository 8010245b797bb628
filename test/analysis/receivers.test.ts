import { describe, expect, it } from 'vitest'

import { receiverOf } from '../../src/analysis/receivers.js'
import { readDeclaredHelpers } from '../../src/otel/declared-helpers.js'
import { getMemberName, unwrap } from '../../src/analysis/bindings.js'
import { probe } from './probe.js'

const helpers = readDeclaredHelpers([
  { module: './src/spans', export: 'withSpan', name: 0, attributes: 1, callback: 2, ends: true },
  { module: '@internal/tracing', export: 'startSpan', name: 1, callback: 2, ends: true },
])

/** `kind certainty`, of what `probe(x.method)` is called on; `-` when it is nothing of a tracing API. */
function receiverIn(code: string): string {
  return probe(code, (written, sourceCode) => {
    const node = unwrap(written)
    if (node.type !== 'MemberExpression') throw new Error('probe a member: probe(span.end)')
    const receiver = receiverOf(node.object, getMemberName(node), { sourceCode, helpers })
    if (receiver === null) return '-'
    return [receiver.kind, receiver.certainty, receiver.borrowed ? 'borrowed' : ''].join(' ').trim()
  }).join('; ')
}

const API = `import { trace, context, propagation, metrics } from '@opentelemetry/api'\n`

describe('receiverOf: certain, from the file', () => {
  it.each([
    ['a tracer', `${API} const t = trace.getTracer('x'); probe(t.startSpan)`, 'tracer certain'],
    ['a span', `${API} const s = trace.getTracer('x').startSpan('a'); probe(s.end)`, 'span certain'],
    ['a span that is not called span', `${API} const x = trace.getTracer('x').startSpan('a'); probe(x.setAttribute)`, 'span certain'],
    ['the namespace', `import * as api from '@opentelemetry/api'; probe(api.trace.getTracer)`, 'trace-api certain'],
    ['the default export', `import otel from '@opentelemetry/api'; probe(otel.trace.getTracer('a').startSpan)`, 'tracer certain'],
    ['require', `const { trace } = require('@opentelemetry/api'); probe(trace.getTracer('a').startSpan)`, 'tracer certain'],
    ['require of the namespace', `const otel = require('@opentelemetry/api'); probe(otel.trace.getTracer)`, 'trace-api certain'],
    ['an alias', `${API} const t = trace; const u = t.getTracer('a'); probe(u.startSpan)`, 'tracer certain'],
    ['await import', `const { trace } = await import('@opentelemetry/api'); probe(trace.getTracer)`, 'trace-api certain'],
    ['import =', `import api = require('@opentelemetry/api'); probe(api.trace.getTracer)`, 'trace-api certain'],
    ['the callback of startActiveSpan', `${API} trace.getTracer('x').startActiveSpan('a', (s) => { probe(s.end) })`, 'span certain'],
    ['the callback with options', `${API} trace.getTracer('x').startActiveSpan('a', {}, ctx, async function (s) { probe(s.end) })`, 'span certain'],
    ['an annotation', `import { Span } from '@opentelemetry/api'; function f(x: Span) { probe(x.end) }`, 'span certain'],
    ['a nullable annotation', `import { type Span } from '@opentelemetry/api'; let x: Span | undefined; probe(x?.end)`, 'span certain'],
    ['a qualified annotation', `import * as api from '@opentelemetry/api'; function f(x: api.Span) { probe(x.end) }`, 'span certain'],
    ['an annotated field', `import { Tracer } from '@opentelemetry/api'; class A { private t: Tracer; f() { probe(this.t.startSpan) } }`, 'tracer certain'],
    ['a parameter property', `import { Tracer } from '@opentelemetry/api'; class A { constructor(private readonly t: Tracer) {} f() { probe(this.t.startSpan) } }`, 'tracer certain'],
    ['an initialised field', `${API} class A { #t = trace.getTracer('x'); f() { probe(this.#t.startSpan) } }`, 'tracer certain'],
    ['a field set in the constructor', `${API} class A { t; constructor(o) { this.t = o.t ?? trace.getTracer('x') } f = () => { probe(this.t.startSpan) } }`, 'tracer certain'],
    ['the active span', `${API} probe(trace.getActiveSpan()?.setAttribute)`, 'span certain borrowed'],
    ['the span of a context', `${API} const x = trace.getSpan(context.active()); probe(x.end)`, 'span certain borrowed'],
    ['a chain on a borrowed span', `${API} probe(trace.getActiveSpan().setAttribute('a', 1).end)`, 'span certain borrowed'],
    ['a local factory', `${API} function make() { return trace.getTracer('x') } probe(make().startSpan)`, 'tracer certain'],
    ['a counter', `${API} const c = metrics.getMeter('x').createCounter('c'); probe(c.add)`, 'instrument certain'],
    ['a provider of the SDK', `import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node'; const p = new NodeTracerProvider(); probe(p.getTracer('a').startSpan)`, 'tracer certain'],
    ['baggage', `${API} probe(propagation.getActiveBaggage().setEntry)`, 'baggage certain'],
    ['withSpan of the runtime', `import { withSpan } from '@spanguard/runtime'; withSpan('a.b', (s) => { probe(s.setAttribute) })`, 'span certain'],
  ])('%s', (_, code, expected) => {
    expect(receiverIn(code)).toBe(expected)
  })
})

describe('receiverOf: certain, from the config', () => {
  it.each([
    ['a relative module', `import { withSpan } from '../spans'; withSpan('a', {}, (x) => { probe(x.setAttribute) })`, 'span certain'],
    ['an alias of it', `import { withSpan } from '@/spans.js'; withSpan('a', {}, (x) => { probe(x.setAttribute) })`, 'span certain'],
    ['a package', `import { startSpan } from '@internal/tracing'; startSpan(t, 'a', (x) => { probe(x.setAttribute) })`, 'span certain'],
    ['another export of the module', `import { other } from '../spans'; other('a', {}, (x) => { probe(x.setAttribute) })`, '-'],
    ['the export of another module', `import { withSpan } from './not-spans'; withSpan('a', {}, (x) => { probe(x.setAttribute) })`, '-'],
  ])('%s', (_, code, expected) => {
    expect(receiverIn(code)).toBe(expected)
  })
})

describe('receiverOf: likely, by name and method', () => {
  it.each([
    ['an unknown tracer', `function f(tracer) { probe(tracer.startActiveSpan) }`, 'tracer likely'],
    ['a field called tracer', `class A { f() { probe(this._tracer.startSpan) } }`, 'tracer likely'],
    ['what a function of another file gives that is called so', `import { getTracer } from './tracing'; probe(getTracer().startSpan)`, 'tracer likely'],
    ['the same of a member', `class A { f() { probe(this.telemetry.tracer('shop').startActiveSpan) } }`, 'tracer likely'],
    ['an unknown span', `function f(rootSpan) { probe(rootSpan.recordException) }`, 'span likely'],
    ['setAttribute on what is ended elsewhere', `function f(span) { probe(span.setAttribute); span.end() }`, 'span likely'],
    ['the parameter of a callback of withSpan', `withSpan('a', (span) => { probe(span.setAttribute) })`, 'span likely'],
    ['a dotted key, which no DOM attribute has', `const o = { onBody: (body, span) => { probe(span.setAttribute); span.setAttribute('a.b', 1) } }`, 'span likely'],
    ['a key without a dot says nothing', `const o = { onBody: (body, span) => { probe(span.setAttribute); span.setAttribute('href', 1) } }`, '-'],
    ['the name alone is not enough', `function f(span) { probe(span.setAttribute) }`, '-'],
    ['the method alone is not enough', `function f(x) { probe(x.recordException) }`, '-'],
    ['a word that ends in span is not a span', `function f(lifespan) { probe(lifespan.recordException) }`, '-'],
  ])('%s', (_, code, expected) => {
    expect(receiverIn(code)).toBe(expected)
  })
})

describe('receiverOf: look-alikes are not spans', () => {
  it.each([
    ['a DOM node', `const span = document.createElement('span'); probe(span.setAttribute); span.end()`],
    ['a queried node', `const span = el.querySelector('span'); probe(span.setAttribute)`],
    ['an annotated node', `function f(span: HTMLSpanElement) { probe(span.setAttribute); span.end() }`],
    ['dd-trace', `import tracer from 'dd-trace'; probe(tracer.startSpan('a').setAttributes)`],
    ['Sentry', `import * as Sentry from '@sentry/node'; Sentry.startSpan({}, (span) => { probe(span.setAttributes) })`],
    ['k6', `import { Tracer } from 'k6/x/otel'; const tracer = new Tracer(); probe(tracer.startSpan)`],
    ['a log record', `import { LogRecord } from '@opentelemetry/api-logs'; function f(span: LogRecord) { probe(span.setAttributes) }`],
  ])('%s', (_, code) => {
    expect(receiverIn(code)).toBe('-')
  })
})

describe('receiverOf: a likely receiver in a file that traces with another vendor', () => {
  it.each([
    ['dd-trace', `import 'dd-trace'; export function f(tracer) { probe(tracer.startSpan) }`, '-'],
    ['dd-trace by require', `const dd = require('dd-trace'); function f(span) { probe(span.setAttributes) }`, '-'],
    ['a subpath of it', `import { opentelemetry } from 'dd-trace/ext'; function f(span) { probe(span.setAttributes) }`, '-'],
    ['elastic', `import apm from 'elastic-apm-node'; function f(span) { probe(span.end) }`, '-'],
    ['dd-trace beside OpenTelemetry', `import 'dd-trace'; import { context } from '@opentelemetry/api'; function f(span) { probe(span.setAttributes) }`, 'span likely'],
    ['Sentry, whose spans others hand over', `import * as Sentry from '@sentry/node'; function f(span) { probe(span.setAttributes) }`, 'span likely'],
    ['a member that is called span, by a key that no DOM has', `function f(ctx) { ctx.span.setAttribute('order.kind', 1); probe(ctx.span.end) }`, 'span likely'],
    ['New Relic', `import newrelic from 'newrelic'; function f(tracer) { probe(tracer.startSpan) }`, 'tracer likely'],
    ['a vendor that is only spoken of', `const advice = "dd-trace"; function f(tracer) { probe(tracer.startSpan) }`, 'tracer likely'],
  ])('%s', (_, code, expected) => {
    expect(receiverIn(code)).toBe(expected)
  })
})
