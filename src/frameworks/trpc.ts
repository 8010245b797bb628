import type { FrameworkDescriptor } from './descriptor.js'

/**
 * tRPC 10 and 11. A procedure is served by whatever server its router is given to, so only tRPC's own server is judged.
 * Source: trpc.io/docs/server/procedures and /docs/server/adapters/standalone.
 */
export const trpc: FrameworkDescriptor = {
  name: 'trpc',
  label: 'tRPC',
  kind: 'server',
  modules: ['@trpc/server', '@trpc/server/adapters/standalone', '@trpc/server/adapters/ws'],
  objects: {
    factory: [
      { module: '@trpc/server', export: 'initTRPC', as: 'value' },
      { of: 'factory', method: 'context' },
      { of: 'factory', method: 'meta' },
    ],
    root: [{ of: 'factory', method: 'create' }],
    procedure: [
      { of: 'root', property: 'procedure' },
      ...['concat', 'input', 'meta', 'output', 'unstable_concat', 'use'].map((method) => ({ of: 'procedure', method })),
    ],
    server: [{ module: '@trpc/server/adapters/standalone', export: 'createHTTPServer', as: 'call' }],
  },
  roots: ['server'],
  handlers: [
    { on: 'procedure', methods: ['mutation', 'query', 'subscription'], handler: 0 },
    { call: { module: '@trpc/server/adapters/standalone', export: 'createHTTPServer', as: 'call' }, handler: 0, handlerProperties: ['router'] },
  ],
  middleware: [{ on: 'procedure', methods: ['use'] }],
  listens: [{ on: 'server', methods: ['listen'] }],
  tracedBy: [
    { module: '@spanguard/runtime/*', export: '*' },
    { module: '@sentry/node', export: 'trpcMiddleware' },
  ],
  // tRPC's own server is node's around its handler, which is what can be wrapped.
  insert: {
    module: '@spanguard/runtime/http',
    export: 'traceHandler',
    replace: '{createServer}({import}({createHTTPHandler}({arguments})))',
    also: [
      { module: 'node:http', export: 'createServer' },
      { module: '@trpc/server/adapters/standalone', export: 'createHTTPHandler' },
    ],
    as: 'suggestion',
  },
}
