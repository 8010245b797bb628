import { initTracing, type TracingOptions } from '@spanguard/runtime'
import { expect } from 'vitest'
import { type DecodedSpan, startReceiver } from '../../otlp-receiver.js'

export interface TestTracing {
  /** Where other processes may send theirs. */
  readonly url: string
  /** Everything that ended since the last call and arrived at the receiver, in the order it ended. */
  spans(): Promise<readonly DecodedSpan[]>
  /** Of these the SERVER spans. */
  serverSpans(): Promise<readonly DecodedSpan[]>
  /** The SERVER span, of which there is one and no other. */
  onlyServerSpan(): Promise<DecodedSpan>
  stop(): Promise<void>
}

/** The runtime as a service has it, exporting to a receiver of its own. */
export async function startTracing(options: TracingOptions = {}): Promise<TestTracing> {
  const receiver = await startReceiver()
  const tracing = initTracing({ serviceName: 'middleware-test', endpoint: receiver.url, signals: false, ...options })
  const spans = async (): Promise<readonly DecodedSpan[]> => {
    // A response ends for its caller a little before it does for its server.
    await new Promise(resolve => setTimeout(resolve, 40))
    await tracing.flush()
    const taken = [...receiver.spans()]
    receiver.clear()
    return taken
  }
  const serverSpans = async (): Promise<readonly DecodedSpan[]> => (await spans()).filter(({ kind }) => kind === 'SERVER')
  return {
    url: receiver.url,
    spans,
    serverSpans,
    onlyServerSpan: async () => {
      const servers = await serverSpans()
      expect(servers.map(({ name }) => name)).toHaveLength(1)
      return servers[0] as DecodedSpan
    },
    stop: async () => {
      await tracing.shutdown()
      await receiver.close()
    },
  }
}
