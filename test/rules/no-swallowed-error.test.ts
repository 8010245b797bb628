import rule from '../../rules/no-swallowed-error.js'
import { oneSuggestion as one, ruleTester } from '../rule-tester.js'

const head = `import { SpanStatusCode, trace } from '@opentelemetry/api'\nconst tracer = trace.getTracer('x')\n`
const withCatch = (handler: string): string => `${head}export const run = (reply, done) => tracer.startActiveSpan('run', async (span) => {
  try {
    await work()
  } ${handler} finally {
    span.end()
  }
})`


ruleTester.run('no-swallowed-error', rule, {
  valid: [
    { name: 'done another way, for the same thing', code: withCatch(`catch { return await origin.load(order) }`).replace('work()', 'cache.load(order)') },
    { name: 'done another way, by a method of the same name', code: withCatch(`catch { return origin.load(order) }`).replace('work()', 'cache.load(order)') },
    { name: 'put into a queue of what failed, with the error', code: withCatch(`catch (error) { await deadLetters.add(order, error) }`) },
    {
      name: 'what may fail comes after the end of the span (heroku)',
      code: `${head}export async function send(data) {
  try {
    const span = tracer.startSpan('cli.run')
    span.setAttribute('cli.command', data.command)
    span.end()
    const processor = await getProcessor()
    await processor.forceFlush()
  } catch (error) {
    debug('not sent', error.code)
  }
}`,
    },
    {
      name: 'beginning a span that another hook ends must not fail (netlify)',
      code: `import { trace } from '@opentelemetry/api'
const tracer = trace.getTracer('fetch')
const open = new WeakMap()
export function onRequest(request) {
  try {
    const span = tracer.startSpan('fetch.request')
    annotate(span, request)
    open.set(request, span)
  } catch {}
}`,
    },
    {
      name: 'beginning a span that another method ends: kept in an object, and something follows',
      code: `${head}export class Processor {
  open = new Map()
  start(item) {
    try {
      const span = tracer.startSpan(nameOf(item))
      this.open.set(item.id, { span, since: Date.now() })
      if (item.parent) link(item.parent)
    } catch { /* never break the host */ }
  }
}`,
    },
    {
      name: 'beginning a span that what follows the try ends: put into an object of a variable outside',
      code: `${head}export function send(original, args) {
  let opened
  try {
    const span = tracer.startSpan('redis.get')
    span.setAttribute('db.key', keyOf(args))
    opened = { span, since: performance.now() }
  } catch { return original(...args) }
  return original(...args).finally(() => finish(opened))
}`,
    },
    {
      name: 'a span written at once, in a try of which the catch is empty',
      code: `${head}export function announce(agent) {
  try {
    const span = tracer.startSpan('agent.create')
    span.setAttribute('agent.tools', agent.tools.map((tool) => describe(tool)).length)
    register(agent.name, span.spanContext())
    span.end()
  } catch { /* best effort */ }
}`,
    },
    {
      name: 'a catch that no error reaches before an inner try has ended the span',
      code: `${head}export async function run(order) {
  try {
    const span = tracer.startSpan('order.place')
    try { await work(order) } catch (error) { span.recordException(error); throw error } finally { span.end() }
    await notify(order)
  } catch (error) { logger.error(error) }
}`,
    },
    {
      name: 'a span that is written when all is over, with the error that there was',
      code: `${head}export function record(order, failure) {
  try {
    const span = tracer.startSpan('order.record')
    span.setAttribute('order.kind', describe(order))
    if (failure) span.recordException(failure)
    span.end()
  } catch (error) { logger.warn('not recorded') }
}`,
    },
    { name: 'recorded, HTTP 500 sent', code: withCatch(`catch (error) { span.recordException(error); span.setStatus({ code: SpanStatusCode.ERROR }); reply.status(500).json({}) }`) },
    { name: 'recorded, then a failing return', code: withCatch(`catch (error) { span.recordException(error); return false }`) },
    { name: 'thrown on', code: withCatch(`catch (error) { logger.error(error); throw error }`) },
    { name: 'thrown on in one case: somebody has thought about it', code: withCatch(`catch (error) { if (error.code !== 404) throw error }`) },
    { name: 'a failing return', code: withCatch(`catch (error) { logger.error(error); return false }`) },
    { name: 'a returned error', code: withCatch(`catch (error) { return { ok: false, error } }`) },
    { name: 'a failing reply', code: withCatch(`catch (error) { reply.status(500).send('sorry') }`) },
    { name: 'a reply that tells of it', code: withCatch(`catch { reply.render('error') }`) },
    { name: 'a reply with a status that tells of it', code: withCatch(`catch { reply.type('text/plain').send('save failed') }`) },
    { name: 'a socket that tells of it', code: withCatch(`catch { this.socket.write('error: not saved') }`) },
    { name: 'an event that tells of it', code: withCatch(`catch { client.emit('error') }`) },
    { name: 'the process above is told', code: withCatch(`catch { process.send({ status: 'failed' }) }`) },
    { name: 'counted beside other turns, and given back', code: `${head}export async function run(rows) {
  const done = { saved: 0, failed: 0 }
  for (const row of rows) {
    const span = tracer.startSpan('row.save')
    try { await save(row) } catch { done.failed++ }
    span.end()
  }
  return done
}` },
    { name: 'counted in a variable that is told of later', code: `${head}export const run = () => tracer.startActiveSpan('run', async (span) => {
  let failed = 0
  try { await work() } catch { failed++ }
  span.setAttribute('run.failed', failed)
  span.end()
})` },
    { name: 'handed to the callback', code: withCatch(`catch (error) { done(error) }`) },
    { name: 'handed to a function that may do anything with it', code: withCatch(`catch (error) { handleError(error, reply) }`) },
    { name: 'told to the active span', code: withCatch(`catch (error) { trace.getActiveSpan()?.recordException(error) }`) },
    { name: 'told to the span by a helper of the file', code: `${withCatch(`catch (error) { fail(span, error) }`)}\nfunction fail(s, e) { s.recordException(e) }` },
    { name: 'told by captureError', code: `import { captureError } from '@spanguard/runtime'\n${withCatch(`catch (error) { captureError(error) }`)}` },
    { name: 'kept for later', code: `${head}export const run = () => tracer.startActiveSpan('run', async (span) => {
  let failure
  try { await work() } catch (error) { failure = String(error) }
  span.setAttribute('failed', failure !== undefined)
  span.end()
})` },
    { name: 'a guard around recordException itself', code: withCatch(`catch (error) { try { span.recordException(error) } catch { /* nothing */ } throw error }`) },
    { name: 'helpers that only write on the span (microsoft)', code: `${head}export const run = (order) => {
  const span = tracer.startSpan('order.place')
  try { Attributes.setOrderAttributes(order, span); setCustomer(order, span); span.setAttribute('order.kind', order.kind) } catch (error) { logger.debug(error) }
  spans.set(order.id, span)
}` },
    { name: 'best-effort clean-up beside the main work', code: `${head}export const run = (page) => tracer.startActiveSpan('run', async (span) => {
  try {
    await work()
    await moreWork()
    try { await page.close() } catch (error) { logger.warn(error) }
  } finally { span.end() }
})` },
    { name: 'best-effort on the way', code: `${head}export const run = (page) => tracer.startActiveSpan('run', async (span) => {
  let environment
  if (page) { try { environment = await find(page) } catch { /* best effort */ } }
  try { await work(environment) } finally { span.end() }
})` },
    { name: 'each item by itself', code: `${head}export const run = (items) => tracer.startActiveSpan('run', async (span) => {
  for (const item of items) { try { await work(item) } catch (error) { logger.warn(error) } }
  span.end()
})` },
    { name: 'each item by itself, in a span around the loop that a variable outside holds', code: `${head}export async function run(items) {
  let span
  for (const item of items) { span ??= tracer.startSpan('run'); try { await work(item) } catch (error) { logger.warn(error) } }
  span?.end()
}` },
    { name: 'no span in sight', code: `${head}export async function run() { try { await work() } catch (error) { logger.error(error) } }` },
  ],
  invalid: [
    {
      name: 'the work and the end of its span, before both are put into an object of a variable outside',
      code: `${head}export async function run(order) {
  let outcome
  try {
    const span = tracer.startSpan('order.save')
    const saved = await save(order)
    span.end()
    outcome = { saved, span }
  } catch { console.log('ignored') }
  return outcome
}`,
      errors: [{ messageId: 'swallowed', line: 10, suggestions: one }],
    },
    {
      name: 'an object of a variable outside, after the work',
      code: `${head}export async function send(order) {
  let sent
  const span = tracer.startSpan('order.send')
  try {
    await work(order)
    sent = { span, order }
  } catch { logger.warn('not sent') }
  finish(sent)
}`,
      errors: [{ messageId: 'swallowed', line: 9, suggestions: one }],
    },
    {
      name: 'a reply that says nothing of it',
      code: withCatch(`catch { reply.render('orders') }`),
      errors: [{ messageId: 'swallowed', suggestions: one }],
    },
    {
      name: 'counted by a metrics client that sends',
      code: withCatch(`catch { statsd.send('order.save.error') }`),
      errors: [{ messageId: 'swallowed', suggestions: one }],
    },
    {
      name: 'written where logs are written',
      code: withCatch(`catch { process.stderr.write('save failed') }`),
      errors: [{ messageId: 'swallowed', suggestions: one }],
    },
    {
      name: 'counted in a variable that nobody reads',
      code: `${head}export const run = () => tracer.startActiveSpan('run', async (span) => {
  let attempts = 0
  try { await work() } catch { attempts++ }
  span.end()
})`,
      errors: [{ messageId: 'swallowed', line: 5, suggestions: one }],
    },
    {
      name: 'counted in a variable of the module',
      code: `${head}let failures = 0
export const run = () => tracer.startActiveSpan('run', async (span) => {
  try { await work() } catch { failures++ }
  span.end()
})
export const report = () => failures`,
      errors: [{ messageId: 'swallowed', line: 5, suggestions: one }],
    },
    {
      name: 'the index of the loop',
      code: `${head}export async function run(rows) {
  for (let i = 0; i < rows.length; i++) {
    const span = tracer.startSpan('row.save')
    try { await save(rows[i]) } catch { i++ }
    span.end()
  }
}`,
      errors: [{ messageId: 'swallowed', line: 6, suggestions: one }],
    },
    {
      name: 'how often the loop turns',
      code: `${head}export async function run(order) {
  let attempts = 0
  while (attempts < 3) {
    const span = tracer.startSpan('order.save')
    try { await save(order) } catch { attempts++ }
    span.end()
  }
}`,
      errors: [{ messageId: 'swallowed', line: 7, suggestions: one }],
    },
    {
      name: 'a default is made of what was asked for',
      code: withCatch(`catch { return emptyList(order) }`).replace('work()', 'cache.load(order)'),
      errors: [{ messageId: 'swallowed', suggestions: one }],
    },
    {
      name: 'counted in a metric alone',
      code: withCatch(`catch { metrics.inc('failed') }`),
      errors: [{ messageId: 'swallowed', suggestions: one }],
    },
    {
      name: 'counted by a counter of the API',
      code: withCatch(`catch { failures.add(1) }`).replace('export', `const failures = otel.metrics.getMeter('m').createCounter('orders.failed')\nexport`).replace(/^/, `import * as otel from '@opentelemetry/api'\n`),
      errors: [{ messageId: 'swallowed', suggestions: one }],
    },
    {
      name: 'a catch that an error reaches behind an inner try that does not end the span',
      code: `${head}export async function run(order) {
  const span = tracer.startSpan('order.place')
  try {
    try { await work(order) } finally { await release(order) }
  } catch (error) { logger.error(error) }
  span.end()
}`,
      errors: [{ messageId: 'swallowed', line: 7, suggestions: one }],
    },
    {
      name: 'work that is awaited, beside an error that is told',
      code: `${head}export async function run() {
  try {
    const span = tracer.startSpan('order.place')
    const answer = await work()
    if (answer.failure) span.recordException(answer.failure)
    span.end()
  } catch (error) { logger.warn('not placed') }
}`,
      errors: [{ messageId: 'swallowed', line: 9, suggestions: one }],
    },
    {
      name: 'work that is awaited, in a try of which the catch is empty',
      code: `${head}export async function run() {
  try {
    const span = tracer.startSpan('order.place')
    await work()
    span.end()
  } catch {}
}`,
      errors: [{ messageId: 'swallowed', line: 8, suggestions: one }],
    },
    {
      name: 'logged and counted, and the span stays OK',
      code: withCatch(`catch (error) {
    logger.error({ cause: error }, \`failed: \${serialize(error)}\`)
    failures.get('run')?.add(1)
  }`),
      errors: [{ messageId: 'swallowed', line: 6, column: 5, suggestions: [{ messageId: 'record', output: withCatch(`catch (error) {
    span.recordException(error instanceof Error ? error : String(error))
    span.setStatus({ code: SpanStatusCode.ERROR })
    logger.error({ cause: error }, \`failed: \${serialize(error)}\`)
    failures.get('run')?.add(1)
  }`) }] }],
    },
    {
      name: 'of a span that each turn of a loop starts',
      code: `${head}export async function run(items) {\n  for (const item of items) {\n    const span = tracer.startSpan('run')\n    try { await work(item) } catch (error) { console.error(error) }\n    span.end()\n  }\n}`,
      options: [{ fix: true }],
      output: `${head}export async function run(items) {\n  for (const item of items) {\n    const span = tracer.startSpan('run')\n    try { await work(item) } catch (error) { span.recordException(error instanceof Error ? error : String(error)); span.setStatus({ code: SpanStatusCode.ERROR }); console.error(error) }\n    span.end()\n  }\n}`,
      errors: [{ messageId: 'swallowed', line: 6 }],
    },
    {
      name: 'dropped without a name',
      code: withCatch(`catch {
    logger.warn('failed')
  }`),
      errors: [{ messageId: 'swallowed', line: 6, suggestions: [{ messageId: 'record', output: withCatch(`catch (error) {
    span.recordException(error instanceof Error ? error : String(error))
    span.setStatus({ code: SpanStatusCode.ERROR })
    logger.warn('failed')
  }`) }] }],
    },
    {
      name: 'dropped without a name, where the block speaks of another error',
      code: withCatch(`catch {
    logger.warn(error)
  }`),
      errors: [{ messageId: 'swallowed', line: 6, suggestions: [{ messageId: 'record', output: withCatch(`catch (caught) {
    span.recordException(caught instanceof Error ? caught : String(caught))
    span.setStatus({ code: SpanStatusCode.ERROR })
    logger.warn(error)
  }`) }] }],
    },
    {
      name: 'a helper that writes on the span beside the work',
      code: withCatch('catch (error) { logger.error(error) }').replace('await work()', 'setOrder(reply, span); await work()'),
      errors: [{ messageId: 'swallowed', suggestions: one }],
    },
    {
      name: 'work that is given the span and is no writing',
      code: withCatch('catch (error) { logger.error(error) }').replace('await work()', 'placeOrder(reply, span)'),
      errors: [{ messageId: 'swallowed', suggestions: one }],
    },
    {
      name: 'work that is waited for, whatever it is called',
      code: withCatch('catch (error) { logger.error(error) }').replace('await work()', 'await writeOrder(reply, span)'),
      errors: [{ messageId: 'swallowed', suggestions: one }],
    },
    {
      name: 'inside withSpan, which never hears of it',
      code: `import { withSpan } from '@spanguard/runtime'\nexport const run = () => withSpan('order.place', async () => {\n  try { await work() } catch (error) { console.error(error) }\n})`,
      errors: [{ messageId: 'swallowed', line: 3 }],
    },
    {
      name: 'of a span that is started in the function',
      code: `${head}export async function run() {\n  const span = tracer.startSpan('run')\n  try {\n    await work()\n  } catch (error) {\n    console.error(error)\n  }\n  span.end()\n}`,
      options: [{ fix: true }],
      output: `${head}export async function run() {\n  const span = tracer.startSpan('run')\n  try {\n    await work()\n  } catch (error) {\n    span.recordException(error instanceof Error ? error : String(error))\n    span.setStatus({ code: SpanStatusCode.ERROR })\n    console.error(error)\n  }\n  span.end()\n}`,
      errors: [{ messageId: 'swallowed', line: 7 }],
    },
  ],
})
