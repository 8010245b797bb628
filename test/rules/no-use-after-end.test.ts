import rule from '../../rules/no-use-after-end.js'
import { findingsOnly, ruleTester } from '../rule-tester.js'

const inFunction = (body: string): string => `import { trace } from '@opentelemetry/api'
const tracer = trace.getTracer('x')
async function run(order) {
const span = tracer.startSpan('order.place')
${body}
}`

ruleTester.run('no-use-after-end', findingsOnly(rule), {
  valid: [
    { name: 'written before the end', code: inFunction(`span.setAttribute('a', 1)\nspan.end()`) },
    { name: 'ended in one branch that leaves', code: inFunction(`if (!order) { span.end(); return }\nspan.setAttribute('a', 1)\nspan.end()`) },
    { name: 'ended on one path only: the other may still write', code: inFunction(`if (order) span.end()\nspan.setAttribute('a', 1)\nif (!order) span.end()`) },
    { name: 'in the catch, which the end inside the try does not lead to', code: inFunction(`try { await place(order); span.end() } catch (error) { span.recordException(error); span.end() }`) },
    {
      name: 'in the catch, to which a logger before the end may lead, though nobody expects that of it',
      code: inFunction(`try { logger.info('placed'); span.end(); reply.render(order) } catch (error) { span.setAttribute('a', 1); span.end() }`),
    },
    { name: 'in the catch, to which an argument of a write before the end may lead', code: inFunction(`try { span.setAttribute('a', order.items.join()); span.end(); reply.render(order) } catch { span.addEvent('x'); span.end() }`) },
    { name: 'reading is no writing', code: inFunction(`span.end()\nlogger.info(span.spanContext().traceId)`) },
    { name: 'another span in the same variable', code: `import { trace } from '@opentelemetry/api'
const tracer = trace.getTracer('x')
function run() { let span = tracer.startSpan('a'); span.end(); span = tracer.startSpan('b'); span.setAttribute('a', 1); span.end() }` },
    { name: 'a new span in each turn', code: `import { trace } from '@opentelemetry/api'
const tracer = trace.getTracer('x')
function run(items) { for (const item of items) { const span = tracer.startSpan('a'); span.setAttribute('b', item); span.end() } }` },
  ],
  invalid: [
    { name: 'behind the end', code: inFunction(`span.end()\nspan.setAttribute('a', 1)`), errors: [{ messageId: 'lost', line: 6, column: 1 }] },
    { name: 'behind a try of which every path ended it', code: inFunction(`try { await place(order) } finally { span.end() }\nspan.addEvent('placed')`), errors: [{ messageId: 'lost', line: 6 }] },
    { name: 'a status behind the end', code: inFunction(`span.end()\nspan.setStatus({ code: 1 })\nspan.recordException(order.error)`), errors: [{ messageId: 'lost', line: 6 }, { messageId: 'lost', line: 7 }] },
    { name: 'in the catch of a try that only writes before it ends the span', code: inFunction(`try { span.setAttribute('a', Date.now()); span.end(); reply.render(order) } catch (error) { span.recordException(error) }`), errors: [{ messageId: 'lost', line: 5 }] },
    { name: 'in the catch of a try before which the span is ended', code: inFunction(`span.end()\ntry { logger.info('x'); reply.render(order) } catch (error) { span.recordException(error) }`), errors: [{ messageId: 'lost', line: 6 }] },
    { name: 'through a helper of the file', code: `${inFunction(`finish(span)\nspan.updateName('x')`)}\nfunction finish(s) { s.end() }`, errors: [{ messageId: 'lost', line: 6 }] },
  ],
})
