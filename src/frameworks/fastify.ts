import type { FrameworkDescriptor, HandlerRow } from './descriptor.js'
import { httpMethods } from './http-methods.js'
import { serverTracers } from './tracing-exports.js'

const methods = ['all', ...httpMethods]

/** Fastify 4 and 5. Source: fastify.dev/docs/latest/Reference/Routes, Server and Plugins. */
export const fastify: FrameworkDescriptor = {
  name: 'fastify',
  label: 'Fastify',
  kind: 'app',
  modules: ['fastify'],
  objects: {
    app: [
      { module: 'fastify', export: 'default', as: 'call' },
      { module: 'fastify', export: 'fastify', as: 'call' },
    ],
    router: [
      { of: 'app', method: 'register', callback: 0 },
      { of: 'router', method: 'register', callback: 0 },
      { module: 'fastify', type: 'FastifyInstance' },
    ],
  },
  roots: ['app'],
  handlers: ['app', 'router'].flatMap((on): HandlerRow[] => [
    { on, methods, path: 0, handler: 1, httpMethod: 'name' },
    {
      on,
      methods: ['route'],
      handler: 0,
      handlerProperties: ['handler'],
      pathProperties: ['url', 'path'],
      httpMethod: { property: 'method' },
    },
  ]),
  middleware: [
    // A plugin given to `register` may hold routes or tracing: where its name does not say so, only the whole program can tell.
    { on: 'app', methods: ['register'], counts: ['mounts'] },
    { on: 'app', methods: ['addHook', 'use'] },
    { on: 'router', methods: ['register', 'use'] },
  ],
  listens: [{ on: 'app', methods: ['listen'] }],
  chains: [
    ...methods, 'addConstraintStrategy', 'addContentTypeParser', 'addHook', 'addHttpMethod', 'addSchema', 'after', 'decorate', 'decorateReply', 'decorateRequest', 'register', 'route',
    'setChildLoggerFactory', 'setErrorHandler', 'setGenReqId', 'setNotFoundHandler', 'setReplySerializer', 'setSchemaController', 'setSchemaErrorFormatter', 'setSerializerCompiler',
    'setValidatorCompiler', 'use', 'withTypeProvider',
  ],
  tracedBy: [
    ...serverTracers,
    { module: '@autotelic/fastify-opentelemetry', export: '*' },
    { module: '@fastify/otel', export: '*' },
    { module: '@spanguard/runtime/fastify', export: 'fastifyTracing' },
    { module: 'fastify-opentelemetry', export: '*' },
  ],
  insert: {
    module: '@spanguard/runtime/fastify',
    export: 'fastifyTracing',
    statement: '{object}.register({import})',
    chain: '.register({import})',
    as: 'fix',
  },
}
