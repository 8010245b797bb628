import path from 'node:path'
import { createRequire } from 'node:module'
import type * as Yaml from 'yaml'
import { expand } from './command-line.js'
import { textOf } from './deployment-files.js'
import { shortened } from './interpret.js'
import type { Place } from './wiring.js'

/** One service of a compose file that this repository builds or mounts. */
export interface ComposeService {
  readonly name: string
  readonly file: string
  readonly dockerfile: string | null
  /** The folder that is built from or mounted, absolute. */
  readonly context: string | null
  readonly workdir: string | null
  readonly env: Readonly<Record<string, string>>
  readonly optionsPlace: Place | null
  readonly command: readonly string[] | string | null
  readonly entrypoint: readonly string[] | string | null
  readonly place: Place
}

/** Reads a compose file; variables are taken from the `.env` beside it. A file that is no YAML gives no services. */
export function readCompose(file: string): readonly ComposeService[] {
  const key = `${textOf(file)}\0${textOf(path.join(path.dirname(file), '.env'))}`
  const known = composed.get(file)
  if (known?.key === key) return known.services
  const services = parseCompose(file)
  composed.set(file, { key, services })
  return services
}

const composed = new Map<string, { key: string; services: readonly ComposeService[] }>()

function parseCompose(file: string): ComposeService[] {
  const text = textOf(file)
  const variables = readEnv(path.join(path.dirname(file), '.env'))
  const document = parseYaml(text)
  const services = field(document, 'services')
  if (!isRecord(services)) return []
  return Object.entries(services).flatMap(([name, service]) => {
    if (!isRecord(service)) return []
    const build = service['build']
    const given = typeof build === 'string' ? build : field(build, 'context')
    const volumes = Array.isArray(service['volumes']) ? service['volumes'] : []
    const mounted = volumes.find(volume => typeof volume === 'string' && /^\.{1,2}(?:\/[^:]*)?:/u.test(volume)) as string | undefined
    const context = typeof given === 'string' ? given : mounted?.slice(0, mounted.indexOf(':'))
    if (context === undefined) return []
    const folder = path.resolve(path.dirname(file), expand(context, variables))
    const dockerfile = field(build, 'dockerfile')
    const env = environmentOf(service['environment'], variables)
    return [{
      name,
      file,
      dockerfile: build === undefined ? null : path.resolve(folder, typeof dockerfile === 'string' ? expand(dockerfile, variables) : 'Dockerfile'),
      context: folder,
      workdir: typeof service['working_dir'] === 'string' ? service['working_dir'] : null,
      env,
      optionsPlace: env['NODE_OPTIONS'] === undefined ? null : placeOf(file, text, name, 'NODE_OPTIONS'),
      command: words(service['command']),
      entrypoint: words(service['entrypoint']),
      place: placeOf(file, text, name, 'command'),
    }]
  })
}

/** Parses YAML; `null` when it is none. The parser is loaded when the first file asks for it. */
export function parseYaml(text: string): unknown {
  try {
    yaml ??= createRequire(import.meta.url)('yaml') as typeof Yaml
    return yaml.parse(text, { merge: true, logLevel: 'silent', uniqueKeys: false }) as unknown
  } catch {
    return null
  }
}

/** `NAME=value` lines of an env file; empty when there is none. */
export function readEnv(file: string): Record<string, string> {
  const variables: Record<string, string> = {}
  for (const line of textOf(file).split('\n')) {
    const [, name, value = ''] = /^\s*(?:export\s+)?(\w+)\s*=\s*(.*?)\s*$/u.exec(line) ?? []
    if (name !== undefined) variables[name] = expand(value.replace(/^(["'])(.*)\1$/u, '$2'), variables)
  }
  return variables
}

let yaml: typeof Yaml | undefined

function environmentOf(value: unknown, variables: Record<string, string>): Record<string, string> {
  const env: Record<string, string> = {}
  if (Array.isArray(value)) {
    for (const entry of value) {
      const [, name, text] = /^(\w+)=(.*)$/su.exec(String(entry)) ?? []
      if (name !== undefined) env[name] = expand(text ?? '', variables)
    }
  } else if (isRecord(value)) {
    for (const [name, text] of Object.entries(value)) if (typeof text === 'string' || typeof text === 'number' || typeof text === 'boolean') env[name] = expand(String(text), variables)
  }
  return env
}

function words(value: unknown): readonly string[] | string | null {
  if (typeof value === 'string') return value
  return Array.isArray(value) ? value.map(String) : null
}

/** The line of a service's setting: the first that holds the word, behind the service's own line. */
function placeOf(file: string, text: string, service: string, word: string): Place {
  const lines = text.split('\n')
  const escaped = service.replace(/[.*+?^${}()|[\]\\]/gu, String.raw`\$&`)
  const head = lines.findIndex(line => new RegExp(`^\\s+["']?${escaped}["']?:\\s*$`, 'u').test(line))
  const at = lines.findIndex((line, i) => i > head && line.includes(word))
  const line = at === -1 ? Math.max(head, 0) : at
  return { file, line: line + 1, text: shortened(lines[line] ?? service) }
}

function field(value: unknown, key: string): unknown {
  return isRecord(value) ? value[key] : undefined
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
