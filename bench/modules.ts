/**
 * The modules that the generated tree is made of: what services are written like, with names of their own in every file.
 * Each kind is a head and parts that repeat; which parts a file has depends on its number alone.
 */

/** Words of one file: `order`, `Order`, a verb and a number that differs from file to file. */
export interface Words {
  readonly noun: string
  readonly Noun: string
  readonly verb: string
  readonly index: number
}

export interface ModuleKind {
  /** Concerns tracing or handlers. */
  readonly traced: boolean
  head(words: Words): string
  /** Closes what the head opens. */
  readonly tail: string
  readonly parts: readonly ((words: Words, part: number) => string)[]
}

const serviceClass: ModuleKind = {
  traced: true,
  head: ({ noun, Noun }) => `import { SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { createHash } from 'node:crypto'
import { logger } from '../lib/logger.js'
import type { ${Noun}Repository, ${Noun} } from './${noun}-repository.js'

const tracer = trace.getTracer('${noun}-service')

interface ${Noun}Options {
  readonly retries: number
  readonly currency: 'EUR' | 'USD'
}

export class ${Noun}Service {
  private readonly seen = new Map<string, ${Noun}>()

  constructor(
    private readonly repository: ${Noun}Repository,
    private readonly options: ${Noun}Options,
  ) {}
`,
  tail: '}\n',
  parts: [
    ({ noun, Noun, verb }, part) => `
  async ${verb}${part}(id: string, amount: number): Promise<${Noun}> {
    return tracer.startActiveSpan('${noun}.${verb}', { attributes: { '${noun}.id': id } }, async (span) => {
      try {
        const known = await this.repository.find(id)
        if (known === null) {
          span.setAttribute('${noun}.found', false)
          throw new Error(\`no ${noun} \${id}\`)
        }
        span.setAttributes({ '${noun}.item_count': known.items.length, '${noun}.currency': this.options.currency })
        const changed = { ...known, total: known.total + amount, updatedAt: new Date() }
        await this.repository.save(changed)
        span.addEvent('${noun}.saved', { '${noun}.total': changed.total })
        return changed
      } catch (error) {
        span.recordException(error as Error)
        span.setStatus({ code: SpanStatusCode.ERROR, message: (error as Error).message })
        throw error
      } finally {
        span.end()
      }
    })
  }
`,
    ({ noun, Noun }, part) => `
  private fingerprint${part}(value: ${Noun}): string {
    const parts = [value.id, String(value.total), ...value.items.map(({ sku, count }) => \`\${sku}:\${count}\`)]
    const digest = createHash('sha256').update(parts.join('|')).digest('hex')
    if (this.seen.has(digest)) logger.debug({ digest }, '${noun} seen before')
    this.seen.set(digest, value)
    return digest.slice(0, 16)
  }
`,
    ({ noun, Noun, verb }, part) => `
  async ${verb}All${part}(values: readonly ${Noun}[]): Promise<number> {
    const span = tracer.startSpan('${noun}.batch', { kind: SpanKind.INTERNAL })
    let failed = 0
    try {
      for (const value of values) {
        if (value.items.length === 0) continue
        try {
          await this.repository.save(value)
        } catch (error) {
          failed += 1
          logger.warn({ error, id: value.id }, '${noun} not saved')
        }
      }
      span.setAttribute('${noun}.failed', failed)
      return values.length - failed
    } finally {
      span.end()
    }
  }
`,
  ],
}

