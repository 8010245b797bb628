// Ends a million spans against the collector at OTEL_EXPORTER_OTLP_ENDPOINT and prints by how many bytes the heap grew.
import { initTracing } from '@spanguard/runtime'
import { ROOT_CONTEXT, trace } from '@opentelemetry/api'

const tracing = initTracing({ serviceName: 'bench' })
const tracer = trace.getTracer('bench')
const burst = count => {
  for (let i = 0; i < count; i++) tracer.startSpan('order.create', { attributes: { 'http.route': '/orders/:id', 'server.port': i } }, ROOT_CONTEXT).end()
}
const settle = () => new Promise(resolve => setTimeout(resolve, 20))
// Before there is anything to wait: the full queue counts as growth.
burst(1)
await settle()
globalThis.gc()
const before = process.memoryUsage().heapUsed
let most = 0
for (let i = 0; i < 100; i++) {
  burst(10_000)
  await settle()
  if (i % 10 !== 9) continue
  globalThis.gc()
  most = Math.max(most, process.memoryUsage().heapUsed - before)
}
console.log(JSON.stringify({ growth: most, spans: tracing.health().spans }))
process.kill(process.pid, 'SIGKILL')
