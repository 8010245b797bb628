import type { FrameworkDescriptor, HandlerRow } from './descriptor.js'

const modules = ['http', 'https', 'node:http', 'node:https']
const exported = ['Server', 'createServer']

/**
 * Servers of `node:http` and `node:https`. Source: nodejs.org/api/http.html (`createServer([options][, requestListener])`,
 * event `request`).
 */
export const nodeHttp: FrameworkDescriptor = {
  name: 'node-http',
  label: 'node:http',
  kind: 'server',
  modules,
  objects: {
    server: [
      ...modules.flatMap((module) => exported.map((name) => ({ module, export: name, as: 'either' as const }))),
      ...modules.map((module) => ({ module, type: 'Server' })),
    ],
  },
  roots: ['server'],
  handlers: [
    ...modules.flatMap((module) =>
      exported.map((name): HandlerRow => ({ call: { module, export: name, as: 'either' }, handler: 'last', functionOnly: true })),
    ),
    { on: 'server', methods: ['addListener', 'on', 'once'], path: 0, pathIs: ['request'], handler: 1, functionOnly: true },
  ],
  listens: [{ on: 'server', methods: ['listen'] }],
  tracedBy: [{ module: '@spanguard/runtime/http', export: 'traceHandler' }],
  insert: {
    module: '@spanguard/runtime/http',
    export: 'traceHandler',
    wrap: '{import}({handler})',
    as: 'fix',
  },
}
