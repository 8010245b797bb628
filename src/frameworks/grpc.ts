import type { FrameworkDescriptor } from './descriptor.js'

/** Servers of @grpc/grpc-js. Source: grpc.github.io/grpc/node/grpc.Server.html; server interceptors since 1.10. */
export const grpc: FrameworkDescriptor = {
  name: 'grpc',
  label: 'gRPC',
  kind: 'server',
  modules: ['@grpc/grpc-js'],
  objects: {
    server: [
      { module: '@grpc/grpc-js', export: 'Server', as: 'new' },
      { module: '@grpc/grpc-js', type: 'Server' },
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

/** The package `grpc` on gRPC's C core, given up in 2021: its servers take no interceptors, so there is nothing to insert. */
export const grpcOnCore: FrameworkDescriptor = {
  name: 'grpc-core',
  label: 'gRPC',
  kind: 'server',
  modules: ['grpc'],
  objects: {
    server: [
      { module: 'grpc', export: 'Server', as: 'new' },
      { module: 'grpc', type: 'Server' },
    ],
  },
  roots: ['server'],
  handlers: grpc.handlers,
  listens: [{ on: 'server', methods: ['bind', 'bindAsync', 'start'] }],
  ignores: ['grpc-health-check'],
  tracedBy: [{ module: '@spanguard/runtime', export: 'withSpan' }],
}