const helperFunctions: ModuleKind = {
  traced: true,
  head: ({ noun }) => `import { context, propagation, type Span, SpanStatusCode, trace } from '@opentelemetry/api'
import { setTimeout as delay } from 'node:timers/promises'
import { config } from '../lib/config.js'

const tracer = trace.getTracer('${noun}')

async function inSpan<Result>(name: string, work: (span: Span) => Promise<Result>): Promise<Result> {
  return tracer.startActiveSpan(name, async (span) => {
    try {
      return await work(span)
    } catch (error) {
      span.recordException(error as Error)
      span.setStatus({ code: SpanStatusCode.ERROR })
      throw error
    } finally {
      span.end()
    }
  })
}
`,
  tail: '',
  parts: [
    ({ noun, Noun, verb }, part) => `
export async function ${verb}${Noun}${part}(${noun}: { id: string; lines: { sku: string; price: number }[] }) {
  return inSpan('${noun}.${verb}', async (span) => {
    const total = ${noun}.lines.reduce((sum, line) => sum + line.price, 0)
    span.setAttribute('${noun}.total', total)
    if (total > config.limit) {
      span.addEvent('${noun}.over_limit')
      return { accepted: false, total }
    }
    const answer = await request${part}(\`/\${${noun}.id}\`, { method: 'POST', body: JSON.stringify({ total }) })
    return { accepted: answer.ok, total }
  })
}
`,
    (_, part) => `
async function request${part}(path: string, init: { method: string; body?: string }): Promise<Response> {
  const headers: Record<string, string> = { accept: 'application/json' }
  propagation.inject(context.active(), headers)
  for (let attempt = 0; attempt < 3; attempt++) {
    const answer = await fetch(new URL(path, config.upstream), { ...init, headers })
    if (answer.status < 500) return answer
    await delay(100 * 2 ** attempt)
  }
  throw new Error('upstream failed')
}
`,
    ({ noun, Noun }, part) => `
export function watch${Noun}${part}(stream: NodeJS.ReadableStream): void {
  const span = tracer.startSpan('${noun}.watch')
  let received = 0
  stream.on('data', (chunk: Buffer) => {
    received += chunk.length
  })
  stream.on('error', (error: Error) => {
    span.recordException(error)
    span.setStatus({ code: SpanStatusCode.ERROR })
    span.end()
  })
  stream.on('end', () => {
    span.setAttribute('${noun}.bytes', received)
    span.end()
  })
}
`,
  ],
}

const expressRoutes: ModuleKind = {
  traced: true,
  head: ({ noun }) => `import express from 'express'
import { expressTracing } from '@spanguard/runtime/express'
import { authenticate } from '../lib/authenticate.js'
import { logger } from '../lib/logger.js'
import * as ${noun}s from './${noun}-service.js'

export const app = express()
app.use(express.json({ limit: '100kb' }))
app.use(expressTracing())
app.use(authenticate)
`,
  tail: `
app.listen(Number(process.env.PORT ?? 3000), () => logger.info('listening'))
`,
  parts: [
    ({ noun }, part) => `
app.get('/${noun}s/${part}/:id', async (request, response, next) => {
  try {
    const found = await ${noun}s.find(request.params.id)
    if (found === null) {
      response.status(404).json({ message: 'no such ${noun}' })
      return
    }
    response.json({ ...found, links: { self: request.originalUrl } })
  } catch (error) {
    next(error)
  }
})
`,
    ({ noun, verb }, part) => `
app.post('/${noun}s/${part}', async (request, response) => {
  const { items = [], customer } = request.body as { items?: string[]; customer: string }
  const problems = items.flatMap((item, index) => (item.length > 40 ? [\`item \${index} is too long\`] : []))
  if (problems.length > 0) {
    response.status(422).json({ problems })
    return
  }
  const made = await ${noun}s.${verb}({ customer, items: items.filter((item) => item !== '') })
  logger.info({ id: made.id }, '${noun} made')
  response.status(201).location(\`/${noun}s/\${made.id}\`).json(made)
})
`,
  ],
}

const fastifyRoutes: ModuleKind = {
  traced: true,
  head: ({ noun }) => `import Fastify from 'fastify'
import { fastifyTracing } from '@spanguard/runtime/fastify'
import { z } from 'zod'
import { database } from '../lib/database.js'

const ${noun}Schema = z.object({ id: z.string().uuid(), amount: z.number().int().positive() })

export const server = Fastify({ logger: true })
await server.register(fastifyTracing)
`,
  tail: `
await server.listen({ port: 3000, host: '0.0.0.0' })
`,
  parts: [
    ({ noun }, part) => `
server.get('/${noun}s/${part}', async (request) => {
  const { page = '1', size = '20' } = request.query as Record<string, string>
  const offset = (Number(page) - 1) * Number(size)
  const rows = await database.query('SELECT id, amount FROM ${noun}s ORDER BY id LIMIT $1 OFFSET $2', [size, offset])
  return { page: Number(page), rows: rows.map((row) => ({ id: row.id, amount: row.amount / 100 })) }
})
`,
    ({ noun }, part) => `
server.route({
  method: 'PUT',
  url: '/${noun}s/${part}/:id',
  handler: async (request, reply) => {
    const parsed = ${noun}Schema.safeParse(request.body)
    if (!parsed.success) return reply.code(400).send({ issues: parsed.error.issues })
    const changed = await database.update('${noun}s', parsed.data.id, { amount: parsed.data.amount })
    if (changed === 0) return reply.code(404).send({ message: 'no such ${noun}' })
    return reply.code(204).send()
  },
})
`,
  ],
}

