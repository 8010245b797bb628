import { spawn } from 'node:child_process'
import path from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { startFakeTempo } from '../fake-tempo.js'
import { startReceiver } from '../otlp-receiver.js'

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
    const tempo = await startFakeTempo(receiver)
    onTestFinished(() => tempo.close())
    const { exitCode, output } = await demo('--tempo', tempo.url, '--otlp', receiver.url)
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
