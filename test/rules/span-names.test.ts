import noDynamicSpanName from '../../rules/no-dynamic-span-name.js'
import noTechnicalSpanName from '../../rules/no-technical-span-name.js'
import spanNamePresent from '../../rules/span-name-present.js'
import spanNameStyle from '../../rules/span-name-style.js'
import { findingsOnly, ruleTester } from '../rule-tester.js'
import { makeService } from './services.js'

const head = `import { SpanKind, trace } from '@opentelemetry/api'\nconst tracer = trace.getTracer('t')\n`
const start = (name: string, rest = ''): string => `${head}tracer.startSpan(${name}${rest}).end()`
/** The name of a function that is given, as an instrumentation and a service write it. */
const wrapper = `${head}export const wrap = (handler) => function () { const span = tracer.startSpan(handler.name || 'anonymous handler'); try { return handler.apply(this, arguments) } finally { span.end() } }`
const published = { exports: './index.js', types: './index.d.ts' }
const instrumentation = makeService('router-instrumentation', published)('index.ts')
const library = makeService('router', published)('index.ts')
const service = makeService('orders-telemetry', { ...published, scripts: { start: 'node index.js' } })('index.ts')

ruleTester.run('span-name-present', findingsOnly(spanNamePresent), {
  valid: [
    { name: 'the handlers of those who install a library that traces (instrumentation-nestjs-core)', filename: instrumentation, code: wrapper },
    { name: 'a name', code: start(`'payment.charge'`) },
    { name: 'a name from elsewhere', code: start('name') },
    { name: "a field called name that is no function's", code: start('task.name') },
    { name: 'a field called name of a parameter that nobody calls', code: `${head}export const run = (task) => tracer.startSpan(task.name).end()` },
    { name: "the class's name before a method's, as class decorators write it", code: `${head}export const traced = (target, key) => tracer.startSpan(\`\${target.constructor.name}.\${key}\`).end()` },
    { name: 'the name of a class before a text, as Nest services write it', code: `${head}class OrderService { place() { tracer.startSpan(\`\${OrderService.name} place\`).end() } }` },
    { name: 'what is left where nobody gives a name (langfuse)', code: start(`input.name ?? ''`) },
    { name: 'the name of a function that is given, behind the name that its caller gives (catalyst)', code: `${head}export const traced = (fn, name) => { const span = tracer.startSpan(name || fn.name || 'anonymous-fn'); try { return fn.apply(this) } finally { span.end() } }` },
    { name: 'a text beside what varies', code: start('`order.${step}`') },
    { name: 'another API', code: `import tracer from 'dd-trace'; tracer.startSpan('')` },
  ],
  invalid: [
    { name: 'none', code: start(''), errors: [{ messageId: 'missing', line: 3 }] },
    { name: 'none, in a library that traces', filename: instrumentation, code: start(''), errors: [{ messageId: 'missing', line: 3 }] },
    { name: 'the handlers of those who install a library for something else', filename: library, code: wrapper, errors: [{ messageId: 'compilerName' }] },
    { name: 'handlers of its own, in a service', filename: service, code: wrapper, errors: [{ messageId: 'compilerName' }] },
    { name: 'an empty one', code: start(`''`), errors: [{ messageId: 'missing', line: 3, column: 18 }] },
    { name: 'blanks', code: start(`' '`), errors: [{ messageId: 'missing', line: 3, column: 18 }] },
    { name: 'an empty constant', code: `${head}const NAME = ''\ntracer.startSpan(NAME).end()`, errors: [{ messageId: 'missing', line: 4, column: 18 }] },
    { name: "a function's name", code: `${head}function settle() {}\ntracer.startSpan(settle.name).end()`, errors: [{ messageId: 'compilerName', line: 4, column: 18 }] },
    { name: "the name of a function that is given", code: `${head}export const traced = (fn) => { const span = tracer.startSpan(fn.name); try { return fn() } finally { span.end() } }`, errors: [{ messageId: 'compilerName', line: 3, column: 63 }] },
    { name: "the name of a function that is given, before a fallback", code: `${head}export const traced = (fn) => { const span = tracer.startSpan(fn.name || 'anonymous-fn'); try { return fn.apply(this) } finally { span.end() } }`, errors: [{ messageId: 'compilerName', line: 3, column: 63 }] },
    { name: 'an empty one, or another', code: start(`order.total > 10 ? 'order.large' : ''`), errors: [{ messageId: 'missing' }] },
    { name: "the name of a function that is given, in a template", code: `${head}export const traced = (fn) => { const span = tracer.startSpan(\`shop.\${fn.name}\`); try { return fn() } finally { span.end() } }`, errors: [{ messageId: 'compilerName', line: 3, column: 71 }] },
    { name: "the class's name", code: `${head}class A { f() { tracer.startSpan(this.constructor.name).end() } }`, errors: [{ messageId: 'compilerName', line: 3, column: 34 }] },
  ],
})

