/**
 * Whether an official instrumentation has put its function in place of a client's: it makes the span then. The mark is that
 * of `@opentelemetry/instrumentation`'s wrap.
 */
export function isPatched(method: unknown): boolean {
  return typeof method === 'function' && (method as { readonly __wrapped?: unknown }).__wrapped === true
}
