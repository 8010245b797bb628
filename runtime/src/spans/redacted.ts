import { createHmac, type KeyObject } from 'node:crypto'

export interface RedactedOptions {
  /** How many characters at the end stay, at most 4 and at most a quarter of the value. */
  keepLast?: number
}

/** A value made fit for a span on purpose: `[REDACTED]`, or `****1234` with `keepLast`. */
export function redacted(value: unknown, options?: RedactedOptions | null): string {
  const keep = options?.keepLast ?? 0
  if (keep <= 0) return '[REDACTED]'
  const text = typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint' ? String(value) : ''
  const shown = Math.min(Math.trunc(keep), 4, Math.floor(text.length / 4))
  return shown > 0 ? `****${text.slice(-shown)}` : '[REDACTED]'
}

export interface PseudonymOptions {
  /** A secret, best one for each user: when it is deleted, nobody can tell any more whose traces those were. */
  key: string | NodeJS.ArrayBufferView | KeyObject
}

/**
 * A keyed hash (HMAC-SHA-256, the first 128 bits in hex) that stands for a person on spans, as `enduser.pseudo.id`.
 * Throws TypeError for an empty key: a hash without a key is found by trying ids.
 */
export function pseudonym(id: string | number, { key }: PseudonymOptions): string {
  const empty = typeof key === 'string' ? key === '' : 'byteLength' in key && key.byteLength === 0
  if (empty) throw new TypeError('pseudonym wants a key that is not empty')
  return createHmac('sha256', key).update(String(id)).digest('hex').slice(0, 32)
}
