/** Not longer than HTTP's Retry-After is heeded. */
const maxDelayMs = 5 * 60_000

/**
 * When a collector wants to be asked again: `google.rpc.RetryInfo` in the `google.rpc.Status` that a gRPC call ends with, base64 as
 * metadata has it. In milliseconds; undefined where it says nothing, or nothing that can be read.
 * https://github.com/googleapis/googleapis/blob/master/google/rpc/error_details.proto
 */
export function retryDelayOf(details: unknown): number | undefined {
  if (typeof details !== 'string') return undefined
  try {
    for (const any of fieldsOf(Buffer.from(details, 'base64'), 3)) {
      const [type] = fieldsOf(any, 1)
      if (type?.toString().endsWith('/google.rpc.RetryInfo') !== true) continue
      for (const delay of fieldsOf(fieldsOf(any, 2)[0] ?? empty, 1)) {
        const ms = (numberOf(delay, 1) ?? 0) * 1000 + (numberOf(delay, 2) ?? 0) / 1e6
        return Math.min(Math.max(ms, 0), maxDelayMs)
      }
    }
  } catch {
    // Bytes that are no such message.
  }
  return undefined
}

const empty = Buffer.alloc(0)

interface Field {
  readonly number: number
  /** A length-delimited field's bytes, or a varint's value. */
  readonly value: Buffer | number
}

function fieldsOf(message: Buffer, number: number): Buffer[] {
  return read(message).flatMap(field => (field.number === number && typeof field.value !== 'number' ? [field.value] : []))
}

function numberOf(message: Buffer, number: number): number | undefined {
  const value = read(message).find(field => field.number === number)?.value
  return typeof value === 'number' ? value : undefined
}

/** https://protobuf.dev/programming-guides/encoding/ */
function read(message: Buffer): Field[] {
  const fields: Field[] = []
  let at = 0
  const varint = (): number => {
    let value = 0
    for (let factor = 1; ; factor *= 128) {
      const byte = message.readUInt8(at++)
      value += (byte & 0x7f) * factor
      if (byte < 128) return value
    }
  }
  while (at < message.length) {
    const tag = varint()
    const wire = tag & 7
    if (wire === 0) fields.push({ number: tag >>> 3, value: varint() })
    else if (wire === 2) {
      const length = varint()
      fields.push({ number: tag >>> 3, value: message.subarray(at, at + length) })
      at += length
    } else if (wire === 1) at += 8
    else if (wire === 5) at += 4
    else throw new RangeError('no wire type of protobuf 3')
  }
  return fields
}
