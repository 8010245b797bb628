import rule from '../../rules/no-borrowed-end.js'
import { ruleTester } from '../rule-tester.js'

const head = `import { context, trace } from '@opentelemetry/api'\n`

ruleTester.run('no-borrowed-end', rule, {
  valid: [
    { name: 'a pair of hooks: what one made active for what comes, the other ends (platformatic)', code: `${head}export function onRequest(request, next) { const span = trace.getTracer('x').startSpan('a'); context.with(trace.setSpan(context.active(), span), next) }
export function onResponse() { const span = trace.getSpan(context.active()); span?.end() }` },
    { name: 'out of a context that the file keeps in a map of its own (fastify-opentelemetry)', code: `${head}const contexts = new WeakMap()
function contextOf(request) { return contexts.get(request) || context.active() }
export function onRequest(request) { contexts.set(request, trace.setSpan(context.active(), trace.getTracer('x').startSpan('a'))) }
export function onResponse(request) { const span = trace.getSpan(contextOf(request)); span.end() }` },
    { name: 'the owner ends it', code: `${head}const span = trace.getTracer('x').startSpan('a')\nspan.end()` },
    { name: 'writing to a borrowed span is what it is for', code: `${head}const span = trace.getActiveSpan()\nspan?.setAttribute('a', 1)\nspan?.recordException(new Error('x'))` },
    { name: 'the span of a server that is active, and not ended', code: `${head}export const handle = async (request) => {
  const span = trace.getSpan(context.active())
  try { await run(request) } finally { span.setAttribute('status', 200) }
}` },
    { name: 'ended through a property, where its owner put it', code: `${head}export function onResponse(request) { const span = request[kSpan]; if (span != null) { span.end() } }` },
    { name: 'a stream that is called active', code: `${head}const active = getActiveStream()\nactive.end()` },
    { name: 'in a context with a span of its own, which is the active one there', code: `${head}export class Files {
  async write(file) {
    await context.with(trace.setSpan(context.active(), this.tracer.startSpan('files.write')), async () => {
      const active = trace.getActiveSpan()
      try { await save(file) } finally { active?.end() }
    })
  }
}` },
    { name: 'in the callback of startActiveSpan, which takes no parameter', code: `${head}export const write = (file) => trace.getTracer('x').startActiveSpan('files.write', async () => { const span = trace.getActiveSpan(); try { await save(file) } finally { span?.end() } })` },
    { name: 'where who starts the span is told that somebody else ends it', code: `${head}import { observe } from '@langfuse/tracing'
const handle = async (request) => stream(request, { onFinish: () => { trace.getActiveSpan()?.end() } })
export const POST = observe(handle, { name: 'chat.answer', endOnExit: false })` },
    { name: 'the active span or one of its own, and only its own is ended', code: `${head}export function record(order) {
  const active = trace.getActiveSpan()
  const span = active ?? trace.getTracer('x').startSpan('order.record')
  span.setAttribute('order.kind', order.kind)
  if (!active) { span.end() }
}` },
    { name: 'only its own, and only where there is more to say', code: `${head}export function record(order) {
  const active = trace.getActiveSpan()
  const span = active ?? trace.getTracer('x').startSpan('order.record')
  if (!active && order.done) { span.end() }
}` },
    { name: 'by a flag', code: `${head}export async function record(order) {
  let span = trace.getActiveSpan()
  let isOwn = false
  if (!span) { span = trace.getTracer('x').startSpan('order.record'); isOwn = true }
  try { await save(order) } finally { isOwn && span.end() }
}` },
    { name: 'by what the choice was made by', code: `${head}export function record(order, joins) {
  const span = joins ? trace.getActiveSpan() : trace.getTracer('x').startSpan('order.record')
  span.setAttribute('order.kind', order.kind)
  if (joins) return
  else span.end()
}` },
    { name: 'a span of our own that the context carries: it is taken out of the context that it was put into', code: `${head}export function finish(own) { const ctx = trace.setSpan(context.active(), own); run(ctx); const span = trace.getSpan(ctx); span?.end() }` },
  ],
  invalid: [
    {
      name: 'in a finally that holds nothing else: the finally goes too',
      code: `${head}export async function handler(request, reply) {
  const activeSpan = trace.getActiveSpan()
  try {
    await run(request)
  } catch (error) {
    activeSpan?.recordException(error)
  } finally {
    activeSpan?.end()
  }
}`,
      errors: [{ messageId: 'borrowed', line: 9, column: 5, suggestions: [{ messageId: 'remove', output: `${head}export async function handler(request, reply) {
  const activeSpan = trace.getActiveSpan()
  try {
    await run(request)
  } catch (error) {
    activeSpan?.recordException(error)
  }
}` }] }],
    },
    {
      name: 'the active span or one of its own, whichever it is',
      code: `${head}export function record(order) {
  const active = trace.getActiveSpan()
  const span = active ?? trace.getTracer('x').startSpan('order.record')
  span.setAttribute('order.kind', order.kind)
  if (span.isRecording()) log(span.end())
}`,
      errors: [{ messageId: 'borrowed', line: 6 }],
    },
    {
      name: 'the active span or one of its own, where it is the active one',
      code: `${head}export function record(order) {
  const active = trace.getActiveSpan()
  const span = active ?? trace.getTracer('x').startSpan('order.record')
  if (active) log(span.end())
}`,
      errors: [{ messageId: 'borrowed', line: 5 }],
    },
    {
      name: 'in a context that somebody else made',
      code: `${head}export const run = (given) => context.with(given, () => { const active = trace.getActiveSpan(); log(active.end()) })`,
      errors: [{ messageId: 'borrowed', line: 2 }],
    },
    {
      name: 'in a context of its own that holds no span',
      code: `${head}export const run = (given) => context.with(given.setValue(KEY, 1), () => log(trace.getActiveSpan().end()))`,
      errors: [{ messageId: 'borrowed', line: 2 }],
    },
    {
      name: 'under a condition that says nothing of whose it is',
      code: `${head}export function record(order) {
  const active = trace.getActiveSpan()
  if (!order.open) log(active.end())
}`,
      errors: [{ messageId: 'borrowed', line: 4 }],
    },
    {
      name: 'at once',
      code: `${head}trace.getActiveSpan()?.end()\nwork()`,
      errors: [{ messageId: 'borrowed', line: 2, suggestions: [{ messageId: 'remove', output: `${head}work()` }] }],
    },
    {
      name: 'out of the active context',
      code: `${head}export function done() {\n  trace.getSpan(context.active())!.end()\n}`,
      errors: [{ messageId: 'borrowed', line: 3, suggestions: [{ messageId: 'remove', output: `${head}export function done() {\n}` }] }],
    },
    {
      name: 'in an expression, where nothing can be taken away',
      code: `${head}export const done = () => trace.getActiveSpan()?.end()`,
      errors: [{ messageId: 'borrowed', line: 2, column: 27 }],
    },
    {
      name: 'with the option, --fix removes it',
      code: `${head}trace.getActiveSpan().end()\nwork()`,
      options: [{ fix: true }],
      output: `${head}work()`,
      errors: [{ messageId: 'borrowed', line: 2 }],
    },
  ],
})
