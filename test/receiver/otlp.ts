/**
 * Decodes an OTLP trace export request, in protobuf or in JSON, as opentelemetry-proto
 * `collector/trace/v1/trace_service.proto` and its JSON mapping (ids in hex, enums as numbers) have it.
 */

export type DecodedValue =
  | string
  | number
  | boolean
  | null
  | Uint8Array
  | readonly DecodedValue[]
  | { readonly [key: string]: DecodedValue }
export type DecodedAttributes = { readonly [key: string]: DecodedValue }

export interface DecodedSpan {
  /** 32 lowercase hex digits. */
  readonly traceId: string
  /** 16 lowercase hex digits. */
  readonly spanId: string
  readonly parentSpanId: string | undefined
  readonly name: string
  readonly kind: 'UNSPECIFIED' | 'INTERNAL' | 'SERVER' | 'CLIENT' | 'PRODUCER' | 'CONSUMER'
  /** Nanoseconds since the epoch. */
  readonly startTime: bigint
  readonly endTime: bigint
  readonly durationMs: number
  readonly attributes: DecodedAttributes
  readonly events: readonly { readonly name: string; readonly time: bigint; readonly attributes: DecodedAttributes }[]
  readonly links: readonly {
    readonly traceId: string
    readonly spanId: string
    readonly traceState: string
    readonly attributes: DecodedAttributes
  }[]
  readonly status: { readonly code: 'UNSET' | 'OK' | 'ERROR'; readonly message: string }
  readonly scope: { readonly name: string; readonly version: string; readonly attributes: DecodedAttributes }
  /** The resource's attributes. */
  readonly resource: DecodedAttributes
  /** The W3C header's form, `''` when there is none. */
  readonly traceState: string
  /** Bits 0–7 are the W3C trace flags; bits 8 and 9 say whether the parent is remote. */
  readonly flags: number
}

/** Decodes a request by its content type. Throws on bytes that are no OTLP. */
export function decodeExportRequest(body: Uint8Array, contentType: string): DecodedSpan[] {
  return contentType.includes('json') ? decodeJson(body) : decodeProtobuf(body)
}

const kinds = ['UNSPECIFIED', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER'] as const
const statusCodes = ['UNSET', 'OK', 'ERROR'] as const

// ---- protobuf ----

interface Field {
  readonly number: number
  readonly varint: bigint
  readonly bytes: Uint8Array
}

function decodeProtobuf(body: Uint8Array): DecodedSpan[] {
  const spans: DecodedSpan[] = []
  for (const resourceSpans of messages(body, 1)) {
    const resource = attributesOf(first(resourceSpans, 1), 1)
    for (const scopeSpans of messages(resourceSpans, 2)) {
      const scopeBytes = first(scopeSpans, 1)
      const scope = {
        name: text(first(scopeBytes, 1)),
        version: text(first(scopeBytes, 2)),
        attributes: attributesOf(scopeBytes, 3),
      }
      for (const span of messages(scopeSpans, 2)) spans.push(spanOf(span, scope, resource))
    }
  }
  return spans
}

function spanOf(bytes: Uint8Array, scope: DecodedSpan['scope'], resource: DecodedAttributes): DecodedSpan {
  const startTime = fixed64(bytes, 7)
  const endTime = fixed64(bytes, 8)
  const status = first(bytes, 15)
  return {
    traceId: hex(first(bytes, 1)),
    spanId: hex(first(bytes, 2)),
    traceState: text(first(bytes, 3)),
    parentSpanId: hex(first(bytes, 4)) || undefined,
    name: text(first(bytes, 5)),
    kind: kinds[Number(varint(bytes, 6))] ?? 'UNSPECIFIED',
    startTime,
    endTime,
    durationMs: Number(endTime - startTime) / 1e6,
    attributes: attributesOf(bytes, 9),
    events: messages(bytes, 11).map(event => ({
      time: fixed64(event, 1),
      name: text(first(event, 2)),
      attributes: attributesOf(event, 3),
    })),
    links: messages(bytes, 13).map(link => ({
      traceId: hex(first(link, 1)),
      spanId: hex(first(link, 2)),
      traceState: text(first(link, 3)),
      attributes: attributesOf(link, 4),
    })),
    status: { message: text(first(status, 2)), code: statusCodes[Number(varint(status, 3))] ?? 'UNSET' },
    scope,
    resource,
    flags: fixed32(bytes, 16),
  }
}

function* fields(bytes: Uint8Array): Generator<Field> {
  let at = 0
  const readVarint = (): bigint => {
    let value = 0n
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++]
      if (byte === undefined || shift > 63n) throw new Error('Not protobuf: a varint is cut short or too long')
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return value
    }
  }
  const take = (length: number): Uint8Array => {
    if (at + length > bytes.length) throw new Error('Not protobuf: a field is longer than its message')
    return bytes.subarray(at, (at += length))
  }
  while (at < bytes.length) {
    const tag = readVarint()
    const number = Number(tag >> 3n)
    const wire = Number(tag & 7n)
    if (wire === 0) yield { number, varint: readVarint(), bytes: new Uint8Array() }
    else if (wire === 1) yield { number, varint: 0n, bytes: take(8) }
    else if (wire === 2) yield { number, varint: 0n, bytes: take(Number(readVarint())) }
    else if (wire === 5) yield { number, varint: 0n, bytes: take(4) }
    else throw new Error(`Not protobuf: wire type ${wire}`)
  }
}

