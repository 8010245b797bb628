import path from 'node:path'
import type { Package } from '../package-json.js'
import { existing } from '../source-path.js'
import { parseYaml } from './compose.js'
import { textOf } from './deployment-files.js'
import { choicesIn, shortened } from './interpret.js'
import { splitCommandLine } from './command-line.js'
import type { Place, Preload, StartCommand } from './wiring.js'

/**
 * The functions of serverless.yml and of SAM templates. A function is traced from outside by an OpenTelemetry layer with its
 * exec wrapper (`AWS_LAMBDA_EXEC_WRAPPER: /opt/otel-handler`), by NODE_OPTIONS, or by AWS X-Ray (active tracing).
 * Source: https://opentelemetry.io/docs/platforms/faas/lambda-auto-instrument/
 */
export function readServerless(pkg: Package, files: readonly string[]): StartCommand[] {
  return files.flatMap(file => {
    const text = textOf(file)
    const document = record(parseYaml(text))
    const everywhere = { ...variables(record(document['provider'])['environment']), ...variables(record(record(record(document['Globals'])['Function'])['Environment'])['Variables']) }
    const layers = list(record(document['provider'])['layers'])
    const isActive = isTraced(record(record(document['Globals'])['Function'])['Tracing']) || isTraced(record(record(document['provider'])['tracing'])['lambda'])
    return functionsOf(document).flatMap(({ name, handler, folder, own, ownLayers, tracing }) => {
      const entry = existing(path.resolve(path.dirname(file), folder, handler.replace(/\.[^./]+$/u, '')))
      if (entry === null) return []
      const place = placeOf(file, text, handler)
      const env = { ...everywhere, ...own }
      return [{ entry, runner: 'lambda', preloads: [...preloadsFrom(env, [...layers, ...ownLayers], file, text), ...(tracing ?? isActive ? [xray(file, text)] : [])], place: { ...place, text: shortened(`${name}: ${handler}`) }, variables: choicesIn(env), stage: 'production' as const }]
    })
  }).filter(start => start.entry.startsWith(pkg.dir))
}

interface LambdaFunction {
  readonly name: string
  readonly handler: string
  readonly folder: string
  readonly own: Record<string, string>
  readonly ownLayers: readonly string[]
  /** Its own setting of active tracing; `null` where it has none. */
  readonly tracing: boolean | null
}

function functionsOf(document: Record<string, unknown>): LambdaFunction[] {
  const own = Object.entries(record(document['functions'])).map(([name, value]): LambdaFunction => {
    const settings = record(value)
    return { name, handler: text(settings['handler']), folder: '.', own: variables(settings['environment']), ownLayers: list(settings['layers']), tracing: settings['tracing'] === undefined ? null : isTraced(settings['tracing']) }
  })
  const sam = Object.entries(record(document['Resources'])).flatMap(([name, value]): LambdaFunction[] => {
    const resource = record(value)
    if (resource['Type'] !== 'AWS::Serverless::Function') return []
    const settings = record(resource['Properties'])
    return [{ name, handler: text(settings['Handler']), folder: text(settings['CodeUri']) || '.', own: variables(record(settings['Environment'])['Variables']), ownLayers: list(settings['Layers']), tracing: settings['Tracing'] === undefined ? null : isTraced(settings['Tracing']) }]
  })
  return [...own, ...sam].filter(found => found.handler !== '')
}

function preloadsFrom(env: Record<string, string>, layers: readonly string[], file: string, source: string): Preload[] {
  const preloads: Preload[] = []
  const wrapper = env['AWS_LAMBDA_EXEC_WRAPPER']
  if (wrapper !== undefined) preloads.push({ module: layers.find(layer => /otel|opentelemetry/iu.test(layer)) ?? wrapper, how: 'layer', place: placeOf(file, source, 'AWS_LAMBDA_EXEC_WRAPPER'), file: null })
  const words = splitCommandLine(env['NODE_OPTIONS'] ?? '').flatMap(command => command.words)
  for (const [i, word] of words.entries()) {
    const match = /^(-r|--require|--import)(?:=(.*))?$/su.exec(word)
    if (!match) continue
    const module = match[2] ?? words[i + 1] ?? ''
    preloads.push({ module, how: match[1] === '--import' ? '--import' : '--require', place: placeOf(file, source, 'NODE_OPTIONS'), file: existing(path.resolve(path.dirname(file), module)) })
  }
  return preloads
}

/** `Active` makes a trace of every call; `PassThrough` makes none. */
function isTraced(setting: unknown): boolean {
  return setting === true || setting === 'Active'
}

function xray(file: string, source: string): Preload {
  return { module: 'AWS X-Ray (active tracing)', how: 'platform', place: placeOf(file, source, 'racing:'), file: null }
}

function placeOf(file: string, source: string, word: string): Place {
  const lines = source.split('\n')
  const at = lines.findIndex(line => line.includes(word))
  return { file, line: Math.max(at, 0) + 1, text: shortened(lines[at] ?? word) }
}

function variables(value: unknown): Record<string, string> {
  return Object.fromEntries(Object.entries(record(value)).map(([name, entry]) => [name, String(entry)]))
}

function list(value: unknown): string[] {
  return Array.isArray(value) ? value.filter(entry => typeof entry === 'string') : []
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {}
}
