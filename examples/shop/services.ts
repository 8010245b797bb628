import { spawn, type ChildProcess } from 'node:child_process'
import { createRequire } from 'node:module'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { DemoError } from './terminal.js'

/** The running shop: where its gateway listens, and how to end it. */
export interface Shop {
  readonly gateway: string
  /** Sends SIGTERM to every service and waits until all have gone (SIGKILL after five seconds). Never rejects. */
  stop(): Promise<void>
}

interface Service {
  readonly name: string
  readonly child: ChildProcess
  /** What it has written to stderr so far. */
  readonly errors: string[]
}

/** Named by its file, so that services in a copy outside the repository start too. */
const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href
const startTimeoutMs = 20_000
const stopTimeoutMs = 5_000

/**
 * Starts payment, orders and gateway of one version of the shop, each in a process of its own on a port that the
 * system chooses, and waits until they listen.
 *
 * @param extra environment of each service, such as a sampler
 * @throws DemoError when one of them exits or stays silent; those already running are stopped first.
 */
export async function startShop(folder: string, otlp: URL, extra: Readonly<Record<string, string>> = {}): Promise<Shop> {
  const running: Service[] = []
  const start = async (name: string, environment: Record<string, string>): Promise<string> => {
    const service = spawnService(path.join(folder, name), name, { ...environment, ...extra, OTEL_EXPORTER_OTLP_ENDPOINT: otlp.href })
    running.push(service)
    return `http://127.0.0.1:${String(await portOf(service))}`
  }
  try {
    const payment = await start('payment', {})
    const orders = await start('orders', { PAYMENT_URL: payment })
    const gateway = await start('gateway', { ORDERS_URL: orders })
    return { gateway, stop: () => stopAll(running) }
  } catch (error) {
    await stopAll(running)
    throw error
  }
}

function spawnService(folder: string, name: string, environment: Record<string, string>): Service {
  const child = spawn(process.execPath, ['--import', tsx, 'src/main.ts'], {
    cwd: folder,
    env: { ...ownEnvironment(), PORT: '0', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const errors: string[] = []
  child.stderr.setEncoding('utf8').on('data', (text: string) => errors.push(text))
  return { name, child, errors }
}

/** The demo decides where spans go and how many are kept, whatever the shell around it says. */
function ownEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([key]) => !/^(OTEL_|TEMPO_|SPANGUARD_|ENVIRONMENT$|NODE_OPTIONS$)/.test(key)),
  )
}

/** Each service says `<name> listening on <port>` when it is ready. */
async function portOf({ name, child, errors }: Service): Promise<number> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      fail(`said nothing for ${String(startTimeoutMs / 1000)} seconds`)
    }, startTimeoutMs)
    const fail = (reason: string) => {
      clearTimeout(timer)
      reject(new DemoError(`The service ${name} ${reason}${errors.length > 0 ? `: ${errors.join('').trim()}` : ''}`))
    }
    child.once('error', (error) => {
      fail(`could not be started (${error.message})`)
    })
    child.once('exit', (code, signal) => {
      fail(`ended before it listened (${signal ?? `exit code ${String(code)}`})`)
    })
    let output = ''
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      output += text
      const port = / listening on (\d+)/.exec(output)?.[1]
      if (port === undefined) return
      clearTimeout(timer)
      resolve(Number(port))
    })
  })
}

async function stopAll(services: readonly Service[]): Promise<void> {
  await Promise.all(services.map(({ child }) => stop(child)))
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return
  await new Promise<void>((resolve) => {
    const timer = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs)
    child.once('exit', () => {
      clearTimeout(timer)
      resolve()
    })
    child.kill('SIGTERM')
  })
}
