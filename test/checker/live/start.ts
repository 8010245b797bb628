import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import ts from 'typescript'
import { parse } from 'yaml'
import { buildRoutes } from './remix-build.js'

/**
 * How a fixture service is started, read from its own files. This is on purpose not the checker's reader (`src/project/wiring`):
 * each file is read as the program it is for reads it, so that a mistake of the checker's shows as a span too few or too many.
 *
 * - package.json: the line of `start`, by a shell that finds the commands of node_modules, as npm runs it.
 * - Dockerfile, compose.yaml: no Docker here. ENTRYPOINT and CMD of the last stage with its ENV, in the service's folder for the
 *   image's; what compose overrides, overridden.
 * - Procfile: the line of its process by a shell.
 * - ecosystem.config.js: no PM2 here. The file is loaded, and its first app started as PM2 starts it: interpreter, its
 *   arguments, the script, `env`.
 * - bin/serve: run.
 * - serverless.yml: a function's environment, and a process that loads the file as AWS' runtime does.
 */
export interface Start {
  /** The file that says so, relative to the service's folder. */
  readonly saidBy: string
  readonly words: readonly string[]
  readonly env: Readonly<Record<string, string>>
}

type Command = Omit<Start, 'saidBy'>

const shell = (line: string): readonly string[] => ['/bin/sh', '-c', line]
const invoker = path.resolve(import.meta.dirname, '../../fixtures/live/invoke.cjs')

/** The outermost first: a compose file starts the image that a Dockerfile describes, which runs a script of package.json. */
const readers: readonly (readonly [file: string, read: (folder: string, file: string) => Command | null])[] = [
  ['compose.yaml', readCompose],
  ['Dockerfile', (folder, file) => readImage(path.join(folder, file))],
  ['Procfile', (folder, file) => commandOfLine(/^\w+:\s*(.+)$/mu.exec(textOf(folder, file))?.[1])],
  ['ecosystem.config.js', readEcosystem],
  ['bin/serve', (_folder, file) => ({ words: ['/bin/sh', file], env: {} })],
  ['serverless.yml', (folder, file) => functionsOf(folder, file)[0]?.command ?? null],
  ['package.json', (folder, file) => commandOfLine((JSON.parse(textOf(folder, file)) as Manifest).scripts?.['start'])],
]

interface Manifest {
  readonly type?: string
  readonly scripts?: Readonly<Record<string, string>>
  readonly workspaces?: readonly string[]
  readonly name?: string
}

/** @throws when no file of the folder says how it is started */
export function startOf(folder: string): Start {
  for (const [file, read] of readers) {
    const command = existsSync(path.join(folder, file)) ? read(folder, file) : null
    if (command) return { saidBy: file, ...command }
  }
  throw new Error(`${folder} says nowhere how it is started`)
}

/** The functions of a serverless.yml, each a process of its own, by the name of its export. */
export function functionStarts(folder: string): readonly { readonly name: string; readonly start: Start }[] {
  return functionsOf(folder, 'serverless.yml').map(({ name, command }) => ({ name, start: { saidBy: 'serverless.yml', ...command } }))
}

function commandOfLine(line: string | undefined): Command | null {
  return line === undefined ? null : { words: shell(line), env: {} }
}

function textOf(folder: string, file: string): string {
  return readFileSync(path.join(folder, file), 'utf8')
}

interface Stage {
  env: Record<string, string>
  entrypoint: readonly string[] | null
  cmd: readonly string[] | null
}

function readStage(file: string): Stage {
  const stages = new Map<string, Stage>()
  let stage: Stage = { env: {}, entrypoint: null, cmd: null }
  for (const line of readFileSync(file, 'utf8').replace(/\\\n/gu, ' ').split('\n')) {
    const [, instruction = '', rest = ''] = /^\s*([A-Z]+)\s+(.*?)\s*$/u.exec(line) ?? []
    const words = rest.startsWith('[') ? (JSON.parse(rest) as string[]) : shell(rest)
    if (instruction === 'FROM') {
      const [base = '', , name] = rest.split(/\s+/u)
      const parent = stages.get(base)
      // The entrypoint of Google's distroless images of Node.
      stage = parent ? { ...parent, env: { ...parent.env } } : { env: {}, entrypoint: base.includes('distroless/nodejs') ? ['node'] : null, cmd: null }
      if (name !== undefined) stages.set(name, stage)
    } else if (instruction === 'ENV') {
      const [, name = '', value = ''] = /^(\w+)=(.*)$/u.exec(rest) ?? []
      stage.env[name] = value.replace(/^"(.*)"$/u, '$1')
    } else if (instruction === 'ENTRYPOINT') Object.assign(stage, { entrypoint: words, cmd: null })
    else if (instruction === 'CMD') stage.cmd = words
  }
  return stage
}

function readImage(file: string): Command | null {
  const { env, entrypoint, cmd } = readStage(file)
  const words = [...(entrypoint ?? []), ...(cmd ?? [])]
  return words.length === 0 ? null : { words, env }
}

