import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import path from 'node:path'

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
  /** From the start, or from the signal where one was sent. */
  readonly ms: number
}

export interface Running {
  readonly child: ChildProcessWithoutNullStreams
  /** Resolves when stdout holds the text. */
  printed(text: string): Promise<void>
  readonly ended: Promise<Ended>
  kill(signal: NodeJS.Signals): void
}

export const fixtures = path.resolve(import.meta.dirname, '../fixtures/runtime')

/** Starts `node [...args]` in a process of its own on the built packages, with nothing of this environment but PATH. */
export function startNode(args: readonly string[], env: Record<string, string> = {}, cwd = fixtures): Running {
  let from = performance.now()
  const child = spawn(process.execPath, args, { cwd, env: { PATH: process.env['PATH'] ?? '', ...env } })
  let stdout = ''
  let stderr = ''
  const watchers = new Set<() => void>()
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString()
    for (const watch of watchers) watch()
  })
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString()
  })
  const ended = new Promise<Ended>(resolve => {
    child.on('close', (code, signal) => {
      resolve({ code, signal, stdout, stderr, ms: performance.now() - from })
      for (const watch of watchers) watch()
    })
  })
  return {
    child,
    ended,
    printed: text =>
      new Promise((resolve, reject) => {
        const watch = (): void => {
          if (stdout.includes(text)) resolve()
          else if (child.exitCode !== null || child.signalCode !== null) reject(new Error(`ended before it printed ${text}: ${stderr}`))
          else return
          watchers.delete(watch)
        }
        watchers.add(watch)
        watch()
      }),
    kill(signal) {
      from = performance.now()
      child.kill(signal)
    },
  }
}
