import { isBuiltin } from 'node:module'
import path from 'node:path'
import * as ts from '../ts.js'
import { getPackage } from '../../project/package-json.js'
import type { Entry } from '../services.js'
import type { ModuleGraph } from '../modules.js'
import type { Program } from '../program.js'

/**
 * Packages that do not require `http` when they are loaded, looked up in their code. Any other may: the first `require('http')`
 * behind the setup patches the server's prototype, which ES modules share.
 */
const withoutHttp = /^(?:node:.*|@hono\/.*|@opentelemetry\/.*|@trpc\/server|amqplib|bullmq|commander|cors|dotenv|drizzle-orm|hono|ioredis|kafkajs|mysql2|nanoid|nats|pg|picocolors|pino|pino-pretty|uuid|yaml|zod)(?:\/.*)?$/u
/** What has no use for `@grpc/grpc-js` and `kafkajs` itself: what reads contracts does not serve them. */
const withoutEither = /^(?:@grpc\/(?:grpc-js|proto-loader)|express|fastify|google-protobuf|koa|protobufjs)(?:\/.*)?$/u
const withoutServer = new RegExp(`${withoutHttp.source}|${withoutEither.source}`, 'u')

/**
 * What makes a framework's server, where an ES module imports it. OpenTelemetry's instrumentations patch what `require` loads:
 * express, fastify and koa are CommonJS and require `http` themselves, so that they are reached from ES modules too; what an
 * ES module imports is not, be it a module of Node or a package, unless a loader hook is registered or something else requires `http` later. Measured on Node 20 with instrumentation-http 0.22x.
 */
const importedServers: Readonly<Record<string, { readonly import: RegExp; readonly others: RegExp }>> = {
  grpc: { import: /^@grpc\/grpc-js$/u, others: withoutServer },
  kafkajs: { import: /^kafkajs$/u, others: withoutServer },
  hono: { import: /^@hono\/node-server$/u, others: withoutHttp },
  'node-http': { import: /^(?:node:)?https?$/u, others: withoutHttp },
  trpc: { import: /^@trpc\/server\/adapters\/standalone$/u, others: withoutHttp },
}

/** Setups that patch modules as they are loaded; vendors' own distributions bring their hook. */
const patching = /^@opentelemetry\/(?:sdk-node|instrumentation|instrumentation-.*|auto-instrumentations-node(?:\/register)?)$/u

/** What runs an ES module as one; tsx takes the types away, and leaves the imports. */
const runners: ReadonlySet<string> = new Set(['node', 'tsx'])

/** A bundle may turn ES modules into CommonJS: what runs then is not what is written. */
const bundlers = ['@rspack/core', '@vercel/ncc', 'esbuild', 'parcel', 'rolldown', 'rollup', 'tsdown', 'tsup', 'vite', 'webpack']

/** What compiles for CommonJS, too, and writes the imports first. */
const hoisting = ['@babel/core', '@swc/cli', '@swc/core', '@swc-node/register', 'tsx']

/**
 * The import of a server module that nothing can patch: an ES module's, in a process that Node runs as it is written and that
 * registers no loader hook.
 *
 * @param framework the descriptor's name
 * @param modules the packages that set up tracing in the process
 */
export function unpatchedImport(framework: string, modules: readonly string[], entry: Entry, program: Program, graph: ModuleGraph): ts.Node | null {
  const server = importedServers[framework]
  if (!server || modules.length === 0 || !modules.every(module => patching.test(module))) return null
  const starts = entry.starts.filter(start => start.stage === 'production')
  if (starts.length === 0 || starts.some(start => !runners.has(start.runner))) return null
  if (entry.file === null || !isModuleFile(entry.file)) return null
  const pkg = getPackage(entry.file)
  // Another package of the repository may be built for both module systems: what is written there says little.
  const isOwn = (file: string): boolean => getPackage(file)?.dir === pkg?.dir
  const found = [...entry.order.packages].find(([specifier, { node }]) => server.import.test(specifier) && ts.isImportDeclaration(node) && isOwn(node.getSourceFile().fileName) && isModuleFile(node.getSourceFile().fileName))
  if (!found) return null
  if ([...entry.order.packages.keys()].some(specifier => !server.others.test(specifier) && !isBuiltin(specifier))) return null
  if (bundlers.some(bundler => pkg?.dependencies.has(bundler) === true)) return null
  const preloads = starts.flatMap(start => start.preloads)
  if (preloads.some(preload => preload.how === '--loader' || /hook\.mjs|import-in-the-middle/u.test(preload.module))) return null
  const files = [...entry.order.files.keys(), ...preloads.flatMap(preload => (preload.file === null ? [] : [...graph.loadOrder([preload.file]).files.keys()]))]
  return files.some(file => registersHook(program.file(file)?.root.text ?? '')) || exportsMetrics(files, program) ? null : found[1].node
}

/** Does Node load the file as an ES module? TypeScript's output follows the same rule under `nodenext`. */
export function isModuleFile(file: string): boolean {
  const extension = path.extname(file)
  if (extension === '.mjs' || extension === '.mts') return true
  if (extension === '.cjs' || extension === '.cts') return false
  return getPackage(file)?.type === 'module'
}

/** The exporter of metrics sends by itself, without a span; it requires `http` before it does. */
function exportsMetrics(files: readonly string[], program: Program): boolean {
  return files.some(file => /\bmetricReaders?\b|PeriodicExportingMetricReader/u.test(program.file(file)?.root.text ?? ''))
}

/**
 * Are a file's imports run where they stand, between its other statements? TypeScript writes them so for CommonJS; the engine,
 * Babel, SWC and esbuild hoist them.
 */
export function keepsImportsInPlace(file: string): boolean {
  if (!/\.c?tsx?$/u.test(file) || isModuleFile(file)) return false
  const pkg = getPackage(file)
  if (![...bundlers, ...hoisting].some(name => pkg?.dependencies.has(name) === true)) return true
  return Object.values(pkg?.scripts ?? {}).some(line => /(?:^|[\s/"'&])(?:tsc|ts-node|ts-node-dev|tsnd|nest (?:build|start))(?=$|[\s"'&])(?!.*--noEmit)/u.test(line))
}

function registersHook(text: string): boolean {
  return /import-in-the-middle|instrumentation\/hook\.mjs|syncBuiltinESMExports|registerHooks/u.test(text)
}
