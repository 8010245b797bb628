import { initTracing } from '@spanguard/runtime'
import { toPolicy } from '@spanguard/policy'
import config from './spanguard.config.json' with { type: 'json' }

/** The first import of each service. Its name comes from OTEL_SERVICE_NAME, since one module serves them all. */
export const tracing = initTracing({ policy: toPolicy({ attributes: config.attributes }) })
