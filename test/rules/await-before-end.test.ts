import rule from '../../rules/await-before-end.js'
import { ruleTester } from '../rule-tester.js'

const head = `import { context, trace } from '@opentelemetry/api'\nconst tracer = trace.getTracer('x')\n`

ruleTester.run('await-before-end', rule, {
  valid: [
    { name: 'awaited', code: `${head}export const run = (url) => tracer.startActiveSpan('run', async (span) => { try { return await fetch(url) } finally { span.end() } })` },
    { name: 'returned, and ended when it settles', code: `${head}export const run = (url) => tracer.startActiveSpan('run', (span) => fetch(url).finally(() => span.end()))` },
    { name: 'a mail that is sent with a callback', code: `${head}export const run = (mail, done) => tracer.startActiveSpan('run', (span) => { try { return mailer.sendMail(mail, () => done()) } finally { span.end() } })` },
    { name: 'a list of the language that is searched', code: `${head}export const run = (all) => tracer.startActiveSpan('run', (span) => { try { return all.find((each) => each.id) } finally { span.end() } })` },
    { name: 'of a function that gives nobody knows what', code: `${head}export const run = (work) => tracer.startActiveSpan('run', (span) => { try { return work(span) } finally { span.end() } })` },
    { name: 'a function of the file that is not asynchronous', code: `${head}function add(a, b) { return a + b }\nexport const run = () => tracer.startActiveSpan('run', (span) => { try { return add(1, 2) } finally { span.end() } })` },
    { name: 'a promise that is awaited later, before the end', code: `${head}export const run = (url) => tracer.startActiveSpan('run', async (span) => { const p = fetch(url); span.setAttribute('a', 1); const r = await p; span.end(); return r })` },
    { name: 'a promise that is given to Promise.all', code: `${head}export const run = (url) => tracer.startActiveSpan('run', async (span) => { const p = fetch(url); await Promise.all([p, other()]); span.end() })` },
    { name: 'started behind the end', code: `${head}export const run = (url) => tracer.startActiveSpan('run', async (span) => { span.end(); return fetch(url) })` },
    { name: 'inside a callback that is awaited as a whole', code: `${head}export async function run(fn: () => Promise<number>) {
  const span = tracer.startSpan('run')
  try { return await context.with(trace.setSpan(context.active(), span), async () => { return fn() }) } finally { span.end() }
}` },
    { name: 'a promise that the work is raced against, on a way that leaves before (inkeep)', code: `${head}export const run = (url, signal) => tracer.startActiveSpan('run', async (span) => {
  const aborted = new Promise((_, reject) => { signal.onabort = () => reject(new Error('Timeout')) })
  if (url === '') { span.end(); return null }
  try { return await Promise.race([load(url), aborted]) } finally { span.end() }
})` },
    { name: 'a promise that is awaited with others, which may fail before it comes to that', code: `${head}export const run = (url) => tracer.startActiveSpan('run', async (span) => {
  try {
    const rights = fetch(url)
    const [orders, right] = await Promise.all([this.load(url), rights])
    return orders.filter(right)
  } catch (error) { span.recordException(error); throw error } finally { span.end() }
})` },
    { name: 'a promise that a callback reads some other time', code: `${head}export function run(url) { const span = tracer.startSpan('run'); const p = fetch(url); later(() => p); span.end() }` },
  ],
  invalid: [
    { name: 'a query of a client that another file makes', code: `${head}import { prisma } from './db'\nexport const run = () => tracer.startActiveSpan('run', async (span) => { try { return prisma.order.findMany() } finally { span.end() } })`, errors: [{ messageId: 'unawaited', line: 4, suggestions: [{ messageId: 'addAwait', output: `${head}import { prisma } from './db'\nexport const run = () => tracer.startActiveSpan('run', async (span) => { try { return await prisma.order.findMany() } finally { span.end() } })` }] }] },
    {
      name: 'a promise that nobody awaits, beside work that may fail',
      code: `${head}export const run = (url) => tracer.startActiveSpan('run', async (span) => {
  try {
    const rights = fetch(url)
    await this.load(url)
  } finally { span.end() }
})`,
      errors: [{ messageId: 'unawaited', line: 5, suggestions: [{ messageId: 'addAwait', output: `${head}export const run = (url) => tracer.startActiveSpan('run', async (span) => {
  try {
    const rights = await fetch(url)
    await this.load(url)
  } finally { span.end() }
})` }] }],
    },
    {
      name: 'a parameter that returns a promise, kept in a variable and returned',
      code: `${head}function run<T>(name: string, fn: (span: unknown) => Promise<T>): Promise<T> {
  return tracer.startActiveSpan(name, async (span) => {
    try {
      const result = fn(span);
      span.end();
      return result;
    } catch (error) { span.end(); throw error; }
  });
}`,
      errors: [{ messageId: 'unawaited', line: 6, column: 22, suggestions: [{ messageId: 'addAwait', output: `${head}function run<T>(name: string, fn: (span: unknown) => Promise<T>): Promise<T> {
  return tracer.startActiveSpan(name, async (span) => {
    try {
      const result = await fn(span);
      span.end();
      return result;
    } catch (error) { span.end(); throw error; }
  });
}` }] }],
    },
    {
      name: 'returned through the finally that ends, of a function of the file',
      code: `${head}async function load() { return 1 }\nexport const run = () => tracer.startActiveSpan('run', async (span) => {\n  try { return load() } finally { span.end() }\n})`,
      errors: [{ messageId: 'unawaited', line: 5, column: 16, suggestions: [{ messageId: 'addAwait', output: `${head}async function load() { return 1 }\nexport const run = () => tracer.startActiveSpan('run', async (span) => {\n  try { return await load() } finally { span.end() }\n})` }] }],
    },
    {
      name: 'a promise that the file casts is awaited as a whole',
      code: `${head}export const run = (url) => tracer.startActiveSpan('run', async (span) => { try { return fetch(url) as Promise<Response> } finally { span.end() } })`,
      errors: [{ messageId: 'unawaited', line: 3, suggestions: [{ messageId: 'addAwait', output: `${head}export const run = (url) => tracer.startActiveSpan('run', async (span) => { try { return await (fetch(url) as Promise<Response>) } finally { span.end() } })` }] }],
    },
    {
      name: 'a promise that stands in a list which is no race',
      code: `${head}export const run = (url) => tracer.startActiveSpan('run', (span) => {
  const p = fetch(url)
  span.end()
  return keep([p])
})`,
      errors: [{ messageId: 'unawaited', line: 4 }],
    },
    {
      name: 'a promise that something else needs as a promise is left to the reader',
      code: `${head}export const run = (url) => tracer.startActiveSpan('run', async (span) => { const p: Promise<Response> = fetch(url); span.end(); return p })`,
      errors: [{ messageId: 'unawaited', line: 3 }],
    },
    {
      name: 'in a function that is not asynchronous there is nothing to write `await` into',
      code: `${head}export const run = (url) => tracer.startActiveSpan('run', (span) => { try { return fetch(url) } finally { span.end() } })`,
      errors: [{ messageId: 'unawaited', line: 3 }],
    },
    {
      name: 'with the option, --fix writes the await',
      code: `${head}export const run = (url) => tracer.startActiveSpan('run', async (span) => { try { return fetch(url) } finally { span.end() } })`,
      options: [{ fix: true }],
      output: `${head}export const run = (url) => tracer.startActiveSpan('run', async (span) => { try { return await fetch(url) } finally { span.end() } })`,
      errors: [{ messageId: 'unawaited', line: 3 }],
    },
  ],
})