ruleTester.run('no-technical-span-name', findingsOnly(noTechnicalSpanName), {
  valid: [
    { name: 'a tracer of the house, which ends its spans by their names', code: `import { tracer } from './house-tracer.js'\nexport async function check() { tracer.startSpan('test'); await work(); tracer.endSpan('test', 'ok') }` },
    { name: 'a word of the business', code: start(`'order.handler'`) },
    { name: 'the form of a SERVER span', code: start(`'GET /orders/:id'`, `, { kind: SpanKind.SERVER }`) },
    { name: 'the method alone, of a SERVER span', code: start(`'GET'`, `, { kind: SpanKind.SERVER }`) },
    { name: 'the form of a CONSUMER span', code: start(`'process orders'`, `, { kind: SpanKind.CONSUMER }`) },
    { name: 'the older form of an HTTP client span', code: start(`'HTTP GET'`, `, { kind: SpanKind.CLIENT }`) },
    { name: 'the form of a database span', code: start(`'SELECT orders'`, `, { kind: SpanKind.CLIENT }`) },
    { name: 'a part that is not known may be the word of the business', code: start('`process.${kind}`') },
    { name: "a helper's prefix is a part of the name (maestro)", code: `${head}const record = (event) => { tracer.startSpan(\`invoice.\${event.type}\`).end() }\nrecord({ type: 'api-request' })` },
    { name: 'a word that the project gave a meaning', code: start(`'pipeline.run'`), settings: { spanguard: { spanNames: { technicalWords: { remove: ['run', 'pipeline'] } } } } },
    { name: 'a placeholder that the callback replaces (livestore)', code: `${head}export const run = (sql) => tracer.startActiveSpan('db:...', (span) => { span.updateName(nameOf(sql)); span.end() })` },
    { name: 'k6 is another API', code: `import { Tracer } from 'k6/x/otel'; const tracer = new Tracer(); tracer.startSpan('handler')` },
  ],
  invalid: [
    { name: 'a tracer of another file, whose spans are ended themselves', code: `import { tracer } from './house-tracer.js'\nexport async function check() { const span = tracer.startSpan('test'); await work(); span.end() }`, errors: [{ messageId: 'technical', line: 2 }] },
    { name: 'a tracer of another file, which is given the span', code: `import { tracer } from './house-tracer.js'\nexport async function check() { const span = tracer.startSpan('test'); await work(); tracer.endSpan(span) }`, errors: [{ messageId: 'technical', line: 2 }] },
    { name: 'the form of an HTTP client span, of a span that is none', code: start(`'HTTP GET'`), errors: [{ messageId: 'technical' }] },
    { name: 'handler', code: start(`'handler'`), errors: [{ messageId: 'technical', line: 3, column: 18 }] },
    { name: 'in camel case', code: start(`'doWork'`), errors: [{ messageId: 'technical', line: 3, column: 18 }] },
    { name: 'dotted', code: start(`'db.query'`), errors: [{ messageId: 'technical' }] },
    { name: 'as a call', code: start(`'run()'`), errors: [{ messageId: 'technical' }] },
    { name: 'in a constant', code: `${head}const NAME = 'process'\ntracer.startSpan(NAME).end()`, errors: [{ messageId: 'technical', line: 4, column: 18 }] },
    { name: 'on one side of ??', code: start(`name ?? 'handler'`), errors: [{ messageId: 'technical', line: 3, column: 26 }] },
    { name: 'handler, of a SERVER span too', code: start(`'handler'`, `, { kind: SpanKind.SERVER }`), errors: [{ messageId: 'technical' }] },
    { name: 'of withSpan', code: `import { withSpan } from '@spanguard/runtime'\nwithSpan('handler', () => {})`, errors: [{ messageId: 'technical', line: 2, column: 10 }] },
    { name: 'renamed later', code: `${head}const span = tracer.startSpan('order.place'); span.updateName('process'); span.end()`, errors: [{ messageId: 'technical', line: 3, column: 63 }] },
    { name: "at the call of this file's helper, in any argument order", code: `${head}const traced = (fn, name) => tracer.startActiveSpan(name, fn)\ntraced(() => 1, 'handler')`, errors: [{ messageId: 'technical', line: 4, column: 17 }] },
    { name: "a helper's prefix that says no more", code: `${head}const record = (event) => { tracer.startSpan(\`db.\${event.type}\`).end() }\nrecord({ type: 'query' })`, errors: [{ messageId: 'technical', data: { name: '"db.query"' } }] },
    { name: 'a method alone, of an INTERNAL span', code: start(`'GET'`, `, { kind: SpanKind.INTERNAL }`), errors: [{ messageId: 'technical', line: 3, column: 18 }] },
    { name: 'a word that the project added', code: start(`'saga'`), settings: { spanguard: { spanNames: { technicalWords: { add: ['saga'] } } } }, errors: [{ messageId: 'technical' }] },
  ],
})

