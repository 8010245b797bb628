import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { spawn } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { checkOut, secretsIn } from '../../examples/shop/requests.js'
import { startShop } from '../../examples/shop/services.js'
import { readSpans } from '../../src/audit/read.js'
import { cli, folder } from '../cli/project.js'
import { startFakeTempo, type FakeTempo } from '../fake-tempo.js'
import { startReceiver, type Receiver } from '../otlp-receiver.js'

const shop = path.resolve(import.meta.dirname, '../../examples/shop')

interface Recorded {
  readonly receiver: Receiver
  /** As the exporters of the services sent them. */
  readonly bodies: readonly Uint8Array[]
}

/**
 * Two checkouts, one of which fails.
 *
 * @param least so many spans are waited for before the services end: the broken shop does not send what is left then
 */
async function record(name: string, least: number): Promise<Recorded> {
  const receiver = await startReceiver()
  const services = await startShop(path.join(shop, name), new URL(receiver.url))
  await checkOut(services.gateway, { amount: 42, reference: 'audit' })
  await checkOut(services.gateway, { amount: 2400, reference: 'audit' })
  await receiver.waitForSpans(least)
  await services.stop()
  return { receiver, bodies: receiver.requests().map(({ body }) => body) }
}

/** As a user runs it; the fake Tempo answers in this process, which must not block. */
async function audit(cwd: string, words: readonly string[], input?: Uint8Array): Promise<{ status: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [cli, 'audit', ...words], { cwd, env: { ...process.env, NO_COLOR: '1', TEMPO_TOKEN: '', TEMPO_USER: '', TEMPO_TENANT: '' } })
  child.stdin.end(input ?? '')
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (chunk: Buffer) => { stdout += chunk.toString() })
  child.stderr.on('data', (chunk: Buffer) => { stderr += chunk.toString() })
  const status = await new Promise<number | null>((resolve) => child.once('close', resolve))
  return { status, stdout, stderr }
}

/** As the collector's file exporter writes protobuf: the length in four bytes before each message. */
function withLengths(bodies: readonly Uint8Array[]): Buffer {
  return Buffer.concat(bodies.flatMap((body) => {
    const length = Buffer.alloc(4)
    length.writeUInt32BE(body.length)
    return [length, body]
  }))
}

describe('the traces that the shop records', () => {
  let before: Recorded
  let after: Recorded
  let tempo: FakeTempo
  beforeAll(async () => {
    before = await record('before', 4)
    after = await record('after', 1)
    tempo = await startFakeTempo(before.receiver)
  }, 180_000)
  afterAll(async () => {
    tempo.close()
    await before.receiver.close()
    await after.receiver.close()
  })

  it('are read from protobuf as they were sent: every span, id, name, kind and attribute', () => {
    const read = readSpans({ bytes: withLengths(after.bodies), name: 'traces.pb' })
    const sent = after.receiver.spans()
    expect(read.map(({ kind, name, parentSpanId, service, spanId, startTime, traceId }) => [traceId, spanId, parentSpanId ?? undefined, name, kind.toUpperCase(), service, startTime]))
      .toEqual(sent.map(({ kind, name, parentSpanId, resource, spanId, startTime, traceId }) => [traceId, spanId, parentSpanId, name, kind, resource['service.name'], startTime]))
    expect(read.map(({ attributes }) => Object.fromEntries(attributes))).toEqual(sent.map(({ attributes }) => attributes))
    expect(read.map(({ status }) => status.code.toUpperCase())).toEqual(sent.map(({ status }) => status.code))
    expect(readSpans({ bytes: Buffer.concat(after.bodies), name: 'traces.pb' })).toEqual(read)
  })

  it('show in the broken shop what leaks, without showing it, from a file, the standard input and a Tempo alike', async () => {
    const dir = folder({})
    writeFileSync(path.join(dir, 'traces.pb'), withLengths(before.bodies))
    const fromFile = await audit(dir, ['traces.pb', '--format', 'json'])
    expect([fromFile.status, fromFile.stderr]).toEqual([1, ''])
    const { findings } = JSON.parse(fromFile.stdout) as { findings: { rule: string; key: string | null }[] }
    expect(findings.map(({ rule }) => rule)).toEqual(expect.arrayContaining(['spanguard/no-sensitive-data']))
    expect(secretsIn(fromFile.stdout)).toEqual([])
    expect((await audit(dir, ['-', '--format', 'json'], Buffer.concat(before.bodies))).stdout).toBe(fromFile.stdout)
    const service = before.receiver.spans()[0]?.resource['service.name']
    expect(typeof service).toBe('string')
    const fromTempo = await audit(dir, [tempo.url, '--query', `{ resource.service.name = "${service as string}" }`, '--since', '1h', '--format', 'json'])
    expect([fromTempo.status, fromTempo.stderr]).toEqual([1, ''])
    expect(fromTempo.stdout).toContain('spanguard/no-sensitive-data')
    expect(secretsIn(fromTempo.stdout)).toEqual([])
  })

  it('show in the mended shop nothing that leaks, under its own policy', async () => {
    const dir = path.join(shop, 'after')
    const { stdout, stderr } = await audit(dir, ['-', '--format', 'json'], withLengths(after.bodies))
    expect(stderr).toBe('')
    const { findings, spans } = JSON.parse(stdout) as { spans: number; findings: { rule: string; severity: string }[] }
    expect(spans).toBe(after.receiver.spans().length)
    expect(findings.filter(({ severity }) => severity === 'error')).toEqual([])
  })

  it.each([
    ['a file that is not there', ['nowhere.json'], /^nowhere\.json cannot be read \(ENOENT/u],
    ['a query without a Tempo', ['x.json', '--query', '{}'], /^--query, --since and --limit ask a Tempo/u],
    ['a time that is none', ['http://localhost:3200', '--since', 'yesterday'], /Give a time such as 30m, 6h or 7d/u],
    ['a Tempo that is not there', ['http://127.0.0.1:1'], /cannot be reached/u],
  ])('%s: exit code 2 and one sentence', async (_, words, message) => {
    const { status, stdout, stderr } = await audit(folder({}), words)
    expect([status, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(message)
  })

  it('--max-warnings fails a run that has warnings alone, and nothing recorded is no clean bill', async () => {
    const json = JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [{ traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), name: 'handler', kind: 1 }] }] }] })
    expect((await audit(folder({}), ['-'], Buffer.from(json))).status).toBe(0)
    expect((await audit(folder({}), ['-', '--max-warnings', '0'], Buffer.from(json))).status).toBe(1)
    expect(await audit(folder({}), ['-'], Buffer.from('{"resourceSpans":[]}'))).toEqual({ status: 0, stdout: '! No span was recorded there.\n', stderr: '' })
  })
})
