import path from 'node:path'
import type { Package } from '../package-json.js'
import { assignment, splitCommandLine, type SimpleCommand } from './command-line.js'
import { choiceVariables, type Place, type Preload, type StartCommand } from './wiring.js'

/** A start as the command says it, before its paths are looked up. */
export interface RawStart {
  /** The program's file as written, joined with the folder it is started in; `null` when a framework finds it. */
  readonly entry: string | null
  readonly runner: string
  readonly preloads: readonly (Omit<Preload, 'file'> & { readonly from: string })[]
  readonly place: Place
  readonly variables: Readonly<Record<string, string>>
  readonly stage: StartCommand['stage']
}

/** What a command is run in. */
export interface Surroundings {
  /** The folder: a real one for scripts, one of the image for Dockerfiles. */
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  /** Where NODE_OPTIONS was set, when it was not by the command itself. */
  readonly optionsPlace?: Place
  readonly place: Place
  readonly stage: StartCommand['stage']
  /** The package whose scripts `npm run` means, and the packages of the workspace by name. */
  readonly pkg: Package | null
  readonly packageNamed: (name: string) => Package | null
  /** The text of a shell script that a command runs, `null` when it is none. */
  readonly readScript: (file: string) => { readonly file: string; readonly text: string } | null
  readonly depth: number
}

/** A command may run a script that runs a command; a circle ends here. */
const maxDepth = 6

const nodeRunners = new Set(['babel-node', 'bun', 'deno', 'node', 'nodejs', 'swc-node', 'ts-node', 'ts-node-dev', 'ts-node-esm', 'tsnd', 'tsx', 'vite-node'])
const frameworkRunners = new Map([
  ['astro', 'astro'], ['fastify', 'fastify'], ['functions-framework', 'functions-framework'], ['nest', 'nest'],
  ['next', 'next'], ['nuxi', 'nuxt'], ['nuxt', 'nuxt'], ['react-router-serve', 'remix'], ['remix-serve', 'remix'],
])
const watchers = new Set(['nodemon', 'node-dev'])
const packageManagers = new Set(['bun', 'npm', 'pnpm', 'yarn'])
/** Node's options that take the next word as their value. Source: `node --help`, Node 24. */
const optionsWithValue = new Set(['--conditions', '--env-file', '--env-file-if-exists', '--inspect-port', '--title', '--watch-path', '-C', '--tsconfig', '--project', '-P', '--ext', '--ignore', '--watch-dir', '-O', '--compiler-options'])

/**
 * What a shell line starts. Wrappers (`exec`, `dumb-init`, `cross-env`, `dotenv --`, …) are looked through, `npm run x` and
 * shell scripts are followed.
 */
export function interpretLine(line: string, around: Surroundings): RawStart[] {
  const starts: RawStart[] = []
  let env = { ...around.env }
  let cwd = around.cwd
  for (const command of splitCommandLine(line, env)) {
    const [program, ...rest] = command.words
    if (program === undefined) env = { ...env, ...command.env }
    else if (program === 'export') {
      for (const word of rest) {
        const set = assignment(word)
        if (set) env[set[0]] = set[1]
      }
    } else if (program === 'cd' || program === 'pushd') {
      const to = rest.find(word => !word.startsWith('-'))
      if (to !== undefined && !to.includes('$')) cwd = path.resolve(cwd, to)
    } else starts.push(...interpretCommand(command, { ...around, env, cwd }))
  }
  return starts
}

/** What an exec form (`["node", "x.js"]`) or a simple command starts. */
export function interpretCommand(command: SimpleCommand, around: Surroundings): RawStart[] {
  if (around.depth > maxDepth) return []
  const own = command.env['NODE_OPTIONS']
  const { optionsPlace, ...rest } = around
  const inner: Surroundings = {
    ...rest,
    ...(own === undefined && optionsPlace ? { optionsPlace } : {}),
    env: { ...around.env, ...command.env },
    depth: around.depth + 1,
  }
  return interpretWords(command.words, inner)
}

