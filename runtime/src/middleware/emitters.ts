import { context, type Context } from '@opentelemetry/api'

interface Emitter {
  emit: (this: Emitter, event: string | symbol, ...args: unknown[]) => boolean
  listenerCount(event: string | symbol): number
}
interface BoundEmitter extends Emitter {
  [bound]?: Context
  [inherited]?: Emitter['emit']
  [observer]?: Observer | null
}

/** Hears of an event before its listeners do, with its first argument. */
export type Observer = (emitter: object, event: string | symbol, argument: unknown) => void

const bound = Symbol('spanguard.emitter.context')
const inherited = Symbol('spanguard.emitter.emit')
const observer = Symbol('spanguard.emitter.observer')

/**
 * Makes a context active in every listener of a request or response: its events are emitted by the socket and the HTTP
 * parser, outside of the request's own asynchronous context. Overrides `emit` alone, with one function for all
 * emitters, where `context.bind` patches five methods with new closures and wraps each listener. An observer in the same
 * place costs a fraction of a listener for each event.
 */
export function bindListeners(emitter: object, active: Context, observe: Observer | null): void {
  const target = emitter as BoundEmitter
  if (target[bound] === undefined) {
    target[inherited] = target.emit
    target.emit = emitInContext
  }
  target[bound] = active
  target[observer] = observe
}

function emitInContext(this: BoundEmitter, event: string | symbol, ...args: unknown[]): boolean {
  // What was replaced is read from the object and not from its prototype: `this` may itself inherit from a bound request.
  const emit = this[inherited] as Emitter['emit']
  this[observer]?.(this, event, args[0])
  const active = this[bound]
  // Entering a context costs more than an event that nobody hears.
  if (active === undefined || this.listenerCount(event) === 0) return emit.call(this, event, ...args)
  return context.with(active, emit, this, event, ...args)
}
