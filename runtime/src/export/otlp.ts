import { type Attributes, type HrTime, type Link, type SpanContext, SpanKind, SpanStatusCode } from '@opentelemetry/api'
import type { ReadableSpan, TimedEvent } from '@opentelemetry/sdk-trace'

/**
 * OTLP as protobuf: https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/trace/v1/trace.proto
 *
 * Byte for byte what `ProtobufTraceSerializer` of `@opentelemetry/otlp-transformer` makes. That one goes through every span twice: with
 * it a SERVER span cost a service 39 µs, with this one 24 (`npm run bench -- runtime server`). The tests compare the two.
 */

type Resource = ReadableSpan['resource']
type Scope = ReadableSpan['instrumentationScope']

/** What became of spans: an `ExportTraceServiceRequest`, and how many spans are in it. */
export interface EncodedSpans {
  readonly bytes: Uint8Array
  readonly count: number
}

/** Encodes spans for a collector. One that cannot be encoded is left out, and costs none of the others. */
export function encodeSpans(spans: readonly ReadableSpan[]): EncodedSpans {
  const writer = new Writer(spans.length * usualSpan)
  let count = 0
  for (const [resource, byScope] of grouped(spans)) {
    const start = writer.open(1)
    writeResource(writer, resource)
    for (const [scope, group] of byScope) count += writeScopeSpans(writer, scope, group)
    if (resource.schemaUrl) writer.text(3, resource.schemaUrl)
    writer.close(start)
  }
  return { bytes: writer.finish(), count }
}

/** Bytes that a span takes, as a first guess at a batch. */
const usualSpan = 512

function grouped(spans: readonly ReadableSpan[]): Map<Resource, Map<Scope, ReadableSpan[]>> {
  const byResource = new Map<Resource, Map<Scope, ReadableSpan[]>>()
  for (const span of spans) {
    let byScope = byResource.get(span.resource)
    if (byScope === undefined) byResource.set(span.resource, (byScope = new Map<Scope, ReadableSpan[]>()))
    const group = byScope.get(span.instrumentationScope)
    if (group === undefined) byScope.set(span.instrumentationScope, [span])
    else group.push(span)
  }
  return byResource
}

function writeResource(writer: Writer, { attributes }: Resource): void {
  const start = writer.open(1)
  writeAttributes(writer, 1, attributes)
  writer.integer(2, 0)
  writer.close(start)
}

/** Returns how many of the spans were written. */
function writeScopeSpans(writer: Writer, scope: Scope, spans: readonly ReadableSpan[]): number {
  const start = writer.open(2)
  const inner = writer.open(1)
  writer.text(1, scope.name)
  if (scope.version) writer.text(2, scope.version)
  writeAttributes(writer, 3, (scope as { readonly attributes?: Attributes }).attributes)
  writer.close(inner)
  let written = 0
  for (const span of spans) {
    const before = writer.mark()
    try {
      writeSpan(writer, span)
      written++
    } catch {
      writer.rewind(before)
    }
  }
  if (scope.schemaUrl) writer.text(3, scope.schemaUrl)
  writer.close(start)
  return written
}

function writeSpan(writer: Writer, span: ReadableSpan): void {
  const start = writer.open(2)
  const own = span.spanContext()
  const parent = span.parentSpanContext
  if (!hasIds(own)) throw new RangeError('the ids of a span have 32 and 16 hexadecimal digits')
  writeIds(writer, own)
  if (parent?.spanId) writer.hex(4, parent.spanId)
  writer.text(5, span.name)
  // OTLP's kinds begin with one that says nothing.
  const kind = isOneOf(span.kind, SpanKind) ? span.kind + 1 : 0
  if (kind > 0) writer.integer(6, kind)
  writer.time(7, span.startTime)
  writer.time(8, span.endTime)
  writeAttributes(writer, 9, span.attributes)
  writer.integer(10, span.droppedAttributesCount)
  for (const event of span.events) writeEvent(writer, event)
  writer.integer(12, span.droppedEventsCount)
  // A link to nowhere would make the collector refuse the whole batch.
  const links = span.links.filter(({ context }) => hasIds(context))
  for (const link of links) writeLink(writer, link)
  writer.integer(14, span.droppedLinksCount + span.links.length - links.length)
  const status = writer.open(15)
  if (span.status.message) writer.text(2, span.status.message)
  writer.integer(3, isOneOf(span.status.code, SpanStatusCode) ? span.status.code : SpanStatusCode.UNSET)
  writer.close(status)
  writer.fixed32(16, flagsOf(own.traceFlags, parent?.isRemote))
  writer.close(start)
}

/** From JavaScript, or through a cast, anything may come. */
function isOneOf(value: unknown, members: Readonly<Record<string, unknown>>): boolean {
  return typeof value === 'number' && members[value] !== undefined
}

function hasIds(context: Partial<SpanContext> | undefined): boolean {
  return /^[\da-f]{32}$/i.test(context?.traceId ?? '') && /^[\da-f]{16}$/i.test(context?.spanId ?? '')
}

