import { afterAll, beforeAll, describe } from 'vitest'
import { enableServers } from '../../../runtime/src/middleware/servers.js'
import { frameworks } from './apps.js'
import { testRequests } from './requests.js'
import { startTracing, type TestTracing } from './tracing.js'

let tracing: TestTracing
beforeAll(async () => {
  // The receiver serves in this process, too.
  tracing = await startTracing({ sampling: { ignore: ['POST /v1/traces'] } })
  enableServers()
})
afterAll(() => tracing.stop())

/** Of apps without a middleware: which frameworks tell their routes, and the errors of their handlers. */
const tell: Readonly<Record<(typeof frameworks)[number], { readonly knowsRoutes: boolean; readonly knowsErrors: boolean }>> = {
  express4: { knowsRoutes: true, knowsErrors: true },
  express5: { knowsRoutes: true, knowsErrors: true },
  fastify4: { knowsRoutes: true, knowsErrors: true },
  fastify5: { knowsRoutes: true, knowsErrors: true },
  koa: { knowsRoutes: false, knowsErrors: false },
  hono: { knowsRoutes: false, knowsErrors: false },
  'nest-express': { knowsRoutes: true, knowsErrors: false },
  'nest-fastify': { knowsRoutes: true, knowsErrors: false },
}

describe.each(frameworks)('%s without a middleware', framework => {
  testRequests(framework, { tracing: () => tracing, options: { traced: false }, ...tell[framework] })
})
