import { builtInPolicy, type Fact, judgeAttributeWrite, judgeSpanName, selectFindings } from '@spanguard/policy'
import { describe, expect, it } from 'vitest'

import {
  array,
  bag,
  call,
  concat,
  imported,
  literal,
  method,
  object,
  parameter,
  reference,
  rename,
  start,
  template,
  typed,
  union,
  unknown,
  write,
} from './values.js'

/** The rules that speak in the preset `recommended`. */
const RECOMMENDED = new Set([
  'no-deprecated-attributes',
  'no-dynamic-span-name',
  'no-sensitive-data',
  'no-technical-span-name',
  'no-unbounded-data',
  'span-name-present',
  'valid-attribute-value',
])

function rulesOf(fact: Fact): readonly string[] {
  const findings =
    fact.fact === 'span-start' || fact.fact === 'span-rename' ? judgeSpanName(fact, builtInPolicy)
    : fact.fact === 'attribute-write' || fact.fact === 'attribute-bag' || fact.fact === 'event-write' || fact.fact === 'status-write' ?
      judgeAttributeWrite(fact, builtInPolicy)
    : []
  return selectFindings(findings, (rule) => RECOMMENDED.has(rule)).map(({ rule }) => rule)
}

const via = { api: '@opentelemetry/api', method: 'addEvent' }
const event = (name: ReturnType<typeof template>): Fact => ({ fact: 'event-write', name, origin: name.origin, certainty: 'certain', via })

/** The shapes of the labelled places of real code whose group is R2 or R3, in the numbers of CORPUS.md. */
const wrong: readonly (readonly [label: string, fact: Fact, rule: string])[] = [
  ['T1: a card number that is a plain local', write('demo.payment.card_number', reference('number', { resolved: reference('request.creditCard.number') })), 'no-sensitive-data'],
  ['T1: the same under a key that says nothing', write('payment.input', reference('number', { resolved: reference('request.creditCard.number') })), 'no-sensitive-data'],
  ['T2: a card security code', write('demo.payment.card_cvv', reference('cvv')), 'no-sensitive-data'],
  ['T3: a user id as session.id, under a constant of another file', write(imported('AttributeNames', '../enums', 'AttributeNames.SESSION_ID'), reference('userId')), 'no-sensitive-data'],
  ['T4: an e-mail address as a text', write('user.email', call('String', [reference('email')])), 'no-sensitive-data'],
  ['T5: an e-mail address of a login', write('cli.email', reference('authorization.email')), 'no-sensitive-data'],
  ['T6: an e-mail address in a result', write('cli.who', reference('whoAmIResult.data.email')), 'no-sensitive-data'],
  ['T7: the text of a prompt in a body', write('prompt.text', parameter('body.data.text')), 'no-unbounded-data'],
  ['T8: variables of a caller, serialised', write('prompt.input', call('JSON.stringify', [reference('vars')])), 'no-unbounded-data'],
  ['T9: a whole message, flattened', bag(call('flattenAttributes', [reference('dequeuedMessage.message'), literal('message')])), 'no-unbounded-data'],
  ['T10: the URL that a user chose', write('bookmark.url', parameter('url')), 'no-unbounded-data'],
  ['T12: a request URL as a path', write(imported('ATTR_URL_PATH', '@opentelemetry/semantic-conventions'), reference('request.url')), 'no-unbounded-data'],
  ['T13: a full URL with its query', write(imported('ATTR_URL_FULL', '@opentelemetry/semantic-conventions'), reference('c.req.url')), 'no-unbounded-data'],
  ['T14: a field of a request in an event name', event(template('invoking sayHello() to ', call('call.request.getName'))), 'no-unbounded-data'],
  ['T15: the key of a cache entry', rename(template('cache.hit ', reference('cacheKey'))), 'no-dynamic-span-name'],
  ['T16: a session id behind ??', start(union([parameter('options.spanName'), template('sessions.open(', reference('this.sessionId'), ').in.once()')])), 'no-dynamic-span-name'],
  ['T17: a full URL in a name', start(union([reference('name'), template(reference('fetchType'), ' ', reference('method'), ' ', method(reference('url'), 'toString'))])), 'no-dynamic-span-name'],
  ['T18: a raw path in a name', start(template('express.middleware.tracer(', reference('req.method'), ' ', reference('req.path'), ')')), 'no-dynamic-span-name'],
  ['T19: a technical name on a SERVER span', start('handleRequest', 'server'), 'no-technical-span-name'],
  ['T19: doWork', start('doWork'), 'no-technical-span-name'],
  ['T19: makeRequest', start('makeRequest'), 'no-technical-span-name'],
  ['T19: manual', start('manual'), 'no-technical-span-name'],
  ['T19: main', start('main'), 'no-technical-span-name'],
  ['T19: foo', start('foo'), 'no-technical-span-name'],
  ['T20: a greeting', start('Hello World'), 'no-technical-span-name'],
  ['T21: request', start('request'), 'no-technical-span-name'],
]

