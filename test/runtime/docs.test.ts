import { readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startReceiver, type Receiver } from '../otlp-receiver.js'
import { fixtures, startNode, type Ended } from './processes.js'

const docs = path.resolve(import.meta.dirname, '../../docs')
const page = readFileSync(path.join(docs, 'runtime.md'), 'utf8')
const parts = readdirSync(path.join(docs, 'runtime')).map(name => `runtime/${name}`)
/** Every block marked `js` is a whole program. */
const blocksOf = (text: string): string[] => [...text.matchAll(/^```js\n([\s\S]*?)^```$/gm)].map(match => match[1] ?? '')
const blocks = blocksOf(page)

let receiver: Receiver
beforeEach(async () => {
  receiver = await startReceiver()
})
afterEach(async () => {
  await receiver.close()
})

async function run(program: string): Promise<Ended> {
  const folder = await mkdtemp(path.join(fixtures, 'service', 'tmp-'))
  try {
    await writeFile(path.join(folder, 'program.mjs'), program)
    return await startNode([path.join(folder, 'program.mjs')], { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, ENVIRONMENT: 'test' }).ended
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** Pages whose programs need a broker have their blocks type-checked, in typed-docs.test.ts. */
const programs = ['runtime.md', ...parts].filter(name => blocksOf(readFileSync(path.join(docs, name), 'utf8')).length > 0)

describe.each(programs)('docs/%s', name => {
  const text = readFileSync(path.join(docs, name), 'utf8')
  test.each(blocksOf(text).map((block, index) => [index + 1, block] as const))('block %i runs', async (_, block) => {
    const ended = await run(block)
    expect(ended).toMatchObject({ code: 0, stderr: '' })
    // `console.log(x) // y` prints y.
    for (const [, expected] of block.matchAll(/^console\.log\(.*\) \/\/ (.*)$/gm)) expect(ended.stdout).toContain(expected)
  })
})

describe('docs/runtime.md', () => {
  test.each(parts)('leads to %s', name => {
    expect(page).toContain(`](${name})`)
  })

  test.each(['pino', 'winston'])('a log line of %s carries the ids of the span', async name => {
    const block = blocks.find(candidate => candidate.includes(`from '${name}'`))
    const ended = await run(block ?? '')
    const line = JSON.parse(ended.stdout) as Record<string, unknown>
    const [span] = receiver.spans()
    expect(line).toMatchObject({ trace_id: span?.traceId, span_id: span?.spanId, trace_flags: '01' })
  })

  test('the formula names every reason', () => {
    for (const reason of ['queue_full', 'export_failed', 'rejected', 'redaction_failed', 'shutdown']) expect(page).toContain(`dropped.${reason}`)
  })
})
