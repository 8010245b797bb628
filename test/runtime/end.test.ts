import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startReceiver, type Receiver } from '../otlp-receiver.js'
import { fixtures, startNode, type Ended } from './processes.js'

const program = path.join(fixtures, 'end.mjs')
let receiver: Receiver
let hangs = false
beforeEach(async () => {
  hangs = false
  receiver = await startReceiver()
})
afterEach(async () => {
  await receiver.close()
})

async function run(scenario: string, traced: boolean, signals: readonly NodeJS.Signals[] = [], gapMs = 0): Promise<Ended> {
  const running = startNode([program], {
    SCENARIO: scenario,
    TRACED: traced ? '1' : '0',
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    // Nothing is sent before the end by itself.
    OTEL_BSP_SCHEDULE_DELAY: '60000',
    ENVIRONMENT: 'test',
    // A collector that never answers must not be waited for: there the bound holds as it is.
    PATIENT: hangs ? '0' : '1',
  })
  if (signals.length > 0) await running.printed('ready')
  for (const [index, signal] of signals.entries()) {
    if (index > 0) await new Promise(resolve => setTimeout(resolve, gapMs))
    running.kill(signal)
  }
  return running.ended
}

/** At least once, never not: what was on its way when the process ended is sent again. */
function arrived(): number {
  return new Set(receiver.spans().map(span => span.spanId)).size
}

/** Code, signal, stdout and stderr as without the runtime. */
function expectSame(traced: Ended, plain: Ended): void {
  expect({ code: traced.code, signal: traced.signal, stdout: traced.stdout, stderr: traced.stderr }).toEqual({
    code: plain.code,
    signal: plain.signal,
    stdout: plain.stdout,
    stderr: plain.stderr,
  })
}

describe('every buffered span arrives, and the process ends as without the runtime', () => {
  test.each([
    'natural',
    'natural with exitCode',
    'beforeExit listener',
    'process.exit',
    'process.exit later',
    'throw',
    'throw later',
    'rejection',
    'handled uncaughtException',
  ])('%s', async scenario => {
    const [traced, plain] = await Promise.all([run(scenario, true), run(scenario, false)])
    expectSame(traced, plain)
    expect(arrived()).toBe(100)
  })

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    test.each([
      'signal, nobody listens',
      'signal, a listener exits later',
      'signal, a listener exits at once',
      'signal, a once listener closes the server',
      'signal, a prepended once listener closes the server',
      'signal, a listener ignores it',
    ])(`${signal}: %s`, async scenario => {
      const [traced, plain] = await Promise.all([run(scenario, true, [signal]), run(scenario, false, [signal])])
      expectSame(traced, plain)
      expect(arrived()).toBe(100)
    })
  }

  test('a span that ends while the application is closing', async () => {
    await run('signal, a listener ends a span and closes', true, ['SIGTERM'])
    expect(receiver.spans().some(span => span.name === 'late.item')).toBe(true)
    expect(arrived()).toBe(101)
  })

  test('a second signal while the first is being answered', async () => {
    await receiver.setMode({ delayMs: 400 })
    const ended = await run('signal, nobody listens', true, ['SIGTERM', 'SIGTERM'], 100)
    expect(ended.signal).toBe('SIGTERM')
    expect(arrived()).toBe(100)
  })
})

// How long that takes is measured by bench/runtime.ts. Here a collector that never answers would hold the process for good.
describe('with the collector down the process still ends, as without the runtime', () => {
  test.each(['refuse', 'hang', 'reset'] as const)('SIGTERM, %s', async mode => {
    hangs = true
    await receiver.setMode(mode)
    const ended = await run('signal, nobody listens', true, ['SIGTERM'])
    expect(ended.signal).toBe('SIGTERM')
  })

  test.each(['natural', 'process.exit', 'throw'])('%s, hang', async scenario => {
    hangs = true
    await receiver.setMode('hang')
    const [traced, plain] = await Promise.all([run(scenario, true), run(scenario, false)])
    expectSame({ ...traced, stderr: withoutOwnLines(traced.stderr) }, plain)
  })
})

function withoutOwnLines(stderr: string): string {
  return stderr.replace(/^spanguard: .*\n/gm, '')
}
