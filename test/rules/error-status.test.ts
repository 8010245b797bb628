import rule from '../../rules/error-status.js'
import { oneSuggestion as one, ruleTester } from '../rule-tester.js'

const head = `import { SpanStatusCode, trace } from '@opentelemetry/api'\nconst tracer = trace.getTracer('x')\n`
const inSpan = (body: string): string => `${head}export const run = (fn) => tracer.startActiveSpan('run', async (span) => {\n${body}\n})`
const withCatch = (handler: string): string => inSpan(`  try {\n    return await fn(span)\n  } catch (error) {\n${handler}\n  } finally {\n    span.end()\n  }`)

ruleTester.run('error-status', rule, {
  valid: [
    { name: 'the answer of a helper that sets the status (spanner)', code: `${head}function fail(s, error) { if (!error) return false; s.setStatus({ code: SpanStatusCode.ERROR }); return true }
${withCatch(`if (fail(span, error)) span.recordException(error)\nthrow error`).slice(head.length)}` },
    { name: 'recorded and ERROR', code: withCatch(`span.recordException(error)\nspan.setStatus({ code: SpanStatusCode.ERROR, message: error.message })\nthrow error`) },
    { name: 'recorded, and ERROR where it is no refusal (langwatch)', code: withCatch(`span.recordException(error)\nif (error.fault === 'customer') return\nspan.setStatus({ code: SpanStatusCode.ERROR })\nthrow error`) },
    { name: 'a tracer of the file itself, of which recordException sets the status (medicalcor)', code: `export const traced = (tracer, fn) => { const span = tracer.startSpan('order.place'); try { const placed = fn(); span.setStatus('ok'); span.end(); return placed } catch (error) { span.recordException(error); span.end(); throw error } }` },
    { name: 'a message of what was caught, as a text', code: withCatch(`span.setStatus({ code: SpanStatusCode.ERROR, message: typeof error === 'string' ? error : error.message })`) },
    { name: 'a message that stands in what was caught', code: withCatch(`span.setStatus({ code: SpanStatusCode.ERROR, message: error })`).replace('catch (error)', 'catch ({ message: error })') },
    { name: 'ERROR first', code: withCatch(`span.setStatus({ code: SpanStatusCode.ERROR })\nspan.recordException(error)\nthrow error`) },
    { name: 'ERROR by its number', code: withCatch(`span.setStatus({ code: 2 })\nspan.recordException(error)`) },
    { name: 'the status by a helper of the file', code: `${withCatch(`span.recordException(error)\nfail(span)`)}\nfunction fail(s) { s.setStatus({ code: SpanStatusCode.ERROR }) }` },
    { name: 'the status by a helper of somebody else', code: `import { markFailed } from './spans.js'\n${withCatch(`span.recordException(error)\nmarkFailed(span, error)`)}` },
    { name: 'withSpan sets the status of what is thrown', code: `import { withSpan } from '@spanguard/runtime'\nexport const run = () => withSpan('order.place', async (span) => { try { await work() } catch (error) { span.recordException(error); throw error } })` },
    { name: 'a span of somebody else: its owner sets the status', code: `${head}export function note(error) { trace.getActiveSpan()?.recordException(error) }` },
    { name: 'a message that is a string', code: withCatch(`span.setStatus({ code: SpanStatusCode.ERROR, message: String(error) })\nspan.setStatus({ code: 2, message: error instanceof Error ? error.message : undefined })`) },
    { name: 'ERROR unless the error was expected (nimblebrain)', code: withCatch(`span.recordException(error)\nif (isExpected(error)) span.setAttribute('cancelled', true)\nelse span.setStatus({ code: SpanStatusCode.ERROR })\nthrow error`) },
    { name: 'a span of the file whose recordException sets the status (servalsheets)', code: `class Work {\n  setStatus(code) { this.code = code }\n  recordException(error) { this.error = error\n this.setStatus('error') }\n}\n${withCatch(`span.recordException(error)\nthrow error`)}` },
    { name: 'the same, by a field, of a class that is exported (cineflix)', code: `export class Work {\n  recordException(error) { this.status = 'error' }\n}\n${withCatch(`span.recordException(error)\nthrow error`)}` },
    { name: 'OK behind the work', code: inSpan(`  try {\n    await fn()\n    span.setStatus({ code: SpanStatusCode.OK })\n    reply.send()\n  } catch (error) {\n    span.setStatus({ code: SpanStatusCode.ERROR })\n  } finally { span.end() }`) },
    { name: 'OK as the last thing of a callback in the context of the span', code: `import { context, SpanStatusCode, trace } from '@opentelemetry/api'\nconst tracer = trace.getTracer('x')\nexport async function run(fn) {\n  const span = tracer.startSpan('run')\n  try {\n    return await context.with(trace.setSpan(context.active(), span), async () => {\n      const found = await fn()\n      span.setStatus({ code: SpanStatusCode.OK })\n      return found\n    })\n  } catch (error) {\n    span.setStatus({ code: SpanStatusCode.ERROR })\n    throw error\n  } finally {\n    span.end()\n  }\n}` },
    { name: 'OK or ERROR, each on its path', code: inSpan(`  if (fn) span.setStatus({ code: SpanStatusCode.OK })\n  else span.setStatus({ code: SpanStatusCode.ERROR })\n  span.end()`) },
    { name: 'an error with the status unset is asked for in strict only', code: inSpan(`  try {\n    await fn()\n  } finally { span.end() }`) },
    { name: 'strict: an error that is told', options: [{ fix: false, unset: true }], code: withCatch(`span.setStatus({ code: SpanStatusCode.ERROR })\nthrow error`) },
  ],
  invalid: [
    { name: 'a tracer that is known by its name only', code: `export const traced = (tracer, fn) => { const span = tracer.startSpan('order.place'); try { return fn() } catch (error) { span.recordException(error); throw error } finally { span.end() } }`, errors: [{ messageId: 'recordedOnly', line: 1, suggestions: one }] },
    {
      name: 'a class of the file that only records',
      code: `class Work { setStatus(code) { this.code = code }\n recordException(error) { this.error = error } }\n${withCatch(`span.recordException(error)\nif (isExpected(error)) span.setAttribute('cancelled', true)\nthrow error`)}`,
      errors: [{ messageId: 'recordedOnly', line: 9, suggestions: one }],
    },
    {
      name: 'recorded in two ways, never ERROR',
      code: withCatch(`    if (error instanceof Error) {\n      span.recordException(error)\n    } else {\n      span.recordException(new Error(String(error)))\n    }\n    throw error`),
      errors: [{ messageId: 'recordedOnly', line: 8, column: 7, suggestions: [{ messageId: 'setStatus', output: withCatch(`    span.setStatus({ code: SpanStatusCode.ERROR })\n    if (error instanceof Error) {\n      span.recordException(error)\n    } else {\n      span.recordException(new Error(String(error)))\n    }\n    throw error`) }] }],
    },
    {
      name: 'the import comes along, and --fix applies both',
      code: `import { trace } from '@opentelemetry/api'\nconst tracer = trace.getTracer('x')\nexport const run = (fn) => tracer.startActiveSpan('run', async (span) => {\n  try {\n    await fn()\n  } catch (error) {\n    span.recordException(error)\n    throw error\n  } finally {\n    span.end()\n  }\n})`,
      options: [{ fix: true, unset: false }],
      output: `import { trace, SpanStatusCode } from '@opentelemetry/api'\nconst tracer = trace.getTracer('x')\nexport const run = (fn) => tracer.startActiveSpan('run', async (span) => {\n  try {\n    await fn()\n  } catch (error) {\n    span.setStatus({ code: SpanStatusCode.ERROR })\n    span.recordException(error)\n    throw error\n  } finally {\n    span.end()\n  }\n})`,
      errors: [{ messageId: 'recordedOnly', line: 7 }],
    },
    {
      name: 'recorded in the rejection handler',
      code: `${head}export function run(work) {\n  const span = tracer.startSpan('run')\n  return work().then((value) => { span.end(); return value }, (error) => { span.recordException(error); span.end(); throw error })\n}`,
      errors: [{ messageId: 'recordedOnly', line: 5 }],
    },
    {
      name: 'recorded inside withSpan and not thrown on',
      code: `import { withSpan } from '@spanguard/runtime'\nexport const run = () => withSpan('order.place', async (span) => {\n  try { await work() } catch (error) { span.recordException(error) }\n})`,
      errors: [{ messageId: 'recordedOnly', line: 3, suggestions: [{ messageId: 'setStatus', output: `import { withSpan } from '@spanguard/runtime'\nimport { SpanStatusCode } from '@opentelemetry/api'\nexport const run = () => withSpan('order.place', async (span) => {\n  try { await work() } catch (error) { span.setStatus({ code: SpanStatusCode.ERROR }); span.recordException(error) }\n})` }] }],
    },
    { name: 'OK before the work', code: inSpan(`  span.setStatus({ code: SpanStatusCode.OK })\n  try {\n    await fn()\n  } catch (error) {\n    span.setStatus({ code: SpanStatusCode.ERROR })\n  } finally { span.end() }`), errors: [{ messageId: 'maskingOk', line: 4 }] },
    { name: 'OK before the work, which a callback in the context of the span returns', code: `import { context, SpanStatusCode, trace } from '@opentelemetry/api'\nconst tracer = trace.getTracer('x')\nexport async function run(fn) {\n  const span = tracer.startSpan('run')\n  try {\n    return await context.with(trace.setSpan(context.active(), span), async () => {\n      span.setStatus({ code: SpanStatusCode.OK })\n      return fn()\n    })\n  } catch (error) {\n    span.setStatus({ code: SpanStatusCode.ERROR })\n    throw error\n  } finally {\n    span.end()\n  }\n}`, errors: [{ messageId: 'maskingOk', line: 7 }] },
    { name: 'OK, then ERROR on the same path', code: inSpan(`  span.setStatus({ code: SpanStatusCode.OK })\n  if (!fn) span.setStatus({ code: SpanStatusCode.ERROR })\n  span.end()`), errors: [{ messageId: 'maskingOk', line: 4 }] },
    { name: 'a message that is an object', code: withCatch(`span.setStatus({ code: SpanStatusCode.ERROR, message: { text: 'x' } })`), errors: [{ messageId: 'messageNotString', line: 7 }] },
    { name: 'a message that is an Error', code: withCatch(`span.setStatus({ code: SpanStatusCode.ERROR, message: new Error('x') })`), errors: [{ messageId: 'messageNotString', line: 7 }] },
    { name: 'a message that is what was caught', code: withCatch(`span.setStatus({ code: SpanStatusCode.ERROR, message: error as string })`), errors: [{ messageId: 'messageNotString', line: 7 }] },
    { name: 'strict: the status stays unset', options: [{ unset: true, fix: false }], code: inSpan(`  try {\n    await fn()\n  } finally { span.end() }`), errors: [{ messageId: 'unset', line: 3 }] },
  ],
})
