import noDynamicSpanName from '../../../rules/no-dynamic-span-name.js'
import noTechnicalSpanName from '../../../rules/no-technical-span-name.js'
import spanNamePresent from '../../../rules/span-name-present.js'
import spanNameStyle from '../../../rules/span-name-style.js'
import { runOffers } from './offers.js'

const api = `import { trace } from '@opentelemetry/api'\nconst tracer = trace.getTracer('shop')\n`
const shop = (code: string): string => `${api}${code}\n`

runOffers(
  'no-dynamic-span-name',
  noDynamicSpanName,
  [
    {
      name: 'the constant, and what varies as an attribute',
      code: shop('tracer.startSpan(`order.place ${orderId}`).end()'),
      finds: 'dynamic',
      offers: [['constant', shop(`tracer.startSpan('order.place', { attributes: { 'order.id': String(orderId) } }).end()`)]],
    },
    {
      name: 'put together by +, by somebody who says that it is a text',
      code: shop(`export function place(orderId: string) { tracer.startSpan('order.place:' + orderId).end() }`),
      finds: 'dynamic',
      offers: [['constant', shop(`export function place(orderId: string) { tracer.startSpan('order.place', { attributes: { 'order.id': orderId } }).end() }`)]],
    },
    {
      name: 'in brackets, in the middle',
      code: shop('tracer.startSpan(`place(${order.id}) now`).end()'),
      finds: 'dynamic',
      offers: [['constant', shop(`tracer.startSpan('place now', { attributes: { 'order.id': String(order.id) } }).end()`)]],
    },
    {
      name: 'at the head',
      code: shop('tracer.startSpan(`${cacheKey}.load`).end()'),
      finds: 'dynamic',
      offers: [['constant', shop(`tracer.startSpan('load', { attributes: { 'cache.key': String(cacheKey) } }).end()`)]],
    },
    {
      name: 'before a callback',
      code: shop('tracer.startActiveSpan(`order.place ${orderId}`, (span) => span.end())'),
      finds: 'dynamic',
      offers: [['constant', shop(`tracer.startActiveSpan('order.place', { attributes: { 'order.id': String(orderId) } }, (span) => span.end())`)]],
    },
    {
      name: 'beside attributes that are there',
      code: shop(`tracer.startSpan(\`order.place \${orderId}\`, { attributes: { 'order.kind': kind } }).end()`),
      finds: 'dynamic',
      offers: [['constant', shop(`tracer.startSpan('order.place', { attributes: { 'order.id': String(orderId), 'order.kind': kind } }).end()`)]],
    },
    {
      name: 'what is written there already is not written twice',
      code: shop(`tracer.startSpan(\`order.place \${orderId}\`, { attributes: { 'order.id': orderId } }).end()`),
      finds: 'dynamic',
      offers: [['constant', shop(`tracer.startSpan('order.place', { attributes: { 'order.id': orderId } }).end()`)]],
    },
    {
      name: 'options without attributes',
      code: shop('tracer.startSpan(`order.place ${orderId}`, { kind: 2 }).end()'),
      finds: 'dynamic',
      offers: [['constant', shop(`tracer.startSpan('order.place', { attributes: { 'order.id': String(orderId) }, kind: 2 }).end()`)]],
    },
    {
      name: 'options from elsewhere: the name alone',
      code: shop('tracer.startSpan(`order.place ${orderId}`, options).end()'),
      finds: 'dynamic',
      offers: [['constant', shop(`tracer.startSpan('order.place', options).end()`)]],
    },
    {
      name: 'a new name for a span',
      code: shop('const span = trace.getActiveSpan()\nspan?.updateName(`order.place ${orderId}`)'),
      finds: 'dynamic',
      offers: [['constant', shop(`const span = trace.getActiveSpan()\nspan?.updateName('order.place')\nspan?.setAttribute('order.id', String(orderId))`)]],
    },
    {
      name: 'a bounded part stays',
      code: shop('tracer.startSpan(`${method} order ${orderId}`).end()'),
      finds: 'dynamic',
      offers: [['constant', shop("tracer.startSpan(`${method} order`, { attributes: { 'order.id': String(orderId) } }).end()")]],
    },
    {
      name: 'nothing but a variable: the function around it',
      code: shop('export function loadInvoice(request) { tracer.startSpan(request.path).end() }'),
      finds: 'dynamic',
      offers: [['constant', shop(`export function loadInvoice(request) { tracer.startSpan('invoice.load', { attributes: { 'invoice.path': String(request.path) } }).end() }`)]],
    },
    { name: 'nothing but a variable, and nothing around it', code: shop('tracer.startSpan(request.path).end()'), finds: 'dynamic', offers: [] },
  ],
  [
    {
      name: 'the constant',
      code: shop('tracer.startSpan(`order.place ${orderId}`).end()'),
      finds: 'dynamic',
      output: shop(`tracer.startSpan('order.place', { attributes: { 'order.id': String(orderId) } }).end()`),
    },
    {
      name: 'the function around it is a guess',
      code: shop('export function loadInvoice(request) { tracer.startSpan(request.path).end() }'),
      finds: 'dynamic',
      output: null,
      offers: [['constant', shop(`export function loadInvoice(request) { tracer.startSpan('invoice.load', { attributes: { 'invoice.path': String(request.path) } }).end() }`)]],
    },
  ],
)

