import attributeNaming from '../../rules/attribute-naming.js'
import noDeprecatedAttributes from '../../rules/no-deprecated-attributes.js'
import noUnlistedAttributes from '../../rules/no-unlisted-attributes.js'
import { findingsOnly, ruleTester } from '../rule-tester.js'
import { makeService } from './services.js'

const azure = makeService('azure', { private: true, dependencies: ['@azure/monitor-opentelemetry'] })('index.ts')
const tempo = makeService('tempo', { private: true, dependencies: ['@opentelemetry/exporter-trace-otlp-proto'] })('index.ts')
const write = (key: string): string => `import { trace } from '@opentelemetry/api'\ntrace.getActiveSpan()?.setAttribute(${key}, x)`

ruleTester.run('no-deprecated-attributes', findingsOnly(noDeprecatedAttributes), {
  valid: [
    { name: 'the current key', code: write(`'http.response.status_code'`) },
    { name: "a key of the project's own", code: write(`'order.status_code'`) },
    { name: 'both keys, as during a migration (artillery)', code: `import { trace } from '@opentelemetry/api'\nimport { ATTR_SERVER_ADDRESS } from '@opentelemetry/semantic-conventions'\ntrace.getActiveSpan()?.setAttributes({ 'net.host.name': host, [ATTR_SERVER_ADDRESS]: host })` },
    { name: 'both keys, the new one out of a require (artillery)', code: `const { trace } = require('@opentelemetry/api')\nconst { ATTR_URL_SCHEME } = require('@opentelemetry/semantic-conventions')\ntrace.getActiveSpan()?.setAttributes({ 'http.scheme': scheme, [ATTR_URL_SCHEME]: scheme })` },
    { name: 'a key that Application Insights reads', filename: azure, code: write(`'http.status_code'`) },
    { name: 'both keys, one call each (nestjs-fastify-nx)', code: `import { trace } from '@opentelemetry/api'\nconst span = trace.getActiveSpan()\nspan.setAttribute('url.full', safeUrl)\nspan.setAttribute('http.url', safeUrl)` },
    { name: 'on a span of a tracer of the house (corp-system)', code: `import { tracer } from '../services/tracing.js'\nconst span = tracer.startSpan('order.place', { kind: 'SERVER', attributes: { 'http.method': req.method } })` },
    { name: 'spans that are made to see whether they arrive', filename: 'src/observability/tracingValidator.ts', code: write(`'http.method'`) },
    { name: 'the attributes of a resource', code: `import { resourceFromAttributes } from '@opentelemetry/resources'\nresourceFromAttributes({ 'service.name': name, 'deployment.environment.name': stage, team: 'orders' })` },
    { name: 'both keys of a resource, as during a migration', code: `import { resourceFromAttributes } from '@opentelemetry/resources'\nresourceFromAttributes({ 'deployment.environment': stage, 'deployment.environment.name': stage })` },
    { name: 'the current constant of a name that had another key before', code: `import { ATTR_MESSAGING_MESSAGE_ID } from '@opentelemetry/semantic-conventions/incubating'\n${write('ATTR_MESSAGING_MESSAGE_ID')}` },
    { name: 'a header among the attributes', code: write(`'http.request.header.host'`) },
    { name: 'a deprecated key that is no attribute', code: `const columns = ['http.status_code']` },
  ],
  invalid: [
    { name: 'a key that Application Insights does not ask for', filename: azure, code: write(`'gen_ai.system'`), errors: [{ messageId: 'replaced', line: 2, column: 37 }] },
    { name: 'a key in a service of another backend', filename: tempo, code: write(`'http.status_code'`), errors: [{ messageId: 'replaced', line: 2, column: 37 }] },
    { name: 'a constant of the conventions, out of a require', code: `const { SEMATTRS_HTTP_METHOD } = require('@opentelemetry/semantic-conventions')\n${write('SEMATTRS_HTTP_METHOD')}`, errors: [{ messageId: 'replaced', line: 3, column: 37 }] },
    { name: 'a key that only the newest conventions replaced', code: write(`'messaging.system'`), errors: [{ messageId: 'replaced', line: 2, column: 37 }] },
    { name: 'a messaging key that was replaced before', code: write(`'messaging.operation'`), errors: [{ messageId: 'replaced', line: 2, column: 37 }] },
    { name: 'a key that was replaced lately, by one that is stable', code: write(`'rpc.system'`), errors: [{ messageId: 'replaced', line: 2, column: 37 }] },
    { name: 'in a validator of what devices send', filename: 'src/telemetryValidator.ts', code: write(`'http.method'`), errors: [{ messageId: 'replaced', line: 2, column: 37 }] },
    { name: 'in a validator of something else', filename: 'src/orderValidator.ts', code: write(`'http.method'`), errors: [{ messageId: 'replaced', line: 2, column: 37 }] },
    { name: 'a key of a resource', code: `import { resourceFromAttributes } from '@opentelemetry/resources'\nresourceFromAttributes({ 'deployment.environment': stage })`, errors: [{ messageId: 'replaced', line: 2, column: 26 }] },
    { name: 'a constant of a resource', code: `import { Resource } from '@opentelemetry/resources'\nimport { SEMRESATTRS_DEPLOYMENT_ENVIRONMENT } from '@opentelemetry/semantic-conventions'\nnew Resource({ [SEMRESATTRS_DEPLOYMENT_ENVIRONMENT]: stage })`, errors: [{ messageId: 'replaced', line: 3, column: 17 }] },
    { name: 'a key that one of several replaced', code: write(`'http.host'`), errors: [{ messageId: 'replaced', line: 2, column: 37 }] },
    { name: 'a key that was renamed before the conventions stated deprecations', code: write(`'messaging.message_id'`), errors: [{ messageId: 'replaced', line: 2, column: 37 }] },
    { name: 'the older constant of a name that has another key now', code: `import { SEMATTRS_MESSAGING_MESSAGE_ID } from '@opentelemetry/semantic-conventions'\n${write('SEMATTRS_MESSAGING_MESSAGE_ID')}`, errors: [{ messageId: 'replaced', line: 3, column: 37 }] },
    { name: 'a route under the key of URLs', code: write(`'http.url'`).replace('x)', 'req.route.path)'), errors: [{ messageId: 'replaced', data: { key: '"http.url"', instead: '"http.route"' } }] },
    { name: 'a path with a placeholder under the key of URLs', code: write(`'http.target'`).replace('x)', `'/orders/:id')`), errors: [{ messageId: 'replaced', data: { key: '"http.target"', instead: '"http.route"' } }] },
    { name: 'a URL under its older key', code: write(`'http.url'`).replace('x)', 'cleanUrl)'), errors: [{ messageId: 'replaced', data: { key: '"http.url"', instead: '"url.full"' } }] },
    { name: 'a replaced key', code: write(`'http.status_code'`), errors: [{ messageId: 'replaced', line: 2, column: 37 }] },
    {
      name: 'beside the key that replaces another one',
      code: `import { trace } from '@opentelemetry/api'\ntrace.getActiveSpan()?.setAttributes({ 'http.method': method, 'http.response.status_code': 200 })`,
      errors: [{ messageId: 'replaced', line: 2, column: 40 }],
    },
    {
      name: 'beside the new key with another value',
      code: `import { trace } from '@opentelemetry/api'\nconst span = trace.getActiveSpan()\nspan.setAttribute('url.full', target)\nspan.setAttribute('http.url', source)`,
      errors: [{ messageId: 'replaced', line: 4, column: 19 }],
    },
    {
      name: 'beside the new key on another span',
      code: `import { trace } from '@opentelemetry/api'\ntrace.getActiveSpan()?.setAttribute('http.method', method)\nother.setAttribute('http.request.method', method)`,
      errors: [{ messageId: 'replaced', line: 2, column: 37 }],
    },
    {
      name: 'a constant of the conventions',
      code: `import { SEMATTRS_HTTP_STATUS_CODE } from '@opentelemetry/semantic-conventions'\n${write('SEMATTRS_HTTP_STATUS_CODE')}`,
      errors: [{ messageId: 'replaced', line: 3, column: 37 }],
    },
    {
      name: 'a member of their older object',
      code: `import { SemanticAttributes } from '@opentelemetry/semantic-conventions'\n${write('SemanticAttributes.HTTP_METHOD')}`,
      errors: [{ messageId: 'replaced', line: 3, column: 37 }],
    },
  ],
})

