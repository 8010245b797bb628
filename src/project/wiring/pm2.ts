import path from 'node:path'
import { textOf } from './deployment-files.js'
import { shortened } from './interpret.js'
import { choiceVariables, type Place } from './wiring.js'

/** One app of a PM2 ecosystem file. */
export interface Pm2App {
  readonly script: string
  readonly cwd: string
  readonly nodeArguments: string
  readonly options: string
  /** Variables that choose among instrumentations. */
  readonly env: Readonly<Record<string, string>>
  readonly interpreter: string
  readonly place: Place
}

/**
 * Reads the apps of a PM2 file (`ecosystem.config.js`, JSON or YAML) from its text. The file is a program and is never run,
 * so only settings written as string literals are seen.
 */
export function readPm2(file: string): Pm2App[] {
  const text = textOf(file)
  const scripts = [...text.matchAll(/["']?\bscript["']?\s*:\s*(["'`]?)([^"'`\n,]+)\1/gu)]
  return scripts.map((match, i) => {
    const from = i === 0 ? 0 : endOf(scripts[i - 1])
    const next = scripts[i + 1]
    // Settings of one app stand around its script: from the brace before it to the brace before the next one.
    const start = Math.max(text.lastIndexOf('{', match.index), from)
    const end = next ? text.lastIndexOf('{', next.index) : text.length
    const app = withoutDevelopment(text.slice(start, Math.max(end, endOf(match))))
    return {
      script: (match[2] ?? '').trim(),
      cwd: path.resolve(path.dirname(file), setting(app, 'cwd') ?? '.'),
      nodeArguments: setting(app, 'node_args') ?? setting(app, 'nodeArgs') ?? setting(app, 'interpreter_args') ?? setting(app, 'interpreterArgs') ?? '',
      options: setting(app, 'NODE_OPTIONS') ?? '',
      env: Object.fromEntries(choiceVariables.map(name => [name, setting(app, name) ?? ''])),
      interpreter: setting(app, 'interpreter') ?? 'node',
      place: { file, line: text.slice(0, match.index).split('\n').length, text: shortened(match[0]) },
    }
  })
}

/** `env_development: { … }` holds only under `pm2 start --env development`. */
function withoutDevelopment(app: string): string {
  return app.replace(/["']?\benv_(?:dev|develop|development|local|test)["']?\s*:\s*\{[^{}]*\}/gu, '')
}

function setting(app: string, name: string): string | undefined {
  const value = new RegExp(`["']?\\b${name}["']?\\s*:\\s*(?:(["'\`])(.*?)\\1|\\[([^\\]]*)\\])`, 'su').exec(app)
  if (!value) return undefined
  return value[2] ?? [...(value[3] ?? '').matchAll(/(["'`])(.*?)\1/gu)].map(match => match[2]).join(' ')
}

function endOf(match: RegExpMatchArray | RegExpExecArray | undefined): number {
  return match ? (match.index ?? 0) + match[0].length : 0
}