const queueWorker: ModuleKind = {
  traced: true,
  head: ({ Noun }) => `import { type Job, Worker } from 'bullmq'
import { withSpan } from '@spanguard/runtime'
import { metrics } from '../lib/metrics.js'
import { connection } from '../lib/redis.js'

interface ${Noun}Job {
  readonly id: string
  readonly attempts: number
}
`,
  tail: '',
  parts: [
    ({ noun, Noun, verb }, part) => `
export const ${noun}Worker${part} = new Worker<${Noun}Job>(
  '${noun}-${verb}-${part}',
  async (job: Job<${Noun}Job>) => {
    const started = performance.now()
    await ${verb}${Noun}${part}(job.data)
    metrics.observe('${noun}_duration', performance.now() - started)
  },
  { connection, concurrency: 5 },
)

async function ${verb}${Noun}${part}(job: ${Noun}Job): Promise<void> {
  await withSpan('${noun}.${verb}', { 'job.attempts': job.attempts }, async (span) => {
    const steps = ['load', 'check', 'store'] as const
    for (const step of steps) {
      span.addEvent('${noun}.step', { 'step.name': step })
      if (step === 'check' && job.attempts > 3) return
      await connection.publish(\`${noun}:\${step}\`, job.id)
    }
  })
}
`,
    ({ noun, Noun }, part) => `
export function plan${Noun}${part}(jobs: readonly ${Noun}Job[]): Map<number, ${Noun}Job[]> {
  const byAttempts = new Map<number, ${Noun}Job[]>()
  for (const job of jobs) {
    const group = byAttempts.get(job.attempts)
    if (group === undefined) byAttempts.set(job.attempts, [job])
    else group.push(job)
  }
  metrics.observe('${noun}_planned', jobs.length)
  return byAttempts
}
`,
  ],
}

const repository: ModuleKind = {
  traced: false,
  head: ({ noun, Noun }) => `import type { Pool } from 'pg'

export interface ${Noun} {
  readonly id: string
  readonly total: number
  readonly items: readonly { readonly sku: string; readonly count: number }[]
}

type Row = Omit<${Noun}, 'items'> & { ${noun}_items: string }
`,
  tail: '',
  parts: [
    ({ noun, Noun }, part) => `
export async function load${Noun}${part}(pool: Pool, id: string): Promise<${Noun} | null> {
  const { rows } = await pool.query<Row>('SELECT * FROM ${noun}s WHERE id = $1 AND shard = ${part}', [id])
  const [row] = rows
  if (row === undefined) return null
  return { id: row.id, total: Number(row.total), items: JSON.parse(row.${noun}_items) as ${Noun}['items'] }
}
`,
    ({ Noun }, part) => `
export function compare${Noun}${part}(one: ${Noun}, other: ${Noun}): number {
  if (one.total !== other.total) return other.total - one.total
  for (const [index, item] of one.items.entries()) {
    const against = other.items[index]
    if (against === undefined) return 1
    if (item.sku !== against.sku) return item.sku.localeCompare(against.sku)
    if (item.count !== against.count) return item.count - against.count
  }
  return 0
}
`,
  ],
}

const arithmetic: ModuleKind = {
  traced: false,
  head: ({ noun }) => `/** Rates and rounding of ${noun}s. */
export type Region = 'eu' | 'us' | 'row'

const rates = new Map<Region, number>([
  ['eu', 0.19],
  ['us', 0.07],
  ['row', 0],
])
`,
  tail: '',
  parts: [
    ({ noun }, part) => `
export function ${noun}Total${part}(amount: number, region: Region, discounts: readonly number[] = []): number {
  let result = amount
  for (const discount of discounts) {
    if (discount <= 0 || discount >= 1) throw new RangeError(\`discount \${discount}\`)
    result *= 1 - discount
  }
  switch (region) {
    case 'eu':
    case 'us':
      result += result * (rates.get(region) ?? 0)
      break
    default:
      result = Math.max(result, ${part})
  }
  return Math.round(result * 100) / 100
}
`,
    ({ noun }, part) => `
export const ${noun}Label${part} = (value: { id: string; amount?: number | null }): string =>
  [value.id.toUpperCase(), value.amount == null ? '-' : value.amount.toFixed(2)].join(' · ')
`,
  ],
}

/** Six of ten concern tracing or handlers. */
export const kinds: readonly ModuleKind[] = [
  serviceClass,
  expressRoutes,
  repository,
  helperFunctions,
  fastifyRoutes,
  arithmetic,
  serviceClass,
  repository,
  queueWorker,
  arithmetic,
]
