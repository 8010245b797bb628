import { initTracing } from '@spanguard/runtime'
import { policy } from '../../policy.js'

export const tracing = initTracing({ serviceName: 'orders', policy })
