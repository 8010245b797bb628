// Makes COUNT spans with ten attributes and serialises them, with redaction (MODE=redacted) or without (MODE=plain), in
// alternating rounds; prints the CPU nanoseconds per span of each round. One process for both, so that they share the JIT's mood.
import { createRequire } from 'node:module'
import { ROOT_CONTEXT, SpanKind } from '@opentelemetry/api'
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'

// As CommonJS, where every source has a file of its own: these are no entries of the package.
const require = createRequire(import.meta.url)
const { builtInPolicy } = require('@spanguard/policy')
const { encodeSpans } = require('../../runtime/dist/cjs/export/otlp.js')
const { createRedactor } = require('../../runtime/dist/cjs/redaction/redact.js')

const count = Number(process.argv[2])
const rounds = Number(process.argv[3])
const redactor = createRedactor({ policy: builtInPolicy, valueLength: 2048 })

function make(redact) {
  const exporter = {
    export(spans, done) {
      if (redact) for (const span of spans) redactor.redact(span)
      encodeSpans(spans)
      done({ code: 0 })
    },
    shutdown: () => Promise.resolve(),
    forceFlush: () => Promise.resolve(),
  }
  const processor = new BatchSpanProcessor({ exporter, maxQueueSize: 100_000, maxExportBatchSize: 512, scheduledDelayMillis: 60_000 })
  return { processor, tracer: new TracerProvider({ spanProcessors: [processor] }).getTracer('bench') }
}

async function round({ processor, tracer }, from) {
  const before = process.cpuUsage()
  for (let i = 0; i < count; i++) {
    tracer
      .startSpan(
        'GET /orders/:id/items/:item',
        {
          kind: SpanKind.SERVER,
          attributes: {
            'http.request.method': 'GET',
            'http.route': '/orders/:id/items/:item',
            'url.path': `/orders/${from + i}/items/6f1c2a34-90ab-4cde-8f01-${String(from + i).padStart(12, '0')}`,
            'url.scheme': 'https',
            'server.address': 'shop.example',
            'server.port': 443,
            'network.protocol.version': '1.1',
            'user_agent.original': 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36',
            'http.response.status_code': 200,
            'http.response.body.size': 1234,
          },
        },
        ROOT_CONTEXT,
      )
      .end()
    if (i % 512 === 511) await processor.forceFlush()
  }
  await processor.forceFlush()
  const used = process.cpuUsage(before)
  return ((used.user + used.system) * 1000) / count
}

const plain = make(false)
const redacted = make(true)
await round(plain, 0)
await round(redacted, 0)
const pairs = []
for (let i = 0; i < rounds; i++) {
  const from = i * count
  // The order alternates, so that garbage of the one is not always paid by the other.
  if (i % 2 === 0) pairs.push([await round(plain, from), await round(redacted, from)])
  else {
    const second = await round(redacted, from)
    pairs.push([await round(plain, from), second])
  }
}
console.log(JSON.stringify(pairs))
