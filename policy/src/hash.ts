import type { Policy } from './config.js'

/**
 * Tells two policies apart: the first 16 hex digits of the SHA-256 (FIPS 180-4) of the policy as JSON with sorted keys. Stands
 * on the resource of every exported span as `spanguard.policy.hash`, so that an audit sees services with a stale policy.
 * Written here, since the policy must run where there is no `node:crypto` and `crypto.subtle` answers later.
 */
export function hashPolicy(policy: Policy): string {
  return sha256(new TextEncoder().encode(toCanonicalJson(policy))).slice(0, 16)
}

/** JSON with the keys of every object in order, so that equal values give equal texts. */
function toCanonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(toCanonicalJson).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1))
  return `{${entries.map(([key, inner]) => `${JSON.stringify(key)}:${toCanonicalJson(inner)}`).join(',')}}`
}

/** The first 32 bits of the fractional part of a prime's root: the constants of FIPS 180-4 are made so. */
function fraction(root: number): number {
  return Math.floor((root - Math.floor(root)) * 2 ** 32)
}

const PRIMES = Array.from({ length: 311 }, (_, index) => index + 2).filter((candidate) => {
  for (let divisor = 2; divisor * divisor <= candidate; divisor++) if (candidate % divisor === 0) return false
  return true
})
const START = PRIMES.slice(0, 8).map((prime) => fraction(Math.sqrt(prime)))
const ROUNDS = PRIMES.slice(0, 64).map((prime) => fraction(Math.cbrt(prime)))

/** Lowercase hex. */
function sha256(bytes: Uint8Array): string {
  const padded = new Uint8Array(Math.ceil((bytes.length + 9) / 64) * 64)
  padded.set(bytes)
  padded[bytes.length] = 0x80
  const view = new DataView(padded.buffer)
  view.setUint32(padded.length - 8, Math.floor(bytes.length / 2 ** 29))
  view.setUint32(padded.length - 4, (bytes.length * 8) >>> 0)
  const state = Uint32Array.from(START)
  for (let block = 0; block < padded.length; block += 64) compress(state, view, block)
  return [...state].map((word) => word.toString(16).padStart(8, '0')).join('')
}

function compress(state: Uint32Array, view: DataView, block: number): void {
  const schedule = new Uint32Array(64)
  const word = (index: number): number => schedule[index] ?? 0
  for (let index = 0; index < 64; index++) {
    if (index < 16) {
      schedule[index] = view.getUint32(block + index * 4)
      continue
    }
    const before15 = word(index - 15)
    const before2 = word(index - 2)
    const small0 = rotate(before15, 7) ^ rotate(before15, 18) ^ (before15 >>> 3)
    const small1 = rotate(before2, 17) ^ rotate(before2, 19) ^ (before2 >>> 10)
    schedule[index] = word(index - 16) + small0 + word(index - 7) + small1
  }
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state
  for (let index = 0; index < 64; index++) {
    const large1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)
    const first = (h + large1 + ((e & f) ^ (~e & g)) + (ROUNDS[index] ?? 0) + word(index)) | 0
    const large0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)
    const second = (large0 + ((a & b) ^ (a & c) ^ (b & c))) | 0
    ;[h, g, f, e, d, c, b, a] = [g, f, e, (d + first) | 0, c, b, a, (first + second) | 0]
  }
  for (const [index, value] of [a, b, c, d, e, f, g, h].entries()) state[index] = (state[index] ?? 0) + value
}

function rotate(value: number, by: number): number {
  return (value >>> by) | (value << (32 - by))
}
