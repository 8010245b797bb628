import { type Span, SpanStatusCode } from '@opentelemetry/api'

/** The names of gRPC's status codes, by number. https://grpc.github.io/grpc/core/md_doc_statuscodes.html */
const names = [
  'OK',
  'CANCELLED',
  'UNKNOWN',
  'INVALID_ARGUMENT',
  'DEADLINE_EXCEEDED',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
  'UNAUTHENTICATED',
] as const

export type StatusName = (typeof names)[number]

/**
 * What fails the server's side: the other codes are answers, which the caller has to do something about.
 * https://opentelemetry.io/docs/specs/semconv/rpc/grpc/
 */
const serverErrors: ReadonlySet<string> = new Set<StatusName>([
  'UNKNOWN',
  'DEADLINE_EXCEEDED',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
])

/** `NOT_FOUND` for 5. A code that gRPC does not know counts as UNKNOWN, as its specification has it. */
export function statusName(code: unknown): StatusName {
  return (typeof code === 'number' ? names[code] : undefined) ?? 'UNKNOWN'
}

/** Writes a call's status on its span; for a client every code but OK is an error. The details are free text and stay away. */
export function writeStatus(span: Span, status: StatusName, side: 'client' | 'server'): void {
  span.setAttribute('rpc.status_code', status)
  if (side === 'server' ? !serverErrors.has(status) : status === 'OK') return
  span.setAttribute('error.type', status)
  span.setStatus({ code: SpanStatusCode.ERROR })
}

/** `orders.v1.Orders/Get` of `/orders.v1.Orders/Get`: the fully qualified name, which is `rpc.method` and the span's name. */
export function methodName(path: string): string {
  return path.startsWith('/') ? path.slice(1) : path
}