runOffers('no-technical-span-name', noTechnicalSpanName, [
  { name: 'a function', code: shop(`export function placeOrder() { tracer.startSpan('handler').end() }`), finds: 'technical', offers: [['rename', shop(`export function placeOrder() { tracer.startSpan('order.place').end() }`)]] },
  { name: 'a function kept in a variable', code: shop(`export const placeOrder = () => tracer.startSpan('handler').end()`), finds: 'technical', offers: [['rename', shop(`export const placeOrder = () => tracer.startSpan('order.place').end()`)]] },
  {
    name: 'a method of one word, with its class',
    code: shop(`class OrderService { place() { tracer.startSpan('process').end() } }`),
    finds: 'technical',
    offers: [['rename', shop(`class OrderService { place() { tracer.startSpan('order.place').end() } }`)]],
  },
  { name: 'how, behind a preposition', code: shop(`export function chargeCardByToken() { tracer.startSpan('run').end() }`), finds: 'technical', offers: [['rename', shop(`export function chargeCardByToken() { tracer.startSpan('card.charge_by_token').end() }`)]] },
  { name: 'a function that says no more', code: shop(`export function handleRequest() { tracer.startSpan('handler').end() }`), finds: 'technical', offers: [] },
  { name: 'no function', code: shop(`tracer.startSpan('handler').end()`), finds: 'technical', offers: [] },
  {
    name: 'the domain of the policy',
    settings: { spanNames: { domains: ['checkout.order'] } },
    code: shop(`export function placeCheckoutOrder() { tracer.startSpan('handler').end() }`),
    finds: 'technical',
    offers: [['rename', shop(`export function placeCheckoutOrder() { tracer.startSpan('checkout.order.place').end() }`)]],
  },
  {
    name: 'a constant that only spans read is changed where it stands',
    code: shop(`const NAME = 'handler'\nexport function placeOrder() { tracer.startSpan(NAME).end() }`),
    finds: 'technical',
    offers: [['rename', shop(`const NAME = 'order.place'\nexport function placeOrder() { tracer.startSpan(NAME).end() }`)]],
  },
])

runOffers('span-name-present', spanNamePresent, [
  { name: 'an empty name', code: shop(`export function placeOrder() { tracer.startSpan('').end() }`), finds: 'missing', offers: [['rename', shop(`export function placeOrder() { tracer.startSpan('order.place').end() }`)]] },
  { name: 'no name', code: shop(`export function placeOrder() { tracer.startSpan().end() }`), finds: 'missing', offers: [['rename', shop(`export function placeOrder() { tracer.startSpan('order.place').end() }`)]] },
  { name: "a function's name, written out", code: shop(`function settle() {}\ntracer.startSpan(settle.name).end()`), finds: 'compilerName', offers: [['rename', shop(`function settle() {}\ntracer.startSpan('settle').end()`)]] },
  {
    name: "a class's name",
    code: shop('class Invoices { send() { tracer.startSpan(this.constructor.name).end() } }'),
    finds: 'compilerName',
    offers: [['rename', shop(`class Invoices { send() { tracer.startSpan('Invoices').end() } }`)]],
  },
  { name: 'a function from elsewhere', code: shop(`export const run = (fn) => tracer.startSpan(fn.constructor.name).end()`), finds: 'compilerName', offers: [] },
])

runOffers(
  'span-name-style',
  spanNameStyle,
  [
    { name: 'prose', code: shop(`tracer.startSpan('Charge the payment').end()`), finds: 'style', offers: [['rename', shop(`tracer.startSpan('payment.charge').end()`)]] },
    { name: 'a camel', code: shop(`tracer.startSpan('placeOrder').end()`), finds: 'style', offers: [['rename', shop(`tracer.startSpan('order.place').end()`)]] },
    { name: 'a class and its method', code: shop(`tracer.startSpan('OrderService.placeNow').end()`), finds: 'style', offers: [['rename', shop(`tracer.startSpan('order_service.place_now').end()`)]] },
    { name: 'one word', code: shop(`tracer.startSpan('checkout').end()`), finds: 'style', offers: [] },
    { name: 'a route', code: shop(`tracer.startSpan('GET /orders').end()`), finds: 'style', offers: [] },
    {
      name: 'a domain for each that it may be',
      settings: { spanNames: { domains: ['payment', 'fraud'] } },
      code: shop(`tracer.startSpan('order.place').end()`),
      finds: 'domain',
      offers: [['rename', shop(`tracer.startSpan('fraud.order_place').end()`)], ['rename', shop(`tracer.startSpan('payment.order_place').end()`)]],
    },
    { name: 'the only domain', settings: { spanNames: { domains: ['payment'] } }, code: shop(`tracer.startSpan('order.place').end()`), finds: 'domain', offers: [['rename', shop(`tracer.startSpan('payment.order_place').end()`)]] },
  ],
  [{ name: 'prose', code: shop(`tracer.startSpan('Charge the payment').end()`), finds: 'style', output: shop(`tracer.startSpan('payment.charge').end()`) }],
)
