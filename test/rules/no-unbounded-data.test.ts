import rule from '../../rules/no-unbounded-data.js'
import { findingsOnly, ruleTester } from '../rule-tester.js'
import { makeService } from './services.js'

const head = `import { metrics, trace } from '@opentelemetry/api'\nconst span = trace.getTracer('t').startSpan('order.place')\n`
const line = (code: string): string => `${head}${code}`
const service = makeService('orders', { private: true, scripts: { start: 'node index.js' } })('index.ts')
const at = (messageId: string, column: number, lineNumber = 3) => [{ messageId: messageId as 'payload', line: lineNumber, column }]

ruleTester.run('no-unbounded-data', findingsOnly(rule), {
  valid: [
    { name: 'the page of a browser', code: line(`span.setAttribute('url.full', window.location.href)`) },
    { name: 'a moment that has a name', code: line(`let completionStartTime = ''\non('first', () => { completionStartTime = new Date().toISOString() })\nspan.setAttribute('llm.completion_start', completionStartTime)`) },
    { name: 'attributes that are flattened', code: line(`metrics.getMeter('m').createCounter('c').add(1, this.flattenProperties(this.buildAttributes(given)))`) },
    { name: 'a number', code: line(`span.setAttribute('order.total', order.total)`) },
    { name: 'a length', code: line(`span.setAttribute('order.items', items.length)`) },
    { name: 'an id of a domain entity', code: line(`span.setAttribute('order.id', order.id)`) },
    { name: 'a key with a constant of another file', code: line('import { PREFIX } from "./keys"\nspan.setAttribute(`${PREFIX}.count`, 1)') },
    { name: "an error's own message in its status", code: line(`span.setStatus({ code: 2, message: error.message })`) },
    { name: 'a recorded exception holds its stack by right', code: line(`span.recordException(error)`) },
    { name: 'SQL with placeholders', code: line(`span.setAttribute('db.query.text', 'SELECT * FROM orders WHERE id = ?')`) },
    { name: 'a URL of the configuration', code: line(`span.setAttribute('server.url', config.baseUrl)`) },
    { name: 'a template of a URL, by its key (inkeep)', code: line(`span.setAttribute('context.url_template', definition.fetchConfig.url)`) },
    { name: 'a route', code: line(`span.setAttribute('http.route', request.routeOptions.url)`) },
    { name: 'an object of attributes from elsewhere', code: line(`span.setAttributes(attributes)`) },
    { name: 'the bare parameter of a helper is judged where it is called', code: line(`export function note(fields) { span.setAttributes(fields) }`) },
    { name: 'a constant event', code: line(`span.addEvent('order.placed')`) },
    { name: 'few values on a metric', code: line(`metrics.getMeter('m').createCounter('c').add(1, { region: region, method: req.method })`) },
    { name: 'a list that is written out, serialised', code: line(`span.addEvent('posts.listed', { posts: JSON.stringify([{ name: 'a', length: 200 }, { name: 'b', length: 50 }]) })`) },
    { name: "an error's message, serialised", code: line(`span.setStatus({ code: 2, message: error instanceof Error ? error.message : JSON.stringify(error.message) })
span.setAttribute('error.type', JSON.stringify(error.name))`) },
    { name: 'how many of each kind were looked at', code: line(`span.setAttribute('media.checks', result.detectionChecks.structured_payload)`) },
    { name: 'one header that the code picked out', code: line(`span.setAttribute('client.version', req.headers[name])`) },
    { name: 'the conventions ask for a serialised structure under this key', code: line(`span.setAttribute('gen_ai.input.messages', JSON.stringify(messages))`) },
    { name: 'an id that a helper makes and keeps under a name', code: line(`function send(query) { const orderId = query.order_id || randomUUID(); span.setAttribute('order.id', orderId); store(orderId) }
export const handle = (req) => send(parse(req).query)`) },
    { name: 'headers of which some are picked', code: line(`for (const [name, value] of Object.entries(req.headers)) { if (allowed.has(name)) span.setAttribute(name, value) }`) },
    { name: 'entries of what the program made itself', code: line(`for (const [name, value] of Object.entries(tags)) span.setAttribute(name, value)`) },
    { name: 'a URL that is configured, parsed', code: line(`span.setAttribute('server.url', new URL(config.url).toString())`) },
    { name: 'a constant URL, parsed', code: line(`span.setAttribute('docs.url', String(new URL('https://shop.example/docs?lang=en')))`) },
    { name: 'a path that is put together, without a query', code: line('span.setAttribute("url.path", `/orders/${kind}`)') },
    { name: 'a query that is written out', code: line('span.setAttribute("url.full", `https://${host}/orders?sort=asc`)') },
    { name: 'a bare parameter as a text', code: line(`export const note = (body) => span.setAttribute('order.note', String(body))`) },
    { name: 'a JSON file that is no span', code: `writeFileSync('a', JSON.stringify(body))` },
  ],
  invalid: [
    { name: 'the time of now behind a name for any time', code: line(`const timestamp = new Date().toISOString()\nspan.setAttribute('order.seen', timestamp)`), errors: at('timestamp', 33, 4) },
    { name: 'a list with a member that is not written out, serialised', code: line(`span.addEvent('posts.listed', { posts: JSON.stringify([{ name: 'a' }, ...posts]) })`), errors: at('payload', 40) },
    { name: "the error's cause, serialised", code: line(`span.setAttribute('error.cause', JSON.stringify(error.cause.response))`), errors: at('payload', 34) },
    { name: 'a payload of a message', code: line(`span.setAttribute('queue.payload', message.payload)`), errors: at('payload', 36) },
    { name: 'a serialised structure under a key of its own, in a service', filename: service, code: line(`span.setAttribute('llm.input', JSON.stringify(messages))`), errors: at('payload', 32) },
    { name: 'an id made at the call of a helper', code: line(`function note(id) { span.setAttribute('order.note', id) }\nnote(randomUUID())`), errors: at('unique', 6, 4) },
    { name: 'all headers in a loop', code: line(`for (const [name, value] of Object.entries(req.headers)) span.setAttribute(name, value)`), errors: at('payload', 82) },
    { name: 'all of a body in forEach', code: line(`Object.entries(req.body).forEach(([name, value]) => { span.setAttribute(name, String(value)) })`), errors: at('payload', 86) },
    { name: 'a body as a text', code: line(`export const handle = (req) => { span.setAttribute('order.request', String(req.body)) }`), errors: at('payload', 76) },
    { name: 'a body by toString', code: line(`export const handle = (req) => { span.setAttribute('order.request', req.body.toString()) }`), errors: at('payload', 69) },
    { name: 'a body in a template', code: line('span.setAttribute("order.request", `got ${req.body}`)'), errors: at('payload', 43) },
    { name: 'a URL that was parsed, as a text', code: line(`span.setAttribute('link', new URL(link).toString())`), errors: at('url', 27) },
    { name: 'a URL that was parsed, by String', code: line(`span.setAttribute('link', String(new URL(link)))`), errors: at('url', 27) },
    { name: 'the query of a URL that was parsed', code: line(`span.setAttribute('link.query', new URL(link).search)`), errors: at('url', 33) },
    { name: 'a query that is put together', code: line('span.setAttribute("url.full", `https://${host}/search?q=${term}`)'), errors: at('url', 31) },
    { name: 'a serialised body', code: line(`span.setAttribute('order.request', JSON.stringify(request.body))`), errors: at('payload', 36) },
    { name: 'a body', code: line(`span.setAttribute('order.request', req.body)`), errors: at('payload', 36) },
    { name: 'headers', code: line(`span.setAttribute('order.headers', request.headers)`), errors: at('payload', 36) },
    { name: 'a serialised value behind a variable', code: line(`const text = JSON.stringify(order)\nspan.setAttribute('order.text', text)`), errors: at('payload', 33, 4) },
    { name: 'a URL of a request under a key that only begins so', code: line(`span.setAttribute('templated.url', definition.fetchConfig.url)`), errors: at('url', 36) },
    { name: 'a URL with its query', code: line(`span.setAttribute('order.source', request.url)`), errors: at('url', 35) },
    { name: 'a stack', code: line(`span.setAttribute('order.error', error.stack)`), errors: at('stack', 34) },
    { name: 'SQL with values in it', code: line('span.setAttribute("db.query.text", `SELECT * FROM orders WHERE id = ${id}`)'), errors: at('sql', 36) },
    { name: 'a key that varies', code: line('for (const item of items) span.setAttribute(`item.${item.id}`, 1)'), errors: at('key', 45) },
    { name: 'a spread of a whole message', code: line(`span.setAttributes({ ...request.body })`), errors: at('bag', 25) },
    { name: 'a flattened object', code: line(`span.setAttributes({ ...flattenAttributes(message, 'm') })`), errors: at('bag', 25) },
    { name: 'a list as long as the data', code: line(`span.setAttribute('order.items', items.map((item) => item.sku))`), errors: at('array', 34) },
    { name: 'an id made on the spot', code: line(`span.setAttribute('order.key', randomUUID())`), errors: at('unique', 32) },
    { name: 'an event name that varies', code: line('span.addEvent(`placed ${order.id}`)'), errors: at('eventName', 25) },
    { name: 'an id on a metric', code: line(`metrics.getMeter('m').createCounter('c').add(1, { order: order.id })`), errors: at('metric', 58) },
  ],
})
