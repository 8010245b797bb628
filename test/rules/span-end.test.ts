import rule from '../../rules/span-end.js'
import { oneSuggestion as one, ruleTester } from '../rule-tester.js'

const head = `import { context, trace } from '@opentelemetry/api'
const tracer = trace.getTracer('shop')
`
/** The file that a function body makes; its first line is line 3. */
const inFunction = (body: string, kind = 'async function handle(order, reply)'): string => `${head}${kind} {\n${body}\n}\n`

/** Work that may give a promise: what is done once that has settled, and an end where there is none. */
const orPromise = (settled: string): string => inFunction(`const span = tracer.startSpan('order.place')
let result
try {
  result = place(order)
  if (result instanceof Promise) return result.catch(note).finally(() => ${settled})
  return result
} catch (error) {
  note(error)
  throw error
} finally {
  if (!(result instanceof Promise)) span.end()
}`, 'function handle(order)')

type MessageId = 'abandoned' | 'failureCallback' | 'fulfils' | 'never' | 'nextRound' | 'oneSided' | 'overwritten' | 'reachesEnd' | 'rejects' | 'returns' | 'subscription' | 'throws' | 'unkept' | 'untaken'
interface Place {
  readonly line: number
  readonly column?: number
  readonly suggestion?: string
  /** It has one, of which the text is asserted in a case of its own. */
  readonly hasSuggestion?: boolean
}
function leak(name: string, code: string, messageId: MessageId, { line, column, suggestion, hasSuggestion = false }: Place) {
  const place = column === undefined ? { line } : { line, column }
  const suggestions = suggestion === undefined ? (hasSuggestion ? one : undefined) : [{ messageId: 'wrap' as const, output: suggestion }]
  return { name, code, errors: [{ messageId, ...place, ...(suggestions === undefined ? {} : { suggestions }) }] }
}

