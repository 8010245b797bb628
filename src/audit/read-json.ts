import { type Attributes, AuditError, type RecordedSpan, type RecordedValue, serviceOf, spanKinds, statusCodes } from './spans.js'

/**
 * Spans of OTLP in its JSON mapping: one document or one on each line (as the collector's file exporter writes), a list of them, or
 * what Tempo answers (`batches` or `trace` around it, ids in base64, enums by name). Lines of logs and metrics are passed over.
 *
 * @param from what messages call the source
 * @throws AuditError when the text is no JSON, or holds nothing of OTLP
 */
export function readJson(text: string, from: string): RecordedSpan[] {
  const whole = tryParse(text)
  if (whole !== undefined) return spansOf(whole, from)
  const lines = text.split('\n')
  return lines.flatMap((line, index) => {
    if (line.trim() === '') return []
    const document = tryParse(line)
    // The last line of a file that is still being written is cut.
    if (document === undefined && index === lines.length - 1 && index > 0) return []
    if (document === undefined) throw new AuditError(`${from} is no JSON in line ${String(index + 1)}: give OTLP as JSON (one document, or one on each line) or as protobuf.`)
    return spansOf(document, from)
  })
}

/** Spans of a document that was parsed already. */
export function spansOf(document: unknown, from: string): RecordedSpan[] {
  if (Array.isArray(document)) return document.flatMap((each: unknown) => spansOf(each, from))
  const given = record(document)
  const inner = given['trace']
  if (typeof inner === 'object' && inner !== null) return spansOf(inner, from)
  const batches = given['resourceSpans'] ?? given['batches']
  if (batches === undefined) {
    if (given['resourceLogs'] !== undefined || given['resourceMetrics'] !== undefined || Object.keys(given).length === 0) return []
    throw new AuditError(`${from} has no "resourceSpans", so that it is no OTLP: give what a collector's file exporter or a Tempo wrote.`)
  }
  return list(batches).flatMap((batch) => {
    const resource = attributesOf(record(batch['resource'])['attributes'])
    const service = serviceOf(resource)
    return list(batch['scopeSpans'] ?? batch['instrumentationLibrarySpans']).flatMap((group) => {
      const scope = string(record(group['scope'] ?? group['instrumentationLibrary'])['name'])
      return list(group['spans']).map((span) => ({ ...spanOf(span), scope, service, resource }))
    })
  })
}

type Json = Readonly<Record<string, unknown>>

function spanOf(span: Json): Omit<RecordedSpan, 'resource' | 'scope' | 'service'> {
  const status = record(span['status'])
  return {
    traceId: idOf(span['traceId'], 16),
    spanId: idOf(span['spanId'], 8),
    parentSpanId: idOf(span['parentSpanId'], 8) || null,
    name: string(span['name']),
    kind: spanKinds[enumOf(span['kind'], 'SPAN_KIND_', spanKinds)] ?? 'unspecified',
    startTime: nanos(span['startTimeUnixNano']),
    attributes: attributesOf(span['attributes']),
    events: list(span['events']).map((event) => ({ name: string(event['name']), attributes: attributesOf(event['attributes']) })),
    links: list(span['links']).map((link) => ({ attributes: attributesOf(link['attributes']) })),
    status: { code: statusCodes[enumOf(status['code'], 'STATUS_CODE_', statusCodes)] ?? 'unset', message: string(status['message']) },
  }
}

/** Hex as OTLP has it, base64 as Tempo's JSON of protobuf has it. An id of zeros is none. @param size in bytes */
function idOf(value: unknown, size: number): string {
  const text = string(value)
  const hex = /^[\da-f]+$/iu.test(text) && text.length === size * 2 ? text.toLowerCase() : Buffer.from(text, 'base64').toString('hex').padStart(text === '' ? 0 : size * 2, '0')
  return /^0*$/u.test(hex) ? '' : hex
}

function enumOf(value: unknown, prefix: string, names: readonly string[]): number {
  if (typeof value === 'string' && value.startsWith(prefix)) return names.indexOf(value.slice(prefix.length).toLowerCase())
  return Number(value ?? 0)
}

function attributesOf(pairs: unknown): Attributes {
  return new Map(list(pairs).map((pair) => [string(pair['key']), valueOf(pair['value'])]))
}

function valueOf(wrapped: unknown): RecordedValue {
  const value = record(wrapped)
  if (typeof value['stringValue'] === 'string') return value['stringValue']
  if (value['boolValue'] !== undefined) return value['boolValue'] === true || value['boolValue'] === 'true'
  if (value['intValue'] !== undefined) return Number(value['intValue'])
  if (value['doubleValue'] !== undefined) return Number(value['doubleValue'])
  if (value['arrayValue'] !== undefined) return list(record(value['arrayValue'])['values']).map(valueOf)
  if (value['kvlistValue'] !== undefined) return Object.fromEntries(attributesOf(record(value['kvlistValue'])['values']))
  return null
}

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

function nanos(value: unknown): bigint {
  try {
    return BigInt(typeof value === 'number' || typeof value === 'string' ? value : 0)
  } catch {
    return 0n
  }
}

function record(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {}
}

function list(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value.map(record) : []
}

function string(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