function writeIds(writer: Writer, { traceId, spanId, traceState }: SpanContext): void {
  writer.hex(1, traceId)
  writer.hex(2, spanId)
  const state = traceState?.serialize()
  if (state) writer.text(3, state)
}

function writeEvent(writer: Writer, { time, name, attributes, droppedAttributesCount }: TimedEvent): void {
  const start = writer.open(11)
  writer.time(1, time)
  writer.text(2, name)
  writeAttributes(writer, 3, attributes)
  writer.integer(4, droppedAttributesCount ?? 0)
  writer.close(start)
}

function writeLink(writer: Writer, { context, attributes, droppedAttributesCount }: Link): void {
  const start = writer.open(13)
  writeIds(writer, context)
  writeAttributes(writer, 4, attributes)
  writer.integer(5, droppedAttributesCount ?? 0)
  writer.fixed32(6, flagsOf(context.traceFlags, context.isRemote))
  writer.close(start)
}

/** The trace flags, that it is known whether the parent is remote (0x100), and whether it is (0x200). */
function flagsOf(traceFlags: number, isRemote: boolean | undefined): number {
  return (traceFlags & 0xff) | 0x100 | (isRemote === true ? 0x200 : 0)
}

function writeAttributes(writer: Writer, field: number, attributes: Attributes | undefined): void {
  for (const key in attributes) {
    if (!Object.hasOwn(attributes, key)) continue
    const start = writer.open(field)
    writer.key(key)
    const value = writer.open(2)
    writeValue(writer, attributes[key])
    writer.close(value)
    writer.close(start)
  }
}

/** An `AnyValue`; of what is none nothing is written. */
function writeValue(writer: Writer, value: unknown): void {
  if (typeof value === 'string') writer.text(1, value)
  else if (typeof value === 'boolean') writer.integer(2, value ? 1 : 0)
  else if (typeof value === 'number') {
    if (Number.isInteger(value) && value >= -(2 ** 63) && value < 2 ** 63) writer.integer(3, value)
    else writer.double(4, value)
  } else if (Array.isArray(value)) {
    const list = writer.open(5)
    for (const item of value as readonly unknown[]) {
      const start = writer.open(1)
      writeValue(writer, item)
      writer.close(start)
    }
    writer.close(list)
  }
}

/** Keys come again and again; long ones, which are made of data, do not. */
const knownKeys = new Map<string, Uint8Array>()
const maxKnownKeys = 2000
const maxKnownLength = 256

/** The wire types: https://protobuf.dev/programming-guides/encoding/ */
const [varint, bits64, bytes, bits32] = [0, 1, 2, 5]

/** Fields of a protobuf message one after the other, in a buffer that grows. */
class Writer {
  private buffer: Buffer
  private at = 0

  constructor(size: number) {
    this.buffer = Buffer.allocUnsafe(Math.max(size, 1024))
  }

  /** A place to come back to by `rewind`, between two fields. */
  mark(): number {
    return this.at
  }

  rewind(mark: number): void {
    this.at = mark
  }

  finish(): Uint8Array {
    return this.buffer.subarray(0, this.at)
  }

  /** Begins a message within; what it returns is for `close`, once its fields are written. */
  open(field: number): number {
    this.tag(field, bytes)
    // One byte for the length: most messages are short.
    return ++this.at
  }

  close(start: number): void {
    const length = this.at - start
    if (length < 0x80) {
      this.buffer[start - 1] = length
      return
    }
    const more = sizeOf(length) - 1
    this.reserve(more)
    this.buffer.copyWithin(start + more, start, this.at)
    const end = this.at + more
    this.at = start - 1
    this.small(length)
    this.at = end
  }

  integer(field: number, value: number): void {
    this.tag(field, varint)
    if (value >= 0 && value <= 0x7fff_ffff) this.small(Math.floor(value))
    else this.big(BigInt.asUintN(64, BigInt(Number.isInteger(value) ? value : 0)))
  }

  fixed32(field: number, value: number): void {
    this.tag(field, bits32)
    this.at = this.buffer.writeUInt32LE(value, this.at)
  }

  double(field: number, value: number): void {
    this.tag(field, bits64)
    this.at = this.buffer.writeDoubleLE(value, this.at)
  }

  /**
   * Nanoseconds since 1970: more than a number holds, so in halves of the seconds, each of which is exact. OTLP has no times before,
   * and they become its beginning.
   */
  time(field: number, [seconds, nanoseconds]: HrTime): void {
    this.tag(field, bits64)
    const isTime = seconds >= 0 && nanoseconds >= 0 && Number.isFinite(seconds + nanoseconds)
    const low = isTime ? (seconds & 0xffff) * 1e9 + Math.floor(nanoseconds) : 0
    const high = isTime ? Math.floor(seconds / 0x1_0000) * 1e9 : 0
    const sum = (high % 0x1_0000) * 0x1_0000 + (low % 0x1_0000_0000)
    const carry = Math.floor(sum / 0x1_0000_0000) + Math.floor(low / 0x1_0000_0000)
    this.at = this.buffer.writeUInt32LE(sum % 0x1_0000_0000, this.at)
    this.at = this.buffer.writeUInt32LE((Math.floor(high / 0x1_0000) + carry) % 0x1_0000_0000, this.at)
  }

