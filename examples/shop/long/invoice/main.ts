import '../tracing.js'
import { Worker } from 'bullmq'
import { withSpan } from '@spanguard/runtime'
import { traceProcessor } from '@spanguard/runtime/bullmq'
import { invoices } from '../invoices.js'

if (invoices === null) throw new Error('REDIS_URL is not set: invoices are sent for what waits in its queue')

const worker = new Worker(
  invoices.name,
  traceProcessor(async () => {
    await withSpan('invoice.send', async () => new Promise((resolve) => setTimeout(resolve, 2)))
  }),
  invoices.options,
)
worker.on('error', (error) => {
  console.error(`invoice: ${error.message}`)
})
void worker.waitUntilReady().then(() => {
  console.log(`invoice listening on queue ${worker.name}`)
})
