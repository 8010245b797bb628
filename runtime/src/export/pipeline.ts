import { AsyncResource } from 'node:async_hooks'
import { trace, TraceFlags, type Context } from '@opentelemetry/api'
import type { ReadableSpan, Span, SpanProcessor } from '@opentelemetry/sdk-trace'
import { report } from '../diagnostics.js'
import { noteInnerServer } from '../middleware/inner-server.js'
import type { DropReason } from '../options.js'
import type { BatchSettings } from '../setup/environment.js'
import { rememberLocalRoot } from '../state.js'
import { sendInChild } from './last-words.js'
import { encodeSpans } from './otlp.js'
import type { Outcome, Transport } from './transport.js'

/** Spans from their end to the collector. */
export interface Pipeline extends SpanProcessor {
  counts: () => PipelineCounts
  /** Sends everything that has ended; false when something is left or was lost on the way. Never rejects. */
  flush: (timeoutMs: number) => Promise<boolean>
  /** Flushes, then takes nothing more; what is left is dropped as `shutdown`. Never rejects. */
  close: (timeoutMs: number) => Promise<boolean>
  /** Sends the rest from a child process and waits for it, for when the event loop is over. */
  sendRestNow: (timeoutMs: number) => boolean
  /** Adds a span that was not sampled but kept. */
  add: (span: ReadableSpan) => void
}

export interface PipelineCounts {
  readonly ended: number
  readonly exported: number
  readonly pending: number
  readonly dropped: Readonly<Record<DropReason, number>>
}

export interface PipelineOptions {
  readonly transport: Transport
  readonly batch: BatchSettings
  /** Makes the span fit to leave the process, in place; throws when it can't be made so. */
  readonly redact: (span: ReadableSpan) => ReadableSpan
  /** Told of a span that was ended without being sampled. */
  readonly onUnsampled?: ((span: ReadableSpan) => void) | undefined
  /** Told before each batch is made. */
  readonly onBatch?: () => void
}

interface Batch {
  readonly bytes: Uint8Array
  readonly count: number
  attempts: number
}

/** A batch is given up after this many attempts, so that a queue behind it does not starve. */
const maxAttempts = 6
const firstBackoffMs = 1000
const maxBackoffMs = 30_000

/**
 * A batching span processor and exporter in one, so that every span is accounted for: ended = acknowledged + dropped
 * (by reason) + pending, at every moment.
 *
 * After a failure it stops trying for a while (1 s, doubled up to 30 s, or what Retry-After says); meanwhile the queue
 * fills, then drops, and no request notices. No timer and no socket of it keeps the process alive.
 */
