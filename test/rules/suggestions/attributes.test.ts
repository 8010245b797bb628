import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll } from 'vitest'

import attributeNaming from '../../../rules/attribute-naming.js'
import noDeprecatedAttributes from '../../../rules/no-deprecated-attributes.js'
import noSensitiveData from '../../../rules/no-sensitive-data.js'
import noUnboundedData from '../../../rules/no-unbounded-data.js'
import noUnlistedAttributes from '../../../rules/no-unlisted-attributes.js'
import validAttributeValue from '../../../rules/valid-attribute-value.js'
import { runOffers } from './offers.js'

const api = `import { trace } from '@opentelemetry/api'\n`
const on = (code: string): string => `${api}const span = trace.getActiveSpan()\n${code}\n`
const redacting = (code: string): string => `${api}import { redacted } from '@spanguard/runtime'\nconst span = trace.getActiveSpan()\n${code}\n`

const service = mkdtempSync(path.join(os.tmpdir(), 'spanguard-offers-'))
writeFileSync(path.join(service, 'package.json'), JSON.stringify({ name: 'shop', type: 'module', dependencies: { '@spanguard/runtime': '^0.1.0' } }))
afterAll(() => rmSync(service, { recursive: true }))
const withRuntime = path.join(service, 'orders.ts')