function interpretWords(words: readonly string[], around: Surroundings): RawStart[] {
  const [program = '', ...args] = words
  const name = path.posix.basename(program)
  const set = assignment(program)
  if (set) return interpretCommand({ env: { [set[0]]: set[1] }, words: args }, around)
  if (name === 'sh' || name === 'bash' || name === 'ash' || name === 'dash') return interpretShell(args, around)
  if (packageManagers.has(name)) return interpretPackageManager(name, args, around)
  if (watchers.has(name)) return interpretWatcher(args, around)
  if (name === 'pm2' || name === 'pm2-runtime' || name === 'pm2-docker') return interpretPm2(args, around)
  if (name === 'nx' || name === 'turbo') return interpretTaskRunner(args, around)
  if (nodeRunners.has(name)) return interpretNode(name, args, around)
  const framework = frameworkRunners.get(name)
  if (framework !== undefined) return interpretFramework(framework, args, around)
  const script = /^[./]|\//u.test(program) || args.length === 0 ? around.readScript(path.resolve(around.cwd, program)) : null
  if (script) return interpretScript(script, args, around)
  return interpretWrapper(args, around)
}

/** A wrapper is looked through: its first word that is a runner, assignment or script starts the command proper. */
function interpretWrapper(args: readonly string[], around: Surroundings): RawStart[] {
  for (const [i, word] of args.entries()) {
    if (/\s/u.test(word) && assignment(word) === null) {
      const nested = interpretLine(word, { ...around, depth: around.depth + 1 })
      if (nested.length > 0) return [...nested, ...interpretWrapper(args.slice(i + 1), around)]
      continue
    }
    const name = path.posix.basename(word)
    const isStart = nodeRunners.has(name) || frameworkRunners.has(name) || packageManagers.has(name) || watchers.has(name)
      || name === 'sh' || name === 'bash' || name === 'nx' || name === 'turbo' || name.startsWith('pm2')
      || (assignment(word) !== null && !word.startsWith('-'))
      || /^\.{0,2}\/.*\.sh$/u.test(word)
    if (isStart) return interpretWords(args.slice(i), { ...around, depth: around.depth + 1 })
  }
  return []
}

function interpretShell(args: readonly string[], around: Surroundings): RawStart[] {
  const c = args.findIndex(arg => /^-\w*c$/u.test(arg))
  if (c !== -1) return interpretLine(args[c + 1] ?? '', { ...around, depth: around.depth + 1 })
  const at = args.findIndex(arg => !arg.startsWith('-'))
  const script = at === -1 ? null : around.readScript(path.resolve(around.cwd, args[at] ?? ''))
  return script ? interpretScript(script, args.slice(at + 1), around) : []
}

/** Reads a shell script line by line, so that every start has its own place. Its `$1`… are the arguments. */
export function interpretScript(
  script: { readonly file: string; readonly text: string }, args: readonly string[], around: Surroundings,
): RawStart[] {
  const starts: RawStart[] = []
  let env: Record<string, string> = { ...around.env }
  for (const [i, arg] of args.entries()) env[String(i + 1)] = arg
  let cwd = around.cwd
  const lines = script.text.split('\n')
  for (let i = 0; i < lines.length; i += 1) {
    const line = i
    let text = lines[i] ?? ''
    while (text.endsWith('\\') && i + 1 < lines.length) text = `${text.slice(0, -1)} ${lines[(i += 1)] ?? ''}`
    const place: Place = { file: script.file, line: line + 1, text: shortened(text) }
    for (const command of splitCommandLine(withoutQuotedAll(text), env)) {
      const [program, ...rest] = command.words
      if (program === undefined) env = { ...env, ...withOwnFolder(command.env, script.file) }
      else if (program === 'export') {
        for (const word of rest) {
          const set = assignment(word)
          if (set) env = { ...env, ...withOwnFolder({ [set[0]]: set[1] }, script.file) }
        }
      } else if (program === 'cd') {
        const to = rest.find(word => !word.startsWith('-'))
        if (to !== undefined && !to.includes('$')) cwd = path.resolve(cwd, to)
      } else starts.push(...interpretCommand(command, { ...around, env, cwd, place }))
    }
  }
  return starts
}

