import type { Context } from '@opentelemetry/api'
import { EventEmitter } from 'node:events'
import { runIn } from '../context/run.js'

/** Whose listeners a request's or response's are; on the object itself, under {@link binding}. */
export interface Binding<Self> {
  readonly context: Context
  readonly response: object | null
  /** Hears of an event of the response before its listeners do, with its first argument; null for none. */
  readonly observe: ((bound: Self, event: string | symbol, argument: unknown) => void) | null
}

interface Emitter {
  emit: Emit
  listenerCount(event: string | symbol): number
  [binding]?: Binding<never>
  [inherited]?: Emit
}
type Emit = (this: Emitter, event: string | symbol, ...args: unknown[]) => boolean

/** One property for all that is to be known: each one more that a request gets costs as much as an event. */
export const binding = Symbol.for('@spanguard/runtime/server-span')
const inherited = Symbol('spanguard.emitter.emit')

/**
 * Makes the context of its {@link Binding} active in every listener of a request or response: its events are emitted by the
 * socket and the HTTP parser, outside of the request's own asynchronous context. Overrides `emit` alone, with one
 * function for all emitters, where `context.bind` patches five methods with new closures and wraps each listener. An
 * observer in the same place costs a fraction of a listener for each event.
 */
export function bindListeners<Self extends Binding<Self>>(emitter: object, bound: Self): void {
  const target = emitter as Emitter
  target[binding] = bound
  const { emit } = target
  if (emit === emitInContext) return
  if (emit !== emitOfAll()) target[inherited] = emit
  target.emit = emitInContext
}

/** Read when it is called: `node:domain` replaces it once it is loaded. */
function emitOfAll(): Emit {
  return (EventEmitter.prototype as unknown as Emitter).emit
}

/** As it was when this was loaded: whoever replaces it later may want to hear of events without listeners. */
const plainEmit = emitOfAll()

function emitInContext(this: Emitter, event: string | symbol, ...args: unknown[]): boolean {
  // What was replaced is read from the object and not from its prototype: `this` may itself inherit from a bound request.
  const emit = this[inherited] ?? emitOfAll()
  const bound = this[binding]
  if (bound === undefined) return emit.call(this, event, ...args)
  if (bound.observe !== null && this === bound.response) bound.observe(bound as never, event, args[0])
  // Entering a context costs more than an event that nobody hears, which is most of them; an error would be thrown.
  if (this.listenerCount(event) === 0) return emit === plainEmit && event !== 'error' ? false : emit.call(this, event, ...args)
  return runIn(bound.context, emit, this, event, ...args)
}