runOffers(
  'no-sensitive-data',
  noSensitiveData,
  [
    {
      name: 'a call with key and value: redacted, or its statement gone',
      code: on(`span?.setAttribute('user.email', user.email)\nwork()`),
      finds: 'key',
      offers: [['redact', redacting(`span?.setAttribute('user.email', redacted(user.email))\nwork()`)], ['remove', on('work()')]],
    },
    {
      name: 'one property of several',
      code: on(`span?.setAttributes({ 'order.id': id, 'order.note': user.password })`),
      finds: 'value',
      offers: [
        ['redact', redacting(`span?.setAttributes({ 'order.id': id, 'order.note': redacted(user.password) })`)],
        ['remove', on(`span?.setAttributes({ 'order.id': id })`)],
      ],
    },
    {
      name: 'the only property: the call goes with it',
      code: on(`span?.setAttributes({ 'order.note': user.password })\nwork()`),
      finds: 'value',
      offers: [['redact', redacting(`span?.setAttributes({ 'order.note': redacted(user.password) })\nwork()`)], ['remove', on('work()')]],
    },
    {
      name: 'a shorthand property keeps its key',
      code: on(`span?.setAttributes({ password, id: 1 })`),
      finds: 'key',
      offers: [['redact', redacting(`span?.setAttributes({ password: redacted(password), id: 1 })`)], ['remove', on(`span?.setAttributes({ id: 1 })`)]],
    },
    {
      name: 'a part of a text',
      code: on('span?.setAttribute("order.note", `for ${user.email}`)').replaceAll('"', "'"),
      finds: 'value',
      offers: [['redact', redacting("span?.setAttribute('order.note', `for ${redacted(user.email)}`)")], ['remove', `${api}const span = trace.getActiveSpan()\n\n`.replace('\n\n', '\n')]],
    },
    {
      name: 'a link of a chain: the chain stays',
      code: on(`span?.setAttribute('order.id', id).setAttribute('card.number', card.number)`),
      finds: 'key',
      offers: [
        ['redact', redacting(`span?.setAttribute('order.id', id).setAttribute('card.number', redacted(card.number))`)],
        ['remove', on(`span?.setAttribute('order.id', id)`)],
      ],
    },
    {
      name: 'the value of an expression: what is awaited is not lost, so the attribute stays',
      code: on(`span?.setAttribute('order.note', (await login()).password)`),
      finds: 'value',
      offers: [['redact', redacting(`span?.setAttribute('order.note', redacted((await login()).password))`)]],
    },
    {
      name: 'a condition that guards nothing else goes too',
      code: on(`if (user !== null) span?.setAttribute('user.email', user.email)\nwork()`),
      finds: 'key',
      offers: [
        ['redact', redacting(`if (user !== null) span?.setAttribute('user.email', redacted(user.email))\nwork()`)],
        ['remove', on('work()')],
      ],
    },
    {
      name: 'a secret in the source can only be taken out',
      code: on(`span?.setAttribute('order.note', 'Bearer eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U')\nwork()`),
      finds: 'literal',
      offers: [['remove', on('work()')]],
    },
    {
      name: 'a whole object: nobody else knows which fields are needed',
      code: on('const user = { password: pw }\nsave(user)\nspan?.setAttributes(user)'),
      finds: 'key',
      offers: [],
    },
    {
      name: 'an object that only the span is given is changed where it is made',
      code: on(`const attributes = { 'user.email': user.email, 'order.id': id }\nspan?.setAttributes(attributes)`),
      finds: 'key',
      offers: [
        ['redact', redacting(`const attributes = { 'user.email': redacted(user.email), 'order.id': id }\nspan?.setAttributes(attributes)`)],
        ['remove', on(`const attributes = { 'order.id': id }\nspan?.setAttributes(attributes)`)],
      ],
    },
    {
      name: 'a field that is assigned',
      code: on(`const attributes: Record<string, string> = {}\nattributes['user.email'] = user.email\nspan?.setAttributes(attributes)`),
      finds: 'key',
      offers: [
        ['redact', redacting(`const attributes: Record<string, string> = {}\nattributes['user.email'] = redacted(user.email)\nspan?.setAttributes(attributes)`)],
        ['remove', on(`const attributes: Record<string, string> = {}\nspan?.setAttributes(attributes)`)],
      ],
    },
    {
      name: 'a helper of this file: what it does with its parameter, its callers do not say',
      code: on(`function note(value: string) { span?.setAttribute('order.note', value) }\nnote(user.email)`),
      finds: 'value',
      offers: [],
    },
    {
      name: 'a status message',
      code: on('span?.setStatus({ code: 2, message: `no ${user.email}` })'),
      finds: 'value',
      offers: [['redact', redacting('span?.setStatus({ code: 2, message: `no ${redacted(user.email)}` })')]],
    },
    {
      name: 'baggage',
      code: `import { propagation } from '@opentelemetry/api'\npropagation.createBaggage({ 'user.email': { value: user.email } })\n`,
      finds: 'key',
      offers: [['redact', `import { propagation } from '@opentelemetry/api'\nimport { redacted } from '@spanguard/runtime'\npropagation.createBaggage({ 'user.email': { value: redacted(user.email) } })\n`]],
    },
    {
      name: 'a person under the id of a session',
      code: on(`span?.setAttribute('session.id', user.id)\nwork()`),
      finds: 'swapped',
      offers: [['userId', on(`span?.setAttribute('user.id', user.id)\nwork()`)], ['remove', on('work()')]],
    },
    {
      name: 'a name: without the part',
      code: `${api}trace.getTracer('shop').startSpan(\`account.login \${user.email}\`).end()\n`,
      finds: 'value',
      offers: [['constant', `${api}trace.getTracer('shop').startSpan('account.login').end()\n`]],
    },
    {
      name: 'CommonJS',
      filename: 'orders.cjs',
      code: `const { trace } = require('@opentelemetry/api')\ntrace.getActiveSpan().setAttributes({ 'user.email': user.email, a: 1 })\n`,
      finds: 'key',
      offers: [
        ['redact', `const { trace } = require('@opentelemetry/api')\nconst { redacted } = require('@spanguard/runtime')\ntrace.getActiveSpan().setAttributes({ 'user.email': redacted(user.email), a: 1 })\n`],
        ['remove', `const { trace } = require('@opentelemetry/api')\ntrace.getActiveSpan().setAttributes({ a: 1 })\n`],
      ],
    },
  ],
  [
    { name: 'redacts where the package has the runtime', filename: withRuntime, code: on(`span?.setAttribute('user.email', user.email)`), finds: 'key', output: redacting(`span?.setAttribute('user.email', redacted(user.email))`) },
    { name: 'takes out where it has not', code: on(`span?.setAttribute('user.email', user.email)\nwork()`), finds: 'key', output: on('work()') },
    {
      name: 'leaves what is likely only',
      code: `export const note = (span) => {\n  span.recordException(1)\n  span.setAttribute('user.email', user.email)\n}\n`,
      finds: 'key',
      output: null,
      offers: [
        ['redact', `import { redacted } from '@spanguard/runtime'\nexport const note = (span) => {\n  span.recordException(1)\n  span.setAttribute('user.email', redacted(user.email))\n}\n`],
        ['remove', `export const note = (span) => {\n  span.recordException(1)\n}\n`],
      ],
    },
  ],
)

