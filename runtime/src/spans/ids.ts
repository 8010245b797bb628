import { randomFillSync } from 'node:crypto'
import type { IdGenerator } from '@opentelemetry/sdk-trace'

/** Bytes that are asked of the system at once, since asking costs more than the bytes. */
const drawnBytes = 4096
/** Bytes that become one text: an id that an application keeps keeps the text that it is cut out of, so that must be short. */
const textBytes = 128

/**
 * Ids from the system's source of randomness, which sampling by the last 56 bits of a trace's id wants. They are cut out of longer
 * texts: a random text for each costs four times as much, and every request has two, whether it is sampled or not.
 *
 * @param draw fills the bytes; for tests
 */
export function createIdGenerator(draw: (bytes: Buffer) => unknown = randomFillSync): IdGenerator {
  const bytes = Buffer.alloc(drawnBytes)
  let used = drawnBytes
  let digits = ''
  let at = 0
  const refill = (): void => {
    if (used === drawnBytes) {
      draw(bytes)
      used = 0
    }
    digits = bytes.toString('hex', used, used + textBytes)
    used += textBytes
    at = 0
  }
  const take = (length: number): string => {
    for (;;) {
      if (at + length > digits.length) refill()
      const id = digits.slice(at, at + length)
      at += length
      // An id of zeros alone is none: https://www.w3.org/TR/trace-context/#trace-id
      if (!id.startsWith('00000000') || /[^0]/.test(id)) return id
    }
  }
  return { generateTraceId: () => take(32), generateSpanId: () => take(16) }
}
