import { spawn } from 'node:child_process'
import path from 'node:path'
import pc from 'picocolors'

export interface CheckRun {
  /** 0 clean, 1 findings, 2 wrong usage, config or crash. */
  readonly exitCode: number
  readonly output: string
}

const command = path.resolve(import.meta.dirname, '../../dist/src/cli.js')

/**
 * Runs `spanguard check` in a folder, as a user would.
 *
 * @param color by default what this process writes in: CI wants colors where there is no terminal
 */
export async function check(folder: string, color = pc.isColorSupported): Promise<CheckRun> {
  const environment = color ? { FORCE_COLOR: '1', NO_COLOR: undefined } : { NO_COLOR: '1', FORCE_COLOR: undefined }
  const child = spawn(process.execPath, [command, 'check'], {
    cwd: folder,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 60_000,
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output += text))
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => {
      resolve({ exitCode: code ?? 2, output })
    })
  })
}
