import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { startReceiver } from '../test/otlp-receiver.js'
import { installTools } from './other-node.js'
import type { PackedPackage } from './pack.js'

/** Who installs. `yarn 1` is classic, `yarn 4` the current line with node_modules, `yarn 4 pnp` its default without. */
export type PackageManager = 'npm' | 'pnpm' | 'yarn 1' | 'yarn 4' | 'yarn 4 pnp'
export const packageManagers: readonly PackageManager[] = ['npm', 'pnpm', 'yarn 1', 'yarn 4', 'yarn 4 pnp']

interface Project {
  readonly dependencies: Readonly<Record<string, string>>
  /** The least major version of Node on which the project's own packages run. */
  readonly node: number
  /** Who refuses the project as it stands, without the runtime: npm takes no peer of the root's that does not fit. */
  readonly refusedBy?: PackageManager
}

/** What stands in the project before the runtime comes. */
export const projects = {
  fresh: { dependencies: {}, node: 20 },
  'API 1.10': { dependencies: { '@opentelemetry/api': '1.10.0' }, node: 20 },
  'API 1.9, SDK 2': { dependencies: line(2, '1.9.1'), node: 20 },
  'API 1.10, SDK 2': { dependencies: line(2, '1.10.0'), node: 20, refusedBy: 'npm' },
  'API 1.10, SDK 3': { dependencies: line(3, '1.10.0'), node: 22 },
} satisfies Readonly<Record<string, Project>>
export type ProjectName = keyof typeof projects

/** Whether there is such a project at all: its own packages run on that Node, and its package manager takes it. */
export function isPossible(name: ProjectName, manager: PackageManager, nodeMajor: number): boolean {
  const project: Project = projects[name]
  return nodeMajor >= project.node && project.refusedBy !== manager
}

/** The API, an SDK that is the project's own, and the instrumentation that most projects have. */
function line(sdk: 2 | 3, api: string): Readonly<Record<string, string>> {
  const versions = sdk === 2 ? { sdk: '2.12.1', instrumentation: '0.223.0' } : { sdk: '3.1.1', instrumentation: '0.301.0' }
  return {
    '@opentelemetry/api': api,
    '@opentelemetry/instrumentation': versions.instrumentation,
    '@opentelemetry/instrumentation-http': versions.instrumentation,
    '@opentelemetry/sdk-trace': versions.sdk,
  }
}

