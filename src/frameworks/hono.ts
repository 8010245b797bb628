import type { FrameworkDescriptor } from './descriptor.js'
import { httpMethods } from './http-methods.js'
import { serverTracers } from './tracing-exports.js'

const methods = ['all', ...httpMethods]
const presets = ['hono', 'hono/quick', 'hono/tiny']

/** Hono 4. Source: hono.dev/docs/api/routing and /docs/api/hono; @hono/zod-openapi's README. */
export const hono: FrameworkDescriptor = {
  name: 'hono',
  label: 'Hono',
  kind: 'app',
  modules: ['@hono/zod-openapi', ...presets],
  objects: {
    app: [
      ...presets.flatMap((module) => [
        { module, export: 'Hono', as: 'new' as const },
        { module, type: 'Hono' },
      ]),
      { module: '@hono/zod-openapi', export: 'OpenAPIHono', as: 'new' },
      { module: '@hono/zod-openapi', type: 'OpenAPIHono' },
    ],
  },
  roots: ['app'],
  handlers: [
    { on: 'app', methods, path: 0, pathOptional: true, handler: 1, httpMethod: 'name' },
    { on: 'app', methods: ['on'], path: 1, handler: 2, httpMethod: { argument: 0 } },
    { on: 'app', methods: ['openapi'], handler: 1 },
  ],
  middleware: [
    { on: 'app', methods: ['use'] },
    { on: 'app', methods: ['mount', 'route'], counts: ['mounts'] },
  ],
  servedBy: [
    { module: '@hono/node-server', export: 'serve', as: 'call' },
    { module: '@hono/node-server', export: 'createAdaptorServer', as: 'call' },
    { module: '@hono/node-server/vercel', export: 'handle', as: 'call' },
    { module: 'hono/aws-lambda', export: 'handle', as: 'call' },
  ],
  chains: [...methods, 'basePath', 'doc', 'mount', 'notFound', 'on', 'onError', 'openapi', 'route', 'use'],
  partsLookAlike: true,
  tracedBy: [
    ...serverTracers,
    { module: '@hono/otel', export: '*' },
    { module: '@spanguard/runtime/hono', export: 'honoTracing' },
  ],
  ordered: true,
  insert: {
    module: '@spanguard/runtime/hono',
    export: 'honoTracing',
    statement: '{object}.use({import}())',
    chain: '.use({import}())',
    as: 'fix',
  },
}
