import { diag, metrics } from '@opentelemetry/api'
import { AggregationTemporality, InMemoryMetricExporter, MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics'
import { initTracing, withSpan } from '@spanguard/runtime'
import { afterEach, beforeEach, describe, expect, test, vi, type MockInstance } from 'vitest'
import { report, resetDiagnostics } from '../../runtime/src/diagnostics.js'
import { startReceiver } from '../otlp-receiver.js'

const lines: string[] = []
let written: MockInstance<typeof process.stderr.write>
beforeEach(() => {
  lines.length = 0
  resetDiagnostics()
  written = vi.spyOn(process.stderr, 'write').mockImplementation(line => {
    lines.push(String(line))
    return true
  })
})
afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
  vi.useRealTimers()
  diag.disable()
})

describe('diagnostics', () => {
  test('the same is said once a minute, with how often it went unheard', () => {
    vi.useFakeTimers()
    for (let i = 0; i < 5; i++) report('warn', 'k', 'something')
    report('warn', 'other', 'else')
    expect(lines).toEqual(['spanguard: something\n', 'spanguard: else\n'])
    vi.advanceTimersByTime(60_000)
    report('warn', 'k', 'something')
    expect(lines[2]).toBe('spanguard: something (4 more like this)\n')
  })

  test('another copy of the package, as in the other module system, does not say it again', async () => {
    report('warn', 'k', 'something')
    vi.resetModules()
    const copy = await import('../../runtime/src/diagnostics.js')
    expect(copy.report).not.toBe(report)
    copy.report('warn', 'k', 'something')
    expect(lines).toEqual(['spanguard: something\n'])
  })

  test.each([
    [undefined, ['error', 'warn']],
    ['ERROR', ['error']],
    ['none', []],
    ['info', ['error', 'warn', 'info']],
    ['nonsense', ['error', 'warn']],
  ])('OTEL_LOG_LEVEL=%s lets %j through', (level, heard) => {
    vi.stubEnv('OTEL_LOG_LEVEL', level)
    for (const name of ['error', 'warn', 'info'] as const) report(name, name, name)
    expect(lines).toEqual(heard.map(name => `spanguard: ${name}\n`))
  })

  test('the application\'s logger hears it instead of stderr, and is not replaced by initTracing', async () => {
    const heard: string[] = []
    const logger = { error: (text: string) => heard.push(text), warn: (text: string) => heard.push(text), info: () => 0, debug: () => 0, verbose: () => 0 }
    diag.setLogger(logger)
    vi.stubEnv('OTEL_LOG_LEVEL', 'warn')
    vi.stubEnv('OTEL_TRACES_SAMPLER', 'nonsense')
    const tracing = initTracing({ serviceName: 'x', environment: 'test', signals: false })
    diag.warn('still mine')
    await tracing.shutdown()
    expect(heard).toEqual([expect.stringContaining('OTEL_TRACES_SAMPLER is ignored'), 'still mine'])
    expect(lines).toEqual([])
  })

  test('a stderr that throws harms nobody', () => {
    written.mockImplementation(() => {
      throw new Error('EPIPE')
    })
    expect(() => {
      report('error', 'x', 'y')
    }).not.toThrow()
  })
})

test.each(['before', 'after'])('an application that sets a meter provider %s tracing gets the standard metrics of the SDK', async order => {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 })
  const meterProvider = new MeterProvider({ readers: [reader] })
  if (order === 'before') metrics.setGlobalMeterProvider(meterProvider)
  const receiver = await startReceiver({ mode: { rejectedSpans: 1 } })
  const tracing = initTracing({ serviceName: 'x', environment: 'test', endpoint: receiver.url, signals: false })
  if (order === 'after') metrics.setGlobalMeterProvider(meterProvider)
  try {
    for (let i = 0; i < 3; i++) withSpan('a.b', () => {})
    await tracing.flush()
    withSpan('a.b', () => {})
    await reader.forceFlush()
    const found = exporter
      .getMetrics()
      .at(-1)
      ?.scopeMetrics.flatMap(scope => scope.metrics)
      .flatMap(metric => metric.dataPoints.map(point => [metric.descriptor.name, point.attributes['error.type'] ?? '', point.value] as const))
    expect(found).toContainEqual(['otel.sdk.processor.span.processed', '', 3])
    expect(found).toContainEqual(['otel.sdk.exporter.span.exported', '', 2])
    expect(found).toContainEqual(['otel.sdk.exporter.span.exported', 'rejected', 1])
    expect(found).toContainEqual(['otel.sdk.processor.span.queue.size', '', 1])
    expect(found).toContainEqual(['otel.sdk.processor.span.queue.capacity', '', 2048])
  } finally {
    await tracing.shutdown()
    await receiver.close()
    await meterProvider.shutdown()
    metrics.disable()
  }
})
