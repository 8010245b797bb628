import { spawn } from 'node:child_process'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { byTrace } from '../../examples/shop/traces.js'
import { startReceiver, type DecodedSpan, type Receiver } from '../otlp-receiver.js'

const root = path.resolve(import.meta.dirname, '../..')

async function demo(...parameters: readonly string[]): Promise<{ exitCode: number | null; output: string }> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'examples/shop/demo.ts', ...parameters], {
    cwd: root,
    env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined },
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (output += text))
  return new Promise((resolve) => child.once('close', (exitCode) => resolve({ exitCode, output })))
}

describe('npm run demo', () => {
  it('leads from the incident to the stage that failed', async () => {
    const { exitCode, output } = await demo()
    expect(output.split('\n').filter((line) => /^\d\. /.test(line)).length).toBe(7)
    // What the incident's traces hold, what each tool says of it, and what the mended services send.
    expect(output).toMatch(/payment\.card_number=4111111111111111/)
    expect(output).toMatch(/spanguard\/no-sensitive-data/)
    expect(output).toMatch(/orders +0\/2 +0 %/)
    expect(output).toMatch(/\+ +app\.register\(fastifyTracing\)/)
    expect(output).toMatch(/eslint: no findings/)
    expect(output).toMatch(/payment\.process.*✗\n.*\n?.*error\.stage=fraud-check/)
    expect(output.slice(output.indexOf('7. '))).not.toContain('4111111111111111')
    expect(output).toMatch(/exception\.message=\[REDACTED\]/)
    expect(output).toMatch(/one trace over three services, failed at fraud-check/)
    expect(exitCode, output).toBe(0)
  }, 120_000)

  it('sends to a Tempo that is named, and reads the trace back from it', async () => {
    const receiver = await startReceiver()
    onTestFinished(() => receiver.close())
    const tempo = await startTempo(receiver)
    const { exitCode, output } = await demo('--tempo', tempo, '--otlp', receiver.url)
    expect(output).toMatch(/send their spans to Grafana Tempo at 127\.0\.0\.1/)
    expect(output).toMatch(/one trace over three services, failed at fraud-check/)
    expect(exitCode, output).toBe(0)
    expect(JSON.stringify(receiver.spans().map((span) => span.attributes)), 'the incident goes to no Tempo').not.toContain('4111111111111111')
  }, 120_000)

  it('says in one sentence what is wrong with its options', async () => {
    const { exitCode, output } = await demo('--tempo', 'http://localhost:3200')
    expect(output.trim()).toMatch(/^✗ --tempo and --otlp belong together.*$/)
    expect(exitCode).toBe(1)
  })
})

/** Stands for Tempo: its two queries, answered from what the receiver got, in Tempo's spelling of ids and enums. */
async function startTempo(receiver: Receiver): Promise<string> {
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://tempo')
    const run = /"(demo-\w+)\.\*"/.exec(url.searchParams.get('q') ?? '')?.[1] ?? '?'
    const traces = byTrace(receiver.spans())
    const found = traces.filter((trace) => trace.some((span) => JSON.stringify(span.attributes).includes(run)))
    const id = url.pathname.split('/').at(-1)
    const answer = url.pathname === '/api/search'
      ? { traces: found.map(([span]) => ({ traceID: span?.traceId.replace(/^0+/, '') })) }
      : { batches: traces.filter(([span]) => span?.traceId === id).flat().map(batchOf) }
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

function batchOf(span: DecodedSpan): object {
  const base64 = (hex: string | undefined) => (hex === undefined ? undefined : Buffer.from(hex, 'hex').toString('base64'))
  const pairs = (attributes: DecodedSpan['attributes']) =>
    Object.entries(attributes).map(([key, value]) => ({ key, value: typeof value === 'number' ? { doubleValue: value } : { stringValue: value } }))
  const { traceId, spanId, parentSpanId, name, kind, startTime, endTime, status, attributes, events, resource } = span
  return {
    resource: { attributes: pairs(resource) },
    scopeSpans: [
      {
        spans: [
          {
            traceId: base64(traceId),
            spanId: base64(spanId),
            parentSpanId: base64(parentSpanId),
            name,
            kind: `SPAN_KIND_${kind}`,
            startTimeUnixNano: String(startTime),
            endTimeUnixNano: String(endTime),
            status: status.code === 'UNSET' ? {} : { code: `STATUS_CODE_${status.code}` },
            attributes: pairs(attributes),
            events: events.map((event) => ({ name: event.name, timeUnixNano: String(event.time), attributes: pairs(event.attributes) })),
          },
        ],
      },
    ],
  }
}
