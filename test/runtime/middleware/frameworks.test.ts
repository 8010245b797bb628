import { afterAll, beforeAll, describe } from 'vitest'
import { frameworks } from './apps.js'
import { testRequests } from './requests.js'
import { startTracing, type TestTracing } from './tracing.js'

let tracing: TestTracing
beforeAll(async () => {
  tracing = await startTracing()
})
afterAll(() => tracing.stop())

describe.each(frameworks)('%s', framework => {
  testRequests(framework, { tracing: () => tracing, knowsRoutes: true, knowsErrors: true })
})
