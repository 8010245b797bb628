import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { build } from 'esbuild'
import { copyFile } from 'node:fs/promises'
import { globSync } from 'tinyglobby'
import path from 'node:path'

const root = path.resolve(import.meta.dirname, '../..')
const shop = path.join(root, 'examples/shop/long')
/**
 * Where the services' packages are: the repository, or a project with instrumentations of line 3 and the packed runtime, which
 * `npm run matrix` installs on Node 22 and up.
 */
export const line3 = process.env['SPANGUARD_LINE_3']
const home = line3 ?? root
/** Inside node_modules, so that packages resolve as in that place. */
const out = path.join(home, 'node_modules/.cache/spanguard-long-shop')

export type Form = 'esm' | 'cjs'

/** The services of examples/shop/long that have a main.ts, built for one module system. */
export async function buildShop(form: Form): Promise<string> {
  const folder = path.join(out, form)
  const services = globSync(['*/main.ts'], { cwd: shop }).map(file => path.dirname(file))
  await build({
    entryPoints: services.map(service => ({ in: path.join(shop, service, 'main.ts'), out: service })),
    bundle: true,
    platform: 'node',
    target: 'node20',
    logLevel: 'error',
    outdir: folder,
    format: form,
    packages: 'external',
    outExtension: { '.js': form === 'esm' ? '.mjs' : '.cjs' },
  })
  await Promise.all(instrumented.map(kind => copyFile(path.join(root, 'test/fixtures', kind, 'beside.cjs'), path.join(folder, `${kind}.beside.cjs`))))
  return folder
}

/** What is instrumented by the fixtures of a team that has the official instrumentations. */
const instrumented = ['middleware', 'rpc', 'databases'] as const

/** Options of Node by which a service of {@link buildShop}'s folder has the official instrumentations beside it. */
export function besideOfficial(folder: string): string[] {
  return instrumented.flatMap(kind => ['--require', path.join(folder, `${kind}.beside.cjs`)])
}

/** Where each service finds the ones that it calls: started in this order, and not at all without what it needs. */
const wiring: readonly { readonly name: string; readonly needs?: string; readonly provides?: readonly [variable: string, form: 'address' | 'url'] }[] = [
  { name: 'auth', provides: ['AUTH_ADDRESS', 'address'] },
  { name: 'fraud', provides: ['FRAUD_URL', 'url'] },
  { name: 'payment', provides: ['PAYMENT_ADDRESS', 'address'] },
  { name: 'invoice', needs: 'REDIS_URL' },
  { name: 'orders', provides: ['ORDERS_URL', 'url'] },
  { name: 'gateway', provides: ['GATEWAY_URL', 'url'] },
]

export interface RunningShop {
  readonly gateway: string
  /** Ends every service by SIGTERM, so that each sends the rest of its spans. */
  stop(): Promise<void>
}

/**
 * Starts every service in a process of its own.
 * @param nodeOptions what each is started with, such as `--require beside.cjs`
 * @param environment for all of them: where spans go, where databases and brokers are
 */
export async function startLongShop(form: Form, folder: string, nodeOptions: readonly string[], environment: Record<string, string>): Promise<RunningShop> {
  const children: ChildProcessWithoutNullStreams[] = []
  const known: Record<string, string> = { ...environment }
  const stop = async (): Promise<void> => {
    await Promise.all(children.map(child => new Promise(resolve => {
      if (child.exitCode !== null || child.signalCode !== null) resolve(undefined)
      child.once('exit', resolve)
      child.kill('SIGTERM')
    })))
  }
  try {
    for (const { name, needs, provides } of wiring) {
      if (needs !== undefined && known[needs] === undefined) continue
      const file = path.join(folder, `${name}.${form === 'esm' ? 'mjs' : 'cjs'}`)
      const child = spawn(process.execPath, [...nodeOptions, file], {
        cwd: home,
        env: { PATH: process.env['PATH'] ?? '', ENVIRONMENT: 'test', ...known, OTEL_SERVICE_NAME: name },
      })
      children.push(child)
      const port = await placeOf(name, child)
      if (provides !== undefined) known[provides[0]] = `${provides[1] === 'url' ? 'http://' : ''}127.0.0.1:${port}`
    }
  } catch (error) {
    await stop()
    throw error
  }
  return { gateway: known['GATEWAY_URL'] ?? '', stop }
}

/** Each service says `<name> listening on <port>`, or on the queue that it consumes. */
function placeOf(name: string, child: ChildProcessWithoutNullStreams): Promise<string> {
  let printed = ''
  let errors = ''
  child.stderr.on('data', chunk => (errors += String(chunk)))
  return new Promise((resolve, reject) => {
    child.stdout.on('data', chunk => {
      printed += String(chunk)
      const place = /listening on (\d+|queue \w+)/.exec(printed)?.[1]
      if (place !== undefined) resolve(place)
    })
    child.once('exit', code => { reject(new Error(`${name} ended with ${String(code)} before it listened: ${errors}`)) })
  })
}
