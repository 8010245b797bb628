import rule from '../../rules/no-unbounded-data.js'
import { findingsOnly, ruleTester } from '../rule-tester.js'

const head = `import { metrics, trace } from '@opentelemetry/api'\nconst span = trace.getTracer('t').startSpan('order.place')\n`
const line = (code: string): string => `${head}${code}`
const at = (messageId: string, column: number, lineNumber = 3) => [{ messageId: messageId as 'payload', line: lineNumber, column }]

ruleTester.run('no-unbounded-data', findingsOnly(rule), {
  valid: [
    { name: 'a number', code: line(`span.setAttribute('order.total', order.total)`) },
    { name: 'a length', code: line(`span.setAttribute('order.items', items.length)`) },
    { name: 'an id of a domain entity', code: line(`span.setAttribute('order.id', order.id)`) },
    { name: 'a key with a constant of another file', code: line('import { PREFIX } from "./keys"\nspan.setAttribute(`${PREFIX}.count`, 1)') },
    { name: "an error's own message in its status", code: line(`span.setStatus({ code: 2, message: error.message })`) },
    { name: 'a recorded exception holds its stack by right', code: line(`span.recordException(error)`) },
    { name: 'SQL with placeholders', code: line(`span.setAttribute('db.query.text', 'SELECT * FROM orders WHERE id = ?')`) },
    { name: 'a URL of the configuration', code: line(`span.setAttribute('server.url', config.baseUrl)`) },
    { name: 'a route', code: line(`span.setAttribute('http.route', request.routeOptions.url)`) },
    { name: 'an object of attributes from elsewhere', code: line(`span.setAttributes(attributes)`) },
    { name: 'the bare parameter of a helper is judged where it is called', code: line(`export function note(fields) { span.setAttributes(fields) }`) },
    { name: 'a constant event', code: line(`span.addEvent('order.placed')`) },
    { name: 'few values on a metric', code: line(`metrics.getMeter('m').createCounter('c').add(1, { region: region, method: req.method })`) },
    { name: 'a JSON file that is no span', code: `writeFileSync('a', JSON.stringify(body))` },
  ],
  invalid: [
    { name: 'a serialised body', code: line(`span.setAttribute('order.request', JSON.stringify(request.body))`), errors: at('payload', 36) },
    { name: 'a body', code: line(`span.setAttribute('order.request', req.body)`), errors: at('payload', 36) },
    { name: 'headers', code: line(`span.setAttribute('order.headers', request.headers)`), errors: at('payload', 36) },
    { name: 'a serialised value behind a variable', code: line(`const text = JSON.stringify(order)\nspan.setAttribute('order.text', text)`), errors: at('payload', 33, 4) },
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