runOffers(
  'no-deprecated-attributes',
  noDeprecatedAttributes,
  [
    { name: 'a literal', code: on(`span?.setAttribute('http.status_code', 200)`), finds: 'replaced', offers: [['rename', on(`span?.setAttribute('http.response.status_code', 200)`)]] },
    { name: 'a key without quotes', code: on(`span?.setAttributes({ 'db.name': name, a: 1 })`), finds: 'replaced', offers: [['rename', on(`span?.setAttributes({ 'db.namespace': name, a: 1 })`)]] },
    {
      name: 'a constant of the package, for a key that its main entry has',
      code: `import { trace } from '@opentelemetry/api'\nimport { ATTR_HTTP_METHOD } from '@opentelemetry/semantic-conventions/incubating'\ntrace.getActiveSpan()?.setAttribute(ATTR_HTTP_METHOD, 'GET')\n`,
      finds: 'replaced',
      offers: [['rename', `import { trace } from '@opentelemetry/api'\nimport { ATTR_HTTP_REQUEST_METHOD } from '@opentelemetry/semantic-conventions/incubating'\ntrace.getActiveSpan()?.setAttribute(ATTR_HTTP_REQUEST_METHOD, 'GET')\n`]],
    },
    {
      name: 'a constant that is used twice keeps its import',
      code: `import { trace } from '@opentelemetry/api'\nimport { ATTR_HTTP_METHOD } from '@opentelemetry/semantic-conventions/incubating'\nconsole.log(ATTR_HTTP_METHOD)\ntrace.getActiveSpan()?.setAttributes({ [ATTR_HTTP_METHOD]: 'GET' })\n`,
      finds: 'replaced',
      offers: [['rename', `import { trace } from '@opentelemetry/api'\nimport { ATTR_HTTP_METHOD, ATTR_HTTP_REQUEST_METHOD } from '@opentelemetry/semantic-conventions/incubating'\nconsole.log(ATTR_HTTP_METHOD)\ntrace.getActiveSpan()?.setAttributes({ [ATTR_HTTP_REQUEST_METHOD]: 'GET' })\n`]],
    },
    {
      name: 'a constant of the older form: its package may not have the newer one',
      code: `import { trace } from '@opentelemetry/api'\nimport { SEMATTRS_HTTP_METHOD } from '@opentelemetry/semantic-conventions'\ntrace.getActiveSpan()?.setAttribute(SEMATTRS_HTTP_METHOD, 'GET')\n`,
      finds: 'replaced',
      offers: [['rename', `import { trace } from '@opentelemetry/api'\nimport { SEMATTRS_HTTP_METHOD } from '@opentelemetry/semantic-conventions'\ntrace.getActiveSpan()?.setAttribute('http.request.method', 'GET')\n`]],
    },
    {
      name: 'a member of the namespace',
      code: `import { trace } from '@opentelemetry/api'\nimport * as conventions from '@opentelemetry/semantic-conventions/incubating'\ntrace.getActiveSpan()?.setAttribute(conventions.ATTR_DB_SYSTEM, 'postgresql')\n`,
      finds: 'replaced',
      offers: [['rename', `import { trace } from '@opentelemetry/api'\nimport * as conventions from '@opentelemetry/semantic-conventions/incubating'\ntrace.getActiveSpan()?.setAttribute(conventions.ATTR_DB_SYSTEM_NAME, 'postgresql')\n`]],
    },
    { name: "a constant of this file that only spans read is changed where it stands", code: on(`const KEY = 'http.method'\nspan?.setAttribute(KEY, 'GET')`), finds: 'replaced', offers: [['rename', on(`const KEY = 'http.request.method'\nspan?.setAttribute(KEY, 'GET')`)]] },
    { name: 'one that others read stays', code: on(`const KEY = 'http.method'\nlog(KEY)\nspan?.setAttribute(KEY, 'GET')`), finds: 'replaced', offers: [['rename', on(`const KEY = 'http.method'\nlog(KEY)\nspan?.setAttribute('http.request.method', 'GET')`)]] },
    { name: 'a value that the new key calls otherwise', code: on(`span?.setAttribute('db.system', 'mssql')`), finds: 'replaced', offers: [] },
    { name: 'a value that both keys have', code: on(`span?.setAttribute('db.system', 'postgresql')`), finds: 'replaced', offers: [['rename', on(`span?.setAttribute('db.system.name', 'postgresql')`)]] },
    { name: 'split into several: the value has to change', code: on(`span?.setAttribute('http.flavor', '1.1')`), finds: 'replaced', offers: [] },
  ],
  [{ name: 'a literal', code: on(`span?.setAttribute("http.status_code", 200)`), finds: 'replaced', output: on(`span?.setAttribute('http.response.status_code', 200)`) }],
)