/** What package managers warn of, and the words of docs/runtime.md that explain it. */
export const explainedWarnings: readonly { readonly warning: RegExp; readonly docs: string }[] = [
  { warning: /unmet peer @opentelemetry\/api@.*: found 1\.10|incorrect peer dependency "@opentelemetry\/api@/, docs: 'ask for an API below 1.10' },
  { warning: /@opentelemetry\/api is listed by your project with version 1\.10.*doesn't satisfy what/, docs: 'ask for an API below 1.10' },
  // npm names no package in its line; headings of pnpm and yarn 4, whose lines are looked at one by one.
  { warning: /^npm warn ERESOLVE overriding peer dependency$|WARN\s+Issues with peer dependencies found$|YN0086: │ Some peer dependencies are incorrectly met by your project/, docs: 'ask for an API below 1.10' },
  { warning: /has unmet peer dependency "@nestjs|has unmet peer dependency "rxjs/, docs: 'lists the peers that it does not install by itself' },
]

/** A fresh project need not name the API, and with pnpm can then not reach it. */
const ownSpan = "const own = () => trace.getTracer('project').startSpan('order.own').end()\n"
const noSpan = 'const own = () => {}\n'
const program = `
const tracing = initTracing({ serviceName: 'installed' })
const server = http.createServer(traceHandler((request, response) => {
  withSpan('order.place', () => {
    own()
    response.end('ok')
  })
}))
server.listen(0, '127.0.0.1', async () => {
  await (await fetch('http://127.0.0.1:' + server.address().port)).text()
  server.close()
  server.closeAllConnections()
  console.log(tracing.health().state, await tracing.shutdown())
})
`
const names = [
  ['{ initTracing, withSpan }', '@spanguard/runtime'],
  ['{ traceHandler }', '@spanguard/runtime/http'],
  ['http', 'node:http'],
] as const
const api = ['{ trace }', '@opentelemetry/api'] as const
const importsOf = (all: readonly (readonly [string, string])[]): string => all.map(([what, from]) => `import ${what} from '${from}'`).join('\n')
const requiresOf = (all: readonly (readonly [string, string])[]): string => all.map(([what, from]) => `const ${what} = require('${from}')`).join('\n')
/** As a project that traces http already has it, before its server is made. */
const register = `registerInstrumentations({ instrumentations: [new HttpInstrumentation()] })\n`
const others = `const { registerInstrumentations } = require('@opentelemetry/instrumentation')
const { HttpInstrumentation } = require('@opentelemetry/instrumentation-http')
`
/** Every path over which the runtime and the project come to an API. */
const copies = `
const { createRequire } = require('node:module')
const runtime = createRequire(require.resolve('@spanguard/runtime/package.json'))
const found = new Set([runtime.resolve('@opentelemetry/api')])
try { found.add(require.resolve('@opentelemetry/api')) } catch {}
for (const name of ['sdk-trace', 'core', 'resources', 'context-async-hooks', 'otlp-transformer', 'instrumentation-http', 'instrumentation-undici']) {
  for (const from of [require, runtime]) {
    let place
    try { place = from.resolve('@opentelemetry/' + name) } catch { continue }
    found.add(createRequire(place).resolve('@opentelemetry/api'))
  }
}
console.log([...found].join('\\n'))
`

/**
 * Installs the packed runtime into a new project with one package manager on one Node, and tries it.
 *
 * @param bin the folder of the `node` to use
 * @returns what is wrong, one sentence each; empty when all is well
 */
export async function tryInstall(manager: PackageManager, name: ProjectName, bin: string, packed: readonly PackedPackage[]): Promise<string[]> {
  const dependencies: Readonly<Record<string, string>> = projects[name].dependencies
  const folder = mkdtempSync(path.join(os.tmpdir(), 'spanguard-install-'))
  const receiver = await startReceiver()
  try {
    const environment = cleanEnvironment(bin, folder)
    writeProject(folder, manager, dependencies, packed)
    const [command = '', ...parameters] = installCommand(manager, bin)
    const installed = await run(command, parameters, folder, environment)
    if (installed.code !== 0) return [`${manager} could not install it: ${installed.output.slice(-600)}`]
    const problems = installed.output.split('\n').filter(isWarning).filter(each => !explainedWarnings.some(({ warning }) => warning.test(each))).map(each => `the warning ${JSON.stringify(each.trim())} is explained nowhere`)

    const node = (...given: string[]): Promise<Ended> =>
      run(path.join(bin, 'node'), [...(manager === 'yarn 4 pnp' ? ['--require', './.pnp.cjs', '--experimental-loader', './.pnp.loader.mjs', '--no-warnings'] : []), ...given], folder, { ...environment, OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url })
    const found = (await node('copies.cjs')).output.trim().split('\n')
    if (found.length !== 1) problems.push(`there are several copies of the API: ${found.join(', ')}`)
    for (const parameters of [['app.mjs'], ['app.cjs'], ['--import', '@spanguard/runtime/register', 'registered.mjs'], ...('@opentelemetry/instrumentation-http' in dependencies ? [['beside.cjs']] : [])]) {
      receiver.clear()
      const ended = await node(...parameters)
      const shown = receiver.spans().map(span => `${span.kind} ${span.name}`).toSorted().join(', ')
      const wanted = `CLIENT GET, ${'@opentelemetry/api' in dependencies ? 'INTERNAL order.own, ' : ''}INTERNAL order.place, SERVER GET`
      if (ended.code !== 0 || ended.output !== 'on true\n') problems.push(`node ${parameters.join(' ')} ended with ${String(ended.code)} and said ${JSON.stringify(ended.output.slice(0, 400))}`)
      else if (shown !== wanted || new Set(receiver.spans().map(span => span.traceId)).size !== 1) problems.push(`node ${parameters.join(' ')} sent ${shown || 'nothing'} instead of one trace of ${wanted}`)
    }
    return problems
  } finally {
    await receiver.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

function writeProject(folder: string, manager: PackageManager, dependencies: Readonly<Record<string, string>>, packed: readonly PackedPackage[]): void {
  const fileOf = (name: string): string => `file:${packed.find(each => each.name === name)?.tarball ?? ''}`
  // The policy is published with the runtime; here it comes from the same place, by each manager's own way to say so.
  const policy = { '@spanguard/policy': fileOf('@spanguard/policy') }
  // yarn installs no peer by itself.
  const peers = manager.startsWith('yarn') && dependencies['@opentelemetry/api'] === undefined ? { '@opentelemetry/api': '1.9.1' } : {}
  const manifest = {
    name: 'installed',
    version: '1.0.0',
    private: true,
    license: 'UNLICENSED',
    dependencies: { ...dependencies, ...peers, '@spanguard/runtime': fileOf('@spanguard/runtime'), ...(manager === 'npm' && policy) },
    ...(manager === 'pnpm' && { pnpm: { overrides: policy } }),
    ...(manager.startsWith('yarn') && { resolutions: policy }),
  }
  const write = (name: string, text: string): void => {
    mkdirSync(folder, { recursive: true })
    writeFileSync(path.join(folder, name), text)
  }
  write('package.json', JSON.stringify(manifest, null, 2))
  if (manager === 'yarn 4') write('.yarnrc.yml', 'nodeLinker: node-modules\nenableTelemetry: false\nenableGlobalCache: true\n')
  if (manager === 'yarn 4 pnp') write('.yarnrc.yml', 'nodeLinker: pnp\npnpEnableEsmLoader: true\nenableTelemetry: false\nenableGlobalCache: true\n')
  const hasApi = '@opentelemetry/api' in dependencies
  const body = (hasApi ? ownSpan : noSpan) + program
  const all = hasApi ? [...names, api] : names
  write('app.mjs', `${importsOf(all)}\n${body}`)
  write('app.cjs', `${requiresOf(all)}\n${body}`)
  write('registered.mjs', `${importsOf(all)}\n${body.replace("initTracing({ serviceName: 'installed' })", 'initTracing()')}`)
  write('beside.cjs', `${requiresOf(all)}\n${others}${body.replace('const server', `${register}const server`)}`)
  write('copies.cjs', copies)
}

/** The managers run on the Node that is tried: its version decides what some of them take. */
function installCommand(manager: PackageManager, bin: string): string[] {
  const node = path.join(bin, 'node')
  const tools = (): string => path.join(installTools('spanguard-package-managers', ['pnpm@10.34.9', 'yarn@1.22.22', '@yarnpkg/cli-dist@4.18.1'], 'node_modules/@yarnpkg/cli-dist/bin/yarn.js'), 'node_modules')
  switch (manager) {
    case 'npm':
      return [node, npmCli(), 'install', '--no-audit', '--no-fund', '--prefer-offline']
    case 'pnpm':
      return [node, path.join(tools(), 'pnpm/bin/pnpm.cjs'), 'install', '--prefer-offline', '--reporter=append-only']
    case 'yarn 1':
      return [node, path.join(tools(), 'yarn/bin/yarn.js'), 'install', '--prefer-offline', '--non-interactive']
    case 'yarn 4':
    case 'yarn 4 pnp':
      return [node, path.join(tools(), '@yarnpkg/cli-dist/bin/yarn.js'), 'install', '--no-immutable']
  }
}

/** npm's own script: it stands beside most installations of Node; a bare binary, as the matrix runs, has that of the machine. */
function npmCli(): string {
  const beside = path.join(path.dirname(process.execPath), '../lib/node_modules/npm/bin/npm-cli.js')
  const onPath = (process.env['PATH'] ?? '').split(path.delimiter).map((folder) => path.join(folder, 'npm'))
  const found = [beside, ...onPath].find((file) => existsSync(file))
  if (found === undefined) throw new Error('There is no npm beside this Node and none on the PATH: install one.')
  return realpathSync(found)
}

function isWarning(text: string): boolean {
  return /\bwarn(?:ing)?\b|unmet peer|peer dep|YN00(?:02|60|86)/i.test(text)
}

interface Ended {
  readonly code: number | null
  readonly output: string
}

/** Not synchronously: the receiver lives in this process. */
function run(command: string, parameters: readonly string[], cwd: string, env: NodeJS.ProcessEnv): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, parameters, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], timeout: 300_000 })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (output += text))
    child.once('error', reject)
    child.once('close', code => {
      resolve({ code, output })
    })
  })
}

/** Of this process only what finds the registry and the caches. */
function cleanEnvironment(bin: string, folder: string): NodeJS.ProcessEnv {
  const kept = /^(?:HOME|PATH|LANG|TMPDIR|https?_proxy|no_proxy|NODE_EXTRA_CA_CERTS|npm_config_(?:registry|cache|cafile)|YARN_(?:NPM_REGISTRY_SERVER|REGISTRY))$/i
  const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => kept.test(name)))
  return { ...environment, PATH: `${bin}${path.delimiter}${process.env['PATH'] ?? ''}`, NO_COLOR: '1', CI: '', ENVIRONMENT: 'test', INIT_CWD: folder }
}

/** The warnings whose explanation the page no longer holds. */
export function unexplained(page: string): string[] {
  const text = readFileSync(page, 'utf8').replace(/\s+/g, ' ')
  return explainedWarnings.filter(({ docs }) => !text.includes(docs)).map(({ docs }) => docs)
}
