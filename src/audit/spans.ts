/** A span as it was recorded, whatever it was read from. */
export interface RecordedSpan {
  /** 32 lowercase hex digits. */
  readonly traceId: string
  /** 16 lowercase hex digits. */
  readonly spanId: string
  /** Null for a root. */
  readonly parentSpanId: string | null
  readonly name: string
  readonly kind: 'unspecified' | 'internal' | 'server' | 'client' | 'producer' | 'consumer'
  /** Nanoseconds since the epoch; 0 where it was not recorded. */
  readonly startTime: bigint
  readonly attributes: Attributes
  readonly events: readonly { readonly name: string; readonly attributes: Attributes }[]
  readonly links: readonly { readonly attributes: Attributes }[]
  readonly status: { readonly code: 'unset' | 'ok' | 'error'; readonly message: string }
  /** The instrumentation that made it: `@opentelemetry/instrumentation-http`. */
  readonly scope: string
  /** `service.name` of its resource. */
  readonly service: string
  readonly resource: Attributes
}

export type RecordedValue = string | number | boolean | null | readonly RecordedValue[] | { readonly [key: string]: RecordedValue }
export type Attributes = ReadonlyMap<string, RecordedValue>

export const spanKinds = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'] as const
export const statusCodes = ['unset', 'ok', 'error'] as const

/** `service.name` of a resource; a service that does not say it is called as the SDK's default has it. */
export function serviceOf(resource: Attributes): string {
  const name = resource.get('service.name')
  return typeof name === 'string' && name !== '' ? name : 'unknown_service'
}

/** Source that cannot be read as recorded traces; the message is one sentence that says what to do. */
export class AuditError extends Error {
  override readonly name = 'UsageError'
}