ruleTester.run('no-dynamic-span-name', findingsOnly(noDynamicSpanName), {
  valid: [
    { name: 'the chain of a block', code: start('`sync ${chainId}`') },
    { name: 'a raw path, until the route is known and the span renamed', code: `${head}export const traced = async (c, next) => { const span = tracer.startSpan(\`GET \${c.req.path}\`); try { await next() } finally { span.updateName(\`GET \${c.req.routePath}\`); span.end() } }` },
    { name: 'a route, or the path where there is none', code: `${head}export const traced = (c) => { const path = c.req.path; let rawRoute; try { rawRoute = getRoutePath(c) ?? undefined } catch {} const route = rawRoute && rawRoute !== '/*' ? rawRoute : path; tracer.startSpan(\`GET \${route}\`).end() }` },
    { name: 'a path below what was configured', code: `${head}const load = (base) => { const url = \`\${base}/orders\`; tracer.startSpan(\`load \${url}\`).end() }` },
    { name: 'one of two addresses, and one of a few languages', code: `${head}const API_URL = isDeployed ? 'http://codes' : 'https://codes.dev.example.org'\nconst load = (lang) => { const url = \`\${API_URL}/codes/\${lang}\`; tracer.startSpan(\`load \${url}\`).end() }` },
    { name: 'a raw path until the route is known (labs)', code: `${head}export const traced = async (c, next) => tracer.startActiveSpan(\`GET \${c.req.path}\`, async (span) => { await next(); span.updateName(c.req.routePath); span.end() })` },
    { name: 'a constant', code: start(`'order.place'`) },
    { name: 'a template of constants', code: `${head}const D = 'order'\ntracer.startSpan(\`\${D}.place\`).end()` },
    { name: 'method and route', code: start('`${c.req.method} ${routePath(c)}`') },
    { name: 'a procedure', code: start('`trpc.${opts.type}.${opts.path}`') },
    { name: 'an SQL verb', code: start('`db.${operation.toLowerCase()}`') },
    { name: "a tool's name", code: start('`mcp.tool.${toolName}`') },
    { name: 'an operation that a header of the house names', code: start("`handle ${req.headers['x-bot-operation']}`") },
    { name: 'the last of the routes that matched, or the path', code: `${head}const route = matchedRoutes\n  .map((r) => r.path).filter((p) => p !== '/*').pop() ?? c.req.path\ntracer.startSpan(\`GET \${route}\`).end()` },
    { name: 'a route that is more than the catch-all, or the path that stands in', code: `${head}const route = rawRoute && rawRoute !== '/*' ? rawRoute : path\ntracer.startSpan(\`GET \${route}\`).end()` },
    { name: "messaging's own form", code: start('`${operation} ${destination}`') },
    { name: 'one of two', code: start('`order.${order.total > 10 ? "large" : "small"}`') },
    { name: 'the parameter of a helper is judged where it is called', code: `${head}export const traced = (name, fn) => tracer.startActiveSpan(name, fn)` },
    { name: 'constants, joined', code: start(`['order', 'place'].join('.')`) },
    { name: 'constants, by concat', code: start(`'order.'.concat(kind)`) },
    { name: 'a part of a list that is called in the singular', code: `${head}const className = llm.id?.[llm.id.length - 1] || 'unknown'\ntracer.startSpan(\`chat \${className}\`).end()` },
    { name: 'the destination of a message that is sent', code: start('`publish ${topicId}`', ', { kind: SpanKind.PRODUCER }') },
    { name: 'the destination of a message that is taken', code: start('`${this.subscription.id} receive`', ', { kind: SpanKind.CONSUMER }') },
    { name: 'a query of the program, by what it is called (graphql-hive)', code: start('`ClickHouse: ${queryId}`') },
    { name: 'what a program defines', code: start('`eval.scorer.${definition.id}`') },
    { name: 'a path out of which ids are taken (IntervalInsights)', code: `${head}const route = url.pathname.replace(/\\d+/g, ':id')\ntracer.startSpan(\`GET \${route}\`).end()` },
    { name: 'what stands in where a thing has no name (openlit)', code: start('`invoke_agent ${agentName || agentId}`') },
    { name: 'a title where a run has no name (otel-cicd-action)', code: start('run.name ?? run.display_title') },
    { name: "in a helper, with its caller's words", code: `${head}function traced(agentId, agentName, fn) { return tracer.startActiveSpan(\`agent \${agentName || agentId}\`, fn) }\nexport const go = (agent, options, fn) => { const resolvedAgentId = agent.id\n  return traced(resolvedAgentId, resolveAgentName(options), fn) }` },
    { name: 'a table, of which a program knows a handful', code: start('`INSERT ${ref.datasetId}.${ref.tableId}`') },
  ],
  invalid: [
    { name: 'where a file is', code: start('`parse ${filePath}`'), errors: [{ messageId: 'dynamic' }] },
    { name: 'the last of some parts, or the path', code: `${head}const part = segments.map((s) => s.name).pop() ?? c.req.path\ntracer.startSpan(\`GET \${part}\`).end()`, errors: [{ messageId: 'dynamic' }] },
    { name: 'a raw path, and another span that is renamed', code: `${head}export const traced = async (c, next) => tracer.startActiveSpan(\`GET \${c.req.path}\`, async (span) => { await next(); span.end() })\nexport const other = tracer.startSpan('order.place')\nother.updateName('order.cancel')`, errors: [{ messageId: 'dynamic' }] },
    { name: 'a raw path, and the same name for another span that is renamed', code: `${head}export const traced = (c) => { const span = tracer.startSpan(\`GET \${c.req.path}\`); span.end() }\nexport const rename = (span) => { span.updateName('order.place') }`, errors: [{ messageId: 'dynamic' }] },
    { name: 'an id', code: start('`order ${order.id}`'), errors: [{ messageId: 'dynamic', line: 3, column: 27 }] },
    { name: 'the subscription of a customer', code: start('`renew ${subscription.id}`'), errors: [{ messageId: 'dynamic' }] },
    { name: 'a thread of a forum', code: start('`show ${topicId}`', ', { kind: SpanKind.SERVER }'), errors: [{ messageId: 'dynamic' }] },
    { name: 'an order in a message that is sent', code: start('`publish ${orderId}`', ', { kind: SpanKind.PRODUCER }'), errors: [{ messageId: 'dynamic' }] },
    { name: 'an id by +', code: start(`'order ' + orderId`), errors: [{ messageId: 'dynamic', line: 3, column: 29 }] },
    { name: 'a key of a cache', code: start('`cache.hit ${cacheKey}`'), errors: [{ messageId: 'dynamic' }] },
    { name: 'a raw path', code: start('`middleware ${req.path}`'), errors: [{ messageId: 'dynamic' }] },
    { name: 'a URL', code: start('`fetch ${url.toString()}`'), errors: [{ messageId: 'dynamic' }] },
    { name: 'behind ??', code: start('name ?? `session ${this.sessionId}`'), errors: [{ messageId: 'dynamic' }] },
    { name: 'a path of which slashes are replaced', code: `${head}const route = url.pathname.replace(/^\\//, '')\ntracer.startSpan(\`GET \${route}\`).end()`, errors: [{ messageId: 'dynamic' }] },
    { name: 'the id of another thing where there is no name', code: start('job.name ?? order.id'), errors: [{ messageId: 'dynamic' }] },
    { name: 'a URL where there is no name', code: start('route.name ?? req.url'), errors: [{ messageId: 'dynamic' }] },
    { name: 'an id before a name', code: start('agent.id ?? agent.name'), errors: [{ messageId: 'dynamic' }] },
    { name: 'a time', code: start('`tick ${Date.now()}`'), errors: [{ messageId: 'dynamic' }] },
    { name: 'a URL below what was configured, with what somebody asked for', code: `${head}const load = (base, search) => { const url = \`\${base}/orders?q=\${search}\`; tracer.startSpan(\`load \${url}\`).end() }`, errors: [{ messageId: 'dynamic' }] },
    { name: 'in a variable', code: `${head}const name = \`order \${order.id}\`\ntracer.startSpan(name).end()`, errors: [{ messageId: 'dynamic' }] },
    { name: 'an id by concat', code: start(`'order.'.concat(orderId)`), errors: [{ messageId: 'dynamic', line: 3, column: 34 }] },
    { name: 'an id, joined', code: start(`['order', orderId].join('.')`), errors: [{ messageId: 'dynamic', line: 3, column: 28 }] },
    { name: 'an id, added to a variable', code: `${head}let name = 'order'\nname += orderId\ntracer.startSpan(name).end()`, errors: [{ messageId: 'dynamic' }] },
    { name: 'a member of a list of ids', code: start('`order ${ids[0]}`'), errors: [{ messageId: 'dynamic', line: 3, column: 27 }] },
    { name: "at the call of this file's helper", code: `${head}const traced = (name, fn) => tracer.startActiveSpan(name, fn)\ntraced(\`order \${order.id}\`, () => 1)`, errors: [{ messageId: 'dynamic', line: 4, column: 17 }] },
  ],
})