runOffers(
  'no-unlisted-attributes',
  noUnlistedAttributes,
  [
    {
      name: 'the same words in another form, or nothing',
      settings: { attributes: { allow: ['order.id'] } },
      code: on(`span?.setAttribute('orderId', id)\nwork()`),
      finds: 'nearest',
      offers: [['rename', on(`span?.setAttribute('order.id', id)\nwork()`)], ['remove', on('work()')]],
    },
    { name: 'near nothing', code: on(`span?.setAttribute('parcel.weight', 1)\nwork()`), finds: 'unlisted', offers: [['remove', on('work()')]] },
    { name: 'a word more than a slip away is another word', code: on(`span?.setAttribute('invoice.id', 1)\nwork()`), finds: 'unlisted', offers: [['remove', on('work()')]] },
    { name: 'denied', settings: { attributes: { allow: ['order.*'], deny: ['order.note'] } }, code: on(`span?.setAttribute('order.note', 1)\nwork()`), finds: 'denied', offers: [['remove', on('work()')]] },
  ],
  [
    { name: 'the same words', settings: { attributes: { allow: ['order.id'] } }, code: on(`span?.setAttributes({ orderId: id })`), finds: 'nearest', output: on(`span?.setAttributes({ 'order.id': id })`) },
    {
      name: 'a slip of the pen is a guess',
      settings: { attributes: { allow: ['order.lines'] } },
      code: on(`span?.setAttribute('ordr.lines', id)\nwork()`),
      finds: 'nearest',
      output: null,
      offers: [['rename', on(`span?.setAttribute('order.lines', id)\nwork()`)], ['remove', on('work()')]],
    },
    { name: 'what is denied goes', settings: { attributes: { deny: ['order.note'] } }, code: on(`span?.setAttribute('order.note', 1)\nwork()`), finds: 'denied', output: on('work()') },
  ],
)

