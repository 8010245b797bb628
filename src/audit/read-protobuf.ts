import { PbfReader } from 'pbf'

import { type Attributes, AuditError, type RecordedSpan, type RecordedValue, serviceOf, spanKinds, statusCodes } from './spans.js'

/**
 * Spans of OTLP in protobuf (`TracesData`, which is laid out as `ExportTraceServiceRequest` is): one message, or several with
 * their length in four bytes before each, as the collector's file exporter writes. Field numbers are those of
 * opentelemetry-proto `trace/v1/trace.proto`.
 *
 * @param from what messages call the source
 * @throws AuditError when the bytes are no such message
 */
export function readProtobuf(bytes: Uint8Array, from: string): RecordedSpan[] {
  try {
    return messagesIn(bytes).flatMap((message) => readTraces(new PbfReader(message)))
  } catch (error) {
    throw new AuditError(`${from} is neither JSON nor OTLP in protobuf (${error instanceof Error ? error.message : String(error)}): give what a collector's file exporter or an OTLP exporter wrote.`)
  }
}

function messagesIn(bytes: Uint8Array): readonly Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const found: Uint8Array[] = []
  for (let at = 0; at < bytes.length; ) {
    const length = at + 4 <= bytes.length ? view.getUint32(at) : 0
    // Lengths that do not lead to the very end are no lengths: the file is one message.
    if (length === 0 || at + 4 + length > bytes.length) return [bytes]
    found.push(bytes.subarray(at + 4, at + 4 + length))
    at += 4 + length
  }
  return found
}

function readTraces(reader: PbfReader): RecordedSpan[] {
  const spans: RecordedSpan[] = []
  each(reader, {
    1: () => {
      let resource: Attributes = new Map()
      const groups: { readonly scope: string; readonly spans: readonly OwnSpan[] }[] = []
      message(reader, { 1: () => { resource = attributesIn(reader, 1) }, 2: () => groups.push(readScope(reader)) })
      const service = serviceOf(resource)
      for (const group of groups) for (const span of group.spans) spans.push({ ...span, scope: group.scope, service, resource })
    },
  })
  return spans
}

type OwnSpan = Omit<RecordedSpan, 'resource' | 'scope' | 'service'>
type Fields = Readonly<Record<number, () => unknown>>

function readScope(reader: PbfReader): { scope: string; spans: OwnSpan[] } {
  let scope = ''
  const spans: OwnSpan[] = []
  message(reader, {
    1: () => message(reader, { 1: () => { scope = reader.readString() } }),
    2: () => spans.push(readSpan(reader)),
  })
  return { scope, spans }
}

function readSpan(reader: PbfReader): OwnSpan {
  const attributes = new Map<string, RecordedValue>()
  const events: { name: string; attributes: Attributes }[] = []
  const links: { attributes: Attributes }[] = []
  let [traceId, spanId, parentSpanId, name, message_] = ['', '', '', '', '']
  let [kind, code] = [0, 0]
  let startTime = 0n
  message(reader, {
    1: () => { traceId = hex(reader) },
    2: () => { spanId = hex(reader) },
    4: () => { parentSpanId = hex(reader) },
    5: () => { name = reader.readString() },
    6: () => { kind = reader.readVarint() },
    7: () => { startTime = fixed64(reader) },
    9: () => attributes.set(...pair(reader)),
    11: () => events.push(readEvent(reader)),
    13: () => links.push({ attributes: attributesIn(reader, 4) }),
    15: () => message(reader, { 2: () => { message_ = reader.readString() }, 3: () => { code = reader.readVarint() } }),
  })
  return { traceId, spanId, parentSpanId: parentSpanId || null, name, kind: spanKinds[kind] ?? 'unspecified', startTime, attributes, events, links, status: { code: statusCodes[code] ?? 'unset', message: message_ } }
}

function readEvent(reader: PbfReader): { name: string; attributes: Attributes } {
  const attributes = new Map<string, RecordedValue>()
  let name = ''
  message(reader, { 2: () => { name = reader.readString() }, 3: () => attributes.set(...pair(reader)) })
  return { name, attributes }
}

/** The attributes of a message, whose field number is given; its other fields are passed over. */
function attributesIn(reader: PbfReader, field: number): Attributes {
  const attributes = new Map<string, RecordedValue>()
  message(reader, { [field]: () => attributes.set(...pair(reader)) })
  return attributes
}

function pair(reader: PbfReader): [string, RecordedValue] {
  let key = ''
  let value: RecordedValue = null
  message(reader, { 1: () => { key = reader.readString() }, 2: () => { value = readValue(reader) } })
  return [key, value]
}

function readValue(reader: PbfReader): RecordedValue {
  let value: RecordedValue = null
  message(reader, {
    1: () => { value = reader.readString() },
    2: () => { value = reader.readBoolean() },
    3: () => { value = reader.readVarint(true) },
    4: () => { value = reader.readDouble() },
    5: () => {
      const members: RecordedValue[] = []
      message(reader, { 1: () => members.push(readValue(reader)) })
      value = members
    },
    6: () => { value = Object.fromEntries(attributesIn(reader, 1)) },
  })
  return value
}

/** Reads the embedded message that stands next. */
function message(reader: PbfReader, fields: Fields): void {
  const end = reader.readVarint() + reader.pos
  if (end > reader.length) throw new Error('a field is longer than its message')
  each(reader, fields, end)
}

function each(reader: PbfReader, fields: Fields, end = reader.length): void {
  reader.readFields((tag: number) => {
    const read = fields[tag]
    if (read !== undefined) read()
  }, undefined, end)
  if (reader.pos > end) throw new Error('a field is longer than its message')
}

function hex(reader: PbfReader): string {
  const text = Buffer.from(reader.readBytes()).toString('hex')
  return /^0*$/u.test(text) ? '' : text
}

/** In two halves: a number has too few digits for nanoseconds. */
function fixed64(reader: PbfReader): bigint {
  const low = reader.readFixed32()
  return (BigInt(reader.readFixed32()) << 32n) + BigInt(low)
}
