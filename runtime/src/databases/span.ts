import { type Attributes, type Context, propagation, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { isTracingSuppressed } from '@opentelemetry/core'
import { judgeExportedKey } from '@spanguard/policy'
import { errorType } from '../spans/capture-error.js'
import { startOwnSpan } from '../spans/start-span.js'
import { localRootOf, runtimeState } from '../state.js'

/** What is said of one command: never its parameters. */
export interface Command {
  /** `postgresql`, `mysql`, `mongodb`, `redis`. */
  readonly system: string
  /** `SELECT orders`: the span's name. */
  readonly summary: string
  readonly operation: string
  readonly collection: string | null
  /** The database. */
  readonly namespace: string | null
  readonly address: string | undefined
  readonly port: number | undefined
  readonly batchSize?: number | undefined
  readonly procedure?: string | null
}

/** Starts the CLIENT span of a command below what is active; null while tracing is suppressed or off. */
export function startCommand(command: Command, active: Context): Span | null {
  if (runtimeState().active?.tracer === null || isTracingSuppressed(active)) return null
  const span = startOwnSpan(command.summary, { kind: SpanKind.CLIENT, attributes: () => attributesOf(command) }, active)
  if (span.isRecording()) setTenant(span, active)
  return span
}

/** Ends the span of a command; what went wrong is said by code and class, since messages repeat values. */
export function endCommand(span: Span, error: unknown, code: string | null): void {
  if (error !== undefined && error !== null) failCommand(span, error, code)
  span.end()
}

function failCommand(span: Span, error: unknown, code: string | null): void {
  if (code !== null) span.setAttribute('db.response.status_code', code)
  span.setAttribute('error.type', code ?? errorType(error))
  span.setStatus({ code: SpanStatusCode.ERROR })
}

function attributesOf(command: Command): Attributes {
  const attributes: Attributes = {
    'db.system.name': command.system,
    'db.operation.name': command.operation,
    'db.query.summary': command.summary,
  }
  if (command.namespace !== null) attributes['db.namespace'] = command.namespace
  if (command.collection !== null) attributes['db.collection.name'] = command.collection
  if (command.procedure !== undefined && command.procedure !== null) attributes['db.stored_procedure.name'] = command.procedure
  if (command.batchSize !== undefined && command.batchSize > 1) attributes['db.operation.batch.size'] = command.batchSize
  if (command.address !== undefined && !command.address.startsWith('/')) {
    attributes['server.address'] = command.address
    if (command.port !== undefined) attributes['server.port'] = command.port
  }
  return attributes
}

/** The tenant that a query is for, of the span it is made in, of the request's span, or of the baggage: where the policy lists it. */
function setTenant(span: Span, active: Context): void {
  if (!mayTellTenant()) return
  const parent = trace.getSpan(active)
  const tenant =
    (parent === undefined ? undefined : (attributeOf(parent) ?? attributeOf(localRootOf(parent)))) ??
    propagation.getBaggage(active)?.getEntry(tenantKey)?.value
  if (tenant !== undefined) span.setAttribute(tenantKey, tenant)
}

const tenantKey = 'tenant.id'
let told: { readonly policy: object; readonly may: boolean } | null = null

function mayTellTenant(): boolean {
  const policy = runtimeState().active?.policy
  if (policy === undefined) return false
  if (told?.policy !== policy) told = { policy, may: judgeExportedKey(tenantKey, 'span', policy) !== 'deny' }
  return told.may
}

function attributeOf(span: Span): string | undefined {
  const value = (span as { readonly attributes?: Attributes }).attributes?.[tenantKey]
  return typeof value === 'string' ? value : undefined
}

