import type { FrameworkDescriptor } from './descriptor.js'
import { routeMethods } from './http-methods.js'
import { serverTracers } from './tracing-exports.js'

const methods = [...routeMethods, 'checkout', 'copy', 'lock', 'merge', 'mkcol', 'move', 'propfind', 'purge', 'report', 'search', 'subscribe', 'trace', 'unlock']

/** Express 4 and 5. Source: expressjs.com/en/5x/api.html, and `methods` of the router package. */
export const express: FrameworkDescriptor = {
  name: 'express',
  label: 'Express',
  kind: 'app',
  modules: ['express'],
  objects: {
    app: [
      { module: 'express', export: 'default', as: 'call' },
      { module: 'express', type: 'Express' },
      { module: 'express', type: 'Application' },
    ],
    router: [
      { module: 'express', export: 'Router', as: 'either' },
      { module: 'express', type: 'Router' },
      { module: 'express', type: 'IRouter' },
    ],
    route: [
      { of: 'app', method: 'route', path: 0 },
      { of: 'router', method: 'route', path: 0 },
    ],
  },
  roots: ['app'],
  handlers: [
    { on: 'app', methods, path: 0, handler: 1, httpMethod: 'name' },
    { on: 'router', methods, path: 0, handler: 1, httpMethod: 'name' },
    { on: 'route', methods, handler: 0, httpMethod: 'name' },
  ],
  middleware: [
    { on: 'app', methods: ['use'], counts: ['mounts'] },
    { on: 'router', methods: ['use'] },
  ],
  listens: [{ on: 'app', methods: ['listen'] }],
  servedBy: [
    { module: 'http', export: 'createServer', as: 'call' },
    { module: 'https', export: 'createServer', as: 'call' },
    { module: 'serverless-http', export: 'default', as: 'call' },
  ],
  chains: [...methods, 'disable', 'enable', 'engine', 'param', 'set', 'use'],
  tracedBy: [{ module: '@spanguard/runtime/express', export: 'expressTracing' }, ...serverTracers],
  ordered: true,
  insert: {
    module: '@spanguard/runtime/express',
    export: 'expressTracing',
    statement: '{object}.use({import}())',
    chain: '.use({import}())',
    as: 'fix',
  },
}
