import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { packAll } from '../../scripts/pack.js'

/** A folder outside the repository, in which only what was installed can be found. */
export interface InstalledProject {
  readonly folder: string
  /** Writes files by their path in the project; an object is written as JSON. */
  write(files: Readonly<Record<string, unknown>>): void
  /** Runs Node.js or a command of an installed package (`eslint`, `tsc`) in a subfolder, and waits for its end. */
  run(command: string, parameters: readonly string[], options?: RunOptions): Promise<RunResult>
  /** Starts Node.js in a subfolder and resolves with the port that the program writes as `listening on PORT`. */
  start(parameters: readonly string[], options?: RunOptions): Promise<RunningProgram>
  remove(): void
}
export interface RunOptions {
  readonly in?: string
  readonly env?: Readonly<Record<string, string>>
  /** Default 60,000. */
  readonly timeoutMs?: number
}
export interface RunResult {
  readonly exitCode: number | null
  readonly output: string
}
export interface RunningProgram {
  readonly port: number
  /** Sends SIGTERM and resolves when the program has ended. */
  stop(): Promise<RunResult>
}

/**
 * An empty project into which the three packages were installed from their tarballs, as a user would, together with
 * these packages (`name@version`).
 */
export function installProject(packages: readonly string[]): InstalledProject {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'spanguard-packed-'))
  const tarballs = path.join(folder, 'tarballs')
  mkdirSync(tarballs)
  const files = packAll(tarballs).map(({ tarball }) => tarball)
  writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ name: 'project', private: true }))
  const installed = spawnSync(
    'npm',
    ['install', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error', ...files, ...packages],
    { cwd: folder, encoding: 'utf8', env: cleanEnvironment() },
  )
  if (installed.status !== 0) throw new Error(`npm install failed in an empty project: ${installed.stderr}${installed.stdout}`)

  const placeOf = (options: RunOptions) => ({
    cwd: path.join(folder, options.in ?? '.'),
    env: { ...cleanEnvironment(), ...options.env },
    timeout: options.timeoutMs ?? 60_000,
  })
  return {
    folder,
    write(contents) {
      for (const [name, content] of Object.entries(contents)) {
        const file = path.join(folder, name)
        mkdirSync(path.dirname(file), { recursive: true })
        writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content, null, 2))
      }
    },
    run(command, parameters, options = {}) {
      const program = command === 'node' ? process.execPath : path.join(folder, 'node_modules/.bin', command)
      return runProgram(program, parameters, placeOf(options))
    },
    start: (parameters, options = {}) => startProgram(parameters, placeOf(options)),
    remove: () => {
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** What npm, vitest and a developer's shell set must not reach the programs under test. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const foreign = /^(npm_|NODE_|VITEST|VITE_|TEST$|OTEL_|TEMPO_|SPANGUARD_|ENVIRONMENT$|INIT_CWD$|FORCE_COLOR$)/i
  return { ...Object.fromEntries(Object.entries(process.env).filter(([key]) => !foreign.test(key))), NO_COLOR: '1' }
}

interface Place {
  readonly cwd: string
  readonly env: NodeJS.ProcessEnv
}

/** Not synchronously: the receiver that the program sends to lives in this process. */
async function runProgram(program: string, parameters: readonly string[], place: Place): Promise<RunResult> {
  const child = spawn(program, parameters, { ...place, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (output += text))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (exitCode) => {
      resolve({ exitCode, output })
    })
  })
}

async function startProgram(
  parameters: readonly string[],
  place: Place,
): Promise<RunningProgram> {
  const child = spawn(process.execPath, parameters, { ...place, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  const ended = new Promise<RunResult>((resolve) => {
    child.once('close', (exitCode) => {
      resolve({ exitCode, output })
    })
  })
  const port = await new Promise<number>((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL')
      reject(new Error(`The program does not listen: ${output}`))
    }, 100_000)
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text
        const listening = /listening on (\d+)/.exec(output)?.[1]
        if (listening === undefined) return
        clearTimeout(timer)
        resolve(Number(listening))
      })
    }
    void ended.then(({ exitCode }) => {
      clearTimeout(timer)
      reject(new Error(`The program ended with ${String(exitCode)}: ${output}`))
    })
  })
  return {
    port,
    stop() {
      child.kill('SIGTERM')
      return ended
    },
  }
}
