import { report } from '../diagnostics.js'
import type { SamplingControl } from '../options.js'
import { isRatio, thresholdOf, type Threshold } from './threshold.js'

/** What the sampler reads, on every root span. */
export interface SamplingState {
  /** False for the samplers of `OTEL_TRACES_SAMPLER` that do not ask the parent. */
  readonly parentBased: boolean
  /** For new traces. */
  roots(): Threshold
  /** For requests whose caller did not sample them; null outside a local spike. */
  local(): Threshold | null
}

/**
 * Makes the ratio and the ways to change it while the service runs.
 * @param ratio 0 to 1
 */
export function createSampling(ratio: number, parentBased: boolean): SamplingState & { readonly control: SamplingControl } {
  let base = thresholdOf(ratio)
  let spike: { readonly threshold: Threshold; readonly local: boolean; readonly until: number } | null = null
  const currentSpike = (): typeof spike => {
    // Timers may be late or stopped (Lambda freezes them), so that a clock decides as well: one that nobody sets.
    if (spike !== null && performance.now() >= spike.until) spike = null
    return spike
  }
  const control: SamplingControl = {
    get: () => (currentSpike()?.threshold ?? base).ratio,
    set(next) {
      base = thresholdOf(checkedRatio(next))
    },
    spike(next, { minutes, scope = 'roots' }) {
      if (!(minutes > 0 && Number.isFinite(minutes))) {
        throw new RangeError(`sampling.spike wants minutes above 0, not ${String(minutes)}`)
      }
      const mine = { threshold: thresholdOf(checkedRatio(next)), local: scope === 'local', until: performance.now() + minutes * 60_000 }
      spike = mine
      return () => {
        if (spike === mine) spike = null
      }
    },
    follow(fn, { everyMs }) {
      if (!(everyMs > 0 && Number.isFinite(everyMs))) throw new RangeError(`sampling.follow wants everyMs above 0, not ${String(everyMs)}`)
      let stopped = false
      const ask = async (): Promise<void> => {
        try {
          const next = await fn()
          if (stopped) return
          if (isRatio(next)) base = thresholdOf(next)
          else report('warn', 'sampling.follow', `sampling.follow got ${typeof next} instead of a ratio from 0 to 1; the last one stays`)
        } catch (error) {
          const type = error instanceof Error ? error.name : typeof error
          report('warn', 'sampling.follow', `sampling.follow failed with ${type}; the last ratio stays`)
        }
      }
      void ask()
      const timer = setInterval(() => void ask(), Math.min(Math.max(everyMs, 100), maxTimerMs))
      timer.unref()
      return () => {
        stopped = true
        clearInterval(timer)
      }
    },
  }
  return {
    parentBased,
    control,
    roots: () => (spike === null ? base : (currentSpike()?.threshold ?? base)),
    local() {
      if (spike === null) return null
      const current = currentSpike()
      return current?.local === true ? current.threshold : null
    },
  }
}

/** Node runs a longer timer at once. */
const maxTimerMs = 2 ** 31 - 1

function checkedRatio(ratio: number): number {
  if (!isRatio(ratio)) throw new RangeError(`A sampling ratio is a number from 0 to 1, not ${String(ratio)}`)
  return ratio
}