export function createPipeline({ transport, batch: settings, redact, onUnsampled, onBatch }: PipelineOptions): Pipeline {
  const dropped: Record<DropReason, number> = { queue_full: 0, export_failed: 0, rejected: 0, redaction_failed: 0, shutdown: 0 }
  const outside = new AsyncResource('SpanguardBatch', { requireManualDestroy: true })
  let queue: ReadableSpan[] = []
  let current: Batch | null = null
  let sending: Promise<void> | null = null
  let ended = 0
  let exported = 0
  let closed = false
  let timer: NodeJS.Timeout | null = null
  let dueAt = 0
  /** Until when the collector is left alone; of a clock that nobody sets. */
  let restUntil = 0
  let failures = 0

  const wake = (): void => {
    timer = null
    const rest = restUntil - performance.now()
    if (rest > 0) arm()
    else void pump()
  }
  /** Sets the timer to when something is to be done next, unless it is set to that or earlier. */
  const arm = (): void => {
    if (closed || sending !== null) return
    const now = performance.now()
    const waits = current === null && queue.length < settings.maxBatch
    const due = Math.max(restUntil, waits ? now + settings.delayMs : now)
    if (timer !== null) {
      if (due >= dueAt) return
      clearTimeout(timer)
    }
    dueAt = due
    timer = outside.runInAsyncScope(() => setTimeout(wake, due - now))
    timer.unref()
  }

  const pump = (): Promise<void> => {
    sending ??= outside.runInAsyncScope(drain).finally(() => {
      sending = null
      if (queue.length > 0 || current !== null) arm()
    })
    return sending
  }
  /** One batch after the other until nothing is left for a full batch, or one fails. */
  const drain = async (): Promise<void> => {
    for (;;) {
      current ??= nextBatch()
      if (current === null) return
      const batch = current
      batch.attempts++
      const outcome = await transport.send(batch.bytes)
      // Closing may have given it up while it was on its way.
      if (current !== batch) return
      if (!settle(batch, outcome)) return
      if (queue.length < settings.maxBatch && flushing === 0) return
    }
  }
  let flushing = 0

  const settle = (batch: Batch, outcome: Outcome): boolean => {
    if (outcome.kind === 'taken') {
      const rejected = Math.min(Math.max(outcome.rejected, 0), batch.count)
      exported += batch.count - rejected
      dropped.rejected += rejected
      if (rejected > 0) report('warn', 'export.rejected', `the collector rejected ${rejected} of ${batch.count} spans`)
      if (failures > 0) report('info', 'export.recovered', 'spans are exported again')
      current = null
      failures = 0
      restUntil = 0
      return true
    }
    failures++
    const backoff = Math.min(firstBackoffMs * 2 ** (failures - 1), maxBackoffMs) * (0.8 + 0.4 * Math.random())
    const afterMs = outcome.kind === 'retry' ? (outcome.afterMs ?? 0) : 0
    restUntil = performance.now() + Math.max(backoff, afterMs)
    if (outcome.kind === 'refused' || batch.attempts >= maxAttempts) {
      current = null
      dropped.export_failed += batch.count
    }
    report('warn', `export.${outcome.reason}`, `spans can't be exported to ${transport.shown} (${outcome.reason})${hintFor(outcome.reason)}; trying again in ${Math.round((restUntil - performance.now()) / 1000)} s`)
    return false
  }

  const nextBatch = (): Batch | null => {
    while (queue.length > 0) {
      onBatch?.()
      const taken = queue.splice(0, settings.maxBatch)
      const bytes = encode(taken)
      if (bytes !== null) return bytes
    }
    return null
  }
  const encode = (spans: readonly ReadableSpan[]): Batch | null => {
    const safe: ReadableSpan[] = []
    for (const span of spans) {
      try {
        safe.push(redact(span))
      } catch {
        dropped.redaction_failed++
        report('error', 'redaction.failed', 'a span was dropped because redacting it failed')
      }
    }
    if (safe.length === 0) return null
    const { bytes, count } = encodeSpans(safe)
    const lost = safe.length - count
    if (lost > 0) {
      dropped.export_failed += lost
      report('error', 'export.serialize', `${lost} of ${safe.length} spans were dropped because they could not be serialised`)
    }
    return count === 0 ? null : { bytes, count, attempts: 0 }
  }

  const add = (span: ReadableSpan): void => {
    ended++
    if (closed) dropped.shutdown++
    else if (queue.length >= settings.maxQueue) {
      dropped.queue_full++
      report('warn', 'export.queue_full', `spans are dropped: ${settings.maxQueue} are waiting for the collector`)
    } else {
      queue.push(span)
      if (timer === null || queue.length >= settings.maxBatch) arm()
    }
  }
  const pending = (): number => queue.length + (current?.count ?? 0)

  const flush = async (timeoutMs: number): Promise<boolean> => {
    if (pending() === 0) return true
    const lost = dropped.export_failed + dropped.rejected + dropped.redaction_failed
    const release = transport.hold()
    flushing++
    let deadline: NodeJS.Timeout | undefined
    try {
      // `sending` may be about to end without what ended meanwhile, hence the second round.
      const work = (async () => {
        await sending
        while (pending() > 0) {
          const failuresBefore = failures
          await pump()
          if (failures > failuresBefore) break
        }
      })()
      const late = new Promise<void>(resolve => {
        deadline = outside.runInAsyncScope(() => setTimeout(resolve, timeoutMs))
      })
      await Promise.race([work, late])
    } finally {
      clearTimeout(deadline)
      flushing--
      release()
    }
    return pending() === 0 && dropped.export_failed + dropped.rejected + dropped.redaction_failed === lost
  }

  const close = async (timeoutMs: number): Promise<boolean> => {
    if (closed) return pending() === 0
    const complete = await flush(timeoutMs)
    closed = true
    if (timer !== null) clearTimeout(timer)
    timer = null
    dropped.shutdown += pending()
    queue = []
    current = null
    transport.close()
    return complete
  }

  return {
    onStart(span: Span, parentContext: Context) {
      rememberLocalRoot(span, trace.getSpan(parentContext))
      noteInnerServer(span, parentContext)
    },
    onEnd(span) {
      if ((span.spanContext().traceFlags & TraceFlags.SAMPLED) !== 0) add(span)
      else onUnsampled?.(span)
    },
    add,
    counts: () => ({ ended, exported, pending: pending(), dropped: { ...dropped } }),
    flush,
    close,
    forceFlush: async () => {
      await flush(2500)
    },
    shutdown: async () => {
      await close(2500)
    },
    sendRestNow(timeoutMs) {
      if (closed || pending() === 0) return true
      const batches = current === null ? [] : [current]
      for (let next = nextBatch(); next !== null; next = nextBatch()) batches.push(next)
      const count = batches.reduce((sum, batch) => sum + batch.count, 0)
      closed = true
      current = null
      const taken = sendInChild(transport.delivery(), batches.map(batch => batch.bytes), timeoutMs)
      if (taken) exported += count
      else dropped.shutdown += count
      return taken
    },
  }
}

const unreachable = new Set(['EAI_AGAIN', 'ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'ETIMEDOUT'])

/** What to do where the answer says it. */
function hintFor(reason: string): string {
  if (unreachable.has(reason)) return ': start a collector there, or set OTEL_EXPORTER_OTLP_ENDPOINT or TEMPO_ENDPOINT to where one is'
  if (reason === 'HTTP 404') return ': is that an OTLP/HTTP endpoint?'
  return reason === 'HTTP 401' || reason === 'HTTP 403' ? ': look at OTEL_EXPORTER_OTLP_HEADERS' : ''
}