ruleTester.run('span-name-style', findingsOnly(spanNameStyle), {
  valid: [
    { name: 'domain and action', code: start(`'payment.charge'`) },
    { name: 'three parts', code: start(`'invoice.pdf.render'`) },
    { name: "the conventions' form of a SERVER span", code: start(`'GET /orders'`, `, { kind: SpanKind.SERVER }`) },
    { name: 'a listed domain', code: start(`'payment.charge'`), settings: { spanguard: { spanNames: { domains: ['payment'] } } } },
    { name: 'any form, where the policy says so', code: start(`'Charge it'`), settings: { spanguard: { spanNames: { style: 'any' } } } },
  ],
  invalid: [
    { name: 'prose', code: start(`'Charge the payment'`), errors: [{ messageId: 'style', line: 3, column: 18, data: { name: '"Charge the payment"', style: '"domain.action"', like: '"payment.charge"' } }] },
    { name: 'a domain, and capitals behind it', code: start(`'payment.chargeCard'`), errors: [{ messageId: 'style', data: { name: '"payment.chargeCard"', style: '"domain.action"', like: '"payment.charge_card"' } }] },
    { name: 'a domain that is not listed, in another form', code: start(`'order.placeNow'`), settings: { spanguard: { spanNames: { domains: ['payment', 'refund'] } } }, errors: [{ messageId: 'style', data: { name: '"order.placeNow"', style: '"domain.action"', like: '"payment.charge"' } }] },
    { name: 'one word', code: start(`'charge'`), errors: [{ messageId: 'style' }] },
    { name: 'capitals', code: start(`'Payment.charge'`), errors: [{ messageId: 'style' }] },
    { name: 'a domain that is not listed', code: start(`'order.place'`), settings: { spanguard: { spanNames: { domains: ['payment'] } } }, errors: [{ messageId: 'domain' }] },
  ],
})
