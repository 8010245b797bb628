import type { TracingApi } from './tracing-api.js'

/** The approved tracer. `withSpan` ends its span and records what its callback throws; `@Traced` is it around a method. */
export const spanguardRuntime: TracingApi = {
  name: '@spanguard/runtime',
  modules: ['@spanguard/runtime'],
  exports: {
    Traced: { call: { fact: 'span-start', name: 0, options: 1, ends: true, records: true } },
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
