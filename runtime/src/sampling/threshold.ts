/**
 * Consistent probability sampling: a trace is sampled when the last 56 bits of its id are at least the threshold.
 * https://opentelemetry.io/docs/specs/otel/trace/tracestate-probability-sampling/
 */
export interface Threshold {
  readonly ratio: number
  /** 14 hex digits, compared as text; null when nothing is sampled. */
  readonly hex: string | null
  /** The value of the `ot` member in tracestate: `th:` and the threshold without trailing zeros. */
  readonly traceState: string | null
}

export function thresholdOf(ratio: number): Threshold {
  const rejected = BigInt(Math.round((1 - ratio) * 2 ** 56))
  if (rejected >= 1n << 56n) return { ratio, hex: null, traceState: null }
  const hex = rejected.toString(16).padStart(14, '0')
  return { ratio, hex, traceState: `th:${hex.replace(/0+$/, '') || '0'}` }
}

export function isSampled(traceId: string, threshold: Threshold): boolean {
  return threshold.hex !== null && traceId.slice(18) >= threshold.hex
}

/** True for a number from 0 to 1. */
export function isRatio(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= 1
}