const started = (key: string): string => `${api}trace.getTracer('shop').startSpan('order.place', { attributes: { ${key}: 1 } }).end()\n`
runOffers(
  'attribute-naming',
  attributeNaming,
  [
    { name: 'the form', code: on(`span?.setAttribute('Order.ItemCount', 3)`), finds: 'form', offers: [['rename', on(`span?.setAttribute('order.item_count', 3)`)]] },
    { name: 'the right form is there already: the other one goes', code: on(`span?.setAttributes({ 'Order.Total': 3, 'order.total': 3 })`), finds: 'form', offers: [['rename', on(`span?.setAttributes({ 'order.total': 3 })`)]] },
    { name: 'no namespace: the domain of the span', code: started('count'), finds: 'namespace', offers: [['rename', started(`'order.count'`)]] },
    { name: 'form and namespace at once', code: started('itemCount'), finds: 'form', offers: [['rename', started(`'order.item_count'`)]] },
    { name: 'no namespace, and no span around', code: on(`span?.setAttribute('count', 3)`), finds: 'namespace', offers: [] },
    { name: 'no namespace, and one domain in the policy', settings: { spanNames: { domains: ['order'] } }, code: on(`span?.setAttribute('count', 3)`), finds: 'namespace', offers: [['rename', on(`span?.setAttribute('order.count', 3)`)]] },
    { name: 'reserved', code: on(`span?.setAttribute('otel.order.id', 3)`), finds: 'reserved', offers: [['rename', on(`span?.setAttribute('order.id', 3)`)]] },
    { name: 'listed in this form by the policy: both are renamed together', settings: { attributes: { allow: ['OrderCount.X'] } }, code: on(`span?.setAttribute('OrderCount.X', 3)`), finds: 'form', offers: [] },
  ],
  [{ name: 'the form', code: on(`span?.setAttribute('Order.ItemCount', 3)`), finds: 'form', output: on(`span?.setAttribute('order.item_count', 3)`) }],
)

runOffers(
  'valid-attribute-value',
  validAttributeValue,
  [
    {
      name: 'an object: one attribute for each field',
      code: on(`span?.setAttribute('order', { total: 1, shipTo: { country: 'CH' } })\nwork()`),
      finds: 'object',
      offers: [['flatten', on(`span?.setAttributes({ 'order.total': 1, 'order.ship_to.country': 'CH' })\nwork()`)], ['remove', on('work()')]],
    },
    { name: 'an object in a bag', code: on(`span?.setAttributes({ order: { total }, a: 1 })`), finds: 'object', offers: [['flatten', on(`span?.setAttributes({ 'order.total': total, a: 1 })`)], ['remove', on(`span?.setAttributes({ a: 1 })`)]] },
    { name: 'an object with a spread', code: on(`span?.setAttribute('order', { ...order })\nwork()`), finds: 'object', offers: [['remove', on('work()')]] },
    { name: 'a mixed list', code: on(`span?.setAttribute('order.tags', ['new', 1, flag, null])\nwork()`), finds: 'mixed', offers: [['asTexts', on(`span?.setAttribute('order.tags', ['new', '1', String(flag), null])\nwork()`)], ['remove', on('work()')]] },
    { name: 'null', code: on(`span?.setAttribute('order.note', null)\nwork()`), finds: 'nullish', offers: [['remove', on('work()')]] },
    {
      name: 'a function that wants nothing is called',
      code: on(`function total() { return 1 }\nspan?.setAttribute('order.total', total)\nwork()`),
      finds: 'function',
      offers: [['call', on(`function total() { return 1 }\nspan?.setAttribute('order.total', total())\nwork()`)], ['remove', on('function total() { return 1 }\nwork()')]],
    },
    { name: 'a function that wants something', code: on(`span?.setAttribute('order.total', (order) => order.total)\nwork()`), finds: 'function', offers: [['remove', on('work()')]] },
  ],
  [{ name: 'null goes', code: on(`span?.setAttribute('order.note', null)\nwork()`), finds: 'nullish', output: on('work()') }],
)

