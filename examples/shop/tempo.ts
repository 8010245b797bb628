import { decodeExportRequest, type DecodedSpan } from '../../test/receiver/otlp.js'
import { DemoError } from './terminal.js'

/**
 * The traces in Tempo that hold a span whose `order.reference` starts with this text; none while Tempo has not indexed
 * them yet (a search lags by a second or two).
 *
 * Tempo answers OTLP in JSON, but for two things (grafana.com/docs/tempo, "Query"): ids are base64 instead of hex, and
 * enums are names instead of numbers.
 *
 * @throws DemoError when Tempo does not answer, or answers a search with an error.
 */
export function readTempo(tempo: URL, reference: string): Promise<readonly (readonly DecodedSpan[])[]> {
  return searchTempo(tempo, `{ span.order.reference =~ "${reference}.*" }`)
}

/** The traces that a TraceQL query finds, up to 200 of them. */
export async function searchTempo(tempo: URL, query: string): Promise<readonly (readonly DecodedSpan[])[]> {
  const found = await get(tempo, `api/search?limit=200&q=${encodeURIComponent(query)}`)
  const traces = listOf(found?.['traces']).map(async (trace) => {
    const answer = await get(tempo, `api/traces/${String(trace['traceID']).padStart(32, '0')}`)
    return answer === null ? [] : decode(answer)
  })
  return Promise.all(traces)
}

/** Null for 404, which is Tempo's answer for what it does not hold yet. */
async function get(tempo: URL, resource: string): Promise<Json | null> {
  const url = new URL(resource, tempo.href.endsWith('/') ? tempo.href : `${tempo.href}/`)
  const response = await fetch(url, {
    headers: { accept: 'application/json' },
    signal: AbortSignal.timeout(5_000),
  }).catch((error: unknown) => {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error)
    throw new DemoError(`Tempo does not answer at ${url.origin} (${cause}). Is it running, and is --tempo its query port?`)
  })
  if (response.status === 404) return null
  if (!response.ok) throw new DemoError(`Tempo answers ${String(response.status)} at ${url.href}: ${(await response.text()).slice(0, 200)}`)
  return (await response.json()) as Json
}

type Json = { readonly [key: string]: unknown }

function decode(answer: Json): readonly DecodedSpan[] {
  const resourceSpans = listOf(answer['batches'] ?? answer['resourceSpans']).map((batch) => ({
    ...batch,
    scopeSpans: listOf(batch['scopeSpans']).map((scope) => ({ ...scope, spans: listOf(scope['spans']).map(plainSpan) })),
  }))
  return decodeExportRequest(Buffer.from(JSON.stringify({ resourceSpans })), 'application/json')
}

const kinds = ['UNSPECIFIED', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER']
const statusCodes = ['UNSET', 'OK', 'ERROR']

function plainSpan(span: Json): Json {
  const status = (span['status'] ?? {}) as Json
  return {
    ...span,
    traceId: hex(span['traceId']),
    spanId: hex(span['spanId']),
    parentSpanId: hex(span['parentSpanId']),
    kind: numberOf(span['kind'], 'SPAN_KIND_', kinds),
    status: { ...status, code: numberOf(status['code'], 'STATUS_CODE_', statusCodes) },
  }
}

/** Ids of 16 and 32 hex digits are taken as they are: an older Tempo, or a proxy, may have them so. */
function hex(id: unknown): string {
  if (typeof id !== 'string') return ''
  return /^(?:[0-9a-f]{16}|[0-9a-f]{32})$/.test(id) ? id : Buffer.from(id, 'base64').toString('hex')
}

function numberOf(value: unknown, prefix: string, names: readonly string[]): unknown {
  return typeof value === 'string' ? Math.max(0, names.indexOf(value.replace(prefix, ''))) : value
}

function listOf(value: unknown): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : []
}
