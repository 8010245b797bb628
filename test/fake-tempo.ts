import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { byTrace } from '../examples/shop/traces.js'
import type { DecodedSpan, Receiver } from './otlp-receiver.js'

/** Stands for Tempo: its two queries (by `order.reference` and by the service's name), answered from what the receiver got, in Tempo's spelling of ids and enums. */
export async function startFakeTempo(receiver: Receiver): Promise<FakeTempo> {
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://tempo')
    const query = url.searchParams.get('q') ?? ''
    const run = /"([\w-]+)\.\*"/.exec(query)?.[1] ?? '?'
    const service = /resource\.service\.name = "([^"]+)"/.exec(query)?.[1]
    const traces = byTrace(receiver.spans())
    const isFound = (span: DecodedSpan): boolean =>
      service === undefined ? JSON.stringify(span.attributes).includes(run) : span.resource['service.name'] === service
    const found = traces.filter((trace) => trace.some(isFound))
    const id = url.pathname.split('/').at(-1)
    const answer = url.pathname === '/api/search'
      ? { traces: found.map(([span]) => ({ traceID: span?.traceId.replace(/^0+/, '') })) }
      : { batches: traces.filter(([span]) => span?.traceId === id).flat().map(batchOf) }
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

export interface FakeTempo {
  readonly url: string
  close(): void
}

function batchOf(span: DecodedSpan): object {
  const base64 = (hex: string | undefined) => (hex === undefined ? undefined : Buffer.from(hex, 'hex').toString('base64'))
  const pairs = (attributes: DecodedSpan['attributes']) =>
    Object.entries(attributes).map(([key, value]) => ({ key, value: typeof value === 'number' ? { doubleValue: value } : { stringValue: value } }))
  const { traceId, spanId, parentSpanId, name, kind, startTime, endTime, status, attributes, events, resource, scope } = span
  return {
    resource: { attributes: pairs(resource) },
    scopeSpans: [
      {
        scope: { name: scope.name },
        spans: [
          {
            traceId: base64(traceId),
            spanId: base64(spanId),
            parentSpanId: base64(parentSpanId),
            name,
            kind: `SPAN_KIND_${kind}`,
            startTimeUnixNano: String(startTime),
            endTimeUnixNano: String(endTime),
            status: status.code === 'UNSET' ? {} : { code: `STATUS_CODE_${status.code}` },
            attributes: pairs(attributes),
            events: events.map((event) => ({ name: event.name, timeUnixNano: String(event.time), attributes: pairs(event.attributes) })),
          },
        ],
      },
    ],
  }
}
