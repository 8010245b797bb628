/** The demo: from the incident to a trace that tells what happened. `npm run demo`, or with `--tempo URL --otlp URL`. */
import { cp, mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import pc from 'picocolors'
import { startReceiver } from '../../test/otlp-receiver.js'
import { check } from './check.js'
import { diffFolders } from './diff.js'
import { lint } from './lint.js'
import { readOptions } from './options.js'
import { renderTrace } from './render-trace.js'
import { checkOut, secretsIn } from './requests.js'
import { startShop } from './services.js'
import { block, DemoError, good, step } from './terminal.js'
import { byTrace, openTraceStore, type Span } from './traces.js'

const before = path.join(import.meta.dirname, 'before')
const after = path.join(import.meta.dirname, 'after')
/** What is to be undone, whatever happens; the last first. */
const undo: (() => Promise<unknown>)[] = []

process.once('SIGINT', () => void end(130))
process.once('SIGTERM', () => void end(143))
try {
  const options = readOptions(process.argv.slice(2))
  await showIncident()
  await showFindings()
  await showFixes()
  await showClean()
  await showTrace(options)
  await end(0)
} catch (error) {
  console.error(`\n${pc.red('✗')} ${error instanceof DemoError ? error.message : String(error instanceof Error ? error.stack : error)}`)
  await end(1)
}

async function end(exitCode: number): Promise<never> {
  while (undo.length > 0) await undo.pop()?.().catch(() => {})
  process.exit(exitCode)
}

/** Only ever into the receiver of this process: what these services send is fit for no Tempo. */
async function showIncident(): Promise<void> {
  step('The incident: a payment failed its fraud check, and this is all that the traces say')
  const receiver = await startReceiver()
  undo.push(() => receiver.close())
  const shop = await startShop(before, new URL(receiver.url))
  undo.push(() => shop.stop())
  await checkOut(shop.gateway, { amount: 2400, reference: 'incident' })
  const spans = await receiver.waitForSpans(3)
  await shop.stop()
  for (const trace of byTrace(spans)) block(`${renderTrace(trace)}\n`)
  console.log(
    `\n  ${pc.red('✗')} ${byTrace(spans).length} traces for one request, no error in any, one service missing; ${secretsIn(textOf(spans)).join(' and ')} in clear text`,
  )
}

async function showFindings(): Promise<void> {
  step('ESLint reads each file of that shop', 'npx eslint .')
  const linted = await lint(before)
  block(linted.report)
  if (linted.findings.length === 0) throw new DemoError('ESLint found nothing in examples/shop/before, which is full of faults.')
  step('The checker reads the whole program: which handlers are traced?', 'npx spanguard check')
  const checked = await check(before)
  block(checked.output)
  if (checked.exitCode !== 1) throw new DemoError(`spanguard check ended with ${String(checked.exitCode)} on examples/shop/before, not with 1.`)
}

async function showFixes(): Promise<void> {
  step('What has one right answer is mended (here in a copy)', 'npx eslint . --fix')
  const copy = await mkdtemp(path.join(os.tmpdir(), 'spanguard-shop-'))
  undo.push(() => rm(copy, { recursive: true, force: true }))
  await cp(before, copy, { recursive: true })
  const { findings } = await lint(copy, { fix: true })
  const diff = await diffFolders(before, copy)
  if (diff === '') throw new DemoError('eslint --fix changed nothing in the copy of examples/shop/before.')
  block(diff)
  good(`${String(findings.length)} findings are left for a human: the editor offers a suggestion where it knows one.`)
}

async function showClean(): Promise<void> {
  step('The shop as Spanguard left it', 'npx eslint . && npx spanguard check')
  const linted = await lint(after)
  if (linted.findings.length > 0) throw new DemoError(`ESLint is not content with examples/shop/after:\n${linted.report}`)
  good('eslint: no findings')
  const checked = await check(after)
  if (checked.exitCode !== 0) throw new DemoError(`spanguard check is not content with examples/shop/after:\n${checked.output}`)
  block(checked.output)
}

async function showTrace(options: ReturnType<typeof readOptions>): Promise<void> {
  const store = await openTraceStore(options)
  undo.push(() => store.close())
  step(`Its services run, and send their spans to ${store.name}`)
  const shop = await startShop(after, store.otlp)
  undo.push(() => shop.stop())
  const run = `demo-${Date.now().toString(36)}`
  for (const amount of [42, 2400]) {
    const status = await checkOut(shop.gateway, { amount, reference: run })
    const mark = status < 400 ? pc.green(String(status)) : pc.red(String(status))
    console.log(`  POST /checkout  ${String(amount).padStart(4)} EUR  →  ${mark}`)
  }
  await shop.stop()
  const traces = await store.find(run, 2, isWhole)
  const failed = traces.find((trace) => trace.some((span) => span.status.code === 'ERROR'))
  if (failed === undefined) throw new DemoError('The checkout that failed at the fraud check left no span with an error.')
  step(`Where did the second one fail? Trace ${failed[0]?.traceId ?? ''}`)
  block(renderTrace(failed))
  console.log()
  good(`one trace over three services, failed at ${pc.bold(stageOf(failed))}`)
  const leaked = secretsIn(textOf(traces))
  if (leaked.length > 0) throw new DemoError(`The traces hold ${leaked.join(' and ')}.`)
  good('the card number, the bearer token and the e-mail address that the requests carried are nowhere in the traces')
}

function textOf(traces: unknown): string {
  return JSON.stringify(traces, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value))
}

/** All three services are there, and every span's parent but the root's. */
function isWhole(trace: readonly Span[]): boolean {
  const services = new Set(trace.map((span) => span.resource['service.name']))
  const ids = new Set(trace.map((span) => span.spanId))
  const orphans = trace.filter((span) => span.parentSpanId === undefined || !ids.has(span.parentSpanId))
  return services.size === 3 && orphans.length === 1
}

function stageOf(trace: readonly Span[]): string {
  const stage = trace.map((span) => span.attributes['error.stage']).find((value) => typeof value === 'string')
  if (stage === undefined) throw new DemoError('No span of the failed checkout says at which stage it failed.')
  return stage
}
