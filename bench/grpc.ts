import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { startReceiver } from '../test/otlp-receiver.js'

/**
 * `npm run bench -- grpc`: what the two interceptors cost a unary call (server and client in one process, every call sampled), over
 * bare grpc-js, and over instrumentation-grpc with the same exporter and redaction. CPU of the process, in turns within one run;
 * the median of the rounds counts.
 */
export default async function run(): Promise<void> {
  const receiver = await startReceiver()
  const env = { ...process.env, OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, ENVIRONMENT: 'production', OTEL_LOG_LEVEL: 'none' }
  const children = await Promise.all(variants.map(variant => started(variant, env)))
  const rounds: number[][] = []
  for (let round = 0; round < roundCount; round++) {
    const row: number[] = []
    // Another one is first each time.
    for (let turn = 0; turn < children.length; turn++) {
      const index = (turn + round) % children.length
      row[index] = await ask(children[index] as ChildProcess)
    }
    rounds.push(row)
    receiver.clear()
  }
  for (const child of children) child.disconnect()
  await receiver.close()
  const column = (index: number): string => median(rounds.map(row => row[index] ?? 0)).toFixed(0)
  const ratio = median(rounds.map(([, official = 0, own = 0]) => own / official))
  const over = median(rounds.map(([none = 0, , own = 0]) => own / none))
  process.stdout.write(
    `${ratio <= 1 ? 'ok  ' : 'MISS'} grpc     over the official one ${ratio.toFixed(2)} (goal 1.0), over the bare client and server ${over.toFixed(2)}  ` +
      `µs CPU per call: bare ${column(0)}, official ${column(1)}, spanguard ${column(2)}\n`,
  )
}

const variants = ['none', 'official', 'spanguard'] as const
const roundCount = 11
const calls = 1500

async function started(variant: string, env: NodeJS.ProcessEnv): Promise<ChildProcess> {
  const child = fork(path.resolve(import.meta.dirname, 'runtime/grpc.mjs'), [variant, String(calls)], { env })
  await once(child, 'message')
  return child
}

async function ask(child: ChildProcess): Promise<number> {
  const answer = once(child, 'message')
  child.send('round')
  const [[cpu]] = (await answer) as [[number]]
  return cpu
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? 0
}
