import type { ExportRef } from './descriptor.js'

/**
 * Middleware of other packages that makes a server span for each request, whatever the framework. Source: each package's README.
 * What a package's presence in package.json says stands in `tracing-packages.ts`.
 */
export const serverTracers: readonly ExportRef[] = [
  { module: '@sentry/*', export: 'Handlers.requestHandler' },
  { module: '@sentry/*', export: 'Handlers.tracingHandler' },
  { module: 'aws-xray-sdk', export: 'express.openSegment' },
  { module: 'aws-xray-sdk-express', export: 'openSegment' },
  { module: 'zipkin-instrumentation-express', export: 'expressMiddleware' },
]
