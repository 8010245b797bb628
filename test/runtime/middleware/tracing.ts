import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { context, propagation, trace } from '@opentelemetry/api'
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from '@opentelemetry/core'
import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer'
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { type DecodedSpan, startReceiver } from '../../otlp-receiver.js'

export interface TestTracing {
  /** Everything that ended since the last call and arrived at the receiver. */
  spans(): Promise<readonly DecodedSpan[]>
  /** Of these the SERVER spans. */
  serverSpans(): Promise<readonly DecodedSpan[]>
  stop(): Promise<void>
}

export async function startTracing(): Promise<TestTracing> {
  const receiver = await startReceiver()
  const processor = new BatchSpanProcessor({ exporter: {
    export(spans: never, done: (result: { code: number }) => void) {
      void fetch(`${receiver.url}/v1/traces`, { method: 'POST', headers: { 'content-type': 'application/x-protobuf' }, body: ProtobufTraceSerializer.serializeRequest(spans) as never }).then(() => done({ code: 0 }))
    }, shutdown: async () => {} } } as never)
  const provider = new TracerProvider({ spanProcessors: [processor] })
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  propagation.setGlobalPropagator(new CompositePropagator({ propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()] }))
  trace.setGlobalTracerProvider(provider)
  const spans = async (): Promise<readonly DecodedSpan[]> => {
    await new Promise(resolve => setTimeout(resolve, 60))
    await provider.forceFlush()
    const taken = [...receiver.spans()]
    receiver.clear()
    return taken
  }
  return {
    spans,
    serverSpans: async () => (await spans()).filter(({ kind }) => kind === 'SERVER'),
    stop: async () => {
      await provider.shutdown()
      await receiver.close()
    },
  }
}
