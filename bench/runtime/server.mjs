// A hello-world node:http server, traced as VARIANT says. Answers /cpu with the CPU microseconds used so far.
import http from 'node:http'
import { createRequire } from 'node:module'

const variant = process.env.VARIANT
const delayMs = Number(process.env.DELAY_MS ?? 0)
let wrap = handler => handler
let tracing
if (variant === 'spanguard') {
  const { initTracing } = await import('@spanguard/runtime')
  const { traceHandler } = await import('@spanguard/runtime/http')
  tracing = initTracing({ serviceName: 'bench' })
  wrap = traceHandler
} else if (variant === 'register') {
  await import('@spanguard/runtime/register')
} else if (variant === 'instrumentation-http') {
  const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-proto')
  const { BatchSpanProcessor, ParentBasedSampler, TraceIdRatioBasedSampler, TracerProvider } = await import('@opentelemetry/sdk-trace')
  const { AsyncLocalStorageContextManager } = await import('@opentelemetry/context-async-hooks')
  const { W3CTraceContextPropagator } = await import('@opentelemetry/core')
  const { context, propagation, trace } = await import('@opentelemetry/api')
  const { registerInstrumentations } = await import('@opentelemetry/instrumentation')
  const { HttpInstrumentation } = await import('@opentelemetry/instrumentation-http')
  const provider = new TracerProvider({
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(Number(process.env.OTEL_TRACES_SAMPLER_ARG)) }),
    spanProcessors: [new BatchSpanProcessor({ exporter: new OTLPTraceExporter() })],
  })
  trace.setGlobalTracerProvider(provider)
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  propagation.setGlobalPropagator(new W3CTraceContextPropagator())
  registerInstrumentations({ instrumentations: [new HttpInstrumentation()] })
  createRequire(import.meta.url)('http')
}

const traced = wrap((request, response) => {
  if (delayMs === 0) response.end('hello')
  else setTimeout(() => response.end('hello'), delayMs)
})
const server = http.createServer((request, response) => {
  if (request.url !== '/cpu') return traced(request, response)
  globalThis.gc?.()
  const { user, system } = process.cpuUsage()
  response.end(JSON.stringify({ cpu: user + system, heap: process.memoryUsage().heapUsed, spans: tracing?.health().spans }))
})
server.listen(0, '127.0.0.1', () => process.send(server.address().port))
process.on('disconnect', () => process.exit())
