import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Receiver } from '../../otlp-receiver.js'
import type { Start } from './start.js'

const root = path.resolve(import.meta.dirname, '../../..')
const preload = pathToFileURL(path.join(root, 'test/fixtures/live/listen.mjs')).href
/** First on the path: `node` with the preload, and `nest`, which no package of the repository's has. */
const standIns = path.join(root, 'test/fixtures/live/bin')

/** What is still there when this process ends, as it does when its time is over. */
const running = new Set<ChildProcessWithoutNullStreams>()
process.on('exit', () => {
  for (const child of running) signal(child, 'SIGKILL')
})

export interface Running {
  /** What it wrote, both streams. */
  output(): string
  /** Resolves when the output matches so often; rejects when the process ends before, with what it wrote. */
  printed(pattern: RegExp, times?: number): Promise<readonly string[]>
  /** Writes a line to its standard input. */
  write(line: string): void
  /** Ends it and all that it started, once its spans are sent. */
  stop(): Promise<void>
}

/** Starts a service as one of its files says, with its spans sent to the receiver. */
export function startService(start: Start, folder: string, receiver: Receiver, extra: Readonly<Record<string, string>> = {}): Running {
  const { NODE_OPTIONS: own = '', ...env } = { ...start.env, ...extra }
  const [program = '', ...parameters] = start.words
  // A group of its own: a shell or npm between us and the service does not hand signals on by itself.
  const child: ChildProcessWithoutNullStreams = spawn(program, parameters, {
    cwd: folder,
    detached: true,
    env: {
      PATH: [standIns, path.join(root, 'node_modules/.bin'), path.dirname(process.execPath), process.env['PATH'] ?? ''].join(path.delimiter),
      LIVE_NODE: process.execPath,
      LIVE_PRELOAD: preload,
      // For what starts Node by its own path, as tsx does.
      NODE_OPTIONS: `--import ${preload} ${own}`.trim(),
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
      OTEL_BSP_SCHEDULE_DELAY: '50',
      OTEL_METRICS_EXPORTER: 'none',
      OTEL_LOGS_EXPORTER: 'none',
      OTEL_NODE_RESOURCE_DETECTORS: 'none',
      ...env,
    },
  })
  running.add(child)
  let output = ''
  let isOver = false
  const watchers = new Set<() => void>()
  const wake = (): void => {
    for (const watch of watchers) watch()
  }
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
      wake()
    })
  }
  child.stdin.on('error', () => {})
  const ended = new Promise<void>(resolve => {
    const over = (): void => {
      isOver = true
      running.delete(child)
      resolve()
      wake()
    }
    child.on('error', error => {
      output += String(error)
      over()
    })
    child.on('close', over)
  })
  return {
    output: () => output,
    printed: (pattern, times = 1) =>
      new Promise((resolve, reject) => {
        const watch = (): void => {
          const found = [...output.matchAll(new RegExp(pattern, 'gu'))].map(match => match[1] ?? match[0])
          if (found.length >= times) resolve(found)
          else if (isOver) reject(new Error(`${start.words.join(' ')} in ${path.basename(folder)} ended before it wrote ${String(pattern)}: ${output}`))
          else return
          watchers.delete(watch)
        }
        watchers.add(watch)
        watch()
      }),
    write(line) {
      child.stdin.write(`${line}\n`)
    },
    async stop() {
      signal(child, 'SIGTERM')
      const forced = setTimeout(() => {
        signal(child, 'SIGKILL')
      }, 20_000)
      await ended
      clearTimeout(forced)
    },
  }
}

/** To the whole group, which may be gone. */
function signal({ pid }: ChildProcessWithoutNullStreams, name: NodeJS.Signals): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, name)
  } catch {
    // It has ended by itself.
  }
}
