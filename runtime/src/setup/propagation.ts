import { propagation, type Context, type TextMapPropagator } from '@opentelemetry/api'
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from '@opentelemetry/core'
import { judgeExportedKey, maskText, type Policy } from '@spanguard/policy'
import { isFreeOfSecrets } from '../redaction/values.js'
import { trustPropagation } from '../middleware/trust.js'

/**
 * The W3C propagators that the environment asks for (both by default); null for `OTEL_PROPAGATORS=none`. Baggage goes out
 * only where the policy lists its key and its value holds nothing sensitive: headers are read by whoever is called.
 */
export function createPropagator(names: readonly ('tracecontext' | 'baggage')[], policy: Policy): TextMapPropagator | null {
  const propagators = names.map(name => (name === 'baggage' ? listedBaggage(policy) : new W3CTraceContextPropagator()))
  if (propagators.length === 0) return null
  return trustPropagation(new CompositePropagator({ propagators }))
}

function listedBaggage(policy: Policy): TextMapPropagator {
  const inner = new W3CBaggagePropagator()
  const safe = (context: Context): Context => {
    const baggage = propagation.getBaggage(context)
    if (baggage === undefined) return context
    const unlisted = baggage
      .getAllEntries()
      .filter(([key, entry]) => judgeExportedKey(key, 'span', policy) === 'deny' || !isFreeOfSecrets(key) || maskText(entry.value) !== entry.value)
    if (unlisted.length === 0) return context
    return propagation.setBaggage(context, baggage.removeEntries(...unlisted.map(([key]) => key)))
  }
  return {
    inject(context, carrier, setter) {
      inner.inject(safe(context), carrier, setter)
    },
    extract: (context, carrier, getter) => inner.extract(context, carrier, getter),
    fields: () => inner.fields(),
  }
}
