import { isMainThread } from 'node:worker_threads'
import type { Pipeline } from '../export/pipeline.js'

export interface EndOptions {
  readonly pipeline: Pipeline
  /** Listen to SIGTERM and SIGINT. */
  readonly signals: boolean
  /** Within which a signal's flush is done. */
  readonly signalMs?: number
  /** Within which the child sends the rest. */
  readonly exitMs?: number
}

type Signal = 'SIGTERM' | 'SIGINT'

/**
 * Sends what is buffered however the process ends, and changes nothing about how it ends: exit code, signal, stderr and
 * the other listeners are as without it. There is no listener for uncaught exceptions and rejections: `exit` is emitted
 * for them as well. Returns the way to take it all back.
 */
export function watchProcessEnd({ pipeline, signals, signalMs = 2300, exitMs = 1000 }: EndOptions): () => void {
  let gaveUp = false

  const onExit = (): void => {
    if (!gaveUp) pipeline.sendRestNow(exitMs)
  }
  /** A natural end: nothing else is going on, so a flush that keeps the loop alive for a moment disturbs nobody. */
  const onBeforeExit = (): void => {
    if (gaveUp || pipeline.counts().pending === 0) return
    void pipeline.flush(exitMs).then(complete => {
      // Else `beforeExit` would be emitted for ever.
      if (!complete) gaveUp = true
    })
  }

  let ending = false
  const onSignal = (signal: Signal): void => {
    // `once` listeners remove themselves as they run, so this must come before them: the listener stands first.
    const alone = othersListening(signal) === 0
    if (ending) {
      // A second signal: the user does not want to wait.
      if (alone) {
        pipeline.sendRestNow(exitMs)
        endBySignal(signal)
      }
      return
    }
    ending = true
    // Not at once: a listener after this one may call process.exit, and what is on its way then would be sent twice.
    setImmediate(() => {
      flushOnSignal(signal, alone)
    })
  }
  const flushOnSignal = (signal: Signal, alone: boolean): void => {
    void pipeline.flush(signalMs).then(complete => {
      if (!alone) {
        // Whoever listens decides when to end; a later signal is told like the first.
        ending = false
        return
      }
      // What ended during the flush; not when the collector has just shown that it does not answer.
      if (complete) pipeline.sendRestNow(exitMs)
      endBySignal(signal)
    })
  }
  const handlers: Record<Signal, () => void> = {
    SIGTERM: () => {
      onSignal('SIGTERM')
    },
    SIGINT: () => {
      onSignal('SIGINT')
    },
  }
  const endBySignal = (signal: Signal): void => {
    process.off(signal, handlers[signal])
    process.kill(process.pid, signal)
    // As process 1 of a container nothing happens on a signal that nobody listens to.
    setTimeout(() => process.exit(signal === 'SIGTERM' ? 143 : 130), 100)
  }
  const othersListening = (signal: Signal): number => {
    const others = process.listenerCount(signal) - 1
    return others - signalExitListeners()
  }
  /** Stays first when somebody prepends a listener later. */
  const onNewListener = (event: string | symbol, listener: unknown): void => {
    if ((event !== 'SIGTERM' && event !== 'SIGINT') || listener === handlers[event]) return
    process.nextTick(() => {
      if (!installed || process.listeners(event)[0] === handlers[event] || !process.listeners(event).includes(handlers[event])) return
      process.off(event, handlers[event])
      process.prependListener(event, handlers[event])
    })
  }

  let installed = true
  process.on('exit', onExit)
  process.on('beforeExit', onBeforeExit)
  // Worker threads get no signals.
  const listens = signals && isMainThread
  if (listens) {
    process.prependListener('SIGTERM', handlers.SIGTERM)
    process.prependListener('SIGINT', handlers.SIGINT)
    process.on('newListener', onNewListener)
  }
  return () => {
    installed = false
    process.off('exit', onExit)
    process.off('beforeExit', onBeforeExit)
    if (!listens) return
    process.off('newListener', onNewListener)
    process.off('SIGTERM', handlers.SIGTERM)
    process.off('SIGINT', handlers.SIGINT)
  }
}

/**
 * Listeners that end the process only when no one else listens, as the package signal-exit (in most command-line tools)
 * does: two who wait for each other would keep the process alive for ever. It says how many it has on a registered symbol.
 */
function signalExitListeners(): number {
  const scope = globalThis as { [key: symbol]: unknown }
  const emitters = [scope[Symbol.for('signal-exit emitter')], (process as unknown as Record<string, unknown>)['__signal_exit_emitter__']]
  let count = 0
  for (const emitter of emitters) {
    if (typeof emitter === 'object' && emitter !== null && 'count' in emitter && typeof emitter.count === 'number') count += emitter.count
  }
  return count
}
