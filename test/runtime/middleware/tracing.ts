import { initTracing, type TracingOptions } from '@spanguard/runtime'
import { type DecodedSpan, startReceiver } from '../../otlp-receiver.js'

export interface TestTracing {
  /** Everything that ended since the last call and arrived at the receiver, in the order it ended. */
  spans(): Promise<readonly DecodedSpan[]>
  /** Of these the SERVER spans. */
  serverSpans(): Promise<readonly DecodedSpan[]>
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
  return {
    spans,
    serverSpans: async () => (await spans()).filter(({ kind }) => kind === 'SERVER'),
    stop: async () => {
      await tracing.shutdown()
      await receiver.close()
    },
  }
}