ruleTester.run('no-unlisted-attributes', findingsOnly(noUnlistedAttributes), {
  valid: [
    { name: 'a key of the conventions', code: write(`'http.route'`) },
    { name: 'error.stage', code: write(`'error.stage'`) },
    { name: 'a listed key', code: write(`'payment.amount'`), settings: { spanguard: { attributes: { allow: ['payment.amount'] } } } },
    { name: 'a listed namespace', code: write(`'order.id'`), settings: { spanguard: { attributes: { allow: ['order.*'] } } } },
    { name: 'a key of another file', code: `import { KEY } from './keys'\n${write('KEY')}` },
  ],
  invalid: [
    { name: 'a key that nobody listed', code: write(`'ordr.thing'`), errors: [{ messageId: 'unlisted', line: 2, column: 37 }] },
    { name: 'one letter beside a listed key', code: write(`'ordr.id'`), settings: { spanguard: { attributes: { allow: ['order.id'] } } }, errors: [{ messageId: 'nearest', line: 2, column: 37 }] },
  ],
})

ruleTester.run('attribute-naming', findingsOnly(attributeNaming), {
  valid: [
    { name: 'dotted snake_case', code: write(`'order.item_count'`) },
    { name: 'a key of another file', code: `import { KEY } from './keys'\n${write('KEY')}` },
  ],
  invalid: [
    { name: 'camel case', code: write(`'order.itemCount'`), errors: [{ messageId: 'form', line: 2, column: 37 }] },
    { name: 'capitals', code: write(`'Order.Count'`), errors: [{ messageId: 'form', line: 2, column: 37 }] },
    { name: 'no namespace', code: write(`'total'`), errors: [{ messageId: 'namespace', line: 2, column: 37 }] },
    { name: 'a reserved namespace', code: write(`'otel.order'`), errors: [{ messageId: 'reserved', line: 2, column: 37 }] },
  ],
})
