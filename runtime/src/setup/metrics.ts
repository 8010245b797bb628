import { metrics, type ObservableResult } from '@opentelemetry/api'
import type { PipelineCounts } from '../export/pipeline.js'
import { scopeName, version } from '../version.js'

/**
 * The SDK's standard metrics about itself, read from the pipeline's counts, for applications that have a meter provider.
 * Returns what looks for one; call it now and then.
 * https://opentelemetry.io/docs/specs/semconv/otel/sdk-metrics/
 */
export function createMetrics(counts: () => PipelineCounts, capacity: number): () => void {
  let registered = false
  return () => {
    // The metrics API has no proxy: what is asked for before the application's provider is there stays a no-op.
    if (registered || !hasMeterProvider()) return
    registered = true
    register(counts, capacity)
  }
}

function register(counts: () => PipelineCounts, capacity: number): void {
  const meter = metrics.getMeter(scopeName, version)
  const processor = { 'otel.component.type': 'batching_span_processor', 'otel.component.name': 'batching_span_processor/spanguard' }
  const exporter = { 'otel.component.type': 'otlp_http_span_exporter', 'otel.component.name': 'otlp_http_span_exporter/spanguard' }
  const observe = (name: string, description: string, read: (result: ObservableResult, now: PipelineCounts) => void): void => {
    meter.createObservableCounter(name, { unit: '{span}', description }).addCallback(result => {
      read(result, counts())
    })
  }
  observe('otel.sdk.processor.span.processed', 'Spans whose processing has finished, either successful or failed', (result, now) => {
    const { queue_full, redaction_failed, shutdown } = now.dropped
    result.observe(now.ended - now.pending - queue_full - redaction_failed - shutdown, processor)
    result.observe(queue_full, { ...processor, 'error.type': 'queue_full' })
    result.observe(redaction_failed, { ...processor, 'error.type': 'redaction_failed' })
    result.observe(shutdown, { ...processor, 'error.type': 'shutdown' })
  })
  observe('otel.sdk.exporter.span.exported', 'Spans for which the export has finished, either successful or failed', (result, now) => {
    result.observe(now.exported, exporter)
    result.observe(now.dropped.export_failed, { ...exporter, 'error.type': 'export_failed' })
    result.observe(now.dropped.rejected, { ...exporter, 'error.type': 'rejected' })
  })
  meter
    .createObservableUpDownCounter('otel.sdk.processor.span.queue.size', { unit: '{span}' })
    .addCallback(result => {
      result.observe(counts().pending, processor)
    })
  meter
    .createObservableUpDownCounter('otel.sdk.processor.span.queue.capacity', { unit: '{span}' })
    .addCallback(result => {
      result.observe(capacity, processor)
    })
}

function hasMeterProvider(): boolean {
  const api = (globalThis as { [key: symbol]: unknown })[Symbol.for('opentelemetry.js.api.1')]
  return typeof api === 'object' && api !== null && 'metrics' in api
}
