import { type Context, ROOT_CONTEXT, type Span, trace } from '@opentelemetry/api'
import { type RPCMetadata, setRPCMetadata } from '@opentelemetry/core'

/** The keys under which the API and the SDK look for what they put into a context; told by themselves. */
const spanKey = keyOf(probe => trace.setSpan(probe, trace.wrapSpanContext({ traceId: '', spanId: '', traceFlags: 0 })))
const rpcKey = keyOf(probe => setRPCMetadata(probe, {} as RPCMetadata))

function keyOf(set: (probe: Context) => unknown): symbol {
  let key = Symbol('none')
  const probe: Context = {
    getValue: () => undefined,
    setValue(given) {
      key = given
      return probe
    },
    deleteValue: () => probe,
  }
  set(probe)
  return key
}

/**
 * A context with a span, as `trace.setSpan` and `setRPCMetadata` make it: what is added to the parent stands in fields, where the
 * API's contexts copy a map and make three functions for each value.
 */
export function withSpanIn(parent: Context, span: Span, rpc?: RPCMetadata): Context {
  return new SpanHolder(parent, span, rpc)
}

class SpanHolder implements Context {
  // Declared alone: a field that is defined first and set then costs as much as the context itself.
  private declare readonly parent: Context
  private declare readonly span: Span
  private declare readonly rpc: RPCMetadata | undefined
  /** The same, as the API makes it; for who goes on from here. */
  private declare plain: Context | null

  constructor(parent: Context, span: Span, rpc: RPCMetadata | undefined) {
    this.parent = parent
    this.span = span
    this.rpc = rpc
    this.plain = null
  }

  getValue(key: symbol): unknown {
    if (key === spanKey) return this.span
    if (key === rpcKey && this.rpc !== undefined) return this.rpc
    // Most requests hang below nothing.
    return this.parent === ROOT_CONTEXT ? undefined : this.parent.getValue(key)
  }

  setValue(key: symbol, value: unknown): Context {
    return this.toPlain().setValue(key, value)
  }

  deleteValue(key: symbol): Context {
    return this.toPlain().deleteValue(key)
  }

  private toPlain(): Context {
    if (this.plain !== null) return this.plain
    const inside = trace.setSpan(this.parent, this.span)
    return (this.plain = this.rpc === undefined ? inside : setRPCMetadata(inside, this.rpc))
  }
}