  /** An id of hexadecimal digits. */
  hex(field: number, digits: string): void {
    this.tag(field, bytes)
    const length = digits.length >> 1
    this.small(length)
    this.reserve(length)
    const { buffer } = this
    let { at } = this
    for (let i = 0; i < digits.length; i += 2) buffer[at++] = ((digitOf[digits.charCodeAt(i)] ?? 0) << 4) | (digitOf[digits.charCodeAt(i + 1)] ?? 0)
    this.at = at
  }

  text(field: number, text: string): void {
    this.tag(field, bytes)
    const { length } = text
    this.reserve(length + 1)
    if (length >= 0x80 || !this.ascii(text)) this.utf8(text)
  }

  /** `KeyValue.key`. */
  key(key: string): void {
    if (key.length > maxKnownLength) {
      this.text(1, key)
      return
    }
    let known = knownKeys.get(key)
    if (known === undefined) {
      const writer = new Writer(key.length * 3)
      writer.text(1, key)
      known = Uint8Array.from(writer.finish())
      if (knownKeys.size >= maxKnownKeys) knownKeys.clear()
      knownKeys.set(key, known)
    }
    this.reserve(known.length)
    const { buffer } = this
    let { at } = this
    for (let i = 0; i < known.length; i++) buffer[at++] = known[i] as number
    this.at = at
  }

  /** A short text with its length before it; false, and nothing is written, where it is not ASCII. */
  private ascii(text: string): boolean {
    const { buffer } = this
    let { at } = this
    buffer[at++] = text.length
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i)
      if (code > 0x7f) return false
      buffer[at++] = code
    }
    this.at = at
    return true
  }

  private utf8(text: string): void {
    const length = Buffer.byteLength(text)
    this.small(length)
    this.reserve(length)
    this.at += this.buffer.write(text, this.at)
  }

  private tag(field: number, type: number): void {
    this.reserve(usualField)
    this.small((field << 3) | type)
  }

  /** A varint of at most 31 bits. */
  private small(value: number): void {
    let rest = value
    while (rest > 0x7f) {
      this.buffer[this.at++] = (rest & 0x7f) | 0x80
      rest >>>= 7
    }
    this.buffer[this.at++] = rest
  }

  private big(value: bigint): void {
    let rest = value
    while (rest > 0x7fn) {
      this.buffer[this.at++] = Number(rest & 0x7fn) | 0x80
      rest >>= 7n
    }
    this.buffer[this.at++] = Number(rest)
  }

  /** Makes room for so many bytes, and for the tag and the number that may follow. */
  private reserve(size: number): void {
    const needed = this.at + size + usualField
    if (needed <= this.buffer.length) return
    const larger = Buffer.allocUnsafe(Math.max(needed, this.buffer.length * 2))
    this.buffer.copy(larger, 0, 0, this.at)
    this.buffer = larger
  }
}

/** A tag (at most 2 bytes here) and the longest number (10). */
const usualField = 16

function sizeOf(length: number): number {
  return length < 0x80 ? 1 : length < 0x4000 ? 2 : length < 0x20_0000 ? 3 : length < 0x1000_0000 ? 4 : 5
}

/** Of 0-9, a-f and A-F, by their codes. */
const digitOf = Uint8Array.from({ length: 103 }, (_, code) => Number.parseInt(String.fromCharCode(code), 16) || 0)

/** What an `ExportTraceServiceResponse` says of spans that were not taken. Throws on what is none. */
export function decodeResponse(response: Uint8Array): { readonly rejected: number; readonly message: string } {
  let rejected = 0
  let message = ''
  for (const partial of fieldsOf(response)) {
    if (partial.field !== 1 || !(partial.value instanceof Uint8Array)) continue
    for (const { field, value } of fieldsOf(partial.value)) {
      if (field === 1 && typeof value === 'bigint') rejected = Number(BigInt.asIntN(64, value))
      if (field === 2 && value instanceof Uint8Array) message = Buffer.from(value).toString('utf8')
    }
  }
  return { rejected, message }
}

function* fieldsOf(message: Uint8Array): Generator<{ readonly field: number; readonly value: bigint | Uint8Array }> {
  let at = 0
  const number = (): bigint => {
    let value = 0n
    for (let shift = 0n; ; shift += 7n) {
      const byte = message[at++]
      if (byte === undefined || shift > 63n) throw new RangeError('cut off')
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return value
    }
  }
  const take = (length: number): Uint8Array => {
    if (at + length > message.length) throw new RangeError('cut off')
    at += length
    return message.subarray(at - length, at)
  }
  while (at < message.length) {
    const tag = Number(number())
    const type = tag & 7
    const field = Math.floor(tag / 8)
    if (type === varint) yield { field, value: number() }
    else if (type === bytes) yield { field, value: take(Number(number())) }
    else if (type === bits64 || type === bits32) take(type === bits64 ? 8 : 4)
    else throw new RangeError(`wire type ${type}`)
  }
}