const right: readonly (readonly [label: string, fact: Fact])[] = [
  ['F1: a count of tokens', write('gen_ai.usage.input_tokens', reference('usage.inputTokens'))],
  ['F2: a total of tokens', write('compaction.total_tokens', reference('totalTokens'))],
  ['F3: the id of an entity called session', write('session.id', reference('session.id'))],
  ['F4: a count of sessions', write('session_inserts', reference('sessionInserts.length'))],
  ['F5: a boolean made of a secret', write('team.has_api_key', unknown('boolean', '!!team.apiKey'))],
  ['F5: the same under the secret\'s own name', write('api_key', unknown('boolean', '!!team.apiKey'))],
  ['F6: the brand of a card', write('demo.payment.card_type', reference('cardType'))],
  ['F29: a method and a route template', start(template(reference('c.req.method'), ' ', call('routePath', [reference('c')])))],
  ['F30: the path of a procedure', start(template('trpc.', parameter('path')))],
  ['F31: the verb of a statement', start(template('db.', reference('operation')))],
  ['F32: a registered tool name', start(template('mcp.tool.', parameter('toolName')))],
  ['F33: operation and destination', start(reference('spanName', { resolved: template(parameter('operation'), ' ', parameter('destination')) }), 'producer')],
  ['F34: a prepared statement', write('db.query.text', parameter('sql'))],
]

describe('the shapes of labelled places in real code', () => {
  it.each(wrong)('%s is found', (_, fact, rule) => {
    expect(rulesOf(fact)).toEqual([rule])
  })
  it.each(right)('%s is fine', (_, fact) => {
    expect(rulesOf(fact)).toEqual([])
  })
})