interface Compose {
  readonly services: Readonly<Record<string, { readonly build?: string; readonly environment?: readonly string[] | Readonly<Record<string, string>>; readonly command?: string | readonly string[] }>>
}

function readCompose(folder: string, file: string): Command | null {
  const service = Object.values((parse(textOf(folder, file)) as Compose).services).find(({ build }) => build !== undefined)
  if (service?.build === undefined) return null
  const { env, entrypoint, cmd } = readStage(path.join(folder, service.build, 'Dockerfile'))
  const { environment = {}, command } = service
  const own = Array.isArray(environment) ? Object.fromEntries((environment as string[]).map(one => [one.slice(0, one.indexOf('=')), one.slice(one.indexOf('=') + 1)])) : (environment as Record<string, string>)
  const words = command === undefined ? cmd ?? [] : typeof command === 'string' ? command.split(/\s+/u) : command
  return { words: [...(entrypoint ?? []), ...words], env: { ...env, ...own } }
}

interface Ecosystem {
  readonly apps: readonly { readonly script: string; readonly interpreter?: string; readonly node_args?: string; readonly args?: string; readonly env?: Readonly<Record<string, string>> }[]
}

/** `pm2 start ecosystem.config.js`: without `--env` the variables of `env_…` are not set. */
function readEcosystem(folder: string, file: string): Command | null {
  const [app] = (createRequire(import.meta.url)(path.join(folder, file)) as Ecosystem).apps
  const list = (text = ''): string[] => text.split(/\s+/u).filter(Boolean)
  return app ? { words: [app.interpreter ?? 'node', ...list(app.node_args), app.script, ...list(app.args)], env: app.env ?? {} } : null
}

interface Serverless {
  readonly provider?: { readonly environment?: Readonly<Record<string, string>> }
  readonly functions: Readonly<Record<string, { readonly handler: string; readonly environment?: Readonly<Record<string, string>> }>>
}

function functionsOf(folder: string, file: string): { name: string; command: Command }[] {
  const { provider, functions } = parse(textOf(folder, file)) as Serverless
  return Object.values(functions).map(({ handler, environment }) => ({
    name: handler.slice(handler.lastIndexOf('.') + 1),
    command: { words: ['node', invoker], env: { ...provider?.environment, ...environment, _HANDLER: handler, LAMBDA_TASK_ROOT: folder } },
  }))
}

/**
 * Copies a service to where it runs, beside a `node_modules` that leads to the repository's, and builds what its start
 * wants built: TypeScript with an `outDir`, file by file, and the routes of React Router.
 *
 * @param home a folder outside the repository; `node_modules` is made in it once
 * @returns the folder of the copy
 */
export async function installService(source: string, home: string): Promise<string> {
  const modules = path.join(home, 'node_modules')
  if (!existsSync(modules)) symlinkSync(path.resolve(import.meta.dirname, '../../../node_modules'), modules)
  const folder = path.join(home, path.basename(source))
  if (existsSync(folder)) return folder
  cpSync(source, folder, { recursive: true })
  const manifest = JSON.parse(textOf(folder, 'package.json')) as Manifest
  for (const pattern of manifest.workspaces ?? []) linkPackages(folder, pattern)
  if (existsSync(path.join(folder, 'tsconfig.json'))) compile(folder, manifest)
  await buildRoutes(folder)
  return folder
}

/** `"workspaces": ["packages/*"]`, as npm links them. */
function linkPackages(folder: string, pattern: string): void {
  const parent = path.join(folder, pattern.replace(/\/\*$/u, ''))
  for (const entry of readdirSync(parent)) {
    const { name } = JSON.parse(textOf(path.join(parent, entry), 'package.json')) as Manifest
    if (name === undefined) continue
    const link = path.join(folder, 'node_modules', name)
    mkdirSync(path.dirname(link), { recursive: true })
    symlinkSync(path.join(parent, entry), link)
  }
}

/** As `tsc` does with the service's options, without asking what types there are. */
function compile(folder: string, { type }: Manifest): void {
  const { compilerOptions = {} } = JSON.parse(textOf(folder, 'tsconfig.json')) as { compilerOptions?: { outDir?: string; rootDir?: string; experimentalDecorators?: boolean; emitDecoratorMetadata?: boolean } }
  const { outDir, rootDir = 'src' } = compilerOptions
  if (outDir === undefined) return
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2022,
    module: type === 'module' ? ts.ModuleKind.ESNext : ts.ModuleKind.CommonJS,
    esModuleInterop: true,
    experimentalDecorators: compilerOptions.experimentalDecorators === true,
    emitDecoratorMetadata: compilerOptions.emitDecoratorMetadata === true,
  }
  for (const entry of readdirSync(path.join(folder, rootDir), { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !/\.tsx?$/u.test(entry.name)) continue
    const file = path.join(entry.parentPath, entry.name)
    const to = path.join(folder, outDir, path.relative(path.join(folder, rootDir), file)).replace(/\.tsx?$/u, '.js')
    mkdirSync(path.dirname(to), { recursive: true })
    writeFileSync(to, ts.transpileModule(readFileSync(file, 'utf8'), { fileName: file, compilerOptions: options }).outputText)
  }
}