runOffers(
  'no-unbounded-data',
  noUnboundedData,
  [
    { name: 'a payload', code: on(`span?.setAttribute('order.body', JSON.stringify(request.body))\nwork()`), finds: 'payload', offers: [['remove', on('work()')]] },
    { name: 'a URL', code: on(`span?.setAttribute('order.url', request.url)\nwork()`), finds: 'url', offers: [['withoutQuery', on(`span?.setAttribute('order.url', request.url.replace(/[?#].*$/, ''))\nwork()`)], ['remove', on('work()')]] },
    { name: 'a URL that may be missing', code: on(`span?.setAttribute('order.url', request?.url)\nwork()`), finds: 'url', offers: [['withoutQuery', on(`span?.setAttribute('order.url', request?.url?.replace(/[?#].*$/, ''))\nwork()`)], ['remove', on('work()')]] },
    { name: 'a query alone', code: on(`span?.setAttribute('order.q', request.query)\nwork()`), finds: 'payload', offers: [['remove', on('work()')]] },
    { name: 'a list as its length', code: on(`span?.setAttribute('order.skus', items.map((item) => item.sku))\nwork()`), finds: 'array', offers: [['count', on(`span?.setAttribute('order.skus', items.length)\nwork()`)], ['remove', on('work()')]] },
    { name: 'keys as their number', code: on(`span?.setAttribute('order.keys', Object.keys(order))\nwork()`), finds: 'array', offers: [['count', on(`span?.setAttribute('order.keys', Object.keys(order).length)\nwork()`)], ['remove', on('work()')]] },
    { name: 'a list that is joined', code: on(`span?.setAttribute('order.skus', items.map((item) => item.sku).join(','))\nwork()`), finds: 'array', offers: [['count', on(`span?.setAttribute('order.skus', items.length)\nwork()`)], ['remove', on('work()')]] },
    {
      name: 'SQL with placeholders',
      code: on("span?.setAttribute('db.query.text', `SELECT * FROM orders WHERE id = '${id}' AND note = ${note}`)\nwork()"),
      finds: 'sql',
      offers: [['placeholders', on(`span?.setAttribute('db.query.text', 'SELECT * FROM orders WHERE id = ? AND note = ?')\nwork()`)], ['remove', on('work()')]],
    },
    { name: 'now', code: on(`span?.setAttribute('order.at', new Date().toISOString())\nwork()`), finds: 'timestamp', offers: [['remove', on('work()')], ['time', on(`span?.setAttribute('order.at', Date.now())\nwork()`)]] },
    { name: 'a random id', code: on(`span?.setAttribute('order.key', randomUUID())\nwork()`), finds: 'unique', offers: [['remove', on('work()')]] },
    { name: 'a bag', code: on(`span?.setAttributes(request.body)\nwork()`), finds: 'bag', offers: [['remove', on('work()')]] },
    { name: 'a bag that is spread', code: on(`span?.setAttributes({ a: 1, ...request.body })`), finds: 'bag', offers: [['remove', on(`span?.setAttributes({ a: 1 })`)]] },
    { name: 'a key that varies', code: on('for (const item of items) span?.setAttribute(`item.${item.id}`, item.price)\nwork()'), finds: 'key', offers: [['remove', on('work()')]] },
    { name: 'an event', code: on('span?.addEvent(`retried ${orderId}`)'), finds: 'eventName', offers: [['constantEvent', on(`span?.addEvent('retried', { 'order.id': String(orderId) })`)]] },
    { name: 'an event with attributes of its own', code: on('span?.addEvent(`retried ${orderId}`, { a: 1 })'), finds: 'eventName', offers: [['constantEvent', on(`span?.addEvent('retried', { a: 1 })`)]] },
    {
      name: 'a stack beside the status: the exception',
      code: on(`try { work() } catch (error) {\n  span?.setStatus({ code: 2 })\n  span?.setAttribute('error.stack', error.stack)\n}`),
      finds: 'stack',
      offers: [
        ['recordException', on(`try { work() } catch (error) {\n  span?.setStatus({ code: 2 })\n  span?.recordException(error)\n}`)],
        ['remove', on(`try { work() } catch (error) {\n  span?.setStatus({ code: 2 })\n}`)],
      ],
    },
    {
      name: 'a stack beside a record goes',
      code: on(`try { work() } catch (error) {\n  span?.recordException(error)\n  span?.setAttribute('error.stack', error.stack)\n}`),
      finds: 'stack',
      offers: [['remove', on(`try { work() } catch (error) {\n  span?.recordException(error)\n}`)]],
    },
  ],
  [{ name: 'a URL', code: on(`span?.setAttribute('order.url', request.url)`), finds: 'url', output: on(`span?.setAttribute('order.url', request.url.replace(/[?#].*$/, ''))`) }],
)