ruleTester.run('span-end', rule, {
  valid: [
    { name: 'a span of the telemetry itself, ended in the same try, whose catch is empty (openlit)', code: inFunction(`try {
  const span = tracer.startSpan('agent.create')
  registry.register(order.name, span.spanContext())
  span.end()
} catch { /* never the reason of a failure */ }`, 'function handle(order)') },
    { name: 'a span that is begun for another hook, in a try whose catch is empty (netlify)', code: inFunction(`try {
  const span = tracer.startSpan('order.fetch')
  annotate(span, order)
  open.set(order, span)
} catch {}`, 'function handle(order)') },
    { name: 'given to what is returned, and ended here only when that fails at once (openlit)', code: inFunction(`const span = tracer.startSpan('speech.make')
try { const answer = await ask(order); return relay(answer, Speech.read({ answer, span })) } catch (error) { span.end(); throw error }`) },
    { name: 'a function of the file that asks the span who it is (langwatch)', code: `${head}const ids = new WeakMap()
function remember(error, span) { if (error && typeof error === 'object') ids.set(error, span.spanContext().traceId) }
export function answer(result) { const span = tracer.startSpan('order.answer'); remember(result.error, span); span.end() }` },
    { name: 'lines for who debugs (heroku)', code: inFunction(`const span = tracer.startSpan('order.place')
debug('started %s', order.id)
telemetryDebug('about to end')
span.end()`) },
    { name: 'kept in a map under a condition that one operand repeats (phoenix)', code: inFunction(`const span = tracer.startSpan('order.place')
if (order) open.set(order, span)
try {
  await work()
  if (!order) span.end()
} catch (error) {
  const failed = note(error)
  if (order && failed) close(order)
  else if (!order) span.end()
  return failed
}`) },
    { name: 'by a helper of the class, which does it so (vitest)', code: `${head}export class Traces {
  #run(span, callback) {
    let result
    try {
      result = callback(span)
      if (result instanceof Promise) return result.catch(note).finally(() => span.end())
      return result
    } finally {
      if (!(result instanceof Promise)) span.end()
    }
  }
  trace(name, callback) { return tracer.startActiveSpan(name, (span) => this.#run(span, callback)) }
}` },
    { name: 'ended by the promise, or at once where there is none (vitest)', code: orPromise('span.end()') },
    { name: 'given to a stream behind a proxy that is returned (langtrace)', code: `import { readStream } from './streams.js'\n${inFunction(`const span = tracer.startSpan('order.place')
try {
  const answer = await place(order)
  return new Proxy(answer, { get: (target, name) => name === 'stream' ? readStream(span, target[name]) : target[name] })
} catch (error) {
  span.end()
  throw error
}`)}` },
    { name: 'a call of the module that counts (ai-gateway)', code: `import { recordCacheMiss } from './services/metrics.ts'\n${inFunction(`const span = tracer.startSpan('order.place')
recordCacheMiss(Date.now())
span.end()`, 'function handle(order)')}` },
    { name: 'a function that catches all it does, run in a context of the house (PrairieLearn)', code: `import * as Sentry from '@sentry/node'\nimport { context as otelContext, trace as otelTrace } from '@acme/opentelemetry'\nconst tracer = otelTrace.getTracer('shop')
async function handle(order) {
  const span = tracer.startSpan('order.place')
  await otelContext.with(otelContext.active(), async () => {
    try { await place(order) } catch (error) { Sentry.captureException(error) }
  })
  span.end()
}` },
    { name: 'a function that catches all it does, run in a context', code: `import * as Sentry from '@sentry/node'\n${inFunction(`const span = tracer.startSpan('order.place')
await context.with(trace.setSpan(context.active(), span), async () => {
  try {
    await place(order)
  } catch (error) {
    debug('order failed')
    Sentry.captureException(error)
  }
})
span.end()`)}` },
    { name: 'in a context that is kept in a map (fastify-opentelemetry)', code: inFunction(`const span = tracer.startSpan('order.place')
contexts.set(order, trace.setSpan(context.active(), span))`, 'function handle(order)') },
    { name: 'next() of tRPC gives the error back, as its result is asked (langwatch)', code: `${head}export const traced = ({ next, path }) => tracer.startActiveSpan('order.place', async (span) => {
  const result = await next()
  if (!result.ok) span.recordException(result.error)
  span.end()
  return result
})` },
    { name: 'next() of tRPC, whose result is taken apart', code: `${head}export const traced = async ({ next }) => { const span = tracer.startSpan('order.place'); const { ok } = await next(); span.setAttribute('order.ok', ok); span.end() }` },
    { name: 'next() of tRPC, as the file imports it', code: `import { initTRPC } from '@trpc/server'
${head}export const traced = initTRPC.create().middleware(async ({ next }) => { const span = tracer.startSpan('order.place'); const result = await next(); span.end(); return result })` },
    { name: 'of a tracer that is known by its name only, ended by a chain of something else', code: `${head}export class Queue {
  async add(order) {
    const span = this.traceService.startSpan('order.add')
    const job = await this.queue.place(order)
    span.report(job).end()
  }
}` },
    { name: 'of a tracer that is known by its name only, ended at the end of a chain in finally', code: `${head}export class Queue {
  async add(order) {
    const span = this.traceService.startSpan('order.add')
    try { return await this.queue.place(order) } finally { span.setAttribute('order.id', order.id).end() }
  }
}` },
    { name: 'in a context that is returned', code: inFunction(`const span = tracer.startSpan('order.place')
const own = trace.setSpan(context.active(), span)
return own`, 'function handle()') },
    { name: 'in a context that goes on in one hook and is taken up in another (platformatic)', code: `${inFunction(`const span = tracer.startSpan('order.place')
context.with(trace.setSpan(context.active(), span), next)`, 'function onRequest(order, next)')}function onResponse() { trace.getSpan(context.active())?.end() }` },
    { name: 'a span that does not record, by its class (cap-js)', code: `${head}export const run = (fn) => tracer.startActiveSpan('order.place', (span) => {
  if (span.constructor.name === 'NonRecordingSpan') return fn()
  try { return fn() } finally { span.end() }
})` },
    { name: 'what asks the span itself whether it is ended (cap-js)', code: `${head}export const run = (fn) => tracer.startActiveSpan('order.place', (span) => {
  const finish = () => { const unfinished = span.status !== undefined && !span.ended; if (unfinished) span.end() }
  try { return fn() } finally { finish() }
})` },
    { name: 'a function that ends it once, in the finally of what it writes before (gemini)', code: `${head}export const run = (fn) => tracer.startActiveSpan('order.place', async (span) => {
  let ended = false
  const endSpan = () => {
    if (ended) return
    ended = true
    try { describe(span) } finally { span.end() }
  }
  try { return await fn() } finally { endSpan() }
})` },
    { name: 'a flag that is turned over where a stream takes the end along (gemini)', code: `${head}export const run = (fn) => tracer.startActiveSpan('order.place', async (span) => {
  const endSpan = () => { span.end() }
  let isStream = false
  try {
    const result = await fn()
    if (isIterable(result)) { isStream = true
      const stream = (async function* () { try { yield* result } finally { endSpan() } })()
      register(stream, endSpan)
      return stream }
    return result
  } finally { if (!isStream) endSpan() }
})` },
    { name: "a caller's choice not to end it (axiom)", code: `${head}export const run = (fn, callbacks) => tracer.startActiveSpan('order.place', async (span) => { try { return await fn(span) } finally { if (!callbacks?.manualEnd) span.end() } })` },
    { name: "a caller's choice behind a default (livekit)", code: `${head}export const run = (fn, options) => {
  const endOnExit = options.endOnExit === undefined ? true : options.endOnExit
  return tracer.startActiveSpan('order.place', async (span) => { try { return await fn(span) } finally { if (endOnExit) span.end() } })
}` },
    { name: 'a callback that ends what it is given, and a failure at once ends it here (spanner)', code: `${head}export const run = (fn) => tracer.startActiveSpan('order.place', (span) => {
  try { return fn(span) } catch (error) { span.recordException(error); span.end(); throw error }
})` },
    { name: 'ends in finally', code: inFunction(`const span = tracer.startSpan('order.place')
try { return await place(order) } finally { span.end() }`) },
    { name: 'only writes between start and end', code: inFunction(`const span = tracer.startSpan('order.place', { attributes: readAttributes(order) })
span.setAttributes({ id: order.id, ...flatten(order) }).addEvent('placed')
span.end()`) },
    { name: 'loggers, counters and built-ins do not throw', code: inFunction(`const span = tracer.startSpan('order.place')
logger.info({ id: toId(order) }, 'placing')
this.log.debug('x')
placedCounter.add(1)
const ids = order.items.map((item) => item.id).filter(Boolean).join(',')
const at = new Date().toISOString() + Math.random() + Object.keys(order).length
span.setAttribute('items', ids + at)
span.end()`) },
    { name: 'every arm of a switch ends it', code: inFunction(`const span = tracer.startSpan('order.place')
switch (order.kind) {
  case 'a': span.setAttribute('kind', 'a'); span.end(); break
  case 'b': span.end(); return
}`) },
    { name: 'every branch ends it by hand', code: inFunction(`const span = tracer.startSpan('order.place')
try {
  const placed = await place(order)
  if (!placed) { span.end(); return null }
  span.end()
  return placed
} catch (error) { span.recordException(error); span.end(); throw error }`) },
    { name: 'an import called before the try of a function that looks after its span: nothing shows that it throws', code: `import { toStream } from './streams.js'
${inFunction(`const span = tracer.startSpan('order.place')
const stream = toStream(order)
try { await place(stream); span.end() } catch (error) { span.end(); throw error }`)}` },
    { name: 'handed over: returned', code: inFunction(`return tracer.startSpan('order.place')`) },
    { name: 'handed over: returned in a tuple and carried by the error', code: inFunction(`const span = tracer.startSpan('order.place')
try { return [await fetch(order.url), span] } catch (error) { throw new FetchError(error, span) }`) },
    { name: 'handed over: to an object that is made with it, inside a chain of which only the failure ends it (openinference)', code: inFunction(`const span = tracer.startSpan('agent.invoke')
return invoke(order).then((answer) => {
  const recorder = new Recorder(tracer, span)
  if (answer.stream) { try { answer.stream = tap(answer.stream, recorder) } catch { span.end() } } else { span.end() }
  return answer
}).catch((error) => { span.recordException(error); span.end(); throw error })`) },
    { name: 'handed over: the fulfilled handler gives it to a function, the rejected one ends it (openllmetry)', code: inFunction(`const span = tracer.startSpan('agent.invoke')
return invoke(order).then((answer) => { finish(span, answer); return answer }).catch((error) => { span.recordException(error); span.end(); throw error })`) },
    { name: 'a method that ends it, by another name for this', code: `${head}class Plugin {
  wrap(original) {
    const plugin = this
    return function (...args) {
      const span = tracer.startSpan('agent.invoke')
      try {
        const result = original.apply(this, args)
        if (result && typeof result.then === 'function') return result.then((value) => { plugin.finish(span, value); return value }).catch((error) => { span.end(); throw error })
        plugin.finish(span, result)
        return result
      } catch (error) { span.end(); throw error }
    }
  }
  finish(span, value) { try { span.setAttribute('agent.steps', value.steps) } finally { span.end() } }
}` },
    { name: 'a function of the interface that is returned ends it: whoever has it calls it, whatever happens (langfuse)', code: inFunction(`const span = tracer.startSpan('order.trace')
const flush = async () => { span.end(); await provider.forceFlush() }
return { run: (work) => context.with(context.active(), work), flush }`, 'function makeTelemetry(provider)') },
    { name: 'the awaited function catches its own failures (example-greeting-service)', code: `import fetch from 'node-fetch'
${inFunction(`const span = tracer.startSpan('name.ask')
const name = await askName(order.url)
span.setAttribute('name.length', name.length)
span.end()`)}
const askName = (url) => fetch(url).then((answer) => answer.text()).catch((error) => console.error(error))` },
    { name: 'an answer that is sent does not throw', code: inFunction(`const span = tracer.startSpan('order.answer')
reply.status(200).json({ id: order.id })
span.end()`) },
    { name: 'the work of a span inside never fails', code: `${head}const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
export const handle = () => tracer.startActiveSpan('order.place', async (span) => {
  const checked = await tracer.startActiveSpan('order.check', async (inner) => { await pause(20); inner.end(); return true })
  span.end()
  return checked
})` },
    { name: 'the caller says by an argument that it ends the span, of which its function is given it (vercel/ai)', code: `${head}export async function record({ name, fn, endWhenDone = true }) {
  return tracer.startActiveSpan(name, async (span) => {
    try {
      const result = await fn(span)
      if (endWhenDone) { span.end() }
      return result
    } catch (error) { span.end(); throw error }
  })
}` },
    { name: 'a propagator injects', code: inFunction(`const span = tracer.startSpan('order.publish')
this.propagator.inject(this.context, order.headers)
span.end()`) },
    { name: 'handed over: a property', code: inFunction(`state.currentSpan = tracer.startSpan('loop')
await place(order)`) },
    { name: 'handed over: a property, by its variable', code: inFunction(`const span = tracer.startSpan('request')
order[kSpan] = span
await place(order)`) },
    { name: 'handed over: a map and an array', code: inFunction(`const span = tracer.startSpan('request')
spans.set(order.id, span)
await place(order)
const other = tracer.startSpan('other')
open.push(other)
await place(order)`) },
    { name: 'handed over: to whoever listens (jambonz)', code: inFunction(`const span = tracer.startSpan('request')
if (order.done) { span.end() } else { this.emit('waiting', { span }) }
return order.id`) },
    { name: 'handed over: an outer variable', code: `${head}let current
export async function begin(order) { current = tracer.startSpan('x'); await place(order) }` },
    { name: 'handed over: an imported function takes it and nothing here ends it', code: `import { follow } from './follow.js'
${inFunction(`const span = tracer.startSpan('order.place')
follow(order, span)
await place(order)`)}` },
    { name: 'handed over on the failing path, by a function whose business it is', code: `import { failSpan } from './spans.js'
${inFunction(`const span = tracer.startSpan('order.place')
try { await place(order); span.end() } catch (error) { failSpan(span, error); throw error }`)}` },
    { name: 'a helper that says that it ends', code: `import { endSpan } from './spans.js'
${inFunction(`const span = tracer.startSpan('order.place')
try { return await place(order) } finally { endSpan(span) }`)}` },
    { name: 'a tracer of the house, which ends spans by their ids', code: `import { tracer } from './house-tracer.js'
export async function run(order) {
  const span = tracer.startSpan('order.place')
  try { const placed = await place(order); tracer.endSpan(span.id, 'completed'); return placed } catch (error) { tracer.addEvent(span.id, 'error'); tracer.endSpan(span.id, 'failed'); throw error }
}` },
    { name: 'work whose failure is a value, by a package that is there for it', code: `import { trace } from '@opentelemetry/api'
import { Result } from 'oxide.ts'
import settle from 'await-to-js'
const tracer = trace.getTracer('shop')
const pay = async (order, span) => { await charge(order); span.setAttribute('order.paid', true); return 1 }
export const place = (order) => tracer.startActiveSpan('order.place', async (span) => {
  const paid = await Result.safe(pay(order, span))
  const [error] = await settle(notify(order))
  if (error !== null || paid.isErr()) span.setAttribute('order.paid', false)
  span.end()
  return error === null
})` },
    { name: 'ended by the id of its context', code: inFunction(`const span = tracer.startSpan('order.place')
try { return await place(order) } finally { spans.finish({ spanId: span.spanContext().spanId }) }`) },
    { name: 'promises that are made for a list, and settle all', code: inFunction(`const span = tracer.startSpan('order.placeAll')
const results = await Promise.allSettled(orders.map((order) => place(order)))
span.setAttribute('order.failed', results.filter(isFailed).length)
span.end()`) },
    { name: 'a flag that is turned over where a chain takes the span along', code: `${head}export function traced(name, work) {
  const span = tracer.startSpan(name)
  let isPending = false
  try {
    const result = work()
    if (typeof result?.then === 'function') { isPending = true; const pending = result; return pending.then((value) => { span.end(); return value }, (error) => { span.end(); throw error }) }
    return result
  } finally { if (!isPending) span.end() }
}` },
    { name: 'a span in a context, where what runs in it ends the active one', code: inFunction(`const span = tracer.startSpan('order.place')
await context.with(trace.setSpan(context.active(), span), async () => {
  const active = trace.getActiveSpan()
  try { await place(order) } finally { active?.end() }
})`) },
    { name: 'the active span or one of its own, which is ended where it is its own', code: inFunction(`const active = trace.getActiveSpan()
const span = active ?? tracer.startSpan('order.place')
span.setAttribute('order.kind', order.kind)
if (!active) { span.end() }`) },
    { name: 'one of its own where the caller gives none', code: inFunction(`const span = parent ?? tracer.startSpan('order.place')
try { await place(order) } finally { if (parent === undefined) span.end() }`, 'async function handle(order, parent)') },
    { name: 'one of its own, as a flag tells that is turned over where it is started', code: inFunction(`let span = trace.getActiveSpan()
let isOwn = false
if (!span) { span = tracer.startSpan('order.place'); isOwn = true }
try { await place(order) } finally { isOwn && span.end() }`) },
    { name: 'one of its own, as a flag tells that is made of the other', code: inFunction(`const active = trace.getActiveSpan()
const span = active || tracer.startSpan('order.place')
const joins = active !== undefined
if (joins) { return place(order) } else { span.end() }`) },
    { name: 'one of its own, and somebody else\'s is returned with before', code: inFunction(`const span = parent ?? tracer.startSpan('order.place')
if (parent) return place(order)
span.end()`, 'function handle(order, parent)') },
    { name: 'one of its own where there is neither the one nor the other', code: inFunction(`const span = parent ?? active ?? tracer.startSpan('order.place')
if (!parent && !active) span.end()`, 'function handle(order, parent, active)') },
    { name: 'one of its own, which is not the one that is given', code: inFunction(`const span = parent ? parent : tracer.startSpan('order.place')
if (span !== parent) span.end()`, 'function handle(order, parent)') },
    ...[
      'let page = 1; for (;;) { const rows = await get(page); page = page + 1; if (page > 10) break; if (page) note(rows) }',
      'let on = false; on = !on; if (on) note(order)',
      'let delay = 1; delay = delay * 2; if (delay) note(delay)',
      'let left = 1, right = 2; left = right - 1; right = left + 1; left && note(right); if (left) note(left)',
      'let on; on = !on; if (on) note(order)',
      'let left, right; left = !right; right = !left; if (left) note(left)',
    ].map((work) => ({ name: `a flag that is made of itself: ${work}`, code: inFunction(`const active = trace.getActiveSpan()
const span = active ?? tracer.startSpan('order.place')
try { ${work} } finally { if (!active) span.end() }`) })),
    { name: 'what is made to be written on the span', code: inFunction(`const span = tracer.startSpan('order.place')
const label = shorten(order.prompt)
span.setAttribute('order.label', label)
span.addEvent('placed', { label, ...describe(order) })
span.end()`) },
    { name: 'a helper of the file that ends it', code: inFunction(`const span = tracer.startSpan('order.place')
try { return await place(order) } finally { finish(span) }
function finish(s) { s.setAttribute('done', true); s.end() }`) },
    { name: 'a closure that is called on each path', code: inFunction(`const span = tracer.startSpan('order.place')
const finish = () => { span.setAttribute('done', true); span.end() }
if (!order) { finish(); return }
try { await place(order) } finally { finish() }`) },
    { name: 'a closure that nobody calls a second time', code: inFunction(`const span = tracer.startSpan('order.place')
let ended = false
const finish = () => { if (ended) return; ended = true; span.end() }
order.on('close', finish)
try { await place(order) } finally { finish() }`) },
    { name: 'a variable that says whether it has ended', code: inFunction(`const span = tracer.startSpan('order.place')
let open = true
try { await place(order); span.end(); open = false } finally { if (open === true) span.end() }`) },
    { name: 'a function that calls itself until it ends the span', code: inFunction(`const span = tracer.startSpan('order.place')
step(0)
function step(i) { if (i === 3) { span.end(); return } setTimeout(() => step(i + 1), 10) }`, 'function handle()') },
    { name: 'a function that is given away until it ends the span', code: inFunction(`const span = tracer.startSpan('order.place')
const poll = () => { if (order.ready) span.end(); else setTimeout(poll, 10) }
poll()`, 'function handle(order)') },
    { name: 'a closure that a class calls: its methods run nobody knows when', code: inFunction(`const span = tracer.startSpan('order.place')
const finish = () => { span.end() }
return new (class { stop() { finish() } })()`, 'function handle()') },
    { name: 'captured: an end that is passed on as a callback', code: inFunction(`const span = tracer.startSpan('execution')
return this.run(() => { span.end() }).then((result) => result)`) },
    { name: 'captured: span.end itself', code: inFunction(`const span = tracer.startSpan('execution')
stream.on('close', span.end.bind(span))
start(stream)`, 'function handle(stream)') },
    { name: 'captured: a callback for every outcome', code: inFunction(`const span = tracer.startSpan('query')
connection.query(order.sql, (error, rows) => { if (error) span.recordException(error); span.end(); reply(error, rows) })`) },
    { name: "captured: listeners of 'end' and of 'error'", code: inFunction(`const span = tracer.startSpan('upload')
order.on('end', () => span.end())
order.on('error', () => span.end())`) },
    { name: "captured: 'close' comes in every case", code: inFunction(`const span = tracer.startSpan('upload')
reply.once('close', () => span.end())`) },
    { name: 'captured: onComplete and onError', code: inFunction(`const span = tracer.startSpan('stream')
return order.stream({ onComplete: () => span.end(), onError: (error) => { span.recordException(error); span.end() } })`, 'function handle(order)') },
    { name: '.finally()', code: inFunction(`const span = tracer.startSpan('order.place')
return place(order).then((placed) => placed.id).finally(() => span.end())`, 'function handle(order)') },
    { name: '.then(a, b)', code: inFunction(`const span = tracer.startSpan('order.place')
place(order).then(() => { span.end() }, () => { span.end() })`, 'function handle(order)') },
    { name: '.then().catch()', code: inFunction(`const span = tracer.startSpan('order.place')
return place(order).then((placed) => { span.end(); return placed }).catch((error) => { span.end(); throw error })`, 'function handle(order)') },
    { name: 'promise and plain value, each ended', code: `${head}export const traced = (original) => function () {
  return tracer.startActiveSpan('call', (span) => {
    try {
      const result = original.apply(this, arguments)
      if (result && typeof result.then === 'function') {
        return result.then((value) => value).catch((error) => { throw error }).finally(() => { span.end() })
      }
      span.end()
      return result
    } catch (error) { span.end(); throw error }
  })
}` },
    { name: 'using', code: inFunction(`using span = tracer.startSpan('order.place')
await place(order)`) },
    { name: 'a generator with finally', code: inFunction(`const span = tracer.startSpan('rows')
try { for await (const row of rows) { yield row } } finally { span.end() }`, 'async function* read(rows)') },
    { name: 'started only when traced, ended with ?.', code: inFunction(`const span = order.traced ? tracer.startSpan('x') : undefined
try { await place(order) } finally { span?.end() }`) },
    { name: 'the same condition starts and ends it', code: inFunction(`let span
if (order.traced) span = tracer.startSpan('x')
if (order.traced) { span.end() }`) },
    { name: 'a span that does not record need not be ended', code: inFunction(`const span = tracer.startSpan('x')
if (!span.isRecording()) return
span.end()`) },
    { name: 'a test of the span itself', code: inFunction(`let span
try { span = tracer.startSpan('x'); await place(order) } catch { log() } finally { if (span !== undefined) span.end() }`) },
    { name: 'context.with runs its callback at once', code: inFunction(`const span = tracer.startSpan('x')
return context.with(trace.setSpan(context.active(), span), async () => {
  try { return await place(order) } finally { span.end() }
})`, 'function handle(order)') },
    { name: 'withSpan ends what it starts', code: `import { withSpan } from '@spanguard/runtime'
export const run = () => withSpan('order.place', async (span) => { await place(); span.setAttribute('a', 1) })` },
    { name: 'a wrapper that takes options behind the callback ends what it starts', code: `import { tracer } from './tracer.js'
export const run = () => tracer.startActiveSpan('order.place', async (span) => { span.setAttribute('a', 1); return await place() }, { attributes: {} })` },
    { name: 'a tracer of the project whose callback never speaks of the end: the wrapper sees to it', code: `import { tracer } from './tracer.js'
export const run = () => tracer.startActiveSpan('order.place', async (span) => { span.setAttribute('a', 1); return await place() })` },
    { name: 'a wrapper that only passes its callback on: the callback ends it', code: `${head}export const traced = (name, fn) => tracer.startActiveSpan(name, (span) => fn(span))` },
    { name: 'a call in front of a chain that looks after the span', code: `import { open } from './open.js'
${inFunction(`const span = tracer.startSpan('x')
const pending = open(order)
return pending.then((value) => { span.end(); return value }, (error) => { span.end(); throw error })`, 'function handle(order)')}` },
    { name: 'awaits that are never rejected', code: inFunction(`const span = tracer.startSpan('x')
await new Promise((resolve) => setTimeout(resolve, 10))
await sleep(10)
await Promise.allSettled([place(order)])
span.end()`) },
    { name: 'an async helper of the file that catches all it does', code: `${inFunction(`const span = tracer.startSpan('x')
await quietly(order)
span.end()`)}
async function quietly(order) { try { await place(order) } catch { return null } }` },
    { name: 'an async helper of the file that ends it when it fails, and throws on', code: `${inFunction(`const span = tracer.startSpan('x')
await begin(span)
try { await place(order) } finally { span.end() }`)}
async function begin(span) { try { await connect() } catch (error) { span.end(); throw error } }` },
    { name: 'process.exit', code: inFunction(`const span = tracer.startSpan('x')
if (!order) process.exit(1)
span.end()`) },
    { name: 'dd-trace is another API', code: `import tracer from 'dd-trace'
export async function run() { const span = tracer.startSpan('x'); await place(); span.finish() }` },
    { name: 'k6 is another API', code: `import { Tracer } from 'k6/x/otel'
const tracer = new Tracer({})
export default function () { const span = tracer.startSpan('x', {}); work(); span.end() }` },
    { name: 'an interface of their own that merely looks like a span', code: `export async function run(tracer) { const span = tracer.startSpan('x'); await span.setSpanOnContext(1); span.end() }` },
    { name: 'a span of each turn of a loop', code: inFunction(`for (const item of order.items) {
  const span = tracer.startSpan('item')
  try { await place(item) } finally { span.end() }
}`) },
    { name: 'the span of the file that functions read: nobody sees when they run', code: `${head}const root = tracer.startSpan('main')
export async function stop() { root.end() }
await start()` },
    { name: 'next() of Express, which hands on what fails behind it', code: `${head}export const traced = (req, res, next) => tracer.startActiveSpan('order.place', (span) => { next(); span.end() })` },
    { name: 'a question that answers false instead of throwing', code: `${head}import { existsSync } from 'node:fs'
export function read(file) { const span = tracer.startSpan('order.read'); const found = existsSync(file); span.end(); return found }` },
    { name: 'tests are no services', filename: 'order.test.ts', code: inFunction(`const span = tracer.startSpan('x')
await place(order)`) },
  ],
  invalid: [
    leak('what is done with such a value may fail', `import { trace } from '@opentelemetry/api'
import { Result } from 'oxide.ts'
const tracer = trace.getTracer('shop')
export const place = (order) => tracer.startActiveSpan('order.place', async (span) => {
  const paid = await Result.safe(charge(order))
  await store(paid)
  span.end()
})`, 'rejects', { line: 6, hasSuggestion: true }),
    leak('kept in a map under a condition, and ended without it on one way only', inFunction(`const span = tracer.startSpan('order.place')
if (order) open.set(order, span)
try {
  await work()
  if (!order) span.end()
} catch (error) {
  const failed = note(error)
  if (order && failed) close(order)
  else if (!order) note(order)
  return failed
}`), 'returns', { line: 13 }),
    leak('ended where there is no promise only', orPromise('order.close()'), 'returns', { line: 8 }),
    leak('given to a stream that nobody is given', `import { readStream } from './streams.js'\n${inFunction(`const span = tracer.startSpan('order.place')
try {
  const answer = await place(order)
  return decorate(answer, { get: (target, name) => name === 'stream' ? readStream(span, target[name]) : target[name] })
} catch (error) {
  span.end()
  throw error
}`)}`, 'returns', { line: 8 }),
    leak('a call that records something else', `import { recordOrder } from './orders.js'\n${inFunction(`const span = tracer.startSpan('order.place')
recordOrder(order)
span.end()`, 'function handle(order)')}`, 'throws', { line: 6, hasSuggestion: true }),
    leak('a function that fails, run in a context', inFunction(`const span = tracer.startSpan('order.place')
await context.with(trace.setSpan(context.active(), span), async () => {
  await place(order)
})
span.end()`), 'rejects', { line: 5 }),
    leak('next() of oRPC is rejected', `${head}export const traced = async ({ next }) => {
  const span = tracer.startSpan('order.place')
  const result = await next()
  span.end()
  return result
}`, 'rejects', { line: 5, hasSuggestion: true }),
    leak('of a tracer that is known by its name only, ended at the end of a chain (narval)', `${head}export class Queue {
  async add(order) {
    const span = this.traceService.startSpan('order.add')
    const job = await this.queue.place(order)
    span.setAttribute('job.id', job.id).end()
  }
}`, 'rejects', { line: 6, hasSuggestion: true }),
    leak('next() that is awaited, of whatever framework', `${head}export const traced = async (req, res, next) => {
  const span = tracer.startSpan('order.place')
  await next()
  span.end()
}`, 'rejects', { line: 5, hasSuggestion: true }),
    leak('next of Hono and Koa is rejected, whatever else is asked', `${head}export const traced = async (c, next) => {
  const span = tracer.startSpan('order.place')
  const result = await next()
  if (!c.res.ok) span.setAttribute('order.ok', false)
  span.end()
  return result
}`, 'rejects', { line: 5, hasSuggestion: true }),
    leak('something is awaited in the try whose catch is empty', inFunction(`try {
  const span = tracer.startSpan('order.place')
  await place(order)
  span.end()
} catch {}`), 'reachesEnd', { line: 5, column: 16, hasSuggestion: true }),
    leak('work in a try whose catch does something', inFunction(`try {
  const span = tracer.startSpan('order.place')
  place(order)
  span.end()
} catch { retryLater(order) }`), 'reachesEnd', { line: 5, column: 16, hasSuggestion: true }),
    leak('given to what is called, not to what is returned', inFunction(`const span = tracer.startSpan('speech.make')
try { const answer = await ask(order, span); return relay(answer) } catch (error) { span.end(); throw error }`), 'returns', { line: 5 }),
    leak('a flag that says nothing of the end', `${head}export const run = (fn) => tracer.startActiveSpan('order.place', async (span) => {
  let isStream = false
  try { const result = await fn(); if (isIterable(result)) { isStream = true; return result } return result } finally { if (!isStream) span.end() }
})`, 'returns', { line: 5 }),
    leak('a context that is used, not kept', inFunction(`const span = tracer.startSpan('order.place')
const own = trace.setSpan(context.active(), span)
context.with(own, () => save(order))`, 'function handle(order)'), 'never', { line: 4, column: 14 }),
    leak('a callback that is awaited, and whose success ends nothing', `${head}export const run = (fn) => tracer.startActiveSpan('order.place', async (span) => {
  try { return await fn(span) } catch (error) { span.end(); throw error }
})`, 'returns', { line: 4 }),
    leak('a call of this file that throws, between the start and the try', `${head}function createTask(kind) {
  if (kind === 'a') return {}
  throw new Error('unknown')
}
export async function main(kind) {
  await tracer.startActiveSpan('task', async (span) => {
    const task = createTask(kind)
    try { await task.execute() } finally { span.end() }
  })
}`, 'throws', { line: 9, column: 18 }),
    leak('an await between start and end', inFunction(`  const span = tracer.startSpan('books')
  const books = await getBooks()
  span.setAttribute('count', books.length)
  span.end()
  reply.json(books)`), 'rejects', { line: 5, column: 17, suggestion: inFunction(`  const span = tracer.startSpan('books')
  try {
    const books = await getBooks()
  span.setAttribute('count', books.length)
  reply.json(books)
  } finally {
    span.end()
  }`) }),
    {
      name: 'spans of one `try`, which its `catch` cannot name: each is told where it starts',
      code: inFunction(`try {
  const check = tracer.startSpan('limit.check')
  await ask(order)
  check.end()
  const send = tracer.startSpan('order.send')
  await deliver(order)
  send.end()
  return reply.send(order)
} catch (error) {
  note(error)
  return reply.code(502).send(error)
}`),
      errors: [{ messageId: 'returns', line: 5, column: 17, suggestions: one }, { messageId: 'returns', line: 8, column: 16, suggestions: one }],
    },
    leak('a `return` in the `catch` beside a span that it can name', inFunction(`let check
try {
  check = tracer.startSpan('limit.check')
  await ask(order)
  check.end()
} catch (error) {
  note(error)
  return reply.code(502).send(error)
}`), 'returns', { line: 11 }),
    leak('a helper of this file that takes a property of what find() found', `${head}export function check(id) {
  const span = tracer.startSpan('check')
  const available = isAvailable(id)
  span.setAttribute('available', available)
  span.end()
}
function isAvailable(id) {
  const { stock } = getStock().find((book) => book.id === id)
  return stock > 0
}
function getStock() { return [] }`, 'throws', { line: 5, column: 21, suggestion: `${head}export function check(id) {
  const span = tracer.startSpan('check')
  try {
    const available = isAvailable(id)
  span.setAttribute('available', available)
  } finally {
    span.end()
  }
}
function isAvailable(id) {
  const { stock } = getStock().find((book) => book.id === id)
  return stock > 0
}
function getStock() { return [] }` }),
    leak('an await in a callback of startActiveSpan', `${head}export const add = (order) => tracer.startActiveSpan('add', async (span) => {
  const added = await place(order)
  span.end()
  return added
})`, 'rejects', { line: 4, column: 17, suggestion: `${head}export const add = (order) => tracer.startActiveSpan('add', async (span) => {
  try {
    const added = await place(order)
  return added
  } finally {
    span.end()
  }
})` }),
    leak('a helper of this file that is given the span and forgets it when it fails', `${head}export const run = (url) => tracer.startActiveSpan('run', async (span) => {
  if (!url) { span.end(); return }
  return load(url, span)
})
async function load(url, span) {
  const response = await fetch(url)
  span.end()
  return response
}`, 'rejects', { line: 8, column: 20 }),
    leak('an async helper that ends it for one failure and forgets it for another', `${inFunction(`const span = tracer.startSpan('x')
await begin(span)
try { await place(order) } finally { span.end() }`)}async function begin(span) {
  await greet()
  try { await connect() } catch (error) { span.end(); throw error }
}`, 'rejects', { line: 9 }),
    leak('an async helper that only writes to it', `${inFunction(`const span = tracer.startSpan('x')
await begin(span)
try { await place(order) } finally { span.end() }`)}async function begin(span) { span.setAttribute('a', await connect()) }`, 'rejects', { line: 5 }),
    leak('a failure listener that rejects and leaves the span open', inFunction(`const span = tracer.startSpan('call')
return new Promise((resolve, reject) => {
  const request = http.request(order, (response) => {
    response.on('end', () => { span.end(); resolve() })
  })
  request.on('error', (error) => { reject(error) })
})`, 'function handle(order)'), 'failureCallback', { line: 9, column: 3 }),
    leak("ended on 'end' only, in a timer", inFunction(`const span = tracer.startSpan('upload')
order.on('error', (error) => console.log(error))
order.on('end', () => {
  setTimeout(() => {
    span.end()
  }, 10)
})`, 'function handle(order)'), 'oneSided', { line: 8, column: 5 }),
    leak('ended by a patched res.send only', inFunction(`const span = tracer.startSpan('request')
const send = res.send
res.send = function (...args) {
  span.end()
  send.apply(res, args)
}
context.with(trace.setSpan(context.active(), span), next)`, 'function trace_(req, res, next)'), 'oneSided', { line: 7, column: 3 }),
    leak('a call for each of a list, which is no promise', inFunction(`const span = tracer.startSpan('order.placeAll')
const results = orders.map((order) => place(order))
span.setAttribute('order.count', results.length)
span.end()
return results`), 'throws', { line: 5, hasSuggestion: true }),
    leak('one of its own, ended under a condition that says nothing of whose it is', inFunction(`const span = trace.getActiveSpan() ?? tracer.startSpan('order.place')
span.setAttribute('order.kind', order.kind)
if (order.done) span.end()`), 'reachesEnd', { line: 7 }),
    leak('always its own, whatever the flag says', inFunction(`const isOwn = parent === undefined
const span = tracer.startSpan('order.place', { attributes: { own: isOwn } })
if (isOwn) span.end()`, 'function handle(order, parent)'), 'reachesEnd', { line: 7 }),
    leak('ended where it is somebody else\'s', inFunction(`const active = trace.getActiveSpan()
const span = active ?? tracer.startSpan('order.place')
if (active) span.end()`), 'reachesEnd', { line: 7 }),
    leak('one of its own or none, ended under one condition more', inFunction(`const span = enabled ? tracer.startSpan('order.place') : null
if (enabled && rows.length > 0) span?.end()`, 'function handle(enabled, rows)'), 'reachesEnd', { line: 6 }),
    leak('one of its own whichever it is', inFunction(`const span = parent ? tracer.startSpan('order.place', {}, parent) : tracer.startSpan('order.begin')
if (!ok && parent) span.end()`, 'function handle(ok, parent)'), 'reachesEnd', { line: 6 }),
    leak('one of its own, ended under one condition more', inFunction(`const span = parent ?? tracer.startSpan('order.place')
if (!parent && order.done) span.end()`, 'function handle(order, parent)'), 'reachesEnd', { line: 6 }),
    leak('a flag that is made of itself, and no end', inFunction(`const active = trace.getActiveSpan()
let on = false
const span = active ?? tracer.startSpan('order.place')
on = !on
if (on) span.end()`), 'reachesEnd', { line: 9 }),
    leak('what the work gave, of which the span is told a part', inFunction(`const span = tracer.startSpan('order.place')
const saved = saveSync(order)
span.setAttribute('order.total', saved.total)
span.end()`), 'throws', { line: 5, hasSuggestion: true }),
    leak('what a method gave, of which the span is told a part', inFunction(`const span = tracer.startSpan('order.place')
const info = db.prepare('INSERT INTO orders VALUES (?)').run(order.id)
span.setAttribute('db.response.returned_rows', info.changes)
span.end()`), 'throws', { line: 5, hasSuggestion: true }),
    leak('what a method gave, of which the span is told', inFunction(`const span = tracer.startSpan('order.place')
const total = orders.place(order)
span.setAttribute('order.total', total)
span.end()`), 'throws', { line: 5, hasSuggestion: true }),
    leak('what is made to be written on the span, and for others', inFunction(`const span = tracer.startSpan('order.place')
const label = shorten(order.prompt)
span.setAttribute('order.label', label)
span.end()
return label`), 'throws', { line: 5, hasSuggestion: true }),
    leak('an id that is given to who ends something else', inFunction(`const span = tracer.startSpan('order.place')
await place(order)
requests.finish(span.spanContext().spanId)`), 'never', { line: 4, hasSuggestion: true }),
    leak('ended in flush only, which a cancelled stream never calls', inFunction(`const span = tracer.startSpan('stream')
return createStream(order, { transform: (chunk) => chunk, flush: () => { span.end() } })`, 'function handle(order)'), 'oneSided', { line: 4, column: 14 }),
    leak('callbacks that an awaited call never gets to', inFunction(`const span = tracer.startSpan('read')
return await client.fetchStream(order, { onComplete: () => { span.end() }, onError: () => { span.end() } })`), 'subscription', { line: 4, column: 14 }),
    leak('fulfilled only', inFunction(`const span = tracer.startSpan('read')
return load(order).then((rows) => { span.end(); return rows })`, 'function handle(order)'), 'rejects', { line: 5 }),
    leak('an argument says whether to end it, and nobody else is given it', inFunction(`const span = tracer.startSpan('order.place')
try { await place(order) } finally { if (reply) span.end() }`), 'reachesEnd', { line: 6 }),
    leak('the fulfilled handler has nothing to do with the span', inFunction(`const span = tracer.startSpan('read')
return read().then((rows) => { finish(rows); return rows }).catch((error) => { span.end(); throw error })`), 'fulfils', { line: 5 }),
    leak('the handler that should catch throws', `${head}const askName = (url) => fetch(url).then((answer) => answer.text()).catch((error) => { throw new NameError(error) })
export async function handle(order) {
  const span = tracer.startSpan('name.ask')
  const name = await askName(order.url)
  span.end()
}`, 'rejects', { line: 6, hasSuggestion: true }),
    leak('something else than an answer is sent', inFunction(`const span = tracer.startSpan('order.answer')
mailer.send({ id: order.id })
span.end()`), 'throws', { line: 5, hasSuggestion: true }),
    leak('the work of a span inside fails', `${head}export const handle = () => tracer.startActiveSpan('order.place', async (span) => {
  const checked = await tracer.startActiveSpan('order.check', async (inner) => { try { return await check() } finally { inner.end() } })
  span.end()
  return checked
})`, 'rejects', { line: 4, hasSuggestion: true }),
    leak('a function of this file that returns what a client promises', `import axios from 'axios'
${head}const load = (url) => axios.get(url)
export async function handle(order) {
  const span = tracer.startSpan('order.load')
  const loaded = await load(order.url)
  span.setAttribute('order.items', loaded.data.length)
  span.end()
}`, 'rejects', { line: 7, hasSuggestion: true }),
    leak('rejected only', inFunction(`const span = tracer.startSpan('read')
return load(order).then((rows) => rows, (error) => { span.end(); throw error })`, 'function handle(order)'), 'fulfils', { line: 5 }),
    leak('a wrapper that catches what its callback throws, and never ends', `${head}export const traced = (name, fn) => tracer.startActiveSpan(name, async (span) => {
  try { return await fn(span) } catch (error) { span.recordException(error); throw error }
})`, 'returns', { line: 4 }),
    leak('a wrapper whose end is never reached', `${head}export const traced = (name, fn) => tracer.startActiveSpan(name, async (span) => {
  const result = await fn(span)
  return result
  span.end()
})`, 'returns', { line: 5 }),
    leak('an awaited conditional', inFunction(`const span = tracer.startSpan('read')
const body = await (order.json ? order.json() : order.text())
try { await place(body) } finally { span.end() }`), 'rejects', { line: 5 }),
    leak('a return that forgets', inFunction(`const span = tracer.startSpan('read')
try {
  if (!order) return null
  await place(order)
  span.end()
} catch (error) { span.end(); throw error }`), 'returns', { line: 6, suggestion: inFunction(`const span = tracer.startSpan('read')
try {
  try {
  if (!order) return null
  await place(order)
} catch (error) { throw error }
} finally {
  span.end()
}`) }),
    leak('a throw that forgets', inFunction(`const span = tracer.startSpan('read')
if (!order) throw new Error('none')
span.end()`), 'returns', { line: 5, suggestion: inFunction(`const span = tracer.startSpan('read')
try {
  if (!order) throw new Error('none')
} finally {
  span.end()
}`) }),
    leak('one arm of a switch forgets', inFunction(`const span = tracer.startSpan('read')
switch (order.kind) {
  case 'a': span.end(); break
  default: logger.warn('none')
}`), 'reachesEnd', { line: 9 }),
    leak('a closure that only one path calls', inFunction(`const span = tracer.startSpan('read')
const finish = () => { span.end() }
await place(order)
finish()`), 'rejects', { line: 6 }),
    leak('a closure that nobody calls', inFunction(`const span = tracer.startSpan('read')
const finish = () => { span.end() }
span.setAttribute('a', 1)`), 'never', { line: 4, column: 14 }),
    leak('a variable that is turned over without an end', inFunction(`const span = tracer.startSpan('read')
let done = false
try { done = true; await place(order) } finally { if (!done) span.end() }`), 'reachesEnd', { line: 7 }),
    leak('a variable that is asked the wrong way round', inFunction(`const span = tracer.startSpan('read')
let ended = false
try { await place(order); span.end(); ended = true } finally { if (ended) span.end() }`), 'rejects', { line: 6 }),
    leak('a yield outside of a try', inFunction(`const span = tracer.startSpan('rows')
yield rows
span.end()`, 'function* read(rows)'), 'abandoned', { line: 5 }),
    leak('never ended', inFunction(`const span = tracer.startSpan('rows')
span.setAttribute('a', 1)`), 'never', { line: 4, column: 14, suggestion: inFunction(`const span = tracer.startSpan('rows')
try {
  span.setAttribute('a', 1)
} finally {
  span.end()
}`) }),
    leak('kept nowhere', inFunction(`tracer.startSpan('rows')`), 'unkept', { line: 4, column: 1 }),
    leak('not taken by the callback', `${head}tracer.startActiveSpan('rows', () => { work() })`, 'untaken', { line: 3, column: 1 }),
    leak('overwritten in a loop', inFunction(`let span
for (const item of order.items) {
  span = tracer.startSpan('item')
  if (item.last) continue
  span.end()
}`), 'nextRound', { line: 6 }),
    leak('given another value', inFunction(`let span = tracer.startSpan('first')
span = tracer.startSpan('second')
span.end()`), 'overwritten', { line: 5 }),
    leak('a constant of a loop, left open by a round', inFunction(`for (const item of order.items) {
  const span = tracer.startSpan('item')
  if (item.last) continue
  span.end()
}`), 'nextRound', { line: 5 }),
    leak('lent to a function, ended here, and forgotten when that function fails', `import { fill } from './fill.js'
${inFunction(`const span = tracer.startSpan('rows')
await fill(span, order)
span.end()`)}`, 'rejects', { line: 6 }),
    leak('an unknown call on a straight line', inFunction(`const span = tracer.startSpan('rows')
next()
span.end()`, 'function handle(next)'), 'throws', { line: 5, suggestion: inFunction(`const span = tracer.startSpan('rows')
try {
  next()
} finally {
  span.end()
}`, 'function handle(next)') }),
    leak('JSON.parse, which is known to throw', inFunction(`const span = tracer.startSpan('rows')
const body = JSON.parse(text)
try { await place(body) } finally { span.end() }`, 'async function handle(text)'), 'throws', { line: 5, column: 14 }),
    leak('an await in context.with', inFunction(`const span = tracer.startSpan('x')
return context.with(trace.setSpan(context.active(), span), async () => {
  await place(order)
  span.end()
})`, 'function handle(order)'), 'rejects', { line: 6 }),
    leak('a callback of (error, result) that returns early', inFunction(`const span = tracer.startSpan('x')
redis.get(order.id, (error, value) => {
  if (error) { reply(error); return }
  span.end()
})`, 'function handle(order, reply)'), 'returns', { line: 6 }),
    leak('CommonJS', `const { trace } = require('@opentelemetry/api')
const tracer = trace.getTracer('x')
module.exports = async (order) => {
  const span = tracer.startSpan('x')
  await place(order)
  span.end()
}`, 'rejects', { line: 5, suggestion: `const { trace } = require('@opentelemetry/api')
const tracer = trace.getTracer('x')
module.exports = async (order) => {
  const span = tracer.startSpan('x')
  try {
    await place(order)
  } finally {
    span.end()
  }
}` }),
    leak('a class field as the tracer', `import { trace } from '@opentelemetry/api'
class Orders {
  private readonly tracer = trace.getTracer('x')
  async place(order: Order) {
    const span = this.tracer.startSpan('x')
    await this.save(order)
    try { await this.send(order) } finally { span.end() }
  }
}`, 'rejects', { line: 6, column: 5 }),
    leak('where there may be no span', inFunction(`const span = order.traced ? tracer.startSpan('rows') : undefined
await place(order)
span?.end()`), 'rejects', { line: 5, suggestion: inFunction(`const span = order.traced ? tracer.startSpan('rows') : undefined
try {
  await place(order)
} finally {
  span?.end()
}`) }),
    {
      name: 'with the option, --fix wraps a span inside another one',
      code: inFunction(`const span = tracer.startSpan('rows')\nawait place(order)\nconst inner = tracer.startSpan('row')\nawait place(order)\ninner.end()\nspan.end()`),
      options: [{ fix: true }],
      output: [
        inFunction(`const span = tracer.startSpan('rows')\ntry {\n  await place(order)\nconst inner = tracer.startSpan('row')\nawait place(order)\ninner.end()\n} finally {\n  span.end()\n}`),
        inFunction(`const span = tracer.startSpan('rows')\ntry {\n  await place(order)\nconst inner = tracer.startSpan('row')\ntry {\n  await place(order)\n} finally {\n  inner.end()\n}\n} finally {\n  span.end()\n}`),
      ],
      errors: [{ messageId: 'rejects', line: 5 }, { messageId: 'rejects', line: 7 }],
    },
    {
      name: 'with the option, --fix wraps it',
      code: inFunction(`const span = tracer.startSpan('rows')\nawait place(order)\nspan.end()`),
      options: [{ fix: true }],
      output: inFunction(`const span = tracer.startSpan('rows')\ntry {\n  await place(order)\n} finally {\n  span.end()\n}`),
      errors: [{ messageId: 'rejects', line: 5 }],
    },
  ],
})
