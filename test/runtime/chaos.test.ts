import { Agent, get } from 'node:http'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { DropReason } from '@spanguard/runtime'
import { startReceiver, type Receiver, type ReceiverMode } from '../otlp-receiver.js'
import { fixtures, startNode, type Running } from './processes.js'

let receiver: Receiver
let service: Running
let port: number
const agent = new Agent({ keepAlive: true, maxSockets: 50 })

beforeEach(async () => {
  receiver = await startReceiver()
  service = startNode(['--expose-gc', path.join(fixtures, 'chaos.mjs')], {
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    OTEL_EXPORTER_OTLP_TIMEOUT: '300',
    OTEL_BSP_SCHEDULE_DELAY: '100',
    OTEL_BSP_MAX_QUEUE_SIZE: '512',
    OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '128',
    ENVIRONMENT: 'test',
  })
  let stdout = ''
  service.child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
  await service.printed('listening')
  port = Number(/listening (\d+)/.exec(stdout)?.[1])
})
afterEach(async () => {
  service.kill('SIGKILL')
  await service.ended
  agent.destroy()
  await receiver.close()
})

interface Stats {
  readonly ended: number
  readonly exported: number
  readonly pending: number
  readonly dropped: Record<DropReason, number>
  /** The numbers of the receiver's answers that came. */
  readonly answered: readonly number[]
  readonly heap: number
}

function ask(url: string): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, path: url, agent }, response => {
      let body = ''
      response.on('data', (chunk: Buffer) => (body += chunk.toString()))
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, body })
      })
      response.on('error', reject)
    }).on('error', reject)
  })
}

async function stats(): Promise<Stats> {
  return JSON.parse((await ask('/stats')).body) as Stats
}

/** 40 callers for so long; returns how many requests were made and how many of them failed. */
async function load(ms: number): Promise<{ made: number; failed: number }> {
  const until = Date.now() + ms
  let made = 0
  let failed = 0
  const caller = async (): Promise<void> => {
    while (Date.now() < until) {
      made++
      try {
        if ((await ask('/')).status !== 200) failed++
      } catch {
        failed++
      }
    }
  }
  await Promise.all(Array.from({ length: 40 }, caller))
  return { made, failed }
}

test('a collector that stops, hangs, answers nonsense and comes back is never felt, and every span is accounted for', { timeout: 60_000 }, async () => {
  let made = (await load(500)).made
  const before = await stats()
  const modes: ReceiverMode[] = ['refuse', 'ok', 'hang', 'reset', 'ok', 'corrupt', { status: 503, retryAfter: 1 }, { status: 400 }, { rejectedSpans: 3 }, 'hang', 'ok']
  for (const mode of modes) {
    await receiver.setMode(mode)
    // A flush asks the collector at once, however long it was to be left alone.
    const [result] = await Promise.all([load(700), ask('/flush')])
    expect(result.failed, JSON.stringify(mode)).toBe(0)
    made += result.made
    const now = await stats()
    expectAccounted(now, made, JSON.stringify(mode))
    expect(now.pending).toBeLessThanOrEqual(512 + 128)
    expect(now.heap - before.heap, JSON.stringify(mode)).toBeLessThan(20 * 1024 * 1024)
  }
  expect(made).toBeGreaterThan(1000)

  // Spans again after recovery: at once when asked to flush.
  const taken = receiver.spans().length
  made += (await load(100)).made
  expect((await ask('/flush')).body).toBe('true')
  expect(receiver.spans().length).toBeGreaterThan(taken)

  const end = await stats()
  expectAccounted(end, made, 'at the end')
  expect(end.pending).toBe(0)
  expect(acknowledged(end)).toBeGreaterThan(0)
  expect(end.dropped.rejected).toBeGreaterThan(0)
  expect(end.dropped.export_failed).toBeGreaterThan(0)
  expect(end.dropped.redaction_failed + end.dropped.shutdown).toBe(0)
})

/**
 * To the span: what the service ended (two for each request) is what the receiver acknowledged and was heard to, what was dropped, and what
 * waits.
 */
function expectAccounted(now: Stats, made: number, when: string): void {
  const dropped = Object.values(now.dropped).reduce((sum, count) => sum + count, 0)
  expect(now.ended, when).toBe(2 * made)
  expect(now.exported, when).toBe(acknowledged(now))
  expect(acknowledged(now) + dropped + now.pending, when).toBe(now.ended)
}

function acknowledged({ answered }: Stats): number {
  const heard = new Set(answered)
  return receiver.requests().reduce((sum, request) => sum + (heard.has(request.number) ? request.taken.length : 0), 0)
}
