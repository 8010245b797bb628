import { context } from '@opentelemetry/api'
import { getRPCMetadata } from '@opentelemetry/core'

let isWatching = false

/**
 * Tells of an error that is about to end the process, with the RPC metadata of the request it came from: no framework sees
 * such an error, and no response is closed any more. The monitor event changes nothing about what Node does next,
 * where a listener of `uncaughtException` would keep the process alive.
 */
export function watchCrash(crashed: (rpc: object, error: unknown) => void): void {
  if (isWatching) return
  isWatching = true
  process.on('uncaughtExceptionMonitor', error => {
    const rpc = getRPCMetadata(context.active())
    if (rpc !== undefined) crashed(rpc, error)
  })
}
