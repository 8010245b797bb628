import type { FrameworkDescriptor } from './descriptor.js'

/** Servers of @grpc/grpc-js. Source: grpc.github.io/grpc/node/grpc.Server.html; server interceptors since 1.10. */
export const grpc: FrameworkDescriptor = {
  name: 'grpc',
  label: 'gRPC',
  kind: 'server',
  modules: ['@grpc/grpc-js', 'grpc'],
  objects: {
    server: [
      { module: '@grpc/grpc-js', export: 'Server', as: 'new' },
      { module: '@grpc/grpc-js', type: 'Server' },
      { module: 'grpc', export: 'Server', as: 'new' },
      { module: 'grpc', type: 'Server' },
    ],
  },
  roots: ['server'],
  handlers: [{ on: 'server', methods: ['addService'], path: 0, handler: 1, handlerProperties: ['*'] }],
  listens: [{ on: 'server', methods: ['bind', 'bindAsync', 'start'] }],
  ignores: ['@grpc/reflection', 'grpc-health-check', 'grpc-js-health-check', 'grpc-server-reflection', 'nice-grpc-server-health'],
  tracedBy: [{ module: '@spanguard/runtime/grpc', export: '*' }],
  insert: {
    module: '@spanguard/runtime/grpc',
    export: 'tracingServerInterceptor',
    option: { property: 'interceptors', element: '{import}()' },
    as: 'fix',
  },
}
