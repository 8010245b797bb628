import type { TracingApi } from './tracing-api.js'

/** The approved tracer. `withSpan` ends its span and records what its callback throws. */
export const spanguardRuntime: TracingApi = {
  name: '@spanguard/runtime',
  modules: ['@spanguard/runtime'],
  exports: {
    withSpan: {
      call: {
        fact: 'span-start',
        name: 0,
        options: 'any',
        callback: 'function',
        callbackReceives: 'span',
        active: true,
        ends: true,
        records: true,
      },
    },
  },
}
