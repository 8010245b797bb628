import type { FrameworkDescriptor } from './descriptor.js'
import { routeMethods } from './http-methods.js'
import { serverTracers } from './tracing-exports.js'

const routers = ['@koa/router', 'koa-router']

/** Koa 2 and 3 with @koa/router, koa-route and koa-mount. Source: koajs.com, and the routers' READMEs. */
export const koa: FrameworkDescriptor = {
  name: 'koa',
  label: 'Koa',
  kind: 'app',
  modules: ['koa', 'koa-route', ...routers],
  objects: {
    app: [
      { module: 'koa', export: 'default', as: 'either' },
      { module: 'koa', type: 'default' },
    ],
    router: routers.flatMap((module) => [
      { module, export: 'default', as: 'either' as const },
      { module, export: 'Router', as: 'either' as const },
      { module, type: 'default' },
      { module, type: 'Router' },
    ]),
  },
  roots: ['app'],
  handlers: [
    { on: 'router', methods: [...routeMethods, 'link', 'unlink'], path: 0, handler: 1, httpMethod: 'name' },
    { on: 'router', methods: ['register'], path: 0, handler: 2 },
    ...routeMethods.map((method) => ({
      call: { module: 'koa-route', export: method, as: 'call' as const },
      path: 0,
      handler: 1,
      httpMethod: { is: method === 'all' ? '*' : method === 'del' ? 'DELETE' : method.toUpperCase() },
      isMiddleware: true,
    })),
  ],
  middleware: [
    { on: 'app', methods: ['use'], counts: ['functions', 'mounts'] },
    { on: 'router', methods: ['use'] },
  ],
  listens: [{ on: 'app', methods: ['callback', 'listen'] }],
  mountedBy: [{ module: 'koa-mount', export: 'default', as: 'call' }],
  mountMethods: ['middleware', 'routes'],
  chains: [...routeMethods, 'param', 'prefix', 'use'],
  partsLookAlike: true,
  tracedBy: [...serverTracers, { module: '@spanguard/runtime/koa', export: 'koaTracing' }],
  ordered: true,
  insert: {
    module: '@spanguard/runtime/koa',
    export: 'koaTracing',
    statement: '{object}.use({import}())',
    chain: '.use({import}())',
    as: 'fix',
  },
}
