import { AsyncLocalStorage } from 'node:async_hooks'
import { type Context, ROOT_CONTEXT } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'

/**
 * The official context manager with a storage that this package can reach: requests enter it without the way through the
 * API's globals, and a driver's diagnostics channel can be bound to it. It also makes no function for each call that has
 * a `this`.
 */
export class RuntimeContextManager extends AsyncLocalStorageContextManager {
  readonly storage = new AsyncLocalStorage<Context>()
  /** False after `disable`: what is active is somebody else's to say. */
  enabled = true

  override active(): Context {
    return this.storage.getStore() ?? ROOT_CONTEXT
  }

  override with<A extends unknown[], F extends (...args: A) => ReturnType<F>>(inside: Context, fn: F, thisArg?: ThisParameterType<F>, ...args: A): ReturnType<F> {
    if (thisArg === undefined || thisArg === null) return this.storage.run(inside, fn, ...args)
    return this.storage.run(inside, callWith<A, ReturnType<F>>, fn, thisArg, args)
  }

  override attach(inside: Context): ReturnType<AsyncLocalStorageContextManager['attach']> {
    const before = this.storage.getStore()
    this.storage.enterWith(inside)
    let disposed = false
    return {
      dispose: () => {
        if (!disposed) this.storage.enterWith(before ?? ROOT_CONTEXT)
        disposed = true
      },
    }
  }

  override disable(): this {
    this.enabled = false
    this.storage.disable()
    return this
  }
}

function callWith<A extends unknown[], R>(fn: (...args: A) => R, thisArg: unknown, args: A): R {
  return Reflect.apply(fn, thisArg, args)
}
