import { context, type Context } from '@opentelemetry/api'
import { runtimeState } from '../state.js'

/** As `context.active()`, without the API's way through `globalThis` where this package's context manager is in charge. */
export function activeContext(): Context {
  const contexts = runtimeState().active?.contexts
  return contexts?.enabled === true ? contexts.active() : context.active()
}

/** As `context.with()`, likewise. */
export function runIn<This, A extends unknown[], R>(inside: Context, fn: (this: This, ...args: A) => R, thisArg: This, ...args: A): R {
  const contexts = runtimeState().active?.contexts
  const manager = contexts?.enabled === true ? contexts : context
  return manager.with(inside, fn, thisArg, ...args)
}
