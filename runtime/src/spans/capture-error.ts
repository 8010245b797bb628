import { SpanStatusCode, trace, type Span } from '@opentelemetry/api'
import { localRootOf } from '../state.js'

export interface CaptureOptions {
  /** What was going on: becomes `error.stage` on the active span and on the topmost span of this process. */
  stage?: string
  /** The operation goes on all the same: the status stays unset. Default false. */
  handled?: boolean
}

/**
 * Tells the active span of an error that does not leave it by being thrown. Unhandled: `ERROR` status, `error.type` and an
 * exception event. Handled: an exception event only, as the semantic conventions have it that a handled error does not
 * fail the operation. Does nothing without an active span.
 */
export function captureError(error: unknown, options?: CaptureOptions | null): void {
  const span = trace.getActiveSpan()
  if (span === undefined) return
  if (options?.handled === true) recordException(span, error)
  else recordFailure(span, error)
  if (options?.stage !== undefined) setStage(span, options.stage)
}

/** ERROR status, `error.type` and an exception event. */
export function recordFailure(span: Span, error: unknown): void {
  if (!span.isRecording()) return
  const type = errorType(error)
  span.setAttribute('error.type', type)
  span.setStatus({ code: SpanStatusCode.ERROR, message: type })
  recordException(span, error)
}

/** `error.stage` on the span and on the topmost span of this process, so that a search by root finds it. */
export function setStage(span: Span, stage: string): void {
  span.setAttribute('error.stage', stage)
  const root = localRootOf(span)
  if (root !== span && root.isRecording()) root.setAttribute('error.stage', stage)
}

/**
 * The value of `error.type`: the code that Node or a library gave it, else the class, else the type of what was thrown.
 * https://opentelemetry.io/docs/specs/semconv/registry/attributes/error/
 */
export function errorType(error: unknown): string {
  try {
    return readType(error)
  } catch {
    // A getter or a proxy of the application's own.
    return 'Error'
  }
}

function readType(error: unknown): string {
  if (typeof error !== 'object' || error === null) return typeof error
  const { code, name } = error as { code?: unknown; name?: unknown }
  if (typeof code === 'string' && /^[A-Z][A-Z0-9_]{1,63}$/.test(code)) return code
  const type = (error as { constructor?: { name?: unknown } }).constructor?.name
  if (typeof name === 'string' && name !== '' && name !== 'Error') return name
  return typeof type === 'string' && type !== '' ? type : 'Error'
}

const recorded = new WeakMap<Span, unknown>()

/**
 * Once for one span and error, however many ways lead here. The message is redacted at export. Never throws, whatever was
 * thrown (no text can be made of some objects, and getters may fail): it would take the place of the application's error.
 */
function recordException(span: Span, error: unknown): void {
  if (!span.isRecording() || (recorded.has(span) && recorded.get(span) === error)) return
  recorded.set(span, error)
  try {
    span.recordException(error instanceof Error ? error : String(error))
  } catch {
    span.addEvent('exception', { 'exception.type': errorType(error) })
  }
}