function interpretPackageManager(name: string, args: readonly string[], around: Surroundings): RawStart[] {
  let pkg = around.pkg
  const words: string[] = []
  for (let i = 0; i < args.length; i += 1) {
    const arg = args[i] ?? ''
    const filter = /^(?:--filter|-F|--workspace|-w|--prefix|-C|--dir|--cwd)(?:=(.*))?$/su.exec(arg)
    if (filter && !(name === 'pnpm' && arg === '-w')) {
      const value = filter[1] ?? args[(i += 1)] ?? ''
      pkg = around.packageNamed(value.replace(/\.\.\.$/u, '')) ?? pkg
    } else if (arg === '--') {
      words.push(...args.slice(i + 1))
      break
    } else if (!arg.startsWith('-') || words.length > 1 || isProgram(words[0])) words.push(arg)
  }
  if (words[0] === 'workspace') {
    pkg = around.packageNamed(words[1] ?? '') ?? pkg
    words.splice(0, 2)
  }
  const [verb = '', ...rest] = words
  if (verb === 'exec' || verb === 'dlx' || verb === 'x') return interpretWords(rest, { ...around, pkg, depth: around.depth + 1 })
  const script = verb === 'run' || verb === 'run-script' ? rest[0] : verb
  if (pkg && script !== undefined && Object.hasOwn(pkg.scripts, script)) return runScript(pkg, script, around)
  if (name === 'bun') return interpretNode('bun', args.filter(arg => arg !== 'run'), around)
  // A manager runs what the package has installed under its own name, too: `yarn node server.js`, `pnpm tsx server.ts`.
  return interpretWrapper(words, around)
}

function isProgram(word: string | undefined): boolean {
  return word !== undefined && (nodeRunners.has(word) || frameworkRunners.has(word) || watchers.has(word))
}

/** A script of package.json; NODE_OPTIONS and variables reach it. */
export function runScript(pkg: Package, script: string, around: Surroundings): RawStart[] {
  if (around.depth > maxDepth) return []
  const line = pkg.scripts[script] ?? ''
  // An image's folder stays what it is when the Dockerfile stands for this package; only a foreign package is entered.
  const cwd = around.pkg?.dir === pkg.dir ? around.cwd : pkg.dir
  const place: Place = around.depth === 0 ? around.place : { ...around.place, text: shortened(`${around.place.text} → ${line}`) }
  return interpretLine(line, { ...around, pkg, cwd, place, depth: around.depth + 1 })
}

function interpretTaskRunner(args: readonly string[], around: Surroundings): RawStart[] {
  for (const arg of args) {
    const colon = arg.lastIndexOf(':')
    const pkg = colon > 0 ? around.packageNamed(arg.slice(0, colon)) : null
    const script = arg.slice(colon + 1)
    if (pkg && Object.hasOwn(pkg.scripts, script)) return runScript(pkg, script, around)
  }
  const filter = args.find(arg => arg.startsWith('--filter='))?.slice('--filter='.length)
  const pkg = filter === undefined ? null : around.packageNamed(filter)
  const script = args.find(arg => pkg && Object.hasOwn(pkg.scripts, arg))
  return pkg && script !== undefined ? runScript(pkg, script, around) : []
}

function interpretWatcher(args: readonly string[], around: Surroundings): RawStart[] {
  const exec = args.findIndex(arg => arg === '--exec' || arg === '-x')
  const development = { ...around, stage: 'development' as const, depth: around.depth + 1 }
  if (exec !== -1) return interpretLine([args[exec + 1] ?? '', ...args.slice(exec + 2).map(quoted)].join(' '), development)
  return interpretNode('node', args, development)
}

function interpretPm2(args: readonly string[], around: Surroundings): RawStart[] {
  const words = args.filter(arg => arg !== 'start')
  const at = words.findIndex(word => !word.startsWith('-'))
  const file = words[at]
  if (file === undefined || /ecosystem|\.config\.|\.json$|\.ya?ml$/u.test(file)) return [] // read from the file itself
  const options = words.find(word => word.startsWith('--node-args='))?.slice('--node-args='.length)
    ?? (words.includes('--node-args') ? words[words.indexOf('--node-args') + 1] : undefined) ?? ''
  return interpretNode('node', [...splitOptions(options), file], around)
}