function messages(bytes: Uint8Array, number: number): Uint8Array[] {
  const found: Uint8Array[] = []
  for (const field of fields(bytes)) if (field.number === number) found.push(field.bytes)
  return found
}

function first(bytes: Uint8Array, number: number): Uint8Array {
  for (const field of fields(bytes)) if (field.number === number) return field.bytes
  return new Uint8Array()
}

function varint(bytes: Uint8Array, number: number): bigint {
  for (const field of fields(bytes)) if (field.number === number) return field.varint
  return 0n
}

function fixed64(bytes: Uint8Array, number: number): bigint {
  const value = first(bytes, number)
  return value.length === 8 ? view(value).getBigUint64(0, true) : 0n
}

function fixed32(bytes: Uint8Array, number: number): number {
  const value = first(bytes, number)
  return value.length === 4 ? view(value).getUint32(0, true) : 0
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

function attributesOf(bytes: Uint8Array, number: number): DecodedAttributes {
  return Object.fromEntries(messages(bytes, number).map(pair => [text(first(pair, 1)), anyValue(first(pair, 2))]))
}

function anyValue(bytes: Uint8Array): DecodedValue {
  for (const field of fields(bytes)) {
    if (field.number === 1) return text(field.bytes)
    if (field.number === 2) return field.varint !== 0n
    if (field.number === 3) return Number(BigInt.asIntN(64, field.varint))
    if (field.number === 4) return view(field.bytes).getFloat64(0, true)
    if (field.number === 5) return messages(field.bytes, 1).map(anyValue)
    if (field.number === 6) return attributesOf(field.bytes, 1)
    if (field.number === 7) return field.bytes
  }
  return null
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8')
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}

// ---- JSON ----

type Json = { readonly [key: string]: unknown }

function decodeJson(body: Uint8Array): DecodedSpan[] {
  const request = JSON.parse(text(body)) as Json
  return list(request['resourceSpans']).flatMap(resourceSpans => {
    const resource = jsonAttributes(record(resourceSpans['resource'])['attributes'])
    return list(resourceSpans['scopeSpans']).flatMap(scopeSpans => {
      const given = record(scopeSpans['scope'])
      const scope = {
        name: string(given['name']),
        version: string(given['version']),
        attributes: jsonAttributes(given['attributes']),
      }
      return list(scopeSpans['spans']).map(span => jsonSpan(span, scope, resource))
    })
  })
}

function jsonSpan(span: Json, scope: DecodedSpan['scope'], resource: DecodedAttributes): DecodedSpan {
  const startTime = nanos(span['startTimeUnixNano'])
  const endTime = nanos(span['endTimeUnixNano'])
  const status = record(span['status'])
  return {
    traceId: string(span['traceId']),
    spanId: string(span['spanId']),
    parentSpanId: string(span['parentSpanId']) || undefined,
    traceState: string(span['traceState']),
    name: string(span['name']),
    kind: kinds[Number(span['kind'] ?? 0)] ?? 'UNSPECIFIED',
    startTime,
    endTime,
    durationMs: Number(endTime - startTime) / 1e6,
    attributes: jsonAttributes(span['attributes']),
    events: list(span['events']).map(event => ({
      name: string(event['name']),
      time: nanos(event['timeUnixNano']),
      attributes: jsonAttributes(event['attributes']),
    })),
    links: list(span['links']).map(link => ({
      traceId: string(link['traceId']),
      spanId: string(link['spanId']),
      traceState: string(link['traceState']),
      attributes: jsonAttributes(link['attributes']),
    })),
    status: { code: statusCodes[Number(status['code'] ?? 0)] ?? 'UNSET', message: string(status['message']) },
    scope,
    resource,
    flags: Number(span['flags'] ?? 0),
  }
}

function jsonAttributes(value: unknown): DecodedAttributes {
  return Object.fromEntries(list(value).map(pair => [string(pair['key']), jsonValue(record(pair['value']))]))
}

function jsonValue(value: Json): DecodedValue {
  if ('stringValue' in value) return string(value['stringValue'])
  if ('boolValue' in value) return value['boolValue'] === true
  if ('intValue' in value) return Number(value['intValue'])
  if ('doubleValue' in value) return Number(value['doubleValue'])
  if ('arrayValue' in value) return list(record(value['arrayValue'])['values']).map(jsonValue)
  if ('kvlistValue' in value) return jsonAttributes(record(value['kvlistValue'])['values'])
  if ('bytesValue' in value) return Buffer.from(string(value['bytesValue']), 'base64')
  return null
}

function nanos(value: unknown): bigint {
  return typeof value === 'string' || typeof value === 'number' ? BigInt(value) : 0n
}

function list(value: unknown): readonly Json[] {
  return Array.isArray(value) ? (value as Json[]) : []
}

function record(value: unknown): Json {
  return typeof value === 'object' && value !== null ? (value as Json) : {}
}

function string(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
