import { HttpInstrumentation } from '@opentelemetry/instrumentation-http'
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici'
import { provideInstrumentations } from './clients/load.js'

/**
 * `import '@spanguard/runtime/clients'` before `initTracing`: for bundles, which hold what is imported and can find nothing
 * else at run time. Elsewhere `initTracing` finds the two instrumentations by itself.
 */
provideInstrumentations({ Http: HttpInstrumentation, Undici: UndiciInstrumentation })