function interpretFramework(framework: string, args: readonly string[], around: Surroundings): RawStart[] {
  const [verb = ''] = args.filter(arg => !arg.startsWith('-'))
  if (verb === 'build' || verb === 'lint' || verb === 'typegen' || verb === 'generate' || verb === 'new') return []
  const stage = verb === 'dev' || verb === 'develop' || args.includes('--watch') ? 'development' : around.stage
  const file = framework === 'fastify' ? args.filter(arg => !arg.startsWith('-')).at(-1) : undefined
  return [{
    entry: file !== undefined && file !== 'start' ? path.resolve(around.cwd, file) : null,
    runner: framework,
    preloads: environmentPreloads(around),
    place: around.place,
    variables: choicesIn(around.env),
    stage,
  }]
}

function interpretNode(runner: string, args: readonly string[], around: Surroundings): RawStart[] {
  const preloads = [...environmentPreloads(around)]
  const entry = readOptions(args, (module, how) => {
    preloads.push({ module, how, place: around.place, from: around.cwd })
  })
  if (entry === null) return []
  const script = around.readScript(path.resolve(around.cwd, entry))
  if (script) return []
  const stage = args.includes('--watch') || args[0] === 'watch' || runner === 'ts-node-dev' || runner === 'tsnd' ? 'development' : around.stage
  // `node node_modules/.bin/next start`
  const framework = frameworkRunners.get(path.posix.basename(entry))
  if (framework !== undefined) {
    return [{ entry: null, runner: framework, preloads, place: around.place, variables: choicesIn(around.env), stage }]
  }
  return [{ entry: path.resolve(around.cwd, entry), runner, preloads, place: around.place, variables: choicesIn(around.env), stage }]
}

/** @returns the program's file, `null` when the words name none (`node -e …`). */
function readOptions(args: readonly string[], found: (module: string, how: Preload['how']) => void): string | null {
  for (let i = 0; i < args.length; i += 1) {
    const arg = args[i] ?? ''
    const match = /^(-r|--require|--import|--loader|--experimental-loader)(?:=(.*))?$/su.exec(arg)
    if (match) {
      const module = match[2] ?? args[(i += 1)] ?? ''
      const how = match[1] === '-r' || match[1] === '--require' ? '--require' : match[1] === '--import' ? '--import' : '--loader'
      if (module !== '') found(module, how)
    } else if (arg === '-e' || arg === '--eval' || arg === '-p' || arg === '--print' || arg === '--test') return null
    else if (optionsWithValue.has(arg)) i += 1
    else if (arg === 'watch' || arg === 'run') continue
    else if (!arg.startsWith('-')) return arg
  }
  return null
}

function environmentPreloads(around: Surroundings): RawStart['preloads'] {
  return optionPreloads(around.env['NODE_OPTIONS'] ?? '', around.optionsPlace ?? around.place, around.cwd)
}

/** The variables by which `auto-instrumentations-node` leaves some out; one whose value another variable gives is not known. */
export function choicesIn(env: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(choiceVariables.flatMap(name => {
    const value = env[name] ?? ''
    return value === '' || value.includes('$') ? [] : [[name, value]]
  }))
}

/**
 * What the text of NODE_OPTIONS loads first.
 *
 * @param from the folder that its relative paths are meant from
 */
export function optionPreloads(options: string, place: Place, from: string): RawStart['preloads'] {
  const preloads: RawStart['preloads'][number][] = []
  readOptions(splitOptions(options), (module, how) => {
    preloads.push({ module, how, place, from })
  })
  return preloads
}

function splitOptions(text: string): string[] {
  return splitCommandLine(text).flatMap(command => command.words)
}

/** `DIR="$(cd "$(dirname "$0")" && pwd)"`: the folder that the script stands in. */
function withOwnFolder(env: Readonly<Record<string, string>>, file: string): Record<string, string> {
  const isOwn = (value: string): boolean => value.startsWith('$(') && /dirname/u.test(value) && /\$\{?(?:0|BASH_SOURCE)/u.test(value)
  return Object.fromEntries(Object.entries(env).map(([name, value]) => [name, isOwn(value) ? path.dirname(file) : value]))
}

/** `"$@"` and `$@` stand for whatever is passed on; a start is not changed by it. */
function withoutQuotedAll(text: string): string {
  return text.replace(/"?\$[@*]"?/gu, '')
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", String.raw`'\''`)}'`
}

/** A command's text, cut for a message. */
export function shortened(text: string): string {
  const line = text.trim().replace(/\s+/gu, ' ')
  return line.length > 120 ? `${line.slice(0, 117)}…` : line
}
