import { context } from '@opentelemetry/api'
import { getRPCMetadata } from '@opentelemetry/core'

type Crashed = (rpc: object, error: unknown) => void

/** One for each protocol. */
const watchers = new Set<Crashed>()

/**
 * Tells of an error that is about to end the process, with the RPC metadata of the request it came from: no framework sees
 * such an error, and no response is closed any more. The monitor event changes nothing about what Node does next,
 * where a listener of `uncaughtException` would keep the process alive.
 * @param crashed heard once, however often it is given
 */
export function watchCrash(crashed: Crashed): void {
  if (watchers.size === 0) process.on('uncaughtExceptionMonitor', tellWatchers)
  watchers.add(crashed)
}

function tellWatchers(error: unknown): void {
  const rpc = getRPCMetadata(context.active())
  if (rpc === undefined) return
  for (const crashed of watchers) crashed(rpc, error)
}
