import { type ChildProcess, fork } from 'node:child_process'
import path from 'node:path'
import { startMongoServer } from '../test/runtime/databases/mongo-server.js'
import { startPostgres } from '../test/runtime/databases/postgres.js'
import { startKafkaBroker } from '../test/runtime/messaging/kafka-broker.js'
import { startReceiver } from '../test/otlp-receiver.js'
import { findService, type ServiceName } from '../test/services.js'

/**
 * `npm run bench -- reach [pg|mysql2|ioredis|mongodb|amqp|kafka|kafka-consumer|bullmq|nats|grpc]...`: what tracing a call of a client costs over
 * the bare client, and over the official instrumentation with the same exporter and redaction (BullMQ's is bullmq-otel; NATS has
 * none). CPU of the process, in turns within one run; the median of the rounds counts. Wants the services of
 * `scripts/start-services.sh`.
 */
export default async function run(args: string[]): Promise<void> {
  const receiver = await startReceiver()
  const [postgres, mongo, kafka] = [await startPostgres(), await startMongoServer(), await startKafkaBroker()]
  const env = {
    ...process.env,
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    ENVIRONMENT: 'production',
    OTEL_LOG_LEVEL: 'none',
    PG_URL: postgres.url,
    MONGO_URL: mongo.url,
    KAFKA: kafka.address,
  }
  try {
    for (const client of args.length > 0 ? args : clients) {
      const service = wants[client]
      if (service !== undefined && findService(service) === null) {
        process.stdout.write(`${client}: left out, SPANGUARD_SERVICES names no ${service}\n`)
        continue
      }
      const variants = client === 'nats' ? bareAndOwn : allVariants
      const children = await Promise.all(variants.map(variant => started(client, variant, env)))
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
      report(client, variants, rounds)
    }
  } finally {
    await Promise.all([receiver.close(), mongo.close(), kafka.close(), postgres.stop()])
  }
}

const allVariants: readonly string[] = ['none', 'official', 'spanguard']
const bareAndOwn: readonly string[] = ['none', 'spanguard']
const clients = ['pg', 'mysql2', 'ioredis', 'mongodb', 'amqp', 'kafka', 'kafka-consumer', 'bullmq', 'nats', 'grpc'] as const
const wants: Readonly<Record<string, ServiceName | undefined>> = { ioredis: 'redis', bullmq: 'redis', amqp: 'amqp', mysql2: 'mysql', nats: 'nats' }
const roundCount = 15
const calls = 600

async function started(client: string, variant: string, env: NodeJS.ProcessEnv): Promise<ChildProcess> {
  const child = fork(path.resolve(import.meta.dirname, 'runtime/reach.mjs'), [client, variant, String(calls)], { env })
  await answerOf(child, `${client}, ${variant}`)
  return child
}

async function ask(child: ChildProcess): Promise<number> {
  const answer = answerOf(child, 'a variant')
  child.send('round')
  return Number(await answer)
}

/** The next message of a child; one that ends instead has said why. */
function answerOf(child: ChildProcess, name: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const end = (code: number | null): void => {
      reject(new Error(`bench reach: ${name} ended with ${code}: see what it printed above`))
    }
    child.once('exit', end)
    child.once('message', message => {
      child.off('exit', end)
      resolve(message)
    })
  })
}

function report(client: string, variants: readonly string[], rounds: readonly (readonly number[])[]): void {
  const of = (row: readonly number[], variant: string): number => row[variants.indexOf(variant)] ?? Number.NaN
  const ratioTo = (variant: string): number => median(rounds.map(row => of(row, 'spanguard') / of(row, variant)))
  const over = ratioTo('none').toFixed(2)
  const detail = variants.map(variant => `${variant} ${median(rounds.map(row => of(row, variant))).toFixed(0)}`).join(', ')
  const official = variants.includes('official') ? ratioTo('official') : null
  const verdict = official === null || official <= 1 ? 'ok  ' : 'MISS'
  const compared = official === null ? 'there is no official one' : `over the official one ${official.toFixed(2)} (goal 1.0)`
  process.stdout.write(`${verdict} ${client.padEnd(14)} ${compared}, over the bare client ${over}  µs CPU per call: ${detail}\n`)
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? 0
}
