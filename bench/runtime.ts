import { execFileSync, fork, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { installedPackages } from './runtime/packages.js'

/**
 * The runtime's figures, on the built packages: `npm run bench -- runtime [redaction|server|load|down|sigterm]...`; `down:reset`
 * measures one way to fail alone.
 * Each is a ratio or a difference measured in pairs within this run; the median counts.
 */
export default async function run(args: string[]): Promise<void> {
  const benches: Readonly<Record<string, (only?: string) => Promise<readonly Figure[]> | readonly Figure[]>> = { redaction, server, load, down, sigterm }
  const wanted = args.length > 0 ? args : Object.keys(benches)
  for (const name of wanted) {
    const [title = '', only] = name.split(':')
    const bench = benches[title]
    if (bench === undefined) throw new Error(`No bench ${JSON.stringify(name)}; there are ${Object.keys(benches).join(', ')}`)
    for (const figure of await bench(only)) print(figure)
  }
  // The generator must not keep the bench alive.
  if (generator !== undefined) (await generator).disconnect()
}

interface Figure {
  readonly measure: string
  readonly value: number
  readonly goal: number
  readonly unit?: string
  readonly detail: string
}

function print({ measure, value, goal, unit = '', detail }: Figure): void {
  const verdict = value <= goal ? 'ok  ' : 'MISS'
  process.stdout.write(`${verdict} ${measure.padEnd(62)} ${value.toFixed(2)}${unit} (goal ${goal}${unit})  ${detail}\n`)
}

const folder = path.resolve(import.meta.dirname, 'runtime')
const workspace = path.resolve(import.meta.dirname, '..')

// ---- redaction ----

function redaction(): readonly Figure[] {
  const pairs = JSON.parse(node([path.join(folder, 'spans.mjs'), '20000', '15'])) as [number, number][]
  const ratio = median(pairs.map(([plain, redacted]) => redacted / plain))
  const detail = `${Math.round(median(pairs.map(([plain]) => plain)))} -> ${Math.round(median(pairs.map(([, redacted]) => redacted)))} ns per span`
  return [{ measure: 'redaction, ten attributes, over SDK and protobuf', value: ratio, goal: 1.25, detail }]
}

// ---- CPU per request ----

type Variant = 'none' | 'spanguard' | 'register' | 'instrumentation-http'

async function server(): Promise<readonly Figure[]> {
  const figures: Figure[] = []
  for (const [ratio, goal] of [[1, 0.6], [0.1, 0.4]] as const) {
    const collector = await forked('collector.mjs', { MODE: 'ok' })
    const servers = await Promise.all((['none', 'spanguard', 'register', 'instrumentation-http'] as const).map(variant => traced(variant, collector.port, ratio)))
    const rounds: number[][] = []
    for (let i = 0; i < 12; i++) {
      const row: number[] = []
      for (const { port } of rotate(servers, i)) row.push((await cpuPerRequest(port, 6000)).cpu)
      // The first rounds warm up.
      if (i >= 3) rounds.push(rotate(row, -i))
    }
    const ratioOf = (own: 1 | 2): number => median(rounds.map(row => ((row[own] ?? 0) - (row[0] ?? 0)) / ((row[3] ?? 0) - (row[0] ?? 0))))
    const column = (index: number): string => median(rounds.map(row => row[index] ?? 0)).toFixed(1)
    const beside = `none ${column(0)}, instrumentation-http ${column(3)}`
    figures.push({ measure: `SERVER span over what instrumentation-http adds, sampled ${ratio}`, value: ratioOf(1), goal, detail: `µs per request: ${column(1)}, ${beside}` })
    figures.push({ measure: `the same by register alone, sampled ${ratio}`, value: ratioOf(2), goal, detail: `µs per request: ${column(2)}, ${beside}` })
    for (const { child } of [...servers, collector]) child.disconnect()
  }
  return figures
}

function traced(variant: Variant, collectorPort: number, ratio: number, extra: Record<string, string> = {}): Promise<Forked> {
  return forked('server.mjs', {
    VARIANT: variant,
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${collectorPort}`,
    OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
    OTEL_TRACES_SAMPLER_ARG: String(ratio),
    OTEL_LOG_LEVEL: 'none',
    ENVIRONMENT: 'test',
    ...extra,
  })
}

interface Load {
  readonly cpu: number
  readonly p99: number
  readonly failed: number
}

let generator: Promise<ChildProcess> | undefined

async function cpuPerRequest(port: number, count: number, connections = 20): Promise<Load> {
  generator ??= Promise.resolve(fork(path.join(folder, 'load.mjs')))
  const child = await generator
  const before = await cpuOf(port)
  const answer = once(child, 'message')
  child.send({ port, count, connections })
  const [{ p99, failed }] = (await answer) as [{ p99: number; failed: number }]
  const after = await cpuOf(port)
  return { cpu: (after - before) / count, p99, failed }
}

async function cpuOf(port: number): Promise<number> {
  const { cpu } = (await (await fetch(`http://127.0.0.1:${port}/cpu`)).json()) as { cpu: number }
  return cpu
}

// ---- loading ----

function load(): readonly Figure[] {
  const own = `import '@spanguard/runtime'`
  const bare = ['api', 'sdk-trace', 'context-async-hooks', 'core', 'resources', 'exporter-trace-otlp-proto'].map(name => `import '@opentelemetry/${name}'`).join(';')
  const time = (code: string): number => {
    const before = process.hrtime.bigint()
    node(['--input-type=module', '-e', code])
    return Number(process.hrtime.bigint() - before) / 1e6
  }
  const rows = Array.from({ length: 25 }, () => [time(''), time(bare), time(own)] as const).slice(3)
  const ratio = median(rows.map(([empty, sdk, runtime]) => (runtime - empty) / (sdk - empty)))
  const over = (index: 1 | 2): string => median(rows.map(row => row[index] - row[0])).toFixed(0)
  const root = path.join(workspace, 'runtime')
  const small = installedPackages(root, false)
  const large = installedPackages(root, true)
  return [
    { measure: 'load time over the bare SDK with its exporter', value: ratio, goal: 1.3, detail: `${over(1)} ms -> ${over(2)} ms` },
    { measure: 'packages', value: small.length, goal: 15, detail: small.join(' ') },
    { measure: 'packages with clients', value: large.length, goal: 34, detail: large.filter(name => !small.includes(name)).join(' ') },
  ]
}

// ---- the collector down ----

const failures = ['refuse', 'hang', '503', 'reset']

async function down(only?: string): Promise<readonly Figure[]> {
  const figures: Figure[] = []
  for (const mode of failures.filter(each => only === undefined || each === only)) {
    const broken = await forked('collector.mjs', { MODE: mode })
    const healthy = await forked('collector.mjs', { MODE: 'ok' })
    const heap = JSON.parse(
      node(['--expose-gc', path.join(folder, 'heap.mjs')], { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${broken.port}`, OTEL_LOG_LEVEL: 'none', ENVIRONMENT: 'test' }),
    ) as { growth: number }
    figures.push({ measure: `${mode}: heap growth under a million spans`, value: heap.growth / 2 ** 20, goal: 20, unit: ' MB', detail: '' })

    for (const delay of ['0', '5']) {
      const [good, bad] = await Promise.all([healthy, broken].map(collector => traced('spanguard', collector.port, 1, { DELAY_MS: delay })))
      if (good === undefined || bad === undefined) throw new Error('No servers')
      const rows: { good: Load; bad: Load }[] = []
      for (let i = 0; i < 9; i++) {
        const first = await cpuPerRequest(i % 2 === 0 ? good.port : bad.port, 4000)
        const second = await cpuPerRequest(i % 2 === 0 ? bad.port : good.port, 4000)
        if (i >= 2) rows.push(i % 2 === 0 ? { good: first, bad: second } : { good: second, bad: first })
      }
      const failed = rows.reduce((sum, row) => sum + row.good.failed + row.bad.failed, 0)
      const key = delay === '0' ? 'cpu' : 'p99'
      const value = median(rows.map(row => row.bad[key] / row.good[key]))
      const absolute = `${median(rows.map(row => row.good[key])).toFixed(2)} -> ${median(rows.map(row => row.bad[key])).toFixed(2)} ${key === 'cpu' ? 'µs' : 'ms'}, ${failed} failed requests`
      figures.push({ measure: `${mode}: ${key === 'cpu' ? 'CPU per request' : 'p99 of a 5 ms handler'} over healthy`, value, goal: key === 'cpu' ? 1.15 : 1.25, detail: absolute })
      good.child.disconnect()
      bad.child.disconnect()
    }
    broken.child.disconnect()
    healthy.child.disconnect()
  }
  return figures
}

async function sigterm(only?: string): Promise<readonly Figure[]> {
  const figures: Figure[] = []
  for (const mode of failures.filter(each => only === undefined || each === only)) {
    const collector = await forked('collector.mjs', { MODE: mode })
    const times: number[] = []
    for (let i = 0; i < 3; i++) {
      const service = await traced('spanguard', collector.port, 1)
      await cpuPerRequest(service.port, 2000)
      const ended = once(service.child, 'exit')
      const from = performance.now()
      service.child.kill('SIGTERM')
      await ended
      times.push((performance.now() - from) / 1000)
    }
    figures.push({ measure: `${mode}: SIGTERM to the end`, value: Math.max(...times), goal: 2.5, unit: ' s', detail: 'the slowest of 3' })
    collector.child.disconnect()
  }
  return figures
}

// ---- processes ----

interface Forked {
  readonly child: ChildProcess
  readonly port: number
}

async function forked(program: string, env: Record<string, string>): Promise<Forked> {
  const child = fork(path.join(folder, program), { env: { PATH: process.env['PATH'] ?? '', ...env } })
  const [port] = (await once(child, 'message')) as [number]
  return { child, port }
}

function node(args: readonly string[], env: Record<string, string> = {}): string {
  if (args.includes('--expose-gc')) {
    // Ends itself by SIGKILL: what a dead collector leaves is not to be waited for.
    return spawnSync(process.execPath, args, { cwd: workspace, env: { PATH: process.env['PATH'] ?? '', ...env }, encoding: 'utf8' }).stdout
  }
  return execFileSync(process.execPath, args, { cwd: workspace, env: { PATH: process.env['PATH'] ?? '', ...env }, encoding: 'utf8' })
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? (sorted[middle] ?? Number.NaN) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2
}

function rotate<T>(list: readonly T[], by: number): T[] {
  const at = ((by % list.length) + list.length) % list.length
  return [...list.slice(at), ...list.slice(0, at)]
}