describe('shapes beside the labelled ones', () => {
  const sensitive: readonly (readonly [string, Fact])[] = [
    ['a header by its name', write('auth.scheme_source', call('req.headers.get', [literal('authorization')]))],
    ['a part of a header', write('auth.raw', reference('[].1', { base: method(reference('req.headers.authorization'), 'split', [literal(' ')]) }))],
    ['a token in a URL that is put together', write('callback.target', template('https://shop.example/cb?token=', reference('value')))],
    ['a password in a connection string', write('db.target', template('postgres://app:', reference('value'), '@db/shop'))],
    ['a secret of the environment', write('config.value', reference('process.env.STRIPE_SECRET_KEY', { root: 'global' }))],
    ['the getter of a secret', write('config.value', call('getAccessToken'))],
    ['a text with a name in it', write('note', template('mail to ', reference('customer.email')))],
    ['a field of a serialised object', write('order.state', call('JSON.stringify', [typed(reference('order'), { kind: 'object', fields: ['id', 'cardNumber'] })]))],
    ['a bag whose type has a password', bag(typed(parameter('attributes'), { kind: 'object', fields: ['id', 'password'] }))],
    ['a type that is marked', write('x.y', typed(reference('value'), { kind: 'string', sensitive: true }))],
    ['an e-mail address as an id', write('user.id', reference('user.email'))],
    ['a number that is a card\'s', write('card.number', typed(reference('value'), { kind: 'number' }))],
    ['a slice that takes "Bearer " away', write('x.y', method(reference('authorization'), 'slice', [literal(7)]))],
    ['a literal token', write('x.y', literal(`ghp_${'a1B2'.repeat(9)}`))],
    ['a constant under the key of a secret', write('api.key', literal('hunter2-hunter2'))],
  ]
  it.each(sensitive)('sensitive: %s', (_, fact) => {
    expect(rulesOf(fact)).toEqual(['no-sensitive-data'])
  })

  const harmless: readonly (readonly [string, Fact])[] = [
    ['a hash', write('user.email', method(method(call('createHash', [literal('sha256')]), 'update', [reference('email')]), 'digest', [literal('hex')]))],
    ['redacted()', write('card.number', call('redacted', [reference('cardNumber')]))],
    ['pseudonym()', write('enduser.pseudo.id', call('pseudonym', [reference('user.email')]))],
    ['bcrypt', write('password.value', call('bcrypt.hash', [reference('password')]))],
    ['a variable that was hashed', write('user.email', reference('hashed', { resolved: call('hashEmail', [reference('email')]) }))],
    ['the last four digits', write('card.number', method(reference('cardNumber'), 'slice', [literal(-4)]))],
    ['a masked text', write('token', template(method(reference('token'), 'slice', [literal(0), literal(4)]), '…'))],
    ['the domain of an address', write('email.domain', reference('[].1', { base: method(reference('email'), 'split', [literal('@')]) }))],
    ['a comparison', write('auth.token', unknown('boolean', 'token !== undefined'))],
    ['a length', write('password', reference('password.length'))],
    ['Boolean()', write('auth.token', call('Boolean', [reference('token')]))],
    ['a boolean by its type', write('auth.token', typed(reference('token'), { kind: 'boolean' }))],
    ['a literal union by its type', write('auth.token', typed(reference('token'), { kind: 'literals', literals: ['ok', 'bad'] }))],
    ['a word for a state', write('auth.token', union([literal('present'), literal('missing')], ':'))],
    ['a secret before &&', write('auth.state', union([reference('password'), literal('given')], '&&'))],
    ['the id of a token', write('wait.entity', reference('tokenId', { resolved: union([reference('token'), reference('token.id')], ':') }))],
    ['an opaque user id', write('user.id', reference('user.id'))],
    ['a caught error\'s message', { fact: 'status-write', code: 'error', message: reference('error.message'), origin: literal('').origin, certainty: 'certain', via }],
    ['a serialised error as a status', { fact: 'status-write', code: 'error', message: call('JSON.stringify', [reference('e')]), origin: literal('').origin, certainty: 'certain', via }],
    ['an id that was made for something', write('batch.id', reference('batchId', { resolved: call('nanoid') }))],
    ['attributes of the caller, flattened', bag(call('flattenAttributes', [parameter('options.attributes')]))],
    ['a list of the conventions', write(imported('ATTR_GEN_AI_RESPONSE_FINISH_REASONS', '@opentelemetry/semantic-conventions/incubating'), call('choices.map', [unknown('function')]))],
    ['a small object of scalars', write('wait.options', call('JSON.stringify', [object({ block: reference('block') })]))],
    ['a model by its id', start(template('chat.', reference('model.id')))],
    ['a constant of another file', start(template(imported('PREFIX', './names'), '.charge'))],
    ['a finite union', start(template('order.', typed(reference('orderId'), { kind: 'literals', literals: ['a', 'b'] })))],
    ['what a route of Fastify was registered with', start(template('GET ', reference('path', { resolved: reference('request.routeOptions.url') })))],
    ['a word of a request, serialised by a method of the class', write('incoming.method', call('this.stringify', [reference('req.method')]))],
    ['the URL that a thing of the program is called by (electric)', write(imported('ENTITY_URL', './attributes'), reference('entity.url'))],
    ['such a URL without the word in its key', write('wake.source', reference('sourceUrl'))],
    ['a route, or what stands in where there is none (hominem)', start(template('GET ', reference('route', { resolved: union([reference('c.req.routePath'), reference('c.req.path')]) })))],
    ['the URL of a module', write('vitest.module.url', reference('result.url'))],
    ['a mount path and a route', start(concat(reference('req.baseUrl'), reference('req.route.path')))],
    ['a bare parameter, judged at its calls', start(parameter('name'))],
    ['a time of the domain as a text, which somebody looks for', write('order.due', method(reference('order.dueAt'), 'toISOString'))],
  ]
  it.each(harmless)('harmless: %s', (_, fact) => {
    expect(rulesOf(fact)).toEqual([])
  })

  const unbounded: readonly (readonly [string, Fact, string])[] = [
    ['a random id in place', write('order.ref', call('randomUUID')), 'no-unbounded-data'],
    ['the time of now as a text', write('order.at', method({ ...call('Date'), construct: true }, 'toISOString')), 'no-unbounded-data'],
    ['the time of now through a name', write('order.at', reference('at', { resolved: method(reference('now'), 'toISOString') })), 'no-unbounded-data'],
    ['a stack', write('error.trace', reference('error.stack')), 'no-unbounded-data'],
    ['a request, serialised by a method of the class', write('incoming.request', call('this.stringify', [reference('req')])), 'no-unbounded-data'],
    ['a URL that holds a right', write('invoice.download_url', reference('invoice.downloadUrl')), 'no-unbounded-data'],
    ['the URL of a thing, to which something is sent', write('http.url', reference('entity.url')), 'no-unbounded-data'],
    ['a request body', write('http.input', reference('req.body')), 'no-unbounded-data'],
    ['headers, spread', bag(reference('req.headers')), 'no-unbounded-data'],
    ['SQL with values in it', write('db.query.text', template('SELECT * FROM users WHERE id = ', reference('userId'))), 'no-unbounded-data'],
    ['a key that an id is part of', write(template('order.', reference('orderId'), '.total'), literal(1)), 'no-unbounded-data'],
    ['an id on a metric', write('order.id', reference('order.id'), 'metric-attribute'), 'no-unbounded-data'],
    ['a parameter of a route in a name', start(template('order ', reference('req.params.slug'))), 'no-dynamic-span-name'],
    ['an id in a name that is put together by +', start(concat(literal('order '), reference('order.id'))), 'no-dynamic-span-name'],
    ['the time in a name', start(template('job ', call('Date.now'))), 'no-dynamic-span-name'],
    ['an e-mail address in a name', start(template('mail ', reference('user.email'))), 'no-sensitive-data'],
    ['a technical constant under two names', start(reference('b', { resolved: reference('a', { resolved: literal('handler') }) })), 'no-technical-span-name'],
    ['a name that is another name for an id', start(reference('spanName', { resolved: template('order ', reference('order.id')) })), 'no-dynamic-span-name'],
    ['no name', start(), 'span-name-present'],
    ['an empty name', start(' '), 'span-name-present'],
    ['the name of a class', start(reference('this.constructor.name')), 'span-name-present'],
    ['an object', write('order.total', { ...reference('x'), kind: 'object', open: false, properties: [], spreads: [] }), 'valid-attribute-value'],
    ['null', write('order.total', literal(null)), 'valid-attribute-value'],
    ['a list of mixed kinds', write('order.tags', array([literal('new'), literal(1)])), 'valid-attribute-value'],
    ['a secret in a serialised object', write('login.input', call('JSON.stringify', [object({ user: reference('id'), password: reference('given') })])), 'no-sensitive-data'],
    ['a key that was replaced', write('http.status_code', literal(200)), 'no-deprecated-attributes'],
    ['its constant', write(imported('SEMATTRS_HTTP_STATUS_CODE', '@opentelemetry/semantic-conventions'), literal(200)), 'no-deprecated-attributes'],
    ['its constant in an object', write(imported('SemanticAttributes', '@opentelemetry/semantic-conventions', 'SemanticAttributes.HTTP_METHOD'), literal('GET')), 'no-deprecated-attributes'],
  ]
  it('a time as a text is what the conventions say of some keys', () => {
    const time = method(reference('now'), 'toISOString')
    expect(rulesOf(write('process.creation.time', time))).toEqual([])
    expect(rulesOf(write('process.creation.at', time))).toEqual(['no-unbounded-data'])
  })

  it.each(unbounded)('%s', (_, fact, rule) => {
    expect(rulesOf(fact)).toEqual([rule])
  })
})
