import type { TextMapGetter, TextMapSetter } from '@opentelemetry/api'
import type { IncomingHeaders } from '../middleware/attributes.js'

/** What is used of grpc-js' `Metadata`. */
export interface CallMetadata {
  get(key: string): readonly (string | Uint8Array)[]
  set(key: string, value: string): void
  remove(key: string): void
  clone(): CallMetadata
  getMap(): Readonly<Record<string, unknown>>
}

export const metadataGetter: TextMapGetter<CallMetadata> = {
  keys: metadata => Object.keys(metadata.getMap()),
  get(metadata, key) {
    const texts = metadata.get(key).filter(value => typeof value === 'string')
    return texts.length > 1 ? [...texts] : texts[0]
  },
}

export const metadataSetter: TextMapSetter<CallMetadata> = {
  set(metadata, key, value) {
    metadata.set(key, value)
  },
}

/** Metadata as `trustIncoming` wants to see it: names in lower case, binary values left out. */
export function headersOf(metadata: CallMetadata): IncomingHeaders {
  const headers: Record<string, string | readonly string[]> = {}
  for (const key of Object.keys(metadata.getMap())) {
    const value = metadataGetter.get(metadata, key)
    if (value !== undefined) headers[key] = value
  }
  return headers
}

/** Takes the W3C trace context and baggage away. */
export function removeTraceContext(metadata: CallMetadata): void {
  for (const key of ['traceparent', 'tracestate', 'baggage']) metadata.remove(key)
}
