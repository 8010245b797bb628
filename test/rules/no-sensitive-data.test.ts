import rule from '../../rules/no-sensitive-data.js'
import { findingsOnly, ruleTester } from '../rule-tester.js'

const head = `import { propagation, metrics, trace } from '@opentelemetry/api'\nconst tracer = trace.getTracer('t'); const span = tracer.startSpan('order.place')\n`
const line = (code: string): string => `${head}${code}`
const at = (messageId: 'key' | 'literal' | 'swapped' | 'value', column: number, lineNumber = 3) => [
  { messageId, line: lineNumber, column },
]

ruleTester.run('no-sensitive-data', findingsOnly(rule), {
  valid: [
    { name: 'a count of tokens', code: line(`span.setAttribute('gen_ai.usage.input_tokens', usage.input_tokens)`) },
    { name: "a card's brand", code: line(`span.setAttribute('payment.card_type', card.type)`) },
    { name: 'whether there is a secret', code: line(`span.setAttribute('feature.ai', !!(API_KEY || OTHER_KEY))`) },
    { name: 'how long a secret is', code: line(`span.setAttribute('auth.password_length', password.length)`) },
    { name: 'an e-mail that was verified', code: line(`span.setAttribute('user.email_verified', user.emailVerified)`) },
    { name: 'the end of a card number', code: line(`span.setAttribute('payment.card.last4', card.number.slice(-4))`) },
    { name: 'a hashed e-mail', code: line(`span.setAttribute('user.key', createHash('sha256').update(user.email).digest('hex'))`) },
    {
      name: 'redacted by the runtime',
      code: line(`import { redacted } from '@spanguard/runtime'\nspan.setAttribute('payment.card', redacted(card.number, { keepLast: 4 }))`),
    },
    { name: 'an opaque id of a user', code: line(`span.setAttribute('user.id', user.id)`) },
    { name: 'the id of a domain entity called session', code: line(`span.setAttribute('sessionId', session.id)`) },
    { name: 'author holds auth, opacity holds city: words are matched whole', code: line(`span.setAttributes({ author: a, opacity: b })`) },
    { name: 'the name of what is no person', code: line(`span.setAttribute('queue.name', queue.name)`) },
    { name: 'a database config is no attributes', code: `const db = connect({ user: 'root', password: 'secret' })` },
    { name: 'a DOM node', code: `const span = document.createElement('span'); span.setAttribute('data-password', password); span.end()` },
    { name: 'another API', code: `import tracer from 'dd-trace'; tracer.startSpan('x').setAttribute('password', password)` },
    { name: 'a random number that passes Luhn by length alone', code: line(`span.setAttribute('order.number', '0000000000000000')`) },
    {
      name: 'what the project says is not sensitive',
      code: line(`span.setAttribute('user.email', user.email)`),
      settings: { spanguard: { attributes: { sensitive: { ignore: ['user.email', 'email'] } } } },
    },
    { name: 'the account that a program logs in with', code: line(`import { SEMATTRS_DB_USER } from '@opentelemetry/semantic-conventions'\nspan.setAttribute(SEMATTRS_DB_USER, connectionOptions.username)`) },
    { name: 'the account, of a connection that may be missing (typeorm)', code: line(`const connectionOptions = this?.connection?.options ?? {}\nspan.setAttribute('db.user', connectionOptions.username)`) },
    { name: 'a cookie that says nothing of who it is', code: line(`span.setAttribute('ui.theme', req.cookies.theme)`) },
    { name: 'an exception that says what failed, and of which order', code: line('span.recordException(new Error(`order ${order.id} failed`))') },
    { name: 'an exception from elsewhere', code: line('span.recordException(error)') },
    { name: 'tests', code: line(`span.setAttribute('password', password)`), filename: 'src/orders.test.ts' },
  ],
  invalid: [
    { name: 'the name that somebody logs in with', code: line(`span.setAttribute('login', form.username)`), errors: at('value', 28) },
    { name: 'a session cookie', code: line(`span.setAttribute('visit', req.cookies.sid)`), errors: at('value', 28) },
    { name: 'an exception with a card number in its message', code: line('span.recordException(new Error(`card ${card.number} declined`))'), errors: at('value', 40) },
    { name: 'an exception with an address in its message, behind a variable', code: line("const error = new ValidationError('no such user: ' + user.email)\nspan.recordException(error)"), errors: at('value', 54) },
    { name: 'an object that stands for an exception', code: line('span.recordException({ name: "CardError", message: `card ${card.number} declined` })'), errors: at('value', 60) },
    { name: 'by key, in an object', code: line(`span.setAttributes({ 'payment.card_number': number })`), errors: at('key', 22) },
    { name: 'by key, of a single write', code: line(`span.setAttribute('auth.password', value)`), errors: at('key', 19) },
    { name: 'by key, behind a constant', code: line(`const KEY = 'user.email'\nspan.setAttribute(KEY, value)`), errors: at('key', 19, 4) },
    { name: 'by key, behind an enum', code: line(`enum Key { Email = 'user.email' }\nspan.setAttribute(Key.Email, value)`), errors: [{ messageId: 'key' }] },
    { name: 'by key, a constant of another file', code: line(`import { ATTR } from './attributes'\nspan.setAttribute(ATTR.USER_EMAIL, value)`), errors: at('key', 19, 4) },
    { name: 'by the value that is read', code: line(`span.setAttribute('order.note', request.user.email)`), errors: at('value', 33) },
    { name: 'by what a local was made of', code: line(`const { creditCard: { number } } = request\nspan.setAttribute('order.note', number)`), errors: at('value', 33, 4) },
    { name: 'by a header that is looked up', code: line(`span.setAttribute('http.auth', headers.get('authorization'))`), errors: at('value', 32) },
    { name: 'in a template', code: line('span.setAttribute("order.note", `for ${user.email}`)'), errors: at('value', 40) },
    { name: 'behind ??', code: line(`span.setAttribute('order.note', user.email ?? 'none')`), errors: at('value', 33) },
    { name: 'through String()', code: line(`span.setAttribute('order.note', String(user.email))`), errors: [{ messageId: 'value' }] },
    { name: 'a literal credential', code: line(`span.setAttribute('order.note', 'ghp_abcdefghijklmnopqrstuvwxyz0123456789')`), errors: at('literal', 33) },
    { name: 'in the options of a span', code: line(`tracer.startSpan('a.b', { attributes: { 'user.email': x } }).end()`), errors: at('key', 41) },
    { name: 'on an object built by assignment', code: line(`const ident = {}\nident['user.email'] = x\nspan.setAttributes(ident)`), errors: at('key', 7, 4) },
    { name: 'in an event', code: line(`span.addEvent('charged', { 'card.cvv': cvv })`), errors: at('key', 28) },
    { name: 'in baggage', code: line(`propagation.getActiveBaggage().setEntry('user.email', { value: x })`), errors: at('key', 41) },
    { name: 'in the name of a span', code: line('tracer.startSpan(`login ${user.email}`).end()'), errors: at('value', 27) },
    { name: 'in a status message', code: line(`span.setStatus({ code: 2, message: user.password })`), errors: at('value', 36) },
    { name: 'on a metric', code: line(`metrics.getMeter('m').createCounter('c').add(1, { email: user.email })`), errors: at('key', 51) },
    { name: "a user's id as the id of a session", code: line(`span.setAttribute('session.id', userId)`), errors: at('swapped', 33) },
    { name: 'a likely span', code: `function f(span) { span.setAttribute('user.email', x); span.end() }`, errors: [{ messageId: 'key', line: 1, column: 38 }] },
    {
      name: "at the call of this file's helper",
      code: line(`function note(key, value) { span.setAttribute(key, value) }\nnote('order.note', user.email)`),
      errors: at('value', 20, 4),
    },
    {
      name: 'in a callback of a declared helper',
      code: `import { withSpan } from './spans'\nwithSpan('a.b', {}, (x) => { x.setAttribute('user.email', y) })`,
      settings: { spanguard: { helpers: [{ module: './src/spans', export: 'withSpan', name: 0, attributes: 1, callback: 2, ends: true }] } },
      errors: [{ messageId: 'key', line: 2, column: 45 }],
    },
    { name: 'what the project says is sensitive', code: line(`span.setAttribute('loyalty.number', x)`), settings: { spanguard: { attributes: { sensitive: { add: ['loyalty.number'] } } } }, errors: at('key', 19) },
  ],
})
