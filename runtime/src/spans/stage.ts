import { types } from 'node:util'
import { trace } from '@opentelemetry/api'
import { setStage } from './capture-error.js'

/** Errors whose stage is known: the innermost stage is the most telling, so the first one to see an error names it. */
const staged = new WeakSet<object>()

/**
 * Runs `fn`, and when it throws or rejects says so on the trace: `error.stage` on the active span and on the topmost span
 * of this process. Returns what `fn` returns (the same promise), throws what it throws. Of nested stages the innermost
 * counts.
 */
export function stage<T>(name: string, fn: () => T): T {
  let result: T
  try {
    result = fn()
  } catch (error) {
    mark(name, error)
    throw error
  }
  if (types.isPromise(result)) {
    const span = trace.getActiveSpan()
    result.then(undefined, (error: unknown) => {
      mark(name, error, span)
    })
  }
  return result
}

function mark(name: string, error: unknown, span = trace.getActiveSpan()): void {
  if (typeof error === 'object' && error !== null) {
    if (staged.has(error)) return
    staged.add(error)
  }
  if (span !== undefined) setStage(span, name)
}
